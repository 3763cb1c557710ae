/* SPDX-License-Identifier: MIT */
/* Tables of a search as CSV and JSON. */
#include <stdlib.h>
#include <string.h>

#include "flow/tune_int.h"

void wick_param_text(const wick_tune_param *p, double value, wick_buf *out)
{
    if (p->dist.kind != WICK_DIST_CATEGORICAL) {
        wick_buf_add_double(out, value);
        return;
    }
    const wick_choice *c = &p->dist.choices[(int64_t)value];
    switch (c->kind) {
    case WICK_CHOICE_BOOL: wick_buf_add(out, c->i != 0 ? "true" : "false", -1); break;
    case WICK_CHOICE_INT: wick_buf_add_int(out, c->i); break;
    case WICK_CHOICE_FLOAT: wick_buf_add_double(out, c->d); break;
    case WICK_CHOICE_STRING: wick_buf_add(out, c->s, -1); break;
    default: break;
    }
}

static void param_json(const wick_tune_param *p, double value, wick_json_writer *w)
{
    const wick_choice *c = p->dist.kind == WICK_DIST_CATEGORICAL && !isnan(value)
                               ? &p->dist.choices[(int64_t)value]
                               : NULL;
    if (c == NULL)
        wick_jw_double(w, value);
    else if (c->kind == WICK_CHOICE_BOOL)
        wick_jw_bool(w, c->i != 0);
    else if (c->kind == WICK_CHOICE_INT)
        wick_jw_int(w, c->i);
    else if (c->kind == WICK_CHOICE_FLOAT)
        wick_jw_double(w, c->d);
    else if (c->kind == WICK_CHOICE_STRING)
        wick_jw_string(w, c->s);
    else
        wick_jw_null(w);
}

void wick_params_json(const wick_subject *s, const double *params, wick_json_writer *w)
{
    wick_jw_object(w);
    for (int64_t i = 0; i < s->n_params; i++) {
        wick_jw_key(w, s->params[i].name);
        param_json(&s->params[i], params[i], w);
    }
    wick_jw_end(w);
}

/* One cell of a table: CSV needs commas and quotes, JSON does not. */
typedef struct table {
    const wick_tune *t;
    wick_buf *out;
    wick_json_writer *w; /* NULL: CSV */
    bool first;
} table;

static void key(table *x, const char *name)
{
    if (x->w != NULL) wick_jw_key(x->w, name);
}

static void comma(table *x)
{
    if (!x->first) wick_buf_add(x->out, ",", 1);
    x->first = false;
}

