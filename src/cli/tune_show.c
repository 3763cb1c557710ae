/* SPDX-License-Identifier: MIT */
#include "cli/tune_show.h"

#include <stdlib.h>
#include <string.h>

/* Cells of one table; texts live in `store` until it is printed. */
typedef struct grid {
    wick_buf store;
    int64_t at[1024];
    int n;
} grid;

static void cell(grid *g, const char *s)
{
    if (g->n == (int)(sizeof g->at / sizeof *g->at)) return;
    g->at[g->n++] = g->store.len;
    wick_buf_add(&g->store, s, (int64_t)strlen(s) + 1);
}

static void cell_number(grid *g, double v, int digits)
{
    char text[40];
    if (isnan(v))
        snprintf(text, sizeof text, "-");
    else
        snprintf(text, sizeof text, "%.*g", digits, v);
    cell(g, text);
}

static void cell_param(grid *g, const wick_tune_param *p, double v)
{
    wick_buf b = {0};
    if (isnan(v)) {
        cell(g, "-");
        return;
    }
    if (p->dist.kind == WICK_DIST_FLOAT)
        wick_buf_addf(&b, "%.6g", v);
    else
        wick_param_text(p, v, &b);
    cell(g, b.data ? b.data : "");
    wick_buf_free(&b);
}

static void print_grid(grid *g, int columns, const char *const *header, const bool *right,
                       wick_buf *out)
{
    const char *cells[1024];
    if (g->store.failed) out->failed = true;
    for (int i = 0; i < g->n && !g->store.failed; i++) cells[i] = g->store.data + g->at[i];
    if (!g->store.failed) wick_text_table(out, columns, header, right, cells, g->n / columns);
    wick_buf_free(&g->store);
}

static void put_day(wick_buf *out, int64_t t)
{
    char day[WICK_TIME_TEXT];
    wick_time_format(day, t, t % WICK_MS_DAY == 0);
    wick_buf_add(out, day, -1);
}

static void number(wick_buf *out, double v, const char *format)
{
    char text[64];
    if (isnan(v)) {
        wick_buf_add(out, "-", 1);
        return;
    }
    if (strcmp(format, "%.2f") == 0)
        snprintf(text, sizeof text, "%.2f", v);
    else if (strcmp(format, "%.4f") == 0)
        snprintf(text, sizeof text, "%.4f", v);
    else
        snprintf(text, sizeof text, "%.6g", v);
    wick_buf_add(out, text, -1);
}

/* ---- tune --------------------------------------------------------------------------------- */

static void show_head(const tune_job *j, const tune_result *r, wick_buf *out)
{
    const int64_t rows = wick_course_rows(r->course);
    wick_buf_addf(out, "%s: %lld trials, sampler %s, %lld symbols, ", wk_script_name(j->script),
                  (long long)r->honest.trials, wick_study_sampler(r->study),
                  (long long)wick_panel_count(j->panel[0]));
    if (rows > 0) {
        put_day(out, wick_course_times(r->course)[0]);
        wick_buf_add(out, " to ", -1);
        put_day(out, wick_course_times(r->course)[rows - 1]);
    }
    wick_buf_addf(out, ", split %s\n", wick_split_text(j->split));
    for (int32_t i = 0; i < j->subject.n_objectives; i++)
        wick_buf_addf(out, "objective: %s, %s is better\n", j->subject.objectives[i],
                      j->subject.better[i] > 0 ? "higher" : "lower");
}

static void show_best(const tune_job *j, const tune_result *r, wick_buf *out)
{
    static const char *const header[] = {"parameter",  "best",          "default",
                                         "importance", "one step down", "one step up"};
    static const bool right[] = {false, true, true, true, true, true};
    const wick_tune_trial best = wick_tune_at(r->tune, r->honest.best);
    grid g = {.n = 0};
    wick_buf_addf(out, "\nbest: trial %lld, %s ", (long long)best.number, j->subject.objectives[0]);
    number(out, best.value[0], "");
    wick_buf_addf(out, ", %lld trades\n", (long long)best.trades);
    for (int64_t i = 0; i < j->subject.n_params; i++) {
        const wick_tune_param *p = &j->subject.params[i];
        const wick_sensitivity *s = &r->sensitivity[i];
        cell(&g, p->name);
        cell_param(&g, p, best.params[i]);
        cell_param(&g, p, p->value);
        if (p->fixed) {
            cell(&g, "fixed");
            cell(&g, "");
            cell(&g, "");
        } else {
            cell_number(&g, s->importance, 2);
            cell_number(&g, s->down, 5);
            cell_number(&g, s->up, 5);
        }
    }
    print_grid(&g, 6, header, right, out);
}

