/* SPDX-License-Identifier: MIT */
/* Reading what other processes did: rows of trials that are new or were unfinished, brought into
 * the study as events. Finished trials never change and are read once. */
#include <stdlib.h>
#include <string.h>

#include "store/rdb_int.h"

enum { CHUNK = 1000, NEAR = 32 };

typedef struct seen {
    int64_t id, number, started, completed;
    int32_t state;
    bool is_new;
    double *values;
    int32_t n_values;
} seen;

/* A row of a child table. */
typedef struct child {
    int64_t id; /* trial_id */
    int32_t kind;
    const char *key, *text;
    double value;
    int64_t step;
} child;

typedef struct reading reading;
/* One child table on its way: the queries of a round trip are answered together. */
typedef struct table {
    reading *g;
    int32_t kind;
} table;

enum { TABLES = 5 };
struct reading {
    wk_rdb *r;
    wick_study *s;
    int64_t before;
    wick_arena *arena;
    seen *t;
    int64_t n, cap;
    child *c;
    int64_t n_c, cap_c;
    table table[TABLES];
    wick_buf where; /* empty: `range` instead */
    wk_cell range[2];
};

static wick_status grow(wick_ctx *ctx, void *array, int64_t *cap, int64_t need, size_t item)
{
    if (need <= *cap) return WICK_OK;
    const int64_t n = *cap < 64 ? 64 : 2 * *cap;
    void *p;
    memcpy(&p, array, sizeof p);
    p = realloc(p, (size_t)n * item);
    if (p == NULL) return wick_fail_mem(ctx);
    memcpy(array, &p, sizeof p);
    *cap = n;
    return WICK_OK;
}

/* ---- rows --------------------------------------------------------------------------------- */

static wick_status got_trial(void *user, wick_ctx *ctx, const wk_cell *row)
{
    reading *g = user;
    const wick_status st = grow(ctx, &g->t, &g->cap, g->n + 1, sizeof *g->t);
    if (st < 0) return st;
    seen *t = &g->t[g->n];
    *t = (seen){.id = wk_cell_int(&row[0]),
                .number = row[1].kind == WK_NULL ? -1 : wk_cell_int(&row[1]),
                .state = wk_state_read(wk_cell_text(&row[2])),
                .started = wk_stamp_read(wk_cell_text(&row[3])),
                .completed = wk_stamp_read(wk_cell_text(&row[4]))};
    if (t->state < 0)
        return wick_fail(ctx, WICK_E_DATA, "%s: trial %lld is in an unknown state", g->r->shown,
                         (long long)t->number);
    t->is_new = t->id > g->r->last_id;
    g->n++;
    return WICK_OK;
}

static seen *find(const reading *g, int64_t id)
{
    int64_t lo = 0, hi = g->n;
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (g->t[mid].id < id) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < g->n && g->t[lo].id == id ? &g->t[lo] : NULL;
}

static wick_status got_child(void *user, wick_ctx *ctx, const wk_cell *row)
{
    const table *w = user;
    reading *g = w->g;
    const int64_t id = wk_cell_int(&row[0]);
    if (find(g, id) == NULL) return WICK_OK; /* of another study, in the same range of ids */
    const wick_status st = grow(ctx, &g->c, &g->cap_c, g->n_c + 1, sizeof *g->c);
    if (st < 0) return st;
    child c = {.id = id, .kind = w->kind};
    const char *key = NULL, *text = NULL;
    if (w->kind == WICK_EV_REPORT) {
        c.step = wk_cell_int(&row[1]);
        c.value = wk_cell_double(&row[2]);
        const char *type = wk_cell_text(&row[3]);
        if (type != NULL && strcmp(type, "INF_POS") == 0) c.value = (double)INFINITY;
        if (type != NULL && strcmp(type, "INF_NEG") == 0) c.value = -(double)INFINITY;
    } else {
        key = wk_cell_text(&row[1]);
        text = wk_cell_text(&row[2]);
        if (w->kind == WICK_EV_PARAM) c.value = wk_cell_double(&row[3]);
        if (key == NULL || text == NULL) return WICK_OK;
        c.key = wick_arena_strdup(g->arena, key);
        c.text = wick_arena_strdup(g->arena, text);
        if (c.key == NULL || c.text == NULL) return wick_fail_mem(ctx);
    }
    g->c[g->n_c++] = c;
    return WICK_OK;
}

