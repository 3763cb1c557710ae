/* SPDX-License-Identifier: MIT */
#include "cli/run_model.h"

#include <string.h>

static bool read_size(const cli *c, wk_filter_opts *o)
{
    const char *text = cli_text(c, "model-size");
    if (!text) return true;
    double v[3] = {0, 0, 0};
    int n = 0;
    for (const char *p = text; n < 3; n++) {
        const size_t k = strcspn(p, ":");
        if (!wick_parse_double(p, (int64_t)k, &v[n])) break;
        p += k;
        if (*p++ == '\0') {
            n++;
            break;
        }
    }
    o->sized = true;
    o->floor = v[0];
    o->cap = v[1];
    o->least = v[2];
    if (n >= 2) return true;
    cli_error(c, "--model-size 0.5:0.8", "--model-size: '%s' is not FLOOR:CAP or FLOOR:CAP:LEAST",
              text);
    return false;
}

bool run_model_load(cli *c, run_model *m, int64_t seed, wk_script *script, run_account *a)
{
    const char *name = cli_text(c, "model");
    wk_filter_opts o = {.size = sizeof o,
                        .seed = (uint64_t)seed,
                        .has_threshold = cli_has(c, "model-threshold"),
                        .allow_unusable = cli_has(c, "allow-unusable")};
    if (!cli_num(c, "model-threshold", 0.0, 1.0, &o.threshold) || !read_size(c, &o)) return false;
    m->sized = o.sized;
    snprintf(m->size, sizeof m->size, "%g:%g:%g", o.floor, o.cap, o.least);
    if (a->n > 0) return run_account_models(c, a, &o);
    if (cli_times(c, "model") > 1) {
        cli_error(c, NULL, "--model is given twice; several are for several strategies");
        return false;
    }
    if (wk_filter_parse(c->ctx, name ? name : "passthrough", &o, &m->filter) < 0 ||
        wk_script_set_filter(c->ctx, script, m->filter) < 0) {
        cli_fail_hint(c, "docs/ml.md, \"The model filter\"");
        return false;
    }
    return true;
}

bool run_model_overlap(cli *c, run_model *m, const run_config *r, const wick_panel *panel,
                       const run_account *a)
{
    const int64_t n = wick_panel_ticks(panel), *clock = wick_panel_clock(panel);
    if (n == 0) return true;
    int64_t from = clock[0];
    if (r->has_trade_from && r->trade_from > from) from = r->trade_from;
    const bool overlaps =
        a->n > 0 ? run_account_overlap(a, from, clock[n - 1], m->overlap, sizeof m->overlap)
                 : wk_filter_overlap(m->filter, from, clock[n - 1], m->overlap, sizeof m->overlap);
    if (!overlaps) return true;
    if (cli_has(c, "allow-overlap")) {
        cli_note(c, "in-sample: %s", m->overlap);
        return true;
    }
    cli_error(c,
              "--trade-from a later day, or --allow-overlap, which marks the result as in-sample",
              "%s: such a result says nothing", m->overlap);
    return false;
}

int64_t run_model_conventions(cli *c, run_model *m, const wk_script *script, const run_account *a,
                              wick_convention *to)
{
    const char *model = a->models, *digest = a->digests, *threshold = a->thresholds;
    if (a->n == 0 && wk_filter_kind_of(m->filter) != WK_FILTER_PASSTHROUGH) {
        const wick_bundle *b = wk_filter_bundle(m->filter);
        model = wk_filter_name(m->filter);
        if (b && wick_bundle_digest(c->ctx, b, m->hex) == WICK_OK) digest = m->hex;
        if (b) {
            wick_format_double(m->threshold, wk_script_threshold(script, m->filter));
            threshold = m->threshold;
        }
    }
    const wick_convention said[] = {
        {.key = "model", .value = model},
        {.key = "model_sha256", .value = digest},
        {.key = "model_threshold", .value = threshold},
        {.key = "model_size", .value = m->sized ? m->size : NULL},
        {.key = "model_overlap", .value = m->overlap[0] ? "IN-SAMPLE" : NULL}};
    int64_t n = 0;
    for (size_t i = 0; model && i < sizeof said / sizeof *said; i++)
        if (said[i].value) to[n++] = said[i];
    return n;
}
