/* SPDX-License-Identifier: MIT */
/* A bundle as one JSON file: {"wick": {...}} and, behind it in the same object, the keys of an
 * XGBoost model when there is one, whose readers pass over what they do not know. The hash covers
 * every byte of the file, its own 64 digits counted as zeros. */
#include "ml/bundle.h"

static const char head[] = "{\"wick\":{\"format\":\"wick-model\",\"format_version\":";
static const char version_and_hash[] = "1,\"sha256\":\"";
enum { HASH = 64, HASH_AT = sizeof head - 1 + sizeof version_and_hash - 1 };

/* ---- writing ------------------------------------------------------------------------------ */

static void write_scores(wick_json_writer *w, const wick_class_scores *s)
{
    const double v[] = {(double)s->n, (double)s->positives,
                        s->auc,       s->average_precision,
                        s->log_loss,  s->brier,
                        s->ece,       s->base_log_loss,
                        s->accuracy,  s->balanced_accuracy,
                        s->precision, s->recall,
                        s->f1,        s->mcc,
                        s->tn,        s->fp,
                        s->fn,        s->tp};
    static const char *const names[] = {"n",         "positives",
                                        "auc",       "average_precision",
                                        "log_loss",  "brier",
                                        "ece",       "base_log_loss",
                                        "accuracy",  "balanced_accuracy",
                                        "precision", "recall",
                                        "f1",        "mcc",
                                        "tn",        "fp",
                                        "fn",        "tp"};
    wick_jw_object(w);
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        wick_jw_key(w, names[i]);
        wick_jw_double(w, v[i]);
    }
    wick_jw_end(w);
}

static wick_class_scores read_scores(const wick_json *j)
{
    wick_class_scores s = {0};
    const double n = wick_json_number(wick_json_get(j, "n"));
    const double positives = wick_json_number(wick_json_get(j, "positives"));
    s.n = n > 0.0 && n < 1e15 ? (int64_t)n : 0;
    s.positives = positives > 0.0 && positives < 1e15 ? (int64_t)positives : 0;
    const struct {
        const char *name;
        double *to;
    } list[] = {{"auc", &s.auc},
                {"average_precision", &s.average_precision},
                {"log_loss", &s.log_loss},
                {"brier", &s.brier},
                {"ece", &s.ece},
                {"base_log_loss", &s.base_log_loss},
                {"accuracy", &s.accuracy},
                {"balanced_accuracy", &s.balanced_accuracy},
                {"precision", &s.precision},
                {"recall", &s.recall},
                {"f1", &s.f1},
                {"mcc", &s.mcc},
                {"tn", &s.tn},
                {"fp", &s.fp},
                {"fn", &s.fn},
                {"tp", &s.tp}};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        *list[i].to = wick_json_number(wick_json_get(j, list[i].name));
    }
    return s;
}

static void write_check(wick_json_writer *w, const wick_bundle *b)
{
    wick_jw_object(w);
    wick_jw_key(w, "rows");
    wick_jw_int(w, b->check_n);
    wk_json_write_doubles(w, "features", b->check_x, b->check_n * b->n_features);
    wk_json_write_doubles(w, "predictions", b->check_p, b->check_n * b->model->outputs);
    wick_jw_end(w);
}

static wick_status write_parts(wick_ctx *ctx, const wick_bundle *b, wick_buf *out)
{
    wick_json_writer w;
    wick_json_doc *info = NULL;
    const wick_status st = wick_json_parse(ctx, "info", b->info, (int64_t)strlen(b->info), &info);
    if (st < 0) return st;
    wick_jw_begin(&w, out, 0);
    wick_jw_object(&w);
    wick_jw_key(&w, "wick_version");
    wick_jw_string(&w, wick_version());
    wick_jw_key(&w, "features");
    wick_jw_array(&w);
    for (int32_t j = 0; j < b->n_features; j++) wick_jw_string(&w, b->names[j]);
    wick_jw_end(&w);
    wick_jw_key(&w, "imputer");
    wk_imputer_save(b->imputer, &w);
    wick_jw_key(&w, "scaler");
    wk_scaler_save(b->scaler, &w);
    wick_jw_key(&w, "model");
    wk_model_save(b->model, &w);
    wick_jw_key(&w, "calibration");
    wk_calibration_save(b->calibration, &w);
    wick_jw_key(&w, "threshold");
    wick_jw_double(&w, b->threshold);
    wick_jw_key(&w, "scores");
    write_scores(&w, &b->scores);
    wick_jw_key(&w, "info");
    wick_jw_node(&w, wick_json_root(info));
    wick_jw_key(&w, "check");
    write_check(&w, b);
    wick_jw_end(&w);
    wick_json_free(info);
    return out->failed ? wick_fail_mem(ctx) : WICK_OK;
}

static void hash(const char *text, int64_t n, char hex[65])
{
    static const char zeros[HASH + 1] =
        "0000000000000000000000000000000000000000000000000000000000000000";
    wick_sha256 s;
    wick_sha256_init(&s);
    wick_sha256_add(&s, text, HASH_AT);
    wick_sha256_add(&s, zeros, HASH);
    wick_sha256_add(&s, text + HASH_AT + HASH, n - HASH_AT - HASH);
    wick_sha256_end(&s, hex);
}

