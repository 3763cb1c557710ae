/* SPDX-License-Identifier: MIT */
/* The container of a saved state: named sections in memory and in a file. */
#include "engine/state_int.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1, MAX_SECTIONS = 64, NAME = 32, DIGEST = 64 };
static const char MAGIC[8] = {'w', 'i', 'c', 'k', 'r', 'u', 'n', '\0'};

typedef struct section {
    char name[NAME];
    char *data;
    int64_t n;
} section;

struct wick_state {
    atomic_int refs;
    int32_t n;
    section at[MAX_SECTIONS];
};

wick_status wk_state_new(wick_ctx *ctx, wick_state **out)
{
    wick_state *s = calloc(1, sizeof *s);
    if (s == NULL) return wick_fail_mem(ctx);
    atomic_init(&s->refs, 1);
    *out = s;
    return WICK_OK;
}

wick_state *wick_state_ref(wick_state *s)
{
    if (s != NULL) atomic_fetch_add(&s->refs, 1);
    return s;
}

void wick_state_unref(wick_state *s)
{
    if (s == NULL || atomic_fetch_sub(&s->refs, 1) != 1) return;
    for (int32_t i = 0; i < s->n; i++) free(s->at[i].data);
    free(s);
}

static section *find(const wick_state *s, const char *name)
{
    for (int32_t i = 0; i < s->n; i++) {
        if (strcmp(s->at[i].name, name) == 0) return (section *)&s->at[i];
    }
    return NULL;
}

static wick_status put(wick_ctx *ctx, wick_state *s, const char *name, size_t len, const void *data,
                       int64_t n)
{
    char key[NAME];
    if (len == 0 || len >= NAME || memchr(name, '\0', len) != NULL)
        return wick_fail(ctx, WICK_E_ARG, "a section of a state has a name of 1 to 31 letters");
    memcpy(key, name, len);
    key[len] = '\0';
    section *to = find(s, key);
    if (to == NULL && s->n == MAX_SECTIONS)
        return wick_fail(ctx, WICK_E_ARG, "a state has %d sections at most", MAX_SECTIONS);
    char *copy = malloc((size_t)n + 1);
    if (copy == NULL) return wick_fail_mem(ctx);
    if (n > 0) memcpy(copy, data, (size_t)n);
    copy[n] = '\0';
    if (to == NULL) {
        to = &s->at[s->n++];
        memcpy(to->name, key, NAME);
    }
    free(to->data);
    to->data = copy;
    to->n = n;
    return WICK_OK;
}

wick_status wick_state_put(wick_ctx *ctx, wick_state *s, const char *name, const void *data,
                           int64_t n)
{
    return put(ctx, s, name, strlen(name), data, n);
}

const void *wick_state_get(const wick_state *s, const char *name, int64_t *n)
{
    const section *at = find(s, name);
    *n = at != NULL ? at->n : 0;
    return at != NULL ? at->data : NULL;
}

int64_t wick_state_sections(const wick_state *s)
{
    return s->n;
}

const char *wick_state_section(const wick_state *s, int64_t i)
{
    return i >= 0 && i < s->n ? s->at[i].name : NULL;
}

/* ---- facts --------------------------------------------------------------------------------- */

static const char *fact_line(const wick_state *s, const char *key, size_t *len)
{
    const section *f = find(s, "facts");
    const size_t k = strlen(key);
    for (const char *p = f != NULL ? f->data : ""; *p != '\0';) {
        const size_t line = strcspn(p, "\n");
        if (line > k && p[k] == '=' && memcmp(p, key, k) == 0) {
            *len = line;
            return p;
        }
        p += line + (p[line] == '\n');
    }
    return NULL;
}

wick_status wick_state_note(wick_ctx *ctx, wick_state *s, const char *key, const char *value)
{
    size_t len = 0;
    const section *f = find(s, "facts");
    const char *line = fact_line(s, key, &len);
    wick_buf b = {0};
    if (strpbrk(key, "=\n") != NULL || strchr(value, '\n') != NULL)
        return wick_fail(ctx, WICK_E_ARG, "a fact of a state is one line: %s", key);
    if (f != NULL) {
        const char *rest = line != NULL ? line + len + 1 : f->data + f->n;
        wick_buf_add(&b, f->data, line != NULL ? line - f->data : f->n);
        if (rest < f->data + f->n) wick_buf_add(&b, rest, f->data + f->n - rest);
    }
    wick_buf_addf(&b, "%s=%s\n", key, value);
    const wick_status st =
        b.failed ? wick_fail_mem(ctx) : wick_state_put(ctx, s, "facts", b.data, b.len);
    wick_buf_free(&b);
    return st;
}

