/* SPDX-License-Identifier: MIT */
/* The backend of a study in a log file. Under the log's lock everything there is is read first, so
 * that numbers, owners and ends are known before a line is written. Lines of a trial wait for its
 * result or for a quarter of a second, and are written and synced together. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/journal_int.h"

/* ---- ids ---------------------------------------------------------------------------------- */

/* Ids of the study's trials by number, brought up to what was read. */
static wick_status note_ids(wick_ctx *ctx, wk_jbackend *b)
{
    const wk_journal *j = &b->log;
    const int64_t n = j->study[j->target].trials;
    if (n > b->cap_ids) {
        const int64_t cap = n + n / 2 + 64;
        int64_t *p = realloc(b->ids, (size_t)cap * sizeof *p);
        if (p == NULL) return wick_fail_mem(ctx);
        b->ids = p;
        b->cap_ids = cap;
    }
    int64_t id = b->n_ids > 0 ? b->ids[b->n_ids - 1] + 1 : 0;
    for (; b->n_ids < n; id++)
        if (j->trial[id].study == j->target) b->ids[b->n_ids++] = id;
    return WICK_OK;
}

static wick_status read_log(wick_ctx *ctx, wk_jbackend *b, wick_study *s)
{
    b->log.into = s;
    wick_status st = wk_journal_read(ctx, &b->log);
    if (st >= 0 && !b->log.study[b->log.target].alive)
        return wick_fail(ctx, WICK_E_STATE, "%s: the study was deleted", b->shown);
    return st < 0 ? st : note_ids(ctx, b);
}

static int32_t state_of(const wk_jbackend *b, int64_t number)
{
    return b->log.trial[b->ids[number]].state;
}

/* ---- writing ------------------------------------------------------------------------------ */

/* Writes what waits; both locks are held. */
static wick_status write_lines(wick_ctx *ctx, wk_jbackend *b)
{
    const wick_status st = wk_journal_append(ctx, b->log.path, &b->lines);
    if (st >= 0) b->lines.len = 0;
    return st;
}

typedef wick_status (*step_fn)(wick_ctx *ctx, wk_jbackend *b, wick_study *s, void *user);

/* Under the log's lock: reads, does a step that adds lines (NULL: none), writes, reads its own
 * lines back. */
static wick_status locked(wick_ctx *ctx, wk_jbackend *b, wick_study *s, step_fn step, void *user)
{
    pthread_mutex_lock(&b->lock);
    wick_status st = wk_journal_lock(ctx, b->log.path, b->o.patience);
    if (st >= 0) {
        st = read_log(ctx, b, s);
        if (st >= 0 && step != NULL) st = step(ctx, b, s, user);
        if (st >= 0) st = write_lines(ctx, b);
        /* Before anybody else writes: a trial made here is not in the study's memory yet, and those
         * behind it must not come before it. */
        if (st >= 0) st = read_log(ctx, b, s);
        wk_journal_unlock(b->log.path);
    }
    pthread_mutex_unlock(&b->lock);
    return st;
}

static wick_status step_create(wick_ctx *ctx, wk_jbackend *b, wick_study *s, void *user)
{
    (void)ctx;
    (void)s;
    const wick_study_event *e = user;
    wk_jcreate_line(b, e);
    if (b->o.heartbeat > 0.0 && e->state == WICK_TRIAL_RUNNING) wk_jbeat_line(b, b->log.n_trials);
    return WICK_OK;
}

static wick_status taken(wick_ctx *ctx, const wk_jbackend *b, int64_t number, const char *what)
{
    return wick_fail(ctx, WICK_E_STATE, "%s: trial %lld was %s by another process", b->shown,
                     (long long)number, what);
}

