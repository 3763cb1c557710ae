/* SPDX-License-Identifier: MIT */
/* Fields of rows, and transactions that are tried again. */
#include <string.h>
#include <time.h>

#include "store/sql.h"

int64_t wk_cell_int(const wk_cell *c)
{
    int64_t v = 0;
    if (c->kind == WK_INT) return c->i;
    if (c->kind == WK_DOUBLE) return (int64_t)c->d;
    if (c->kind == WK_TEXT && !wick_parse_int(c->s, (int64_t)strlen(c->s), &v)) return 0;
    return v;
}

double wk_cell_double(const wk_cell *c)
{
    double v = WICK_NA;
    if (c->kind == WK_DOUBLE) return c->d;
    if (c->kind == WK_INT) return (double)c->i;
    if (c->kind == WK_TEXT && !wick_parse_double(c->s, (int64_t)strlen(c->s), &v)) return WICK_NA;
    return v;
}

const char *wk_cell_text(const wk_cell *c)
{
    return c->kind == WK_TEXT ? c->s : NULL;
}

static void pause_for(double seconds)
{
    struct timespec t = {.tv_sec = (time_t)seconds};
    t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
    nanosleep(&t, NULL);
}

/* Workers that met in a deadlock must not meet again at once. Never part of a result. */
static double jitter(int32_t attempt)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    wick_pcg g = wick_pcg_key((uint64_t)t.tv_nsec, "pause", (uint64_t)attempt, 0);
    const double most = attempt < 6 ? 0.01 * (double)(1 << attempt) : 0.5;
    return most * wick_pcg_uniform(&g);
}

/* Connects again until it works or `until` has passed. */
static wick_status revive(wick_ctx *ctx, wk_sql *q, double until)
{
    for (int32_t attempt = 0;; attempt++) {
        wick_ctx_clear(ctx);
        const wick_status st = q->revive(q, ctx);
        if (st >= 0 || wick_now() >= until) return st;
        if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
        pause_for(0.05 + jitter(attempt));
    }
}

static wick_status attempt(wick_ctx *ctx, wk_sql *q, bool write, wk_txn_fn body, void *user,
                           bool again)
{
    wick_status st = write ? q->begin(q, ctx) : WICK_OK;
    if (st >= 0) st = body(user, ctx, again);
    if (st >= 0) st = write ? q->commit(q, ctx) : q->sync(q, ctx);
    return st;
}

static wick_status run(wick_ctx *ctx, wk_sql *q, double patience, bool write, wk_txn_fn body,
                       void *user)
{
    const double until = wick_now() + patience;
    bool again = false;
    for (int32_t i = 0;; i++) {
        wick_status st = attempt(ctx, q, write, body, user, again);
        if (st >= 0) return st;
        const wk_trouble t = q->trouble(q);
        if (write && t != WK_LOST) q->rollback(q);
        if (t == WK_FINE || wick_now() >= until) return st;
        if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
        if (t == WK_LOST) {
            again = true;
            st = revive(ctx, q, until);
            if (st < 0) return st;
        } else {
            pause_for(jitter(i));
        }
        wick_ctx_clear(ctx);
    }
}

wick_status wk_sql_transact(wick_ctx *ctx, wk_sql *q, double patience, wk_txn_fn body, void *user)
{
    return run(ctx, q, patience, true, body, user);
}

wick_status wk_sql_read(wick_ctx *ctx, wk_sql *q, double patience, wk_txn_fn body, void *user)
{
    return run(ctx, q, patience, false, body, user);
}
