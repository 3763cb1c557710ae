/* SPDX-License-Identifier: MIT */
/* Random draws of the samplers. By default each trial has streams of its own, so that what is drawn
 * for it depends neither on other trials nor on the thread; NumPy's MT19937 is there to repeat
 * Optuna draw by draw. Source: Matsumoto and Nishimura 1998; the legacy conversions of NumPy. */
#include "opt/opt_int.h"

void wk_mt_seed(wk_mt *g, uint32_t seed)
{
    g->s[0] = seed;
    for (uint32_t i = 1; i < 624; i++)
        g->s[i] = 1812433253u * (g->s[i - 1] ^ (g->s[i - 1] >> 30)) + i;
    g->pos = 624;
    g->has_spare = false;
    g->spare = 0.0;
}

static uint32_t word(wk_mt *g)
{
    if (g->pos == 624) {
        uint32_t *s = g->s;
        for (int k = 0; k < 624; k++) {
            const uint32_t y = (s[k] & 0x80000000u) | (s[(k + 1) % 624] & 0x7fffffffu);
            s[k] = s[(k + 397) % 624] ^ (y >> 1) ^ ((y & 1u) ? 0x9908b0dfu : 0u);
        }
        g->pos = 0;
    }
    uint32_t y = g->s[g->pos++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

wk_rng wk_rng_at(const wick_study *s, wk_mt *mt, const char *purpose, int64_t trial, uint64_t key)
{
    wk_rng g = {0};
    if (s->rng == WICK_OPT_RNG_OPTUNA) {
        g.mt = mt;
    } else {
        g.pcg = wick_pcg_key(s->seed, purpose, (uint64_t)trial, key);
    }
    return g;
}

double wk_uniform(wk_rng *g)
{
    if (g->mt == NULL) return wick_pcg_uniform(&g->pcg);
    const uint32_t a = word(g->mt) >> 5, b = word(g->mt) >> 6;
    return (a * 67108864.0 + b) / 9007199254740992.0;
}

int64_t wk_below(wk_rng *g, int64_t n)
{
    if (n <= 1) return 0;
    if (g->mt == NULL) return (int64_t)wick_pcg_below(&g->pcg, (uint64_t)n);
    uint32_t mask = (uint32_t)(n - 1);
    for (uint32_t k = 1; k < 32; k *= 2) mask |= mask >> k;
    uint32_t v;
    do {
        v = word(g->mt) & mask;
    } while (v > (uint32_t)(n - 1));
    return (int64_t)v;
}

double wk_normal(wk_rng *g)
{
    if (g->mt == NULL) return wick_pcg_normal(&g->pcg);
    if (g->mt->has_spare) {
        g->mt->has_spare = false;
        return g->mt->spare;
    }
    double x1, x2, r2;
    do {
        x1 = 2.0 * wk_uniform(g) - 1.0;
        x2 = 2.0 * wk_uniform(g) - 1.0;
        r2 = x1 * x1 + x2 * x2;
    } while (r2 >= 1.0 || r2 == 0.0);
    const double f = sqrt(-2.0 * log(r2) / r2);
    g->mt->spare = f * x1;
    g->mt->has_spare = true;
    return f * x2;
}

void wk_shuffle(wk_rng *g, int64_t *items, int64_t n)
{
    for (int64_t i = n - 1; i > 0; i--) {
        const int64_t j = wk_below(g, i + 1), x = items[i];
        items[i] = items[j];
        items[j] = x;
    }
}

int64_t wk_weighted(wk_rng *g, const double *cumulative, int64_t n)
{
    const double u = wk_uniform(g), total = cumulative[n - 1];
    int64_t lo = 0, hi = n - 1;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (cumulative[mid] / total > u) {
            hi = mid;
        } else {
            lo = mid + 1;
        }
    }
    return lo;
}
