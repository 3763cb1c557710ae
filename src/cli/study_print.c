/* SPDX-License-Identifier: MIT */
/* Trials as table, CSV and JSON. */
#include <stdlib.h>
#include <string.h>

#include "cli/study.h"

/* ---- values ------------------------------------------------------------------------------- */

void study_value(wick_buf *b, const wick_param *p)
{
    if (p->dist->kind != WICK_DIST_CATEGORICAL) {
        wick_buf_add_double(b, p->value);
        return;
    }
    const wick_choice *c = &p->dist->choices[(int64_t)p->value];
    switch (c->kind) {
    case WICK_CHOICE_STRING: wick_buf_add(b, c->s, -1); break;
    case WICK_CHOICE_FLOAT: wick_buf_add_double(b, c->d); break;
    case WICK_CHOICE_INT: wick_buf_add_int(b, c->i); break;
    case WICK_CHOICE_BOOL: wick_buf_add(b, c->i ? "true" : "false", -1); break;
    default: wick_buf_add(b, "null", 4); break;
    }
}

static void value_json(wick_json_writer *w, const wick_param *p)
{
    if (p->dist->kind == WICK_DIST_INT) {
        wick_jw_int(w, (int64_t)p->value);
        return;
    }
    if (p->dist->kind == WICK_DIST_FLOAT) {
        wick_jw_double(w, p->value);
        return;
    }
    const wick_choice *c = &p->dist->choices[(int64_t)p->value];
    switch (c->kind) {
    case WICK_CHOICE_STRING: wick_jw_string(w, c->s); break;
    case WICK_CHOICE_FLOAT: wick_jw_double(w, c->d); break;
    case WICK_CHOICE_INT: wick_jw_int(w, c->i); break;
    case WICK_CHOICE_BOOL: wick_jw_bool(w, c->i != 0); break;
    default: wick_jw_null(w); break;
    }
}

/* JSON has no infinity; a loss may well be one. */
static void number_json(wick_json_writer *w, double v)
{
    if (isinf(v)) {
        wick_jw_string(w, v > 0 ? "inf" : "-inf");
    } else {
        wick_jw_double(w, v);
    }
}

void study_attr_json(wick_json_writer *w, const char *json)
{
    wick_ctx *spare = wick_ctx_new();
    wick_json_doc *doc = NULL;
    if (spare && wick_json_parse(spare, "attribute", json, (int64_t)strlen(json), &doc) >= 0) {
        wick_jw_node(w, wick_json_root(doc));
    } else {
        wick_jw_string(w, json);
    }
    wick_json_free(doc);
    wick_ctx_free(spare);
}

void study_time(wick_buf *b, int64_t t)
{
    char text[WICK_TIME_TEXT];
    if (t == WICK_NO_TIME) return;
    wick_time_format(text, t, false);
    wick_buf_add(b, text, -1);
}

/* ---- columns ------------------------------------------------------------------------------ */

/* Names of all parameters, in the order in which trials brought them. */
typedef struct columns {
    const char **name;
    int64_t n, cap;
    bool failed;
} columns;

static void add_column(columns *c, const char *name)
{
    for (int64_t i = 0; i < c->n; i++)
        if (strcmp(c->name[i], name) == 0) return;
    if (c->n == c->cap) {
        const int64_t cap = c->cap ? 2 * c->cap : 16;
        const char **p = realloc(c->name, (size_t)cap * sizeof *p);
        if (!p) {
            c->failed = true;
            return;
        }
        c->name = p;
        c->cap = cap;
    }
    c->name[c->n++] = name;
}

static columns columns_of(const wick_trial *const *list, int64_t n)
{
    columns c = {0};
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < wick_trial_param_count(list[i]); k++)
            add_column(&c, wick_trial_param_at(list[i], k).name);
    return c;
}

static const char *value_name(const wick_study *s, int32_t k, char out[24])
{
    if (wick_study_objectives(s) == 1) return "value";
    snprintf(out, 24, "value_%d", (int)k);
    return out;
}

static void param_of(wick_buf *b, const wick_trial *t, const char *name)
{
    for (int64_t k = 0; k < wick_trial_param_count(t); k++) {
        const wick_param p = wick_trial_param_at(t, k);
        if (strcmp(p.name, name) == 0) study_value(b, &p);
    }
}

static void value_of(wick_buf *b, const wick_trial *t, int32_t k)
{
    const double v = wick_trial_value(t, k);
    if (!isnan(v)) wick_buf_add_double(b, v);
}

