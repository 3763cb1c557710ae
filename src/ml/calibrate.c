/* SPDX-License-Identifier: MIT */
/* From scores to chances; ml.md 9. */
#include "ml/ml_int.h"

enum { NONE, PLATT, ISOTONIC, KINDS };
static const char *const kinds[] = {"none", "platt", "isotonic"};

struct wick_calibration {
    atomic_int refs;
    int kind;
    int64_t n; /* numbers in v */
    double *v; /* platt: a, b; isotonic: x, y pairs */
};

static wick_status make(wick_ctx *ctx, int kind, double *v, int64_t n, wick_calibration **out)
{
    wick_calibration *c = calloc(1, sizeof *c);
    if (c == NULL) {
        free(v);
        return wick_fail_mem(ctx);
    }
    atomic_init(&c->refs, 1);
    c->kind = kind;
    c->v = v;
    c->n = n;
    *out = c;
    return WICK_OK;
}

/* ---- platt -------------------------------------------------------------------------------- */

typedef struct sample {
    int64_t n;
    double *s, *y, *w;
} sample;

static double platt_loss(const sample *d, const double *t, double a, double b)
{
    wick_sum sum = {0};
    for (int64_t i = 0; i < d->n; i++) {
        const double z = -(a * d->s[i] + b); /* log odds */
        wick_sum_add(&sum, d->w[i] * (wk_log1p_exp(z) - t[i] * z));
    }
    return wick_sum_get(&sum);
}

static wick_status platt(wick_ctx *ctx, const sample *d, double *t, wick_calibration **out)
{
    double pos = 0.0, neg = 0.0;
    for (int64_t i = 0; i < d->n; i++) *(d->y[i] > 0.5 ? &pos : &neg) += d->w[i];
    for (int64_t i = 0; i < d->n; i++) {
        t[i] = d->y[i] > 0.5 ? (pos + 1.0) / (pos + 2.0) : 1.0 / (neg + 2.0);
    }
    double a = 0.0, b = log((neg + 1.0) / (pos + 1.0)), f = platt_loss(d, t, a, b);
    bool ended = false;
    for (int it = 0; it < 200 && !ended; it++) {
        double ga = 0.0, gb = 0.0, haa = 1e-12, hab = 0.0, hbb = 1e-12;
        for (int64_t i = 0; i < d->n; i++) {
            const double p = wk_sigmoid(-(a * d->s[i] + b)), e = d->w[i] * (t[i] - p);
            const double h = d->w[i] * p * (1.0 - p);
            ga += e * d->s[i];
            gb += e;
            haa += h * d->s[i] * d->s[i];
            hab += h * d->s[i];
            hbb += h;
        }
        const double det = haa * hbb - hab * hab;
        if (fabs(ga) < 1e-10 && fabs(gb) < 1e-10) ended = true;
        if (ended || !(det > 0.0)) break;
        const double da = -(hbb * ga - hab * gb) / det, db = -(haa * gb - hab * ga) / det;
        double step = 1.0, g = f;
        for (; step > 1e-12; step *= 0.5) {
            g = platt_loss(d, t, a + step * da, b + step * db);
            if (g <= f) break;
        }
        if (!(g <= f)) break;
        ended = fabs(step * da) <= 1e-15 * fabs(a) && fabs(step * db) <= 1e-15 * fabs(b);
        a += step * da;
        b += step * db;
        f = g;
    }
    double *v = malloc(2 * sizeof *v);
    if (v == NULL) return wick_fail_mem(ctx);
    v[0] = a;
    v[1] = b;
    return make(ctx, PLATT, v, 2, out);
}

/* ---- isotonic ----------------------------------------------------------------------------- */

/* Blocks of equal scores, then neighbours that run down are pooled. */
typedef struct pool {
    double x0, x1, y, w;
} pool;

static wick_status isotonic(wick_ctx *ctx, const sample *d, wick_calibration **out)
{
    int64_t *order = wk_items(d->n, sizeof *order), k = 0;
    pool *p = wk_items(d->n, sizeof *p);
    double *v = wk_items(4 * d->n, sizeof *v);
    if (order == NULL || p == NULL || v == NULL || !wk_order(d->s, d->n, order)) {
        free(order);
        free(p);
        free(v);
        return wick_fail_mem(ctx);
    }
    for (int64_t i = 0; i < d->n;) {
        const double x = d->s[order[i]];
        wick_sum sum = {0}, w = {0};
        for (; i < d->n && d->s[order[i]] == x; i++) {
            wick_sum_add(&sum, d->w[order[i]] * d->y[order[i]]);
            wick_sum_add(&w, d->w[order[i]]);
        }
        const double weight = wick_sum_get(&w);
        p[k++] = (pool){x, x, wick_sum_get(&sum) / weight, weight};
        while (k > 1 && p[k - 2].y >= p[k - 1].y) {
            const pool a = p[k - 2], b = p[k - 1];
            p[k - 2] = (pool){a.x0, b.x1, (a.w * a.y + b.w * b.y) / (a.w + b.w), a.w + b.w};
            k--;
        }
    }
    int64_t n = 0;
    for (int64_t i = 0; i < k; i++) {
        v[n++] = p[i].x0;
        v[n++] = p[i].y;
        if (p[i].x1 == p[i].x0) continue;
        v[n++] = p[i].x1;
        v[n++] = p[i].y;
    }
    free(order);
    free(p);
    return make(ctx, ISOTONIC, v, n, out);
}

