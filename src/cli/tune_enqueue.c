/* SPDX-License-Identifier: MIT */
/* What a search tries first: the defaults, and parameters from a file. */
#include <stdlib.h>
#include <string.h>

#include "cli/tune_job.h"

static bool starts_with(const char *s, const char *head)
{
    return strncmp(s, head, strlen(head)) == 0;
}

static wick_choice written(const wick_tune_param *p, double value)
{
    if (p->dist.kind == WICK_DIST_CATEGORICAL) return p->dist.choices[(int64_t)value];
    if (p->dist.kind == WICK_DIST_INT)
        return (wick_choice){.kind = WICK_CHOICE_INT, .i = (int64_t)value};
    return (wick_choice){.kind = WICK_CHOICE_FLOAT, .d = value};
}

static bool queue(tune_job *j, wick_study *s, const wick_fixed *list, int64_t n)
{
    int64_t number = 0;
    const wick_status st = wick_study_enqueue(j->c->ctx, s, list, n, true, &number);
    if (st < 0) cli_fail(j->c);
    return st >= 0;
}

static bool defaults(tune_job *j, wick_study *s, wick_fixed *list)
{
    int64_t n = 0;
    for (int64_t i = 0; i < j->subject.n_params; i++) {
        const wick_tune_param *p = &j->subject.params[i];
        if (!p->fixed) list[n++] = (wick_fixed){p->name, written(p, p->value)};
    }
    return queue(j, s, list, n);
}

/* ---- the file ----------------------------------------------------------------------------- */

/* The internal value of what the file has; NA when the parameter cannot have it. */
static double value_of(const wick_tune_param *p, const wick_json *v)
{
    const wick_json_type kind = wick_json_kind(v);
    if (p->dist.kind != WICK_DIST_CATEGORICAL) {
        const double x = kind == WICK_JSON_NUMBER ? wick_json_number(v) : WICK_NA;
        return wick_dist_contains(&p->dist, x) ? x : WICK_NA;
    }
    for (int64_t k = 0; k < p->dist.n_choices; k++) {
        const wick_choice *c = &p->dist.choices[k];
        const char *text = wick_json_string(v);
        const double number = wick_json_number(v);
        if ((c->kind == WICK_CHOICE_STRING && text && strcmp(text, c->s) == 0) ||
            (c->kind == WICK_CHOICE_BOOL && kind == WICK_JSON_BOOL &&
             wick_json_bool(v) == !!c->i) ||
            (c->kind == WICK_CHOICE_INT && kind == WICK_JSON_NUMBER && number == (double)c->i) ||
            (c->kind == WICK_CHOICE_FLOAT && kind == WICK_JSON_NUMBER && number == c->d))
            return (double)k;
    }
    return WICK_NA;
}

static const wick_tune_param *find(const tune_job *j, const char *name)
{
    for (int64_t i = 0; i < j->subject.n_params; i++)
        if (strcmp(j->subject.params[i].name, name) == 0) return &j->subject.params[i];
    return NULL;
}

static bool unknown(const tune_job *j, const char *path, int64_t at, const char *name)
{
    const char *names[128], *near;
    int64_t n = 0;
    for (; n < j->subject.n_params && n < 128; n++) names[n] = j->subject.params[n].name;
    near = wick_nearest(name, names, n);
    cli_error(j->c, NULL, "%s, entry %lld: %s has no parameter '%s'%s%s%s", path, (long long)at + 1,
              wk_script_name(j->script), name, near ? "; did you mean '" : "", near ? near : "",
              near ? "'?" : "");
    return false;
}

/* Parameters that are not searched are left out: a file of all of them is welcome. */
static bool one_entry(tune_job *j, wick_study *s, const char *path, int64_t at, const wick_json *o,
                      wick_fixed *list)
{
    int64_t n = 0;
    if (wick_json_kind(o) != WICK_JSON_OBJECT) {
        cli_error(j->c, "{\"n\": 20} or [{\"n\": 20}, {\"n\": 30}]",
                  "%s, entry %lld: an object of parameters is expected", path, (long long)at + 1);
        return false;
    }
    for (int64_t i = 0; i < wick_json_count(o); i++) {
        const wick_json *v = wick_json_at(o, i);
        const wick_tune_param *p = find(j, wick_json_key(v));
        if (!p) return unknown(j, path, at, wick_json_key(v));
        if (p->fixed) continue;
        const double x = value_of(p, v);
        if (isnan(x)) {
            cli_error(j->c, NULL, "%s, entry %lld: '%s' cannot have that value", path,
                      (long long)at + 1, p->name);
            return false;
        }
        list[n++] = (wick_fixed){p->name, written(p, x)};
    }
    return n == 0 || queue(j, s, list, n);
}

static bool from_file(tune_job *j, wick_study *s, const char *path, wick_fixed *list)
{
    wick_json_doc *doc = NULL;
    if (wick_json_load(j->c->ctx, path, &doc) < 0) {
        cli_fail(j->c);
        return false;
    }
    const wick_json *root = wick_json_root(doc);
    bool good = true;
    if (wick_json_kind(root) != WICK_JSON_ARRAY) good = one_entry(j, s, path, 0, root, list);
    for (int64_t i = 0;
         good && wick_json_kind(root) == WICK_JSON_ARRAY && i < wick_json_count(root); i++)
        good = one_entry(j, s, path, i, wick_json_at(root, i), list);
    wick_json_free(doc);
    return good;
}

bool tune_job_enqueue(tune_job *j, wick_study *s)
{
    const char *path = cli_text(j->c, "enqueue");
    /* These visit given points; one more would be none of them. */
    const bool given = starts_with(j->sampler, "grid") || starts_with(j->sampler, "brute_force");
    if (given && path) {
        cli_error(j->c, NULL, "--enqueue: sampler %s visits points of its own", j->sampler);
        return false;
    }
    wick_fixed *list = calloc((size_t)j->subject.n_params + 1, sizeof *list);
    if (!list) return cli_error(j->c, NULL, "out of memory") == CLI_GOOD;
    bool good = given || wick_study_count(s) > 0 || defaults(j, s, list);
    if (good && path) good = from_file(j, s, path, list);
    free(list);
    return good;
}
