/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cli/tune_job.h"

static wick_status make_course(const tune_job *j, const wick_course_fold *folds, int64_t n,
                               bool test, wick_course **out)
{
    const wick_course_opts o = {.size = sizeof o,
                                .markets = j->market,
                                .n_markets = test ? 1 : j->n_markets,
                                .folds = folds,
                                .n_folds = n,
                                .aggregate = j->over,
                                .robust = test ? NULL : j->robust,
                                .seed = (uint64_t)j->cfg.seed,
                                .cash = j->cfg.cash};
    return wick_course_new(j->c->ctx, &o, out);
}

/* A single window with a train part is searched there and its winner shown the test part; of
 * several, every test part is a fold. */
bool tune_job_courses(tune_job *j, wick_course **course, wick_course **test)
{
    const int64_t n = wick_split_count(j->split);
    const wick_split_fold first = wick_split_at(j->split, 0);
    wick_course_fold *folds = calloc((size_t)n, sizeof *folds);
    if (!folds) return cli_error(j->c, NULL, "out of memory") == CLI_GOOD;
    wick_status st = WICK_OK;
    if (n == 1 && first.n_train > 0) {
        folds[0] = (wick_course_fold){first.name, first.train, first.n_train};
        st = make_course(j, folds, 1, false, course);
        folds[0] = (wick_course_fold){first.name, first.test, first.n_test};
        if (st >= 0 && first.n_test > 0) st = make_course(j, folds, 1, true, test);
    } else {
        for (int64_t i = 0; i < n; i++) {
            const wick_split_fold f = wick_split_at(j->split, i);
            folds[i] = (wick_course_fold){f.name, f.test, f.n_test};
        }
        st = make_course(j, folds, n, false, course);
    }
    free(folds);
    if (st < 0) cli_fail(j->c);
    return st >= 0;
}
