/* SPDX-License-Identifier: MIT */
/* A small neural net: one or two hidden layers, Adam, early stopping on the end of the training
 * rows. One thread and one order of sums, so that a seed gives one net. */
#include "ml/ml_int.h"

enum { HIDDEN1, HIDDEN2, ACTIVATION, OBJECTIVE, EPOCHS, BATCH, RATE, DECAY, PATIENCE, VALID };

typedef struct net {
    int layers;        /* weight layers: hidden ones and the output */
    int64_t size[4];   /* inputs, hidden ..., 1 */
    int64_t offset[4]; /* of each layer's weights; biases behind them; the last is the total */
    bool tanh_units, logistic;
} net;

static net shape(const wick_model *m)
{
    net s = {.tanh_units = wk_p(m, ACTIVATION) == 1.0, .logistic = wk_p(m, OBJECTIVE) == 0.0};
    int k = 0;
    s.size[k++] = m->n_features;
    s.size[k++] = (int64_t)wk_p(m, HIDDEN1);
    if (wk_p(m, HIDDEN2) > 0.0) s.size[k++] = (int64_t)wk_p(m, HIDDEN2);
    s.size[k] = 1;
    s.layers = k;
    for (int l = 0; l < s.layers; l++) {
        s.offset[l + 1] = s.offset[l] + (s.size[l] + 1) * s.size[l + 1];
    }
    return s;
}

static int64_t units(const net *s)
{
    int64_t n = 0;
    for (int l = 0; l <= s->layers; l++) n += s->size[l];
    return n;
}

/* `a` holds the activations of all layers, the inputs first; returns the output before its link. */
static double forward(const net *s, const double *w, double *a)
{
    for (int l = 0; l < s->layers; l++) {
        const double *in = a;
        const double *weight = w + s->offset[l], *bias = weight + s->size[l] * s->size[l + 1];
        a += s->size[l];
        for (int64_t o = 0; o < s->size[l + 1]; o++) {
            double z = bias[o];
            for (int64_t i = 0; i < s->size[l]; i++) z += weight[o * s->size[l] + i] * in[i];
            a[o] = l + 1 == s->layers ? z : s->tanh_units ? tanh(z) : z > 0.0 ? z : 0.0;
        }
    }
    return a[0];
}

/* Adds the gradient of one row to g; `d` is scratch of the size of `a`. */
static void backward(const net *s, const double *w, const double *a, double slope, double *d,
                     double *g)
{
    const int64_t total = units(s);
    int64_t at = total - 1;
    d[at] = slope;
    for (int l = s->layers - 1; l >= 0; l--) {
        const int64_t from = at - s->size[l];
        const double *weight = w + s->offset[l];
        double *gw = g + s->offset[l], *gb = gw + s->size[l] * s->size[l + 1];
        for (int64_t i = 0; i < s->size[l]; i++) d[from + i] = 0.0;
        for (int64_t o = 0; o < s->size[l + 1]; o++) {
            const double e = d[at + o];
            gb[o] += e;
            for (int64_t i = 0; i < s->size[l]; i++) {
                gw[o * s->size[l] + i] += e * a[from + i];
                d[from + i] += e * weight[o * s->size[l] + i];
            }
        }
        for (int64_t i = 0; i < s->size[l] && l > 0; i++) {
            const double v = a[from + i];
            d[from + i] *= s->tanh_units ? 1.0 - v * v : v > 0.0 ? 1.0 : 0.0;
        }
        at = from;
    }
}

static double loss(const net *s, double z, double y)
{
    return s->logistic ? wk_log1p_exp(z) - y * z : 0.5 * (z - y) * (z - y);
}

/* What training holds on to. */
typedef struct trainer {
    const wick_fit_in *in;
    net s;
    int64_t n_w;
    double *w, *best, *g, *m1, *m2, *a, *d;
    int32_t *order;
    int64_t steps;
} trainer;

static void load_row(const trainer *t, int32_t r)
{
    for (int32_t j = 0; j < t->in->x->p; j++) t->a[j] = t->in->x->columns[j]->v[r];
}

static double weight_of(const trainer *t, int32_t r)
{
    return t->in->w != NULL ? t->in->w[r] : 1.0;
}

static double mean_loss(const trainer *t, const int32_t *rows, int64_t n)
{
    wick_sum sum = {0}, total = {0};
    for (int64_t i = 0; i < n; i++) {
        load_row(t, rows[i]);
        const double w = weight_of(t, rows[i]);
        wick_sum_add(&sum, w * loss(&t->s, forward(&t->s, t->w, t->a), t->in->y[rows[i]]));
        wick_sum_add(&total, w);
    }
    return wick_sum_get(&sum) / wick_sum_get(&total);
}

