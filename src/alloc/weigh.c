/* SPDX-License-Identifier: MIT */
/* The registry of ways to weights, and what is done around each: parameters, caps, risk, sizes. */
#include "alloc/alloc_int.h"

#include <string.h>

extern const wick_weigh_spec *const wk_weigh_table[];
extern const int64_t wk_weigh_table_n;

int64_t wick_weigh_count(void)
{
    return wk_weigh_table_n;
}

const wick_weigh_spec *wick_weigh_at(int64_t i)
{
    return i >= 0 && i < wk_weigh_table_n ? wk_weigh_table[i] : NULL;
}

const wick_weigh_spec *wick_weigh_find(wick_ctx *ctx, const char *name)
{
    const char *names[64];
    int64_t n = 0;
    for (; n < wk_weigh_table_n && n < 64; n++) names[n] = wk_weigh_table[n]->name;
    return wick_weigh_at(wk_named(ctx, names, n, name, "weights are", "weights"));
}

double wk_param(const wick_weigh_spec *spec, const wick_weigh_in *in, int k)
{
    return isnan(in->param[k]) ? spec->param[k].def : in->param[k];
}

static wick_status check(wick_ctx *ctx, const wick_weigh_spec *spec, const wick_weigh_in *in)
{
    if (in->n < 1) return wick_fail(ctx, WICK_E_ARG, "weights of no assets");
    if (spec->needs_cov && in->cov == NULL)
        return wick_fail(ctx, WICK_E_ARG, "weights '%s' need a covariance", spec->name);
    if (spec->needs_mean && in->mean == NULL)
        return wick_fail(ctx, WICK_E_ARG, "weights '%s' need expected returns", spec->name);
    for (int k = 0; k < 4 && spec->param[k].name != NULL; k++) {
        const double v = wk_param(spec, in, k);
        if (!(v >= spec->param[k].lo && v <= spec->param[k].hi))
            return wick_fail(ctx, WICK_E_ARG, "weights '%s': %s is %g; it must be %g to %g",
                             spec->name, spec->param[k].name, v, spec->param[k].lo,
                             spec->param[k].hi);
    }
    const int64_t cells = (int64_t)in->n * in->n;
    for (int64_t i = 0; spec->needs_cov && i < cells; i++)
        if (!isfinite(in->cov[i]))
            return wick_fail(ctx, WICK_E_ARG, "weights '%s': the covariance has a gap", spec->name);
    for (int32_t i = 0; spec->needs_mean && i < in->n; i++)
        if (!isfinite(in->mean[i]))
            return wick_fail(ctx, WICK_E_ARG, "weights '%s': expected return %d is not available",
                             spec->name, (int)i + 1);
    return WICK_OK;
}

/* Long-only shares of anything, made to sum to the budget and kept below the caps. */
static wick_status cap(wick_ctx *ctx, wick_arena *scratch, const wick_weigh_in *in, double *w)
{
    wk_bounds b;
    const wick_status st = wk_bounds_of(ctx, scratch, in->limits, in->n, &b);
    double *sums = wick_arena_alloc(scratch, ((int64_t)b.groups + 1) * (int64_t)sizeof *sums);
    if (st < 0) return st;
    if (sums == NULL) return wick_fail_mem(ctx);
    double sum = 0.0;
    for (int32_t i = 0; i < in->n; i++) sum += w[i];
    if (!(sum > 0.0)) return WICK_OK; /* nothing to hold */
    const double budget = in->limits != NULL && in->limits->budget > 0.0 ? in->limits->budget : 1.0;
    for (int32_t i = 0; i < in->n; i++)
        w[i] *= (budget < b.gross || !(b.gross > 0.0) ? budget : b.gross) / sum;
    wk_cap(&b, in->n, w, sums);
    return WICK_OK;
}

wick_status wick_weigh(wick_ctx *ctx, const wick_weigh_spec *spec, const wick_weigh_in *input,
                       double *w)
{
    wick_weigh_in in = {.size = sizeof in};
    memcpy(&in, input, input->size < sizeof in ? input->size : sizeof in);
    wick_status st = check(ctx, spec, &in);
    if (st < 0) return st;
    wick_arena *scratch = wick_arena_new(0);
    if (scratch == NULL) return wick_fail_mem(ctx);
    st = spec->run(ctx, scratch, &in, w);
    if (st >= 0 && !spec->limited) st = cap(ctx, scratch, &in, w);
    wick_arena_free(scratch);
    return st < 0 ? wick_note(ctx, "while weighing with '%s'", spec->name) : st;
}

double wick_weigh_risk(int32_t n, const double *cov, const double *w)
{
    double v = 0.0;
    for (int32_t i = 0; i < n; i++) v += w[i] * wk_dot(n, wk_crow(cov, n, i), w);
    return v > 0.0 ? sqrt(v) : 0.0;
}

void wick_weigh_to_risk(int32_t n, const double *cov, double target, double gross, double *w)
{
    const double risk = wick_weigh_risk(n, cov, w);
    double sum = 0.0;
    for (int32_t i = 0; i < n; i++) sum += fabs(w[i]);
    if (!(risk > 0.0)) return;
    double f = target / risk;
    if (gross > 0.0 && f * sum > gross) f = gross / sum;
    for (int32_t i = 0; i < n; i++) w[i] *= f;
}

/* ---- sizes -------------------------------------------------------------------------------- */

/* numpy.isclose(x, 0): what QSTrader takes for no weights at all. */
static bool near_zero(double v)
{
    return fabs(v) <= 1e-8;
}

wick_status wick_sizer_units(wick_ctx *ctx, const wick_sizer *sizer, int32_t n, double equity,
                             const double *w, const double *price, double *units)
{
    wick_sizer z = {.size = sizeof z};
    memcpy(&z, sizer, sizer->size < sizeof z ? sizer->size : sizeof z);
    const bool longs = z.kind == WICK_SIZER_LONG_ONLY;
    const double gross = z.gross > 0.0 ? z.gross : 1.0;
    double sum = 0.0;
    for (int32_t i = 0; i < n; i++) {
        if (longs && w[i] < 0.0)
            return wick_fail(ctx, WICK_E_ARG,
                             "weight %d is %g; the long-only sizer takes none below 0", (int)i + 1,
                             w[i]);
        sum += longs ? w[i] : fabs(w[i]);
    }
    if (longs) equity *= 1.0 - z.buffer;
    const double ratio = gross / sum;
    for (int32_t i = 0; i < n; i++) {
        /* In QSTrader's order of operations: one division each long only, one ratio long-short. */
        const double share = near_zero(sum) || z.kind == WICK_SIZER_WEIGHTS ? w[i]
                             : longs                                        ? w[i] / sum
                                                                            : w[i] * ratio;
        const double before = equity * share;
        if (z.kind == WICK_SIZER_WEIGHTS) {
            units[i] = before / price[i];
            continue;
        }
        const double after = before - z.fee_pct / 100.0 * fabs(before);
        if (longs)
            units[i] = floor(after / price[i]);
        else
            units[i] = trunc(trunc(after) / price[i]);
    }
    return WICK_OK;
}