static double interpolate(const double *v, int64_t n, double x)
{
    int64_t lo = 0, hi = n / 2 - 1;
    if (x <= v[0]) return v[1];
    if (x >= v[2 * hi]) return v[2 * hi + 1];
    while (hi - lo > 1) {
        const int64_t mid = lo + (hi - lo) / 2;
        if (v[2 * mid] <= x) {
            lo = mid;
        } else {
            hi = mid;
        }
    }
    const double x0 = v[2 * lo], y0 = v[2 * lo + 1], x1 = v[2 * hi], y1 = v[2 * hi + 1];
    return y0 + (y1 - y0) / (x1 - x0) * (x - x0);
}

/* ---- object ------------------------------------------------------------------------------- */

static wick_status find_kind(wick_ctx *ctx, const char *kind, int *out)
{
    for (int i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i], kind) == 0) {
            *out = i;
            return WICK_OK;
        }
    }
    const char *near = wick_nearest(kind, kinds, KINDS);
    return wick_fail(ctx, WICK_E_ARG, "unknown calibration '%s'; %s%s", kind,
                     near != NULL ? "did you mean " : "there are none, platt, isotonic",
                     near != NULL ? near : "");
}

static wick_status gather(wick_ctx *ctx, int64_t n, const double *score, const double *y,
                          const double *w, sample *d, int64_t *positives)
{
    d->n = 0;
    *positives = 0;
    for (int64_t i = 0; i < n; i++) {
        const double wi = w != NULL ? w[i] : 1.0;
        if (isnan(score[i]) || isnan(y[i]) || wi == 0.0) continue;
        if ((y[i] != 0.0 && y[i] != 1.0) || !(wi > 0.0) || isinf(wi) || isinf(score[i])) {
            return wick_fail(ctx, WICK_E_ARG,
                             "row %lld of a calibration has score %g, label %g, weight %g",
                             (long long)i, score[i], y[i], wi);
        }
        d->s[d->n] = score[i];
        d->y[d->n] = y[i];
        d->w[d->n++] = wi;
        *positives += y[i] == 1.0;
    }
    if (*positives == 0 || *positives == d->n) {
        return wick_fail(ctx, WICK_E_DATA, "%lld scores of one class cannot be calibrated",
                         (long long)d->n);
    }
    return WICK_OK;
}

wick_status wick_calibration_fit(wick_ctx *ctx, const char *name, int64_t n, const double *score,
                                 const double *y, const double *w, int64_t min_rows,
                                 wick_calibration **out)
{
    int kind = NONE;
    if (out == NULL || n < 0) return wick_fail(ctx, WICK_E_ARG, "a calibration needs scores");
    wick_status st = find_kind(ctx, name != NULL ? name : "none", &kind);
    if (st < 0) return st;
    if (kind == NONE) return make(ctx, NONE, NULL, 0, out);
    if (score == NULL || y == NULL) return wick_fail(ctx, WICK_E_ARG, "scores and labels, please");
    double *room = wk_items(4 * n, sizeof *room);
    if (room == NULL) return wick_fail_mem(ctx);
    sample d = {.s = room, .y = room + n, .w = room + 2 * n};
    int64_t positives = 0;
    WICK_TRY(gather(ctx, n, score, y, w, &d, &positives));
    const int64_t least = min_rows > 0 ? min_rows : 1000;
    if (kind == ISOTONIC && d.n < least) {
        wick_log(ctx,
                 "%lld rows are too few for isotonic calibration (%lld): platt is used instead",
                 (long long)d.n, (long long)least);
        kind = PLATT;
    }
    st = kind == PLATT ? platt(ctx, &d, room + 3 * n, out) : isotonic(ctx, &d, out);
out:
    free(room);
    return st;
}

void wick_calibration_apply(const wick_calibration *c, int64_t n, const double *score, double *out)
{
    for (int64_t i = 0; i < n; i++) {
        const double s = score[i];
        if (isnan(s) || c->kind == NONE) {
            out[i] = s;
        } else if (c->kind == PLATT) {
            out[i] = wk_sigmoid(-(c->v[0] * s + c->v[1]));
        } else {
            out[i] = interpolate(c->v, c->n, s);
        }
    }
}

const char *wick_calibration_kind(const wick_calibration *c)
{
    return kinds[c->kind];
}

const double *wick_calibration_state(const wick_calibration *c, int64_t *n)
{
    if (n != NULL) *n = c->n;
    return c->v;
}

wick_calibration *wick_calibration_ref(wick_calibration *c)
{
    if (c != NULL) atomic_fetch_add(&c->refs, 1);
    return c;
}

void wick_calibration_unref(wick_calibration *c)
{
    if (c == NULL || atomic_fetch_sub(&c->refs, 1) > 1) return;
    free(c->v);
    free(c);
}

void wk_calibration_save(const wick_calibration *c, wick_json_writer *w)
{
    wick_jw_object(w);
    wick_jw_key(w, "kind");
    wick_jw_string(w, kinds[c->kind]);
    wk_json_write_doubles(w, "state", c->v, c->n);
    wick_jw_end(w);
}

wick_status wk_calibration_load(wick_ctx *ctx, const wick_json *j, wick_calibration **out)
{
    const char *name = wick_json_string(wick_json_get(j, "kind"));
    int kind = NONE;
    double *v = NULL;
    int64_t n = 0;
    wick_status st = find_kind(ctx, name != NULL ? name : "", &kind);
    if (st == WICK_OK) st = wk_json_read_doubles(ctx, j, "state", -1, &v, &n);
    if (st < 0) return st;
    bool good = kind == NONE ? n == 0 : kind == PLATT ? n == 2 : n >= 2 && n % 2 == 0;
    for (int64_t i = 0; i < n; i++) good = good && isfinite(v[i]);
    for (int64_t i = 2; good && kind == ISOTONIC && i < n; i += 2) good = v[i] > v[i - 2];
    if (!good) {
        free(v);
        return wick_fail(ctx, WICK_E_PARSE, "the numbers of calibration %s are not possible", name);
    }
    return make(ctx, kind, v, n, out);
}
