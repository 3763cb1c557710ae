/* SPDX-License-Identifier: MIT */
/* The backend of a study in a database: numbers new trials, takes waiting ones, and collects rows
 * so that a trial costs two commits. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/rdb_int.h"

static void lock(wk_rdb *r)
{
    pthread_mutex_lock(&r->lock);
}

static void unlock(wk_rdb *r)
{
    pthread_mutex_unlock(&r->lock);
}

static wick_status grow_ids(wick_ctx *ctx, int64_t **v, int64_t *cap, int64_t need)
{
    if (need <= *cap) return WICK_OK;
    int64_t n = *cap < 64 ? 64 : 2 * *cap;
    if (n < need) n = need;
    int64_t *p = realloc(*v, (size_t)n * sizeof *p);
    if (p == NULL) return wick_fail_mem(ctx);
    *v = p;
    *cap = n;
    return WICK_OK;
}

wick_status wk_rdb_remember(wick_ctx *ctx, wk_rdb *r, int64_t trial_id)
{
    const wick_status st = grow_ids(ctx, &r->ids, &r->cap_ids, r->n_ids + 1);
    if (st < 0) return st;
    r->ids[r->n_ids++] = trial_id;
    if (trial_id > r->last_id) r->last_id = trial_id;
    return WICK_OK;
}

wick_status wk_rdb_open_add(wick_ctx *ctx, wk_rdb *r, int64_t number)
{
    const wick_status st = grow_ids(ctx, &r->open, &r->cap_open, r->n_open + 1);
    if (st < 0) return st;
    int64_t i = r->n_open++;
    for (; i > 0 && r->open[i - 1] > number; i--) r->open[i] = r->open[i - 1];
    r->open[i] = number;
    return WICK_OK;
}

static void open_drop(wk_rdb *r, int64_t number)
{
    for (int64_t i = 0; i < r->n_open; i++) {
        if (r->open[i] != number) continue;
        memmove(&r->open[i], &r->open[i + 1], (size_t)(r->n_open - i - 1) * sizeof *r->open);
        r->n_open--;
        return;
    }
}

/* ---- writing ------------------------------------------------------------------------------ */

static wick_status write_body(void *user, wick_ctx *ctx, bool again)
{
    wk_rdb *r = user;
    r->ops.done = 0;
    return wk_ops_run(ctx, r, again || r->again);
}

wick_status wk_rdb_write(wick_ctx *ctx, wk_rdb *r, double patience)
{
    if (!r->in_txn && r->ops.n == 0) return WICK_OK;
    wick_status st = WICK_OK;
    bool stored = false;
    if (r->in_txn) {
        r->in_txn = false;
        st = wk_ops_run(ctx, r, r->again);
        if (st >= 0) st = r->sql->commit(r->sql, ctx);
        stored = st >= 0;
        if (!stored) {
            const wk_trouble t = r->sql->trouble(r->sql);
            if (t != WK_LOST) r->sql->rollback(r->sql);
            if (t == WK_FINE) return st;
            r->again = r->again || t == WK_LOST;
            wick_ctx_clear(ctx);
        }
    }
    if (!stored) st = wk_sql_transact(ctx, r->sql, patience, write_body, r);
    if (st < 0) return st;
    for (int64_t i = 0; i < r->ops.n; i++) r->refused = r->refused || r->ops.v[i].refused;
    wk_ops_clear(&r->ops);
    r->again = false;
    return WICK_OK;
}

static wick_status gone(wick_ctx *ctx, wk_rdb *r, wick_study_event *e)
{
    wk_own_drop(&r->own, e->trial);
    const wick_status st = wk_rdb_open_add(ctx, r, e->trial);
    if (st < 0) return st;
    return wick_fail(ctx, WICK_E_STATE, "%s: trial %lld was ended by another process", r->shown,
                     (long long)e->trial);
}

/* Within a batch the results share a transaction, for a tenth of a second at most: others wait for
 * its lock. */
static wick_status finish_held(wick_ctx *ctx, wk_rdb *r)
{
    wick_status st = WICK_OK;
    if (!r->in_txn) {
        st = r->sql->begin(r->sql, ctx);
        if (st < 0) return wk_rdb_write(ctx, r, r->patience); /* which connects again */
        r->in_txn = true;
        r->txn_since = wick_now();
        r->ops.done = 0;
    }
    st = wk_ops_run(ctx, r, r->again);
    if (st < 0 || wick_now() - r->txn_since > 0.1) {
        /* A failed statement has spoilt the transaction; the write starts it afresh. */
        if (st < 0) wick_ctx_clear(ctx);
        return wk_rdb_write(ctx, r, r->patience);
    }
    if (r->ops.v[r->ops.n - 1].refused) {
        r->refused = true;
        r->ops.n = --r->ops.done;
    }
    return WICK_OK;
}