/* Several objectives have no best, but a front. */
static void show_front(const tune_job *j, const tune_result *r, wick_buf *out)
{
    enum { MOST = 20 };
    const char *header[WICK_OBJECTIVES + 2] = {"trial"};
    bool right[WICK_OBJECTIVES + 2];
    const wick_trial **front = NULL;
    int64_t n = 0;
    const int32_t m = j->subject.n_objectives;
    grid g = {.n = 0};
    wick_ctx *ctx = j->c->ctx;
    if (m < 2) return;
    if (wick_study_front(ctx, r->study, &front, &n) < 0) {
        wick_ctx_clear(ctx);
        return;
    }
    for (int32_t k = 0; k <= m; k++) right[k] = true;
    for (int32_t k = 0; k < m; k++) header[k + 1] = j->subject.objectives[k];
    for (int64_t i = 0; i < n && i < MOST; i++) {
        cell_number(&g, (double)wick_trial_number(front[i]), 15);
        for (int32_t k = 0; k < m; k++) cell_number(&g, wick_trial_value(front[i], k), 5);
    }
    wick_buf_addf(out, "\nfront: %lld trials none of which is beaten in everything%s\n",
                  (long long)n, n > MOST ? ", the first 20" : "");
    print_grid(&g, m + 1, header, right, out);
    free(front);
}

static void show_chance(const tune_result *r, wick_buf *out)
{
    const wick_honest *h = &r->honest;
    wick_buf_addf(out,
                  "\nhow it was chosen\n  trials           %lld complete, %lld pruned, %lld "
                  "rejected, %lld failed, %lld repeats\n",
                  (long long)h->complete, (long long)h->pruned, (long long)h->rejected,
                  (long long)h->failed, (long long)h->duplicates);
    wick_buf_addf(out, "  independent      %lld distinct", (long long)h->count.raw);
    if (h->pruned > 0)
        wick_buf_addf(out, " that ran to their end, %lld tried", (long long)h->tried);
    wick_buf_add(out, ", ", 2);
    number(out, h->count.effective, "%.2f");
    wick_buf_addf(out, " effective (mean correlation ");
    number(out, h->count.mean_corr, "%.2f");
    wick_buf_addf(out, "), %lld clusters\n  Sharpe per bar   ", (long long)h->count.clusters);
    number(out, h->sharpe, "%.4f");
    wick_buf_add(out, ", of luck ", -1);
    number(out, h->luck, "%.4f");
    wick_buf_add(out, "; PSR ", -1);
    number(out, h->psr, "%.4f");
    wick_buf_add(out, ", deflated ", -1);
    number(out, h->dsr, "%.4f");
    wick_buf_add(out, " (all distinct trials ", -1);
    number(out, h->dsr_raw, "%.4f");
    wick_buf_add(out, ")\n  record needed    ", -1);
    number(out, h->min_trl, "");
    wick_buf_addf(out, " bars for 95 %%, has %lld\n", (long long)h->rows);
    if (h->has_pbo) {
        wick_buf_addf(out, "  overfitting      PBO %.3f over %lld combinations of %lld blocks; ",
                      h->pbo.pbo, (long long)h->pbo.combinations, (long long)h->pbo.blocks);
        wick_buf_addf(out, "Sharpe inside %.4f, outside %.4f\n", h->pbo.in_mean, h->pbo.out_mean);
    }
    if (h->has_spa)
        wick_buf_addf(out,
                      "  data snooping    against %s: Reality Check p %.3f, SPA p %.3f (%.3f to "
                      "%.3f)\n",
                      h->benchmark, h->spa.p_white, h->spa.p_consistent, h->spa.p_lower,
                      h->spa.p_upper);
    wick_buf_addf(out, "  neighbours       %lld of %lld within 10 %%; mean ", (long long)h->near,
                  (long long)h->neighbours);
    number(out, h->neighbour_mean, "");
    wick_buf_add(out, ", worst ", -1);
    number(out, h->neighbour_worst, "");
    wick_buf_add(out, "\n", 1);
    if (!isnan(h->test_value)) {
        wick_buf_add(out, "  unseen bars      in ", -1);
        number(out, h->in_value, "");
        wick_buf_add(out, ", out ", -1);
        number(out, h->test_value, "");
        wick_buf_add(out, "\n", 1);
    }
}

