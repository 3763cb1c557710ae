/* SPDX-License-Identifier: MIT */
/* wick data check: every finding of every file, for people or as JSON. */
#include <stdlib.h>
#include <string.h>

#include "cli/cmd_data.h"

typedef struct report {
    cli *c;
    wick_load_opts opts;
    const char *against;
    bool json;
    wick_buf out;
    wick_json_writer w;
    int64_t files, errors, warnings;
    int code;
} report;

/* ---- one file ----------------------------------------------------------------------------- */

/* How many rows broke the rule of finding i in all: its first entry says so. */
static int64_t total_of(const wick_defects *d, int64_t i)
{
    const char *rule = wick_defects_at(d, i)->rule;
    for (int64_t k = 0; k < i; k++) {
        if (strcmp(wick_defects_at(d, k)->rule, rule) == 0) return 0;
    }
    return wick_defects_at(d, i)->count;
}

static int64_t warnings_of(const wick_defects *d)
{
    int64_t n = 0;
    for (int64_t i = 0; i < wick_defects_count(d); i++) {
        if (!wick_defects_at(d, i)->is_error) n += total_of(d, i);
    }
    return n;
}

static void as_text(report *r, const wick_defects *d)
{
    const int64_t n = wick_defects_count(d), errors = wick_defects_errors(d);
    const int64_t warnings = warnings_of(d);
    const char *file = wick_defects_file(d);
    if (n == 0) {
        wick_buf_addf(&r->out, "%s: clean\n", file);
        return;
    }
    wick_buf_addf(&r->out, "%s: %lld error%s, %lld warning%s\n", file, (long long)errors,
                  errors == 1 ? "" : "s", (long long)warnings, warnings == 1 ? "" : "s");
    for (int pass = 0; pass < 2; pass++) {
        for (int64_t i = 0; i < n; i++) {
            const wick_defect *x = wick_defects_at(d, i);
            if (x->is_error != (pass == 0)) continue;
            char where[32] = "";
            if (x->line > 0) snprintf(where, sizeof where, "%lld:", (long long)x->line);
            wick_buf_addf(&r->out, "  %s:%s %s: %s: %s", file, where,
                          x->is_error ? "error" : "warning", x->rule, x->text);
            const int64_t total = total_of(d, i);
            if (total > 1) wick_buf_addf(&r->out, " [%lld in all]", (long long)total);
            wick_buf_add(&r->out, "\n", 1);
        }
    }
}

static void as_json(report *r, const wick_defects *d)
{
    wick_json_writer *w = &r->w;
    wick_jw_object(w);
    wick_jw_key(w, "file"), wick_jw_string(w, wick_defects_file(d));
    wick_jw_key(w, "errors"), wick_jw_int(w, wick_defects_errors(d));
    wick_jw_key(w, "warnings"), wick_jw_int(w, warnings_of(d));
    wick_jw_key(w, "rows_in_error"), wick_jw_int(w, wick_defects_dropped(d));
    wick_jw_key(w, "findings");
    wick_jw_array(w);
    for (int64_t i = 0; i < wick_defects_count(d); i++) {
        const wick_defect *x = wick_defects_at(d, i);
        wick_jw_object(w);
        wick_jw_key(w, "severity"), wick_jw_string(w, x->is_error ? "error" : "warning");
        wick_jw_key(w, "rule"), wick_jw_string(w, x->rule);
        wick_jw_key(w, "line"), wick_jw_int(w, x->line);
        wick_jw_key(w, "remaining"), wick_jw_int(w, x->count);
        wick_jw_key(w, "text"), wick_jw_string(w, x->text);
        wick_jw_end(w);
    }
    wick_jw_end(w);
    wick_jw_end(w);
}

static void check_one(report *r, const char *path)
{
    cli *c = r->c;
    wick_defects *d = NULL;
    const wick_status st = r->against != NULL
                               ? wick_check_against(c->ctx, path, r->against, &r->opts, &d)
                               : wick_check_file(c->ctx, path, &r->opts, &d);
    r->files++;
    if (st < 0) {
        r->code = cli_fail(c);
        r->errors++;
        return;
    }
    r->errors += wick_defects_errors(d);
    r->warnings += warnings_of(d);
    if (r->json) {
        as_json(r, d);
    } else {
        as_text(r, d);
    }
    wick_defects_free(d);
}

