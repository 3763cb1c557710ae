/* SPDX-License-Identifier: MIT */
/* Reading files, compressed or not, and compressing what is to be written. The only file that
 * knows zlib and zstd. The form is told by magic bytes, never by the name. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base_int.h"

#if WICK_HAVE_ZLIB
#include <zlib.h>
#endif
#if WICK_HAVE_ZSTD
#include <zstd.h>
#endif

/* Large enough that system calls and inflate calls do not show in a profile. */
enum { INPUT_SIZE = 256 * 1024 };
static const int64_t default_limit = INT64_C(4) << 30;

typedef enum form { FORM_PLAIN, FORM_GZIP, FORM_ZSTD } form;

struct wick_reader {
    int fd;
    form form;
    bool ended;     /* no more input from the descriptor */
    bool in_frame;  /* inside a compressed member */
    int64_t at, n;  /* unread part of `in` */
    int64_t size;   /* of the file when known, else 0 */
#if WICK_HAVE_ZLIB
    z_stream z;
    bool z_open;
#endif
#if WICK_HAVE_ZSTD
    ZSTD_DStream *zstd;
#endif
    char *name;
    unsigned char in[INPUT_SIZE];
};

int64_t wk_read_all(int fd, void *to, int64_t n)
{
    int64_t got = 0;
    while (got < n) {
        const ssize_t k = read(fd, (char *)to + got, (size_t)(n - got));
        if (k < 0 && errno == EINTR) continue;
        if (k < 0) return -1;
        if (k == 0) break;
        got += k;
    }
    return got;
}

static wick_status fill(wick_ctx *ctx, wick_reader *r)
{
    if (r->at < r->n || r->ended) return WICK_OK;
    const int64_t k = wk_read_all(r->fd, r->in, INPUT_SIZE);
    if (k < 0) return wick_fail(ctx, WICK_E_IO, "%s: cannot read: %s", r->name, strerror(errno));
    r->at = 0;
    r->n = k;
    r->ended = k < INPUT_SIZE;
    return WICK_OK;
}

static wick_status start_form(wick_ctx *ctx, wick_reader *r)
{
    static const unsigned char gzip_magic[3] = {0x1f, 0x8b, 8}; /* RFC 1952 with deflate */
    static const unsigned char zstd_magic[4] = {0x28, 0xb5, 0x2f, 0xfd}; /* RFC 8878 */
    if (r->n >= 3 && memcmp(r->in, gzip_magic, 3) == 0) {
#if WICK_HAVE_ZLIB
        if (inflateInit2(&r->z, 15 + 16) != Z_OK) return wick_fail_mem(ctx);
        r->z_open = true;
        r->form = FORM_GZIP;
#else
        return wick_fail(ctx, WICK_E_UNSUPPORTED,
                         "%s: gzip file, but wick was built without zlib (Debian package "
                         "zlib1g-dev)",
                         r->name);
#endif
    } else if (r->n >= 4 && memcmp(r->in, zstd_magic, 4) == 0) {
#if WICK_HAVE_ZSTD
        r->zstd = ZSTD_createDStream();
        if (!r->zstd) return wick_fail_mem(ctx);
        r->form = FORM_ZSTD;
#else
        return wick_fail(ctx, WICK_E_UNSUPPORTED,
                         "%s: zstd file, but wick was built without zstd (Debian package "
                         "libzstd-dev)",
                         r->name);
#endif
    }
    return WICK_OK;
}

wick_status wick_reader_open(wick_ctx *ctx, const char *path, wick_reader **out)
{
    if (!path || !*path) return wick_fail(ctx, WICK_E_ARG, "empty file name");
    wick_reader *r = malloc(sizeof *r);
    if (!r) return wick_fail_mem(ctx);
    memset(r, 0, offsetof(struct wick_reader, in));
    wick_status st;
    const bool standard = strcmp(path, "-") == 0;
    r->fd = standard ? STDIN_FILENO : -1;
    const char *shown = standard ? "standard input" : path;
    r->name = malloc(strlen(shown) + 1);
    if (!r->name) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    strcpy(r->name, shown);
    if (!standard) {
        r->fd = open(path, O_RDONLY | O_CLOEXEC);
        if (r->fd < 0) {
            st = wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(errno));
            goto out;
        }
    }
    struct stat info;
    if (fstat(r->fd, &info) == 0) {
        if (S_ISDIR(info.st_mode)) {
            st = wick_fail(ctx, WICK_E_IO, "%s: is a directory, not a file", r->name);
            goto out;
        }
        if (S_ISREG(info.st_mode)) r->size = info.st_size;
    }
    WICK_TRY(fill(ctx, r));
    WICK_TRY(start_form(ctx, r));
    *out = r;
    return WICK_OK;
out:
    wick_reader_close(r);
    return st;
}

