/* SPDX-License-Identifier: MIT */
#include "cli/run_state.h"

#include "wick/state.h"

bool run_state_read(cli *c, run_state *s)
{
    const char *from = cli_text(c, "from-state");
    s->path = cli_text(c, "save-state");
    s->has_at = cli_has(c, "save-state-at");
    if (s->has_at && !s->path) {
        cli_error(c, "--save-state FILE",
                  "--save-state-at: there is no file to write the state to");
        return false;
    }
    if (!cli_time(c, "save-state-at", true, &s->at)) return false;
    if (from && wick_state_read(c->ctx, from, &s->from) < 0) {
        cli_fail(c);
        return false;
    }
    return true;
}

void run_state_prepare(run_state *s, wk_host *h)
{
    const wk_state_opts o = {.size = sizeof o,
                             .from = s->from,
                             .out = s->path ? &s->saved : NULL,
                             .has_at = s->has_at,
                             .at = s->at};
    wk_host_state(h, &o);
}

bool run_state_write(cli *c, run_state *s)
{
    if (!s->path || !s->saved) return true;
    if (wick_state_write(c->ctx, s->saved, s->path) >= 0) return true;
    cli_fail(c);
    return false;
}

void run_state_free(run_state *s)
{
    wick_state_unref(s->from);
    wick_state_unref(s->saved);
}