static wick_status got_value(void *user, wick_ctx *ctx, const wk_cell *row)
{
    const reading *g = ((const table *)user)->g;
    seen *t = find(g, wk_cell_int(&row[0]));
    const int64_t objective = wk_cell_int(&row[1]);
    const int32_t m = wick_study_objectives(g->s);
    if (t == NULL || objective < 0 || objective >= m) return WICK_OK;
    if (t->values == NULL) {
        t->values = wick_arena_zalloc(g->arena, m * (int64_t)sizeof *t->values);
        if (t->values == NULL) return wick_fail_mem(ctx);
    }
    double v = wk_cell_double(&row[2]);
    const char *type = wk_cell_text(&row[3]);
    if (type != NULL && strcmp(type, "INF_POS") == 0) v = (double)INFINITY;
    if (type != NULL && strcmp(type, "INF_NEG") == 0) v = -(double)INFINITY;
    t->values[objective] = v;
    if (objective + 1 > t->n_values) t->n_values = (int32_t)objective + 1;
    return WICK_OK;
}

/* ---- queries ------------------------------------------------------------------------------ */

static void add_ids(wick_buf *b, const int64_t *number, int64_t n, const wk_rdb *r)
{
    for (int64_t i = 0; i < n; i++)
        wick_buf_addf(b, "%s%lld", i > 0 ? "," : "", (long long)r->ids[number[i]]);
}

#define TRIAL_COLUMNS                                                                              \
    "SELECT trial_id, number, state, datetime_start, datetime_complete FROM trials "

static wick_status read_trials(void *user, wick_ctx *ctx, bool again)
{
    (void)again;
    reading *g = user;
    wk_rdb *r = g->r;
    wk_sql *q = r->sql;
    static const char fresh[] = TRIAL_COLUMNS "WHERE study_id = ?1 AND trial_id > ?2 AND "
                                              "trial_id < ?3 ORDER BY trial_id LIMIT ?4";
    static const char near_by[] = TRIAL_COLUMNS "WHERE study_id = ?1 AND trial_id BETWEEN ?2 AND "
                                                "?3 AND trial_id < ?4 ORDER BY trial_id";
    g->n = 0;
    wick_status st = WICK_OK;
    const int64_t last = r->n_open > 0 ? r->ids[r->open[r->n_open - 1]] : 0;
    const int64_t first = r->n_open > 0 ? r->ids[r->open[0]] : 0;
    if (r->n_open > 0 && last - first < NEAR) {
        const wk_cell a[] = {wk_int(r->study_id), wk_int(first), wk_int(last), wk_int(g->before)};
        st = q->exec(q, ctx, true, near_by, a, 4, got_trial, g);
    } else if (r->n_open > 0) {
        wick_buf b = {0};
        wick_buf_add(&b, TRIAL_COLUMNS "WHERE trial_id IN (", -1);
        add_ids(&b, r->open, r->n_open, r);
        wick_buf_add(&b, ") ORDER BY trial_id", -1);
        st = b.failed ? wick_fail_mem(ctx) : q->exec(q, ctx, false, b.data, NULL, 0, got_trial, g);
        if (st >= 0) st = q->sync(q, ctx);
        wick_buf_free(&b);
    }
    const wk_cell a[] = {wk_int(r->study_id), wk_int(r->last_id), wk_int(g->before), wk_int(CHUNK)};
    if (st >= 0) st = q->exec(q, ctx, true, fresh, a, 4, got_trial, g);
    return st;
}

/* In the range of ids there are finished trials and those of this process too. */
static void keep_open(reading *g)
{
    const wk_rdb *r = g->r;
    int64_t k = 0, open = 0;
    for (int64_t i = 0; i < g->n; i++) {
        if (!g->t[i].is_new) {
            while (open < r->n_open && r->ids[r->open[open]] < g->t[i].id) open++;
            if (open == r->n_open || r->ids[r->open[open]] != g->t[i].id) continue;
        }
        g->t[k++] = g->t[i];
    }
    g->n = k;
}

