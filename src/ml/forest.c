/* SPDX-License-Identifier: MIT */
/* Reads the trees out of XGBoost's JSON model and predicts with them in XGBoost's own order and
 * precision (float sums, tree by tree). The text is walked once; no tree of JSON values is built,
 * since models of tens of megabytes are common. */
#include "ml/ml_int.h"

typedef struct node {
    float at;         /* threshold, or the value of a leaf */
    int32_t child[2]; /* left and right within the forest; a leaf is its own child */
    uint32_t feature; /* highest bit: missing goes left */
} node;

typedef struct tree {
    int32_t root, depth; /* steps from the root to the deepest leaf */
    int32_t group;       /* class it speaks for */
} tree;

#define MISSING_LEFT 0x80000000u

enum { IDENTITY, SIGMOID, SOFTMAX, EXPONENT };

struct wk_forest {
    int64_t n_nodes, cap_nodes, n_trees, cap_trees;
    node *nodes;
    tree *trees;
    int32_t groups, features, link;
    float base; /* margin every row starts from */
    double base_score;
};

/* ---- reading text ------------------------------------------------------------------------- */

typedef struct cursor {
    const char *at, *end;
    bool bad;
} cursor;

static void blanks(cursor *c)
{
    while (c->at < c->end &&
           (*c->at == ' ' || *c->at == '\n' || *c->at == '\r' || *c->at == '\t')) {
        c->at++;
    }
}

static bool take(cursor *c, char ch)
{
    blanks(c);
    if (c->at >= c->end || *c->at != ch) return false;
    c->at++;
    return true;
}

static void need(cursor *c, char ch)
{
    if (!take(c, ch)) c->bad = true;
}

/* A string without its quotes; escapes stay as they are. */
static const char *string(cursor *c, int64_t *n)
{
    need(c, '"');
    const char *from = c->at;
    while (c->at < c->end && *c->at != '"') c->at += *c->at == '\\' && c->at + 1 < c->end ? 2 : 1;
    *n = c->at - from;
    need(c, '"');
    return from;
}

static bool is(const char *s, int64_t n, const char *word)
{
    return (int64_t)strlen(word) == n && memcmp(s, word, (size_t)n) == 0;
}

/* Passes over a value of any kind. */
static void skip(cursor *c)
{
    int64_t depth = 0, n;
    do {
        blanks(c);
        if (c->at >= c->end) {
            c->bad = true;
        } else if (*c->at == '"') {
            string(c, &n);
        } else if (*c->at == '{' || *c->at == '[') {
            depth++;
            c->at++;
        } else if (*c->at == '}' || *c->at == ']') {
            depth--;
            c->at++;
        } else if (*c->at == ',' || *c->at == ':') {
            if (depth == 0) c->bad = true;
            c->at++;
        } else {
            while (c->at < c->end && strchr(",:]} \n\r\t\"{[", *c->at) == NULL) c->at++;
        }
    } while (depth > 0 && !c->bad);
}

/* for (open an object; a next key; ) : the caller takes or skips every value. */
static bool key(cursor *c, bool *first, const char **s, int64_t *n)
{
    if (c->bad || take(c, '}')) return false;
    if (!*first) need(c, ',');
    *first = false;
    *s = string(c, n);
    need(c, ':');
    return !c->bad;
}

static double number(cursor *c)
{
    double v = 0.0;
    blanks(c);
    const char *from = c->at;
    if (c->at < c->end && *c->at == '"') {
        int64_t n;
        from = string(c, &n);
        if (c->bad || !wick_parse_double(from, n, &v)) c->bad = true;
        return v;
    }
    while (c->at < c->end && strchr(",]} \n\r\t", *c->at) == NULL) c->at++;
    const int64_t n = c->at - from;
    if (is(from, n, "true") || is(from, n, "false")) return from[0] == 't' ? 1.0 : 0.0;
    if (!wick_parse_double(from, n, &v)) c->bad = true;
    return v;
}

/* An array of numbers appended to a growing list. */
typedef struct numbers {
    double *v;
    int64_t n, cap;
    bool failed;
} numbers;

