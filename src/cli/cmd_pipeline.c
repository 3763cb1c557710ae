/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "lua/host.h"

/* Everything of one pipeline; released in one place. */
typedef struct job {
    cli *c;
    wk_host *host;
    wk_script *script;
    wk_pipeline_args args;
    wick_workdir *work;
    char file[1024], sha256[65];
} job;

static void release(job *j)
{
    wick_workdir_close(j->work);
    wk_pipeline_args_free(&j->args);
    wk_host_free(j->host);
}

/* A file, or a name looked for in pipelines/ here and where wick is installed. */
static bool find_file(job *j, const char *word)
{
    const size_t n = strlen(word);
    if ((n > 4 && strcmp(word + n - 4, ".lua") == 0) || strchr(word, '/')) {
        snprintf(j->file, sizeof j->file, "%.1000s", word);
        return true;
    }
    snprintf(j->file, sizeof j->file, "pipelines/%.900s.lua", word);
    if (wick_path_exists(j->file)) return true;
    snprintf(j->file, sizeof j->file, WICK_SHARE_DIR "/pipelines/%.400s.lua", word);
    return wick_path_exists(j->file);
}

static int unknown_name(const job *j, const char *word)
{
    char **names = NULL, hint[200] = "";
    int64_t n = 0;
    wick_ctx *scratch = wick_ctx_new();
    if (scratch && (wick_dir_list(scratch, "pipelines", &names, &n) >= 0 ||
                    wick_dir_list(scratch, WICK_SHARE_DIR "/pipelines", &names, &n) >= 0)) {
        for (int64_t i = 0; i < n; i++) {
            char *dot = strrchr(names[i], '.');
            if (dot && strcmp(dot, ".lua") == 0) *dot = '\0';
        }
        cli_nearest(hint, sizeof hint, word, (const char *const *)names, n);
        wick_dir_list_free(names, n);
    }
    wick_ctx_free(scratch);
    if (!*hint) snprintf(hint, sizeof hint, "give the file: wick pipeline FILE.lua");
    return cli_error(j->c, hint, "there is no pipeline '%s' (pipelines/%s.lua)", word, word);
}

static int load(job *j, bool strict)
{
    const wk_host_opts opts = {.size = sizeof opts,
                               .seed = 1,
                               .strict = strict,
                               .run_seconds = -1.0,
                               .memory_cap = INT64_C(2) << 30};
    if (wk_host_new(j->c->ctx, &opts, &j->host) < 0 ||
        wk_pipeline_load(j->c->ctx, j->host, j->file, &j->script) < 0 ||
        wk_pipeline_sha256(j->c->ctx, j->script, j->sha256) < 0)
        return cli_fail(j->c);
    return CLI_GOOD;
}

static int work(job *j, int *exit_code)
{
    cli *c = j->c;
    int32_t code = 0;
    const wick_workdir_in in = {.size = sizeof in,
                                .root = j->args.run_root,
                                .id = j->args.run_id,
                                .pipeline = wk_script_name(j->script),
                                .file = j->file,
                                .sha256 = j->sha256,
                                .options = j->args.options,
                                .seed = j->args.seed,
                                .fresh = j->args.fresh,
                                .in_place = j->args.in_place};
    if (wick_workdir_open(c->ctx, &in, &j->work) < 0) return cli_fail(c);
    if (wk_pipeline_run(c->ctx, j->script, &j->args, j->work, &code) < 0) {
        const int failed = cli_fail(c);
        if (!j->args.quiet && failed == CLI_INTERRUPTED)
            cli_note(c, "finished stages are kept: the same command goes on from there");
        return failed;
    }
    if (!j->args.quiet) cli_note(c, "%s", wick_workdir_path(j->work));
    *exit_code = code;
    return CLI_GOOD;
}

