/* SPDX-License-Identifier: MIT */
/* The trials this process runs. */
#include <stdlib.h>
#include <string.h>

#include "store/store_int.h"

wick_status wk_own_add(wick_ctx *ctx, wk_owns *l, int64_t number, int64_t trial_id)
{
    if (l->n == l->cap) {
        const int64_t cap = l->cap == 0 ? 16 : 2 * l->cap;
        wk_own *p = realloc(l->v, (size_t)cap * sizeof *p);
        if (p == NULL) return wick_fail_mem(ctx);
        l->v = p;
        l->cap = cap;
    }
    l->v[l->n++] = (wk_own){.number = number, .trial_id = trial_id};
    return WICK_OK;
}

wk_own *wk_own_find(const wk_owns *l, int64_t number)
{
    for (int64_t i = 0; i < l->n; i++)
        if (l->v[i].number == number) return &l->v[i];
    return NULL;
}

void wk_own_drop(wk_owns *l, int64_t number)
{
    wk_own *o = wk_own_find(l, number);
    if (o == NULL) return;
    for (int64_t i = 0; i < o->n_con; i++) free((void *)(uintptr_t)o->con[i].name);
    free(o->con);
    memmove(o, o + 1, (size_t)(l->v + l->n - o - 1) * sizeof *o);
    l->n--;
}

void wk_own_free(wk_owns *l)
{
    while (l->n > 0) wk_own_drop(l, l->v[0].number);
    free(l->v);
    *l = (wk_owns){0};
}

wick_status wk_own_constraint(wick_ctx *ctx, wk_owns *l, const wick_study_event *e)
{
    wk_own *o = wk_own_find(l, e->trial);
    if (o == NULL)
        return wick_fail(ctx, WICK_E_STATE, "trial %lld is not this process's to change",
                         (long long)e->trial);
    for (int64_t i = 0; i < o->n_con; i++) {
        if (strcmp(o->con[i].name, e->name) != 0) continue;
        o->con[i].value = e->value;
        return WICK_OK;
    }
    if (o->n_con == o->cap_con) {
        const int64_t cap = o->cap_con == 0 ? 4 : 2 * o->cap_con;
        wk_con_value *p = realloc(o->con, (size_t)cap * sizeof *p);
        if (p == NULL) return wick_fail_mem(ctx);
        o->con = p;
        o->cap_con = cap;
    }
    const size_t len = strlen(e->name) + 1;
    char *name = malloc(len);
    if (name == NULL) return wick_fail_mem(ctx);
    memcpy(name, e->name, len);
    o->con[o->n_con++] = (wk_con_value){name, e->value};
    return WICK_OK;
}