static wick_status render(wick_ctx *ctx, const wick_bundle *b, wick_buf *out, char hex[65])
{
    wick_buf parts = {0};
    const wick_status st = write_parts(ctx, b, &parts);
    int64_t n = 0;
    const char *trees = wk_xgboost_text(b->model, &n);
    if (st == WICK_OK) {
        wick_buf_addf(out, "%s%s%064d\",", head, version_and_hash, 0);
        wick_buf_add(out, parts.data + 1, parts.len - 1); /* less its opening brace */
        wick_buf_add(out, trees != NULL ? "," : "}", 1);
        if (trees != NULL) wick_buf_add(out, trees + 1, n - 1);
    }
    wick_buf_free(&parts);
    if (st < 0) return st;
    if (out->failed) return wick_fail_mem(ctx);
    hash(out->data, out->len, hex);
    memcpy(out->data + HASH_AT, hex, HASH);
    return WICK_OK;
}

wick_status wick_bundle_digest(wick_ctx *ctx, const wick_bundle *b, char hex[65])
{
    wick_buf out = {0};
    const wick_status st = render(ctx, b, &out, hex);
    wick_buf_free(&out);
    return st;
}

wick_status wick_bundle_save(wick_ctx *ctx, const wick_bundle *b, const char *path)
{
    wick_buf out = {0};
    char hex[65];
    wick_status st = render(ctx, b, &out, hex);
    if (st == WICK_OK) st = wick_file_write(ctx, path, out.data, out.len);
    wick_buf_free(&out);
    return st < 0 ? wick_note(ctx, "while saving the bundle %s", path) : st;
}

/* ---- reading ------------------------------------------------------------------------------ */

static wick_status check_frame(wick_ctx *ctx, const char *text, int64_t n)
{
    const int64_t h = (int64_t)sizeof head - 1;
    char hex[65];
    if (n < HASH_AT + HASH || memcmp(text, head, (size_t)h) != 0) {
        return wick_fail(ctx, WICK_E_PARSE, "not a wick model");
    }
    if (memcmp(text + h, version_and_hash, sizeof version_and_hash - 1) != 0) {
        return wick_fail(ctx, WICK_E_PARSE, "format_version %.6s; this wick reads version 1",
                         text + h);
    }
    hash(text, n, hex);
    if (memcmp(hex, text + HASH_AT, HASH) != 0) {
        return wick_fail(ctx, WICK_E_PARSE,
                         "sha256 does not fit its content: the file was damaged or edited");
    }
    return WICK_OK;
}

/* The end of the wick object: one behind its closing brace; NULL without one. */
static const char *object_end(const char *at, const char *end)
{
    int64_t depth = 0;
    for (; at < end; at++) {
        if (*at == '"') {
            for (at++; at < end && *at != '"'; at++) at += *at == '\\';
        } else if (*at == '{') {
            depth++;
        } else if (*at == '}' && --depth == 0) {
            return at + 1;
        }
    }
    return NULL;
}

static wick_status read_names(wick_ctx *ctx, const wick_json *j, const char ***out, int32_t *n)
{
    const wick_json *a = wick_json_get(j, "features");
    const int64_t k = wick_json_count(a);
    if (a == NULL || k > 100000) return wick_fail(ctx, WICK_E_PARSE, "'features' is missing");
    const char **names = wk_items(k, sizeof *names);
    if (names == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < k; i++) names[i] = wick_json_string(wick_json_at(a, i));
    const wick_status st = wk_names_check(ctx, names, k);
    if (st < 0) {
        free(names);
        return st;
    }
    *out = names;
    *n = (int32_t)k;
    return WICK_OK;
}

static wick_status read_info(wick_ctx *ctx, const wick_json *j, wick_buf *out)
{
    wick_json_writer w;
    const wick_json *info = wick_json_get(j, "info");
    if (info == NULL) return wick_fail(ctx, WICK_E_PARSE, "'info' is missing");
    wick_jw_begin(&w, out, 0);
    wick_jw_node(&w, info);
    return out->failed ? wick_fail_mem(ctx) : WICK_OK;
}

