/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

enum { RULES = 64 };

typedef struct item {
    wick_defect d; /**< first: a pointer to it is a pointer to the item */
    int64_t order; /**< as found */
} item;

struct wick_defects {
    char *file;
    item *items;
    int64_t n, cap, max_per_rule;
    int64_t errors, dropped;
    bool failed, fatal;
    struct {
        const char *rule;
        int64_t total, listed;
    } rule[RULES];
    int n_rules;
};

wick_defects *wk_defects_new(const char *file, int64_t max_per_rule)
{
    wick_defects *d = calloc(1, sizeof *d);
    if (d == NULL) return NULL;
    const size_t n = strlen(file) + 1;
    d->file = malloc(n);
    if (d->file == NULL) {
        free(d);
        return NULL;
    }
    memcpy(d->file, file, n);
    d->max_per_rule = max_per_rule == 0 ? 20 : max_per_rule < 0 ? INT64_MAX : max_per_rule;
    return d;
}

static int rule_index(wick_defects *d, const char *rule)
{
    for (int k = 0; k < d->n_rules; k++) {
        if (strcmp(d->rule[k].rule, rule) == 0) return k;
    }
    if (d->n_rules == RULES) return RULES - 1;
    d->rule[d->n_rules].rule = rule;
    return d->n_rules++;
}

static bool grow(wick_defects *d)
{
    if (d->n < d->cap) return true;
    const int64_t cap = d->cap > 0 ? d->cap * 2 : 16;
    item *items = realloc(d->items, (size_t)cap * sizeof *items);
    if (items == NULL) return false;
    d->items = items;
    d->cap = cap;
    return true;
}

void wk_defects_add(wick_defects *d, const char *rule, bool is_error, int64_t line, const char *fmt,
                    ...)
{
    const int r = rule_index(d, rule);
    d->rule[r].total++;
    if (is_error) d->errors++;
    if (d->rule[r].listed >= d->max_per_rule) return;
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0) n = 0;
    if (n >= (int)sizeof text) n = (int)sizeof text - 1;
    char *own = malloc((size_t)n + 1);
    if (own == NULL || !grow(d)) {
        free(own);
        d->failed = true;
        return;
    }
    memcpy(own, text, (size_t)n);
    own[n] = '\0';
    /* Values are quoted from the file: what would disturb a terminal is shown as '?'. */
    for (char *p = own; *p != '\0'; p++) {
        if ((unsigned char)*p < 32 || *p == 127) *p = '?';
    }
    d->rule[r].listed++;
    d->items[d->n] =
        (item){.d = {.rule = rule, .is_error = is_error, .line = line, .text = own}, .order = d->n};
    d->n++;
}

void wk_defects_dropped(wick_defects *d, int64_t rows)
{
    d->dropped += rows;
}

void wk_defects_fatal(wick_defects *d)
{
    d->fatal = true;
}

bool wk_defects_is_fatal(const wick_defects *d)
{
    return d->fatal;
}

static int by_line(const void *a, const void *b)
{
    const item *x = a, *y = b;
    if (x->d.line != y->d.line) return x->d.line < y->d.line ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

bool wk_defects_finish(wick_defects *d)
{
    if (d->n > 1) qsort(d->items, (size_t)d->n, sizeof *d->items, by_line);
    int64_t left[RULES];
    for (int k = 0; k < d->n_rules; k++) left[k] = d->rule[k].total;
    for (int64_t i = 0; i < d->n; i++) {
        const int r = rule_index(d, d->items[i].d.rule);
        d->items[i].d.count = left[r]--;
    }
    return !d->failed;
}

wick_status wk_defects_fail(wick_ctx *ctx, const wick_defects *d)
{
    for (int64_t i = 0; i < d->n; i++) {
        const wick_defect *x = &d->items[i].d;
        if (!x->is_error) continue;
        char where[32] = "";
        char more[96] = "";
        if (x->line > 0) snprintf(where, sizeof where, "%lld:", (long long)x->line);
        if (d->errors > 1) {
            snprintf(more, sizeof more, "; %lld errors in this file", (long long)d->errors);
        }
        return wick_fail(ctx, WICK_E_DATA, "%s:%s %s: %s%s%s", d->file, where, x->rule, x->text,
                         more, d->fatal ? "" : " (--drop-bad goes on without such rows)");
    }
    return wick_fail(ctx, WICK_E_DATA, "%s: no usable row", d->file);
}

int64_t wick_defects_count(const wick_defects *d)
{
    return d->n;
}

const wick_defect *wick_defects_at(const wick_defects *d, int64_t i)
{
    return i >= 0 && i < d->n ? &d->items[i].d : NULL;
}

const char *wick_defects_file(const wick_defects *d)
{
    return d->file;
}

int64_t wick_defects_errors(const wick_defects *d)
{
    return d->errors;
}

int64_t wick_defects_dropped(const wick_defects *d)
{
    return d->dropped;
}

void wk_defects_reset(wick_defects *d)
{
    for (int64_t i = 0; i < d->n; i++) free((void *)(uintptr_t)d->items[i].d.text);
    d->n = d->errors = d->dropped = 0;
    d->n_rules = 0;
    d->failed = d->fatal = false;
    memset(d->rule, 0, sizeof d->rule);
}

void wick_defects_free(wick_defects *d)
{
    if (d == NULL) return;
    wk_defects_reset(d);
    free(d->items);
    free(d->file);
    free(d);
}
