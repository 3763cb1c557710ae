/* SPDX-License-Identifier: MIT */
/* Bump allocator: a chain of blocks, each twice the last up to 16 MiB. Reset keeps the blocks, so
 * that a second run of the same size touches no malloc. */
#include <stdlib.h>
#include <string.h>

#include "wick/base.h"

enum { ALIGN = 64, FIRST_BLOCK = 64 * 1024, LARGEST_STEP = 16 * 1024 * 1024 };

typedef struct block {
    struct block *next;
    int64_t size; /* usable bytes after the header */
    int64_t used;
} block;

/* The header takes one alignment unit, so that the bytes after it start on a cache line. */
_Static_assert(sizeof(block) <= ALIGN, "block header outgrew its slot");

struct wick_arena {
    block *first, *current;
    int64_t cap, used, next_size;
};

wick_arena *wick_arena_new(int64_t cap_bytes)
{
    wick_arena *a = calloc(1, sizeof *a);
    if (!a) return NULL;
    a->cap = cap_bytes > 0 ? cap_bytes : INT64_MAX;
    a->next_size = FIRST_BLOCK;
    return a;
}

void wick_arena_free(wick_arena *a)
{
    if (!a) return;
    for (block *b = a->first, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void wick_arena_reset(wick_arena *a)
{
    if (!a) return;
    for (block *b = a->first; b; b = b->next) b->used = 0;
    a->current = a->first;
    a->used = 0;
}

static block *add_block(wick_arena *a, int64_t bytes)
{
    int64_t size = a->next_size;
    if (size < bytes) size = bytes;
    void *p = NULL;
    if (posix_memalign(&p, ALIGN, (size_t)(size + ALIGN)) != 0) return NULL;
    block *b = p;
    *b = (block){NULL, size, 0};
    if (a->next_size < LARGEST_STEP) a->next_size *= 2;
    if (a->current) {
        b->next = a->current->next;
        a->current->next = b;
    } else {
        a->first = b;
    }
    return b;
}

void *wick_arena_alloc(wick_arena *a, int64_t bytes)
{
    if (!a || bytes < 0 || bytes > INT64_MAX - 2 * ALIGN) return NULL;
    const int64_t size = (bytes + ALIGN - 1) / ALIGN * ALIGN;
    if (size > a->cap - a->used) return NULL;
    block *b = a->current;
    /* After a reset the following blocks are empty and may do. One that is too small is passed
     * over: it is found again at the next reset. */
    while (b && b->size - b->used < size && b->next && b->next->used == 0) b = b->next;
    if (b && b->size - b->used >= size) {
        a->current = b;
    } else {
        a->current = b ? b : a->current;
        b = add_block(a, size);
        if (!b) return NULL;
        a->current = b;
    }
    void *p = (char *)b + ALIGN + b->used;
    b->used += size;
    a->used += size;
    return p;
}

void *wick_arena_zalloc(wick_arena *a, int64_t bytes)
{
    void *p = wick_arena_alloc(a, bytes);
    if (p && bytes > 0) memset(p, 0, (size_t)bytes);
    return p;
}

char *wick_arena_strdup(wick_arena *a, const char *s)
{
    if (!s) return NULL;
    const size_t n = strlen(s) + 1;
    char *p = wick_arena_alloc(a, (int64_t)n);
    if (p) memcpy(p, s, n);
    return p;
}

int64_t wick_arena_used(const wick_arena *a)
{
    return a ? a->used : 0;
}

double *wick_alloc_column(int64_t n)
{
    const int64_t per_line = ALIGN / (int64_t)sizeof(double);
    if (n < 0 || n > INT64_MAX / (2 * (int64_t)sizeof(double))) return NULL;
    const int64_t padded = n == 0 ? per_line : (n + per_line - 1) / per_line * per_line;
    void *p = NULL;
    if (posix_memalign(&p, ALIGN, (size_t)padded * sizeof(double)) != 0) return NULL;
    /* Vector loads may read the padding: it holds zeros, never what was there before. */
    double *column = p;
    for (int64_t i = n; i < padded; i++) column[i] = 0.0;
    return column;
}

void wick_free_aligned(void *p)
{
    free(p);
}
