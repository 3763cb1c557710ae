/* SPDX-License-Identifier: MIT */
/* Small blocks of one VM. Scripts make and drop tables, strings and closures by the thousand, all
 * of a few dozen bytes, on one thread: lists of free blocks by size, cut from slabs, need none of
 * what a general allocator does. A slab goes back when the VM closes; what is larger than a small
 * block is the general allocator's. */
#include <stdlib.h>
#include <string.h>

#include "lua/lua_int.h"

/* Under the address sanitizer every block is the general allocator's, so that it sees misuse. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { STEP = 16, SLAB_BYTES = 32 << 10 };

struct wk_slab {
    wk_slab *next;
    max_align_t bytes[];
};

static bool is_small(size_t bytes)
{
    return !SANITIZED && bytes > 0 && bytes <= WK_SMALL_BYTES;
}

static size_t class_of(size_t bytes)
{
    return (bytes - 1) / STEP;
}

static void *take(wk_blocks *b, size_t bytes)
{
    const size_t c = class_of(bytes), rounded = (c + 1) * STEP;
    void *p = b->free[c];
    if (p) {
        memcpy(&b->free[c], p, sizeof b->free[c]);
        return p;
    }
    if ((size_t)(b->end - b->at) < rounded) {
        wk_slab *s = malloc(sizeof *s + SLAB_BYTES);
        if (!s) return NULL;
        s->next = b->slabs;
        b->slabs = s;
        /* The rest of the last slab is lost: less than one small block. */
        b->at = (char *)s->bytes;
        b->end = b->at + SLAB_BYTES;
    }
    p = b->at;
    b->at += rounded;
    return p;
}

static void give(wk_blocks *b, void *p, size_t bytes)
{
    const size_t c = class_of(bytes);
    memcpy(p, &b->free[c], sizeof b->free[c]);
    b->free[c] = p;
}

void *wk_blocks_resize(wk_blocks *b, void *p, size_t old, size_t want)
{
    const bool was = is_small(old), is = is_small(want);
    if (!was && !is) {
        if (want > 0) return realloc(p, want);
        free(p);
        return NULL;
    }
    if (was && is && class_of(old) == class_of(want)) return p;
    void *q = want == 0 ? NULL : is ? take(b, want) : malloc(want);
    /* Making a block smaller must not fail; a big one may serve as a small one. */
    if (want > 0 && !q) return want <= old ? p : NULL;
    if (old > 0 && want > 0) memcpy(q, p, old < want ? old : want);
    if (was) {
        give(b, p, old);
    } else {
        free(p);
    }
    return q;
}

void wk_blocks_free(wk_blocks *b)
{
    while (b->slabs) {
        wk_slab *next = b->slabs->next;
        free(b->slabs);
        b->slabs = next;
    }
}