static void read_numbers(cursor *c, numbers *out)
{
    out->n = 0;
    need(c, '[');
    if (take(c, ']')) return;
    do {
        if (out->n == out->cap) {
            const int64_t cap = out->cap > 0 ? 2 * out->cap : 64;
            double *v = realloc(out->v, (size_t)cap * sizeof *v);
            if (v == NULL) {
                out->failed = c->bad = true;
                return;
            }
            out->v = v;
            out->cap = cap;
        }
        out->v[out->n++] = number(c);
    } while (!c->bad && take(c, ','));
    need(c, ']');
}

/* ---- trees -------------------------------------------------------------------------------- */

enum { LEFT, RIGHT, CONDITION, FEATURE, DEFAULT, CATEGORIES, TYPES, PARTS };
static const char *const part_names[] = {"left_children", "right_children", "split_conditions",
                                         "split_indices", "default_left",   "categories_nodes",
                                         "split_type"};

typedef struct reader {
    cursor c;
    wk_forest *f;
    numbers part[PARTS], info;
    double num_class;
    bool tree_model, failed, unsupported;
} reader;

static bool grow(reader *r, int64_t nodes)
{
    wk_forest *f = r->f;
    if (f->n_trees == f->cap_trees) {
        const int64_t cap = f->cap_trees > 0 ? 2 * f->cap_trees : 64;
        tree *list = realloc(f->trees, (size_t)cap * sizeof *list);
        r->failed = list == NULL;
        if (list != NULL) f->trees = list;
        if (!r->failed) f->cap_trees = cap;
    }
    if (!r->failed && f->n_nodes + nodes > f->cap_nodes) {
        int64_t cap = f->cap_nodes > 0 ? f->cap_nodes : 256;
        while (cap < f->n_nodes + nodes) cap *= 2;
        node *list = cap < INT32_MAX ? realloc(f->nodes, (size_t)cap * sizeof *list) : NULL;
        r->failed = list == NULL;
        if (list != NULL) {
            f->nodes = list;
            f->cap_nodes = cap;
        }
    }
    return !r->failed;
}

static bool whole(double v, double lo, double hi)
{
    return v >= lo && v <= hi && v == floor(v);
}

/* Children must come after their node, as XGBoost writes them: then no path can run in a circle. */
static void add_tree(reader *r)
{
    const int64_t n = r->part[LEFT].n;
    wk_forest *f = r->f;
    for (int i = 0; i <= DEFAULT; i++) r->c.bad = r->c.bad || r->part[i].n != n || n == 0;
    r->unsupported = r->unsupported || r->part[CATEGORIES].n > 0;
    if (r->c.bad || r->unsupported || !grow(r, n)) return;
    const int64_t base = f->n_nodes;
    tree t = {.root = (int32_t)base};
    /* Until a node is read its `feature` keeps the steps to it. */
    for (int64_t i = 0; i < n; i++) f->nodes[base + i].feature = 0;
    for (int64_t i = 0; i < n; i++) {
        const double left = r->part[LEFT].v[i], right = r->part[RIGHT].v[i];
        const double feature = r->part[FEATURE].v[i];
        node *k = &f->nodes[base + i];
        const uint32_t steps = k->feature;
        k->at = (float)r->part[CONDITION].v[i];
        k->child[0] = k->child[1] = (int32_t)(base + i);
        k->feature = 0;
        if ((int32_t)steps > t.depth) t.depth = (int32_t)steps;
        if (left == -1.0) continue;
        if (!whole(left, (double)i + 1.0, (double)n - 1.0) ||
            !whole(right, (double)i + 1.0, (double)n - 1.0) || !whole(feature, 0.0, 1e9)) {
            r->c.bad = true;
            return;
        }
        k->child[0] = (int32_t)(base + (int64_t)left);
        k->child[1] = (int32_t)(base + (int64_t)right);
        for (int c = 0; c < 2; c++) {
            uint32_t *to = &f->nodes[k->child[c]].feature;
            if (steps + 1 > *to) *to = steps + 1;
        }
        k->feature = (uint32_t)feature | (r->part[DEFAULT].v[i] != 0.0 ? MISSING_LEFT : 0u);
    }
    f->n_nodes += n;
    f->trees[f->n_trees++] = t;
}

static void read_tree(reader *r)
{
    const char *s;
    int64_t n;
    bool first = true;
    for (int i = 0; i < PARTS; i++) r->part[i].n = 0;
    need(&r->c, '{');
    while (key(&r->c, &first, &s, &n)) {
        int i = 0;
        while (i < PARTS && !is(s, n, part_names[i])) i++;
        if (i < PARTS) {
            read_numbers(&r->c, &r->part[i]);
            r->failed = r->failed || r->part[i].failed;
        } else {
            skip(&r->c);
        }
    }
    if (!r->c.bad) add_tree(r);
}

