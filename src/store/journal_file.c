/* SPDX-License-Identifier: MIT */
/* The log file: its lock, appending, reading its end, and the parts of its lines. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "store/journal_int.h"

/* ---- the lock: a symbolic link, which is made at once or not at all on every file system
 * --------- */

static const double abandoned = 30.0; /* seconds; as in Optuna */

static bool lock_name(char out[PATH_MAX], const char *path)
{
    return snprintf(out, PATH_MAX, "%s.lock", path) < PATH_MAX;
}

static bool release(const char *lock)
{
    char uuid[37], gone[PATH_MAX];
    wk_uuid(uuid);
    if (snprintf(gone, sizeof gone, "%s%s.rename", lock, uuid) >= (int)sizeof gone) return false;
    return rename(lock, gone) == 0 && unlink(gone) == 0;
}

static int64_t changed_at(const char *path)
{
    struct stat s;
    if (stat(path, &s) != 0) return -1;
    return (int64_t)s.st_mtim.tv_sec * 1000000000 + s.st_mtim.tv_nsec;
}

wick_status wk_journal_lock(wick_ctx *ctx, const char *path, double patience)
{
    char lock[PATH_MAX], target[PATH_MAX];
    if (!lock_name(lock, path)) return wick_fail(ctx, WICK_E_ARG, "%s: the name is too long", path);
    if (realpath(path, target) == NULL)
        return wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(errno));
    const double start = wick_now();
    double quiet = start;
    int64_t mtime = changed_at(path);
    for (long pause = 100000;;) {
        if (symlink(target, lock) == 0) return WICK_OK;
        if (errno != EEXIST) return wick_fail(ctx, WICK_E_IO, "%s: %s", lock, strerror(errno));
        /* Whoever holds the lock writes; a log that rests for so long has lost its writer. */
        const double now = wick_now();
        const int64_t m = changed_at(path);
        if (m != mtime) {
            mtime = m;
            quiet = now;
        }
        if (now - quiet > abandoned && release(lock)) continue;
        if (now - start > patience && now - quiet < abandoned)
            return wick_fail(ctx, WICK_E_IO, "%s: locked by another process for more than %g s",
                             path, patience);
        if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
        const struct timespec t = {.tv_nsec = pause};
        nanosleep(&t, NULL);
        if (pause < 20000000) pause *= 2;
    }
}

void wk_journal_unlock(const char *path)
{
    char lock[PATH_MAX];
    if (lock_name(lock, path)) release(lock);
}

/* ---- bytes -------------------------------------------------------------------------------- */

static wick_status io(wick_ctx *ctx, const char *path)
{
    return wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(errno));
}

/* Where the last whole line ends. */
static int64_t whole_lines(int fd, int64_t size)
{
    char block[512];
    while (size > 0) {
        const int64_t n = size < (int64_t)sizeof block ? size : (int64_t)sizeof block;
        if (pread(fd, block, (size_t)n, (off_t)(size - n)) != (ssize_t)n) return -1;
        for (int64_t i = n; i > 0; i--)
            if (block[i - 1] == '\n') return size - n + i;
        size -= n;
    }
    return 0;
}

/* A writer that was killed may have left half a line: it goes, or it would spoil the next one. */
wick_status wk_journal_append(wick_ctx *ctx, const char *path, const wick_buf *lines)
{
    if (lines->failed) return wick_fail_mem(ctx);
    if (lines->len == 0) return WICK_OK;
    const int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return io(ctx, path);
    struct stat s;
    bool good = fstat(fd, &s) == 0;
    const int64_t end = good ? whole_lines(fd, (int64_t)s.st_size) : -1;
    good = end >= 0 && (end == (int64_t)s.st_size || ftruncate(fd, (off_t)end) == 0);
    for (int64_t done = 0; good && done < lines->len;) {
        const ssize_t n =
            pwrite(fd, lines->data + done, (size_t)(lines->len - done), (off_t)(end + done));
        good = n > 0 || (n < 0 && errno == EINTR);
        if (n > 0) done += n;
    }
    good = good && fsync(fd) == 0;
    const wick_status st = good ? WICK_OK : io(ctx, path);
    close(fd);
    return st;
}

wick_status wk_journal_tail(wick_ctx *ctx, const char *path, int64_t offset, char **text,
                            int64_t *n)
{
    *text = NULL;
    *n = 0;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return io(ctx, path);
    struct stat s;
    wick_status st = fstat(fd, &s) == 0 ? WICK_OK : io(ctx, path);
    if (st >= 0 && (int64_t)s.st_size < offset)
        st = wick_fail(ctx, WICK_E_DATA, "%s: the log has become shorter", path);
    const int64_t size = st >= 0 ? (int64_t)s.st_size - offset : 0;
    if (size > 0) {
        char *p = malloc((size_t)size + 1);
        int64_t got = 0;
        if (p == NULL) st = wick_fail_mem(ctx);
        while (p != NULL && got < size) {
            const ssize_t k = pread(fd, p + got, (size_t)(size - got), (off_t)(offset + got));
            if (k <= 0) break;
            got += k;
        }
        while (got > 0 && p[got - 1] != '\n') got--;
        if (p != NULL) p[got] = '\0';
        *text = p;
        *n = got;
    }
    close(fd);
    return st;
}

