/* SPDX-License-Identifier: MIT */
/* wick study: what is in a storage of studies. */
#include <stdlib.h>
#include <string.h>

#include "cli/study.h"

static const char where[] = "docs/storage.md has the forms of URL";

static wick_storage *open_storage(cli *c, bool read_only)
{
    const wick_storage_opts o = {.size = sizeof o, .read_only = read_only};
    wick_storage *s = NULL;
    if (wick_storage_open(c->ctx, c->operands[0], &o, &s) >= 0) return s;
    cli_fail_hint(c, where);
    return NULL;
}

/* The name given, or that of the only study there is; free with free(). NULL: an error was
 * reported. */
static char *study_name(cli *c, wick_storage *at)
{
    wick_study_info *list = NULL;
    int64_t n = 0;
    char *name = NULL;
    const char *given = c->n_operands > 1 ? c->operands[1] : NULL;
    if (!given && wick_storage_list(c->ctx, at, &list, &n) < 0) {
        cli_fail(c);
        return NULL;
    }
    if (!given && n == 1) given = list[0].name;
    if (given) {
        name = calloc(1, strlen(given) + 1);
        if (name) memcpy(name, given, strlen(given));
        if (!name) cli_error(c, NULL, "out of memory");
    } else if (n == 0) {
        cli_error(c, NULL, "%s: there is no study", wick_storage_url(at));
    } else {
        char hint[160];
        snprintf(hint, sizeof hint, "`%s list URL` names them", "wick study");
        cli_error(c, hint, "%s: there are %lld studies: which one?", wick_storage_url(at),
                  (long long)n);
    }
    free(list);
    return name;
}

static bool load(cli *c, wick_storage **at, wick_study **s)
{
    *s = NULL;
    *at = open_storage(c, true);
    if (!*at) return false;
    char *name = study_name(c, *at);
    const wick_study_opts o = {.size = sizeof o, .name = name};
    const bool good = name && wick_storage_study(c->ctx, *at, &o, WICK_STUDY_LOAD, s) >= 0;
    if (name && !good) cli_fail_hint(c, "`wick study list URL` names the studies");
    free(name);
    if (!good) wick_storage_close(*at);
    return good;
}

static bool read_form(cli *c, study_form *form)
{
    const char *text = "table";
    if (!cli_choice(c, "format", "table|csv|json", &text)) return false;
    *form = text[0] == 't' ? STUDY_TABLE : text[0] == 'c' ? STUDY_CSV : STUDY_JSON;
    return true;
}

/* ---- list --------------------------------------------------------------------------------- */

static const char *directions(const wick_study_info *v, char out[160])
{
    size_t n = 0;
    out[0] = '\0';
    for (int32_t i = 0; i < v->n_objectives && n < 150; i++)
        n += (size_t)snprintf(out + n, 160 - n, "%s%s", i > 0 ? " " : "",
                              v->directions[i] == WICK_MAXIMIZE ? "maximize" : "minimize");
    return out;
}

static void list_json(wick_buf *b, const wick_study_info *list, int64_t n)
{
    wick_json_writer w;
    char text[160];
    wick_jw_begin(&w, b, 2);
    wick_jw_array(&w);
    for (int64_t i = 0; i < n; i++) {
        wick_jw_object(&w);
        wick_jw_key(&w, "study"), wick_jw_string(&w, list[i].name);
        wick_jw_key(&w, "directions"), wick_jw_string(&w, directions(&list[i], text));
        for (int32_t k = 0; k < 5; k++) {
            wick_jw_key(&w, wick_trial_state_name(k));
            wick_jw_int(&w, list[i].n_state[k]);
        }
        wick_jw_end(&w);
    }
    wick_jw_end(&w);
    wick_buf_add(b, "\n", 1);
}

