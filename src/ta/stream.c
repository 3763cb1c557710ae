/* SPDX-License-Identifier: MIT */
/** Streaming indicators: one block of memory each, nothing allocated while stepping. */
#include "ta_int.h"

/* What a stream was fed, from the day on that somebody asked to keep it. Its spec is a copy whose
 * step writes down first, so that streams nobody keeps do not look. */
typedef struct keep {
    wick_ta_spec spec;
    const wick_ta_spec *real;
    double *log;
    int64_t n, cap;
    int32_t n_in;
    bool failed;
} keep;

struct wick_stream {
    const wick_ta_spec *spec;
    keep *keep;   /* NULL: nobody asked */
    int64_t mark; /* of a copy: how much of the log it stands for */
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
    k->keep = NULL;
    k->mark = 0;
    memcpy(k->p, checked, sizeof k->p);
    s->state_init(k->state, k->p);
    *out = k;
    return WICK_OK;
}

wick_status wick_stream_twin(wick_ctx *ctx, const wick_stream *of, wick_stream **out)
{
    return wick_stream_new(ctx, of->keep != NULL ? of->keep->real : of->spec, of->p, out);
}

void wick_stream_free(wick_stream *s)
{
    if (s != NULL && s->keep != NULL) {
        free(s->keep->log);
        free(s->keep);
    }
    free(s);
}

void wick_stream_step(wick_stream *s, const double *in, double *out)
{
    s->spec->step(s->state, s->p, in, out);
}

void wick_stream_reset(wick_stream *s)
{
    s->spec->state_init(s->state, s->p);
    if (s->keep != NULL) s->keep->n = 0;
}

static bool write_down(keep *k, const double *in)
{
    if (k->n + k->n_in > k->cap) {
        const int64_t cap = k->cap > 0 ? 2 * k->cap : 256;
        double *log = realloc(k->log, (size_t)cap * sizeof *log);
        if (log == NULL) return false;
        k->log = log;
        k->cap = cap;
    }
    for (int32_t i = 0; i < k->n_in; i++) k->log[k->n++] = isnan(in[i]) ? WICK_NA : in[i];
    return true;
}

static void step_kept(void *state, const double *p, const double *in, double *out)
{
    const wick_stream *s =
        (const wick_stream *)(const void *)((const char *)state - offsetof(wick_stream, state));
    keep *k = s->keep;
    if (!k->failed && !write_down(k, in)) k->failed = true;
    k->real->step(state, p, in, out);
}

wick_status wick_stream_keep(wick_ctx *ctx, wick_stream *s)
{
    if (s->keep != NULL) return WICK_OK;
    keep *k = calloc(1, sizeof *k);
    if (k == NULL) return wick_fail_mem(ctx);
    memcpy(&k->spec, s->spec, sizeof k->spec);
    k->spec.step = step_kept;
    k->real = s->spec;
    k->n_in = wick_ta_inputs(s->spec);
    s->keep = k;
    s->spec = &k->spec;
    return WICK_OK;
}

wick_status wick_stream_kept(wick_ctx *ctx, const wick_stream *s, const double **in, int64_t *n)
{
    *in = NULL;
    *n = 0;
    if (s->keep == NULL) return wick_fail(ctx, WICK_E_STATE, "this stream was not asked to keep");
    if (s->keep->failed) return wick_fail_mem(ctx);
    *in = s->keep->log;
    *n = s->keep->n / s->keep->n_in;
    return WICK_OK;
}

/* Kernels keep no pointers into themselves: their state is what its bytes are. A stream that keeps
 * what it is fed goes back in its log too. */
void wick_stream_copy(wick_stream *to, const wick_stream *from)
{
    const wick_ta_spec *a = to->keep != NULL ? to->keep->real : to->spec;
    const wick_ta_spec *b = from->keep != NULL ? from->keep->real : from->spec;
    if (a != b) return;
    memcpy(to->p, from->p, sizeof to->p);
    memcpy(to->state, from->state, (size_t)b->state_size(from->p));
    to->mark = from->keep != NULL ? from->keep->n : from->mark;
    if (to->keep != NULL && from->keep == NULL) to->keep->n = from->mark;
}

int64_t wick_stream_marked(const wick_stream *s, const wick_stream *kept)
{
    return kept->keep != NULL ? s->mark / kept->keep->n_in : 0;
}
