/* SPDX-License-Identifier: MIT */
/* Loading the bars of a run, and saying what was dropped and what was guessed. */
#include <stdlib.h>
#include <string.h>

#include "cli/run_config.h"

static void report_dropped(const cli *c, wick_defects *const *d, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        const int64_t dropped = wick_defects_dropped(d[i]);
        if (dropped == 0) continue;
        const wick_defect *first = NULL;
        for (int64_t k = 0; k < wick_defects_count(d[i]) && !first; k++)
            if (wick_defects_at(d[i], k)->is_error) first = wick_defects_at(d[i], k);
        if (first && first->line > 0)
            cli_note(c, "%s: %lld dropped, first at line %lld: %s: %s", wick_defects_file(d[i]),
                     (long long)dropped, (long long)first->line, first->rule, first->text);
        else
            cli_note(c, "%s: %lld dropped%s%s", wick_defects_file(d[i]), (long long)dropped,
                     first ? ": " : "", first ? first->text : "");
    }
}

static bool same_guess(const wick_symbol_info *a, const wick_symbol_info *b)
{
    return a->inferred == b->inferred && a->tick == b->tick && a->point_value == b->point_value &&
           a->qty_step == b->qty_step && a->timeframe_ms == b->timeframe_ms &&
           strcmp(a->timezone, b->timezone) == 0 && strcmp(a->session, b->session) == 0;
}

static void print_guess(const cli *c, const wick_symbol_info *s, int64_t others)
{
    wick_buf b = {0};
    char frame[16];
    wick_buf_addf(&b, "inferred for %s", s->symbol);
    if (others) wick_buf_addf(&b, " and %lld more", (long long)others);
    wick_buf_add(&b, ":", 1);
    if (s->inferred & WICK_INFO_TICK) {
        wick_buf_add(&b, " tick ", -1);
        wick_buf_add_double(&b, s->tick);
    }
    if (s->inferred & WICK_INFO_QTY_STEP) {
        wick_buf_add(&b, " lot_step ", -1);
        wick_buf_add_double(&b, s->qty_step);
    }
    if (s->inferred & WICK_INFO_TIMEFRAME) {
        wick_timeframe_format(frame, s->timeframe_ms);
        wick_buf_addf(&b, " timeframe %s", frame);
    }
    if (s->inferred & WICK_INFO_TIMEZONE) wick_buf_addf(&b, " timezone %s", s->timezone);
    if (s->inferred & WICK_INFO_SESSION) wick_buf_addf(&b, " session %s", s->session);
    if (!b.failed) cli_note(c, "%s", b.data);
    wick_buf_free(&b);
}

/* One line per different set of guesses, not per symbol. */
static void report_inferred(const cli *c, const wick_panel *panel)
{
    enum { MAX_LINES = 4 };
    const wick_symbol_info *shown[MAX_LINES];
    int64_t count[MAX_LINES] = {0}, rest = 0;
    int n = 0;
    for (int64_t i = 0; i < wick_panel_count(panel); i++) {
        const wick_symbol_info *s = wick_bars_info(wick_panel_bars(panel, i));
        int k = 0;
        if (s->inferred == 0) continue;
        while (k < n && !same_guess(shown[k], s)) k++;
        if (k < n) {
            count[k]++;
        } else if (n < MAX_LINES) {
            shown[n++] = s;
        } else {
            rest++;
        }
    }
    for (int k = 0; k < n; k++) print_guess(c, shown[k], count[k]);
    if (rest) cli_note(c, "inferred: %lld more symbols differ from these", (long long)rest);
}

static bool load(cli *c, const run_config *r, const char *const *paths, int64_t n_paths, bool finer,
                 wick_panel **out)
{
    wick_defects **defects = NULL;
    int64_t n = 0;
    const wick_load_opts opts = {.size = sizeof opts,
                                 .symbols = finer ? NULL : (const char *const *)r->symbols,
                                 .n_symbols = finer ? 0 : r->n_symbols,
                                 .has_from = r->has_from,
                                 .has_to = r->has_to,
                                 .from = r->from,
                                 .to = r->to,
                                 .timeframe = finer ? NULL : r->timeframe,
                                 .symbol_info = finer ? NULL : r->symbol_info,
                                 .funding = finer ? NULL : r->funding,
                                 .borrow = finer ? NULL : r->borrow,
                                 .actions = finer ? NULL : r->actions,
                                 .rates = finer ? NULL : r->rates,
                                 .drop_bad = r->drop_bad,
                                 .threads = (int32_t)r->jobs};
    const wick_status st = wick_load(c->ctx, paths, n_paths, &opts, out, &defects, &n);
    if (st == WICK_OK) {
        report_dropped(c, defects, n);
        if (!finer) report_inferred(c, *out);
    } else {
        cli_fail(c);
    }
    for (int64_t i = 0; i < n; i++) wick_defects_free(defects[i]);
    free(defects);
    return st == WICK_OK;
}

bool run_config_bars(cli *c, const run_config *r, wick_panel **out)
{
    if (r->n_data == 0) {
        cli_error(c, "`wick data synth --out bars` makes some to try with",
                  "no bars: say where they are with --data PATH");
        return false;
    }
    return load(c, r, r->data, r->n_data, false, out);
}

bool run_config_finer(cli *c, const run_config *r, wick_panel **out)
{
    enum { MOST = 64 };
    const char *paths[MOST];
    const int n = cli_times(c, "finer");
    if (n == 0) return true;
    if (n > MOST) {
        cli_error(c, "give the folder they are in", "--finer: more than %d paths", MOST);
        return false;
    }
    for (int i = 0; i < n; i++) paths[i] = cli_nth(c, "finer", i);
    return load(c, r, paths, n, true, out);
}

void run_config_tell_finer(const cli *c, const wick_ledger *l)
{
    const wick_ambiguity a = wick_ledger_ambiguity(l);
    if (a.coarse == 0) return;
    cli_note(c,
             "intrabar=lower_tf: %lld of %lld bars keep their own four prices: %lld have no finer "
             "bars%s, %lld have some that do not add up to them",
             (long long)a.coarse, (long long)(a.finer + a.coarse), (long long)(a.coarse - a.misfit),
             a.finer + a.misfit == 0 ? " (--finer PATH)" : "", (long long)a.misfit);
}