static void list_rows(wick_buf *b, const wick_study_info *list, int64_t n, bool csv)
{
    enum { COLUMNS = 8 };
    static const char *const head[COLUMNS] = {"study", "directions", "complete", "pruned",
                                              "fail",  "running",    "waiting",  "last"};
    static const bool right[COLUMNS] = {false, false, true, true, true, true, true, false};
    static const int32_t order[] = {WICK_TRIAL_COMPLETE, WICK_TRIAL_PRUNED, WICK_TRIAL_FAIL,
                                    WICK_TRIAL_RUNNING, WICK_TRIAL_WAITING};
    typedef char row[COLUMNS][192];
    row *text = calloc((size_t)n + 1, sizeof *text);
    const char **cell = calloc((size_t)((n + 1) * COLUMNS), sizeof *cell);
    b->failed = b->failed || !text || !cell;
    for (int64_t i = 0; text && cell && i < n; i++) {
        char all[160];
        snprintf(text[i][1], sizeof text[i][1], "%s", directions(&list[i], all));
        for (int k = 0; k < 5; k++)
            snprintf(text[i][2 + k], sizeof text[i][2 + k], "%lld",
                     (long long)list[i].n_state[order[k]]);
        if (list[i].completed != WICK_NO_TIME)
            wick_time_format(text[i][7], list[i].completed, false);
        for (int k = 0; k < COLUMNS; k++) cell[i * COLUMNS + k] = text[i][k];
        cell[i * COLUMNS] = list[i].name;
    }
    if (text && cell && !csv) wick_text_table(b, COLUMNS, head, right, cell, n);
    for (int64_t i = -1; text && cell && csv && i < n; i++)
        for (int k = 0; k < COLUMNS; k++) {
            const char *s = i < 0 ? head[k] : cell[i * COLUMNS + k];
            const bool quote = strpbrk(s, ",\"\n") != NULL;
            wick_buf_add(b, quote ? "\"" : "", -1);
            for (; *s; s++) wick_buf_add(b, *s == '"' ? "\"\"" : s, *s == '"' ? 2 : 1);
            wick_buf_addf(b, "%s%s", quote ? "\"" : "", k + 1 < COLUMNS ? "," : "\n");
        }
    free(text);
    free(cell);
}

static int run_list(cli *c)
{
    study_form form;
    if (!read_form(c, &form)) return CLI_MISTAKE;
    wick_storage *at = open_storage(c, true);
    if (!at) return CLI_MISTAKE;
    wick_study_info *list = NULL;
    int64_t n = 0;
    wick_buf b = {0};
    int code = CLI_GOOD;
    if (wick_storage_list(c->ctx, at, &list, &n) < 0) {
        code = cli_fail(c);
    } else if (form == STUDY_JSON) {
        list_json(&b, list, n);
    } else {
        list_rows(&b, list, n, form == STUDY_CSV);
    }
    free(list);
    wick_storage_close(at);
    return code == CLI_GOOD ? cli_print(c, &b) : code;
}

/* ---- show, best, trials, export ------------------------------------------------------------ */

static void show_best(wick_buf *b, const wick_study *s)
{
    const wick_trial *t = wick_study_best(s);
    if (wick_study_objectives(s) > 1) return;
    if (!t) {
        wick_buf_add(b, "best      none: no complete, feasible trial\n", -1);
        return;
    }
    wick_buf_addf(b, "best      trial %lld, value ", (long long)wick_trial_number(t));
    wick_buf_add_double(b, wick_trial_value(t, 0));
    wick_buf_add(b, "\n", 1);
    for (int64_t k = 0; k < wick_trial_param_count(t); k++) {
        const wick_param p = wick_trial_param_at(t, k);
        wick_buf_addf(b, "  %s = ", p.name);
        study_value(b, &p);
        wick_buf_add(b, "\n", 1);
    }
}

static void show_attrs(wick_buf *b, const wick_study *s)
{
    for (int pass = 0; pass < 2; pass++) {
        const char *json = NULL, *key;
        for (int64_t i = 0; (key = wick_study_attr_at(s, pass == 1, i, &json)); i++) {
            if (i == 0) wick_buf_add(b, pass ? "system attributes\n" : "attributes\n", -1);
            const bool cut = strlen(json) > 200;
            wick_buf_addf(b, "  %s = %.200s%s\n", key, json, cut ? "..." : "");
        }
    }
}

