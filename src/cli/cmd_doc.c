/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/doc.h"
#include "wick/alloc.h"

static const cli_option options[] = {
    {"all", "DIR", "write every page of the reference into DIR", CLI_ONE},
    {"check", "DIR", "compare DIR with what --all would write; differing files are an error",
     CLI_ONE},
    {"luals", "DIR", "write annotations for the Lua language server (wick.lua) into DIR", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

/* One name may mean an indicator and a metric: everything that fits is printed. */
static int64_t find_entries(wick_buf *b, const char *name)
{
    const char *bare = strncmp(name, "ta.", 3) == 0 ? name + 3 : name;
    int64_t found = 0;
    const wick_ta_spec *ta = wick_ta_find(bare);
    if (ta) {
        cli_doc_ta(b, ta);
        found++;
    }
    const wick_metric_spec *m = wick_metric_find(name);
    if (m) {
        if (found++) wick_buf_add(b, "\n", 1);
        cli_doc_metric(b, m);
    }
    const wick_sheet_spec *sheet = wick_sheet_find(name);
    if (sheet) {
        if (found++) wick_buf_add(b, "\n", 1);
        cli_doc_sheet(b, sheet);
    }
    const wick_objective_spec *o = wick_objective_find(name);
    if (strcmp(name, "six_goals") == 0) {
        if (found++) wick_buf_add(b, "\n", 1);
        cli_doc_six_goals(b);
    }
    if (o) {
        if (found++) wick_buf_add(b, "\n", 1);
        cli_doc_objective(b, o);
    }
    wick_buf ml = {0};
    const int64_t of_ml = cli_doc_ml(&ml, name);
    if (of_ml > 0) {
        if (found > 0) wick_buf_add(b, "\n", 1);
        wick_buf_add(b, ml.data, ml.len);
        b->failed = b->failed || ml.failed;
        found += of_ml;
    }
    wick_buf_free(&ml);
    wick_buf alloc = {0};
    wick_buf search = {0};
    const int64_t of_search = cli_doc_search(&search, name);
    if (of_search > 0) {
        if (found > 0) wick_buf_add(b, "\n", 1);
        wick_buf_add(b, search.data, search.len);
        b->failed = b->failed || search.failed;
        found += of_search;
    }
    wick_buf_free(&search);
    const int64_t of_alloc = cli_doc_alloc(&alloc, name);
    if (of_alloc > 0) {
        if (found > 0) wick_buf_add(b, "\n", 1);
        wick_buf_add(b, alloc.data, alloc.len);
        b->failed = b->failed || alloc.failed;
        found += of_alloc;
    }
    wick_buf_free(&alloc);
    for (int64_t i = 0; i < wick_settings_count(); i++)
        if (strcmp(wick_settings_doc(i)->key, name) == 0) {
            if (found++) wick_buf_add(b, "\n", 1);
            cli_doc_setting(b, wick_settings_doc(i));
        }
    for (int64_t i = 0; i < wick_profile_count(); i++)
        if (strcmp(wick_profile_at(i)->name, name) == 0) {
            if (found++) wick_buf_add(b, "\n", 1);
            cli_doc_profile(b, wick_profile_at(i));
        }
    for (int64_t i = 0; i < wick_cost_count(); i++)
        if (strcmp(wick_cost_at(i)->name, name) == 0) {
            if (found++) wick_buf_add(b, "\n", 1);
            cli_doc_cost(b, wick_cost_at(i));
        }
    for (const cli_lua_doc *d = cli_lua_docs; d->name; d++)
        if (cli_lua_doc_has(d, name)) {
            if (found++) wick_buf_add(b, "\n", 1);
            cli_doc_lua(b, d);
        }
    return found;
}

static int unknown_name(cli *c, const char *name)
{
    char hint[160];
    int64_t n = 0, cap = wick_ta_count() + wick_metric_count() + wick_settings_count() +
                         wick_objective_count() + wick_model_count() + wick_scaler_count() +
                         wick_profile_count() + wick_cost_count() + wick_weigh_count() +
                         wick_cov_count();
    for (const cli_lua_doc *d = cli_lua_docs; d->name; d++) cap++;
    const char **names = malloc((size_t)cap * sizeof *names);
    if (!names) return cli_error(c, NULL, "out of memory");
    for (int64_t i = 0; i < wick_ta_count(); i++) names[n++] = wick_ta_at(i)->name;
    for (int64_t i = 0; i < wick_metric_count(); i++) names[n++] = wick_metric_at(i)->name;
    for (int64_t i = 0; i < wick_objective_count(); i++) names[n++] = wick_objective_at(i)->name;
    for (int64_t i = 0; i < wick_settings_count(); i++) names[n++] = wick_settings_doc(i)->key;
    for (int64_t i = 0; i < wick_model_count(); i++) names[n++] = wick_model_at(i)->name;
    for (int64_t i = 0; i < wick_scaler_count(); i++) names[n++] = wick_scaler_at(i)->name;
    for (int64_t i = 0; i < wick_profile_count(); i++) names[n++] = wick_profile_at(i)->name;
    for (int64_t i = 0; i < wick_cost_count(); i++) names[n++] = wick_cost_at(i)->name;
    for (int64_t i = 0; i < wick_weigh_count(); i++) names[n++] = wick_weigh_at(i)->name;
    for (int64_t i = 0; i < wick_cov_count(); i++) names[n++] = wick_cov_at(i)->name;
    for (const cli_lua_doc *d = cli_lua_docs; d->name; d++) names[n++] = d->name;
    const char *bare = strncmp(name, "ta.", 3) == 0       ? name + 3
                       : strncmp(name, "model.", 6) == 0  ? name + 6
                       : strncmp(name, "scaler.", 7) == 0 ? name + 7
                                                          : name;
    cli_nearest(hint, sizeof hint, bare, names, n);
    if (!*hint)
        snprintf(hint, sizeof hint, "%s", "`wick list ta|metrics|settings` shows the names");
    free(names);
    return cli_error(c, hint, "nothing is called '%s'", name);
}

static int write_pages(cli *c, const char *dir)
{
    wick_file_set *set = wick_file_set_new();
    int code = CLI_GOOD;
    if (!set) return cli_error(c, NULL, "out of memory");
    for (const cli_page *p = cli_pages; p->file && code == CLI_GOOD; p++) {
        wick_buf b = {0}, path = {0};
        p->write(&b);
        wick_buf_addf(&path, "%s/%s", dir, p->file);
        if (b.failed || path.failed)
            code = cli_error(c, NULL, "out of memory");
        else if (wick_file_set_add(c->ctx, set, path.data, b.data, b.len) < 0)
            code = cli_fail(c);
        wick_buf_free(&b);
        wick_buf_free(&path);
    }
    if (code == CLI_GOOD && wick_file_set_commit(c->ctx, set) < 0) code = cli_fail(c);
    wick_file_set_free(set);
    return code;
}

static int write_luals(cli *c, const char *dir)
{
    wick_buf b = {0}, path = {0};
    int code = CLI_GOOD;
    cli_doc_luals(&b);
    wick_buf_addf(&path, "%s/wick.lua", dir);
    if (b.failed || path.failed)
        code = cli_error(c, NULL, "out of memory");
    else if (wick_dir_make(c->ctx, dir) < 0)
        code = cli_fail(c);
    else if (wick_file_write(c->ctx, path.data, b.data, b.len) < 0)
        code = cli_fail(c);
    wick_buf_free(&b);
    wick_buf_free(&path);
    return code;
}

static int check_pages(cli *c, const char *dir)
{
    int stale = 0;
    for (const cli_page *p = cli_pages; p->file; p++) {
        wick_buf b = {0}, path = {0};
        char *old = NULL;
        int64_t n = 0;
        p->write(&b);
        wick_buf_addf(&path, "%s/%s", dir, p->file);
        if (b.failed || path.failed) {
            stale = -1;
        } else if (wick_file_read(c->ctx, path.data, 0, &old, &n) < 0) {
            cli_fail(c);
            stale++;
        } else if (n != b.len || memcmp(old, b.data, (size_t)n) != 0) {
            cli_error(c, NULL, "%s: out of date", path.data);
            stale++;
        }
        free(old);
        wick_buf_free(&b);
        wick_buf_free(&path);
        if (stale < 0) return cli_error(c, NULL, "out of memory");
    }
    if (stale) fprintf(stderr, "hint: `wick doc --all %s` writes them afresh\n", dir);
    return stale ? CLI_MISTAKE : CLI_GOOD;
}

static int run(cli *c)
{
    const char *all = cli_text(c, "all"), *check = cli_text(c, "check");
    if (all) return write_pages(c, all);
    if (check) return check_pages(c, check);
    if (cli_text(c, "luals")) return write_luals(c, cli_text(c, "luals"));
    if (c->n_operands == 0)
        return cli_error(c, "`wick doc ta.sma`, or `wick list` for the names",
                         "%s: a name is missing", c->path);
    for (int i = 0; i < c->n_operands; i++) {
        wick_buf b = {0};
        if (i > 0) wick_buf_add(&b, "\n", 1);
        if (find_entries(&b, c->operands[i]) == 0) {
            wick_buf_free(&b);
            return unknown_name(c, c->operands[i]);
        }
        const int code = cli_print(c, &b);
        if (code != CLI_GOOD) return code;
    }
    return CLI_GOOD;
}

const cli_command cli_command_doc = {
    .name = "doc",
    .summary = "explains an indicator, metric, objective, setting or Lua function",
    .operands = "NAME...",
    .min_operands = 0,
    .max_operands = -1,
    .options = options,
    .example =
        "wick doc ta.atr\nwick doc gap_fill\nwick doc max_drawdown_pct\nwick doc --luals .luals",
    .run = run,
};