/* ---- reading a line ------------------------------------------------------------------------ */

static int64_t blanks(wk_span v, int64_t i)
{
    while (i < v.n && (v.s[i] == ' ' || v.s[i] == '\t' || v.s[i] == '\r' || v.s[i] == '\n')) i++;
    return i;
}

/* End of the value at i: a string, a nested value, or a word. -1 when the text ends before. */
static int64_t skip(wk_span v, int64_t i)
{
    int depth = 0;
    bool text = false;
    for (; i < v.n; i++) {
        const char c = v.s[i];
        if (text) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                text = false;
                if (depth == 0) return i + 1;
            }
        } else if (c == '"') {
            text = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            if (depth == 0) return i;
            if (--depth == 0) return i + 1;
        } else if (depth == 0 && (c == ',' || c == ':' || c == ' ')) {
            return i;
        }
    }
    return depth == 0 && !text ? i : -1;
}

bool wk_span_next(wk_span whole, int64_t *at, wk_span *key, wk_span *value)
{
    int64_t i = *at;
    if (i == 0) {
        i = blanks(whole, 0);
        if (i >= whole.n || (whole.s[i] != '{' && whole.s[i] != '[')) return false;
        i++;
    }
    const bool object = whole.s[blanks(whole, 0)] == '{';
    i = blanks(whole, i);
    if (i < whole.n && whole.s[i] == ',') i = blanks(whole, i + 1);
    if (i >= whole.n || whole.s[i] == '}' || whole.s[i] == ']') return false;
    if (object) {
        const int64_t end = skip(whole, i);
        if (end < 0 || whole.s[i] != '"') return false;
        if (key != NULL) *key = (wk_span){whole.s + i, end - i};
        i = blanks(whole, end);
        if (i >= whole.n || whole.s[i] != ':') return false;
        i = blanks(whole, i + 1);
    }
    const int64_t end = skip(whole, i);
    if (end <= i) return false;
    *value = (wk_span){whole.s + i, end - i};
    *at = end;
    return true;
}

wk_span wk_span_get(wk_span object, const char *key)
{
    const int64_t len = (int64_t)strlen(key);
    int64_t at = 0;
    wk_span k, v;
    while (object.s != NULL && wk_span_next(object, &at, &k, &v))
        if (k.n == len + 2 && memcmp(k.s + 1, key, (size_t)len) == 0) return v;
    return (wk_span){NULL, 0};
}

double wk_span_number(wk_span v)
{
    double x;
    if (v.s == NULL || !wick_parse_double(v.s, v.n, &x)) return WICK_NA;
    return x;
}

bool wk_span_null(wk_span v)
{
    return v.s == NULL || (v.n == 4 && memcmp(v.s, "null", 4) == 0);
}

char *wk_span_text(wk_span v)
{
    char *p = malloc((size_t)v.n + 1);
    if (p != NULL) {
        memcpy(p, v.s, (size_t)v.n);
        p[v.n] = '\0';
    }
    return p;
}

wick_status wk_span_string(wick_ctx *ctx, wk_span v, char **out)
{
    *out = NULL;
    if (v.s == NULL || v.n < 2 || v.s[0] != '"')
        return wick_fail(ctx, WICK_E_DATA, "no text where one was expected");
    if (memchr(v.s, '\\', (size_t)v.n) == NULL) {
        *out = wk_span_text((wk_span){v.s + 1, v.n - 2});
        return *out != NULL ? WICK_OK : wick_fail_mem(ctx);
    }
    wick_json_doc *doc = NULL;
    wick_status st = wick_json_parse(ctx, "text", v.s, v.n, &doc);
    if (st < 0) return st;
    const char *s = wick_json_string(wick_json_root(doc));
    *out = s != NULL ? wk_span_text((wk_span){s, (int64_t)strlen(s)}) : NULL;
    if (*out == NULL) st = wick_fail_mem(ctx);
    wick_json_free(doc);
    return st;
}

/* ---- writing a line ------------------------------------------------------------------------ */

void wk_json_flat(wick_buf *b, const char *json)
{
    for (; *json != '\0'; json++) {
        const char c = *json == '\n' || *json == '\r' ? ' ' : *json;
        wick_buf_add(b, &c, 1);
    }
}

void wk_jline_begin(wick_buf *b, int32_t op, const char *worker)
{
    wick_buf_addf(b, "{\"op_code\":%d,\"worker_id\":\"%s\"", (int)op, worker);
}

void wk_jline_int(wick_buf *b, const char *key, int64_t v)
{
    wick_buf_addf(b, ",\"%s\":%lld", key, (long long)v);
}

void wk_jline_double(wick_buf *b, const char *key, double v)
{
    wick_buf_addf(b, ",\"%s\":", key);
    wk_py_double(b, v);
}

void wk_jline_text(wick_buf *b, const char *key, const char *s)
{
    wick_buf_addf(b, ",\"%s\":", key);
    if (s == NULL) {
        wick_buf_add(b, "null", 4);
    } else {
        wk_py_string(b, s);
    }
}

void wk_jline_json(wick_buf *b, const char *key, const char *json)
{
    wick_buf_addf(b, ",\"%s\":", key);
    wk_json_flat(b, json);
}

void wk_jline_end(wick_buf *b)
{
    wick_buf_add(b, "}\n", 2);
}
