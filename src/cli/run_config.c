/* SPDX-License-Identifier: MIT */
#include "cli/run_config.h"

#include <stdlib.h>
#include <string.h>

static const char *const config_keys[] = {
    "profile",   "engine",      "cash",   "data", "symbols", "from",     "to",     "trade_from",
    "timeframe", "symbol_info", "params", "seed", "jobs",    "drop_bad", "strict", "bars_per_year",
    "funding",   "borrow",      "actions", "rates",
};
enum { CONFIG_KEYS = sizeof config_keys / sizeof *config_keys };

/* The config file being read, for messages and relative paths. */
typedef struct source {
    cli *c;
    run_config *r;
    const char *file;
} source;

static bool out_of_memory(cli *c)
{
    cli_error(c, NULL, "out of memory");
    return false;
}

static bool bad_value(const source *s, const char *key, const char *want)
{
    cli_error(s->c, NULL, "%s: \"%s\" has to be %s", s->file, key, want);
    return false;
}

static const char *keep(run_config *r, const char *text)
{
    return wick_arena_strdup(r->arena, text);
}

/* Paths in a config file are relative to it, so that a project can be run from anywhere. */
static const char *beside(const source *s, const char *path)
{
    const char *slash = strrchr(s->file, '/');
    if (path[0] == '/' || !slash) return keep(s->r, path);
    const size_t dir = (size_t)(slash - s->file) + 1, n = strlen(path) + 1;
    char *out = wick_arena_alloc(s->r->arena, (int64_t)(dir + n));
    if (!out) return NULL;
    memcpy(out, s->file, dir);
    memcpy(out + dir, path, n);
    return out;
}

/* A scalar of JSON as the text an option would have had. NULL: not a scalar, or no memory. */
static const char *scalar_text(run_config *r, const wick_json *j)
{
    char text[WICK_DOUBLE_TEXT];
    switch (wick_json_kind(j)) {
    case WICK_JSON_STRING: return keep(r, wick_json_string(j));
    case WICK_JSON_BOOL: return wick_json_bool(j) ? "true" : "false";
    case WICK_JSON_NUMBER: wick_format_double(text, wick_json_number(j)); return keep(r, text);
    default: return NULL;
    }
}

/* Later pairs of a key replace earlier ones. */
static bool add_pair(cli *c, run_config *r, run_pairs *list, run_pair pair)
{
    if (!pair.key || !pair.value || !pair.from) return out_of_memory(c);
    for (int64_t i = 0; i < list->n; i++)
        if (strcmp(list->at[i].key, pair.key) == 0) {
            list->at[i] = pair;
            return true;
        }
    if (list->n == list->cap) {
        const int64_t cap = list->cap ? 2 * list->cap : 16;
        run_pair *grown = wick_arena_alloc(r->arena, cap * (int64_t)sizeof *grown);
        if (!grown) return out_of_memory(c);
        if (list->n > 0) memcpy(grown, list->at, (size_t)list->n * sizeof *grown);
        list->at = grown;
        list->cap = cap;
    }
    list->at[list->n++] = pair;
    return true;
}

static bool apply_engine(cli *c, wick_settings *to, const run_pair *p)
{
    if (wick_settings_set(c->ctx, to, p->key, p->value) == WICK_OK) return true;
    wick_note(c->ctx, "while reading %s", p->from);
    cli_fail_hint(c, "`wick list settings` shows every key, its values and default");
    return false;
}

static bool apply_profile(cli *c, wick_settings *to, const char *name, const char *from)
{
    if (wick_settings_profile(c->ctx, to, name) == WICK_OK) return true;
    wick_note(c->ctx, "while reading %s", from);
    cli_fail_hint(c, "`wick list profiles` shows them");
    return false;
}

/* Checked at once, so that a mistake is found before any data is read. */
static bool set_engine(cli *c, run_config *r, const char *key, const char *value, const char *from)
{
    const run_pair pair = {keep(r, key), value, keep(r, from), false};
    return add_pair(c, r, &r->engine, pair) && apply_engine(c, r->settings, &pair);
}

static bool set_profile(cli *c, run_config *r, const char *name, const char *from)
{
    r->profile = keep(r, name);
    r->profile_from = keep(r, from);
    if (!r->profile || !r->profile_from) return out_of_memory(c);
    return apply_profile(c, r->settings, name, from);
}

