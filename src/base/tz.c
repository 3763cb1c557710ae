/* SPDX-License-Identifier: MIT */
/* Time zones from the system's compiled tzdata (TZif, RFC 8536) and its POSIX footer rule, which
 * covers the years after the last listed transition. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/base_int.h"

#define ZONE_DIR "/usr/share/zoneinfo"
enum { NAME_MAX_LENGTH = 64, FILE_LIMIT = 1 << 20 };

/* When daylight saving starts or ends, in the POSIX forms. */
typedef struct rule {
    char kind; /* 'J' 1..365 without leap day, 'n' 0..365, 'M' month.week.day */
    int32_t day, month, week;
    int32_t seconds; /* after midnight, wall clock; may be negative or exceed a day */
} rule;

typedef struct footer {
    bool given, has_dst;
    int32_t std, dst; /* seconds east */
    rule start, end;
} footer;

struct wick_tz {
    atomic_int refs;
    int32_t n;
    int32_t before;   /* offset in seconds before the first transition */
    int64_t *at;      /* ms UTC, ascending */
    int32_t *offset;  /* seconds east from at[i] on */
    footer rule;
    char name[NAME_MAX_LENGTH + 1];
};

/* ---- POSIX rule ---------------------------------------------------------------------------- */

static bool read_number(const char **p, int32_t max, int32_t *out)
{
    int32_t v = 0;
    const char *s = *p;
    if (*s < '0' || *s > '9') return false;
    for (; *s >= '0' && *s <= '9'; s++) {
        v = v * 10 + (*s - '0');
        if (v > max) return false;
    }
    *p = s;
    *out = v;
    return true;
}

/* [+-]hh[:mm[:ss]] in seconds */
static bool read_clock(const char **p, int32_t *out)
{
    const bool minus = **p == '-';
    if (**p == '-' || **p == '+') ++*p;
    int32_t part[3] = {0, 0, 0};
    for (int i = 0; i < 3; i++) {
        if (i > 0 && **p != ':') break;
        if (i > 0) ++*p;
        if (!read_number(p, i ? 59 : 167, &part[i])) return false;
    }
    const int32_t v = (part[0] * 60 + part[1]) * 60 + part[2];
    *out = minus ? -v : v;
    return true;
}

static bool skip_name(const char **p)
{
    const char *s = *p;
    if (*s == '<') {
        s = strchr(s, '>');
        if (!s) return false;
        *p = s + 1;
        return true;
    }
    while ((*s >= 'A' && *s <= 'Z') || (*s >= 'a' && *s <= 'z')) s++;
    if (s - *p < 3) return false;
    *p = s;
    return true;
}

static bool read_rule(const char **p, rule *r)
{
    *r = (rule){.kind = 'n', .seconds = 2 * 3600};
    if (*(*p)++ != ',') return false;
    if (**p == 'M') {
        ++*p;
        r->kind = 'M';
        if (!read_number(p, 12, &r->month) || *(*p)++ != '.' || !read_number(p, 5, &r->week) ||
            *(*p)++ != '.' || !read_number(p, 6, &r->day) || r->month < 1 || r->week < 1)
            return false;
    } else {
        if (**p == 'J') ++*p, r->kind = 'J';
        if (!read_number(p, 365, &r->day) || (r->kind == 'J' && r->day < 1)) return false;
    }
    if (**p == '/') {
        ++*p;
        if (!read_clock(p, &r->seconds)) return false;
    }
    return true;
}

/* "EST5EDT,M3.2.0,M11.1.0": POSIX counts west, wick counts east. */
static bool read_footer(const char *p, footer *f)
{
    *f = (footer){0};
    if (*p == '\0') return true;
    if (!skip_name(&p) || !read_clock(&p, &f->std)) return false;
    f->std = -f->std;
    f->given = true;
    if (*p == '\0') return true;
    f->has_dst = true;
    f->dst = f->std + 3600;
    if (!skip_name(&p)) return false;
    if (*p != ',') {
        if (!read_clock(&p, &f->dst)) return false;
        f->dst = -f->dst;
    }
    return read_rule(&p, &f->start) && read_rule(&p, &f->end) && *p == '\0';
}

