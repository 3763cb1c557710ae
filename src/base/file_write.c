/* SPDX-License-Identifier: MIT */
/* Writing files whole or not at all: temporary beside the target, fsync, rename, fsync of the
 * directory. A set writes all its temporaries before the first rename. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base_int.h"

typedef struct entry {
    char *path;      /* target, symbolic links resolved */
    char *temporary; /* NULL when the data goes straight to `path` at commit */
    char *data;      /* for those: a copy */
    int64_t n;
} entry;

struct wick_file_set {
    entry *entries;
    int64_t n, cap;
};

bool wk_write_all(int fd, const void *data, int64_t n)
{
    const char *p = data;
    while (n > 0) {
        const ssize_t k = write(fd, p, (size_t)n);
        if (k < 0 && errno == EINTR) continue;
        if (k < 0) return false;
        p += k;
        n -= k;
    }
    return true;
}

static bool sync_fd(int fd)
{
    /* Some file systems cannot sync and say EINVAL: nothing is lost that they could keep. */
    return fsync(fd) == 0 || errno == EINVAL || errno == EROFS;
}

static void drop_entry(entry *e)
{
    if (e->temporary) unlink(e->temporary);
    free(e->temporary);
    free(e->path);
    free(e->data);
    *e = (entry){0};
}

wick_file_set *wick_file_set_new(void)
{
    return calloc(1, sizeof(wick_file_set));
}

void wick_file_set_free(wick_file_set *s)
{
    if (!s) return;
    for (int64_t i = 0; i < s->n; i++) drop_entry(&s->entries[i]);
    free(s->entries);
    free(s);
}