static int promote(cli *c, const char *dir, const char *configs, bool force)
{
    wick_manifest *m = NULL;
    wick_buf report = {0};
    int code = CLI_GOOD;
    if (wick_manifest_load(c->ctx, dir, &m) < 0) return cli_fail(c);
    if (wick_manifest_exit(m) != 0 && !force)
        code = cli_error(c, "--force promotes all the same", "%s ended with %d: not promoted", dir,
                         wick_manifest_exit(m));
    else if (wick_manifest_promote(c->ctx, m, configs, &report) < 0)
        code = cli_fail(c);
    else
        code = cli_print(c, &report);
    wick_buf_free(&report);
    wick_manifest_free(m);
    return code;
}

static int run_one(job *j, int argc, char **argv)
{
    cli *c = j->c;
    int exit_code = 0;
    bool strict = false;
    for (int i = 1; i < argc; i++) strict = strict || strcmp(argv[i], "--strict") == 0;
    if (!find_file(j, argv[0])) return unknown_name(j, argv[0]);
    int code = load(j, strict);
    if (code != CLI_GOOD) return code;
    if (wk_pipeline_parse(c->ctx, j->script, argc - 1, argv + 1, &j->args) < 0)
        return cli_fail_hint(c, "--help lists the options");
    if (j->args.help) {
        wick_buf b = {0};
        wick_buf_add(&b, j->args.help, -1);
        return cli_print(c, &b);
    }
    c->quiet = c->quiet || j->args.quiet;
    code = work(j, &exit_code);
    if (code != CLI_GOOD) return code;
    if (j->args.promote && exit_code == 0) {
        char dir[1024];
        snprintf(dir, sizeof dir, "%.1000s", wick_workdir_path(j->work));
        wick_workdir_close(j->work);
        j->work = NULL;
        code = promote(c, dir, j->args.configs ? j->args.configs : "configs", false);
    }
    return code != CLI_GOOD ? code : exit_code;
}

/* ---- rerun -------------------------------------------------------------------------------- */

static int report_rerun(cli *c, const wick_manifest *before, const char *dir)
{
    wick_manifest *after = NULL;
    wick_buf report = {0};
    int64_t same = 0, different = 0;
    if (wick_manifest_load(c->ctx, dir, &after) < 0) return cli_fail(c);
    wick_status st = wick_manifest_compare(c->ctx, before, after, &report, &same, &different);
    wick_manifest_free(after);
    if (st < 0) return cli_fail(c);
    wick_buf_addf(&report, "%s: %lld inputs and artefacts the same, %lld different\n", dir,
                  (long long)same, (long long)different);
    const int code = cli_print(c, &report);
    if (code != CLI_GOOD || different == 0) return code;
    return cli_error(
        c, "inputs that changed since are named first; without any this is a defect of wick",
        "the rerun does not give the same bytes");
}

static int rerun(job *j, const char *dir, const char *into)
{
    cli *c = j->c;
    wick_manifest *m = NULL;
    char root[1024], id[300];
    int exit_code = 0;
    if (wick_manifest_load(c->ctx, dir, &m) < 0) return cli_fail(c);
    snprintf(j->file, sizeof j->file, "%.1000s", wick_manifest_file(m));
    int code = load(j, false);
    if (code == CLI_GOOD && strcmp(j->sha256, wick_manifest_sha256(m)) != 0)
        code = cli_error(
            c, "a rerun needs the pipeline as it was; to run the new one, give the command again",
            "%s is not the pipeline that made %s any more", j->file, dir);
    if (code == CLI_GOOD &&
        wk_pipeline_given(c->ctx, j->script, wick_manifest_options(m), &j->args) < 0)
        code = cli_fail(c);
    if (code == CLI_GOOD && j->args.in_place)
        code =
            cli_error(c,
                      "copy model/ and dataset/ into another folder, give the command again with "
                      "that as --run-root, and compare",
                      "%s: this pipeline works in its inputs' own folder; it has no rerun", dir);
    if (code == CLI_GOOD) {
        snprintf(root, sizeof root, "%.900s", into ? into : dir);
        size_t n = strlen(root);
        while (n > 1 && root[n - 1] == '/') root[--n] = '\0';
        const char *slash = strrchr(root, '/');
        snprintf(id, sizeof id, "%.200s%s", slash ? slash + 1 : root, into ? "" : ".rerun");
        if (slash)
            root[slash - root] = '\0';
        else
            snprintf(root, sizeof root, ".");
        free(j->args.run_root);
        free(j->args.run_id);
        j->args.run_root = strdup(root);
        j->args.run_id = strdup(id);
        j->args.fresh = true;
        j->args.quiet = c->quiet;
        j->args.seed = wick_manifest_seed(m);
        code = j->args.run_root && j->args.run_id ? work(j, &exit_code)
                                                  : cli_error(c, NULL, "out of memory");
    }
    if (code == CLI_GOOD) code = report_rerun(c, m, wick_workdir_path(j->work));
    wick_manifest_free(m);
    return code;
}

