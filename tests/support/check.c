/* SPDX-License-Identifier: MIT */
#include "check.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int differs(double got, double want, double tol)
{
    if (isnan(got) || isnan(want)) return isnan(got) != isnan(want);
    if (isinf(got) || isinf(want)) return !(got == want);
    const double size = fabs(want) > 1.0 ? fabs(want) : 1.0;
    return fabs(got - want) > tol * size;
}

void check_close_at(double got, double want, double tol, const char *what, const char *file,
                    int line)
{
    if (!differs(got, want, tol)) return;
    print_error("%s = %.17g, expected %.17g within %g\n", what, got, want, tol);
    _fail(file, line);
}

void check_same_at(double got, double want, const char *what, const char *file, int line)
{
    if (isnan(got) && isnan(want)) return;
    if (memcmp(&got, &want, sizeof got) == 0) return;
    print_error("%s = %.17g, expected the bits of %.17g\n", what, got, want);
    _fail(file, line);
}

void check_ok_at(const wick_ctx *ctx, wick_status st, const char *what, const char *file, int line)
{
    if (st >= 0) return;
    print_error("%s failed with %s: %s\n", what, wick_status_name(st), wick_ctx_error(ctx));
    _fail(file, line);
}

void check_fails_at(const wick_ctx *ctx, wick_status st, wick_status code, const char *part,
                    const char *what, const char *file, int line)
{
    const char *message = wick_ctx_error(ctx);
    if (st != code) {
        print_error("%s gave %s (%s), expected %s\n", what, wick_status_name(st), message,
                    wick_status_name(code));
        _fail(file, line);
    }
    if (!*message || wick_ctx_code(ctx) != code || (part && !strstr(message, part))) {
        print_error("%s: message '%s' (%s), expected to contain '%s'\n", what, message,
                    wick_status_name(wick_ctx_code(ctx)), part ? part : "");
        _fail(file, line);
    }
}

char *test_dir_new(void)
{
    const char *base = getenv("TMPDIR");
    if (!base || !*base) base = "/tmp";
    const size_t room = strlen(base) + 32;
    char *dir = malloc(room);
    assert_non_null(dir);
    snprintf(dir, room, "%s/wick-test-XXXXXX", base);
    assert_non_null(mkdtemp(dir));
    return dir;
}

static void remove_below(const char *dir)
{
    DIR *d = opendir(dir);
    if (!d) return;
    for (const struct dirent *e; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        struct stat info;
        if (lstat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
            remove_below(path);
            rmdir(path);
        } else {
            unlink(path);
        }
    }
    closedir(d);
}

void test_dir_remove(char *dir)
{
    if (!dir) return;
    remove_below(dir);
    rmdir(dir);
    free(dir);
}

/* Static buffers in turn: tests are single-threaded where they name files. */
static const char *join(const char *a, const char *b)
{
    static char texts[8][4096];
    static int next;
    char *text = texts[next++ % 8];
    snprintf(text, sizeof texts[0], "%s/%s", a, b);
    return text;
}

const char *test_path(const char *dir, const char *name)
{
    return join(dir, name);
}

void test_write(const char *path, const void *data, int64_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    const size_t size = n < 0 ? strlen(data) : (size_t)n;
    assert_int_equal(fwrite(data, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
}

char *test_read(const char *path, int64_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    size_t used = 0, cap = 4096;
    char *data = malloc(cap);
    assert_non_null(data);
    for (size_t k; (k = fread(data + used, 1, cap - used - 1, f)) > 0;) {
        used += k;
        if (used + 1 < cap) continue;
        cap *= 2;
        data = realloc(data, cap);
        assert_non_null(data);
    }
    fclose(f);
    data[used] = '\0';
    if (n) *n = (int64_t)used;
    return data;
}

const char *test_shared(void)
{
    const char *given = getenv("WICK_SHARED");
    const char *dir = given && *given ? given : WICK_SOURCE_DIR "/../shared";
    return wick_path_is_dir(dir) ? dir : NULL;
}

const char *test_shared_or_skip(const char *below)
{
    const char *dir = test_shared();
    const char *path = dir ? join(dir, below) : NULL;
    if (!path || !wick_path_exists(path)) {
        print_message("skip: no %s below %s\n", below, dir ? dir : "../shared");
        skip();
    }
    return path;
}

const char *test_source(const char *below)
{
    return join(WICK_SOURCE_DIR, below);
}