static wick_status step_take(wick_ctx *ctx, wk_jbackend *b, wick_study *s, void *user)
{
    (void)s;
    const wick_study_event *e = user;
    if (state_of(b, e->trial) != WICK_TRIAL_WAITING) return taken(ctx, b, e->trial, "taken");
    wk_jstate_line(b, b->ids[e->trial], WICK_TRIAL_RUNNING, e);
    if (b->o.heartbeat > 0.0) wk_jbeat_line(b, b->ids[e->trial]);
    return WICK_OK;
}

/* The list of names is the study's: under the lock it grows by those that are new. */
static wick_status constraint_lines(wick_ctx *ctx, wk_jbackend *b, wick_study *s, const wk_own *o)
{
    wick_buf names = {0}, list = {0};
    bool more = false;
    wick_status st = wk_con_names(ctx, wick_study_system_attr(s, WK_CONSTRAINT_NAMES), o->con,
                                  o->n_con, &names, &more);
    if (st >= 0) st = wk_con_list(ctx, names.data, o->con, o->n_con, &list);
    if (st >= 0 && more) {
        wk_jattr_line(b, WK_J_STUDY_SYSTEM, "study_id", b->log.target, "system_attr",
                      WK_CONSTRAINT_NAMES, names.data);
        const wick_study_event e = {.size = sizeof e,
                                    .kind = WICK_EV_STUDY_SYSTEM_ATTR,
                                    .trial = -1,
                                    .name = WK_CONSTRAINT_NAMES,
                                    .json = names.data};
        st = wick_study_apply(ctx, s, &e);
    }
    if (st >= 0)
        wk_jattr_line(b, WK_J_SYSTEM, "trial_id", o->trial_id, "system_attr", WK_CONSTRAINTS,
                      list.data);
    wick_buf_free(&names);
    wick_buf_free(&list);
    return st;
}

static wick_status step_back(wick_ctx *ctx, wk_jbackend *b, wick_study *s, void *user)
{
    (void)s;
    const wick_study_event *e = user;
    if (state_of(b, e->trial) != WICK_TRIAL_RUNNING) return taken(ctx, b, e->trial, "ended");
    wk_jstate_line(b, b->ids[e->trial], WICK_TRIAL_WAITING, e);
    /* Who takes it next may give no sign of life: the last one must not be taken for its. */
    if (b->o.heartbeat > 0.0)
        wk_jattr_line(b, WK_J_SYSTEM, "trial_id", b->ids[e->trial], "system_attr", WK_JHEARTBEAT,
                      "null");
    return WICK_OK;
}

static wick_status step_finish(wick_ctx *ctx, wk_jbackend *b, wick_study *s, void *user)
{
    const wick_study_event *e = user;
    if (wk_journal_over(state_of(b, e->trial))) return taken(ctx, b, e->trial, "ended");
    const wk_own *o = wk_own_find(&b->own, e->trial);
    if (o != NULL && o->n_con > 0) {
        const wick_status st = constraint_lines(ctx, b, s, o);
        if (st < 0) return st;
    }
    wk_jstate_line(b, b->ids[e->trial], e->state, e);
    return WICK_OK;
}

/* ---- the thread --------------------------------------------------------------------------- */

static void *live(void *user)
{
    wk_jbackend *b = user;
    wick_ctx *ctx = wick_ctx_new();
    double next_beat = wick_now() + b->o.heartbeat;
    pthread_mutex_lock(&b->lock);
    while (!b->stop && ctx != NULL) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        t.tv_nsec += 125000000;
        t.tv_sec += t.tv_nsec / 1000000000;
        t.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&b->wake, &b->lock, &t);
        if (b->stop || b->holding) continue;
        const double now = wick_now();
        const bool beat = b->o.heartbeat > 0.0 && now >= next_beat && b->own.n > 0;
        for (int64_t i = 0; beat && i < b->own.n; i++) wk_jbeat_line(b, b->own.v[i].trial_id);
        if (now >= next_beat) next_beat = now + b->o.heartbeat;
        if (b->lines.len == 0 || (!beat && now - b->since < 0.25)) continue;
        /* A failure shows when the study's own thread writes: the lines stay until then. */
        if (wk_journal_lock(ctx, b->log.path, 0.05) >= 0) {
            if (write_lines(ctx, b) < 0) wick_ctx_clear(ctx);
            wk_journal_unlock(b->log.path);
        }
        wick_ctx_clear(ctx);
    }
    pthread_mutex_unlock(&b->lock);
    wick_ctx_free(ctx);
    return NULL;
}