void wick_reader_close(wick_reader *r)
{
    if (!r) return;
#if WICK_HAVE_ZLIB
    if (r->z_open) inflateEnd(&r->z);
#endif
#if WICK_HAVE_ZSTD
    ZSTD_freeDStream(r->zstd);
#endif
    if (r->fd > STDIN_FILENO) close(r->fd);
    free(r->name);
    free(r);
}

static wick_status read_plain(wick_ctx *ctx, wick_reader *r, unsigned char *to, int64_t n,
                              int64_t *got)
{
    int64_t k = r->n - r->at;
    if (k > n) k = n;
    memcpy(to, r->in + r->at, (size_t)k);
    r->at += k;
    if (k < n && !r->ended) {
        const int64_t more = wk_read_all(r->fd, to + k, n - k);
        if (more < 0)
            return wick_fail(ctx, WICK_E_IO, "%s: cannot read: %s", r->name, strerror(errno));
        r->ended = more < n - k;
        k += more;
    }
    *got = k;
    return WICK_OK;
}

#if WICK_HAVE_ZLIB || WICK_HAVE_ZSTD
static wick_status damaged(wick_ctx *ctx, const wick_reader *r, const char *kind, const char *what)
{
    return wick_fail(ctx, WICK_E_DATA, "%s: damaged %s file: %s", r->name, kind, what);
}
#endif

#if WICK_HAVE_ZLIB
/* A file may hold several members, one after the other: that is what `cat a.gz b.gz` makes. */
static wick_status read_gzip(wick_ctx *ctx, wick_reader *r, unsigned char *to, int64_t n,
                             int64_t *got)
{
    int64_t done = 0;
    while (done < n) {
        const wick_status st = fill(ctx, r);
        if (st < 0) return st;
        if (r->at == r->n) {
            if (r->in_frame) return damaged(ctx, r, "gzip", "it ends in the middle");
            break;
        }
        const int64_t want = n - done < (1 << 30) ? n - done : 1 << 30;
        r->in_frame = true;
        r->z.next_in = r->in + r->at;
        r->z.avail_in = (uInt)(r->n - r->at);
        r->z.next_out = to + done;
        r->z.avail_out = (uInt)want;
        const int z = inflate(&r->z, Z_NO_FLUSH);
        r->at = r->n - r->z.avail_in;
        done += want - r->z.avail_out;
        if (z == Z_STREAM_END) {
            r->in_frame = false;
            if (inflateReset(&r->z) != Z_OK) return wick_fail_mem(ctx);
        } else if (z == Z_MEM_ERROR) {
            return wick_fail_mem(ctx);
        } else if (z != Z_OK && z != Z_BUF_ERROR) {
            return damaged(ctx, r, "gzip", r->z.msg ? r->z.msg : "not a gzip member");
        }
    }
    *got = done;
    return WICK_OK;
}
#endif

#if WICK_HAVE_ZSTD
static wick_status read_zstd(wick_ctx *ctx, wick_reader *r, unsigned char *to, int64_t n,
                             int64_t *got)
{
    ZSTD_outBuffer out = {to, (size_t)n, 0};
    while (out.pos < out.size) {
        const wick_status st = fill(ctx, r);
        if (st < 0) return st;
        const bool dry = r->at == r->n;
        if (dry && !r->in_frame) break;
        ZSTD_inBuffer in = {r->in, (size_t)r->n, (size_t)r->at};
        const size_t before = out.pos;
        const size_t left = ZSTD_decompressStream(r->zstd, &out, &in);
        if (ZSTD_isError(left)) return damaged(ctx, r, "zstd", ZSTD_getErrorName(left));
        r->at = (int64_t)in.pos;
        r->in_frame = left != 0;
        /* Without input only what is buffered inside can come out. */
        if (dry && r->in_frame && out.pos == before)
            return damaged(ctx, r, "zstd", "it ends in the middle");
    }
    *got = (int64_t)out.pos;
    return WICK_OK;
}
#endif

wick_status wick_reader_read(wick_ctx *ctx, wick_reader *r, void *to, int64_t n, int64_t *got)
{
    if (!r || n < 0) return wick_fail(ctx, WICK_E_ARG, "wick_reader_read: no reader or n < 0");
#if WICK_HAVE_ZLIB
    if (r->form == FORM_GZIP) return read_gzip(ctx, r, to, n, got);
#endif
#if WICK_HAVE_ZSTD
    if (r->form == FORM_ZSTD) return read_zstd(ctx, r, to, n, got);
#endif
    return read_plain(ctx, r, to, n, got);
}

