/* SPDX-License-Identifier: MIT */
/* Interned names: an index per text, found by hash. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

void wk_names_free(wk_names *t)
{
    free(t->text);
    free(t->hash);
    free(t->slot);
    *t = (wk_names){0};
}

static int64_t place(const wk_names *t, const char *text, uint64_t h)
{
    int64_t i = (int64_t)(h & (uint64_t)(t->slots - 1));
    while (t->slot[i] != 0) {
        const int32_t id = t->slot[i] - 1;
        if (t->hash[id] == h && strcmp(t->text[id], text) == 0) break;
        i = (i + 1) & (t->slots - 1);
    }
    return i;
}

static uint64_t hash_of(const char *text)
{
    return wick_hash64(text, (int64_t)strlen(text), 0);
}

int32_t wk_names_find(const wk_names *t, const char *text)
{
    return t->slots == 0 ? -1 : t->slot[place(t, text, hash_of(text))] - 1;
}

static bool grow(wk_names *t)
{
    const int64_t cap = t->cap == 0 ? 16 : t->cap * 2, slots = cap * 2;
    const char **text = realloc(t->text, (size_t)cap * sizeof *text);
    if (text == NULL) return false;
    t->text = text;
    uint64_t *hash = realloc(t->hash, (size_t)cap * sizeof *hash);
    if (hash == NULL) return false;
    t->hash = hash;
    int32_t *slot = calloc((size_t)slots, sizeof *slot);
    if (slot == NULL) return false;
    free(t->slot);
    t->slot = slot;
    t->slots = slots;
    t->cap = cap;
    for (int64_t i = 0; i < t->n; i++) t->slot[place(t, t->text[i], t->hash[i])] = (int32_t)i + 1;
    return true;
}

int32_t wk_names_add(wk_names *t, wick_arena *a, const char *text)
{
    const uint64_t h = hash_of(text);
    if (t->slots > 0) {
        const int32_t id = t->slot[place(t, text, h)] - 1;
        if (id >= 0) return id;
    }
    if (t->n == t->cap && !grow(t)) return -1;
    const char *copy = wick_arena_strdup(a, text);
    if (copy == NULL) return -1;
    const int64_t i = place(t, text, h);
    t->text[t->n] = copy;
    t->hash[t->n] = h;
    t->slot[i] = (int32_t)t->n + 1;
    return (int32_t)t->n++;
}