/* Back among the waiting ones, which other processes take. */
static wick_status give_back(wick_ctx *ctx, wk_rdb *r, wick_study_event *e)
{
    wick_status st = wk_ops_add(ctx, r, e, r->ids[e->trial]);
    if (st < 0) return st;
    r->refused = false;
    st = wk_rdb_write(ctx, r, r->patience);
    if (st < 0) return st;
    if (r->refused) return gone(ctx, r, e);
    wk_own_drop(&r->own, e->trial);
    return wk_rdb_open_add(ctx, r, e->trial);
}

static wick_status finish(wick_ctx *ctx, wk_rdb *r, wick_study_event *e)
{
    wick_status st = wk_ops_add(ctx, r, e, r->ids[e->trial]);
    if (st < 0) return st;
    r->refused = false;
    st = r->holding ? finish_held(ctx, r) : wk_rdb_write(ctx, r, r->patience);
    if (st < 0) return st;
    if (r->refused) return gone(ctx, r, e);
    wk_own_drop(&r->own, e->trial);
    open_drop(r, e->trial);
    return WICK_OK;
}

/* ---- new trials --------------------------------------------------------------------------- */

wick_status wk_rdb_insert_trial(wick_ctx *ctx, wk_rdb *r, int32_t state, int64_t time, wk_row_fn fn,
                                void *user)
{
    static const char insert[] =
        "INSERT INTO trials (study_id, number, state, datetime_start) VALUES (?1, "
        "COALESCE((SELECT number + 1 FROM trials WHERE study_id = ?1 "
        "ORDER BY trial_id DESC LIMIT 1), 0), ?2, ?3) RETURNING trial_id, number";
    char stamp[WK_STAMP_TEXT];
    const bool started = state == WICK_TRIAL_RUNNING;
    const wk_cell a[] = {wk_int(r->study_id), wk_text(wick_trial_state_name(state)),
                         wk_text(started ? wk_stamp(stamp, time, false) : NULL)};
    return r->sql->exec(r->sql, ctx, true, insert, a, 3, fn, user);
}

typedef struct creation {
    wk_rdb *r;
    const wick_study_event *e;
    int64_t n, got, first_number;
    int64_t *id;
    char request[64];
} creation;

static wick_status got_trial(void *user, wick_ctx *ctx, const wk_cell *row)
{
    creation *c = user;
    if (c->got == c->n) return wick_fail(ctx, WICK_E_INTERNAL, "a request made too many trials");
    if (c->got == 0) c->first_number = wk_cell_int(&row[1]);
    c->id[c->got++] = wk_cell_int(&row[0]);
    return WICK_OK;
}

/* A connection that was lost at the commit leaves open whether the trials were made: each carries
 * the request it was made by. SQLite's commits have no such doubt. */
static wick_status made_before(wick_ctx *ctx, creation *c)
{
    static const char find[] =
        "SELECT t.trial_id, t.number FROM trials t JOIN trial_system_attributes a "
        "ON a.trial_id = t.trial_id AND a.key = 'wick:request_id' "
        "WHERE t.study_id = ?1 AND t.trial_id > ?2 AND a.value_json = ?3 ORDER BY t.trial_id";
    wk_sql *q = c->r->sql;
    const wk_cell a[] = {wk_int(c->r->study_id), wk_int(c->r->last_id), wk_text(c->request)};
    const wick_status st = q->exec(q, ctx, true, find, a, 3, got_trial, c);
    return st < 0 ? st : q->sync(q, ctx);
}