static wick_status read_parts(wick_ctx *ctx, const wick_json *j, wick_bundle *b)
{
    const char *const *names = (const char *const *)b->names;
    wick_status st = WICK_OK;
    WICK_TRY(wk_imputer_load(ctx, wick_json_get(j, "imputer"), names, b->n_features, &b->imputer));
    WICK_TRY(wk_scaler_load(ctx, wick_json_get(j, "scaler"), names, b->n_features, &b->scaler));
    WICK_TRY(wk_model_load(ctx, wick_json_get(j, "model"), b->names, b->n_features, &b->model));
    WICK_TRY(wk_calibration_load(ctx, wick_json_get(j, "calibration"), &b->calibration));
    b->threshold = wick_json_number(wick_json_get(j, "threshold"));
    if (!(b->threshold >= 0.0)) {
        st = wick_fail(ctx, WICK_E_PARSE, "'threshold' is missing");
        goto out;
    }
    b->scores = read_scores(wick_json_get(j, "scores"));
    const wick_json *check = wick_json_get(j, "check");
    WICK_TRY(wk_json_read_int(ctx, check, "rows", 0, WK_CHECK_ROWS, &b->check_n));
    WICK_TRY(wk_json_read_doubles(ctx, check, "features", b->check_n * b->n_features, &b->check_x,
                                  NULL));
    WICK_TRY(wk_json_read_doubles(ctx, check, "predictions", b->check_n * b->model->outputs,
                                  &b->check_p, NULL));
out:
    return st;
}

/* The trees stand behind the wick object; without it their text is a model of its own. */
static wick_status read_trees(wick_ctx *ctx, wick_bundle *b, const char *at, const char *end)
{
    const bool more = at < end && *at == ',';
    if (!more) {
        if (at + 1 != end || *at != '}') return wick_fail(ctx, WICK_E_PARSE, "it has no end");
        const wick_model_spec *s = b->model->spec;
        return b->model->state == NULL && s->free != NULL
                   ? wick_fail(ctx, WICK_E_PARSE, "model %s has no trees", s->name)
                   : WICK_OK;
    }
    const int64_t n = end - at;
    char *text = malloc((size_t)n + 1);
    if (text == NULL) return wick_fail_mem(ctx);
    memcpy(text, at, (size_t)n);
    text[0] = '{';
    const wick_status st = wk_xgboost_set_text(ctx, b->model, text, n);
    free(text);
    return st;
}

static wick_status verify(wick_ctx *ctx, const wick_bundle *b)
{
    const int64_t n = b->check_n, p = b->n_features, k = b->model->outputs;
    const double **columns = wk_items(p, sizeof *columns);
    double *v = wk_items(n * p, sizeof *v), *got = wk_items(n * k, sizeof *got);
    wick_matrix *x = NULL;
    wick_status st = WICK_OK;
    if (columns == NULL || v == NULL || got == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int64_t j = 0; j < p; j++) {
        columns[j] = v + j * n;
        for (int64_t i = 0; i < n; i++) v[j * n + i] = b->check_x[i * p + j];
    }
    const wick_matrix_in in = {.size = sizeof in,
                               .n = n,
                               .p = b->n_features,
                               .names = (const char *const *)b->names,
                               .columns = columns};
    WICK_TRY(wick_matrix_new(ctx, &in, &x));
    WICK_TRY(wick_bundle_predict(ctx, b, x, NULL, n, got));
    for (int64_t i = 0; i < n * k; i++) {
        const double want = b->check_p[i];
        if (isnan(want) != isnan(got[i]) || fabs(got[i] - want) > 1e-6 * fmax(1.0, fabs(want))) {
            st = wick_fail(ctx, WICK_E_DATA,
                           "prediction_check: row %lld gave %.9g when it was saved and %.9g now",
                           (long long)(i / k), want, got[i]);
            goto out;
        }
    }
out:
    wick_matrix_unref(x);
    free(columns);
    free(v);
    free(got);
    return st;
}

static wick_status read(wick_ctx *ctx, const char *path, const char *text, int64_t n,
                        wick_bundle **out)
{
    enum { WICK_AT = 8 }; /* behind {"wick": */
    wick_json_doc *doc = NULL;
    wick_buf info = {0};
    const char **names = NULL;
    wick_bundle *b = NULL;
    int32_t n_names = 0;
    wick_status st = WICK_OK;
    WICK_TRY(check_frame(ctx, text, n));
    const char *end = object_end(text + WICK_AT, text + n);
    if (end == NULL) {
        st = wick_fail(ctx, WICK_E_PARSE, "it has no end");
        goto out;
    }
    WICK_TRY(wick_json_parse(ctx, path, text + WICK_AT, end - text - WICK_AT, &doc));
    const wick_json *root = wick_json_root(doc);
    WICK_TRY(read_names(ctx, root, &names, &n_names));
    WICK_TRY(read_info(ctx, root, &info));
    b = wk_bundle_new(names, n_names, info.data);
    if (b == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(read_parts(ctx, root, b));
    WICK_TRY(read_trees(ctx, b, end, text + n));
    WICK_TRY(verify(ctx, b));
    *out = b;
    b = NULL;
out:
    wick_bundle_unref(b);
    wick_json_free(doc);
    wick_buf_free(&info);
    free(names);
    return st;
}

wick_status wick_bundle_load(wick_ctx *ctx, const char *path, wick_bundle **out)
{
    char *text = NULL;
    int64_t n = 0;
    wick_status st = wick_file_read(ctx, path, INT64_C(1) << 30, &text, &n);
    if (st < 0) return st;
    st = read(ctx, path, text, n, out);
    free(text);
    return st < 0 ? wick_note(ctx, "while loading the bundle %s", path) : st;
}