void tune_show_text(const tune_job *j, const tune_result *r, wick_buf *out)
{
    show_head(j, r, out);
    if (r->honest.best >= 0) {
        show_best(j, r, out);
        show_front(j, r, out);
        show_chance(r, out);
    }
    tune_reasons_text(r, out);
    wick_buf_add(out, "\n", 1);
    wick_honest_sentence(&r->honest, out);
    wick_buf_add(out, "\n", 1);
    for (int64_t i = 0; i < r->n_heat; i++) {
        wick_buf_add(out, "\n", 1);
        wick_heat_text(&r->heat[i], r->tune, j->c->color_out, out);
    }
}

static void objectives_json(const tune_job *j, wick_json_writer *w)
{
    wick_jw_key(w, "objectives");
    wick_jw_array(w);
    for (int32_t i = 0; i < j->subject.n_objectives; i++) {
        wick_jw_object(w);
        wick_jw_key(w, "name");
        wick_jw_string(w, j->subject.objectives[i]);
        wick_jw_key(w, "better");
        wick_jw_string(w, j->subject.better[i] > 0 ? "higher" : "lower");
        wick_jw_end(w);
    }
    wick_jw_end(w);
}

static void head_json(const tune_job *j, const char *sampler, wick_json_writer *w)
{
    static const char *const over[] = {"mean", "median", "worst", "stitched"};
    wick_jw_key(w, "strategy");
    wick_jw_string(w, wk_script_name(j->script));
    wick_jw_key(w, "sampler");
    wick_jw_string(w, sampler);
    wick_jw_key(w, "pruner");
    wick_jw_string(w, j->pruner);
    wick_jw_key(w, "split");
    wick_jw_string(w, wick_split_text(j->split));
    wick_jw_key(w, "over");
    wick_jw_string(w, over[j->over]);
    wick_jw_key(w, "robust");
    wick_jw_string(w, j->robust ? j->robust : "none");
    wick_jw_key(w, "batch");
    wick_jw_int(w, j->batch > 0 ? j->batch : 8);
    wick_jw_key(w, "seed");
    wick_jw_int(w, j->cfg.seed);
    objectives_json(j, w);
}

void tune_show_json(const tune_job *j, const tune_result *r, wick_buf *out)
{
    wick_json_writer w;
    wick_jw_begin(&w, out, 1);
    wick_jw_object(&w);
    head_json(j, wick_study_sampler(r->study), &w);
    if (r->honest.best >= 0) {
        const wick_tune_trial best = wick_tune_at(r->tune, r->honest.best);
        wick_jw_key(&w, "best");
        wick_jw_object(&w);
        wick_jw_key(&w, "trial");
        wick_jw_int(&w, best.number);
        wick_jw_key(&w, "values");
        wick_jw_array(&w);
        for (int32_t k = 0; k < j->subject.n_objectives; k++) wick_jw_double(&w, best.value[k]);
        wick_jw_end(&w);
        wick_jw_key(&w, "trades");
        wick_jw_int(&w, best.trades);
        wick_jw_key(&w, "params");
        wick_params_json(&j->subject, best.params, &w);
        wick_jw_end(&w);
    }
    wick_jw_key(&w, "honest");
    wick_honest_json(&r->honest, &j->subject, r->sensitivity, &w);
    tune_reasons_json(r, &w);
    wick_jw_key(&w, "heat");
    wick_jw_array(&w);
    for (int64_t i = 0; i < r->n_heat; i++) wick_heat_json(&r->heat[i], r->tune, &w);
    wick_jw_end(&w);
    wick_jw_end(&w);
    wick_buf_add(out, "\n", 1);
}

/* ---- walk --------------------------------------------------------------------------------- */

static double score_of(const wick_scores *s, const char *name)
{
    return wick_scores_get(s, name);
}

static void show_windows(const tune_job *j, const wick_walk *w, wick_buf *out)
{
    static const char *const header[] = {"window", "train from", "test from", "test to",
                                         "trials", "inside",     "outside",   "trades"};
    static const bool right[] = {false, false, false, false, true, true, true, true};
    enum { MOST = 60 };
    grid g = {.n = 0};
    (void)j;
    for (int64_t i = 0; i < wick_walk_windows(w) && i < MOST; i++) {
        const wick_walk_window x = wick_walk_at(w, i);
        const int64_t day[3] = {x.train_from, x.test_from, x.test_to};
        cell(&g, x.name);
        for (int k = 0; k < 3; k++) {
            char text[WICK_TIME_TEXT];
            wick_time_format(text, day[k], day[k] % WICK_MS_DAY == 0);
            cell(&g, text);
        }
        cell_number(&g, (double)x.trials, 15);
        cell_number(&g, x.train, 5);
        cell_number(&g, x.test, 5);
        cell_number(&g, (double)x.trades, 15);
    }
    print_grid(&g, 8, header, right, out);
    if (wick_walk_windows(w) > MOST)
        wick_buf_addf(out, "... %lld more in windows.csv\n",
                      (long long)(wick_walk_windows(w) - MOST));
}

