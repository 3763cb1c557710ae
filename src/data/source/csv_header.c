/* SPDX-License-Identifier: MIT */
/* Which column is what: by name, or in a file without a header by its values. */
#include <stdlib.h>
#include <string.h>

#include "data/source/csv_int.h"

enum { ROLE_NONE = -1, ROLE_ADJ = COL_ROLES, ROLE_DAY, ROLE_UNIX, ROLE_VOLUME_2, ROLE_CLOSE_2 };

static const struct {
    const char *name;
    int role;
} names[] = {
    {"datetime", COL_TIME},
    {"date time", COL_TIME},
    {"timestamp", COL_TIME},
    {"open time", COL_TIME},
    {"opentime", COL_TIME},
    {"time open", COL_TIME},
    {"timeopen", COL_TIME},
    {"bar time", COL_TIME},
    {"gmt time", COL_TIME},
    {"local time", COL_TIME},
    {"utc time", COL_TIME},
    {"timestamp utc", COL_TIME},
    {"timestamp ms", COL_TIME},
    {"ts", COL_TIME},
    {"ts event", COL_TIME},
    {"dt", COL_TIME},
    {"date", ROLE_DAY},
    {"day", ROLE_DAY},
    {"trade date", ROLE_DAY},
    {"session", ROLE_DAY},
    {"dtyyyymmdd", ROLE_DAY},
    {"time", COL_CLOCK},
    {"t", COL_CLOCK},
    {"unix", ROLE_UNIX},
    {"epoch", ROLE_UNIX},
    {"unix timestamp", ROLE_UNIX},
    {"unix time", ROLE_UNIX},
    {"open", WICK_OPEN},
    {"o", WICK_OPEN},
    {"open price", WICK_OPEN},
    {"price open", WICK_OPEN},
    {"openprice", WICK_OPEN},
    {"high", WICK_HIGH},
    {"h", WICK_HIGH},
    {"high price", WICK_HIGH},
    {"price high", WICK_HIGH},
    {"highprice", WICK_HIGH},
    {"low", WICK_LOW},
    {"l", WICK_LOW},
    {"low price", WICK_LOW},
    {"price low", WICK_LOW},
    {"lowprice", WICK_LOW},
    {"close", WICK_CLOSE},
    {"c", WICK_CLOSE},
    {"close price", WICK_CLOSE},
    {"price close", WICK_CLOSE},
    {"closeprice", WICK_CLOSE},
    {"close/last", WICK_CLOSE},
    {"price", ROLE_CLOSE_2},
    {"last", ROLE_CLOSE_2},
    {"volume", WICK_VOLUME},
    {"v", WICK_VOLUME},
    {"vol", WICK_VOLUME},
    {"base volume", WICK_VOLUME},
    {"total volume", WICK_VOLUME},
    {"shares traded", WICK_VOLUME},
    {"tick volume", ROLE_VOLUME_2},
    {"tickvol", ROLE_VOLUME_2},
    {"qty", ROLE_VOLUME_2},
    {"quantity", ROLE_VOLUME_2},
    {"symbol", COL_SYMBOL},
    {"ticker", COL_SYMBOL},
    {"sym", COL_SYMBOL},
    {"tic", COL_SYMBOL},
    {"instrument", COL_SYMBOL},
    {"asset", COL_SYMBOL},
    {"security", COL_SYMBOL},
    {"name", COL_SYMBOL},
    {"code", COL_SYMBOL},
    {"pair", COL_SYMBOL},
    {"adj close", ROLE_ADJ},
    {"adjclose", ROLE_ADJ},
    {"adjusted close", ROLE_ADJ},
    {"adj close price", ROLE_ADJ},
    {"close adj", ROLE_ADJ},
};

/* "<Open_Time>" and "1. open" become "open time" and "open". */
static void normalise(const csv_field *f, char *out, int cap)
{
    const char *s = f->s;
    int n = f->n, len = 0;
    if (n >= 2 && s[0] == '<' && s[n - 1] == '>') {
        s++;
        n -= 2;
    }
    int i = 0;
    while (i < n && s[i] >= '0' && s[i] <= '9') i++;
    if (i > 0 && i < n && s[i] == '.') {
        i++;
    } else {
        i = 0;
    }
    while (i < n && s[i] == ' ') i++;
    for (; i < n && len < cap - 1; i++) {
        char c = s[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (c == '_' || c == '-' || c == '.' || c == ' ' || c == '*') c = ' ';
        if (c == ' ' && (len == 0 || out[len - 1] == ' ')) continue;
        out[len++] = c;
    }
    while (len > 0 && out[len - 1] == ' ') len--;
    out[len] = '\0';
}

static int role_of(const csv_field *f)
{
    char name[40];
    normalise(f, name, (int)sizeof name);
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        if (strcmp(name, names[k].name) == 0) return names[k].role;
    }
    if (strncmp(name, "volume ", 7) == 0) return ROLE_VOLUME_2; /* "Volume BTC", "Volume USDT" */
    return ROLE_NONE;
}

