/* SPDX-License-Identifier: MIT */
/* Distributions: checks, the continuous coordinate samplers work in, and the way back. */
#include <stdlib.h>
#include <string.h>

#include "opt/opt_int.h"

static const double EXACT = 9007199254740992.0; /* 2^53 */

/* value = digits * 10^exp10 from the shortest text; false when it does not fit. */
static bool decimal(double v, int64_t *digits, int *exp10)
{
    char text[WICK_DOUBLE_TEXT];
    wick_format_double(text, fabs(v));
    int64_t d = 0;
    int e = 0, after = 0;
    const char *p = text;
    for (; *p != '\0' && *p != 'e' && *p != 'E'; p++) {
        if (*p == '.') {
            after = 1;
            continue;
        }
        if (*p < '0' || *p > '9' || d > (INT64_MAX - 9) / 10) return false;
        d = d * 10 + (*p - '0');
        if (after) e--;
    }
    if (*p != '\0') e += atoi(p + 1);
    while (d != 0 && d % 10 == 0) {
        d /= 10;
        e++;
    }
    *digits = v < 0.0 ? -d : d;
    *exp10 = d == 0 ? 0 : e;
    return true;
}

static bool scale_to(int64_t *digits, int from, int to)
{
    for (; from > to; from--) {
        if (*digits > INT64_MAX / 10 || *digits < INT64_MIN / 10) return false;
        *digits *= 10;
    }
    return true;
}

/* The last grid point at or below `high`, in the arithmetic of the numbers' decimal texts: 0.1 to
 * 0.7 in steps of 0.1 must end at 0.7. When the texts are too long for 64 bits, in doubles. */
static double last_grid_point(double low, double high, double step)
{
    int64_t l, h, s;
    int el, eh, es;
    if (decimal(low, &l, &el) && decimal(high, &h, &eh) && decimal(step, &s, &es)) {
        int e = el < eh ? el : eh;
        e = es < e ? es : e;
        if (scale_to(&l, el, e) && scale_to(&h, eh, e) && scale_to(&s, es, e) &&
            (l >= 0 || h < INT64_MAX + l)) {
            const int64_t r = h - l;
            if (r % s == 0) return high;
            const int64_t last = r / s * s + l;
            char text[64];
            const int n = snprintf(text, sizeof text, "%llde%d", (long long)last, e);
            double v;
            if (wick_parse_double(text, n, &v)) return v;
        }
    }
    return low + floor((high - low) / step * (1.0 + 1e-15)) * step;
}

wick_status wick_dist_float(wick_ctx *ctx, double low, double high, double step, bool log,
                            wick_dist *out)
{
    if (!isfinite(low) || !isfinite(high) || !(low <= high))
        return wick_fail(ctx, WICK_E_ARG, "range %g to %g: low must not be above high", low, high);
    if (log && !(low > 0.0))
        return wick_fail(ctx, WICK_E_ARG, "range %g to %g: log needs a low above 0", low, high);
    if (!isfinite(step) || step < 0.0)
        return wick_fail(ctx, WICK_E_ARG, "step %g: must be above 0, or 0 for none", step);
    if (log && step > 0.0)
        return wick_fail(ctx, WICK_E_ARG, "step %g: log and step exclude each other", step);
    *out = (wick_dist){.kind = WICK_DIST_FLOAT, .log = log, .low = low, .high = high, .step = step};
    if (step > 0.0) out->high = last_grid_point(low, high, step);
    return WICK_OK;
}

wick_status wick_dist_int(wick_ctx *ctx, int64_t low, int64_t high, int64_t step, bool log,
                          wick_dist *out)
{
    const double l = (double)low, h = (double)high;
    if (low > high || l < -EXACT || h > EXACT)
        return wick_fail(ctx, WICK_E_ARG,
                         "range %lld to %lld: low must not be above high, both within 2^53",
                         (long long)low, (long long)high);
    if (step < 0)
        return wick_fail(ctx, WICK_E_ARG, "step %lld: must be at least 1", (long long)step);
    if (step == 0) step = 1;
    if (log && low < 1)
        return wick_fail(ctx, WICK_E_ARG, "range %lld to %lld: log needs a low of at least 1",
                         (long long)low, (long long)high);
    if (log && step != 1)
        return wick_fail(ctx, WICK_E_ARG, "step %lld: log needs a step of 1", (long long)step);
    *out = (wick_dist){.kind = WICK_DIST_INT, .log = log, .low = l, .step = (double)step};
    out->high = (double)(low + (high - low) / step * step);
    return WICK_OK;
}