/* Wall-clock moment of the rule in a year, as if the wall were UTC. */
static int64_t rule_at(const rule *r, int32_t year)
{
    int64_t t;
    if (r->kind == 'M') {
        t = wick_time_from_civil(year, r->month, 1, 0, 0, 0, 0);
        const int32_t first = wick_time_to_civil(t).weekday - 1;
        int32_t day = (r->day - first + 7) % 7 + (r->week - 1) * 7;
        const int64_t next = wick_time_from_civil(year, r->month + 1, 1, 0, 0, 0, 0);
        if (t + day * WICK_MS_DAY >= next) day -= 7; /* week 5 is the last one */
        t += day * WICK_MS_DAY;
    } else {
        t = wick_time_from_civil(year, 1, 1, 0, 0, 0, 0);
        int32_t day = r->kind == 'J' ? r->day - 1 : r->day;
        const int64_t march = wick_time_from_civil(year, 3, 1, 0, 0, 0, 0);
        if (r->kind == 'J' && day >= 59 && (march - t) / WICK_MS_DAY == 60) day++;
        t += day * WICK_MS_DAY;
    }
    return t + (int64_t)r->seconds * 1000;
}

static int32_t footer_offset(const footer *f, int64_t utc)
{
    if (!f->has_dst) return f->std;
    const int32_t year = wick_time_to_civil(utc + (int64_t)f->std * 1000).year;
    const int64_t start = rule_at(&f->start, year) - (int64_t)f->std * 1000;
    const int64_t end = rule_at(&f->end, year) - (int64_t)f->dst * 1000;
    const bool dst = start < end ? utc >= start && utc < end : utc >= start || utc < end;
    return dst ? f->dst : f->std;
}

/* ---- TZif ---------------------------------------------------------------------------------- */

static int64_t big_endian(const unsigned char *p, int bytes)
{
    uint64_t v = 0;
    for (int i = 0; i < bytes; i++) v = v << 8 | p[i];
    if (bytes == 4) return (int32_t)(uint32_t)v;
    return (int64_t)v;
}

typedef struct header {
    int64_t isut, isstd, leap, time, type, chars;
} header;

static bool read_header(const unsigned char *p, int64_t left, header *h)
{
    if (left < 44 || memcmp(p, "TZif", 4) != 0) return false;
    int64_t *const field[] = {&h->isut, &h->isstd, &h->leap, &h->time, &h->type, &h->chars};
    for (int i = 0; i < 6; i++) {
        *field[i] = big_endian(p + 20 + 4 * i, 4);
        if (*field[i] < 0 || *field[i] > FILE_LIMIT) return false;
    }
    return h->type > 0;
}

static int64_t body_size(const header *h, int width)
{
    return h->time * width + h->time + h->type * 6 + h->chars + h->leap * (width + 4) + h->isstd +
           h->isut;
}

/* Fills `tz` from a version 2+ file. False: not one. -1: no memory. */
static int read_tzif(wick_tz *tz, const unsigned char *p, int64_t n)
{
    header h;
    if (!read_header(p, n, &h) || p[4] < '2') return 0;
    const int64_t first = 44 + body_size(&h, 4); /* the 32-bit part is for old readers */
    if (first > n || !read_header(p + first, n - first, &h)) return 0;
    p += first + 44;
    n -= first + 44;
    const int64_t size = body_size(&h, 8);
    if (size > n) return 0;
    tz->at = calloc((size_t)h.time + 1, sizeof *tz->at);
    tz->offset = calloc((size_t)h.time + 1, sizeof *tz->offset);
    if (!tz->at || !tz->offset) return -1;
    const unsigned char *const index = p + h.time * 8;
    const unsigned char *const types = index + h.time;
    for (int64_t i = 0; i < h.time; i++) {
        const int64_t second = big_endian(p + i * 8, 8);
        if (index[i] >= h.type || second < -(INT64_C(1) << 50) || second > INT64_C(1) << 50 ||
            (i > 0 && second * 1000 <= tz->at[i - 1]))
            return 0;
        tz->at[i] = second * 1000;
        tz->offset[i] = (int32_t)big_endian(types + index[i] * 6, 4);
    }
    tz->n = (int32_t)h.time;
    tz->before = (int32_t)big_endian(types, 4);
    char text[128];
    const unsigned char *const foot = p + size;
    const int64_t left = n - size;
    const unsigned char *const last = left > 1 ? memchr(foot + 1, '\n', (size_t)left - 1) : NULL;
    if (!last || foot[0] != '\n' || last - foot > (int64_t)sizeof text) return 0;
    memcpy(text, foot + 1, (size_t)(last - foot - 1));
    text[last - foot - 1] = '\0';
    return read_footer(text, &tz->rule);
}