static wick_status start(wick_ctx *ctx, wk_jbackend *b)
{
    if (b->has_thread) return WICK_OK;
    if (pthread_create(&b->thread, NULL, live, b) != 0)
        return wick_fail(ctx, WICK_E_IO, "%s: no thread for signs of life", b->shown);
    b->has_thread = true;
    return WICK_OK;
}

/* ---- stale trials ------------------------------------------------------------------------- */

static bool is_stale(const wk_jbackend *b, const wick_trial *t)
{
    if (wick_trial_state_of(t) != WICK_TRIAL_RUNNING ||
        wk_own_find(&b->own, wick_trial_number(t)) != NULL)
        return false;
    const char *text = wick_trial_system_attr(t, WK_JHEARTBEAT);
    double at;
    if (text == NULL || !wick_parse_double(text, (int64_t)strlen(text), &at)) return false;
    const double grace = b->o.grace > 0.0 ? b->o.grace : 2.0 * b->o.heartbeat;
    return (double)wk_jnow() / 1000.0 - at > grace;
}

static void copied_params(wick_buf *l, const wick_trial *t)
{
    wick_buf values = {0};
    wick_buf_add(l, ",\"distributions\":{", -1);
    for (int64_t i = 0; i < wick_trial_param_count(t); i++) {
        const wick_param p = wick_trial_param_at(t, i);
        wick_buf dist = {0};
        wk_dist_json(&dist, p.dist);
        if (i > 0) wick_buf_add(l, ",", 1), wick_buf_add(&values, ",", 1);
        wk_py_string(l, p.name);
        wick_buf_add(l, ":", 1);
        wk_py_string(l, dist.data != NULL ? dist.data : "");
        wk_py_string(&values, p.name);
        wick_buf_add(&values, ":", 1);
        wk_py_double(&values, p.value);
        l->failed = l->failed || dist.failed;
        wick_buf_free(&dist);
    }
    wick_buf_add(l, "},\"params\":{", -1);
    if (values.len > 0) wick_buf_add(l, values.data, values.len);
    wick_buf_add(l, "}", 1);
    l->failed = l->failed || values.failed;
    wick_buf_free(&values);
}

typedef struct failing {
    int64_t number[64];
    int32_t n;
} failing;

static wick_status fail_one(wick_ctx *ctx, wk_jbackend *b, const wick_trial *t)
{
    const int64_t number = wick_trial_number(t);
    const wick_study_event end = {.size = sizeof end, .time = wk_jnow()};
    wk_jstate_line(b, b->ids[number], WICK_TRIAL_FAIL, &end);
    wick_buf history = {0};
    int64_t length = 0;
    const wick_status st =
        wk_history_add(ctx, wick_trial_system_attr(t, "retry_history"), number, &history, &length);
    const bool again = b->o.retries < 0 || length <= b->o.retries;
    if (st >= 0 && again) {
        wick_buf *l = &b->lines;
        wk_jline_begin(l, WK_J_TRIAL, b->worker);
        wk_jline_int(l, "study_id", b->log.target);
        wick_buf_addf(l, ",\"datetime_start\":null,\"state\":%d,\"value\":null,\"values\":null",
                      WICK_TRIAL_WAITING);
        copied_params(l, t);
        const char *first = wick_trial_system_attr(t, "failed_trial");
        const char *fixed = wick_trial_system_attr(t, "fixed_params");
        wick_buf_add(l, ",\"user_attrs\":{},\"system_attrs\":{\"failed_trial\":", -1);
        if (first != NULL) {
            wk_json_flat(l, first);
        } else {
            wick_buf_add_int(l, number);
        }
        wick_buf_addf(l, ",\"retry_history\":%s", history.data);
        if (fixed != NULL) {
            wick_buf_add(l, ",\"fixed_params\":", -1);
            wk_json_flat(l, fixed);
        }
        wick_buf_add(l, "},\"intermediate_values\":{}", -1);
        wk_jline_end(l);
    }
    wick_buf_free(&history);
    return st;
}