static int run_show(cli *c)
{
    wick_storage *at;
    wick_study *s;
    if (!load(c, &at, &s)) return CLI_MISTAKE;
    wick_buf b = {0};
    wick_buf_addf(&b, "study     %s\nstorage   %s\nobjective", wick_study_name(s),
                  wick_storage_url(at));
    for (int32_t i = 0; i < wick_study_objectives(s); i++)
        wick_buf_addf(&b, " %s",
                      wick_study_direction(s, i) == WICK_MAXIMIZE ? "maximize" : "minimize");
    wick_buf_addf(&b, "\ntrials    %lld:", (long long)wick_study_count(s));
    for (int32_t i = 0; i < 5; i++)
        wick_buf_addf(&b, " %lld %s%s", (long long)wick_study_count_state(s, i),
                      wick_trial_state_name(i), i < 4 ? "," : "\n");
    show_best(&b, s);
    show_attrs(&b, s);
    wick_study_free(s);
    wick_storage_close(at);
    return cli_print(c, &b);
}

static int run_best(cli *c)
{
    study_form form;
    wick_storage *at;
    wick_study *s;
    if (!read_form(c, &form) || !load(c, &at, &s)) return CLI_MISTAKE;
    wick_buf b = {0};
    const wick_trial **list = NULL;
    int64_t n = 0;
    int code = CLI_GOOD;
    const wick_trial *one = wick_study_best(s);
    if (wick_study_objectives(s) == 1) {
        if (one) study_trials(&b, s, &one, 1, form);
        n = one != NULL;
    } else if (wick_study_front(c->ctx, s, &list, &n) < 0) {
        code = cli_fail(c);
    } else if (n > 0) {
        study_trials(&b, s, list, n, form);
    }
    if (code == CLI_GOOD && n == 0)
        code = cli_error(c, "`wick study trials` lists what there is",
                         "study '%s' has no complete, feasible trial", wick_study_name(s));
    free(list);
    wick_study_free(s);
    wick_storage_close(at);
    if (code == CLI_GOOD) return cli_print(c, &b);
    wick_buf_free(&b);
    return code;
}

static int run_trials(cli *c)
{
    study_form form;
    wick_storage *at;
    wick_study *s;
    const char *state = "all";
    if (!read_form(c, &form) ||
        !cli_choice(c, "state", "all|complete|pruned|fail|running|waiting", &state))
        return CLI_MISTAKE;
    if (!load(c, &at, &s)) return CLI_MISTAKE;
    const int64_t all = wick_study_count(s);
    const wick_trial **list = calloc((size_t)all + 1, sizeof *list);
    int64_t n = 0;
    for (int64_t i = 0; list && i < all; i++) {
        const wick_trial *t = wick_study_trial(s, i);
        const char *name = wick_trial_state_name(wick_trial_state_of(t));
        /* The states differ in their first letter; ours are in small ones. */
        if (strcmp(state, "all") == 0 || (name[0] | 0x20) == state[0]) list[n++] = t;
    }
    wick_buf b = {.failed = !list};
    if (list) study_trials(&b, s, list, n, form);
    free(list);
    wick_study_free(s);
    wick_storage_close(at);
    return cli_print(c, &b);
}

static int run_importance(cli *c)
{
    const char *method = "ped_anova";
    study_form form;
    int64_t objective = 1;
    wick_storage *at;
    wick_study *s;
    if (!cli_choice(c, "method", "ped_anova|fanova|mdi", &method) || !read_form(c, &form) ||
        !cli_int(c, "objective", 1, 16, &objective) || !load(c, &at, &s))
        return CLI_MISTAKE;
    wick_buf b = {0};
    wick_importance *list = NULL;
    int64_t n = 0;
    const wick_importance_opts o = {
        .size = sizeof o, .objective = (int32_t)objective - 1, .method = method};
    const bool good = wick_study_importance(c->ctx, s, &o, &list, &n) >= 0;
    const int code = good ? CLI_GOOD : cli_fail(c);
    if (good) study_importance(&b, list, n, form);
    free(list);
    wick_study_free(s);
    wick_storage_close(at);
    if (good) return cli_print(c, &b);
    wick_buf_free(&b);
    return code;
}

