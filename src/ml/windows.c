/* SPDX-License-Identifier: MIT */
/* Walk-forward windows; ml.md 12. */
#include "ml/ml_int.h"

static void put(wick_window w, int64_t cap, wick_window *out, int64_t *n)
{
    if (*n < cap) out[*n] = w;
    (*n)++;
}

wick_status wick_walk_calendar(wick_ctx *ctx, int64_t first, int64_t last,
                               const wick_walk_opts *opts, int64_t cap, wick_window *out,
                               int64_t *n)
{
    wick_walk_opts o = {0};
    if (opts == NULL || n == NULL || (cap > 0 && out == NULL)) {
        return wick_fail(ctx, WICK_E_ARG, "walk-forward needs options and a place for windows");
    }
    memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    if (o.train < 1 || o.test < 1 || o.step < 1 || o.embargo < 0) {
        return wick_fail(ctx, WICK_E_ARG,
                         "train, test and step of a walk-forward must be above 0 "
                         "and the embargo not negative");
    }
    *n = 0;
    for (int64_t s = first;; s += o.step) {
        const wick_window w = {.train_from = o.anchored ? first : s,
                               .train_to = s + o.train,
                               .test_from = s + o.train + o.embargo,
                               .test_to = s + o.train + o.embargo + o.test};
        if (w.test_to > last) return WICK_OK;
        put(w, cap, out, n);
    }
}

static wick_status too_many(wick_ctx *ctx, int64_t moments, const wick_walk_opts *o)
{
    return wick_fail(ctx, WICK_E_DATA,
                     "%lld moments are too few for %d windows with train_size %g and lookahead %d",
                     (long long)moments, (int)o->windows, o->train_size, (int)o->lookahead);
}

/* Test length is what n / (w + 1) gives; training is all before it, less the gap. */
static wick_status expanding(wick_ctx *ctx, int64_t n, const wick_walk_opts *o, int64_t cap,
                             wick_window *out, int64_t *made)
{
    const int64_t w = o->windows, gap = o->lookahead - 1;
    const int64_t test = n / (w + 1);
    int64_t train = n - test * w;
    if (test < 1 || train < 1) return too_many(ctx, n, o);
    for (int64_t i = 0; i < w; i++) {
        const int64_t from = train + gap, to = from + test < n ? from + test : n;
        if (from >= n) return too_many(ctx, n, o);
        put((wick_window){0, train, from, to}, cap, out, made);
        train = to;
    }
    return WICK_OK;
}

/* Only tests, or only trainings: equal lengths, what is left over comes first and is not used. */
static void one_sided(int64_t n, const wick_walk_opts *o, int64_t cap, wick_window *out,
                      int64_t *made)
{
    const int64_t w = o->windows, length = n / w, skip = n - length * w;
    for (int64_t i = 0; i < w; i++) {
        const int64_t from = skip + i * length, to = from + length;
        const wick_window tests = {from, from, from, to}, trains = {from, to, to, to};
        put(o->train_size == 0.0 ? tests : trains, cap, out, made);
    }
}

/* PyBroker's lengths for several windows: both parts grow by their share of what is left until one
 * of them would not. */
static void grow(int64_t room, int64_t w, double share, int64_t *train, int64_t *test)
{
    const double average = (double)room / (double)w;
    *train = (int64_t)(average * share);
    *test = (int64_t)(average * (1.0 - share));
    for (;;) {
        const double left = (double)(room - (*train + *test * w)) / (double)w;
        const int64_t a = (int64_t)(left * share), b = (int64_t)(left * (1.0 - share));
        if (a == 0 || b == 0) return;
        *train += a;
        *test += b;
    }
}

wick_status wick_walk_indices(wick_ctx *ctx, int64_t n, const wick_walk_opts *opts, int64_t cap,
                              wick_window *out, int64_t *made)
{
    wick_walk_opts o = {0};
    if (opts == NULL || made == NULL || (cap > 0 && out == NULL)) {
        return wick_fail(ctx, WICK_E_ARG, "walk-forward needs options and a place for windows");
    }
    memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    if (o.lookahead == 0) o.lookahead = 1;
    if (n < 1 || o.windows < 1 || o.lookahead < 1 ||
        !(o.train_size >= 0.0 && o.train_size <= 1.0)) {
        return wick_fail(ctx, WICK_E_ARG,
                         "walk-forward needs windows and lookahead above 0 and "
                         "train_size within 0..1");
    }
    *made = 0;
    if (o.expanding) return expanding(ctx, n, &o, cap, out, made);
    if (n < o.windows) return too_many(ctx, n, &o);
    if (o.train_size == 0.0 || o.train_size == 1.0) {
        one_sided(n, &o, cap, out, made);
        return WICK_OK;
    }
    const int64_t gap = o.lookahead - 1;
    if (o.windows == 1) {
        /* One window keeps a date at its front and gives the test the rounding of both parts. */
        const int64_t room = n - 1 - o.lookahead;
        if (room <= 0) return too_many(ctx, n, &o);
        const int64_t train = (int64_t)((double)room * o.train_size);
        const int64_t test = (int64_t)((double)room * (1.0 - o.train_size));
        const int64_t from = n - o.lookahead - train - test - 1, end = from + train;
        put((wick_window){from, end + 1, end + o.lookahead, n}, cap, out, made);
        return WICK_OK;
    }
    const int64_t room = n - gap * o.windows;
    int64_t train = 0, test = 0;
    if (room > 0) grow(room, o.windows, o.train_size, &train, &test);
    const bool some = train >= 1 || test >= 1, both = train >= 1 && test >= 1;
    if (!(o.allow_empty ? some : both)) return too_many(ctx, n, &o);
    for (int64_t i = o.windows - 1; i >= 0; i--) {
        const int64_t to = n - i * test, from = to - test;
        put((wick_window){from - gap - train, from - gap, from, to}, cap, out, made);
    }
    return WICK_OK;
}