static wick_status step_stale(wick_ctx *ctx, wk_jbackend *b, wick_study *s, void *user)
{
    failing *f = user;
    wick_status st = WICK_OK;
    /* Lines that wait belong to trials of this process: their echo would come twice. */
    st = write_lines(ctx, b);
    if (st >= 0) st = read_log(ctx, b, s);
    for (int64_t i = 0; i < wick_study_count(s) && f->n < 64 && st >= 0; i++) {
        const wick_trial *t = wick_study_trial(s, i);
        if (!is_stale(b, t)) continue;
        st = fail_one(ctx, b, t);
        f->number[f->n++] = i;
    }
    b->log.echo = f->n > 0;
    return st;
}

static wick_status fail_stale(wick_ctx *ctx, wk_jbackend *b, wick_study *s)
{
    const double now = wick_now();
    if (!(b->o.heartbeat > 0.0) || b->o.read_only || now < b->stale_at) return WICK_OK;
    b->stale_at = now + 0.5 * b->o.heartbeat;
    bool any = false;
    for (int64_t i = 0; i < wick_study_count(s) && !any; i++)
        any = is_stale(b, wick_study_trial(s, i));
    if (!any) return WICK_OK;
    failing f = {.n = 0};
    const wick_status st = locked(ctx, b, s, step_stale, &f);
    b->log.echo = false;
    for (int32_t i = 0; st >= 0 && i < f.n; i++)
        if (b->o.stale != NULL) b->o.stale(b->o.user, s, f.number[i]);
    return st;
}

/* ---- the backend -------------------------------------------------------------------------- */

static wick_status trial_new(wick_ctx *ctx, wk_jbackend *b, wick_study *s, wick_study_event *e)
{
    wick_status st = locked(ctx, b, s, step_create, e);
    if (st < 0) return st;
    const int64_t id = b->log.last_mine;
    e->trial = b->log.trial[id].number;
    if (e->state != WICK_TRIAL_RUNNING) return WICK_OK;
    pthread_mutex_lock(&b->lock);
    st = wk_own_add(ctx, &b->own, e->trial, id);
    pthread_mutex_unlock(&b->lock);
    return st < 0 ? st : start(ctx, b);
}

static wick_status trial_take(wick_ctx *ctx, wk_jbackend *b, wick_study *s, wick_study_event *e)
{
    wick_status st = locked(ctx, b, s, step_take, e);
    if (st < 0) return st;
    pthread_mutex_lock(&b->lock);
    st = wk_own_add(ctx, &b->own, e->trial, b->ids[e->trial]);
    pthread_mutex_unlock(&b->lock);
    return st < 0 ? st : start(ctx, b);
}

static wick_status trial_finish(wick_ctx *ctx, wk_jbackend *b, wick_study *s, wick_study_event *e)
{
    wick_status st;
    if (b->holding) {
        pthread_mutex_lock(&b->lock);
        st = step_finish(ctx, b, s, e);
        pthread_mutex_unlock(&b->lock);
    } else {
        st = locked(ctx, b, s, step_finish, e);
    }
    pthread_mutex_lock(&b->lock);
    if (st >= 0 || st == WICK_E_STATE) wk_own_drop(&b->own, e->trial);
    pthread_mutex_unlock(&b->lock);
    return st;
}