/* ---- parameters --------------------------------------------------------------------------- */

static bool params_of(const source *s, const wick_json *object)
{
    const char *from = keep(s->r, s->file);
    if (wick_json_kind(object) != WICK_JSON_OBJECT) {
        cli_error(s->c, "write {\"name\": value, ...}", "%s: the parameters are not a JSON object",
                  s->file);
        return false;
    }
    for (int64_t i = 0; i < wick_json_count(object); i++) {
        const wick_json *j = wick_json_at(object, i);
        const run_pair pair = {keep(s->r, wick_json_key(j)), scalar_text(s->r, j), from, false};
        if (!pair.value) return bad_value(s, wick_json_key(j), "a number, true, false or text");
        if (!add_pair(s->c, s->r, &s->r->params, pair)) return false;
    }
    return true;
}

/* Splits the i-th `key=value` word of an option. */
static bool split_pair(cli *c, run_config *r, const char *option, int i, const char **key,
                       const char **value)
{
    const char *word = cli_nth(c, option, i);
    const char *eq = strchr(word, '=');
    if (!eq || eq == word) {
        cli_error(c, NULL, "--%s: '%s' is not key=value", option, word);
        return false;
    }
    char *k = wick_arena_strdup(r->arena, word);
    if (!k) return out_of_memory(c);
    k[eq - word] = 0;
    *key = k;
    *value = k + (eq - word) + 1;
    return true;
}

/* ---- the config file ---------------------------------------------------------------------- */

static bool read_time(const source *s, const char *key, const wick_json *j, bool end, bool *has,
                      int64_t *out)
{
    const char *text = wick_json_string(j);
    if (!text || !cli_parse_time(text, end, out))
        return bad_value(s, key, "a date like \"2024-03-01\"");
    *has = true;
    return true;
}

static bool read_whole(const source *s, const char *key, const wick_json *j, double lo, double hi,
                       int64_t *out)
{
    const double v = wick_json_number(j);
    if (!(v >= lo && v <= hi) || floor(v) != v) return bad_value(s, key, "a whole number in range");
    *out = (int64_t)v;
    return true;
}

static bool read_flag(const source *s, const char *key, const wick_json *j, bool *out)
{
    if (wick_json_kind(j) != WICK_JSON_BOOL) return bad_value(s, key, "true or false");
    *out = wick_json_bool(j);
    return true;
}

/* A number, auto or none, as option and as text of a config file. */
static bool year_text(const char *text, double *out)
{
    double v;
    if (strcmp(text, "auto") == 0) {
        *out = RUN_BARS_PER_YEAR_AUTO;
    } else if (strcmp(text, "none") == 0) {
        *out = RUN_BARS_PER_YEAR_NONE;
    } else if (wick_parse_double(text, (int64_t)strlen(text), &v) && v > 0 && v <= 1e9) {
        *out = v;
    } else {
        return false;
    }
    return true;
}

static bool read_engine(const source *s, const wick_json *object)
{
    if (wick_json_kind(object) != WICK_JSON_OBJECT)
        return bad_value(s, "engine", "an object of settings");
    for (int64_t i = 0; i < wick_json_count(object); i++) {
        const wick_json *j = wick_json_at(object, i);
        const char *value = scalar_text(s->r, j);
        if (!value) return bad_value(s, wick_json_key(j), "a number, true, false or text");
        if (!set_engine(s->c, s->r, wick_json_key(j), value, s->file)) return false;
    }
    return true;
}

static bool read_data(const source *s, const wick_json *j)
{
    const bool one = wick_json_kind(j) == WICK_JSON_STRING;
    if (!one && wick_json_kind(j) != WICK_JSON_ARRAY)
        return bad_value(s, "data", "a path or a list of paths");
    const int64_t n = one ? 1 : wick_json_count(j);
    const char **paths = wick_arena_alloc(s->r->arena, (n + 1) * (int64_t)sizeof *paths);
    if (!paths) return out_of_memory(s->c);
    for (int64_t i = 0; i < n; i++) {
        const char *text = wick_json_string(one ? j : wick_json_at(j, i));
        if (!text) return bad_value(s, "data", "a path or a list of paths");
        paths[i] = beside(s, text);
        if (!paths[i]) return out_of_memory(s->c);
    }
    s->r->data = paths;
    s->r->n_data = n;
    return true;
}