static void put_text(table *x, const char *name, const char *s)
{
    key(x, name);
    if (x->w != NULL) {
        wick_jw_string(x->w, s);
        return;
    }
    comma(x);
    if (strpbrk(s, ",\"\n") == NULL) {
        wick_buf_add(x->out, s, -1);
        return;
    }
    wick_buf_add(x->out, "\"", 1);
    for (; *s != '\0'; s++) wick_buf_add(x->out, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
    wick_buf_add(x->out, "\"", 1);
}

static void put_number(table *x, const char *name, double v)
{
    key(x, name);
    if (x->w != NULL) {
        wick_jw_double(x->w, v);
        return;
    }
    comma(x);
    if (!isnan(v)) wick_buf_add_double(x->out, v);
}

static void put_param(table *x, int64_t i, double v)
{
    const wick_tune_param *p = &x->t->s->params[i];
    wick_buf b = {0};
    if (x->w != NULL) {
        key(x, p->name);
        param_json(p, v, x->w);
        return;
    }
    if (!isnan(v)) wick_param_text(p, v, &b);
    put_text(x, p->name, b.data != NULL ? b.data : "");
    if (b.failed) x->out->failed = true;
    wick_buf_free(&b);
}

static void row(table *x, bool begin)
{
    x->first = true;
    if (x->w != NULL && begin) wick_jw_object(x->w);
    if (x->w != NULL && !begin) wick_jw_end(x->w);
    if (x->w == NULL && !begin) wick_buf_add(x->out, "\n", 1);
}

static void head(table *x, const char *name)
{
    if (x->w == NULL) put_text(x, name, name);
}

static void head_params(table *x)
{
    for (int64_t i = 0; i < x->t->s->n_params; i++) head(x, x->t->s->params[i].name);
}

static void head_end(table *x)
{
    if (x->w == NULL) row(x, false);
}

/* ---- the tables --------------------------------------------------------------------------- */

static double told_value(const wick_tune *t, const wick_tune_trial *r, int32_t k)
{
    if (r->rejected) return WICK_NA;
    const wick_trial *trial = wick_study_trial(t->study, r->number);
    return trial != NULL ? wick_trial_value(trial, k) : WICK_NA;
}

static wick_status write_trials(wick_ctx *ctx, table *x)
{
    const wick_tune *t = x->t;
    (void)ctx;
    head(x, "number");
    head(x, "state");
    for (int32_t k = 0; k < t->s->n_objectives; k++) head(x, t->s->objectives[k]);
    head(x, "violation");
    head(x, "trades");
    head(x, "duplicate_of");
    head(x, "reason");
    head_params(x);
    head_end(x);
    for (int64_t i = 0; i < t->n; i++) {
        const wick_tune_trial r = wick_tune_at(t, i);
        if (r.number < 0) continue;
        row(x, true);
        put_number(x, "number", (double)r.number);
        put_text(x, "state", wick_trial_state_name(r.state));
        for (int32_t k = 0; k < t->s->n_objectives; k++)
            put_number(x, t->s->objectives[k], told_value(t, &r, k));
        put_number(x, "violation", r.violation);
        put_number(x, "trades", (double)r.trades);
        put_number(x, "duplicate_of", r.duplicate_of >= 0 ? (double)r.duplicate_of : WICK_NA);
        put_text(x, "reason", r.reason);
        for (int64_t p = 0; p < t->s->n_params; p++) put_param(x, p, r.params[p]);
        row(x, false);
    }
    return WICK_OK;
}

static bool counts(const wick_tune_trial *r)
{
    return r->number >= 0 && r->state == WICK_TRIAL_COMPLETE && !r->rejected && r->violation <= 0.0;
}

static wick_status write_history(wick_ctx *ctx, table *x)
{
    const wick_tune *t = x->t;
    double best = WICK_NA;
    (void)ctx;
    head(x, "number");
    head(x, "value");
    head(x, "best");
    head_end(x);
    for (int64_t i = 0; i < t->n; i++) {
        const wick_tune_trial r = wick_tune_at(t, i);
        if (!counts(&r)) continue;
        const double v = r.value[0];
        if (isnan(best) || (t->s->better[0] > 0 ? v > best : v < best)) best = v;
        row(x, true);
        put_number(x, "number", (double)r.number);
        put_number(x, "value", v);
        put_number(x, "best", best);
        row(x, false);
    }
    return WICK_OK;
}

static wick_status write_importance(wick_ctx *ctx, table *x)
{
    wick_importance *list = NULL;
    int64_t n = 0;
    head(x, "parameter");
    head(x, "importance");
    head_end(x);
    if (wick_study_importance(ctx, x->t->study, NULL, &list, &n) < 0) {
        if (wick_ctx_code(ctx) == WICK_E_MEM) return WICK_E_MEM;
        wick_ctx_clear(ctx); /* too few trials: an empty table */
        return WICK_OK;
    }
    for (int64_t i = 0; i < n; i++) {
        row(x, true);
        put_text(x, "parameter", list[i].name);
        put_number(x, "importance", list[i].value);
        row(x, false);
    }
    free(list);
    return WICK_OK;
}

static wick_status write_parallel(wick_ctx *ctx, table *x)
{
    const wick_tune *t = x->t;
    (void)ctx;
    head(x, "number");
    head_params(x);
    for (int32_t k = 0; k < t->s->n_objectives; k++) head(x, t->s->objectives[k]);
    head_end(x);
    for (int64_t i = 0; i < t->n; i++) {
        const wick_tune_trial r = wick_tune_at(t, i);
        if (!counts(&r)) continue;
        row(x, true);
        put_number(x, "number", (double)r.number);
        for (int64_t p = 0; p < t->s->n_params; p++) put_param(x, p, r.params[p]);
        for (int32_t k = 0; k < t->s->n_objectives; k++)
            put_number(x, t->s->objectives[k], r.value[k]);
        row(x, false);
    }
    return WICK_OK;
}

wick_status wick_tune_table(wick_ctx *ctx, const wick_tune *t, const char *name, bool json,
                            wick_buf *out)
{
    static const struct {
        const char *name;
        wick_status (*write)(wick_ctx *ctx, table *x);
    } tables[] = {{"trials", write_trials},
                  {"history", write_history},
                  {"importance", write_importance},
                  {"parallel", write_parallel}};
    wick_json_writer w;
    table x = {.t = t, .out = out, .w = json ? &w : NULL, .first = true};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (strcmp(tables[i].name, name) != 0) continue;
        if (json) {
            wick_jw_begin(&w, out, 1);
            wick_jw_array(&w);
        }
        const wick_status st = tables[i].write(ctx, &x);
        if (json) {
            wick_jw_end(&w);
            wick_buf_add(out, "\n", 1);
        }
        return st < 0 ? st : out->failed ? wick_fail_mem(ctx) : WICK_OK;
    }
    return wick_fail(ctx, WICK_E_ARG,
                     "no table '%s'; there are trials, history, importance and parallel", name);
}