/* From one storage to another, or under another name: a search that starts with what is known. */
static int run_copy(cli *c)
{
    const char *to = c->operands[2], *name = cli_text(c, "name");
    wick_storage *at, *target = NULL;
    wick_study *s, *t = NULL;
    int32_t directions[16];
    int64_t n = 0;
    if (!load(c, &at, &s)) return CLI_MISTAKE;
    const int32_t m = wick_study_objectives(s);
    for (int32_t i = 0; i < m; i++) directions[i] = wick_study_direction(s, i);
    const wick_study_opts o = {.size = sizeof o,
                               .name = name ? name : wick_study_name(s),
                               .n_objectives = m,
                               .directions = directions,
                               .sampler = "random"};
    bool good = wick_storage_open(c->ctx, to, NULL, &target) >= 0;
    if (!good) cli_fail_hint(c, where);
    if (good && (wick_storage_study(c->ctx, target, &o, WICK_STUDY_MAKE, &t) < 0 ||
                 wick_study_copy(c->ctx, s, t, &n) < 0)) {
        cli_fail_hint(c, "--name gives the copy another name");
        good = false;
    }
    if (good)
        cli_note(c, "%lld trials copied to study '%s' of %s", (long long)n, o.name,
                 wick_storage_url(target));
    wick_study_free(t);
    wick_study_free(s);
    wick_storage_close(target);
    wick_storage_close(at);
    return good ? CLI_GOOD : CLI_MISTAKE;
}

static int run_export(cli *c)
{
    wick_storage *at;
    wick_study *s;
    if (!load(c, &at, &s)) return CLI_MISTAKE;
    wick_buf b = {0};
    study_export(&b, s, wick_storage_url(at));
    wick_buf_add(&b, "\n", 1);
    wick_study_free(s);
    wick_storage_close(at);
    const char *out = cli_text(c, "out");
    if (!out || b.failed) return cli_print(c, &b);
    const int code = wick_file_write(c->ctx, out, b.data, b.len) < 0 ? cli_fail(c) : CLI_GOOD;
    wick_buf_free(&b);
    return code;
}

/* ---- delete ------------------------------------------------------------------------------- */

static int run_delete(cli *c)
{
    wick_storage *at = open_storage(c, true);
    if (!at) return CLI_MISTAKE;
    const char *name = c->operands[1];
    wick_study *s = NULL;
    const wick_study_opts o = {.size = sizeof o, .name = name};
    if (wick_storage_study(c->ctx, at, &o, WICK_STUDY_LOAD, &s) < 0) {
        wick_storage_close(at);
        return cli_fail_hint(c, "`wick study list URL` names the studies");
    }
    const int64_t n = wick_study_count(s);
    wick_study_free(s);
    wick_storage_close(at);
    if (!cli_has(c, "yes"))
        return cli_error(c, "there is no way back; `wick study export` keeps a copy",
                         "study '%s' has %lld trials: say --yes to delete it", name, (long long)n);
    at = open_storage(c, false);
    if (!at) return CLI_MISTAKE;
    const int code = wick_storage_delete(c->ctx, at, name) < 0 ? cli_fail(c) : CLI_GOOD;
    wick_storage_close(at);
    if (code == CLI_GOOD) cli_note(c, "deleted study '%s' with %lld trials", name, (long long)n);
    return code;
}

/* ---- commands ----------------------------------------------------------------------------- */

#define FORMAT_OPTION                                                                              \
    {                                                                                              \
        "format", "FORMAT", "table (default), csv or json", CLI_ONE                                \
    }

static const cli_option format_options[] = {FORMAT_OPTION, {NULL, NULL, NULL, CLI_ONE}};
static const cli_option trials_options[] = {
    FORMAT_OPTION,
    {"state", "STATE", "all (default), complete, pruned, fail, running or waiting", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE}};