static void show_stability(const tune_job *j, const wick_walk *w, wick_buf *out)
{
    static const char *const header[] = {"parameter", "mean",   "deviation", "low",
                                         "high",      "spread", "changes"};
    static const bool right[] = {false, true, true, true, true, true, true};
    grid g = {.n = 0};
    for (int64_t i = 0; i < j->subject.n_params; i++) {
        const wick_tune_param *p = &j->subject.params[i];
        const wick_walk_param s = wick_walk_param_at(w, i);
        const bool names = p->dist.kind == WICK_DIST_CATEGORICAL;
        if (p->fixed) continue;
        cell(&g, p->name);
        if (names)
            cell_param(&g, p, s.mean);
        else
            cell_number(&g, s.mean, 4);
        cell_number(&g, s.deviation, 3);
        cell_param(&g, p, s.low);
        cell_param(&g, p, s.high);
        cell_number(&g, s.spread, 2);
        cell_number(&g, (double)s.changes, 15);
    }
    wick_buf_add(out, "\nparameters over the windows (spread: deviation as a share of the range)\n",
                 -1);
    print_grid(&g, 7, header, right, out);
}

static void walk_sentence(const wick_walk *w, double psr, wick_buf *out)
{
    const double efficiency = wick_walk_efficiency(w);
    if (isnan(psr)) {
        wick_buf_add(out, "Outside of the search there is too little to judge.", -1);
    } else {
        wick_buf_addf(
            out,
            "%s: on the bars no search had seen, the chance that the true Sharpe ratio is "
            "above 0 is %.0f %%",
            psr >= 0.95  ? "This holds outside of the search"
            : psr >= 0.5 ? "This is not proven"
                         : "This does not hold outside of the search",
            100.0 * psr);
        if (!isnan(efficiency))
            wick_buf_addf(out, ", and growth per bar is %.0f %% of that inside",
                          100.0 * efficiency);
        wick_buf_add(out, ".", 1);
    }
}

void walk_show_text(const tune_job *j, const wick_walk *w, const wick_scores *scores, double psr,
                    wick_buf *out)
{
    static const char *const shown[] = {
        "return_pct", "cagr_pct", "max_drawdown_pct",    "sharpe",     "sharpe_annual",
        "sortino",    "win_rate", "profit_factor_trade", "trade_count"};
    wick_buf_addf(out, "%s: walk-forward, %lld windows, %lld trials each, sampler %s, split %s\n\n",
                  wk_script_name(j->script), (long long)wick_walk_windows(w), (long long)j->trials,
                  j->sampler, wick_split_text(j->split));
    show_windows(j, w, out);
    show_stability(j, w, out);
    wick_buf_add(out, "\noutside, put together\n", -1);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        wick_buf_addf(out, "  %-20s ", shown[i]);
        number(out, score_of(scores, shown[i]), "");
        wick_buf_add(out, "\n", 1);
    }
    wick_buf_add(out, "  PSR                  ", -1);
    number(out, psr, "%.4f");
    wick_buf_add(out, "\n  efficiency           ", -1);
    number(out, wick_walk_efficiency(w), "%.4f");
    wick_buf_add(out, "\n  rank correlation     ", -1);
    number(out, wick_walk_rank_correlation(w), "%.4f");
    wick_buf_add(out, " (inside against outside)\n", -1);
    if (wick_walk_paths(w) > 1)
        wick_buf_addf(out, "  paths                %lld, the first is shown; paths.csv has all\n",
                      (long long)wick_walk_paths(w));
    wick_buf_add(out, "\n", 1);
    walk_sentence(w, psr, out);
    wick_buf_add(out, "\n", 1);
}

static void key_double(wick_json_writer *w, const char *key, double v)
{
    wick_jw_key(w, key);
    wick_jw_double(w, v);
}

static void key_day(wick_json_writer *w, const char *key, int64_t t)
{
    char day[WICK_TIME_TEXT];
    wick_time_format(day, t, t % WICK_MS_DAY == 0);
    wick_jw_key(w, key);
    wick_jw_string(w, day);
}

