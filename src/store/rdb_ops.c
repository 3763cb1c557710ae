/* SPDX-License-Identifier: MIT */
/* Rows that wait to be written, and the statements that write them. One transaction per trial for
 * its parameters, reports, attributes and result: the commit is what costs. */
#include <stdlib.h>
#include <string.h>

#include "store/rdb_int.h"

/* ---- the list ----------------------------------------------------------------------------- */

void wk_ops_clear(wk_ops *l)
{
    l->n = l->done = 0;
    if (l->arena != NULL) wick_arena_reset(l->arena);
}

/* Text of the arena; NULL stays NULL. */
static bool keep(wk_ops *l, const char *s, const char **out)
{
    *out = s == NULL ? NULL : wick_arena_strdup(l->arena, s);
    return s == NULL || *out != NULL;
}

static wick_status dist_text(wick_ctx *ctx, wk_ops *l, const wick_dist *d, const char **out)
{
    wick_buf b = {0};
    wk_dist_json(&b, d);
    const bool good = !b.failed && keep(l, b.data, out);
    wick_buf_free(&b);
    return good ? WICK_OK : wick_fail_mem(ctx);
}

static wick_status keep_finish(wick_ctx *ctx, wk_rdb *r, const wick_study_event *e, wk_op *op)
{
    wk_ops *l = &r->ops;
    if (e->n_values > 0) {
        double *v = wick_arena_alloc(l->arena, e->n_values * (int64_t)sizeof *v);
        if (v == NULL) return wick_fail_mem(ctx);
        memcpy(v, e->values, (size_t)e->n_values * sizeof *v);
        op->values = v;
        op->n_values = e->n_values;
    }
    const wk_own *o = wk_own_find(&r->own, e->trial);
    if (o == NULL || o->n_con == 0) return WICK_OK;
    wk_con_value *c = wick_arena_alloc(l->arena, o->n_con * (int64_t)sizeof *c);
    if (c == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < o->n_con; i++) {
        c[i] = o->con[i];
        if (!keep(l, o->con[i].name, &c[i].name)) return wick_fail_mem(ctx);
    }
    op->con = c;
    op->n_con = o->n_con;
    return WICK_OK;
}

wick_status wk_ops_add(wick_ctx *ctx, wk_rdb *r, const wick_study_event *e, int64_t trial_id)
{
    if (e->kind == WICK_EV_CONSTRAINT) return wk_own_constraint(ctx, &r->own, e);
    wk_ops *l = &r->ops;
    if (l->arena == NULL && (l->arena = wick_arena_new(0)) == NULL) return wick_fail_mem(ctx);
    if (l->n == l->cap) {
        const int64_t cap = l->cap == 0 ? 64 : 2 * l->cap;
        wk_op *p = realloc(l->v, (size_t)cap * sizeof *p);
        if (p == NULL) return wick_fail_mem(ctx);
        l->v = p;
        l->cap = cap;
    }
    wk_op op = {.kind = e->kind,
                .state = e->state,
                .trial_id = trial_id,
                .value = e->value,
                .step = e->step,
                .time = e->time};
    wick_status st = keep(l, e->name, &op.name) ? WICK_OK : wick_fail_mem(ctx);
    if (st >= 0 && e->kind == WICK_EV_PARAM) {
        st = dist_text(ctx, l, e->dist, &op.text);
    } else if (st >= 0 && !keep(l, e->json, &op.text)) {
        st = wick_fail_mem(ctx);
    }
    if (st >= 0 && e->kind == WICK_EV_FINISH) st = keep_finish(ctx, r, e, &op);
    if (st < 0) return st;
    if (l->n == 0) l->since = wick_now();
    l->v[l->n++] = op;
    return WICK_OK;
}

/* ---- statements --------------------------------------------------------------------------- */

static const char *type_name(double v)
{
    return isnan(v) ? "NAN" : isinf(v) ? v > 0.0 ? "INF_POS" : "INF_NEG" : "FINITE";
}

static wk_cell finite_or_null(double v)
{
    return isfinite(v) ? wk_double(v) : (wk_cell){.kind = WK_NULL};
}

