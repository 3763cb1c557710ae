/* SPDX-License-Identifier: MIT */
/* The lines a study's backend writes. They wait in its buffer. */
#include <time.h>

#include "store/journal_int.h"

int64_t wk_jnow(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void set_time(wick_buf *b, const char *key, int64_t ms)
{
    char text[WK_STAMP_TEXT];
    wk_jline_text(b, key, wk_stamp(text, ms, true));
}

void wk_jattr_line(wk_jbackend *b, int32_t op, const char *id_key, int64_t id, const char *member,
                   const char *key, const char *json)
{
    wick_buf *l = &b->lines;
    wk_jline_begin(l, op, b->worker);
    wk_jline_int(l, id_key, id);
    wick_buf_addf(l, ",\"%s\":{", member);
    wk_py_string(l, key);
    wick_buf_add(l, ":", 1);
    wk_json_flat(l, json);
    wick_buf_add(l, "}", 1);
    wk_jline_end(l);
}

wick_status wk_jparam_line(wick_ctx *ctx, wk_jbackend *b, const wick_study_event *e, int64_t id)
{
    wick_buf dist = {0};
    wk_dist_json(&dist, e->dist);
    wick_buf *l = &b->lines;
    wk_jline_begin(l, WK_J_PARAM, b->worker);
    wk_jline_int(l, "trial_id", id);
    wk_jline_text(l, "param_name", e->name);
    wk_jline_double(l, "param_value_internal", e->value);
    if (!dist.failed) wk_jline_text(l, "distribution", dist.data);
    wk_jline_end(l);
    const bool failed = dist.failed;
    wick_buf_free(&dist);
    return failed ? wick_fail_mem(ctx) : WICK_OK;
}

void wk_jstate_line(wk_jbackend *b, int64_t id, int32_t state, const wick_study_event *e)
{
    wick_buf *l = &b->lines;
    wk_jline_begin(l, WK_J_STATE, b->worker);
    wk_jline_int(l, "trial_id", id);
    wk_jline_int(l, "state", state);
    if (e->n_values == 0) {
        wick_buf_add(l, ",\"values\":null", -1);
    } else {
        wick_buf_add(l, ",\"values\":[", -1);
        for (int64_t i = 0; i < e->n_values; i++) {
            if (i > 0) wick_buf_add(l, ",", 1);
            wk_py_double(l, e->values[i]);
        }
        wick_buf_add(l, "]", 1);
    }
    if (state != WICK_TRIAL_WAITING)
        set_time(l, state == WICK_TRIAL_RUNNING ? "datetime_start" : "datetime_complete", e->time);
    wk_jline_end(l);
}

void wk_jbeat_line(wk_jbackend *b, int64_t id)
{
    char now[WICK_DOUBLE_TEXT];
    wick_format_double(now, (double)wk_jnow() / 1000.0);
    wk_jattr_line(b, WK_J_SYSTEM, "trial_id", id, "system_attr", WK_JHEARTBEAT, now);
}

void wk_jcreate_line(wk_jbackend *b, const wick_study_event *e)
{
    wick_buf *l = &b->lines;
    wk_jline_begin(l, WK_J_TRIAL, b->worker);
    wk_jline_int(l, "study_id", b->log.target);
    if (e->state == WICK_TRIAL_RUNNING) {
        set_time(l, "datetime_start", e->time);
    } else {
        wick_buf_addf(l,
                      ",\"datetime_start\":null,\"state\":%d,\"value\":null,\"values\":null,"
                      "\"distributions\":{},\"params\":{},\"user_attrs\":{},\"system_attrs\":{",
                      WICK_TRIAL_WAITING);
        if (e->json != NULL) {
            wick_buf_add(l, "\"fixed_params\":", -1);
            wk_json_flat(l, e->json);
        }
        wick_buf_add(l, "},\"intermediate_values\":{}", -1);
    }
    wk_jline_end(l);
}