#define RANGE "WHERE trial_id BETWEEN ?1 AND ?2"
#define TABLE(kind, select, order, fn)                                                             \
    {                                                                                              \
        kind, select, select RANGE order, order, fn                                                \
    }
static const struct query {
    int32_t kind;
    const char *select, *by_range, *order;
    wk_row_fn fn;
} queries[TABLES] = {
    TABLE(WICK_EV_PARAM,
          "SELECT trial_id, param_name, distribution_json, param_value FROM trial_params ",
          " ORDER BY param_id", got_child),
    TABLE(WICK_EV_REPORT,
          "SELECT trial_id, step, intermediate_value, intermediate_value_type "
          "FROM trial_intermediate_values ",
          " ORDER BY trial_intermediate_value_id", got_child),
    TABLE(WICK_EV_USER_ATTR, "SELECT trial_id, key, value_json FROM trial_user_attributes ",
          " ORDER BY trial_user_attribute_id", got_child),
    TABLE(WICK_EV_SYSTEM_ATTR, "SELECT trial_id, key, value_json FROM trial_system_attributes ",
          " ORDER BY trial_system_attribute_id", got_child),
    TABLE(WICK_EV_FINISH, "SELECT trial_id, objective, value, value_type FROM trial_values ", "",
          got_value),
};

static wick_status read_children(void *user, wick_ctx *ctx, bool again)
{
    (void)again;
    reading *g = user;
    wk_sql *q = g->r->sql;
    wick_status st = WICK_OK;
    g->n_c = 0;
    for (int64_t i = 0; i < g->n; i++) g->t[i].n_values = 0;
    for (int i = 0; i < TABLES && st >= 0; i++) {
        const struct query *t = &queries[i];
        g->table[i] = (table){g, t->kind};
        if (g->where.len == 0) {
            st = q->exec(q, ctx, true, t->by_range, g->range, 2, t->fn, &g->table[i]);
            continue;
        }
        wick_buf b = {0};
        wick_buf_addf(&b, "%s%s%s", t->select, g->where.data, t->order);
        st = b.failed ? wick_fail_mem(ctx)
                      : q->exec(q, ctx, false, b.data, NULL, 0, t->fn, &g->table[i]);
        wick_buf_free(&b);
    }
    return st < 0 ? st : q->sync(q, ctx);
}

/* One range when the ids lie close, else a list of them. */
static wick_status choose_ids(wick_ctx *ctx, reading *g)
{
    const int64_t lo = g->t[0].id, hi = g->t[g->n - 1].id;
    g->where.len = 0;
    if (hi - lo < 4 * g->n + NEAR) {
        g->range[0] = wk_int(lo);
        g->range[1] = wk_int(hi);
        return WICK_OK;
    }
    wick_buf_add(&g->where, "WHERE trial_id IN (", -1);
    for (int64_t i = 0; i < g->n; i++)
        wick_buf_addf(&g->where, "%s%lld", i > 0 ? "," : "", (long long)g->t[i].id);
    wick_buf_add(&g->where, ")", 1);
    return g->where.failed ? wick_fail_mem(ctx) : WICK_OK;
}

/* ---- applying ----------------------------------------------------------------------------- */

static wick_status apply_new(wick_ctx *ctx, reading *g, const seen *t)
{
    if (t->number != wick_study_count(g->s))
        return wick_fail(ctx, WICK_E_DATA,
                         "%s: trial %lld stands where %lld was expected: the study's numbers have "
                         "gaps",
                         g->r->shown, (long long)t->number, (long long)wick_study_count(g->s));
    const wick_study_event e = {.size = sizeof e,
                                .kind = WICK_EV_TRIAL_NEW,
                                .trial = t->number,
                                .state = t->state == WICK_TRIAL_WAITING ? WICK_TRIAL_WAITING
                                                                        : WICK_TRIAL_RUNNING,
                                .time = t->started};
    const wick_status st = wick_study_apply(ctx, g->s, &e);
    if (st < 0) return st;
    return wk_rdb_remember(ctx, g->r, t->id);
}

