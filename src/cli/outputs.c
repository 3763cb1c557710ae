/* SPDX-License-Identifier: MIT */
/* Where a run writes to, looked at before any work. */
#include "cli/outputs.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Links and dots resolved; of a file that is not there yet, those of its folder. */
static bool resolve(const char *path, char out[PATH_MAX])
{
    char folder[PATH_MAX], real[PATH_MAX];
    if (realpath(path, out)) return true;
    const char *slash = strrchr(path, '/');
    const size_t n = slash ? (size_t)(slash - path) + 1 : 0;
    if (n >= sizeof folder) return false;
    memcpy(folder, path, n);
    folder[n] = 0;
    if (!realpath(n > 0 ? folder : ".", real)) return false;
    const int length = snprintf(out, PATH_MAX, "%s/%s", real, path + n);
    return length > 0 && length < PATH_MAX;
}

static bool same_file(const char *a, const char *b)
{
    char x[PATH_MAX], y[PATH_MAX];
    return strcmp(a, b) == 0 || (resolve(a, x) && resolve(b, y) && strcmp(x, y) == 0);
}

static bool check_place(cli *c, const char *option, const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[1024];
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 0, path);
    if (!*path) {
        cli_error(c, "'-' is stdout", "--%s: the name of a file is missing", option);
        return false;
    }
    if (slash && slash != path && !wick_path_is_dir(folder)) {
        cli_error(c, NULL, "--%s %s: there is no folder %s", option, path, folder);
        return false;
    }
    if (wick_path_is_dir(path)) {
        cli_error(c, NULL, "--%s %s: this is a folder", option, path);
        return false;
    }
    return true;
}

static bool is_input(cli *c, const char *option, const char *path, const char *input)
{
    if (!input || !same_file(path, input)) return false;
    cli_error(c, NULL, "--%s %s: the run reads this file; write to another one", option, path);
    return true;
}

bool cli_outputs_check(cli *c, const cli_output *outputs, int n)
{
    const char *on_stdout = NULL;
    for (int i = 0; i < n; i++) {
        const char *option = outputs[i].option, *path = cli_text(c, option);
        if (!path) continue;
        for (int k = 0; k < i; k++) {
            const char *other = cli_text(c, outputs[k].option);
            if (other && same_file(other, path)) {
                cli_error(c, NULL, "--%s and --%s both write to %s", outputs[k].option, option,
                          strcmp(path, "-") == 0 ? "stdout" : path);
                return false;
            }
        }
        if (strcmp(path, "-") == 0) {
            on_stdout = option;
            continue;
        }
        if (!check_place(c, option, path)) return false;
        static const char *const read_from[] = {"data",        "config",  "params",
                                              "symbol-info", "funding", "borrow", "actions",
                                              "rates"};
        for (size_t k = 0; k < sizeof read_from / sizeof *read_from; k++)
            for (int j = 0; j < cli_times(c, read_from[k]); j++)
                if (is_input(c, option, path, cli_nth(c, read_from[k], j))) return false;
        for (int k = 0; k < c->n_operands; k++)
            if (is_input(c, option, path, c->operands[k])) return false;
    }
    if (on_stdout && cli_has(c, "format")) {
        cli_error(c, NULL, "--%s - and --format both write to stdout", on_stdout);
        return false;
    }
    return true;
}

const char *cli_result_writer(const cli *c)
{
    const char *format = cli_text(c, "format");
    if (format == NULL || strcmp(format, "table") == 0) return "table";
    return strcmp(format, "full") == 0 ? "table_full" : "metrics_json";
}
