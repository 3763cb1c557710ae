/* SPDX-License-Identifier: MIT */
/* 64-bit hash for cache keys and checksums against accidents: eight-byte words are multiplied into
 * four independent lanes (so that long input runs at memory speed), folded, and finished with the
 * 64-bit mixer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). Words are read little-endian, so a
 * checksum in a file means the same on every machine. */
#include <string.h>

#include "wick/base.h"

static const uint64_t odd_a = UINT64_C(0x9E3779B97F4A7C15);
static const uint64_t odd_b = UINT64_C(0xD6E8FEB86659FD93);

static uint64_t word_at(const unsigned char *p)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
#else
    uint64_t v = 0;
    for (int i = 7; i >= 0; i--) v = v << 8 | p[i];
    return v;
#endif
}

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* The multiplication comes last: a changed top bit of one word must not look like a changed low bit
 * of the lane's next word. */
static uint64_t lane(uint64_t h, uint64_t v)
{
    h += v * odd_a;
    h = h << 31 | h >> 33;
    return h * odd_b;
}

uint64_t wick_hash64(const void *data, int64_t n, uint64_t seed)
{
    const unsigned char *p = data;
    uint64_t h[4];
    for (int i = 0; i < 4; i++) h[i] = mix(seed + odd_a * (uint64_t)(i + 1));
    int64_t left = n < 0 ? 0 : n;
    for (; left >= 32; left -= 32, p += 32)
        for (int i = 0; i < 4; i++) h[i] = lane(h[i], word_at(p + 8 * i));
    int i = 0;
    for (; left >= 8; left -= 8, p += 8, i++) h[i] = lane(h[i], word_at(p));
    uint64_t tail = 0;
    for (int k = 0; k < left; k++) tail |= (uint64_t)p[k] << (8 * k);
    uint64_t r = mix(tail ^ ((uint64_t)n * odd_a));
    for (int k = 0; k < 4; k++) r = mix((r ^ h[k]) * odd_b + odd_a);
    return r;
}
