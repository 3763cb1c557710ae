/* SPDX-License-Identifier: MIT */
/* A study copied into another: what is finished, with everything it carries. */
#include "opt/opt_int.h"

static wick_status copy_attrs(wick_ctx *ctx, wick_study *to, const wick_trial *t, int64_t number,
                              bool system)
{
    wick_status st = WICK_OK;
    const char *json = NULL, *key;
    for (int64_t i = 0; st >= 0 && (key = wick_trial_attr_at(t, system, i, &json)) != NULL; i++) {
        wick_study_event e = {.size = sizeof e,
                              .kind = system ? WICK_EV_SYSTEM_ATTR : WICK_EV_USER_ATTR,
                              .trial = number,
                              .name = key,
                              .json = json};
        st = wk_emit(ctx, to, &e);
    }
    return st;
}

static wick_status copy_values(wick_ctx *ctx, wick_study *to, const wick_trial *t, int64_t number)
{
    wick_status st = WICK_OK;
    for (int64_t i = 0; st >= 0 && i < wick_trial_param_count(t); i++) {
        const wick_param p = wick_trial_param_at(t, i);
        wick_study_event e = {.size = sizeof e,
                              .kind = WICK_EV_PARAM,
                              .trial = number,
                              .name = p.name,
                              .dist = p.dist,
                              .value = p.value};
        st = wk_emit(ctx, to, &e);
    }
    for (int64_t i = 0; st >= 0 && i < wick_trial_report_count(t); i++) {
        wick_study_event e = {.size = sizeof e, .kind = WICK_EV_REPORT, .trial = number};
        e.value = wick_trial_report_at(t, i, &e.step);
        st = wk_emit(ctx, to, &e);
    }
    for (int64_t i = 0; st >= 0 && i < wick_trial_constraint_count(t); i++) {
        wick_study_event e = {.size = sizeof e, .kind = WICK_EV_CONSTRAINT, .trial = number};
        e.value = wick_trial_constraint_at(t, i, &e.name);
        st = wk_emit(ctx, to, &e);
    }
    return st;
}

static wick_status copy_trial(wick_ctx *ctx, wick_study *to, const wick_trial *t)
{
    wick_study_event begin = {.size = sizeof begin,
                              .kind = WICK_EV_TRIAL_NEW,
                              .trial = to->n,
                              .state = WICK_TRIAL_RUNNING,
                              .time = t->started};
    wick_status st = wk_emit(ctx, to, &begin);
    if (st >= 0) st = copy_attrs(ctx, to, t, begin.trial, true);
    if (st >= 0) st = copy_attrs(ctx, to, t, begin.trial, false);
    if (st >= 0) st = copy_values(ctx, to, t, begin.trial);
    wick_study_event end = {.size = sizeof end,
                            .kind = WICK_EV_FINISH,
                            .trial = begin.trial,
                            .state = t->state,
                            .values = t->values,
                            .n_values = t->n_values,
                            .time = t->completed};
    return st < 0 ? st : wk_emit(ctx, to, &end);
}

static wick_status copy_study_attrs(wick_ctx *ctx, wick_study *to, const wick_study *from,
                                    bool system)
{
    wick_status st = WICK_OK;
    const char *json = NULL, *key;
    for (int64_t i = 0; st >= 0 && (key = wick_study_attr_at(from, system, i, &json)) != NULL;
         i++) {
        wick_study_event e = {.size = sizeof e,
                              .kind = system ? WICK_EV_STUDY_SYSTEM_ATTR : WICK_EV_STUDY_ATTR,
                              .trial = -1,
                              .name = key,
                              .json = json};
        st = wk_emit(ctx, to, &e);
    }
    return st;
}

/* In blocks, each of which a storage takes in two steps. */
static wick_status copy_block(wick_ctx *ctx, wick_study *to, const wick_study *from, int64_t first,
                              int64_t n)
{
    wick_status st = wk_backend_reserve(ctx, to, n);
    if (st >= 0) st = wk_backend_hold(ctx, to, true);
    if (st < 0) return st;
    for (int64_t i = 0; st >= 0 && i < n; i++) st = copy_trial(ctx, to, from->trials[first + i]);
    const wick_status stored = wk_backend_hold(ctx, to, false);
    return st < 0 ? st : stored;
}

wick_status wick_study_copy(wick_ctx *ctx, const wick_study *from, wick_study *to, int64_t *copied)
{
    enum { BLOCK = 256 };
    int64_t n = 0;
    if (from->m != to->m)
        return wick_fail(ctx, WICK_E_ARG,
                         "a study of %d objectives cannot be copied into one of %d", (int)from->m,
                         (int)to->m);
    for (int32_t k = 0; k < from->m; k++)
        if (from->directions[k] != to->directions[k])
            return wick_fail(ctx, WICK_E_ARG, "objective %d of the two studies goes other ways",
                             (int)k + 1);
    while (n < from->n && from->trials[n]->state != WICK_TRIAL_RUNNING &&
           from->trials[n]->state != WICK_TRIAL_WAITING)
        n++;
    wick_status st = copy_study_attrs(ctx, to, from, false);
    if (st >= 0) st = copy_study_attrs(ctx, to, from, true);
    for (int64_t i = 0; st >= 0 && i < n; i += BLOCK)
        st = copy_block(ctx, to, from, i, n - i < BLOCK ? n - i : BLOCK);
    if (copied != NULL) *copied = st < 0 ? 0 : n;
    return st < 0 ? st : wk_backend_flush(ctx, to);
}