bool csv_is_header(const csv_field *f, int32_t n)
{
    int hits = 0;
    for (int32_t i = 0; i < n && i < CSV_FIELDS; i++) {
        const int r = role_of(&f[i]);
        hits += r >= WICK_OPEN && r <= WICK_CLOSE;
        hits += r == COL_TIME || r == ROLE_DAY || r == COL_CLOCK;
    }
    return hits >= 2;
}

/* ---- with a header ------------------------------------------------------------------------ */

static bool looks_like_clock(const csv_field *f)
{
    if (f->n < 4 || f->n > 12) return false;
    bool colon = false, other = false;
    for (int32_t i = 0; i < f->n; i++) {
        colon = colon || f->s[i] == ':';
        other = other || !((f->s[i] >= '0' && f->s[i] <= '9') || f->s[i] == ':' || f->s[i] == '.');
    }
    return !other && (colon || f->n == 4 || f->n == 6);
}

static void list_names(const csv_field *f, int32_t n, char *out, size_t cap)
{
    size_t len = 0;
    out[0] = '\0';
    for (int32_t i = 0; i < n && i < 12 && len + 4 < cap; i++) {
        const int w = snprintf(out + len, cap - len, "%s%.*s", i > 0 ? ", " : "",
                               f[i].n < 24 ? (int)f[i].n : 24, f[i].s);
        if (w < 0 || (size_t)w >= cap - len) break;
        len += (size_t)w;
    }
}

static bool by_names(csv_plan *p, const csv_field *head, int32_t n, const csv_field *row,
                     int32_t n_row, int64_t line, wick_defects *d, wick_buf *notes)
{
    int32_t at[ROLE_CLOSE_2 + 1];
    for (int k = 0; k <= ROLE_CLOSE_2; k++) at[k] = -1;
    for (int32_t i = 0; i < n && i < CSV_FIELDS; i++) {
        const int r = role_of(&head[i]);
        if (r >= 0 && at[r] < 0) at[r] = i;
    }
    if (at[WICK_VOLUME] < 0) at[WICK_VOLUME] = at[ROLE_VOLUME_2];
    if (at[WICK_CLOSE] < 0) at[WICK_CLOSE] = at[ROLE_CLOSE_2];
    /* A full stamp wins over a date, a date over an epoch beside it; "time" may be the clock of
     * the date beside it. */
    int32_t time = at[COL_TIME], clock = -1;
    if (time < 0 && at[ROLE_DAY] >= 0) {
        time = at[ROLE_DAY];
        const int32_t c = at[COL_CLOCK];
        if (c >= 0 && c < n_row && looks_like_clock(&row[c])) clock = c;
    }
    if (time < 0) time = at[COL_CLOCK] >= 0 ? at[COL_CLOCK] : at[ROLE_UNIX];
    char found[256];
    list_names(head, n, found, sizeof found);
    if (time < 0) {
        wk_defects_add(d, "no_time_column", true, line,
                       "no column with a date or time (one of date, time, timestamp, datetime, "
                       "open_time); found: %s",
                       found);
        return false;
    }
    static const char *const want[] = {"open", "high", "low", "close"};
    for (int k = WICK_OPEN; k <= WICK_CLOSE; k++) {
        if (at[k] >= 0) continue;
        wk_defects_add(d, "no_price_column", true, line,
                       "no column named %s; open, high, low and close are needed; found: %s",
                       want[k], found);
        return false;
    }
    for (int k = 0; k < WICK_FIELDS; k++) p->col[k] = at[k];
    p->col[COL_TIME] = time;
    p->col[COL_CLOCK] = clock;
    p->col[COL_SYMBOL] = at[COL_SYMBOL];
    p->columns = n;
    if (at[ROLE_ADJ] >= 0) {
        wick_buf_addf(notes, "column \"%.*s\" is not used: prices are taken as they are\n",
                      (int)head[at[ROLE_ADJ]].n, head[at[ROLE_ADJ]].s);
    }
    return true;
}

/* ---- without a header --------------------------------------------------------------------- */

static bool stamp_here(const csv_field *f)
{
    wk_stamp st;
    int32_t digits = 0, dots = 0;
    for (int32_t i = 0; i < f->n; i++) {
        digits += f->s[i] >= '0' && f->s[i] <= '9';
        dots += f->s[i] == '.';
    }
    if (f->n < 8 || (dots == 1 && digits + dots == f->n)) return false; /* a price */
    if (digits == f->n && f->n == 8) {
        if ((f->s[0] != '1' || f->s[1] != '9') && (f->s[0] != '2' || f->s[1] != '0')) return false;
    } else if (digits == f->n && f->n != 10 && f->n != 13 && f->n != 16 && f->n != 19) {
        return false; /* a volume */
    }
    if (!wk_stamp_parse(f->s, f->n, false, &st)) {
        if (!wk_stamp_parse(f->s, f->n, true, &st)) return false;
    }
    return st.time > INT64_C(-2208988800000) && st.time < INT64_C(4102444800000);
}