static wick_status write_attr(wick_ctx *ctx, wk_sql *q, int32_t kind, int64_t id, const char *key,
                              const char *json)
{
    static const char user[] =
        "INSERT INTO trial_user_attributes (trial_id, key, value_json) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json";
    static const char sys[] =
        "INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (trial_id, key) DO UPDATE SET value_json = excluded.value_json";
    static const char study_user[] =
        "INSERT INTO study_user_attributes (study_id, key, value_json) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (study_id, key) DO UPDATE SET value_json = excluded.value_json";
    static const char study_sys[] =
        "INSERT INTO study_system_attributes (study_id, key, value_json) VALUES (?1, ?2, ?3) "
        "ON CONFLICT (study_id, key) DO UPDATE SET value_json = excluded.value_json";
    const char *text = kind == WICK_EV_USER_ATTR     ? user
                       : kind == WICK_EV_SYSTEM_ATTR ? sys
                       : kind == WICK_EV_STUDY_ATTR  ? study_user
                                                     : study_sys;
    const wk_cell a[] = {wk_int(id), wk_text(key), wk_text(json)};
    return q->exec(q, ctx, true, text, a, 3, NULL, NULL);
}

static wick_status get_text(void *user, wick_ctx *ctx, const wk_cell *row)
{
    wick_buf *b = user;
    const char *s = wk_cell_text(&row[0]);
    b->len = 0;
    wick_buf_add(b, s != NULL ? s : "", -1);
    return b->failed ? wick_fail_mem(ctx) : WICK_OK;
}

/* The names are the study's: the row of the study is locked while they grow. */
static wick_status write_constraints(wick_ctx *ctx, wk_rdb *r, const wk_op *op)
{
    wk_sql *q = r->sql;
    wick_buf names = {0}, grown = {0}, list = {0};
    const wk_cell a[] = {wk_int(r->study_id), wk_text(WK_CONSTRAINT_NAMES)};
    static const char read[] =
        "SELECT value_json FROM study_system_attributes WHERE study_id = ?1 AND key = ?2";
    bool more = false;
    wick_status st = q->exec(q, ctx, true, read, a, 2, get_text, &names);
    if (st >= 0) st = q->sync(q, ctx);
    if (st >= 0) st = wk_con_names(ctx, names.data, op->con, op->n_con, &grown, &more);
    if (st >= 0 && more && q->pg) {
        static const char lock[] = "SELECT 1 FROM studies WHERE study_id = ?1 FOR UPDATE";
        st = q->exec(q, ctx, true, lock, a, 1, NULL, NULL);
        if (st >= 0) st = q->exec(q, ctx, true, read, a, 2, get_text, &names);
        if (st >= 0) st = q->sync(q, ctx);
        grown.len = 0;
        if (st >= 0) st = wk_con_names(ctx, names.data, op->con, op->n_con, &grown, &more);
    }
    if (st >= 0 && more)
        st = write_attr(ctx, q, WICK_EV_STUDY_SYSTEM_ATTR, r->study_id, WK_CONSTRAINT_NAMES,
                        grown.data);
    if (st >= 0) st = wk_con_list(ctx, grown.data, op->con, op->n_con, &list);
    if (st >= 0)
        st = write_attr(ctx, q, WICK_EV_SYSTEM_ATTR, op->trial_id, WK_CONSTRAINTS, list.data);
    wick_buf_free(&names);
    wick_buf_free(&grown);
    wick_buf_free(&list);
    return st;
}

typedef struct ended {
    bool changed;
    int32_t state;
} ended;

static wick_status was_changed(void *user, wick_ctx *ctx, const wk_cell *row)
{
    (void)ctx;
    (void)row;
    ((ended *)user)->changed = true;
    return WICK_OK;
}

static wick_status get_state(void *user, wick_ctx *ctx, const wk_cell *row)
{
    (void)ctx;
    ((ended *)user)->state = wk_state_read(wk_cell_text(&row[0]));
    return WICK_OK;
}

static wick_status write_finish(wick_ctx *ctx, wk_rdb *r, wk_op *op, bool again)
{
    wk_sql *q = r->sql;
    static const char end[] =
        "UPDATE trials SET state = ?2, datetime_complete = ?3 "
        "WHERE trial_id = ?1 AND state IN ('RUNNING', 'WAITING') RETURNING trial_id";
    static const char look[] = "SELECT state FROM trials WHERE trial_id = ?1";
    static const char value[] =
        "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (?1, ?2, ?3, ?4)";
    char stamp[WK_STAMP_TEXT];
    const wk_cell a[] = {wk_int(op->trial_id), wk_text(wick_trial_state_name(op->state)),
                         wk_text(wk_stamp(stamp, op->time, false))};
    ended e = {false, -1};
    wick_status st = q->exec(q, ctx, true, end, a, 3, was_changed, &e);
    if (st >= 0) st = q->sync(q, ctx);
    if (st < 0) return st;
    if (!e.changed) {
        st = q->exec(q, ctx, true, look, a, 1, get_state, &e);
        if (st >= 0) st = q->sync(q, ctx);
        /* After a lost connection the commit before may have arrived: a state that only this
         * process can have given says so. */
        if (st >= 0 && !(again && e.state == op->state)) op->refused = true;
        return st;
    }
    for (int64_t i = 0; i < op->n_values && st >= 0; i++) {
        const wk_cell v[] = {wk_int(op->trial_id), wk_int(i), finite_or_null(op->values[i]),
                             wk_text(type_name(op->values[i]))};
        st = q->exec(q, ctx, true, value, v, 4, NULL, NULL);
    }
    if (st >= 0 && op->n_con > 0) st = write_constraints(ctx, r, op);
    return st;
}

