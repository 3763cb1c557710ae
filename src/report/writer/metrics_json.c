/* SPDX-License-Identifier: MIT */
#include "report/report_int.h"

/* Numbers among the conventions are numbers in JSON too. */
static void convention(void *user, const wick_convention *c)
{
    wick_json_writer *w = user;
    double v;
    wick_jw_key(w, c->key);
    if (wick_parse_double(c->value, -1, &v) && isfinite(v)) {
        wick_jw_double(w, v);
    } else {
        wick_jw_string(w, c->value);
    }
}

static void metrics(wick_json_writer *w, const wick_result *r)
{
    const bool dates = wk_report_dates_only(r);
    const int64_t n = r->scores != NULL ? wick_scores_count(r->scores) : 0;
    for (int64_t i = 0; i < n; i++) {
        const wick_metric_spec *s = wick_scores_spec(r->scores, i);
        const double v = wick_scores_value(r->scores, i);
        wick_jw_key(w, s->name);
        if (s->unit == WICK_M_TIME && isfinite(v)) {
            char text[WICK_TIME_TEXT];
            wick_time_format(text, (int64_t)v, dates);
            wick_jw_string(w, text);
        } else {
            wick_jw_double(w, v + 0.0);
        }
    }
    for (int64_t i = 0; i < r->n_extra; i++) {
        wick_jw_key(w, r->extra_names[i]);
        wick_jw_double(w, r->extra_values[i] + 0.0);
    }
}

static wick_status write(wick_ctx *ctx, const wick_result *r, wick_buf *out)
{
    const wick_ambiguity a = wick_ledger_ambiguity(r->ledger);
    wick_json_writer w;
    wick_jw_begin(&w, out, 2);
    wick_jw_object(&w);
    wick_jw_key(&w, "profile");
    wick_jw_string(&w, r->profile);
    wick_jw_key(&w, "conventions");
    wick_jw_object(&w);
    wk_report_conventions(r, convention, &w);
    wick_jw_end(&w);
    wick_jw_key(&w, "metrics");
    wick_jw_object(&w);
    metrics(&w, r);
    wick_jw_end(&w);
    wick_jw_key(&w, "ambiguous");
    wick_jw_object(&w);
    wick_jw_key(&w, "bars");
    wick_jw_int(&w, a.bars);
    wick_jw_key(&w, "total_pnl_worst");
    wick_jw_double(&w, a.bounded ? a.pnl_worst + 0.0 : WICK_NA);
    wick_jw_key(&w, "total_pnl_best");
    wick_jw_double(&w, a.bounded ? a.pnl_best + 0.0 : WICK_NA);
    if (a.finer + a.coarse > 0) { /* intrabar=lower_tf */
        wick_jw_key(&w, "bars_with_finer");
        wick_jw_int(&w, a.finer);
        wick_jw_key(&w, "bars_without_finer");
        wick_jw_int(&w, a.coarse);
        wick_jw_key(&w, "bars_with_other_finer");
        wick_jw_int(&w, a.misfit);
    }
    wick_jw_end(&w);
    wk_report_json_stats(r, &w, wk_report_dates_only(r));
    wick_jw_end(&w);
    wick_buf_add(out, "\n", 1);
    return wk_report_done(ctx, out);
}

const wick_writer_spec wk_writer_metrics_json = {
    .name = "metrics_json",
    .doc = "profile, conventions, every metric by canonical name, ambiguous bars; intervals, "
           "Monte-Carlo and sheets when asked for",
    .write = write};
