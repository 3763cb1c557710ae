/* SPDX-License-Identifier: MIT */
/* Rotation by rank with a hold band. Reference: PyBroker 2.0.2, strategy.py _apply_worst_rank_held
 * (portfolio_engine.md A6). */
#include "wick/alloc.h"

#include <math.h>
#include <string.h>

/* Ranks from 1 of the present symbols with a score; 0: none. Insertion keeps ties in index order.
 */
static void rank(int32_t n, const double *score, const uint8_t *present, int32_t *order,
                 int32_t *ranks)
{
    int32_t count = 0;
    for (int32_t i = 0; i < n; i++) {
        ranks[i] = 0;
        if (!present[i] || !isfinite(score[i])) continue;
        int32_t k = count++;
        for (; k > 0 && score[order[k - 1]] < score[i]; k--) order[k] = order[k - 1];
        order[k] = i;
    }
    for (int32_t k = 0; k < count; k++) ranks[order[k]] = k + 1;
}

typedef struct leg {
    int32_t places, worst, n, free;
    int8_t side;
    const int32_t *ranks;
} leg;

/* What is held on this side and leaves; counts the places left over. */
static void exits(leg *g, const int8_t *held, const int8_t *pending, const uint8_t *present,
                  int8_t *side, int8_t *act)
{
    g->free = g->places;
    for (int32_t i = 0; i < g->n; i++) {
        if (held[i] == 0 && pending[i] == g->side) g->free--;
        if (held[i] != g->side) continue;
        const bool stays = !present[i] || (g->ranks[i] > 0 && g->ranks[i] <= g->worst);
        side[i] = g->side;
        act[i] = stays ? WICK_ROTATE_KEEP : WICK_ROTATE_EXIT;
        if (stays) g->free--;
    }
}

static bool may_enter(const leg *g, int32_t i, const int8_t *held, const int8_t *pending)
{
    return held[i] == 0 && pending[i] != g->side && g->ranks[i] > 0 && g->ranks[i] <= g->worst;
}

/* The side's candidates, best first: those of the eligible whose place among them is free. */
static bool chosen(const leg *g, int32_t i, const int8_t *held, const int8_t *pending)
{
    if (!may_enter(g, i, held, pending)) return false;
    int32_t better = 0;
    for (int32_t k = 0; k < g->n; k++)
        better += k != i && g->ranks[k] < g->ranks[i] && may_enter(g, k, held, pending);
    return better < g->free;
}

void wick_rotate(const wick_rotation *rotation, int32_t n, const double *score,
                 const double *against, const int8_t *held, const int8_t *pending,
                 const uint8_t *present, int8_t *side, int8_t *act, int32_t *scratch)
{
    wick_rotation r = {.size = sizeof r};
    memcpy(&r, rotation, rotation->size < sizeof r ? rotation->size : sizeof r);
    int32_t *order = scratch, *ranks = scratch + n, *others = scratch + (ptrdiff_t)2 * n;
    const int32_t most = r.top > r.bottom ? r.top : r.bottom;
    const int32_t worst = r.worst > 0 ? r.worst : most;
    memset(side, 0, (size_t)n);
    memset(act, WICK_ROTATE_NONE, (size_t)n);
    rank(n, score, present, order, ranks);
    if (r.bottom > 0 && against != NULL)
        rank(n, against, present, order, others);
    else
        memset(others, 0, (size_t)n * sizeof *others);
    leg longs = {r.top, worst, n, 0, 1, ranks}, shorts = {r.bottom, worst, n, 0, -1, others};
    exits(&longs, held, pending, present, side, act);
    exits(&shorts, held, pending, present, side, act);
    for (int32_t i = 0; i < n; i++) {
        const bool in_long = chosen(&longs, i, held, pending);
        const bool in_short = chosen(&shorts, i, held, pending);
        if (!in_long && !in_short) continue;
        /* Picked by both: where it ranks better; a tie goes long. */
        const bool goes_short = in_short && (!in_long || others[i] < ranks[i]);
        side[i] = goes_short ? -1 : 1;
        act[i] = WICK_ROTATE_ENTER;
    }
}
