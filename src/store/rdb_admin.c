/* SPDX-License-Identifier: MIT */
/* Studies as a whole: found, made, listed, deleted. */
#include <stdlib.h>
#include <string.h>

#include "store/store_int.h"

typedef struct job {
    wk_sql *q;
    const char *name;
    wk_study_row row;
    int32_t m;
    const int32_t *directions;
    int64_t id;
    bool made;
    wk_infos *infos;
} job;

static wick_status got_study(void *user, wick_ctx *ctx, const wk_cell *c)
{
    (void)ctx;
    job *j = user;
    j->row.id = wk_cell_int(&c[0]);
    j->row.found = true;
    const int64_t objective = wk_cell_int(&c[1]);
    if (c[1].kind == WK_NULL || objective < 0 || objective >= 16) return WICK_OK;
    j->row.directions[objective] = wk_direction_read(wk_cell_text(&c[2]));
    if (objective + 1 > j->row.m) j->row.m = (int32_t)objective + 1;
    return WICK_OK;
}

static wick_status find(void *user, wick_ctx *ctx, bool again)
{
    (void)again;
    job *j = user;
    j->row = (wk_study_row){0};
    const wk_cell name = wk_text(j->name);
    return j->q->exec(j->q, ctx, true,
                      "SELECT s.study_id, d.objective, d.direction FROM studies s "
                      "LEFT JOIN study_directions d ON d.study_id = s.study_id "
                      "WHERE s.study_name = ?1",
                      &name, 1, got_study, j);
}

wick_status wk_rdb_find(wick_ctx *ctx, wk_sql *q, double patience, const char *name,
                        wk_study_row *out)
{
    job j = {.q = q, .name = name};
    const wick_status st = wk_sql_read(ctx, q, patience, find, &j);
    *out = j.row;
    return st;
}

static wick_status got_id(void *user, wick_ctx *ctx, const wk_cell *c)
{
    (void)ctx;
    job *j = user;
    j->id = wk_cell_int(&c[0]);
    j->made = true;
    return WICK_OK;
}

static wick_status make(void *user, wick_ctx *ctx, bool again)
{
    (void)
        again; /* made by a commit whose answer was lost: found under its name, which is as good */
    static const char insert[] = "INSERT INTO studies (study_name) VALUES (?1) "
                                 "ON CONFLICT (study_name) DO NOTHING RETURNING study_id";
    static const char direction[] = "INSERT INTO study_directions (direction, study_id, objective) "
                                    "VALUES (?1, ?2, ?3)";
    job *j = user;
    j->made = false;
    const wk_cell name = wk_text(j->name);
    wick_status st = j->q->exec(j->q, ctx, true, insert, &name, 1, got_id, j);
    if (st >= 0) st = j->q->sync(j->q, ctx);
    for (int32_t i = 0; j->made && i < j->m && st >= 0; i++) {
        const wk_cell a[] = {wk_text(wk_direction_name(j->directions[i])), wk_int(j->id),
                             wk_int(i)};
        st = j->q->exec(j->q, ctx, true, direction, a, 3, NULL, NULL);
    }
    return st;
}

wick_status wk_rdb_make(wick_ctx *ctx, wk_sql *q, double patience, const char *name, int32_t m,
                        const int32_t *directions, bool *made)
{
    job j = {.q = q, .name = name, .m = m, .directions = directions};
    const wick_status st = wk_sql_transact(ctx, q, patience, make, &j);
    *made = j.made;
    return st;
}