/* A column of stamps: one in every row, running one way. Volumes of ten digits do not. */
static bool stamps_in(const csv_field *lines, const int32_t *counts, int32_t n_lines, int32_t at)
{
    int32_t seen = 0, up = 0, down = 0;
    int64_t before = 0;
    for (int32_t r = 0; r < n_lines; r++) {
        const csv_field *f = &lines[(int64_t)r * CSV_FIELDS + at];
        wk_stamp st;
        if (counts[r] <= at || !stamp_here(f)) continue;
        if (!wk_stamp_parse(f->s, f->n, false, &st) && !wk_stamp_parse(f->s, f->n, true, &st)) {
            continue;
        }
        if (seen++ > 0) {
            up += st.time >= before;
            down += st.time <= before;
        }
        before = st.time;
    }
    const int32_t most = up > down ? up : down;
    return seen * 10 >= n_lines * 8 && most * 10 >= (seen - 1) * 8;
}

static bool ordered(const double v[4])
{
    return v[1] >= v[0] && v[1] >= v[3] && v[2] <= v[0] && v[2] <= v[3];
}

static bool by_values(csv_plan *p, const csv_field *lines, const int32_t *counts, int32_t n_lines,
                      int64_t line, wick_defects *d)
{
    const int32_t n = counts[0] < CSV_FIELDS ? counts[0] : CSV_FIELDS;
    int32_t time = -1;
    for (int32_t i = 0; i < n && time < 0; i++) {
        if (stamps_in(lines, counts, n_lines, i)) time = i;
    }
    double v;
    int32_t numbers = 0;
    for (int32_t i = 0; i < n; i++) numbers += csv_number(&lines[i], &v);
    if (time < 0 && numbers < 3) {
        wk_defects_add(d, "no_header", true, line,
                       "neither a header line nor rows of bars; a CSV file with columns such as "
                       "date, open, high, low, close, volume is needed");
        return false;
    }
    if (time < 0) {
        wk_defects_add(d, "no_time_column", true, line,
                       "no header line, and none of the %d columns reads as a date or time; needed "
                       "are a time (ISO date or epoch), open, high, low and close",
                       (int)n);
        return false;
    }
    int32_t first = time + 1, symbol = -1;
    if (time > 0 && !csv_number(&lines[0], &v) && lines[0].n > 0) symbol = 0;
    if (first < n && !csv_number(&lines[first], &v) && !csv_is_missing(&lines[first])) {
        if (looks_like_clock(&lines[first])) {
            p->col[COL_CLOCK] = first++;
        } else if (symbol < 0) {
            symbol = first++;
        }
    }
    int32_t good = 0, seen = 0;
    for (int32_t r = 0; r < n_lines; r++) {
        double px[4];
        bool all = counts[r] >= first + 4;
        for (int k = 0; all && k < 4; k++) {
            all = csv_number(&lines[(int64_t)r * CSV_FIELDS + first + k], &px[k]);
        }
        if (!all) continue;
        seen++;
        good += ordered(px);
    }
    if (seen == 0 || good * 10 < seen * 9) {
        wk_defects_add(d, "no_header", true, line,
                       "no header line, and the columns after the time are not open, high, low, "
                       "close (the order fits in %d of the first %d rows); name the columns",
                       (int)good, (int)seen);
        return false;
    }
    for (int k = 0; k < 4; k++) p->col[k] = first + k;
    p->col[WICK_VOLUME] = n > first + 4 ? first + 4 : -1;
    p->col[COL_TIME] = time;
    p->col[COL_SYMBOL] = symbol;
    p->columns = n;
    return true;
}

/* Columns shifted by an unnamed index: every row has one field more than the header. */
static void shift_for_index(csv_plan *p, const csv_field *row, int32_t n_row)
{
    if (n_row != p->columns + 1) return;
    const int32_t t = p->col[COL_TIME];
    if (stamp_here(&row[t]) || !stamp_here(&row[t + 1])) return;
    for (int k = 0; k < COL_ROLES; k++) p->col[k] += p->col[k] >= 0;
    p->columns++;
}

bool csv_plan_make(csv_plan *p, const csv_field *lines, const int32_t *counts, int32_t n_lines,
                   int64_t first_line, wick_defects *d, wick_buf *notes)
{
    for (int k = 0; k < COL_ROLES; k++) p->col[k] = -1;
    p->has_header = csv_is_header(lines, counts[0]);
    p->day_first = false;
    bool text = true; /* no field of the first line is a number or a stamp */
    for (int32_t i = 0; i < counts[0]; i++) {
        double v;
        text = text && !csv_number(&lines[i], &v) && !stamp_here(&lines[i]);
    }
    if (p->has_header || (text && counts[0] > 1)) {
        const csv_field *row = n_lines > 1 ? lines + CSV_FIELDS : NULL;
        const int32_t n_row = n_lines > 1 ? counts[1] : 0;
        p->has_header = true;
        if (!by_names(p, lines, counts[0], row, n_row, first_line, d, notes)) return false;
        if (row != NULL) shift_for_index(p, row, n_row);
    } else if (!by_values(p, lines, counts, n_lines, first_line, d)) {
        return false;
    }
    p->last = 0;
    for (int k = 0; k < COL_ROLES; k++) {
        if (p->col[k] > p->last) p->last = p->col[k];
    }
    return true;
}