/* Somebody took a waiting trial, or gave one back. */
static wick_status apply_take(wick_ctx *ctx, reading *g, const seen *t)
{
    const wick_trial *known = wick_study_trial(g->s, t->number);
    const bool waited = known != NULL && wick_trial_state_of(known) == WICK_TRIAL_WAITING;
    if (known == NULL || waited == (t->state == WICK_TRIAL_WAITING)) return WICK_OK;
    const wick_study_event e = {.size = sizeof e,
                                .kind = waited ? WICK_EV_TRIAL_TAKE : WICK_EV_TRIAL_BACK,
                                .trial = t->number,
                                .time = t->started};
    return wick_study_apply(ctx, g->s, &e);
}

static bool has_report(const wick_trial *t, int64_t step)
{
    const int64_t n = wick_trial_report_count(t);
    for (int64_t i = n - 1; i >= 0; i--) {
        int64_t at = 0;
        wick_trial_report_at(t, i, &at);
        if (at == step) return true;
    }
    return false;
}

static wick_status apply_child(wick_ctx *ctx, reading *g, const child *c, int64_t number)
{
    if (c->kind == WICK_EV_SYSTEM_ATTR) return wk_apply_system(ctx, g->s, number, c->key, c->text);
    const wick_dist *d = NULL;
    if (c->kind == WICK_EV_PARAM) {
        const wick_status st = wk_dists_get(ctx, &g->r->dists, c->key, c->text, &d);
        if (st < 0) return wick_note(ctx, "in trial %lld of %s", (long long)number, g->r->shown);
    }
    if (c->kind == WICK_EV_REPORT && has_report(wick_study_trial(g->s, number), c->step))
        return WICK_OK;
    const wick_study_event e = {.size = sizeof e,
                                .kind = c->kind,
                                .trial = number,
                                .name = c->key,
                                .json = c->kind == WICK_EV_PARAM ? NULL : c->text,
                                .dist = d,
                                .value = c->value,
                                .step = c->step};
    return wick_study_apply(ctx, g->s, &e);
}

static wick_status apply_finish(wick_ctx *ctx, reading *g, const seen *t)
{
    const wick_study_event e = {.size = sizeof e,
                                .kind = WICK_EV_FINISH,
                                .trial = t->number,
                                .state = t->state,
                                .values = t->values,
                                .n_values = t->state == WICK_TRIAL_FAIL ? 0 : t->n_values,
                                .time = t->completed};
    return wick_study_apply(ctx, g->s, &e);
}

static bool over(int32_t state)
{
    return state != WICK_TRIAL_RUNNING && state != WICK_TRIAL_WAITING;
}

