/* SPDX-License-Identifier: MIT */
/* Signs of life: the thread that gives them (and writes rows that have waited for long), and what
 * is done about trials that gave none. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "store/rdb_int.h"

/* Rows of a trial under way show up elsewhere (the dashboard, other workers' pruners) after this.
 */
static const double longest_wait = 0.25;

/* ---- the thread --------------------------------------------------------------------------- */

static wick_status beat_all(void *user, wick_ctx *ctx, bool again)
{
    (void)again;
    wk_rdb *r = user;
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < r->own.n && st >= 0; i++)
        st = wk_rdb_beat(ctx, r, r->own.v[i].trial_id);
    return st;
}

static void *live(void *user)
{
    wk_rdb *r = user;
    wick_ctx *ctx = wick_ctx_new();
    double next_beat = wick_now() + r->o.heartbeat;
    pthread_mutex_lock(&r->lock);
    while (!r->stop && ctx != NULL) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        t.tv_nsec += (long)(longest_wait * 0.5 * 1e9);
        t.tv_sec += t.tv_nsec / 1000000000;
        t.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&r->wake, &r->lock, &t);
        if (r->stop || r->in_txn || r->holding) continue;
        const double now = wick_now();
        /* A failure shows when the study's own thread writes: rows stay until then. */
        wick_status st = WICK_OK;
        if (r->ops.n > 0 && now - r->ops.since > longest_wait) st = wk_rdb_write(ctx, r, 0.0);
        if (r->o.heartbeat > 0.0 && now >= next_beat && r->own.n > 0)
            st = wk_sql_transact(ctx, r->sql, 0.0, beat_all, r);
        if (now >= next_beat) next_beat = now + r->o.heartbeat;
        if (st < 0) wick_ctx_clear(ctx);
    }
    pthread_mutex_unlock(&r->lock);
    wick_ctx_free(ctx);
    return NULL;
}

wick_status wk_rdb_start(wick_ctx *ctx, wk_rdb *r)
{
    if (r->has_thread) return WICK_OK;
    if (pthread_create(&r->thread, NULL, live, r) != 0)
        return wick_fail(ctx, WICK_E_IO, "%s: no thread for signs of life: %s", r->shown,
                         strerror(errno));
    r->has_thread = true;
    return WICK_OK;
}

void wk_rdb_stop(wk_rdb *r)
{
    if (!r->has_thread) return;
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    r->has_thread = false;
}

/* ---- stale trials ------------------------------------------------------------------------- */

enum { MOST = 64 };

typedef struct failing {
    wk_rdb *r;
    wick_study *s;
    int64_t id[MOST], number[MOST], n;
    int64_t now; /* index of the one being failed */
    bool changed;
    int64_t retry;
    wick_buf history;
    bool had_failed;
} failing;

static wick_status got_stale(void *user, wick_ctx *ctx, const wk_cell *row)
{
    (void)ctx;
    failing *f = user;
    if (f->n == MOST) return WICK_OK; /* the others are there at the next ask */
    f->id[f->n] = wk_cell_int(&row[0]);
    f->number[f->n++] = wk_cell_int(&row[1]);
    return WICK_OK;
}

/* The database's clock gave the signs, and it judges them. */
static wick_status find_stale(void *user, wick_ctx *ctx, bool again)
{
    (void)again;
    failing *f = user;
    wk_rdb *r = f->r;
    wk_sql *q = r->sql;
    f->n = 0;
    const double grace = r->o.grace > 0.0 ? r->o.grace : 2.0 * r->o.heartbeat;
    wick_buf b = {0};
    wick_buf_addf(&b,
                  "SELECT t.trial_id, t.number FROM trials t JOIN trial_heartbeats h "
                  "ON h.trial_id = t.trial_id WHERE t.state = 'RUNNING' AND h.heartbeat < %s AND "
                  "t.trial_id IN (",
                  q->pg ? "(CURRENT_TIMESTAMP - make_interval(secs => ?1))::timestamp"
                        : "datetime('now', '-' || ?1 || ' seconds')");
    int64_t n = 0;
    for (int64_t i = 0; i < r->n_open; i++) {
        const wick_trial *t = wick_study_trial(f->s, r->open[i]);
        if (wick_trial_state_of(t) != WICK_TRIAL_RUNNING) continue;
        wick_buf_addf(&b, "%s%lld", n++ > 0 ? "," : "", (long long)r->ids[r->open[i]]);
    }
    wick_buf_add(&b, ") ORDER BY t.trial_id", -1);
    const wk_cell a = wk_double(grace);
    wick_status st = WICK_OK;
    if (b.failed) st = wick_fail_mem(ctx);
    if (st >= 0 && n > 0) st = q->exec(q, ctx, false, b.data, &a, 1, got_stale, f);
    if (st >= 0) st = q->sync(q, ctx);
    wick_buf_free(&b);
    return st;
}

static wick_status was_changed(void *user, wick_ctx *ctx, const wk_cell *row)
{
    (void)ctx;
    (void)row;
    ((failing *)user)->changed = true;
    return WICK_OK;
}

static wick_status got_history(void *user, wick_ctx *ctx, const wk_cell *row)
{
    failing *f = user;
    const char *key = wk_cell_text(&row[0]), *json = wk_cell_text(&row[1]);
    if (key != NULL && strcmp(key, "failed_trial") == 0) f->had_failed = true;
    if (key == NULL || json == NULL || strcmp(key, "retry_history") != 0) return WICK_OK;
    wick_buf_add(&f->history, json, -1);
    return f->history.failed ? wick_fail_mem(ctx) : WICK_OK;
}