static bool read_symbols(const source *s, const wick_json *j)
{
    const char *text = wick_json_string(j);
    wick_buf list = {0};
    bool good;
    if (text && text[0] == '@') {
        const char *path = beside(s, text + 1);
        wick_buf_addf(&list, "@%s", path ? path : "");
    } else if (text) {
        wick_buf_add(&list, text, -1);
    } else if (wick_json_kind(j) == WICK_JSON_ARRAY) {
        for (int64_t i = 0; i < wick_json_count(j); i++) {
            const char *name = wick_json_string(wick_json_at(j, i));
            if (!name) {
                wick_buf_free(&list);
                return bad_value(s, "symbols", "a list of names, or \"@FILE\"");
            }
            wick_buf_addf(&list, "%s%s", i ? "," : "", name);
        }
    } else {
        return bad_value(s, "symbols", "a list of names, or \"@FILE\"");
    }
    good = list.failed
               ? out_of_memory(s->c)
               : cli_symbols(s->c, list.data ? list.data : "", &s->r->symbols, &s->r->n_symbols);
    wick_buf_free(&list);
    return good;
}

static bool read_key(const source *s, const wick_json *j)
{
    run_config *r = s->r;
    const char *key = wick_json_key(j), *text = wick_json_string(j);
    if (strcmp(key, "profile") == 0) return true; /* already taken: it comes before all keys */
    if (strcmp(key, "engine") == 0) return read_engine(s, j);
    if (strcmp(key, "params") == 0) return params_of(s, j);
    if (strcmp(key, "data") == 0) return read_data(s, j);
    if (strcmp(key, "symbols") == 0) return read_symbols(s, j);
    if (strcmp(key, "from") == 0) return read_time(s, key, j, false, &r->has_from, &r->from);
    if (strcmp(key, "to") == 0) return read_time(s, key, j, true, &r->has_to, &r->to);
    if (strcmp(key, "trade_from") == 0)
        return read_time(s, key, j, false, &r->has_trade_from, &r->trade_from);
    if (strcmp(key, "seed") == 0) return read_whole(s, key, j, 0, 9007199254740992.0, &r->seed);
    if (strcmp(key, "jobs") == 0) return read_whole(s, key, j, 1, 1024, &r->jobs);
    if (strcmp(key, "drop_bad") == 0) return read_flag(s, key, j, &r->drop_bad);
    if (strcmp(key, "strict") == 0) return read_flag(s, key, j, &r->strict);
    if (strcmp(key, "cash") == 0) {
        r->cash = wick_json_number(j);
        r->has_cash = true;
        return r->cash > 0 && r->cash <= 1e15 ? true : bad_value(s, key, "a number above zero");
    }
    if (strcmp(key, "bars_per_year") == 0) {
        const char *word = scalar_text(r, j);
        return (word && year_text(word, &r->bars_per_year)) ||
               bad_value(s, key, "a number above zero, \"auto\" or \"none\"");
    }
    if (!text) return bad_value(s, key, "text");
    if (strcmp(key, "timeframe") == 0) return (r->timeframe = keep(r, text)) || out_of_memory(s->c);
    if (strcmp(key, "funding") == 0) return (r->funding = beside(s, text)) || out_of_memory(s->c);
    if (strcmp(key, "borrow") == 0) return (r->borrow = beside(s, text)) || out_of_memory(s->c);
    if (strcmp(key, "actions") == 0) return (r->actions = beside(s, text)) || out_of_memory(s->c);
    if (strcmp(key, "rates") == 0) return (r->rates = beside(s, text)) || out_of_memory(s->c);
    if (strcmp(key, "symbol_info") == 0)
        return (r->symbol_info = beside(s, text)) || out_of_memory(s->c);
    return true;
}

static bool check_keys(const source *s, const wick_json *root)
{
    if (wick_json_kind(root) != WICK_JSON_OBJECT) {
        cli_error(s->c, "docs/conventions.md, \"Config files\", shows the form",
                  "%s: not a JSON object", s->file);
        return false;
    }
    for (int64_t i = 0; i < wick_json_count(root); i++) {
        const char *key = wick_json_key(wick_json_at(root, i));
        char hint[128];
        bool known = false;
        for (int k = 0; k < CONFIG_KEYS; k++) known = known || strcmp(key, config_keys[k]) == 0;
        if (known) continue;
        cli_nearest(hint, sizeof hint, key, config_keys, CONFIG_KEYS);
        for (int64_t k = 0; !*hint && k < wick_settings_count(); k++)
            if (strcmp(key, wick_settings_doc(k)->key) == 0)
                snprintf(hint, sizeof hint, "'%.60s' belongs under \"engine\"", key);
        cli_error(s->c, *hint ? hint : "docs/conventions.md, \"Config files\", lists the keys",
                  "%s: unknown key \"%s\"", s->file, key);
        return false;
    }
    return true;
}

