/* SPDX-License-Identifier: MIT */
/* PCG64 (XSL-RR 128/64), written from O'Neill, "PCG: A Family of Simple Fast Space-Efficient
 * Statistically Good Algorithms for Random Number Generation", HMC-CS-2014-0905. The state advances
 * first and the output is taken from the new state, as in the paper's reference vectors.
 *
 * 128-bit arithmetic is done on two 64-bit halves: plain C11, same code on every machine. */
#include <string.h>

#include "wick/base.h"

/* 0x2360ed051fc65da44385df649fccf645, the paper's 128-bit multiplier. */
static const uint64_t mul_hi = UINT64_C(0x2360ed051fc65da4);
static const uint64_t mul_lo = UINT64_C(0x4385df649fccf645);

/* High half of a 64 x 64 product. */
static uint64_t high_product(uint64_t a, uint64_t b)
{
#if defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 wide;
    return (uint64_t)((wide)a * b >> 64);
#else
    const uint64_t a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
    const uint64_t mid = a1 * b0 + (a0 * b0 >> 32);
    const uint64_t mid2 = a0 * b1 + (mid & 0xffffffff);
    return a1 * b1 + (mid >> 32) + (mid2 >> 32);
#endif
}

static void advance(wick_pcg *g)
{
    const uint64_t lo = g->state_lo * mul_lo;
    const uint64_t hi =
        high_product(g->state_lo, mul_lo) + g->state_hi * mul_lo + g->state_lo * mul_hi;
    g->state_lo = lo + g->inc_lo;
    g->state_hi = hi + g->inc_hi + (g->state_lo < lo);
}

uint64_t wick_pcg_u64(wick_pcg *g)
{
    advance(g);
    const uint64_t x = g->state_hi ^ g->state_lo;
    const unsigned turn = (unsigned)(g->state_hi >> 58);
    return x >> turn | x << ((64 - turn) & 63);
}

/* The key is hashed into 256 bits: 128 choose the starting point, 127 the stream. SHA-256, because
 * neighbouring keys (trial 17, fold 3 and fold 4) must give unrelated streams. */
wick_pcg wick_pcg_key(uint64_t seed, const char *purpose, uint64_t a, uint64_t b)
{
    uint8_t words[24];
    for (int i = 0; i < 8; i++) {
        words[i] = (uint8_t)(seed >> (8 * i));
        words[8 + i] = (uint8_t)(a >> (8 * i));
        words[16 + i] = (uint8_t)(b >> (8 * i));
    }
    wick_sha256 s;
    char hex[65];
    wick_sha256_init(&s);
    wick_sha256_add(&s, words, sizeof words);
    if (purpose) wick_sha256_add(&s, purpose, (int64_t)strlen(purpose));
    wick_sha256_end(&s, hex);
    wick_pcg g;
    g.inc_hi = (uint64_t)s.h[4] << 32 | s.h[5];
    g.inc_lo = ((uint64_t)s.h[6] << 32 | s.h[7]) | 1; /* an increment must be odd */
    /* Seeding as in the paper's library: 0, step, add the start, step. */
    g.state_hi = g.state_lo = 0;
    advance(&g);
    const uint64_t start_hi = (uint64_t)s.h[0] << 32 | s.h[1];
    const uint64_t start_lo = (uint64_t)s.h[2] << 32 | s.h[3];
    g.state_lo += start_lo;
    g.state_hi += start_hi + (g.state_lo < start_lo);
    advance(&g);
    return g;
}

double wick_pcg_uniform(wick_pcg *g)
{
    return (double)(wick_pcg_u64(g) >> 11) * 0x1p-53;
}

uint64_t wick_pcg_below(wick_pcg *g, uint64_t n)
{
    if (n < 2) return 0;
    /* Draws below 2^64 mod n are thrown away: what is left is a whole number of ranges. */
    const uint64_t reject = (0 - n) % n;
    uint64_t r = wick_pcg_u64(g);
    while (r < reject) r = wick_pcg_u64(g);
    return r % n;
}

double wick_pcg_normal(wick_pcg *g)
{
    /* 1 - u lies in (0, 1], so that the logarithm is finite. */
    const double radius = sqrt(-2.0 * log(1.0 - wick_pcg_uniform(g)));
    return radius * cos(6.283185307179586476925 * wick_pcg_uniform(g));
}