wick_status wick_dist_categorical(wick_ctx *ctx, const wick_choice *choices, int64_t n,
                                  wick_dist *out)
{
    if (n < 1 || choices == NULL) return wick_fail(ctx, WICK_E_ARG, "no choices given");
    for (int64_t i = 0; i < n; i++) {
        const wick_choice *c = &choices[i];
        if (c->kind < WICK_CHOICE_NULL || c->kind > WICK_CHOICE_STRING ||
            (c->kind == WICK_CHOICE_STRING && c->s == NULL))
            return wick_fail(ctx, WICK_E_ARG, "choice %lld: not a null, boolean, number or text",
                             (long long)i + 1);
        for (int64_t k = 0; k < i; k++)
            if (wk_choice_equal(c, &choices[k]))
                return wick_fail(ctx, WICK_E_ARG, "choice %lld equals choice %lld",
                                 (long long)i + 1, (long long)k + 1);
    }
    *out = (wick_dist){.kind = WICK_DIST_CATEGORICAL, .choices = choices, .n_choices = n};
    return WICK_OK;
}

/* Python's equality, as the schema shared with Optuna has it: true is 1 and 1 is 1.0. */
bool wk_choice_equal(const wick_choice *a, const wick_choice *b)
{
    if (a->kind == WICK_CHOICE_NULL || b->kind == WICK_CHOICE_NULL) return a->kind == b->kind;
    if (a->kind == WICK_CHOICE_STRING || b->kind == WICK_CHOICE_STRING)
        return a->kind == b->kind && strcmp(a->s, b->s) == 0;
    const double x = a->kind == WICK_CHOICE_FLOAT ? a->d : (double)a->i;
    const double y = b->kind == WICK_CHOICE_FLOAT ? b->d : (double)b->i;
    return x == y || (isnan(x) && isnan(y));
}

bool wick_dist_equal(const wick_dist *a, const wick_dist *b)
{
    if (a->kind != b->kind) return false;
    if (a->kind != WICK_DIST_CATEGORICAL)
        return a->log == b->log && a->low == b->low && a->high == b->high && a->step == b->step;
    return wk_dist_compatible(a, b);
}

bool wk_dist_compatible(const wick_dist *a, const wick_dist *b)
{
    if (a->kind != b->kind) return false;
    if (a->kind != WICK_DIST_CATEGORICAL) return a->log == b->log;
    if (a->n_choices != b->n_choices) return false;
    for (int64_t i = 0; i < a->n_choices; i++)
        if (a->choices[i].kind != b->choices[i].kind ||
            !wk_choice_equal(&a->choices[i], &b->choices[i]))
            return false;
    return true;
}

bool wick_dist_single(const wick_dist *d)
{
    if (d->kind == WICK_DIST_CATEGORICAL) return d->n_choices == 1;
    return d->low == d->high || (d->step > 0.0 && d->high - d->low < d->step);
}

bool wick_dist_contains(const wick_dist *d, double value)
{
    if (d->kind == WICK_DIST_CATEGORICAL)
        return value >= 0.0 && value < (double)d->n_choices && value == floor(value);
    if (!(value >= d->low && value <= d->high)) return false;
    if (d->step == 0.0) return true;
    const double k = (value - d->low) / d->step;
    return fabs(k - rint(k)) < 1e-8;
}

int64_t wick_dist_count(const wick_dist *d)
{
    if (d->kind == WICK_DIST_CATEGORICAL) return d->n_choices;
    if (d->step == 0.0) return d->low == d->high ? 1 : -1;
    const double n = floor((d->high - d->low) / d->step + 0.5) + 1.0;
    return n < EXACT ? (int64_t)n : -1;
}

void wk_domain(const wick_dist *d, double *low, double *high)
{
    double l = d->low - 0.5 * d->step, h = d->high + 0.5 * d->step;
    if (d->kind == WICK_DIST_CATEGORICAL) {
        l = 0.0;
        h = (double)d->n_choices;
    } else if (d->log) {
        l = log(l);
        h = log(h);
    }
    *low = l;
    *high = h;
}

double wk_to_domain(const wick_dist *d, double value)
{
    return d->log ? log(value) : value;
}

