/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/doc.h"
#include "wick/alloc.h"

/* Cells of a table that owns its texts. */
typedef struct rows {
    char **cell;
    int64_t n, cap;
    bool failed;
} rows;

static void add_cell(rows *r, const char *text)
{
    if (r->n == r->cap) {
        const int64_t cap = r->cap ? 2 * r->cap : 256;
        char **grown = realloc(r->cell, (size_t)cap * sizeof *grown);
        if (!grown) {
            r->failed = true;
            return;
        }
        r->cell = grown;
        r->cap = cap;
    }
    const size_t n = strlen(text) + 1;
    char *copy = malloc(n);
    if (!copy) {
        r->failed = true;
        return;
    }
    memcpy(copy, text, n);
    r->cell[r->n++] = copy;
}

static void add_buf(rows *r, wick_buf *b)
{
    if (b->failed) r->failed = true;
    add_cell(r, b->data ? b->data : "");
    wick_buf_free(b);
}

static void finish(wick_buf *out, rows *r, int32_t columns, const char *const *header)
{
    if (r->failed)
        out->failed = true;
    else
        wick_text_table(out, columns, header, NULL, (const char *const *)r->cell, r->n / columns);
    for (int64_t i = 0; i < r->n; i++) free(r->cell[i]);
    free(r->cell);
}

static void list_ta(wick_buf *out)
{
    static const char *const header[] = {"call", "group", "what"};
    rows r = {0};
    for (int64_t i = 0; i < wick_ta_count(); i++) {
        const wick_ta_spec *s = wick_ta_at(i);
        wick_buf call = {0};
        cli_ta_signature(&call, s);
        add_buf(&r, &call);
        add_cell(&r, s->group ? s->group : "");
        add_cell(&r, s->title);
    }
    finish(out, &r, 3, header);
}

static void list_metrics(wick_buf *out)
{
    static const char *const header[] = {"metric", "what"};
    rows r = {0};
    for (int64_t i = 0; i < wick_metric_count(); i++) {
        add_cell(&r, wick_metric_at(i)->name);
        add_cell(&r, wick_metric_at(i)->title);
    }
    finish(out, &r, 2, header);
}

static void list_sheets(wick_buf *out)
{
    static const char *const header[] = {"sheet", "what"};
    rows r = {0};
    for (int64_t i = 0; i < wick_sheet_count(); i++) {
        add_cell(&r, wick_sheet_at(i)->name);
        add_cell(&r, wick_sheet_at(i)->title);
    }
    finish(out, &r, 2, header);
}

static void list_objectives(wick_buf *out)
{
    static const char *const header[] = {"objective", "better", "what"};
    rows r = {0};
    for (int64_t i = 0; i < wick_objective_count(); i++) {
        const wick_objective_spec *o = wick_objective_at(i);
        add_cell(&r, o->name);
        add_cell(&r, o->better > 0 ? "higher" : "lower");
        add_cell(&r, o->title);
    }
    add_cell(&r, "six_goals");
    add_cell(&r, "each");
    add_cell(&r, "a front: Sharpe ratio, return, drawdown, win rate, volatility, Calmar ratio");
    finish(out, &r, 3, header);
}

static void list_terminators(wick_buf *out)
{
    static const char *const header[] = {"terminator", "ends a search when"};
    const char *title = NULL, *name;
    rows r = {0};
    for (int64_t i = 0; (name = wick_terminator_name(i, &title)) != NULL; i++) {
        add_cell(&r, name);
        add_cell(&r, title);
    }
    finish(out, &r, 2, header);
}

static void list_splits(wick_buf *out)
{
    static const char *const header[] = {"split", "what", "options"};
    const char *title = NULL, *keys = NULL, *name;
    rows r = {0};
    for (int64_t i = 0; (name = wick_split_name(i, &title, &keys)) != NULL; i++) {
        add_cell(&r, name);
        add_cell(&r, title);
        add_cell(&r, keys);
    }
    finish(out, &r, 3, header);
}

static void list_samplers(wick_buf *out)
{
    static const char *const header[] = {"sampler", "what"};
    rows r = {0};
    for (int64_t i = 0; i < wick_sampler_count(); i++) {
        add_cell(&r, wick_sampler_at(i)->name);
        add_cell(&r, wick_sampler_at(i)->title);
    }
    finish(out, &r, 2, header);
}

static void list_pruners(wick_buf *out)
{
    static const char *const header[] = {"pruner", "what"};
    rows r = {0};
    for (int64_t i = 0; i < wick_pruner_count(); i++) {
        add_cell(&r, wick_pruner_at(i)->name);
        add_cell(&r, wick_pruner_at(i)->title);
    }
    finish(out, &r, 2, header);
}

static void list_models(wick_buf *out)
{
    static const char *const header[] = {"model", "what"};
    rows r = {0};
    for (int64_t i = 0; i < wick_model_count(); i++) {
        add_cell(&r, wick_model_at(i)->name);
        add_cell(&r, wick_model_at(i)->title);
    }
    finish(out, &r, 2, header);
}