/* ---- loading ------------------------------------------------------------------------------- */

/* UTC, GMT, Z, UTC+2, GMT-03:30 with the sign people use: plus is east. */
static bool fixed_zone(const char *name, int32_t *seconds)
{
    *seconds = 0;
    if (strcmp(name, "Z") == 0 || strcmp(name, "Etc/UTC") == 0) return true;
    if (strncmp(name, "UTC", 3) != 0 && strncmp(name, "GMT", 3) != 0) return false;
    const char *p = name + 3;
    if (*p == '\0') return true;
    if (*p != '+' && *p != '-') return false;
    return read_clock(&p, seconds) && *p == '\0' && *seconds >= -15 * 3600 &&
           *seconds <= 15 * 3600;
}

static bool safe_name(const char *name)
{
    const size_t n = strlen(name);
    if (n == 0 || n > NAME_MAX_LENGTH || name[0] == '/' || name[0] == '.') return false;
    for (const char *p = name; *p; p++) {
        const bool letter = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z');
        const bool other = (*p >= '0' && *p <= '9') || strchr("_+-/", *p) != NULL;
        if (!letter && !other) return false;
    }
    return true;
}

/* The names are the second word of "Z name ..." and the third of "L target name" in tzdata.zi.
 * The text is cut into words in place; returns how many names. */
static int64_t zone_names(char *text, const char **names, int64_t max)
{
    int64_t n = 0;
    for (char *line = text, *next; line && n < max; line = next) {
        next = strchr(line, '\n');
        if (next) *next++ = '\0';
        if ((line[0] != 'Z' && line[0] != 'L') || line[1] != ' ') continue;
        char *word = line + 2;
        if (line[0] == 'L') word = strchr(word, ' ');
        if (!word) continue;
        if (*word == ' ') word++;
        word[strcspn(word, " ")] = '\0';
        names[n++] = word;
    }
    return n;
}

static wick_status unknown_zone(wick_ctx *ctx, const char *name)
{
    if (!wick_path_is_dir(ZONE_DIR))
        return wick_fail(ctx, WICK_E_UNSUPPORTED,
                         "time zone '%s': no zone data in " ZONE_DIR
                         ": install the Debian package tzdata",
                         name);
    enum { MAX_NAMES = 2000 };
    char hint[NAME_MAX_LENGTH + 1] = "";
    char *text = NULL;
    int64_t n = 0;
    const char **names = calloc(MAX_NAMES, sizeof *names);
    if (names && wick_file_read(ctx, ZONE_DIR "/tzdata.zi", FILE_LIMIT, &text, &n) >= 0) {
        const char *best = wick_nearest(name, names, zone_names(text, names, MAX_NAMES));
        if (best && strlen(best) < sizeof hint) strcpy(hint, best);
    }
    free(names);
    free(text);
    if (hint[0])
        return wick_fail(ctx, WICK_E_ARG, "unknown time zone '%s'; did you mean '%s'?", name, hint);
    return wick_fail(ctx, WICK_E_ARG,
                     "unknown time zone '%s': expected a name such as America/New_York or UTC+2",
                     name);
}