static double clip(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

double wk_from_domain(const wick_dist *d, double x)
{
    if (d->kind == WICK_DIST_CATEGORICAL) return clip(floor(x), 0.0, (double)d->n_choices - 1.0);
    if (d->kind == WICK_DIST_FLOAT) {
        if (d->step > 0.0)
            return clip(rint((x - d->low) / d->step) * d->step + d->low, d->low, d->high);
        const double v = d->log ? exp(x) : x, top = nextafter(d->high, d->high - 1.0);
        return d->low == d->high ? d->low : v < d->low ? d->low : v < top ? v : top;
    }
    if (d->log) return clip(rint(exp(x)), d->low, d->high);
    return clip(floor((x - d->low) / d->step + 0.5) * d->step + d->low, d->low, d->high);
}

double wk_from_unit(const wick_dist *d, double u)
{
    double low, high;
    wk_domain(d, &low, &high);
    return wk_from_domain(d, low + (high - low) * u);
}

double wk_to_unit(const wick_dist *d, double value)
{
    double low, high;
    wk_domain(d, &low, &high);
    if (!(high > low)) return 0.5;
    if (d->kind == WICK_DIST_CATEGORICAL) return (value + 0.5) / high;
    return (wk_to_domain(d, value) - low) / (high - low);
}

double wk_random_value(wk_rng *g, const wick_dist *d)
{
    if (d->kind == WICK_DIST_CATEGORICAL) {
        double most = -1.0, at = 0.0;
        for (int64_t i = 0; i < d->n_choices; i++) {
            const double u = wk_uniform(g);
            if (u > most) {
                most = u;
                at = (double)i;
            }
        }
        return at;
    }
    return wk_from_unit(d, wk_uniform(g));
}

bool wk_is_close(double a, double b)
{
    if (a == b || (isnan(a) && isnan(b))) return true;
    return fabs(a - b) <= 1e-8 + 1e-5 * fabs(b);
}

/* A float keeps a point or an exponent, so that it is read back as one (1.0, 1e-05). */
static void add_float(wick_buf *b, double v)
{
    char text[WICK_DOUBLE_TEXT];
    wick_format_double(text, v);
    wick_buf_add(b, text, -1);
    if (strpbrk(text, ".eEni") == NULL) wick_buf_add(b, ".0", 2);
}

void wk_choice_json(wick_buf *b, const wick_choice *c)
{
    switch (c->kind) {
    case WICK_CHOICE_BOOL: wick_buf_add(b, c->i != 0 ? "true" : "false", -1); break;
    case WICK_CHOICE_INT: wick_buf_add_int(b, c->i); break;
    case WICK_CHOICE_FLOAT: add_float(b, c->d); break;
    case WICK_CHOICE_STRING: {
        wick_json_writer w;
        wick_jw_begin(&w, b, 0);
        wick_jw_string(&w, c->s);
        break;
    }
    default: wick_buf_add(b, "null", 4); break;
    }
}

wick_status wk_choice_read(wick_ctx *ctx, wick_arena *a, const char *name, const wick_json *j,
                           wick_choice *out)
{
    *out = (wick_choice){.kind = WICK_CHOICE_NULL};
    switch (wick_json_kind(j)) {
    case WICK_JSON_NULL: return WICK_OK;
    case WICK_JSON_BOOL:
        out->kind = WICK_CHOICE_BOOL;
        out->i = wick_json_bool(j);
        return WICK_OK;
    case WICK_JSON_NUMBER:
        /* JSON has one kind of number; comparisons of choices do not mind. */
        out->kind = WICK_CHOICE_FLOAT;
        out->d = wick_json_number(j);
        return WICK_OK;
    case WICK_JSON_STRING:
        out->kind = WICK_CHOICE_STRING;
        out->s = wick_arena_strdup(a, wick_json_string(j));
        return out->s == NULL ? wick_fail_mem(ctx) : WICK_OK;
    default:
        return wick_fail(ctx, WICK_E_ARG,
                         "a value of '%s' is neither a number, text, boolean nor null", name);
    }
}

void wk_value_json(wick_buf *b, const wick_dist *d, double value)
{
    if (d->kind == WICK_DIST_CATEGORICAL) {
        wk_choice_json(b, &d->choices[(int64_t)value]);
    } else if (d->kind == WICK_DIST_INT) {
        wick_buf_add_int(b, (int64_t)value);
    } else {
        add_float(b, value);
    }
}