static bool read_config(cli *c, run_config *r, const char *file)
{
    const source s = {c, r, file};
    wick_json_doc *doc = NULL;
    if (wick_json_load(c->ctx, file, &doc) < 0) {
        cli_fail_hint(c, "docs/conventions.md, \"Config files\", shows the form");
        return false;
    }
    const wick_json *root = wick_json_root(doc);
    bool good = check_keys(&s, root);
    /* --profile is an option and wins over the file's, yet stays below the file's single keys. */
    const wick_json *profile =
        good && !cli_has(c, "profile") ? wick_json_get(root, "profile") : NULL;
    if (profile) {
        const char *name = wick_json_string(profile);
        good = name ? set_profile(c, r, name, file) : bad_value(&s, "profile", "text");
    }
    for (int64_t i = 0; good && i < wick_json_count(root); i++)
        good = read_key(&s, wick_json_at(root, i));
    wick_json_free(doc);
    return good;
}

/* ---- options ------------------------------------------------------------------------------ */

static bool read_params_file(cli *c, run_config *r, const char *file)
{
    const source s = {c, r, file};
    wick_json_doc *doc = NULL;
    if (wick_json_load(c->ctx, file, &doc) < 0) {
        cli_fail_hint(c, "a parameter file is a JSON object: {\"fast\": 10, \"slow\": 30}");
        return false;
    }
    const bool good = params_of(&s, wick_json_root(doc));
    wick_json_free(doc);
    return good;
}

static bool read_data_option(cli *c, run_config *r)
{
    const int n = cli_times(c, "data");
    if (n == 0) return true;
    r->data = wick_arena_alloc(r->arena, n * (int64_t)sizeof *r->data);
    if (!r->data) return out_of_memory(c);
    for (int i = 0; i < n; i++) r->data[i] = cli_nth(c, "data", i);
    r->n_data = n;
    return true;
}

static bool read_pairs(cli *c, run_config *r)
{
    const char *key = NULL, *value = NULL;
    for (int i = 0; i < cli_times(c, "engine"); i++)
        if (!split_pair(c, r, "engine", i, &key, &value) ||
            !set_engine(c, r, key, value, "--engine"))
            return false;
    for (int i = 0; i < cli_times(c, "param"); i++)
        if (!split_pair(c, r, "param", i, &key, &value) ||
            !add_pair(c, r, &r->params, (run_pair){key, value, "--param", false}))
            return false;
    return true;
}

static bool read_span(cli *c, run_config *r)
{
    if (!cli_time(c, "from", false, &r->from) || !cli_time(c, "to", true, &r->to) ||
        !cli_time(c, "trade-from", false, &r->trade_from))
        return false;
    r->has_from = r->has_from || cli_has(c, "from");
    r->has_to = r->has_to || cli_has(c, "to");
    r->has_trade_from = r->has_trade_from || cli_has(c, "trade-from");
    if (r->has_from && r->has_to && r->from > r->to) {
        cli_error(c, NULL, "--from is after --to");
        return false;
    }
    if (r->has_trade_from && r->has_to && r->trade_from > r->to) {
        cli_error(c, NULL, "--trade-from is after --to: nothing would be traded");
        return false;
    }
    return true;
}