/* Without what it had reached, and without its sign of life: who takes it next may give none. */
static wick_status write_back(wick_ctx *ctx, wk_rdb *r, wk_op *op, bool again)
{
    wk_sql *q = r->sql;
    static const char back[] = "UPDATE trials SET state = 'WAITING', datetime_start = NULL "
                               "WHERE trial_id = ?1 AND state = 'RUNNING' RETURNING trial_id";
    static const char *const less[] = {
        "DELETE FROM trial_heartbeats WHERE trial_id = ?1",
        "DELETE FROM trial_intermediate_values WHERE trial_id = ?1",
        "DELETE FROM trial_system_attributes WHERE trial_id = ?1 AND key LIKE 'completed_rung_%'"};
    const wk_cell a = wk_int(op->trial_id);
    ended e = {false, -1};
    wick_status st = q->exec(q, ctx, true, back, &a, 1, was_changed, &e);
    if (st >= 0) st = q->sync(q, ctx);
    if (st >= 0 && !e.changed && !again) op->refused = true;
    for (int i = 0; st >= 0 && e.changed && i < 3; i++)
        st = q->exec(q, ctx, true, less[i], &a, 1, NULL, NULL);
    return st;
}

static wick_status write_one(wick_ctx *ctx, wk_rdb *r, wk_op *op, bool again)
{
    wk_sql *q = r->sql;
    static const char param[] =
        "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) "
        "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (trial_id, param_name) "
        "DO UPDATE SET param_value = excluded.param_value, "
        "distribution_json = excluded.distribution_json";
    static const char report[] =
        "INSERT INTO trial_intermediate_values "
        "(trial_id, step, intermediate_value, intermediate_value_type) VALUES (?1, ?2, ?3, ?4) "
        "ON CONFLICT (trial_id, step) DO UPDATE SET "
        "intermediate_value = excluded.intermediate_value, "
        "intermediate_value_type = excluded.intermediate_value_type";
    switch (op->kind) {
    case WICK_EV_PARAM: {
        const wk_cell a[] = {wk_int(op->trial_id), wk_text(op->name), wk_double(op->value),
                             wk_text(op->text)};
        return q->exec(q, ctx, true, param, a, 4, NULL, NULL);
    }
    case WICK_EV_REPORT: {
        const wk_cell a[] = {wk_int(op->trial_id), wk_int(op->step), finite_or_null(op->value),
                             wk_text(type_name(op->value))};
        return q->exec(q, ctx, true, report, a, 4, NULL, NULL);
    }
    case WICK_EV_FINISH: return write_finish(ctx, r, op, again);
    case WICK_EV_TRIAL_BACK: return write_back(ctx, r, op, again);
    default: break;
    }
    const bool study = op->kind == WICK_EV_STUDY_ATTR || op->kind == WICK_EV_STUDY_SYSTEM_ATTR;
    return write_attr(ctx, q, op->kind, study ? r->study_id : op->trial_id, op->name, op->text);
}

wick_status wk_ops_run(wick_ctx *ctx, wk_rdb *r, bool again)
{
    wick_status st = WICK_OK;
    for (; r->ops.done < r->ops.n && st >= 0; r->ops.done++)
        st = write_one(ctx, r, &r->ops.v[r->ops.done], again);
    return st;
}

wick_status wk_rdb_beat(wick_ctx *ctx, wk_rdb *r, int64_t trial_id)
{
    static const char beat[] =
        "INSERT INTO trial_heartbeats (trial_id, heartbeat) VALUES (?1, CURRENT_TIMESTAMP) "
        "ON CONFLICT (trial_id) DO UPDATE SET heartbeat = CURRENT_TIMESTAMP";
    const wk_cell id = wk_int(trial_id);
    return r->sql->exec(r->sql, ctx, true, beat, &id, 1, NULL, NULL);
}
