/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

void wk_rows_free(wk_rows *r)
{
    free(r->time);
    for (int k = 0; k < WICK_FIELDS; k++) free(r->f[k]);
    free(r->line);
    free(r->symbol);
    free(r->offset);
    for (int32_t i = 0; i < r->n_symbols; i++) free(r->symbols[i]);
    free(r->symbols);
    free(r->slots);
    memset(r, 0, sizeof *r);
}

static bool resize(void **p, int64_t n, size_t size)
{
    void *q = realloc(*p, (size_t)n * size);
    if (q == NULL) return false;
    *p = q;
    return true;
}

static bool grow(wk_rows *r)
{
    const int64_t cap = r->cap > 0 ? r->cap * 2 : 1024;
    bool ok = true;
    void *p = r->time;
    ok = ok && resize(&p, cap, sizeof *r->time);
    r->time = p;
    for (int k = 0; k < WICK_FIELDS; k++) {
        p = r->f[k];
        ok = ok && resize(&p, cap, sizeof(double));
        r->f[k] = p;
    }
    p = r->line;
    ok = ok && resize(&p, cap, sizeof *r->line);
    r->line = p;
    if (r->symbol != NULL || (r->n == 0 && r->n_symbols > 0)) {
        p = r->symbol;
        ok = ok && resize(&p, cap, sizeof *r->symbol);
        r->symbol = p;
    }
    if (r->offset != NULL) {
        p = r->offset;
        ok = ok && resize(&p, cap, sizeof *r->offset);
        r->offset = p;
    }
    if (ok) r->cap = cap;
    return ok;
}

bool wk_rows_push(wk_rows *r, int64_t time, const double f[WICK_FIELDS], uint32_t line,
                  int32_t symbol, int16_t offset)
{
    if (r->n == r->cap && !grow(r)) return false;
    const int64_t i = r->n;
    r->time[i] = time;
    for (int k = 0; k < WICK_FIELDS; k++) r->f[k][i] = f[k];
    r->line[i] = line;
    if (r->symbol != NULL) r->symbol[i] = symbol;
    if (offset != 0 && r->offset == NULL) {
        r->offset = calloc((size_t)r->cap, sizeof *r->offset);
        if (r->offset == NULL) return false;
    }
    if (r->offset != NULL) r->offset[i] = offset;
    r->n++;
    return true;
}

static bool rehash(wk_rows *r)
{
    const int32_t n = r->n_slots > 0 ? r->n_slots * 2 : 64;
    int32_t *slots = malloc((size_t)n * sizeof *slots);
    if (slots == NULL) return false;
    for (int32_t i = 0; i < n; i++) slots[i] = -1;
    for (int32_t i = 0; i < r->n_symbols; i++) {
        const char *s = r->symbols[i];
        uint64_t h = wick_hash64(s, (int64_t)strlen(s), 0) & (uint64_t)(n - 1);
        while (slots[h] >= 0) h = (h + 1) & (uint64_t)(n - 1);
        slots[h] = i;
    }
    free(r->slots);
    r->slots = slots;
    r->n_slots = n;
    return true;
}

int32_t wk_rows_symbol(wk_rows *r, const char *s, int64_t n)
{
    if (r->n_symbols * 2 >= r->n_slots && !rehash(r)) return -1;
    uint64_t h = wick_hash64(s, n, 0) & (uint64_t)(r->n_slots - 1);
    while (r->slots[h] >= 0) {
        const char *known = r->symbols[r->slots[h]];
        if (strncmp(known, s, (size_t)n) == 0 && known[n] == '\0') return r->slots[h];
        h = (h + 1) & (uint64_t)(r->n_slots - 1);
    }
    if (r->n_symbols == r->cap_symbols) {
        const int32_t cap = r->cap_symbols > 0 ? r->cap_symbols * 2 : 16;
        void *p = r->symbols;
        if (!resize(&p, cap, sizeof *r->symbols)) return -1;
        r->symbols = p;
        r->cap_symbols = cap;
    }
    char *own = malloc((size_t)n + 1);
    if (own == NULL) return -1;
    memcpy(own, s, (size_t)n);
    own[n] = '\0';
    r->symbols[r->n_symbols] = own;
    r->slots[h] = r->n_symbols;
    return r->n_symbols++;
}