static bool read_options(cli *c, run_config *r)
{
    const char *text = cli_text(c, "params");
    if (text && !read_params_file(c, r, text)) return false;
    if (!read_data_option(c, r) || !read_pairs(c, r) || !read_span(c, r)) return false;
    if ((text = cli_text(c, "symbols"))) {
        cli_symbols_free(r->symbols, r->n_symbols);
        r->symbols = NULL;
        r->n_symbols = 0;
        if (!cli_symbols(c, text, &r->symbols, &r->n_symbols)) return false;
    }
    if ((text = cli_text(c, "timeframe"))) r->timeframe = text;
    if ((text = cli_text(c, "symbol-info"))) r->symbol_info = text;
    if ((text = cli_text(c, "funding"))) r->funding = text;
    if ((text = cli_text(c, "borrow"))) r->borrow = text;
    if ((text = cli_text(c, "actions"))) r->actions = text;
    if ((text = cli_text(c, "rates"))) r->rates = text;
    if (cli_has(c, "drop-bad")) r->drop_bad = true;
    if (cli_has(c, "strict")) r->strict = true;
    r->has_cash = r->has_cash || cli_has(c, "cash");
    if (!cli_num(c, "cash", 1e-6, 1e15, &r->cash)) return false;
    if ((text = cli_text(c, "bars-per-year")) && !year_text(text, &r->bars_per_year)) {
        cli_error(c, NULL, "--bars-per-year: '%s' is not a number above zero, auto or none", text);
        return false;
    }
    return cli_int(c, "seed", 0, INT64_C(1) << 53, &r->seed) &&
           cli_int(c, "jobs", 1, 1024, &r->jobs);
}

bool run_config_read(cli *c, run_config *r)
{
    const char *config = cli_text(c, "config"), *profile = cli_text(c, "profile");
    *r = (run_config){.cash = 100000.0,
                      .seed = 1,
                      .bars_per_year = WICK_NA,
                      .arena = wick_arena_new(0),
                      .settings = wick_settings_new()};
    if (!r->arena || !r->settings) return out_of_memory(c);
    if (profile && !set_profile(c, r, profile, "--profile")) return false;
    if (config && !read_config(c, r, config)) return false;
    return read_options(c, r);
}

/* What a shared parameter is called in this script; NULL: it is not meant. */
static const char *name_in(const wk_script *script, const char *key)
{
    const char *dot = strchr(key, '.'), *name = wk_script_name(script);
    if (dot && strlen(name) == (size_t)(dot - key) && memcmp(name, key, strlen(name)) == 0)
        return dot + 1;
    for (int64_t i = 0; i < wk_script_params(script); i++)
        if (strcmp(wk_script_param(script, i)->name, key) == 0) return key;
    return NULL;
}

bool run_config_params_used(cli *c, const run_config *r)
{
    for (int64_t i = 0; i < r->params.n; i++) {
        if (r->params.at[i].used) continue;
        cli_error(c, "KEY=VALUE goes to every strategy that has it, NAME.KEY=VALUE to one",
                  "%s: no strategy has a parameter '%s'", r->params.at[i].from,
                  r->params.at[i].key);
        return false;
    }
    return true;
}

bool run_config_script(cli *c, run_config *r, wk_script *script)
{
    wick_settings *s = wick_settings_new();
    if (!s) return out_of_memory(c);
    wick_settings_free(r->settings);
    r->settings = s;
    if (wk_script_apply_settings(c->ctx, script, s) < 0) {
        cli_fail(c);
        return false;
    }
    if (r->profile && !apply_profile(c, s, r->profile, r->profile_from)) return false;
    for (int64_t i = 0; i < r->engine.n; i++)
        if (!apply_engine(c, s, &r->engine.at[i])) return false;
    for (int64_t i = 0; i < r->params.n; i++) {
        run_pair *p = &r->params.at[i];
        const char *key = r->shared ? name_in(script, p->key) : p->key;
        if (!key) continue;
        p->used = true;
        if (wk_script_set_param(c->ctx, script, key, p->value) == WICK_OK) continue;
        wick_note(c->ctx, "while reading %s", p->from);
        cli_fail_hint(c, "the parameters are declared in the script: S.params");
        return false;
    }
    if (!r->has_cash && wk_script_cash(script) > 0) r->cash = wk_script_cash(script);
    return true;
}

bool run_config_script_as(cli *c, run_config *r, wk_script *script, const char *profile,
                          const char *from)
{
    if (profile) {
        r->profile = profile;
        r->profile_from = from;
    }
    return run_config_script(c, r, script);
}

double run_config_bars_per_year(const run_config *r, const wick_panel *panel)
{
    const double n = r->bars_per_year;
    if (isnan(n)) return wick_settings_year(r->settings, panel);
    return n < 0 ? wick_panel_bars_per_year(panel) : n;
}

void run_config_free(run_config *r)
{
    cli_symbols_free(r->symbols, r->n_symbols);
    wick_settings_free(r->settings);
    wick_arena_free(r->arena);
}