static wick_status trial_back(wick_ctx *ctx, wk_jbackend *b, wick_study *s, wick_study_event *e)
{
    const wick_status st = locked(ctx, b, s, step_back, e);
    pthread_mutex_lock(&b->lock);
    if (st >= 0 || st == WICK_E_STATE) wk_own_drop(&b->own, e->trial);
    pthread_mutex_unlock(&b->lock);
    return st;
}

/* A parameter, report or attribute; the lock is held. */
static wick_status add_line(wick_ctx *ctx, wk_jbackend *b, const wick_study_event *e)
{
    if (e->kind == WICK_EV_CONSTRAINT) return wk_own_constraint(ctx, &b->own, e);
    if (b->lines.len == 0) b->since = wick_now();
    if (e->kind == WICK_EV_STUDY_ATTR || e->kind == WICK_EV_STUDY_SYSTEM_ATTR) {
        const bool user = e->kind == WICK_EV_STUDY_ATTR;
        wk_jattr_line(b, user ? WK_J_STUDY_USER : WK_J_STUDY_SYSTEM, "study_id", b->log.target,
                      user ? "user_attr" : "system_attr", e->name, e->json);
        return WICK_OK;
    }
    const int64_t id = b->ids[e->trial];
    if (wk_journal_over(b->log.trial[id].state))
        return wick_fail(ctx, WICK_E_STATE, "%s: trial %lld has ended: a journal keeps it as it is",
                         b->shown, (long long)e->trial);
    if (e->kind == WICK_EV_PARAM) return wk_jparam_line(ctx, b, e, id);
    if (e->kind == WICK_EV_REPORT) {
        wk_jline_begin(&b->lines, WK_J_REPORT, b->worker);
        wk_jline_int(&b->lines, "trial_id", id);
        wk_jline_int(&b->lines, "step", e->step);
        wk_jline_double(&b->lines, "intermediate_value", e->value);
        wk_jline_end(&b->lines);
        return WICK_OK;
    }
    const bool user = e->kind == WICK_EV_USER_ATTR;
    wk_jattr_line(b, user ? WK_J_USER : WK_J_SYSTEM, "trial_id", id,
                  user ? "user_attr" : "system_attr", e->name, e->json);
    return WICK_OK;
}

static wick_status append(void *self, wick_ctx *ctx, wick_study *s, wick_study_event *e)
{
    wk_jbackend *b = self;
    if (b->o.read_only)
        return wick_fail(ctx, WICK_E_STATE, "%s was opened for reading only", b->shown);
    if (e->kind == WICK_EV_TRIAL_NEW) return trial_new(ctx, b, s, e);
    if (e->trial >= b->n_ids)
        return wick_fail(ctx, WICK_E_ARG, "%s: there is no trial %lld", b->shown,
                         (long long)e->trial);
    if (e->kind == WICK_EV_TRIAL_TAKE) return trial_take(ctx, b, s, e);
    if (e->kind == WICK_EV_FINISH) return trial_finish(ctx, b, s, e);
    if (e->kind == WICK_EV_TRIAL_BACK) return trial_back(ctx, b, s, e);
    pthread_mutex_lock(&b->lock);
    const wick_status st = add_line(ctx, b, e);
    const bool now = e->trial < 0 && !b->holding;
    pthread_mutex_unlock(&b->lock);
    return st < 0 || !now ? st : locked(ctx, b, s, NULL, NULL);
}

static wick_status pull(void *self, wick_ctx *ctx, wick_study *s)
{
    wk_jbackend *b = self;
    pthread_mutex_lock(&b->lock);
    wick_status st = read_log(ctx, b, s);
    pthread_mutex_unlock(&b->lock);
    return st < 0 ? st : fail_stale(ctx, b, s);
}

static wick_status flush(void *self, wick_ctx *ctx, wick_study *s)
{
    wk_jbackend *b = self;
    pthread_mutex_lock(&b->lock);
    const bool any = b->lines.len > 0;
    pthread_mutex_unlock(&b->lock);
    return any ? locked(ctx, b, s, NULL, NULL) : WICK_OK;
}