static wick_status note_trial(wick_ctx *ctx, creation *c, int64_t id)
{
    static const char attr[] =
        "INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES (?1, ?2, ?3)";
    wk_rdb *r = c->r;
    wk_sql *q = r->sql;
    wick_status st = WICK_OK;
    if (c->e->json != NULL) {
        const wk_cell a[] = {wk_int(id), wk_text("fixed_params"), wk_text(c->e->json)};
        st = q->exec(q, ctx, true, attr, a, 3, NULL, NULL);
    }
    if (st >= 0 && q->pg) {
        const wk_cell a[] = {wk_int(id), wk_text("wick:request_id"), wk_text(c->request)};
        st = q->exec(q, ctx, true, attr, a, 3, NULL, NULL);
    }
    if (st >= 0 && r->o.heartbeat > 0.0 && c->e->state == WICK_TRIAL_RUNNING)
        st = wk_rdb_beat(ctx, r, id);
    return st;
}

static wick_status create(void *user, wick_ctx *ctx, bool again)
{
    creation *c = user;
    wk_rdb *r = c->r;
    wk_sql *q = r->sql;
    c->got = 0;
    wick_status st = WICK_OK;
    if (again) {
        st = made_before(ctx, c);
        if (st < 0 || c->got == c->n) return st;
        c->got = 0;
    }
    if (q->pg) {
        static const char lock_study[] = "SELECT 1 FROM studies WHERE study_id = ?1 FOR UPDATE";
        const wk_cell id = wk_int(r->study_id);
        st = q->exec(q, ctx, true, lock_study, &id, 1, NULL, NULL);
    }
    for (int64_t i = 0; i < c->n && st >= 0; i++)
        st = wk_rdb_insert_trial(ctx, r, c->e->state, c->e->time, got_trial, c);
    if (st >= 0) st = q->sync(q, ctx);
    if (st >= 0 && c->got != c->n)
        st = wick_fail(ctx, WICK_E_INTERNAL, "%lld trials made of %lld", (long long)c->got,
                       (long long)c->n);
    for (int64_t i = 0; i < c->n && st >= 0; i++) st = note_trial(ctx, c, c->id[i]);
    return st;
}

/* Makes n trials; they become spare ones. */
static wick_status make_trials(wick_ctx *ctx, wk_rdb *r, const wick_study_event *e, int64_t n)
{
    wick_status st = grow_ids(ctx, &r->spare, &r->cap_spare, n);
    if (st < 0) return st;
    creation c = {.r = r, .e = e, .n = n, .id = r->spare};
    snprintf(c.request, sizeof c.request, "\"%s/%lld\"", r->request, (long long)r->requests++);
    lock(r);
    st = wk_rdb_write(ctx, r, r->patience);
    if (st >= 0) st = wk_sql_transact(ctx, r->sql, r->patience, create, &c);
    unlock(r);
    r->next_spare = 0;
    r->n_spare = st < 0 ? 0 : n;
    r->spare_number = c.first_number;
    return st;
}

static wick_status trial_new(wick_ctx *ctx, wk_rdb *r, wick_study *s, wick_study_event *e)
{
    const bool running = e->state == WICK_TRIAL_RUNNING;
    wick_status st = WICK_OK;
    if (!running && r->next_spare < r->n_spare)
        return wick_fail(ctx, WICK_E_STATE, "a trial cannot be queued while a batch is asked for");
    if (r->next_spare >= r->n_spare) st = make_trials(ctx, r, e, 1);
    if (st < 0) return st;
    const int64_t id = r->spare[r->next_spare];
    st = wk_rdb_pull(ctx, r, s, id);
    if (st < 0) return st;
    if (wick_study_count(s) != r->spare_number)
        return wick_fail(
            ctx, WICK_E_DATA,
            "%s: the new trial is number %lld where %lld trials are known: the study's "
            "numbers have gaps",
            r->shown, (long long)r->spare_number, (long long)wick_study_count(s));
    e->trial = r->spare_number++;
    r->next_spare++;
    st = wk_rdb_remember(ctx, r, id);
    lock(r);
    if (st >= 0 && running) st = wk_own_add(ctx, &r->own, e->trial, id);
    unlock(r);
    if (st >= 0 && !running) st = wk_rdb_open_add(ctx, r, e->trial);
    if (st >= 0 && running) st = wk_rdb_start(ctx, r);
    return st;
}

typedef struct taking {
    wk_rdb *r;
    int64_t id, time;
    bool taken;
} taking;

static wick_status was_taken(void *user, wick_ctx *ctx, const wk_cell *row)
{
    (void)ctx;
    (void)row;
    ((taking *)user)->taken = true;
    return WICK_OK;
}