static void read_trees(reader *r)
{
    need(&r->c, '[');
    if (take(&r->c, ']')) return;
    do {
        read_tree(r);
    } while (!r->c.bad && !r->failed && !r->unsupported && take(&r->c, ','));
    if (!r->failed && !r->unsupported) need(&r->c, ']');
}

/* One level of the model: what is wanted is taken or entered, the rest skipped. */
static void read_object(reader *r, int depth)
{
    const char *s;
    int64_t n;
    bool first = true;
    need(&r->c, '{');
    while (!r->failed && !r->unsupported && key(&r->c, &first, &s, &n)) {
        if (is(s, n, "learner") || is(s, n, "gradient_booster") || is(s, n, "model") ||
            is(s, n, "learner_model_param") || is(s, n, "objective")) {
            if (depth < 8) {
                read_object(r, depth + 1);
            } else {
                r->c.bad = true;
            }
        } else if (is(s, n, "trees")) {
            r->tree_model = true;
            read_trees(r);
        } else if (is(s, n, "tree_info")) {
            read_numbers(&r->c, &r->info);
            r->failed = r->failed || r->info.failed;
        } else if (is(s, n, "base_score")) {
            r->f->base_score = number(&r->c);
        } else if (is(s, n, "num_class")) {
            r->num_class = number(&r->c);
        } else if (is(s, n, "num_feature")) {
            r->f->features = (int32_t)fmin(fmax(number(&r->c), 0.0), 1e9);
        } else if (is(s, n, "name")) {
            int64_t k = 0;
            const char *name = string(&r->c, &k);
            if (is(name, k, "binary:logistic")) r->f->link = SIGMOID;
            if (is(name, k, "multi:softprob")) r->f->link = SOFTMAX;
            if (is(name, k, "count:poisson")) r->f->link = EXPONENT;
        } else {
            skip(&r->c);
        }
    }
}

static void finish(reader *r)
{
    wk_forest *f = r->f;
    f->groups = r->num_class > 1.0 && r->num_class <= 64.0 ? (int32_t)r->num_class : 1;
    r->c.bad = r->c.bad || !r->tree_model || r->info.n != f->n_trees || f->features < 1;
    for (int64_t t = 0; !r->c.bad && t < f->n_trees; t++) {
        r->c.bad = !whole(r->info.v[t], 0.0, f->groups - 1.0);
        if (!r->c.bad) f->trees[t].group = (int32_t)r->info.v[t];
    }
    for (int64_t i = 0; !r->c.bad && i < f->n_nodes; i++) {
        const uint32_t feature = f->nodes[i].feature & ~MISSING_LEFT;
        r->c.bad = feature >= (uint32_t)f->features;
    }
    const float score = (float)f->base_score;
    f->base = f->link == SIGMOID    ? -logf(1.0f / score - 1.0f)
              : f->link == EXPONENT ? logf(score)
                                    : score;
}

wick_status wk_forest_parse(wick_ctx *ctx, const char *text, int64_t n, wk_forest **out)
{
    wk_forest *f = calloc(1, sizeof *f);
    if (f == NULL) return wick_fail_mem(ctx);
    f->base_score = 0.5;
    reader r = {.c = {.at = text, .end = text + n}, .f = f};
    read_object(&r, 0);
    if (!r.failed && !r.unsupported) finish(&r);
    for (int i = 0; i < PARTS; i++) free(r.part[i].v);
    free(r.info.v);
    if (!r.failed && !r.unsupported && !r.c.bad) {
        *out = f;
        return WICK_OK;
    }
    wk_forest_free(f);
    if (r.failed) return wick_fail_mem(ctx);
    if (r.unsupported) {
        return wick_fail(ctx, WICK_E_UNSUPPORTED, "XGBoost trees with categorical splits");
    }
    return wick_fail(ctx, WICK_E_PARSE, "not a tree model of XGBoost (JSON, byte %lld)",
                     (long long)(r.c.at - text));
}

void wk_forest_free(wk_forest *f)
{
    if (f == NULL) return;
    free(f->nodes);
    free(f->trees);
    free(f);
}