/* Finished trials enter the samplers' memory in the order in which they finished. */
static int by_end(const void *a, const void *b)
{
    const seen *x = a, *y = b;
    if (x->completed != y->completed) return x->completed < y->completed ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static wick_status set_open(wick_ctx *ctx, reading *g)
{
    wk_rdb *r = g->r;
    int64_t k = 0;
    for (int64_t i = 0; i < r->n_open; i++)
        if (!over(wick_trial_state_of(wick_study_trial(g->s, r->open[i]))))
            r->open[k++] = r->open[i];
    r->n_open = k;
    for (int64_t i = 0; i < g->n; i++) {
        if (!g->t[i].is_new || over(g->t[i].state)) continue;
        const wick_status st = wk_rdb_open_add(ctx, r, g->t[i].number);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static wick_status apply(wick_ctx *ctx, reading *g)
{
    wick_status st = WICK_OK;
    for (int64_t i = 0; i < g->n && st >= 0; i++)
        st = g->t[i].is_new ? apply_new(ctx, g, &g->t[i]) : apply_take(ctx, g, &g->t[i]);
    for (int64_t i = 0; i < g->n_c && st >= 0; i++)
        st = apply_child(ctx, g, &g->c[i], find(g, g->c[i].id)->number);
    if (st < 0) return st;
    qsort(g->t, (size_t)g->n, sizeof *g->t, by_end);
    for (int64_t i = 0; i < g->n && st >= 0; i++)
        if (over(g->t[i].state)) st = apply_finish(ctx, g, &g->t[i]);
    return st < 0 ? st : set_open(ctx, g);
}

/* ---- attributes of the study --------------------------------------------------------------- */

typedef struct attrs {
    wk_rdb *r;
    wick_study *s;
} attrs;

static wick_status got_attr(wick_ctx *ctx, const attrs *a, int32_t kind, const wk_cell *row)
{
    const wick_study_event e = {.size = sizeof e,
                                .kind = kind,
                                .trial = -1,
                                .name = wk_cell_text(&row[0]),
                                .json = wk_cell_text(&row[1])};
    if (e.name == NULL || e.json == NULL) return WICK_OK;
    return wick_study_apply(ctx, a->s, &e);
}

static wick_status got_user(void *user, wick_ctx *ctx, const wk_cell *row)
{
    return got_attr(ctx, user, WICK_EV_STUDY_ATTR, row);
}

static wick_status got_system(void *user, wick_ctx *ctx, const wk_cell *row)
{
    return got_attr(ctx, user, WICK_EV_STUDY_SYSTEM_ATTR, row);
}

static wick_status read_attrs(void *user, wick_ctx *ctx, bool again)
{
    (void)again;
    static const char user_text[] =
        "SELECT key, value_json FROM study_user_attributes WHERE study_id = ?1 ORDER BY 1";
    static const char system_text[] =
        "SELECT key, value_json FROM study_system_attributes WHERE study_id = ?1 ORDER BY 1";
    attrs *a = user;
    wk_sql *q = a->r->sql;
    const wk_cell id = wk_int(a->r->study_id);
    const wick_status st = q->exec(q, ctx, true, user_text, &id, 1, got_user, a);
    if (st < 0) return st;
    return q->exec(q, ctx, true, system_text, &id, 1, got_system, a);
}

/* The attributes answer in the same round trip as the trials. */
typedef struct first {
    attrs a;
    reading *g;
} first;

static wick_status read_first(void *user, wick_ctx *ctx, bool again)
{
    first *f = user;
    const wick_status st = read_attrs(&f->a, ctx, again);
    return st < 0 ? st : read_trials(f->g, ctx, again);
}

/* ---- all of it ---------------------------------------------------------------------------- */

static wick_status chunk(wick_ctx *ctx, reading *g, bool *full)
{
    wk_rdb *r = g->r;
    first f = {{r, g->s}, g};
    pthread_mutex_lock(&r->lock);
    wick_status st = wk_sql_read(ctx, r->sql, r->patience, read_first, &f);
    if (st >= 0) {
        int64_t fresh = 0;
        for (int64_t i = 0; i < g->n; i++) fresh += g->t[i].is_new;
        *full = fresh == CHUNK;
        keep_open(g);
        g->n_c = 0;
        if (g->n > 0) st = choose_ids(ctx, g);
        if (st >= 0 && g->n > 0) st = wk_sql_read(ctx, r->sql, r->patience, read_children, g);
    }
    pthread_mutex_unlock(&r->lock);
    if (st >= 0 && g->n > 0) st = apply(ctx, g);
    wick_arena_reset(g->arena);
    return st;
}

wick_status wk_rdb_pull(wick_ctx *ctx, wk_rdb *r, wick_study *s, int64_t before)
{
    pthread_mutex_lock(&r->lock);
    const bool news = r->sql->changed(r->sql, ctx);
    pthread_mutex_unlock(&r->lock);
    if (!news && !r->unread) return WICK_OK;
    reading g = {.r = r, .s = s, .before = before, .arena = wick_arena_new(0)};
    if (g.arena == NULL) return wick_fail_mem(ctx);
    r->unread = true;
    wick_status st = WICK_OK;
    bool full = true;
    while (full && st >= 0) {
        full = false;
        st = chunk(ctx, &g, &full);
    }
    r->unread = st < 0 || before != WK_NO_LIMIT;
    wick_buf_free(&g.where);
    wick_arena_free(g.arena);
    free(g.t);
    free(g.c);
    return st;
}