static void list_scalers(wick_buf *out)
{
    static const char *const header[] = {"scaler", "what"};
    rows r = {0};
    for (int64_t i = 0; i < wick_scaler_count(); i++) {
        add_cell(&r, wick_scaler_at(i)->name);
        add_cell(&r, wick_scaler_at(i)->title);
    }
    finish(out, &r, 2, header);
}

static void list_weights(wick_buf *out)
{
    static const char *const header[] = {"weights", "what"};
    rows r = {0};
    for (int64_t i = 0; i < wick_weigh_count(); i++) {
        add_cell(&r, wick_weigh_at(i)->name);
        add_cell(&r, wick_weigh_at(i)->title);
    }
    finish(out, &r, 2, header);
}

static void list_covariances(wick_buf *out)
{
    static const char *const header[] = {"covariance", "what"};
    rows r = {0};
    for (int64_t i = 0; i < wick_cov_count(); i++) {
        add_cell(&r, wick_cov_at(i)->name);
        add_cell(&r, wick_cov_at(i)->title);
    }
    finish(out, &r, 2, header);
}

static void list_labels(wick_buf *out)
{
    static const char *const header[] = {"label", "what", "fields"};
    rows r = {0};
    for (const cli_label_doc *d = cli_labels; d->name; d++) {
        add_cell(&r, d->name);
        add_cell(&r, d->title);
        add_cell(&r, d->fields);
    }
    finish(out, &r, 3, header);
}

static void list_settings(wick_buf *out)
{
    static const char *const header[] = {"setting", "default", "values"};
    rows r = {0};
    for (int64_t i = 0; i < wick_settings_count(); i++) {
        const wick_setting_doc *d = wick_settings_doc(i);
        add_cell(&r, d->key);
        add_cell(&r, d->def);
        add_cell(&r, d->values);
    }
    finish(out, &r, 3, header);
}

static void list_costs(wick_buf *out)
{
    static const char *const header[] = {"cost model", "what", "settings"};
    rows r = {0};
    for (int64_t i = 0; i < wick_cost_count(); i++) {
        const wick_cost_spec *m = wick_cost_at(i);
        wick_buf keys = {0};
        for (int k = 0; k < 4 && m->param[k].doc.key != NULL; k++)
            wick_buf_addf(&keys, "%s%s", k > 0 ? " " : "", m->param[k].doc.key);
        add_cell(&r, m->name);
        add_cell(&r, m->title);
        add_buf(&r, &keys);
    }
    finish(out, &r, 3, header);
}

static void list_profiles(wick_buf *out)
{
    static const char *const header[] = {"profile", "whose rules"};
    rows r = {0};
    for (int64_t i = 0; i < wick_profile_count(); i++) {
        add_cell(&r, wick_profile_at(i)->name);
        add_cell(&r, wick_profile_at(i)->title);
    }
    finish(out, &r, 2, header);
}

static void list_writers(wick_buf *out)
{
    static const char *const header[] = {"writer", "what"};
    rows r = {0};
    for (int64_t i = 0; i < wick_writer_count(); i++) {
        add_cell(&r, wick_writer_at(i)->name);
        add_cell(&r, wick_writer_at(i)->doc);
    }
    finish(out, &r, 2, header);
}

static void list_features(wick_buf *out)
{
    static const char *const header[] = {"part", "here", "Debian package"};
    rows r = {0};
    int64_t n = 0;
    const wick_feature *f = wick_features(&n);
    for (int64_t i = 0; i < n; i++) {
        add_cell(&r, f[i].name);
        add_cell(&r, f[i].present ? "yes" : "no");
        add_cell(&r, f[i].package);
    }
    finish(out, &r, 3, header);
}

/* The first comment line of a script says what it is. */
static void script_title(wick_ctx *ctx, const char *path, wick_buf *title)
{
    char *text = NULL;
    int64_t n = 0;
    if (wick_file_read(ctx, path, 1 << 20, &text, &n) < 0) {
        wick_ctx_clear(ctx);
        return;
    }
    const char *s = text;
    while (*s) {
        const size_t len = strcspn(s, "\n");
        if (strncmp(s, "-- ", 3) == 0 && strncmp(s, "-- SPDX", 7) != 0) {
            wick_buf_add(title, s + 3, (int64_t)len - 3);
            break;
        }
        s += len;
        if (*s) s++;
    }
    free(text);
}

static void list_scripts_of(cli *c, rows *r, const char *dir)
{
    char **names = NULL;
    int64_t n = 0;
    if (!wick_path_is_dir(dir)) return;
    if (wick_dir_list(c->ctx, dir, &names, &n) < 0) {
        cli_note(c, "%s", wick_ctx_error(c->ctx));
        wick_ctx_clear(c->ctx);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        const size_t len = strlen(names[i]);
        if (len < 5 || strcmp(names[i] + len - 4, ".lua") != 0) continue;
        wick_buf path = {0}, title = {0};
        wick_buf_addf(&path, "%s/%s", dir, names[i]);
        if (path.failed) {
            r->failed = true;
            continue;
        }
        script_title(c->ctx, path.data, &title);
        add_buf(r, &path);
        add_buf(r, &title);
    }
    wick_dir_list_free(names, n);
}