int32_t wk_forest_groups(const wk_forest *f)
{
    return f->groups;
}

int32_t wk_forest_features(const wk_forest *f)
{
    return f->features;
}

/* ---- predicting --------------------------------------------------------------------------- */

static float leaf(const wk_forest *f, const tree *t, const float *row)
{
    int32_t at = t->root, next = at;
    do {
        at = next;
        const node *k = &f->nodes[at];
        const float v = row[k->feature & ~MISSING_LEFT];
        const bool left = isnan(v) ? (k->feature & MISSING_LEFT) != 0 : v < k->at;
        next = k->child[left ? 0 : 1];
    } while (next != at);
    return f->nodes[at].at;
}

/* Rows go down a tree side by side, so that one waits for memory while the others step; a row that
 * has arrived stays where it is. */
enum { SIDE_BY_SIDE = 16 };

static void descend(const wk_forest *f, const tree *t, const float *row, int64_t p, int64_t n,
                    float *sum, int64_t stride)
{
    int32_t at[SIDE_BY_SIDE];
    for (int64_t i = 0; i < n; i++) at[i] = t->root;
    for (int32_t d = 0; d < t->depth; d++) {
        for (int64_t i = 0; i < n; i++) {
            const node *k = &f->nodes[at[i]];
            const float v = row[i * p + (int64_t)(k->feature & ~MISSING_LEFT)];
            const int missing_right = isnan(v) & ((k->feature & MISSING_LEFT) == 0);
            at[i] = k->child[(v >= k->at) | missing_right];
        }
    }
    for (int64_t i = 0; i < n; i++) sum[i * stride + t->group] += f->nodes[at[i]].at;
}

static double linked(int32_t link, float v)
{
    if (link == SIGMOID) {
        /* In floats and with XGBoost's guard against overflow. */
        const float x = -v < 88.7f ? -v : 88.7f;
        return (double)(1.0f / (expf(x) + 1.0f + 1e-16f));
    }
    return link == EXPONENT ? (double)expf(v) : (double)v;
}

static void softmax(const float *v, int32_t k, double *out)
{
    float top = v[0];
    double sum = 0.0;
    for (int32_t g = 1; g < k; g++) top = v[g] > top ? v[g] : top;
    for (int32_t g = 0; g < k; g++) {
        const float e = expf(v[g] - top);
        out[g] = (double)e;
        sum += (double)e;
    }
    for (int32_t g = 0; g < k; g++) out[g] = (double)((float)out[g] / (float)sum);
}

wick_status wk_forest_predict(wick_ctx *ctx, const wk_forest *f, const wick_matrix *x,
                              const int32_t *rows, int64_t n, bool margin, double *out)
{
    enum { BLOCK = 64 };
    const int64_t p = x->p, k = f->groups;
    float *row = wk_items(BLOCK * (p + k), sizeof *row), *sum = row + BLOCK * p;
    if (row == NULL) return wick_fail_mem(ctx);
    for (int64_t from = 0; from < n; from += BLOCK) {
        const int64_t m = n - from < BLOCK ? n - from : BLOCK;
        for (int64_t j = 0; j < p; j++) {
            const double *v = x->columns[j]->v;
            for (int64_t i = 0; i < m; i++) row[i * p + j] = (float)v[wk_row(rows, from + i)];
        }
        for (int64_t i = 0; i < m * k; i++) sum[i] = f->base;
        for (int64_t t = 0; t < f->n_trees && m == 1; t++) {
            sum[f->trees[t].group] += leaf(f, &f->trees[t], row);
        }
        for (int64_t t = 0; t < f->n_trees && m > 1; t++) {
            for (int64_t i = 0; i < m; i += SIDE_BY_SIDE) {
                const int64_t w = m - i < SIDE_BY_SIDE ? m - i : SIDE_BY_SIDE;
                descend(f, &f->trees[t], row + i * p, p, w, sum + i * k, k);
            }
        }
        for (int64_t i = 0; i < m; i++) {
            double *to = out + (from + i) * k;
            if (!margin && f->link == SOFTMAX) {
                softmax(sum + i * k, f->groups, to);
                continue;
            }
            for (int64_t g = 0; g < k; g++) {
                to[g] = margin ? (double)sum[i * k + g] : linked(f->link, sum[i * k + g]);
            }
        }
    }
    free(row);
    return WICK_OK;
}