static void csv_field(wick_buf *b, const wick_buf *field)
{
    const char *s = field->len > 0 ? field->data : "";
    if (strpbrk(s, ",\"\r\n") == NULL) {
        wick_buf_add(b, s, -1);
        return;
    }
    wick_buf_add(b, "\"", 1);
    for (; *s; s++) wick_buf_add(b, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
    wick_buf_add(b, "\"", 1);
}

/* ---- the three forms ---------------------------------------------------------------------- */

/* Cells of a row: number, state, values, parameters, violation, start, end. */
static void cell_text(wick_buf *f, const wick_study *s, const wick_trial *t, const columns *c,
                      int64_t at)
{
    const int64_t m = wick_study_objectives(s);
    f->len = 0;
    if (at == 0) {
        wick_buf_add_int(f, wick_trial_number(t));
    } else if (at == 1) {
        wick_buf_add(f, wick_trial_state_name(wick_trial_state_of(t)), -1);
    } else if (at < 2 + m) {
        value_of(f, t, (int32_t)(at - 2));
    } else if (at < 2 + m + c->n) {
        param_of(f, t, c->name[at - 2 - m]);
    } else if (at == 2 + m + c->n) {
        if (wick_trial_constraint_count(t) > 0) wick_buf_add_double(f, wick_trial_violation(t));
    } else {
        study_time(f, wick_trial_time(t, at == 4 + m + c->n));
    }
}

static void head_text(wick_buf *f, const wick_study *s, const columns *c, int64_t at)
{
    static const char *const last[] = {"violation", "started", "completed"};
    const int64_t m = wick_study_objectives(s);
    char name[24];
    f->len = 0;
    const char *text = at == 0             ? "number"
                       : at == 1           ? "state"
                       : at < 2 + m        ? value_name(s, (int32_t)(at - 2), name)
                       : at < 2 + m + c->n ? c->name[at - 2 - m]
                                           : last[at - 2 - m - c->n];
    wick_buf_add(f, text, -1);
}

static void trials_csv(wick_buf *b, const wick_study *s, const wick_trial *const *list, int64_t n,
                       const columns *c)
{
    const int64_t all = wick_study_objectives(s) + c->n + 5;
    wick_buf f = {0};
    for (int64_t i = -1; i < n; i++) {
        for (int64_t k = 0; k < all; k++) {
            if (k > 0) wick_buf_add(b, ",", 1);
            if (i < 0) {
                head_text(&f, s, c, k);
            } else {
                cell_text(&f, s, list[i], c, k);
            }
            csv_field(b, &f);
        }
        wick_buf_add(b, "\n", 1);
    }
    b->failed = b->failed || f.failed;
    wick_buf_free(&f);
}

/* Times are for the machine forms. */
static void trials_table(wick_buf *b, const wick_study *s, const wick_trial *const *list, int64_t n,
                         const columns *c)
{
    const int64_t all = wick_study_objectives(s) + c->n + 3;
    char **cell = calloc((size_t)((n + 1) * all), sizeof *cell);
    bool *right = calloc((size_t)all, sizeof *right);
    wick_buf f = {0};
    bool good = cell && right;
    for (int64_t i = 0; good && i < (n + 1) * all; i++) {
        const int64_t k = i % all;
        if (i < all) {
            head_text(&f, s, c, k);
        } else {
            cell_text(&f, s, list[i / all - 1], c, k);
        }
        right[k] = k != 1;
        cell[i] = calloc(1, (size_t)f.len + 1);
        good = cell[i] && !f.failed;
        if (good && f.len > 0) memcpy(cell[i], f.data, (size_t)f.len);
    }
    if (good)
        wick_text_table(b, (int32_t)all, (const char *const *)cell, right,
                        (const char *const *)cell + all, n);
    b->failed = b->failed || !good;
    for (int64_t i = 0; cell && i < (n + 1) * all; i++) free(cell[i]);
    free(cell);
    free(right);
    wick_buf_free(&f);
}

static void attrs_json(wick_json_writer *w, const wick_study *s, const wick_trial *t, bool system)
{
    const char *json = NULL, *key;
    wick_jw_object(w);
    for (int64_t i = 0;; i++) {
        key = t ? wick_trial_attr_at(t, system, i, &json) : wick_study_attr_at(s, system, i, &json);
        if (!key) break;
        wick_jw_key(w, key), study_attr_json(w, json);
    }
    wick_jw_end(w);
}

static void time_json(wick_json_writer *w, const char *key, int64_t t)
{
    wick_buf b = {0};
    study_time(&b, t);
    wick_jw_key(w, key);
    wick_jw_string(w, b.len > 0 ? b.data : NULL);
    wick_buf_free(&b);
}

static void trial_json(wick_json_writer *w, const wick_study *s, const wick_trial *t, bool full)
{
    wick_jw_object(w);
    wick_jw_key(w, "number"), wick_jw_int(w, wick_trial_number(t));
    wick_jw_key(w, "state"), wick_jw_string(w, wick_trial_state_name(wick_trial_state_of(t)));
    wick_jw_key(w, "values");
    wick_jw_array(w);
    for (int32_t k = 0; k < wick_study_objectives(s); k++)
        if (!isnan(wick_trial_value(t, k))) number_json(w, wick_trial_value(t, k));
    wick_jw_end(w);
    wick_jw_key(w, "params");
    wick_jw_object(w);
    for (int64_t k = 0; k < wick_trial_param_count(t); k++) {
        const wick_param p = wick_trial_param_at(t, k);
        wick_jw_key(w, p.name), value_json(w, &p);
    }
    wick_jw_end(w);
    wick_jw_key(w, "constraints");
    wick_jw_object(w);
    for (int64_t k = 0; k < wick_trial_constraint_count(t); k++) {
        const char *name = "";
        const double v = wick_trial_constraint_at(t, k, &name);
        wick_jw_key(w, name), number_json(w, v);
    }
    wick_jw_end(w);
    time_json(w, "started", wick_trial_time(t, false));
    time_json(w, "completed", wick_trial_time(t, true));
    if (full) {
        wick_jw_key(w, "reports");
        wick_jw_array(w);
        for (int64_t k = 0; k < wick_trial_report_count(t); k++) {
            int64_t step = 0;
            const double v = wick_trial_report_at(t, k, &step);
            wick_jw_array(w);
            wick_jw_int(w, step), number_json(w, v);
            wick_jw_end(w);
        }
        wick_jw_end(w);
        wick_jw_key(w, "user_attrs"), attrs_json(w, s, t, false);
        wick_jw_key(w, "system_attrs"), attrs_json(w, s, t, true);
    }
    wick_jw_end(w);
}

void study_trials(wick_buf *b, const wick_study *s, const wick_trial *const *list, int64_t n,
                  study_form form)
{
    if (form == STUDY_JSON) {
        wick_json_writer w;
        wick_jw_begin(&w, b, 2);
        wick_jw_array(&w);
        for (int64_t i = 0; i < n; i++) trial_json(&w, s, list[i], false);
        wick_jw_end(&w);
        wick_buf_add(b, "\n", 1);
        return;
    }
    columns c = columns_of(list, n);
    if (form == STUDY_CSV) {
        trials_csv(b, s, list, n, &c);
    } else {
        trials_table(b, s, list, n, &c);
    }
    b->failed = b->failed || c.failed;
    free(c.name);
}

void study_export(wick_buf *b, const wick_study *s, const char *url)
{
    wick_json_writer w;
    wick_jw_begin(&w, b, 1);
    wick_jw_object(&w);
    wick_jw_key(&w, "study"), wick_jw_string(&w, wick_study_name(s));
    wick_jw_key(&w, "storage"), wick_jw_string(&w, url);
    wick_jw_key(&w, "directions");
    wick_jw_array(&w);
    for (int32_t i = 0; i < wick_study_objectives(s); i++)
        wick_jw_string(&w, wick_study_direction(s, i) == WICK_MAXIMIZE ? "maximize" : "minimize");
    wick_jw_end(&w);
    wick_jw_key(&w, "user_attrs"), attrs_json(&w, s, NULL, false);
    wick_jw_key(&w, "system_attrs"), attrs_json(&w, s, NULL, true);
    wick_jw_key(&w, "trials");
    wick_jw_array(&w);
    for (int64_t i = 0; i < wick_study_count(s); i++)
        trial_json(&w, s, wick_study_trial(s, i), true);
    wick_jw_end(&w);
    wick_jw_end(&w);
    wick_buf_add(b, "\n", 1);
}

/* ---- importance --------------------------------------------------------------------------- */

static void importance_json(wick_buf *b, const wick_importance *list, int64_t n)
{
    wick_json_writer w;
    wick_jw_begin(&w, b, 1);
    wick_jw_object(&w);
    for (int64_t i = 0; i < n; i++) {
        wick_jw_key(&w, list[i].name);
        wick_jw_double(&w, list[i].value);
    }
    wick_jw_end(&w);
    wick_buf_add(b, "\n", 1);
}

void study_importance(wick_buf *b, const wick_importance *list, int64_t n, study_form form)
{
    const bool table = form == STUDY_TABLE;
    int width = 9;
    if (form == STUDY_JSON) {
        importance_json(b, list, n);
        return;
    }
    for (int64_t i = 0; i < n && table; i++)
        if ((int)strlen(list[i].name) > width) width = (int)strlen(list[i].name);
    if (table)
        wick_buf_addf(b, "%-*s  importance\n", width, "parameter");
    else
        wick_buf_add(b, "parameter,importance\n", -1);
    for (int64_t i = 0; i < n; i++) {
        if (table) {
            wick_buf_addf(b, "%-*s  %10.4f\n", width, list[i].name, list[i].value);
            continue;
        }
        wick_buf name = {0};
        wick_buf_add(&name, list[i].name, -1);
        csv_field(b, &name);
        wick_buf_free(&name);
        wick_buf_add(b, ",", 1);
        wick_buf_add_double(b, list[i].value);
        wick_buf_add(b, "\n", 1);
    }
}
