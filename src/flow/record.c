/* SPDX-License-Identifier: MIT */
/* What is kept of each trial: parameters, values, returns. */
#include <stdlib.h>
#include <string.h>

#include "flow/tune_int.h"

wk_record *wk_record_at(wick_tune *t, int64_t number)
{
    const int64_t block = number / WK_BLOCK_TRIALS;
    if (number < 0 || block >= WK_BLOCKS) return NULL;
    pthread_mutex_lock(&t->lock);
    if (t->block[block] == NULL) t->block[block] = calloc(WK_BLOCK_TRIALS, sizeof **t->block);
    wk_record *r = t->block[block] != NULL ? &t->block[block][number % WK_BLOCK_TRIALS] : NULL;
    pthread_mutex_unlock(&t->lock);
    return r;
}

const wk_record *wk_record_find(const wick_tune *t, int64_t number)
{
    const int64_t block = number / WK_BLOCK_TRIALS;
    if (number < 0 || block >= WK_BLOCKS || t->block[block] == NULL) return NULL;
    return &t->block[block][number % WK_BLOCK_TRIALS];
}

wick_status wk_record_fill(wick_ctx *ctx, wick_tune *t, wk_record *r)
{
    if (r == NULL) return wick_fail_mem(ctx);
    if (r->params != NULL) return WICK_OK;
    const int64_t p = t->s->n_params, m = t->s->n_objectives, f = t->c->n_folds;
    r->params = malloc((size_t)(p + m + f * m + 1) * sizeof *r->params);
    if (r->params == NULL) return wick_fail_mem(ctx);
    r->value = r->params + p;
    r->fold = r->value + m;
    for (int64_t i = 0; i < p + m + f * m; i++) r->params[i] = WICK_NA;
    r->duplicate_of = -1;
    return WICK_OK;
}

/* ---- the same parameters again ------------------------------------------------------------- */

static uint64_t hash_of(const wick_tune *t, const double *params)
{
    return wick_hash64(params, t->s->n_params * (int64_t)sizeof *params, 1);
}

static bool same_params(const wick_tune *t, int64_t number, const double *params)
{
    const wk_record *r = wk_record_find(t, number);
    for (int64_t i = 0; i < t->s->n_params; i++)
        if (r->params[i] != params[i]) return false;
    return true;
}

int64_t wk_seen_find(const wick_tune *t, const double *params)
{
    if (t->cap_seen == 0) return -1;
    uint64_t at = hash_of(t, params);
    for (;; at++) {
        const int64_t number = t->seen[at & (uint64_t)(t->cap_seen - 1)] - 1;
        if (number < 0 || same_params(t, number, params)) return number;
    }
}

static void put_seen(wick_tune *t, int64_t number)
{
    uint64_t at = hash_of(t, wk_record_find(t, number)->params);
    while (t->seen[at & (uint64_t)(t->cap_seen - 1)] != 0) at++;
    t->seen[at & (uint64_t)(t->cap_seen - 1)] = number + 1;
    t->n_seen++;
}

wick_status wk_seen_add(wick_ctx *ctx, wick_tune *t, int64_t number)
{
    if (2 * (t->n_seen + 1) > t->cap_seen) {
        int64_t *old = t->seen;
        const int64_t n = t->cap_seen;
        t->seen = calloc((size_t)(n > 0 ? 2 * n : 1024), sizeof *t->seen);
        if (t->seen == NULL) {
            t->seen = old;
            return wick_fail_mem(ctx);
        }
        t->cap_seen = n > 0 ? 2 * n : 1024;
        t->n_seen = 0;
        for (int64_t i = 0; i < n; i++)
            if (old[i] > 0) put_seen(t, old[i] - 1);
        free(old);
    }
    put_seen(t, number);
    return WICK_OK;
}

/* ---- looking ------------------------------------------------------------------------------ */

int64_t wick_tune_count(const wick_tune *t)
{
    return t->n;
}

wick_tune_trial wick_tune_at(const wick_tune *t, int64_t number)
{
    const wk_record *r = wk_record_find(t, number);
    if (r == NULL || number >= t->n || r->params == NULL)
        return (wick_tune_trial){.number = -1, .duplicate_of = -1, .state = WICK_TRIAL_FAIL};
    return (wick_tune_trial){.number = number,
                             .state = r->state,
                             .rejected = r->rejected,
                             .reason = r->reason != NULL ? r->reason : "",
                             .violation = r->violation,
                             .duplicate_of = r->duplicate_of,
                             .trades = r->trades,
                             .params = r->params,
                             .value = r->value,
                             .fold = r->fold,
                             .returns = r->returns};
}

int64_t wick_tune_best(const wick_tune *t)
{
    int64_t best = -1;
    double value = 0.0;
    const int8_t better = t->s->better[0];
    for (int64_t i = 0; i < t->n; i++) {
        const wk_record *r = wk_record_find(t, i);
        if (r == NULL || r->state != WICK_TRIAL_COMPLETE || r->rejected || r->violation > 0.0 ||
            isnan(r->value[0]))
            continue;
        if (best < 0 || (better > 0 ? r->value[0] > value : r->value[0] < value)) {
            best = i;
            value = r->value[0];
        }
    }
    return best;
}

const char *wick_tune_order(const wick_tune *t)
{
    return t->order.data != NULL ? t->order.data : "";
}

void wick_tune_free(wick_tune *t)
{
    if (t == NULL) return;
    for (int64_t b = 0; b < WK_BLOCKS; b++) {
        for (int64_t i = 0; t->block[b] != NULL && i < WK_BLOCK_TRIALS; i++) {
            free(t->block[b][i].params);
            free(t->block[b][i].returns);
            free(t->block[b][i].reason);
        }
        free(t->block[b]);
    }
    if (t->lock_made) {
        pthread_mutex_destroy(&t->lock);
        pthread_mutex_destroy(&t->study_lock);
    }
    wick_buf_free(&t->order);
    free(t->seen);
    free(t);
}

/* ---- the file ----------------------------------------------------------------------------- */

static void add_i64(wick_buf *b, int64_t v)
{
    char byte[8];
    for (int i = 0; i < 8; i++) byte[i] = (char)(uint8_t)((uint64_t)v >> (8 * i));
    wick_buf_add(b, byte, 8);
}

static void add_float(wick_buf *b, float v)
{
    uint32_t u;
    char byte[4];
    memcpy(&u, &v, sizeof u);
    for (int i = 0; i < 4; i++) byte[i] = (char)(uint8_t)(u >> (8 * i));
    wick_buf_add(b, byte, 4);
}

wick_status wick_tune_returns(wick_ctx *ctx, const wick_tune *t, const wick_course *c,
                              wick_buf *out)
{
    int64_t n = 0;
    for (int64_t i = 0; i < t->n; i++) n += wick_tune_at(t, i).returns != NULL;
    wick_buf_add(out, "WICKRET1", 8);
    add_i64(out, c->n_rows);
    add_i64(out, n);
    for (int64_t i = 0; i < c->n_rows; i++) add_i64(out, c->row_time[i]);
    for (int64_t i = 0; i < t->n; i++)
        if (wick_tune_at(t, i).returns != NULL) add_i64(out, i);
    for (int64_t i = 0; i < t->n && !out->failed; i++) {
        const float *r = wick_tune_at(t, i).returns;
        for (int64_t k = 0; r != NULL && k < c->n_rows; k++) add_float(out, r[k]);
    }
    return out->failed ? wick_fail_mem(ctx) : WICK_OK;
}