static wick_status take(void *user, wick_ctx *ctx, bool again)
{
    (void)again; /* a take of which we do not know makes the trial stale; another one is taken */
    static const char text[] = "UPDATE trials SET state = 'RUNNING', datetime_start = ?2 "
                               "WHERE trial_id = ?1 AND state = 'WAITING' RETURNING trial_id";
    taking *t = user;
    wk_sql *q = t->r->sql;
    t->taken = false;
    char stamp[WK_STAMP_TEXT];
    const wk_cell a[] = {wk_int(t->id), wk_text(wk_stamp(stamp, t->time, false))};
    wick_status st = q->exec(q, ctx, true, text, a, 2, was_taken, t);
    if (st >= 0) st = q->sync(q, ctx);
    if (st >= 0 && t->taken && t->r->o.heartbeat > 0.0) st = wk_rdb_beat(ctx, t->r, t->id);
    return st;
}

static wick_status trial_take(wick_ctx *ctx, wk_rdb *r, const wick_study_event *e)
{
    taking t = {.r = r, .id = r->ids[e->trial], .time = e->time};
    lock(r);
    wick_status st = wk_rdb_write(ctx, r, r->patience);
    if (st >= 0) st = wk_sql_transact(ctx, r->sql, r->patience, take, &t);
    if (st >= 0 && !t.taken)
        st = wick_fail(ctx, WICK_E_STATE, "%s: trial %lld was taken by another process", r->shown,
                       (long long)e->trial);
    if (st >= 0) st = wk_own_add(ctx, &r->own, e->trial, t.id);
    unlock(r);
    if (st < 0) return st;
    open_drop(r, e->trial);
    return wk_rdb_start(ctx, r);
}

/* ---- the backend -------------------------------------------------------------------------- */

static wick_status append(void *self, wick_ctx *ctx, wick_study *s, wick_study_event *e)
{
    wk_rdb *r = self;
    if (r->o.read_only)
        return wick_fail(ctx, WICK_E_STATE, "%s was opened for reading only", r->shown);
    if (e->kind == WICK_EV_TRIAL_NEW) return trial_new(ctx, r, s, e);
    if (e->trial >= r->n_ids)
        return wick_fail(ctx, WICK_E_ARG, "%s: there is no trial %lld", r->shown,
                         (long long)e->trial);
    if (e->kind == WICK_EV_TRIAL_TAKE) return trial_take(ctx, r, e);
    lock(r);
    wick_status st;
    if (e->kind == WICK_EV_FINISH) {
        st = finish(ctx, r, e);
    } else if (e->kind == WICK_EV_TRIAL_BACK) {
        st = give_back(ctx, r, e);
    } else {
        st = wk_ops_add(ctx, r, e, e->trial >= 0 ? r->ids[e->trial] : 0);
        /* What belongs to no trial under way has no result to wait for. */
        if (st >= 0 && !r->holding && wk_own_find(&r->own, e->trial) == NULL)
            st = wk_rdb_write(ctx, r, r->patience);
    }
    unlock(r);
    return st;
}

static wick_status pull(void *self, wick_ctx *ctx, wick_study *s)
{
    wk_rdb *r = self;
    const wick_status st = wk_rdb_stale(ctx, r, s);
    if (st < 0) return st;
    return wk_rdb_pull(ctx, r, s,
                       r->next_spare < r->n_spare ? r->spare[r->next_spare] : WK_NO_LIMIT);
}

static wick_status reserve(void *self, wick_ctx *ctx, wick_study *s, int64_t n)
{
    (void)s;
    wk_rdb *r = self;
    if (n < 2 || r->next_spare < r->n_spare) return WICK_OK;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    const wick_study_event e = {.size = sizeof e,
                                .kind = WICK_EV_TRIAL_NEW,
                                .state = WICK_TRIAL_RUNNING,
                                .time = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000};
    return make_trials(ctx, r, &e, n);
}

static wick_status hold(void *self, wick_ctx *ctx, wick_study *s, bool on)
{
    (void)s;
    wk_rdb *r = self;
    lock(r);
    r->holding = on;
    r->refused = false;
    const wick_status st = on ? WICK_OK : wk_rdb_write(ctx, r, r->patience);
    /* The connection was lost with the batch, and another process was quicker than the new one. */
    if (r->refused) wick_log(ctx, "%s: a trial was ended by another process", r->shown);
    unlock(r);
    return st;
}

static wick_status flush(void *self, wick_ctx *ctx, wick_study *s)
{
    (void)s;
    wk_rdb *r = self;
    lock(r);
    const wick_status st = wk_rdb_write(ctx, r, r->patience);
    unlock(r);
    return st;
}