/* Adam (Kingma and Ba 2015) with weight decay on weights and biases alike. */
static void step(trainer *t, double total, double rate, double decay)
{
    t->steps++;
    const double c1 = 1.0 - pow(0.9, (double)t->steps), c2 = 1.0 - pow(0.999, (double)t->steps);
    for (int64_t k = 0; k < t->n_w; k++) {
        const double g = t->g[k] / total + decay * t->w[k];
        t->m1[k] = 0.9 * t->m1[k] + 0.1 * g;
        t->m2[k] = 0.999 * t->m2[k] + 0.001 * g * g;
        t->w[k] -= rate * (t->m1[k] / c1) / (sqrt(t->m2[k] / c2) + 1e-8);
    }
}

static void epoch(trainer *t, const wick_model *m, int64_t n, wick_pcg *pcg)
{
    const int64_t batch = (int64_t)wk_p(m, BATCH);
    for (int64_t i = n - 1; i > 0; i--) {
        const int64_t k = (int64_t)wick_pcg_below(pcg, (uint64_t)i + 1);
        const int32_t swap = t->order[i];
        t->order[i] = t->order[k];
        t->order[k] = swap;
    }
    for (int64_t from = 0; from < n; from += batch) {
        const int64_t to = from + batch < n ? from + batch : n;
        double total = 0.0;
        memset(t->g, 0, (size_t)t->n_w * sizeof *t->g);
        for (int64_t i = from; i < to; i++) {
            const int32_t r = t->order[i];
            const double w = weight_of(t, r), y = t->in->y[r];
            load_row(t, r);
            const double z = forward(&t->s, t->w, t->a);
            backward(&t->s, t->w, t->a, w * ((t->s.logistic ? wk_sigmoid(z) : z) - y), t->d, t->g);
            total += w;
        }
        step(t, total, wk_p(m, RATE), wk_p(m, DECAY));
    }
}

static void start(trainer *t, wick_pcg *pcg)
{
    for (int l = 0; l < t->s.layers; l++) {
        const int64_t in = t->s.size[l], out = t->s.size[l + 1];
        double *w = t->w + t->s.offset[l];
        const double scale = sqrt((t->s.tanh_units ? 1.0 : 2.0) / (double)in);
        for (int64_t k = 0; k < in * out; k++) w[k] = scale * wick_pcg_normal(pcg);
        for (int64_t k = 0; k < out; k++) w[in * out + k] = 0.0;
    }
}

static wick_status train(wick_ctx *ctx, trainer *t, wick_model *m, const int32_t *valid, int64_t n,
                         int64_t n_valid)
{
    wick_pcg pcg = wick_pcg_key(m->seed, "model mlp", 0, 0);
    const int64_t epochs = (int64_t)wk_p(m, EPOCHS), patience = (int64_t)wk_p(m, PATIENCE);
    start(t, &pcg);
    int64_t best = -1, e = 0;
    double lowest = (double)INFINITY;
    for (; e < epochs && (best < 0 || e - best <= patience || patience == 0); e++) {
        if (wick_interrupted()) return wick_fail(ctx, WICK_E_CANCELLED, "interrupted");
        epoch(t, m, n, &pcg);
        const double v = patience > 0 ? mean_loss(t, valid, n_valid) : 0.0;
        if (!isfinite(v) || !isfinite(t->w[0])) {
            return wick_fail(ctx, WICK_E_DATA,
                             "the net grew without limit; scale the features "
                             "(standard) or lower learning_rate");
        }
        if (patience == 0 || v < lowest) {
            lowest = v;
            best = e;
            memcpy(t->best, t->w, (size_t)t->n_w * sizeof *t->w);
        }
    }
    m->rounds_built = (double)e;
    if (patience > 0) {
        m->best_iteration = (double)best;
        m->best_score = lowest;
    }
    return WICK_OK;
}

