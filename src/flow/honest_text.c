/* SPDX-License-Identifier: MIT */
/* What was found, as sentences and as JSON. */
#include <string.h>

#include "flow/flow_int.h"

static void verdict(const wick_honest *h, wick_buf *b)
{
    static const char *const words[] = {
        "Nothing was found: no trial met the objective's conditions.",
        "This looks like luck",
        "This is not proven",
        "Luck alone does not explain this",
    };
    wick_buf_add(b, words[h->finding], -1);
    if (h->finding == WICK_FOUND_NOTHING) return;
    if (isnan(h->dsr)) {
        wick_buf_add(b, ": there are too few bars or trials to tell.", -1);
        return;
    }
    wick_buf_addf(b,
                  ": the best of %lld distinct trials (worth about %.0f independent ones) has a "
                  "Sharpe ratio of %.4f a bar where luck would show %.4f, so that the chance that "
                  "it is above luck is %.0f %%",
                  (long long)h->tried, h->count.effective, h->sharpe, h->luck, 100.0 * h->dsr);
    if (h->has_pbo)
        wick_buf_addf(b,
                      "; chosen on half of the bars it ends in the lower half on the others in "
                      "%.0f %% of the cases",
                      100.0 * h->pbo.pbo);
    if (h->has_spa)
        wick_buf_addf(b, "; as good a result over %s would come from no skill with p = %.3f",
                      h->benchmark, h->spa.p_consistent);
    wick_buf_add(b, ".", -1);
}

static void around(const wick_honest *h, wick_buf *b)
{
    if (h->neighbours == 0) return;
    const double share = (double)h->near / (double)h->neighbours;
    wick_buf_addf(b, " %lld of its %lld neighbours are within 10 %% of it: %s.", (long long)h->near,
                  (long long)h->neighbours,
                  share >= 0.7   ? "a plateau"
                  : share >= 0.4 ? "neither plateau nor peak"
                                 : "a peak, distrust it");
}

static void unseen(const wick_honest *h, wick_buf *b)
{
    char in[WICK_DOUBLE_TEXT], out[WICK_DOUBLE_TEXT];
    if (isnan(h->test_value)) return;
    wick_format_double(in, wick_round_printf(h->in_value, 6));
    wick_format_double(out, wick_round_printf(h->test_value, 6));
    wick_buf_addf(b, " On bars the search never saw the objective is %s instead of %s.", out, in);
}

void wick_honest_sentence(const wick_honest *h, wick_buf *out)
{
    verdict(h, out);
    around(h, out);
    unseen(h, out);
}

static void number(wick_json_writer *w, const char *key, double v)
{
    wick_jw_key(w, key);
    wick_jw_double(w, v);
}

static void whole(wick_json_writer *w, const char *key, int64_t v)
{
    wick_jw_key(w, key);
    wick_jw_int(w, v);
}

static void write_trials(const wick_honest *h, wick_json_writer *w)
{
    wick_jw_key(w, "trials");
    wick_jw_object(w);
    whole(w, "all", h->trials);
    whole(w, "complete", h->complete);
    whole(w, "pruned", h->pruned);
    whole(w, "rejected", h->rejected);
    whole(w, "failed", h->failed);
    whole(w, "duplicates", h->duplicates);
    whole(w, "distinct", h->count.raw);
    whole(w, "tried", h->tried);
    number(w, "effective", h->kept > 0 ? h->count.effective : WICK_NA);
    whole(w, "clusters", h->count.clusters);
    number(w, "mean_correlation", h->kept > 0 ? h->count.mean_corr : WICK_NA);
    wick_jw_end(w);
}

static void write_tests(const wick_honest *h, wick_json_writer *w)
{
    wick_jw_key(w, "pbo");
    wick_jw_object(w);
    number(w, "pbo", h->has_pbo ? h->pbo.pbo : WICK_NA);
    number(w, "prob_loss", h->has_pbo ? h->pbo.prob_loss : WICK_NA);
    number(w, "in_sample_sharpe", h->has_pbo ? h->pbo.in_mean : WICK_NA);
    number(w, "out_of_sample_sharpe", h->has_pbo ? h->pbo.out_mean : WICK_NA);
    number(w, "slope", h->has_pbo ? h->pbo.slope : WICK_NA);
    whole(w, "blocks", h->pbo.blocks);
    whole(w, "combinations", h->pbo.combinations);
    wick_jw_end(w);
    wick_jw_key(w, "data_snooping");
    wick_jw_object(w);
    wick_jw_key(w, "benchmark");
    wick_jw_string(w, h->benchmark);
    number(w, "reality_check_p", h->has_spa ? h->spa.p_white : WICK_NA);
    number(w, "spa_p", h->has_spa ? h->spa.p_consistent : WICK_NA);
    number(w, "spa_p_lower", h->has_spa ? h->spa.p_lower : WICK_NA);
    number(w, "spa_p_upper", h->has_spa ? h->spa.p_upper : WICK_NA);
    whole(w, "significant_trials", h->spa.n_significant);
    whole(w, "replicates", h->spa.replicates);
    wick_jw_end(w);
}

void wick_honest_json(const wick_honest *h, const wick_subject *s,
                      const wick_sensitivity *sensitivity, wick_json_writer *w)
{
    static const char *const findings[] = {"nothing", "luck", "mixed", "skill"};
    wick_buf text = {0};
    wick_jw_object(w);
    wick_jw_key(w, "finding");
    wick_jw_string(w, findings[h->finding]);
    wick_jw_key(w, "sentence");
    wick_honest_sentence(h, &text);
    wick_jw_string(w, text.data);
    whole(w, "best_trial", h->best);
    write_trials(h, w);
    whole(w, "bars", h->rows);
    number(w, "sharpe_bar", h->sharpe);
    number(w, "sharpe_of_luck", h->luck);
    number(w, "psr", h->psr);
    number(w, "dsr", h->dsr);
    number(w, "dsr_all_trials", h->dsr_raw);
    number(w, "min_track_record_bars", h->min_trl);
    write_tests(h, w);
    number(w, "in_sample", h->in_value);
    number(w, "test", h->test_value);
    wick_jw_key(w, "neighbours");
    wick_jw_object(w);
    whole(w, "count", h->neighbours);
    whole(w, "within_10_pct", h->near);
    number(w, "mean", h->neighbour_mean);
    number(w, "worst", h->neighbour_worst);
    wick_jw_end(w);
    wick_jw_key(w, "parameters");
    wick_jw_object(w);
    for (int64_t i = 0; sensitivity != NULL && i < s->n_params; i++) {
        if (s->params[i].fixed) continue;
        wick_jw_key(w, s->params[i].name);
        wick_jw_object(w);
        number(w, "importance", sensitivity[i].importance);
        number(w, "one_step_down", sensitivity[i].down);
        number(w, "one_step_up", sensitivity[i].up);
        wick_jw_end(w);
    }
    wick_jw_end(w);
    wick_jw_end(w);
    wick_buf_free(&text);
}