/* Pipes, terminals and /dev/null are written to, never replaced. */
static bool straight_through(const char *path)
{
    struct stat info;
    if (strcmp(path, "-") == 0) return true;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

static char *copy_text(const char *s)
{
    char *p = malloc(strlen(s) + 1);
    return p ? strcpy(p, s) : NULL;
}

/* A link stays a link: what it points at is replaced. */
static char *target_of(const char *path)
{
    char real[PATH_MAX];
    return copy_text(realpath(path, real) ? real : path);
}

/* ".name.<pid>.<try>.tmp" in the target's directory; dot files are not listed by wick_dir_list. */
static int open_temporary(entry *e)
{
    const char *slash = strrchr(e->path, '/');
    const int dir = slash ? (int)(slash + 1 - e->path) : 0;
    const size_t room = strlen(e->path) + 48;
    e->temporary = malloc(room);
    if (!e->temporary) return -1;
    struct stat info;
    const bool known = stat(e->path, &info) == 0;
    for (int attempt = 0; attempt < 1000; attempt++) {
        snprintf(e->temporary, room, "%.*s.%s.%ld.%d.tmp", dir, e->path, e->path + dir,
                 (long)getpid(), attempt);
        const int fd = open(e->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0) {
            /* A file that is replaced keeps its permissions; failing that costs no data. */
            if (known && fchmod(fd, info.st_mode & 07777) != 0) errno = 0;
            return fd;
        }
        if (errno != EEXIST) break;
    }
    const int why = errno;
    free(e->temporary);
    e->temporary = NULL;
    errno = why;
    return -1;
}

static wick_status write_temporary(wick_ctx *ctx, entry *e, const void *data, int64_t n)
{
    errno = 0;
    const int fd = open_temporary(e);
    if (fd < 0) {
        if (errno == 0 || errno == ENOMEM) return wick_fail_mem(ctx);
        return wick_fail(ctx, WICK_E_IO, "%s: cannot write: %s", e->path, strerror(errno));
    }
    bool good = wk_write_all(fd, data, n) && sync_fd(fd);
    const int why = errno;
    good = close(fd) == 0 && good;
    if (good) return WICK_OK;
    return wick_fail(ctx, WICK_E_IO, "%s: cannot write: %s", e->path, strerror(why ? why : errno));
}

static wick_status keep_data(wick_ctx *ctx, entry *e, const void *data, int64_t n)
{
    e->data = malloc(n > 0 ? (size_t)n : 1);
    if (!e->data) return wick_fail_mem(ctx);
    if (n > 0) memcpy(e->data, data, (size_t)n);
    e->n = n;
    return WICK_OK;
}

wick_status wick_file_set_add(wick_ctx *ctx, wick_file_set *s, const char *path, const void *data,
                              int64_t n)
{
    if (!s || !path || !*path || n < 0 || (n > 0 && !data))
        return wick_fail(ctx, WICK_E_ARG, "wick_file_set_add: no set, no name or no data");
    if (s->n == s->cap) {
        const int64_t cap = s->cap ? s->cap * 2 : 8;
        entry *grown = realloc(s->entries, (size_t)cap * sizeof *grown);
        if (!grown) return wick_fail_mem(ctx);
        s->entries = grown;
        s->cap = cap;
    }
    entry e = {0};
    char *packed = NULL;
    int64_t packed_n = 0;
    wick_status st;
    WICK_TRY(wk_compress_for(ctx, path, data, n, &packed, &packed_n));
    if (packed) data = packed, n = packed_n;
    const bool straight = straight_through(path);
    e.path = straight ? copy_text(path) : target_of(path);
    if (!e.path) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(straight ? keep_data(ctx, &e, data, n) : write_temporary(ctx, &e, data, n));
    s->entries[s->n++] = e;
    e = (entry){0};
    st = WICK_OK;
out:
    drop_entry(&e);
    free(packed);
    return st;
}

static wick_status write_straight(wick_ctx *ctx, const entry *e)
{
    const bool standard = strcmp(e->path, "-") == 0;
    if (standard) fflush(stdout); /* what the program printed before comes before */
    const int fd = standard ? STDOUT_FILENO : open(e->path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && wk_write_all(fd, e->data, e->n);
    const int why = errno;
    if (!standard && fd >= 0) good = close(fd) == 0 && good;
    if (good) return WICK_OK;
    return wick_fail(ctx, WICK_E_IO, "%s: cannot write: %s",
                     standard ? "standard output" : e->path, strerror(why));
}

static void sync_directory(const char *path)
{
    char dir[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const size_t n = slash ? (size_t)(slash - path) : 0;
    if (n >= sizeof dir) return;
    memcpy(dir, path, n);
    dir[n] = '\0';
    const int fd = open(slash ? (n ? dir : "/") : ".", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    /* The file is complete and in place; a directory that cannot be synced is no error. */
    (void)sync_fd(fd);
    close(fd);
}

wick_status wick_file_set_commit(wick_ctx *ctx, wick_file_set *s)
{
    if (!s) return wick_fail(ctx, WICK_E_ARG, "wick_file_set_commit: no set");
    /* Pipes first: they fail more often than a rename, and nothing is renamed yet. */
    for (int64_t i = 0; i < s->n; i++) {
        if (!s->entries[i].data) continue;
        const wick_status st = write_straight(ctx, &s->entries[i]);
        if (st < 0) return st;
    }
    for (int64_t i = 0; i < s->n; i++) {
        entry *e = &s->entries[i];
        if (!e->temporary) continue;
        if (rename(e->temporary, e->path) != 0)
            return wick_fail(ctx, WICK_E_IO, "%s: cannot write: %s", e->path, strerror(errno));
        free(e->temporary);
        e->temporary = NULL;
        sync_directory(e->path);
    }
    for (int64_t i = 0; i < s->n; i++) drop_entry(&s->entries[i]);
    s->n = 0;
    return WICK_OK;
}

wick_status wick_file_write(wick_ctx *ctx, const char *path, const void *data, int64_t n)
{
    wick_file_set *s = wick_file_set_new();
    if (!s) return wick_fail_mem(ctx);
    wick_status st;
    WICK_TRY(wick_file_set_add(ctx, s, path, data, n));
    st = wick_file_set_commit(ctx, s);
out:
    wick_file_set_free(s);
    return st;
}