static void windows_json(const tune_job *j, const wick_walk *walk, wick_json_writer *w)
{
    wick_jw_key(w, "windows");
    wick_jw_array(w);
    for (int64_t i = 0; i < wick_walk_windows(walk); i++) {
        const wick_walk_window x = wick_walk_at(walk, i);
        wick_jw_object(w);
        wick_jw_key(w, "name");
        wick_jw_string(w, x.name);
        key_day(w, "train_from", x.train_from);
        key_day(w, "train_to", x.train_to);
        key_day(w, "test_from", x.test_from);
        key_day(w, "test_to", x.test_to);
        wick_jw_key(w, "trials");
        wick_jw_int(w, x.trials);
        key_double(w, "inside", x.train);
        key_double(w, "outside", x.test);
        if (x.reason[0]) {
            wick_jw_key(w, "reason");
            wick_jw_string(w, x.reason);
        }
        wick_jw_key(w, "trades");
        wick_jw_int(w, x.trades);
        if (x.best >= 0) {
            wick_jw_key(w, "params");
            wick_params_json(&j->subject, x.params, w);
        }
        wick_jw_end(w);
    }
    wick_jw_end(w);
}

void walk_show_json(const tune_job *j, const wick_walk *walk, const wick_scores *scores, double psr,
                    wick_buf *out)
{
    wick_json_writer w;
    wick_buf text = {0};
    wick_jw_begin(&w, out, 1);
    wick_jw_object(&w);
    head_json(j, j->sampler, &w);
    wick_jw_key(&w, "trials_per_window");
    wick_jw_int(&w, j->trials);
    windows_json(j, walk, &w);
    wick_jw_key(&w, "stability");
    wick_jw_object(&w);
    for (int64_t i = 0; i < j->subject.n_params; i++) {
        const wick_walk_param s = wick_walk_param_at(walk, i);
        if (j->subject.params[i].fixed) continue;
        wick_jw_key(&w, s.name);
        wick_jw_object(&w);
        key_double(&w, "mean", s.mean);
        key_double(&w, "deviation", s.deviation);
        key_double(&w, "low", s.low);
        key_double(&w, "high", s.high);
        key_double(&w, "spread", s.spread);
        wick_jw_key(&w, "changes");
        wick_jw_int(&w, s.changes);
        wick_jw_end(&w);
    }
    wick_jw_end(&w);
    key_double(&w, "psr", psr);
    key_double(&w, "efficiency", wick_walk_efficiency(walk));
    key_double(&w, "rank_correlation", wick_walk_rank_correlation(walk));
    walk_sentence(walk, psr, &text);
    wick_jw_key(&w, "sentence");
    wick_jw_string(&w, text.data);
    wick_jw_key(&w, "outside");
    wick_jw_object(&w);
    for (int64_t i = 0; i < wick_scores_count(scores); i++)
        key_double(&w, wick_scores_spec(scores, i)->name, wick_scores_value(scores, i));
    wick_jw_end(&w);
    wick_jw_end(&w);
    wick_buf_add(out, "\n", 1);
    wick_buf_free(&text);
}

void walk_show_csv(const tune_job *j, const wick_walk *w, wick_buf *out)
{
    wick_buf_add(out, "window,train_from,train_to,test_from,test_to,trials,inside,outside,trades",
                 -1);
    for (int64_t i = 0; i < j->subject.n_params; i++)
        wick_buf_addf(out, ",%s", j->subject.params[i].name);
    wick_buf_add(out, "\n", 1);
    for (int64_t i = 0; i < wick_walk_windows(w); i++) {
        const wick_walk_window x = wick_walk_at(w, i);
        const int64_t day[4] = {x.train_from, x.train_to, x.test_from, x.test_to};
        const double value[2] = {x.train, x.test};
        wick_buf_add(out, x.name, -1);
        for (int k = 0; k < 4; k++) {
            wick_buf_add(out, ",", 1);
            put_day(out, day[k]);
        }
        wick_buf_addf(out, ",%lld", (long long)x.trials);
        for (int k = 0; k < 2; k++) {
            wick_buf_add(out, ",", 1);
            if (!isnan(value[k])) wick_buf_add_double(out, value[k]);
        }
        wick_buf_addf(out, ",%lld", (long long)x.trades);
        for (int64_t p = 0; p < j->subject.n_params; p++) {
            wick_buf_add(out, ",", 1);
            if (x.best >= 0) wick_param_text(&j->subject.params[p], x.params[p], out);
        }
        wick_buf_add(out, "\n", 1);
    }
}