static wick_status hold(void *self, wick_ctx *ctx, wick_study *s, bool on)
{
    wk_jbackend *b = self;
    wick_status st = WICK_OK;
    if (on) st = pull(self, ctx, s); /* what others ended is known before the batch is told */
    pthread_mutex_lock(&b->lock);
    b->holding = on;
    pthread_mutex_unlock(&b->lock);
    return on || st < 0 ? st : flush(self, ctx, s);
}

typedef struct counting {
    const char *key;
    int64_t value;
} counting;

static wick_status step_count(wick_ctx *ctx, wk_jbackend *b, wick_study *s, void *user)
{
    (void)ctx;
    counting *c = user;
    const char *text = wick_study_system_attr(s, c->key);
    if (text == NULL || !wick_parse_int(text, (int64_t)strlen(text), &c->value)) c->value = 0;
    char next[24];
    snprintf(next, sizeof next, "%lld", (long long)c->value + 1);
    wk_jattr_line(b, WK_J_STUDY_SYSTEM, "study_id", b->log.target, "system_attr", c->key, next);
    return WICK_OK;
}

static wick_status count(void *self, wick_ctx *ctx, wick_study *s, const char *key, int64_t *value)
{
    counting c = {key, 0};
    const wick_status st = locked(ctx, self, s, step_count, &c);
    if (st >= 0) *value = c.value;
    return st;
}

static void close_backend(void *self)
{
    wk_jbackend *b = self;
    if (b->has_thread) {
        pthread_mutex_lock(&b->lock);
        b->stop = true;
        pthread_cond_signal(&b->wake);
        pthread_mutex_unlock(&b->lock);
        pthread_join(b->thread, NULL);
    }
    wick_ctx *ctx = b->lines.len > 0 ? wick_ctx_new() : NULL;
    if (ctx != NULL && wk_journal_lock(ctx, b->log.path, 2.0) >= 0) {
        /* Nobody is left to be told of a failure. */
        const wick_status ignored = write_lines(ctx, b);
        (void)ignored;
        wk_journal_unlock(b->log.path);
    }
    wick_ctx_free(ctx);
    if (b->has_lock) {
        pthread_mutex_destroy(&b->lock);
        pthread_cond_destroy(&b->wake);
    }
    wk_journal_close(&b->log);
    wk_own_free(&b->own);
    wick_buf_free(&b->lines);
    free(b->ids);
    free(b->shown);
    free(b);
}

static bool make_lock(wk_jbackend *b)
{
    pthread_condattr_t attr;
    if (pthread_mutex_init(&b->lock, NULL) != 0) return false;
    bool good = pthread_condattr_init(&attr) == 0;
    if (good) {
        good = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
               pthread_cond_init(&b->wake, &attr) == 0;
        pthread_condattr_destroy(&attr);
    }
    if (!good) pthread_mutex_destroy(&b->lock);
    return good;
}

wick_status wk_journal_backend(wick_ctx *ctx, const wk_backend_opts *o, wick_study_backend *out)
{
    wk_jbackend *b = calloc(1, sizeof *b);
    if (b == NULL) return wick_fail_mem(ctx);
    wick_status st = wk_journal_open(ctx, &b->log, o->path);
    b->o = o->o;
    b->shown = wk_span_text((wk_span){o->shown, (int64_t)strlen(o->shown)});
    wk_uuid(b->worker);
    b->log.mine = b->worker;
    b->log.target = o->study_id;
    b->has_lock = st >= 0 && make_lock(b);
    if (st >= 0 && (b->shown == NULL || !b->has_lock)) st = wick_fail_mem(ctx);
    if (st < 0) {
        close_backend(b);
        return st;
    }
    *out = (wick_study_backend){.size = sizeof *out,
                                .self = b,
                                .append = append,
                                .pull = pull,
                                .close = close_backend,
                                .hold = hold,
                                .flush = flush,
                                .count = count};
    return WICK_OK;
}