/* ---- the command -------------------------------------------------------------------------- */

static int run(cli *c, int argc, char **argv)
{
    job j = {.c = c};
    if (argc == 0)
        return cli_error(c, "wick pipeline FILE.lua --help shows its options",
                         "%s: FILE.lua or NAME is missing", c->path);
    int code = run_one(&j, argc, argv);
    if (code != CLI_GOOD && wick_interrupted()) code = CLI_INTERRUPTED;
    release(&j);
    return code;
}

static int run_rerun(cli *c)
{
    job j = {.c = c};
    int code = rerun(&j, c->operands[0], cli_text(c, "into"));
    if (code != CLI_GOOD && wick_interrupted()) code = CLI_INTERRUPTED;
    release(&j);
    return code;
}

static int run_promote(cli *c)
{
    const char *configs = cli_text(c, "configs");
    return promote(c, c->operands[0], configs ? configs : "configs", cli_has(c, "force"));
}

static const cli_option rerun_options[] = {
    {"into", "DIR", "where to; default: the folder's name with .rerun", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

static const cli_option promote_options[] = {
    {"configs", "DIR", "where to; default: configs", CLI_ONE},
    {"force", NULL, "promote a run that did not end with 0", CLI_ONE},
    {NULL, NULL, NULL, CLI_ONE},
};

static const cli_command command_rerun = {
    .name = "rerun",
    .summary = "does a finished run again and compares every byte",
    .operands = "RUNS/ID",
    .min_operands = 1,
    .max_operands = 1,
    .options = rerun_options,
    .notes = "Takes pipeline, options and seed from the manifest and works in RUNS/ID.rerun. Ends "
             "with 0\n"
             "when all inputs and artefacts have the same hash, else with 2 and a list.",
    .example = "wick pipeline rerun runs/train_model-0123456789ab",
    .run = run_rerun,
};

static const cli_command command_promote = {
    .name = "promote",
    .summary = "copies what a finished run declared into configs/",
    .operands = "RUNS/ID",
    .min_operands = 1,
    .max_operands = 1,
    .options = promote_options,
    .notes = "All files or none; a line per file goes to promoted.log beside them.",
    .example = "wick pipeline promote runs/tune_strategy-0123456789ab",
    .run = run_promote,
};

static const cli_command *const subs[] = {&command_rerun, &command_promote, NULL};

const cli_command cli_command_pipeline = {
    .name = "pipeline",
    .summary = "runs a whole job written in Lua: tune, train, test, compare",
    .operands = "FILE.lua|NAME",
    .notes =
        "NAME is looked for in pipelines/ here, then where wick is installed. The options are the\n"
        "pipeline's own: wick pipeline NAME --help shows them. Results go to runs/ID/; a command "
        "given\n"
        "again finds its folder and skips the stages whose inputs are unchanged.\n"
        "Exit codes: the pipeline's (0 good, 3 and above as it documents), 2 a mistake, 130 "
        "interrupted.",
    .example = "wick pipeline train_model --help\n"
               "wick pipeline tune_train_backtest --strategy donchian_breakout --data bars",
    .subs = subs,
    .run_words = run,
};