static const cli_option importance_options[] = {
    FORMAT_OPTION,
    {"method", "NAME", "ped_anova (default), fanova or mdi", CLI_ONE},
    {"objective", "N", "which of several, default 1", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE}};
static const cli_option copy_options[] = {
    {"name", "NAME", "of the copy, default the same", CLI_ONE}, {NULL, NULL, NULL, CLI_ONE}};
static const cli_option export_options[] = {
    {"out", "FILE", "instead of stdout; .gz and .zst are compressed", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE}};
static const cli_option delete_options[] = {
    {"yes", NULL, "really: the trials are gone afterwards", CLI_ONE}, {NULL, NULL, NULL, CLI_ONE}};

static const char name_note[] =
    "NAME may be left out when there is one study only. The database is "
    "opened for reading.";

static const cli_command list = {
    .name = "list",
    .summary = "studies of a storage and how far they are",
    .operands = "URL",
    .min_operands = 1,
    .max_operands = 1,
    .options = format_options,
    .example = "wick study list sqlite:///studies.db",
    .run = run_list,
};
static const cli_command show = {
    .name = "show",
    .summary = "one study: objectives, trials by state, best, attributes",
    .operands = "URL [NAME]",
    .min_operands = 1,
    .max_operands = 2,
    .notes = name_note,
    .example = "wick study show sqlite:///studies.db donchian_breakout",
    .run = run_show,
};
static const cli_command best = {
    .name = "best",
    .summary = "the best trial; with several objectives, the Pareto front",
    .operands = "URL [NAME]",
    .min_operands = 1,
    .max_operands = 2,
    .options = format_options,
    .notes = name_note,
    .example = "wick study best sqlite:///studies.db --format json",
    .run = run_best,
};
static const cli_command trials = {
    .name = "trials",
    .summary = "all trials: state, values, parameters",
    .operands = "URL [NAME]",
    .min_operands = 1,
    .max_operands = 2,
    .options = trials_options,
    .notes = name_note,
    .example = "wick study trials sqlite:///studies.db --state complete --format csv > trials.csv",
    .run = run_trials,
};
static const cli_command importance = {
    .name = "importance",
    .summary = "how much each parameter matters",
    .operands = "URL [NAME]",
    .min_operands = 1,
    .max_operands = 2,
    .options = importance_options,
    .notes = name_note,
    .example = "wick study importance sqlite:///studies.db --method fanova",
    .run = run_importance,
};
static const cli_command copy_study = {
    .name = "copy",
    .summary = "copies a study: a backup, or the start of another search",
    .operands = "URL NAME TO_URL",
    .min_operands = 3,
    .max_operands = 3,
    .options = copy_options,
    .notes = "Finished trials are copied with everything they carry, up to the first that is not "
             "finished.",
    .example = "wick study copy sqlite:///studies.db donchian_breakout postgresql://wick@db/lab",
    .run = run_copy,
};
static const cli_command export_study = {
    .name = "export",
    .summary = "everything about a study as JSON",
    .operands = "URL [NAME]",
    .min_operands = 1,
    .max_operands = 2,
    .options = export_options,
    .notes = name_note,
    .example = "wick study export journal:studies.log --out study.json",
    .run = run_export,
};
static const cli_command delete_study = {
    .name = "delete",
    .summary = "deletes a study and all its trials",
    .operands = "URL NAME",
    .min_operands = 2,
    .max_operands = 2,
    .options = delete_options,
    .example = "wick study delete sqlite:///studies.db donchian_breakout --yes",
    .run = run_delete,
};

static const cli_command *const subs[] = {
    &list, &show, &best, &trials, &importance, &copy_study, &export_study, &delete_study, NULL};

const cli_command cli_command_study = {
    .name = "study",
    .summary = "studies kept in SQLite, PostgreSQL or a journal: list, show, best, trials, "
               "importance, ...",
    .subs = subs,
    .example = "wick study list sqlite:///studies.db",
};