static wick_status got_retry(void *user, wick_ctx *ctx, const wk_cell *row)
{
    (void)ctx;
    ((failing *)user)->retry = wk_cell_int(&row[0]);
    return WICK_OK;
}

/* Everything that makes the new trial the same point again; what the failed one had reached (its
 * rungs, its reports) is not carried over. */
static wick_status copy_trial(wick_ctx *ctx, failing *f, const char *history)
{
    static const char *const copies[] = {
        "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) "
        "SELECT ?2, param_name, param_value, distribution_json FROM trial_params "
        "WHERE trial_id = ?1 ORDER BY param_id",
        "INSERT INTO trial_user_attributes (trial_id, key, value_json) "
        "SELECT ?2, key, value_json FROM trial_user_attributes WHERE trial_id = ?1",
        "INSERT INTO trial_system_attributes (trial_id, key, value_json) "
        "SELECT ?2, key, value_json FROM trial_system_attributes WHERE trial_id = ?1 "
        "AND key NOT IN ('wick:request_id', 'retry_history') AND key NOT LIKE 'completed_rung_%'"};
    static const char attr[] =
        "INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES (?1, ?2, ?3)";
    wk_sql *q = f->r->sql;
    const wk_cell ids[] = {wk_int(f->id[f->now]), wk_int(f->retry)};
    wick_status st = WICK_OK;
    for (int i = 0; i < 3 && st >= 0; i++)
        st = q->exec(q, ctx, true, copies[i], ids, 2, NULL, NULL);
    if (st >= 0) {
        const wk_cell a[] = {wk_int(f->retry), wk_text("retry_history"), wk_text(history)};
        st = q->exec(q, ctx, true, attr, a, 3, NULL, NULL);
    }
    if (st >= 0 && !f->had_failed) {
        char number[24];
        snprintf(number, sizeof number, "%lld", (long long)f->number[f->now]);
        const wk_cell a[] = {wk_int(f->retry), wk_text("failed_trial"), wk_text(number)};
        st = q->exec(q, ctx, true, attr, a, 3, NULL, NULL);
    }
    return st;
}

static wick_status queue_again(wick_ctx *ctx, failing *f)
{
    wk_rdb *r = f->r;
    wk_sql *q = r->sql;
    static const char read[] = "SELECT key, value_json FROM trial_system_attributes "
                               "WHERE trial_id = ?1 AND key IN ('failed_trial', 'retry_history')";
    const wk_cell id = wk_int(f->id[f->now]);
    f->history.len = 0;
    f->had_failed = false;
    wick_status st = q->exec(q, ctx, true, read, &id, 1, got_history, f);
    if (st >= 0) st = q->sync(q, ctx);
    wick_buf history = {0};
    int64_t length = 0;
    if (st >= 0)
        st = wk_history_add(ctx, f->history.len > 0 ? f->history.data : NULL, f->number[f->now],
                            &history, &length);
    const bool allowed = r->o.retries < 0 || length <= r->o.retries;
    if (st >= 0 && allowed) {
        st = wk_rdb_insert_trial(ctx, r, WICK_TRIAL_WAITING, WICK_NO_TIME, got_retry, f);
        if (st >= 0) st = q->sync(q, ctx);
        if (st >= 0) st = copy_trial(ctx, f, history.data);
    }
    wick_buf_free(&history);
    return st;
}

/* Only the process whose update changed the row queues the trial again. */
static wick_status fail_one(void *user, wick_ctx *ctx, bool again)
{
    (void)again;
    static const char lock_study[] = "SELECT 1 FROM studies WHERE study_id = ?1 FOR UPDATE";
    static const char end[] = "UPDATE trials SET state = 'FAIL', datetime_complete = ?2 "
                              "WHERE trial_id = ?1 AND state = 'RUNNING' RETURNING trial_id";
    failing *f = user;
    wk_rdb *r = f->r;
    wk_sql *q = r->sql;
    f->changed = false;
    wick_status st = WICK_OK;
    if (q->pg) {
        const wk_cell study = wk_int(r->study_id);
        st = q->exec(q, ctx, true, lock_study, &study, 1, NULL, NULL);
    }
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    char stamp[WK_STAMP_TEXT];
    const wk_cell a[] = {
        wk_int(f->id[f->now]),
        wk_text(wk_stamp(stamp, (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000, false))};
    if (st >= 0) st = q->exec(q, ctx, true, end, a, 2, was_changed, f);
    if (st >= 0) st = q->sync(q, ctx);
    if (st >= 0 && f->changed && r->o.retries != 0) st = queue_again(ctx, f);
    return st;
}

wick_status wk_rdb_stale(wick_ctx *ctx, wk_rdb *r, wick_study *s)
{
    const double now = wick_now();
    if (!(r->o.heartbeat > 0.0) || r->o.read_only || r->n_open == 0 || now < r->stale_at)
        return WICK_OK;
    r->stale_at = now + 0.5 * r->o.heartbeat;
    failing f = {.r = r, .s = s};
    pthread_mutex_lock(&r->lock);
    wick_status st = wk_rdb_write(ctx, r, r->patience);
    if (st >= 0) st = wk_sql_read(ctx, r->sql, r->patience, find_stale, &f);
    bool told[MOST] = {false};
    for (f.now = 0; f.now < f.n && st >= 0; f.now++) {
        st = wk_sql_transact(ctx, r->sql, r->patience, fail_one, &f);
        told[f.now] = st >= 0 && f.changed;
        if (told[f.now]) r->unread = true;
    }
    pthread_mutex_unlock(&r->lock);
    wick_buf_free(&f.history);
    for (int64_t i = 0; i < f.n; i++)
        if (told[i] && r->o.stale != NULL) r->o.stale(r->o.user, s, f.number[i]);
    return st;
}