wick_status wick_file_read(wick_ctx *ctx, const char *path, int64_t max_bytes, char **out,
                           int64_t *n)
{
    if (max_bytes <= 0) max_bytes = default_limit;
    wick_reader *r = NULL;
    char *data = NULL;
    wick_status st;
    WICK_TRY(wick_reader_open(ctx, path, &r));
    /* A plain file: one allocation of its size. Compressed text is a few times larger. The size is
     * only a first guess: files of /proc say 0. */
    int64_t cap = r->form == FORM_PLAIN ? r->size + 1 : r->size * 4 + 1;
    if (cap < 4096) cap = 4096;
    if (cap > max_bytes + 1) cap = max_bytes + 1;
    int64_t used = 0;
    for (;;) {
        char *grown = realloc(data, (size_t)cap + 1);
        if (!grown) {
            st = wick_fail_mem(ctx);
            goto out;
        }
        data = grown;
        int64_t got = 0;
        WICK_TRY(wick_reader_read(ctx, r, data + used, cap - used, &got));
        used += got;
        if (used > max_bytes) {
            st = wick_fail(ctx, WICK_E_MEM, "%s: holds more than %lld bytes, the limit here",
                           r->name, (long long)max_bytes);
            goto out;
        }
        if (used < cap) break;
        cap = cap > max_bytes / 2 ? max_bytes + 1 : cap * 2;
    }
    data[used] = '\0';
    if (cap - used > 65536) {
        char *fit = realloc(data, (size_t)used + 1);
        if (fit) data = fit;
    }
    *out = data;
    *n = used;
    data = NULL;
    st = WICK_OK;
out:
    free(data);
    wick_reader_close(r);
    return st;
}

static bool ends_with(const char *s, const char *end)
{
    const size_t n = strlen(s), k = strlen(end);
    return n > k && strcmp(s + n - k, end) == 0;
}

#if WICK_HAVE_ZLIB
/* zlib's header has no time stamp in it: same data, same bytes. */
static wick_status deflate_gzip(wick_ctx *ctx, const char *path, const void *data, int64_t n,
                                char **out, int64_t *out_n)
{
    if (n >= INT64_C(1) << 32) return wick_fail(ctx, WICK_E_ARG, "%s: over 4 GiB", path);
    z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return wick_fail_mem(ctx);
    const uLong bound = deflateBound(&z, (uLong)n);
    char *to = malloc((size_t)bound);
    wick_status st = WICK_OK;
    if (!to) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    /* avail_* are 32 bits wide: the data goes through in pieces. */
    const unsigned char *from = data;
    int64_t left = n;
    uLong made = 0;
    int z_st = Z_OK;
    while (z_st == Z_OK) {
        const int64_t piece = left < (1 << 30) ? left : 1 << 30;
        z.next_in = (z_const Bytef *)(uintptr_t)from;
        z.avail_in = (uInt)piece;
        const uLong room = bound - made < (1u << 30) ? bound - made : 1u << 30;
        z.next_out = (Bytef *)to + made;
        z.avail_out = (uInt)room;
        z_st = deflate(&z, left == piece ? Z_FINISH : Z_NO_FLUSH);
        from += piece - z.avail_in;
        left -= piece - z.avail_in;
        made += room - z.avail_out;
    }
    if (z_st != Z_STREAM_END) {
        st = wick_fail(ctx, WICK_E_INTERNAL, "%s: zlib gave up", path);
        goto out;
    }
    *out = to;
    *out_n = (int64_t)made;
    to = NULL;
out:
    free(to);
    deflateEnd(&z);
    return st;
}
#endif

#if WICK_HAVE_ZSTD
static wick_status compress_zstd(wick_ctx *ctx, const void *data, int64_t n, char **out,
                                 int64_t *out_n)
{
    const size_t bound = ZSTD_compressBound((size_t)n);
    ZSTD_CCtx *z = ZSTD_createCCtx();
    char *to = malloc(bound ? bound : 1);
    wick_status st = WICK_OK;
    if (!z || !to) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, 3);
    ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
    const size_t made = ZSTD_compress2(z, to, bound, data, (size_t)n);
    if (ZSTD_isError(made)) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    *out = to;
    *out_n = (int64_t)made;
    to = NULL;
out:
    free(to);
    ZSTD_freeCCtx(z);
    return st;
}
#endif

wick_status wk_compress_for(wick_ctx *ctx, const char *path, const void *data, int64_t n,
                            char **out, int64_t *out_n)
{
    *out = NULL;
    (void)data, (void)n, (void)out_n; /* not used in a build without both libraries */
    if (ends_with(path, ".gz")) {
#if WICK_HAVE_ZLIB
        return deflate_gzip(ctx, path, data, n, out, out_n);
#else
        return wick_fail(ctx, WICK_E_UNSUPPORTED,
                         "%s: wick was built without zlib (Debian package zlib1g-dev)", path);
#endif
    }
    if (ends_with(path, ".zst")) {
#if WICK_HAVE_ZSTD
        return compress_zstd(ctx, data, n, out, out_n);
#else
        return wick_fail(ctx, WICK_E_UNSUPPORTED,
                         "%s: wick was built without zstd (Debian package libzstd-dev)", path);
#endif
    }
    return WICK_OK;
}