static wick_status load_file(wick_ctx *ctx, wick_tz *tz)
{
    char path[sizeof ZONE_DIR + NAME_MAX_LENGTH + 2];
    snprintf(path, sizeof path, ZONE_DIR "/%s", tz->name);
    if (!safe_name(tz->name) || !wick_path_exists(path) || wick_path_is_dir(path))
        return unknown_zone(ctx, tz->name);
    char *data = NULL;
    int64_t n = 0;
    wick_status st = wick_file_read(ctx, path, FILE_LIMIT, &data, &n);
    if (st < 0) return st;
    const int got = read_tzif(tz, (const unsigned char *)data, n);
    free(data);
    if (got < 0) return wick_fail_mem(ctx);
    /* The folder also holds tables that are not zones. */
    if (got == 0) return unknown_zone(ctx, tz->name);
    return WICK_OK;
}

wick_status wick_tz_load(wick_ctx *ctx, const char *name, wick_tz **out)
{
    if (!name || !*name) return wick_fail(ctx, WICK_E_ARG, "empty time zone name");
    if (strlen(name) > NAME_MAX_LENGTH)
        return wick_fail(ctx, WICK_E_ARG, "time zone name of more than %d letters",
                         (int)NAME_MAX_LENGTH);
    wick_tz *tz = calloc(1, sizeof *tz);
    if (!tz) return wick_fail_mem(ctx);
    atomic_init(&tz->refs, 1);
    strcpy(tz->name, name);
    if (!fixed_zone(name, &tz->before)) {
        const wick_status st = load_file(ctx, tz);
        if (st < 0) {
            wick_tz_unref(tz);
            return st;
        }
    }
    *out = tz;
    return WICK_OK;
}

wick_tz *wick_tz_ref(wick_tz *tz)
{
    if (tz) atomic_fetch_add_explicit(&tz->refs, 1, memory_order_relaxed);
    return tz;
}

void wick_tz_unref(wick_tz *tz)
{
    if (!tz || atomic_fetch_sub_explicit(&tz->refs, 1, memory_order_acq_rel) != 1) return;
    free(tz->at);
    free(tz->offset);
    free(tz);
}

const char *wick_tz_name(const wick_tz *tz)
{
    return tz ? tz->name : "UTC";
}

/* Stamps beyond this are not dates; sums with an offset or a day stay inside 64 bits. */
static const int64_t far_time = INT64_C(9000000000000000000);

int64_t wick_tz_offset(const wick_tz *tz, int64_t utc)
{
    if (!tz) return 0;
    if (utc > far_time) utc = far_time;
    if (utc < -far_time) utc = -far_time;
    if (tz->n == 0 || utc < tz->at[0]) {
        const bool by_rule = tz->n == 0 && tz->rule.given;
        return (by_rule ? footer_offset(&tz->rule, utc) : tz->before) * INT64_C(1000);
    }
    if (utc >= tz->at[tz->n - 1] && tz->rule.given)
        return footer_offset(&tz->rule, utc) * INT64_C(1000);
    int32_t lo = 0, hi = tz->n; /* at[lo] <= utc < at[hi] */
    while (hi - lo > 1) {
        const int32_t mid = lo + (hi - lo) / 2;
        if (tz->at[mid] <= utc) lo = mid;
        else hi = mid;
    }
    return tz->offset[lo] * INT64_C(1000);
}

int64_t wick_tz_to_utc(const wick_tz *tz, int64_t wall)
{
    if (wall > far_time || wall < -far_time) return wall;
    /* Offsets a day either side: no zone has changed twice within two days. */
    const int64_t early = wick_tz_offset(tz, wall - WICK_MS_DAY);
    const int64_t late = wick_tz_offset(tz, wall + WICK_MS_DAY);
    if (early == late) return wall - early;
    const int64_t first = wall - (early > late ? early : late);
    const int64_t second = wall - (early > late ? late : early);
    if (first + wick_tz_offset(tz, first) == wall) return first;
    if (second + wick_tz_offset(tz, second) == wall) return second;
    /* In the gap: read with the offset before it, which lands after it by as much. */
    return wall - early;
}