typedef struct counting {
    wk_rdb *r;
    const char *key;
    int64_t value;
} counting;

static wick_status got_count(void *user, wick_ctx *ctx, const wk_cell *row)
{
    (void)ctx;
    ((counting *)user)->value = wk_cell_int(&row[0]);
    return WICK_OK;
}

static wick_status count_up(void *user, wick_ctx *ctx, bool again)
{
    (void)again;
    static const char text[] =
        "INSERT INTO study_system_attributes (study_id, key, value_json) VALUES (?1, ?2, '1') "
        "ON CONFLICT (study_id, key) DO UPDATE SET value_json = "
        "CAST(CAST(study_system_attributes.value_json AS INTEGER) + 1 AS TEXT) "
        "RETURNING value_json";
    counting *c = user;
    wk_sql *q = c->r->sql;
    const wk_cell a[] = {wk_int(c->r->study_id), wk_text(c->key)};
    return q->exec(q, ctx, true, text, a, 2, got_count, c);
}

static wick_status count(void *self, wick_ctx *ctx, wick_study *s, const char *key, int64_t *value)
{
    (void)s;
    wk_rdb *r = self;
    counting c = {.r = r, .key = key};
    lock(r);
    wick_status st = wk_rdb_write(ctx, r, r->patience);
    if (st >= 0) st = wk_sql_transact(ctx, r->sql, r->patience, count_up, &c);
    unlock(r);
    if (st >= 0) *value = c.value - 1;
    return st;
}

/* Trials made for a batch that was never asked for in full: they wait for whoever goes on. */
static void end_spare(wick_ctx *ctx, wk_rdb *r)
{
    for (; r->next_spare < r->n_spare; r->next_spare++) {
        wick_study_event e = {
            .size = sizeof e, .kind = WICK_EV_TRIAL_BACK, .trial = -1, .time = WICK_NO_TIME};
        if (wk_ops_add(ctx, r, &e, r->spare[r->next_spare]) < 0) return;
    }
}

static void close_backend(void *self)
{
    wk_rdb *r = self;
    wk_rdb_stop(r);
    wick_ctx *ctx = wick_ctx_new();
    if (ctx != NULL) {
        end_spare(ctx, r);
        /* Nobody is left to be told of a failure; patience is short for the same reason. */
        const wick_status ignored = wk_rdb_write(ctx, r, 2.0);
        (void)ignored;
    }
    wick_ctx_free(ctx);
    if (r->sql != NULL) r->sql->close(r->sql);
    if (r->has_lock) {
        pthread_mutex_destroy(&r->lock);
        pthread_cond_destroy(&r->wake);
    }
    wk_dists_free(&r->dists);
    wick_arena_free(r->ops.arena);
    free(r->ops.v);
    wk_own_free(&r->own);
    free(r->ids);
    free(r->open);
    free(r->spare);
    free(r->shown);
    free(r);
}

wick_status wk_rdb_backend(wick_ctx *ctx, wk_sql *q, const wk_backend_opts *o,
                           wick_study_backend *out)
{
    wk_rdb *r = calloc(1, sizeof *r);
    const size_t len = strlen(o->shown) + 1;
    if (r == NULL || (r->shown = malloc(len)) == NULL) {
        free(r);
        q->close(q);
        return wick_fail_mem(ctx);
    }
    memcpy(r->shown, o->shown, len);
    r->sql = q;
    r->o = o->o;
    r->patience = o->o.patience;
    r->study_id = o->study_id;
    wk_uuid(r->request);
    pthread_condattr_t attr;
    r->has_lock = pthread_mutex_init(&r->lock, NULL) == 0;
    if (r->has_lock && (pthread_condattr_init(&attr) != 0 ||
                        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
                        pthread_cond_init(&r->wake, &attr) != 0)) {
        pthread_mutex_destroy(&r->lock);
        r->has_lock = false;
    }
    if (!r->has_lock) {
        close_backend(r);
        return wick_fail_mem(ctx);
    }
    pthread_condattr_destroy(&attr);
    *out = (wick_study_backend){.size = sizeof *out,
                                .self = r,
                                .append = append,
                                .pull = pull,
                                .close = close_backend,
                                .reserve = reserve,
                                .hold = hold,
                                .flush = flush,
                                .count = count};
    return WICK_OK;
}