/* ---- paths -------------------------------------------------------------------------------- */

static bool is_table(const char *name)
{
    static const char *const kinds[] = {".csv", ".txt", ".tsv", ".wick", ".json"};
    if (strcmp(name, "symbol_info.json") == 0) return false;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const char *p = strstr(name, kinds[k]);
        if (p == NULL) continue;
        p += strlen(kinds[k]);
        if (*p == '\0' || strcmp(p, ".gz") == 0 || strcmp(p, ".zst") == 0) return true;
    }
    return false;
}

static void check_path(report *r, const char *path)
{
    if (!wick_path_is_dir(path)) {
        check_one(r, path);
        return;
    }
    char **names = NULL;
    int64_t n = 0, used = 0;
    if (wick_dir_list(r->c->ctx, path, &names, &n) < 0) {
        r->code = cli_fail(r->c);
        return;
    }
    for (int64_t i = 0; i < n && r->code != CLI_INTERRUPTED; i++) {
        if (!is_table(names[i])) continue;
        wick_buf file = {0};
        wick_buf_addf(&file, "%s%s%s", path, path[strlen(path) - 1] == '/' ? "" : "/", names[i]);
        if (!file.failed) check_one(r, file.data);
        wick_buf_free(&file);
        used++;
    }
    wick_dir_list_free(names, n);
    if (used == 0) {
        r->code =
            cli_error(r->c, NULL, "%s: no data file here (.csv, .csv.gz, .csv.zst, .wick)", path);
    }
}

static int run_check(cli *c)
{
    const char *format = "table";
    if (!cli_choice(c, "format", "table|json", &format)) return CLI_MISTAKE;
    report r = {.c = c, .json = strcmp(format, "json") == 0, .against = cli_text(c, "against")};
    r.opts.size = sizeof r.opts;
    r.opts.max_findings = cli_has(c, "all") ? -1 : r.json ? 20 : 3;
    r.opts.allow_negative = cli_has(c, "allow-negative");
    r.opts.symbol_info = cli_text(c, "symbol-info");
    if (r.against != NULL && (c->n_operands != 1 || wick_path_is_dir(c->operands[0]))) {
        return cli_error(c, c->command->example, "--against compares one file with another");
    }
    if (r.json) {
        wick_jw_begin(&r.w, &r.out, 2);
        wick_jw_object(&r.w);
        wick_jw_key(&r.w, "files");
        wick_jw_array(&r.w);
    }
    for (int i = 0; i < c->n_operands && r.code != CLI_INTERRUPTED; i++) {
        check_path(&r, c->operands[i]);
    }
    if (r.json) {
        wick_jw_end(&r.w);
        wick_jw_end(&r.w);
        wick_buf_add(&r.out, "\n", 1);
    } else if (r.files > 1) {
        wick_buf_addf(&r.out, "%lld files, %lld errors, %lld warnings\n", (long long)r.files,
                      (long long)r.errors, (long long)r.warnings);
    }
    const int printed = cli_print(c, &r.out);
    if (r.code != CLI_GOOD) return r.code;
    if (printed != CLI_GOOD) return printed;
    return r.errors > 0 ? CLI_MISTAKE : CLI_GOOD;
}

static const cli_option check_options[] = {
    {"against", "FILE",
     "compare with a second file of the same market: the finer is\n"
     "aggregated and windows that disagree are listed",
     CLI_ONE},
    {"all", NULL, "list every row (default: the first 3 of each rule)", CLI_ONE},
    {"allow-negative", NULL, "prices at or below zero are no error (spreads)", CLI_ONE},
    {"symbol-info", "FILE", "symbol_info.json; default: beside the data", CLI_ONE},
    {"format", "table|json", "default table", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

const cli_command cli_command_data_check = {
    .name = "check",
    .summary = "finds what is wrong with data files: file, line, rule",
    .operands = "PATH...",
    .min_operands = 1,
    .max_operands = -1,
    .options = check_options,
    .notes = "Errors stop a run unless it drops the rows (--drop-bad); warnings do not.\n"
             "Exit code 0 without errors, 2 with errors. docs/data.md explains the rules.",
    .example = "wick data check bars\n"
               "wick data check ETHUSDT_1m.csv.gz --against ETHUSDT_15m.csv.gz",
    .run = run_check,
};
