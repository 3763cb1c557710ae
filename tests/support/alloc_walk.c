/* SPDX-License-Identifier: MIT */
#include "alloc_walk.h"

#include <stdatomic.h>
#include <stdlib.h>

/* The linker points wick's malloc at __wrap_malloc and __real_malloc at the true one. */
void *__real_malloc(size_t n);
void *__real_calloc(size_t k, size_t n);
void *__real_realloc(void *p, size_t n);
void *__real_aligned_alloc(size_t align, size_t n);
int __real_posix_memalign(void **out, size_t align, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t k, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_aligned_alloc(size_t align, size_t n);
int __wrap_posix_memalign(void **out, size_t align, size_t n);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);
void __wrap_free(void *p);

static atomic_llong refuse_at, asked, alive;

static int refused(void)
{
    const long long now = atomic_fetch_add(&asked, 1) + 1;
    return now == atomic_load(&refuse_at);
}

static void *taken(void *p)
{
    if (p) atomic_fetch_add(&alive, 1);
    return p;
}

void *__wrap_malloc(size_t n)
{
    return refused() ? NULL : taken(__real_malloc(n));
}

void *__wrap_calloc(size_t k, size_t n)
{
    return refused() ? NULL : taken(__real_calloc(k, n));
}

void *__wrap_realloc(void *p, size_t n)
{
    if (refused()) return NULL;
    void *q = __real_realloc(p, n);
    return p ? q : taken(q);
}

void *__wrap_aligned_alloc(size_t align, size_t n)
{
    return refused() ? NULL : taken(__real_aligned_alloc(align, n));
}

int __wrap_posix_memalign(void **out, size_t align, size_t n)
{
    if (refused()) return 12; /* ENOMEM */
    const int r = __real_posix_memalign(out, align, n);
    if (r == 0) taken(*out);
    return r;
}

char *__wrap_strndup(const char *s, size_t n)
{
    const char *end = memchr(s, 0, n);
    const size_t k = end ? (size_t)(end - s) : n;
    char *p = __wrap_malloc(k + 1);
    if (!p) return NULL;
    memcpy(p, s, k);
    p[k] = '\0';
    return p;
}

char *__wrap_strdup(const char *s)
{
    return __wrap_strndup(s, strlen(s));
}

/* Blocks that libraries allocated and wick frees would be counted wrongly: wick has none. */
void __wrap_free(void *p)
{
    if (p) atomic_fetch_sub(&alive, 1);
    __real_free(p);
}

void alloc_refuse(int64_t k)
{
    atomic_store(&asked, 0);
    atomic_store(&refuse_at, k);
}

int64_t alloc_asked(void)
{
    return atomic_load(&asked);
}

int64_t alloc_alive(void)
{
    return atomic_load(&alive);
}

int64_t alloc_walk_at(alloc_walk_fn fn, void *arg, const char *file, int line)
{
    for (int64_t k = 1; k <= 100000; k++) {
        wick_ctx *ctx = wick_ctx_new();
        const int64_t before = alloc_alive();
        alloc_refuse(k);
        const wick_status st = fn(ctx, arg);
        const int64_t made = alloc_asked();
        alloc_refuse(0);
        const int64_t left = alloc_alive() - before;
        const int untouched = made < k;
        if ((st < 0 && st != WICK_E_MEM) || (st < 0 && untouched)) {
            print_error("allocation %lld refused: status %s: %s\n", (long long)k,
                        wick_status_name(st), wick_ctx_error(ctx));
            _fail(file, line);
        }
        if (left != 0) {
            print_error("allocation %lld refused: %lld blocks not freed\n", (long long)k,
                        (long long)left);
            _fail(file, line);
        }
        wick_ctx_free(ctx);
        if (untouched) return made;
    }
    print_error("more than 100000 allocations\n");
    _fail(file, line);
    return 0;
}
