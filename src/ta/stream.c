/* SPDX-License-Identifier: MIT */
/** Streaming indicators: one block of memory each, nothing allocated while stepping. */
#include "ta_int.h"

struct wick_stream {
    const wick_ta_spec *spec;
    double p[WICK_TA_MAX_PARAM];
    double state[]; /* state_size bytes, aligned for the doubles and integers kernels keep */
};

wick_status wick_stream_new(wick_ctx *ctx, const wick_ta_spec *s, const double *p,
                            wick_stream **out)
{
    double checked[WICK_TA_MAX_PARAM + 1] = {0};
    const int32_t all = wick_ta_params(s);
    for (int32_t k = 0; k < all; k++) checked[k] = p[k];
    const wick_status st = wick_ta_check(ctx, s, checked);
    if (st < 0) return st;
    wick_stream *k = malloc(sizeof *k + (size_t)s->state_size(checked));
    if (k == NULL) return wick_fail_mem(ctx);
    k->spec = s;
    memcpy(k->p, checked, sizeof k->p);
    s->state_init(k->state, k->p);
    *out = k;
    return WICK_OK;
}

void wick_stream_free(wick_stream *s)
{
    free(s);
}

void wick_stream_step(wick_stream *s, const double *in, double *out)
{
    s->spec->step(s->state, s->p, in, out);
}

void wick_stream_reset(wick_stream *s)
{
    s->spec->state_init(s->state, s->p);
}