bool wick_state_fact(const wick_state *s, const char *key, char *out, size_t n)
{
    size_t len = 0;
    const char *line = fact_line(s, key, &len);
    if (n == 0) return line != NULL;
    out[0] = '\0';
    if (line == NULL) return false;
    const size_t k = strlen(key) + 1, want = len - k < n - 1 ? len - k : n - 1;
    memcpy(out, line + k, want);
    out[want] = '\0';
    return true;
}

/* ---- the file ------------------------------------------------------------------------------ */

static void digest(const void *data, int64_t n, char hex[65])
{
    wick_sha256 h;
    wick_sha256_init(&h);
    wick_sha256_add(&h, data, n);
    wick_sha256_end(&h, hex);
}

wick_status wick_state_bytes(wick_ctx *ctx, const wick_state *s, wick_buf *out)
{
    char hex[65];
    wick_buf_add(out, MAGIC, sizeof MAGIC);
    wk_pack_u32(out, VERSION);
    wk_pack_u32(out, (uint32_t)s->n);
    for (int32_t i = 0; i < s->n; i++) {
        wk_pack_text(out, s->at[i].name, (int64_t)strlen(s->at[i].name));
        wk_pack_u64(out, (uint64_t)s->at[i].n);
        wick_buf_add(out, s->at[i].data, s->at[i].n);
    }
    if (out->failed) return wick_fail_mem(ctx);
    digest(out->data, out->len, hex);
    wick_buf_add(out, hex, DIGEST);
    return out->failed ? wick_fail_mem(ctx) : WICK_OK;
}

wick_status wick_state_write(wick_ctx *ctx, const wick_state *s, const char *path)
{
    wick_buf b = {0};
    wick_status st = wick_state_bytes(ctx, s, &b);
    if (st >= 0) st = wick_file_write(ctx, path, b.data, b.len);
    wick_buf_free(&b);
    return st;
}

static wick_status damaged(wick_ctx *ctx, const char *name, const char *why)
{
    return wick_fail(ctx, WICK_E_DATA, "%s: %s", name, why);
}

static wick_status take_sections(wick_ctx *ctx, wk_unpack *u, uint32_t n, wick_state *s)
{
    for (uint32_t i = 0; i < n; i++) {
        int64_t len = 0;
        const char *name = wk_take_text(u, &len);
        const uint64_t size = wk_take_u64(u);
        if (u->st < 0) return u->st;
        if (size > (uint64_t)(u->end - u->p))
            return wk_unpack_fail(u, "a section claims %llu bytes, more than the file has",
                                  (unsigned long long)size);
        wick_status st = put(ctx, s, name, (size_t)len, u->p, (int64_t)size);
        if (st < 0) return st;
        u->p += size;
    }
    if ((uint32_t)s->n != n) return wk_unpack_fail(u, "two sections have the same name");
    return u->p == u->end ? WICK_OK : wk_unpack_fail(u, "there is more behind the last section");
}

wick_status wick_state_parse(wick_ctx *ctx, const char *name, const void *data, int64_t n,
                             wick_state **out)
{
    const uint8_t *p = data;
    char hex[65];
    if (n < (int64_t)sizeof MAGIC || memcmp(p, MAGIC, sizeof MAGIC) != 0)
        return damaged(ctx, name, "this is no saved state of wick (`wick run --save-state FILE`)");
    wk_unpack u = {.ctx = ctx, .p = p + sizeof MAGIC, .end = p + n};
    const uint32_t version = wk_take_u32(&u), sections = wk_take_u32(&u);
    if (u.st < 0 || n < (int64_t)sizeof MAGIC + 8 + DIGEST)
        return damaged(ctx, name, "the state is cut short");
    if (version != VERSION)
        return wick_fail(ctx, WICK_E_DATA,
                         "%s: the state is of format %u; this wick reads format %d", name, version,
                         VERSION);
    digest(p, n - DIGEST, hex);
    if (memcmp(hex, p + n - DIGEST, DIGEST) != 0)
        return damaged(ctx, name, "the state is damaged or cut short (its checksum is another)");
    wick_state *s = NULL;
    wick_status st = wk_state_new(ctx, &s);
    if (st < 0) return st;
    u.end -= DIGEST;
    st = take_sections(ctx, &u, sections, s);
    if (st < 0) {
        wick_state_unref(s);
        return wick_note(ctx, "while reading %s", name);
    }
    *out = s;
    return WICK_OK;
}

wick_status wick_state_read(wick_ctx *ctx, const char *path, wick_state **out)
{
    char *text = NULL;
    int64_t n = 0;
    wick_status st = wick_file_read(ctx, path, 0, &text, &n);
    if (st < 0) return st;
    st = wick_state_parse(ctx, path, text, n, out);
    free(text);
    return st;
}