static wick_status fit(wick_ctx *ctx, wick_model *m, const wick_fit_in *in)
{
    trainer t = {.in = in, .s = shape(m)};
    int32_t *valid = NULL, *fit_rows = NULL;
    int64_t n = in->n_rows, n_valid = 0;
    wick_status st = WICK_OK;
    if (t.s.logistic) WICK_TRY(wk_check_classes(ctx, m, in, false));
    t.n_w = t.s.offset[t.s.layers];
    if (t.n_w > 200000) {
        return wick_fail(ctx, WICK_E_ARG, "a net of %lld weights; at most 200000",
                         (long long)t.n_w);
    }
    if (wk_p(m, PATIENCE) > 0.0) {
        WICK_TRY(wk_split_tail(ctx, in, wk_p(m, VALID), &fit_rows, &n, &valid, &n_valid));
        if (n == 0 || n_valid == 0) {
            st = wick_fail(ctx, WICK_E_DATA, "no rows for early stopping; set patience to 0");
            goto out;
        }
    }
    t.w = wk_zero_items(5 * t.n_w, sizeof *t.w);
    t.a = wk_zero_items(2 * units(&t.s), sizeof *t.a);
    t.order = wk_items(n, sizeof *t.order);
    if (t.w == NULL || t.a == NULL || t.order == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    t.best = t.w + t.n_w;
    t.g = t.best + t.n_w;
    t.m1 = t.g + t.n_w;
    t.m2 = t.m1 + t.n_w;
    t.d = t.a + units(&t.s);
    memcpy(t.order, fit_rows != NULL ? fit_rows : in->rows, (size_t)n * sizeof *t.order);
    WICK_TRY(train(ctx, &t, m, valid, n, n_valid));
    double *state = wk_items(t.n_w, sizeof *state);
    if (state == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    memcpy(state, t.best, (size_t)t.n_w * sizeof *state);
    m->state = state;
out:
    free(t.w);
    free(t.a);
    free(t.order);
    free(valid);
    free(fit_rows);
    return st;
}

static wick_status predict(wick_ctx *ctx, const wick_model *m, const wick_matrix *x,
                           const int32_t *rows, int64_t n, bool margin, double *out)
{
    const net s = shape(m);
    double *a = wk_items(units(&s), sizeof *a);
    if (a == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) {
        for (int32_t j = 0; j < x->p; j++) a[j] = x->columns[j]->v[wk_row(rows, i)];
        const double z = forward(&s, m->state, a);
        out[i] = s.logistic && !margin ? wk_sigmoid(z) : z;
    }
    free(a);
    return WICK_OK;
}

static void save(const wick_model *m, wick_json_writer *w)
{
    const net s = shape(m);
    wk_json_write_doubles(w, NULL, m->state, s.offset[s.layers]);
}

static wick_status load(wick_ctx *ctx, wick_model *m, const wick_json *j)
{
    const net s = shape(m);
    double *v = NULL;
    const wick_status st = wk_json_read_doubles(ctx, j, NULL, s.offset[s.layers], &v, NULL);
    m->state = v;
    return st;
}

static const char *const activations[] = {"relu", "tanh", NULL};
static const char *const objectives[] = {"logistic", "squares", NULL};

const wick_model_spec wick_model_mlp = {
    .name = "mlp",
    .title = "small neural net",
    .formula =
        "one or two hidden layers, Adam on log loss or squares, weight decay, early stopping",
    .source = "Kingma and Ba 2015; He et al. 2015 for the start",
    .flags = WICK_MODEL_CLASSES | WICK_MODEL_REGRESSION,
    .param = {{.name = "hidden1", .kind = WICK_ML_INT, .def = 16, .lo = 1, .hi = 1000},
              {.name = "hidden2", .kind = WICK_ML_INT, .def = 0, .lo = 0, .hi = 1000},
              {.name = "activation", .kind = WICK_ML_CHOICE, .choice = activations},
              {.name = "objective", .kind = WICK_ML_CHOICE, .choice = objectives},
              {.name = "epochs", .kind = WICK_ML_INT, .def = 200, .lo = 1, .hi = 100000},
              {.name = "batch", .kind = WICK_ML_INT, .def = 256, .lo = 1, .hi = 1000000},
              {.name = "learning_rate", .def = 0.001, .lo = 1e-8, .hi = 1},
              {.name = "weight_decay", .def = 1e-4, .lo = 0, .hi = 10},
              {.name = "patience",
               .kind = WICK_ML_INT,
               .def = 20,
               .lo = 0,
               .hi = 100000,
               .doc = "epochs without improvement before it ends; 0: all epochs"},
              {.name = "valid_fraction", .def = 0.2, .lo = 0.01, .hi = 0.9}},
    .fit = fit,
    .predict = predict,
    .save = save,
    .load = load,
    .free = free,
};