/* Children first: the schema has no cascades. */
static wick_status erase(void *user, wick_ctx *ctx, bool again)
{
    (void)again;
    static const char *const of_trials[] = {"trial_heartbeats",      "trial_intermediate_values",
                                            "trial_values",          "trial_params",
                                            "trial_user_attributes", "trial_system_attributes"};
    static const char *const of_study[] = {"trials", "study_directions", "study_user_attributes",
                                           "study_system_attributes", "studies"};
    job *j = user;
    const wk_cell id = wk_int(j->id);
    wick_status st = WICK_OK;
    char text[160];
    for (int i = 0; i < 6 && st >= 0; i++) {
        snprintf(
            text, sizeof text,
            "DELETE FROM %s WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = ?1)",
            of_trials[i]);
        st = j->q->exec(j->q, ctx, false, text, &id, 1, NULL, NULL);
    }
    for (int i = 0; i < 5 && st >= 0; i++) {
        snprintf(text, sizeof text, "DELETE FROM %s WHERE study_id = ?1", of_study[i]);
        st = j->q->exec(j->q, ctx, false, text, &id, 1, NULL, NULL);
    }
    return st;
}

wick_status wk_rdb_delete(wick_ctx *ctx, wk_sql *q, double patience, int64_t id)
{
    job j = {.q = q, .id = id};
    return wk_sql_transact(ctx, q, patience, erase, &j);
}

static wick_study_info *info_of(wk_infos *l, int64_t id)
{
    for (int64_t i = 0; i < l->n; i++)
        if (l->id[i] == id) return &l->v[i];
    return NULL;
}

static wick_status got_name(void *user, wick_ctx *ctx, const wk_cell *c)
{
    wick_study_info *info;
    const char *name = wk_cell_text(&c[1]);
    return wk_infos_add(ctx, user, wk_cell_int(&c[0]), name != NULL ? name : "", &info);
}

static wick_status got_direction(void *user, wick_ctx *ctx, const wk_cell *c)
{
    (void)ctx;
    wick_study_info *info = info_of(user, wk_cell_int(&c[0]));
    const int64_t objective = wk_cell_int(&c[1]);
    if (info == NULL || objective < 0 || objective >= 16) return WICK_OK;
    info->directions[objective] = wk_direction_read(wk_cell_text(&c[2]));
    if (objective + 1 > info->n_objectives) info->n_objectives = (int32_t)objective + 1;
    return WICK_OK;
}

static wick_status got_counts(void *user, wick_ctx *ctx, const wk_cell *c)
{
    (void)ctx;
    wick_study_info *info = info_of(user, wk_cell_int(&c[0]));
    const int32_t state = wk_state_read(wk_cell_text(&c[1]));
    if (info == NULL || state < 0) return WICK_OK;
    info->n_state[state] = wk_cell_int(&c[2]);
    const int64_t from = wk_stamp_read(wk_cell_text(&c[3])),
                  to = wk_stamp_read(wk_cell_text(&c[4]));
    if (from != WICK_NO_TIME && (info->started == WICK_NO_TIME || from < info->started))
        info->started = from;
    if (to > info->completed) info->completed = to; /* WICK_NO_TIME is the least of all */
    return WICK_OK;
}

static wick_status list(void *user, wick_ctx *ctx, bool again)
{
    (void)again;
    job *j = user;
    wk_sql *q = j->q;
    j->infos->n = 0;
    j->infos->text.len = 0;
    wick_status st =
        q->exec(q, ctx, false, "SELECT study_id, study_name FROM studies ORDER BY study_id", NULL,
                0, got_name, j->infos);
    if (st >= 0) st = q->sync(q, ctx);
    if (st >= 0)
        st = q->exec(q, ctx, false, "SELECT study_id, objective, direction FROM study_directions",
                     NULL, 0, got_direction, j->infos);
    if (st < 0) return st;
    return q->exec(q, ctx, false,
                   "SELECT study_id, state, count(*), min(datetime_start), max(datetime_complete) "
                   "FROM trials GROUP BY study_id, state",
                   NULL, 0, got_counts, j->infos);
}

wick_status wk_rdb_list(wick_ctx *ctx, wk_sql *q, double patience, wk_infos *out)
{
    job j = {.q = q, .infos = out};
    return wk_sql_read(ctx, q, patience, list, &j);
}