static int list_scripts(cli *c, const char *folder, wick_buf *out)
{
    static const char *const header[] = {"file", "what"};
    char installed[1024];
    rows r = {0};
    snprintf(installed, sizeof installed, WICK_SHARE_DIR "/%s", folder);
    list_scripts_of(c, &r, folder);
    list_scripts_of(c, &r, installed);
    const bool none = r.n == 0;
    finish(out, &r, 2, header);
    if (!none) return CLI_GOOD;
    wick_buf_free(out);
    char hint[128];
    snprintf(hint, sizeof hint, "call it from a project with a folder %s/", folder);
    return cli_error(c, hint, "no %s here nor in %s", folder, installed);
}

static const struct topic {
    const char *name;
    void (*print)(wick_buf *out);
} topics[] = {
    {"ta", list_ta},
    {"metrics", list_metrics},
    {"objectives", list_objectives},
    {"samplers", list_samplers},
    {"pruners", list_pruners},
    {"terminators", list_terminators},
    {"splits", list_splits},
    {"models", list_models},
    {"scalers", list_scalers},
    {"labels", list_labels},
    {"weights", list_weights},
    {"covariances", list_covariances},
    {"settings", list_settings},
    {"profiles", list_profiles},
    {"costs", list_costs},
    {"sheets", list_sheets},
    {"writers", list_writers},
    {"features", list_features},
};
enum { TOPICS = sizeof topics / sizeof *topics };

static int list_topics(cli *c)
{
    wick_buf b = {0};
    wick_buf_addf(
        &b,
        "%s ta           %lld indicators\n%s metrics      %lld metrics\n"
        "%s objectives   %lld named objectives, besides the metrics\n"
        "%s samplers     %lld ways to choose parameters\n"
        "%s pruners      %lld ways to end hopeless trials\n"
        "%s terminators  %lld ways to end a search\n"
        "%s splits       ways to cut a history into training and test parts\n"
        "%s models       %lld models that filter entries\n"
        "%s scalers      %lld scalers of features\n"
        "%s labels       what may have become of an entry\n"
        "%s weights      %lld ways to weights of a portfolio\n"
        "%s covariances  %lld estimates of a covariance\n"
        "%s pipelines    whole jobs in pipelines/ and the installed ones\n"
        "%s sheets       %lld breakdowns and tables of other libraries\n"
        "%s settings     %lld assumptions of a run\n"
        "%s profiles     %lld sets of them: whose rules a run follows\n"
        "%s costs        %lld models of fees and slippage\n"
        "%s writers      %lld output forms\n"
        "%s features     optional parts of this build\n"
        "%s strategies   scripts in strategies/ and the installed ones\n",
        c->path, (long long)wick_ta_count(), c->path, (long long)wick_metric_count(), c->path,
        (long long)wick_objective_count() + 1, c->path, (long long)wick_sampler_count(), c->path,
        (long long)wick_pruner_count(), c->path, (long long)wick_terminator_count(), c->path,
        c->path, (long long)wick_model_count(), c->path, (long long)wick_scaler_count(), c->path,
        c->path, (long long)wick_weigh_count(), c->path, (long long)wick_cov_count(), c->path,
        c->path, (long long)wick_sheet_count(), c->path, (long long)wick_settings_count(), c->path,
        (long long)wick_profile_count(), c->path, (long long)wick_cost_count(), c->path,
        (long long)wick_writer_count(), c->path, c->path);
    return cli_print(c, &b);
}

static int run(cli *c)
{
    const char *names[TOPICS + 2];
    char hint[96];
    if (c->n_operands == 0) return list_topics(c);
    const char *word = c->operands[0];
    wick_buf b = {0};
    if (strcmp(word, "strategies") == 0 || strcmp(word, "pipelines") == 0) {
        const int code = list_scripts(c, word, &b);
        return code == CLI_GOOD ? cli_print(c, &b) : code;
    }
    for (int i = 0; i < TOPICS; i++) {
        names[i] = topics[i].name;
        if (strcmp(word, topics[i].name) == 0) {
            topics[i].print(&b);
            return cli_print(c, &b);
        }
    }
    names[TOPICS] = "strategies";
    names[TOPICS + 1] = "pipelines";
    cli_nearest(hint, sizeof hint, word, names, TOPICS + 2);
    if (!*hint) snprintf(hint, sizeof hint, "%s", "`wick list` shows what can be listed");
    return cli_error(c, hint, "nothing to list called '%s'", word);
}

const cli_command cli_command_list = {
    .name = "list",
    .summary = "names of indicators, metrics, objectives, samplers, settings, strategies ...",
    .operands = "[ta|metrics|sheets|objectives|samplers|pruners|terminators|splits|models|scalers|"
                "labels|weights|"
                "covariances|settings|profiles|costs|"
                "strategies|pipelines|features|writers]",
    .min_operands = 0,
    .max_operands = 1,
    .example = "wick list ta",
    .run = run,
};
