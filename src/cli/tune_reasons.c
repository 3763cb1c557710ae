/* SPDX-License-Identifier: MIT */
/* Why trials do not count: the reasons of rejected ones, and the constraints of others. */
#include <stdlib.h>
#include <string.h>

#include "cli/tune_show.h"

enum { MOST = 5 };

typedef struct reason {
    const char *text;
    int64_t n;
} reason;

static int by_count(const void *a, const void *b)
{
    const reason *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->text, y->text);
}

/* Reasons with the number of their trials, the commonest first. */
static int64_t collect(const wick_tune *t, reason **out, int64_t *infeasible)
{
    const int64_t n = wick_tune_count(t);
    reason *list = calloc((size_t)n + 1, sizeof *list);
    int64_t k = 0;
    *infeasible = 0;
    for (int64_t i = 0; list && i < n; i++) {
        const wick_tune_trial x = wick_tune_at(t, i);
        if (x.number < 0 || x.state != WICK_TRIAL_COMPLETE) continue;
        *infeasible += !x.rejected && x.violation > 0.0;
        if (!x.rejected) continue;
        int64_t at = 0;
        while (at < k && strcmp(list[at].text, x.reason) != 0) at++;
        if (at == k) list[k++].text = x.reason;
        list[at].n++;
    }
    if (k > 1) qsort(list, (size_t)k, sizeof *list, by_count);
    *out = list;
    return k;
}

void tune_reasons_text(const tune_result *r, wick_buf *out)
{
    reason *list = NULL;
    int64_t infeasible = 0, rest = 0;
    const int64_t n = collect(r->tune, &list, &infeasible);
    if (n > 0 || infeasible > 0) wick_buf_add(out, "\nwhat did not count\n", -1);
    if (infeasible > 0) wick_buf_addf(out, "  %6lld  break a constraint\n", (long long)infeasible);
    for (int64_t i = 0; i < n; i++) {
        if (i < MOST)
            wick_buf_addf(out, "  %6lld  rejected: %s\n", (long long)list[i].n, list[i].text);
        else
            rest += list[i].n;
    }
    if (rest > 0)
        wick_buf_addf(out, "  %6lld  rejected for other reasons (trials.csv)\n", (long long)rest);
    free(list);
}

void tune_reasons_json(const tune_result *r, wick_json_writer *w)
{
    reason *list = NULL;
    int64_t infeasible = 0;
    const int64_t n = collect(r->tune, &list, &infeasible);
    wick_jw_key(w, "infeasible");
    wick_jw_int(w, infeasible);
    wick_jw_key(w, "reasons");
    wick_jw_array(w);
    for (int64_t i = 0; i < n; i++) {
        wick_jw_object(w);
        wick_jw_key(w, "reason");
        wick_jw_string(w, list[i].text);
        wick_jw_key(w, "trials");
        wick_jw_int(w, list[i].n);
        wick_jw_end(w);
    }
    wick_jw_end(w);
    free(list);
}
