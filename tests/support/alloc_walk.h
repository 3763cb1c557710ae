/* SPDX-License-Identifier: MIT */
/**
 * Failing-allocator walk. The test programs are linked so that malloc, calloc, realloc,
 * aligned_alloc and posix_memalign of wick's own objects pass a gate (see tests/CMakeLists.txt).
 *
 *     static wick_status make(wick_ctx *ctx, void *arg)   // builds, and frees what it built
 *     alloc_walk(make, arg);
 *
 * runs `make` again and again, refusing the first allocation, then the second ..., until a run
 * passes with nothing refused. Every refused run must give WICK_E_MEM (or succeed, where memory
 * was only a convenience) and must free as much as it took.
 */
#ifndef WICK_TESTS_ALLOC_WALK_H
#define WICK_TESTS_ALLOC_WALK_H

#include "check.h"

typedef wick_status (*alloc_walk_fn)(wick_ctx *ctx, void *arg);

/** Returns how many allocations a good run makes. Fails the test on a wrong status, a leak, or
 * more than 100,000 steps. */
#define alloc_walk(fn, arg) alloc_walk_at((fn), (arg), __FILE__, __LINE__)
int64_t alloc_walk_at(alloc_walk_fn fn, void *arg, const char *file, int line);

/** Refuse the k-th allocation from now (1 is the next); 0 refuses none. */
void alloc_refuse(int64_t k);
/** Allocations asked for since alloc_refuse, and blocks alive that passed the gate. */
int64_t alloc_asked(void);
int64_t alloc_alive(void);

#endif
