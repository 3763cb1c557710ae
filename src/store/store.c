/* SPDX-License-Identifier: MIT */
/* Storages by URL, and the studies in them. */
#include <stdlib.h>
#include <string.h>

#include "store/journal.h"

typedef enum place { MEMORY, SQLITE, PG, JOURNAL } place;

struct wick_storage {
    place place;
    wick_storage_opts o;
    char *path;  /* file, or the URL for PostgreSQL */
    char *shown; /* for people: without a password */
    wk_sql *sql; /* SQLITE, PG */
};

/* ---- URLs --------------------------------------------------------------------------------- */

static char *text_of(const char *s, size_t n)
{
    char *p = malloc(n + 1);
    if (p != NULL) {
        memcpy(p, s, n);
        p[n] = '\0';
    }
    return p;
}

static bool starts(const char *s, const char *with, const char **rest)
{
    const size_t n = strlen(with);
    if (strncmp(s, with, n) != 0) return false;
    *rest = s + n;
    return true;
}

/* scheme://user:password@host... loses the password. */
static char *without_password(const char *url)
{
    const char *host = strstr(url, "://");
    const char *at = host == NULL ? NULL : strrchr(host, '@');
    if (at == NULL) return text_of(url, strlen(url));
    const char *colon = memchr(host + 3, ':', (size_t)(at - host - 3));
    if (colon == NULL) return text_of(url, strlen(url));
    const size_t front = (size_t)(colon - url), back = strlen(at);
    char *p = malloc(front + back + 1);
    if (p != NULL) {
        memcpy(p, url, front);
        memcpy(p + front, at, back + 1);
    }
    return p;
}

/* SQLAlchemy's drivers ("postgresql+psycopg2://") mean the same database. */
static bool server_url(const char *url, char **path)
{
    static const char *const names[] = {"postgresql", "postgres"};
    for (int i = 0; i < 2; i++) {
        const char *rest;
        if (!starts(url, names[i], &rest) || (*rest != ':' && *rest != '+')) continue;
        rest = strstr(rest, "://");
        if (rest == NULL) return false;
        const size_t n = strlen(rest);
        *path = malloc(n + 11);
        if (*path != NULL) {
            memcpy(*path, "postgresql", 10);
            memcpy(*path + 10, rest, n + 1);
        }
        return true;
    }
    return false;
}

static wick_status wrong_url(wick_ctx *ctx, const char *url)
{
    static const char *const schemes[] = {"memory:", "sqlite:///", "postgresql://", "journal:"};
    char scheme[24];
    const size_t n = strcspn(url, ":");
    snprintf(scheme, sizeof scheme, "%.*s", (int)(n < 20 ? n : 20), url);
    static const char *const words[] = {"memory", "sqlite", "postgresql", "journal"};
    const char *near = wick_nearest(scheme, words, 4);
    const char *form = NULL;
    for (int i = 0; near != NULL && i < 4; i++)
        if (near == words[i]) form = schemes[i];
    return wick_fail(ctx, WICK_E_ARG,
                     "storage '%s' is none of memory:, sqlite:///FILE, postgresql://..., "
                     "journal:FILE%s%s%s",
                     url, form != NULL ? "; did you mean " : "", form != NULL ? form : "",
                     form != NULL ? "...?" : "");
}

static wick_status read_url(wick_ctx *ctx, const char *url, wick_storage *s)
{
    const char *rest = NULL;
    if (url == NULL || url[0] == '\0') return wick_fail(ctx, WICK_E_ARG, "a storage has no URL");
    if (strcmp(url, "memory:") == 0) {
        s->place = MEMORY;
        s->path = text_of("", 0);
    } else if (starts(url, "sqlite:///", &rest)) {
        if (*rest == '\0' || strchr(rest, '?') != NULL)
            return wick_fail(ctx, WICK_E_ARG, "storage '%s': sqlite:/// and a file, no options",
                             url);
        s->place = SQLITE;
        s->path = text_of(rest, strlen(rest));
    } else if (starts(url, "journal:", &rest) && *rest != '\0') {
        s->place = JOURNAL;
        s->path = text_of(rest, strlen(rest));
    } else if (server_url(url, &s->path)) {
        s->place = PG;
    } else {
        return wrong_url(ctx, url);
    }
    s->shown = without_password(url);
    return s->path == NULL || s->shown == NULL ? wick_fail_mem(ctx) : WICK_OK;
}

/* ---- open and close ------------------------------------------------------------------------ */

static wick_status connect(wick_ctx *ctx, const wick_storage *s, wk_sql **out)
{
    if (s->place == PG) return wk_pg_open(ctx, s->path, s->o.patience, out);
    return wk_sqlite_open(ctx, s->path, s->o.read_only, s->o.patience, out);
}

static wick_status check_opts(wick_ctx *ctx, wick_storage_opts *o)
{
    if (!(o->heartbeat >= 0.0 && o->heartbeat < 1e6) || !(o->grace >= 0.0 && o->grace < 1e6) ||
        !(o->patience >= 0.0 && o->patience < 1e6) || o->retries < -1)
        return wick_fail(ctx, WICK_E_ARG,
                         "heartbeat, grace, patience or retries of a storage out of range");
    if (o->grace > 0.0 && o->grace <= o->heartbeat)
        return wick_fail(ctx, WICK_E_ARG,
                         "a grace of %g s is not longer than the heartbeat of %g s: every trial "
                         "would be stale",
                         o->grace, o->heartbeat);
    if (o->patience == 0.0) o->patience = 60.0;
    return WICK_OK;
}

wick_status wick_storage_open(wick_ctx *ctx, const char *url, const wick_storage_opts *opts,
                              wick_storage **out)
{
    wick_storage *s = calloc(1, sizeof *s);
    if (s == NULL) return wick_fail_mem(ctx);
    if (opts != NULL) memcpy(&s->o, opts, opts->size < sizeof s->o ? opts->size : sizeof s->o);
    wick_status st = check_opts(ctx, &s->o);
    if (st >= 0) st = read_url(ctx, url, s);
    const bool database = st >= 0 && (s->place == SQLITE || s->place == PG);
    if (database && s->place == SQLITE && s->o.read_only && !wick_path_exists(s->path))
        st = wick_fail(ctx, WICK_E_IO, "%s: no such file", s->path);
    if (st >= 0 && database) st = connect(ctx, s, &s->sql);
    if (st >= 0 && database) st = wk_schema(ctx, s->sql, !s->o.read_only, s->o.patience);
    if (st >= 0 && s->place == JOURNAL) st = wk_journal_check(ctx, s->path, !s->o.read_only);
    if (st < 0) {
        if (s->shown != NULL) wick_note(ctx, "while opening %s", s->shown);
        wick_storage_close(s);
        return st;
    }
    *out = s;
    return WICK_OK;
}

void wick_storage_close(wick_storage *s)
{
    if (s == NULL) return;
    if (s->sql != NULL) s->sql->close(s->sql);
    free(s->path);
    free(s->shown);
    free(s);
}

const char *wick_storage_url(const wick_storage *s)
{
    return s->shown;
}

/* ---- lists -------------------------------------------------------------------------------- */

void wk_infos_free(wk_infos *l)
{
    free(l->v);
    free(l->id);
    free(l->at);
    wick_buf_free(&l->text);
    *l = (wk_infos){0};
}

wick_status wk_infos_add(wick_ctx *ctx, wk_infos *l, int64_t id, const char *name,
                         wick_study_info **out)
{
    if (l->n == l->cap) {
        const int64_t cap = l->cap == 0 ? 16 : 2 * l->cap;
        wick_study_info *v = realloc(l->v, (size_t)cap * sizeof *v);
        if (v != NULL) l->v = v;
        int64_t *ids = realloc(l->id, (size_t)cap * sizeof *ids);
        if (ids != NULL) l->id = ids;
        int64_t *at = realloc(l->at, (size_t)cap * sizeof *at);
        if (at != NULL) l->at = at;
        if (v == NULL || ids == NULL || at == NULL) return wick_fail_mem(ctx);
        l->cap = cap;
    }
    l->id[l->n] = id;
    l->at[l->n] = l->text.len;
    wick_buf_add(&l->text, name, (int64_t)strlen(name) + 1);
    if (l->text.failed) return wick_fail_mem(ctx);
    l->v[l->n] = (wick_study_info){.started = WICK_NO_TIME, .completed = WICK_NO_TIME};
    *out = &l->v[l->n++];
    return WICK_OK;
}

wick_status wk_infos_take(wick_ctx *ctx, wk_infos *l, wick_study_info **out, int64_t *n)
{
    const size_t records = (size_t)l->n * sizeof *l->v;
    char *block = malloc(records + (size_t)l->text.len + 1);
    if (block == NULL) return wick_fail_mem(ctx);
    if (l->n > 0) memcpy(block, l->v, records);
    if (l->text.len > 0) memcpy(block + records, l->text.data, (size_t)l->text.len);
    *out = (wick_study_info *)(void *)block;
    for (int64_t i = 0; i < l->n; i++) (*out)[i].name = block + records + l->at[i];
    *n = l->n;
    return WICK_OK;
}

static wick_status read_infos(wick_ctx *ctx, wick_storage *s, wk_infos *l)
{
    if (s->place == MEMORY) return WICK_OK;
    if (s->place == JOURNAL) return wk_journal_list(ctx, s->path, l);
    return wk_rdb_list(ctx, s->sql, s->o.patience, l);
}

wick_status wick_storage_list(wick_ctx *ctx, wick_storage *s, wick_study_info **out, int64_t *n)
{
    wk_infos l = {0};
    wick_status st = read_infos(ctx, s, &l);
    if (st >= 0) st = wk_infos_take(ctx, &l, out, n);
    wk_infos_free(&l);
    return st < 0 ? wick_note(ctx, "while reading %s", s->shown) : st;
}

/* ---- studies ------------------------------------------------------------------------------ */

static wick_status not_there(wick_ctx *ctx, wick_storage *s, const char *name)
{
    wk_infos l = {0};
    wick_buf near = {0};
    if (read_infos(ctx, s, &l) >= 0 && l.n > 0) {
        const char **names = calloc((size_t)l.n, sizeof *names);
        for (int64_t i = 0; names != NULL && i < l.n; i++) names[i] = l.text.data + l.at[i];
        const char *hit = names != NULL ? wick_nearest(name, names, l.n) : NULL;
        if (hit != NULL) wick_buf_addf(&near, "; did you mean '%s'?", hit);
        free(names);
    }
    wick_ctx_clear(ctx);
    const wick_status st = wick_fail(ctx, WICK_E_ARG, "%s has no study '%s'%s", s->shown, name,
                                     near.data != NULL && !near.failed ? near.data
                                     : l.n == 0                        ? ": it is empty"
                                                                       : "");
    wk_infos_free(&l);
    wick_buf_free(&near);
    return st;
}

static wick_status find_study(wick_ctx *ctx, wick_storage *s, const char *name, wk_study_row *row)
{
    if (s->place == JOURNAL) return wk_journal_find(ctx, s->path, name, row);
    return wk_rdb_find(ctx, s->sql, s->o.patience, name, row);
}

static wick_status make_study(wick_ctx *ctx, wick_storage *s, const wick_study_opts *o,
                              const char *name, bool *made)
{
    int32_t directions[16];
    const int32_t m = o->n_objectives > 0 ? o->n_objectives : 1;
    for (int32_t i = 0; i < m && i < 16; i++)
        directions[i] = o->directions != NULL ? o->directions[i] : WICK_MINIMIZE;
    if (s->place == JOURNAL) return wk_journal_make(ctx, s->path, name, m, directions, made);
    return wk_rdb_make(ctx, s->sql, s->o.patience, name, m, directions, made);
}

static wick_status agree(wick_ctx *ctx, const wick_storage *s, const wick_study_opts *o,
                         const char *name, const wk_study_row *row)
{
    for (int32_t i = 0; i < row->m; i++)
        if (row->directions[i] == 0)
            return wick_fail(ctx, WICK_E_DATA, "%s: study '%s' has no direction for objective %d",
                             s->shown, name, (int)i + 1);
    if (row->m == 0)
        return wick_fail(ctx, WICK_E_DATA, "%s: study '%s' has no objective", s->shown, name);
    if (o->n_objectives > 0 && o->n_objectives != row->m)
        return wick_fail(ctx, WICK_E_ARG, "%s: study '%s' has %d objectives, not %d", s->shown,
                         name, (int)row->m, (int)o->n_objectives);
    for (int32_t i = 0;
         o->directions != NULL && i < row->m && i < (o->n_objectives ? o->n_objectives : 1); i++)
        if (o->directions[i] != row->directions[i])
            return wick_fail(ctx, WICK_E_ARG, "%s: study '%s' is one to %s objective %d", s->shown,
                             name, row->directions[i] == WICK_MAXIMIZE ? "maximise" : "minimise",
                             (int)i + 1);
    return WICK_OK;
}

static wick_status load(wick_ctx *ctx, wick_storage *s, const wick_study_opts *o, const char *name,
                        const wk_study_row *row, wick_study **out)
{
    wick_study_backend backend = {0};
    const wk_backend_opts b = {s->o, s->path, s->shown, row->id};
    wick_status st;
    if (s->place == JOURNAL) {
        st = wk_journal_backend(ctx, &b, &backend);
    } else {
        wk_sql *q = NULL;
        st = connect(ctx, s, &q);
        if (st >= 0) st = wk_rdb_backend(ctx, q, &b, &backend);
    }
    if (st < 0) return st;
    wick_study_opts full = *o;
    full.size = sizeof full;
    full.name = name;
    full.n_objectives = row->m;
    full.directions = row->directions;
    full.backend = &backend;
    return wick_study_new(ctx, &full, out);
}

/* The options are checked by making a study of them in memory: nothing is stored for a misspelt
 * sampler. */
static wick_status check_study(wick_ctx *ctx, const wick_study_opts *o)
{
    wick_study *s = NULL;
    const wick_status st = wick_study_new(ctx, o, &s);
    wick_study_free(s);
    return st;
}

static wick_status study(wick_ctx *ctx, wick_storage *s, const wick_study_opts *o, const char *name,
                         int32_t how, wick_study **out)
{
    wk_study_row row;
    wick_status st = find_study(ctx, s, name, &row);
    if (st < 0) return st;
    if (row.found && how == WICK_STUDY_MAKE)
        return wick_fail(ctx, WICK_E_STATE, "%s has a study '%s' already", s->shown, name);
    if (!row.found && (how == WICK_STUDY_LOAD || s->o.read_only)) return not_there(ctx, s, name);
    if (!row.found) {
        bool made = false;
        st = check_study(ctx, o);
        if (st >= 0) st = make_study(ctx, s, o, name, &made);
        if (st >= 0 && !made && how == WICK_STUDY_MAKE)
            return wick_fail(ctx, WICK_E_STATE, "%s has a study '%s' already", s->shown, name);
        if (st >= 0) st = find_study(ctx, s, name, &row);
        if (st >= 0 && !row.found) return not_there(ctx, s, name);
    }
    if (st >= 0) st = agree(ctx, s, o, name, &row);
    return st < 0 ? st : load(ctx, s, o, name, &row, out);
}

wick_status wick_storage_study(wick_ctx *ctx, wick_storage *s, const wick_study_opts *opts,
                               int32_t how, wick_study **out)
{
    wick_study_opts o = {0};
    if (opts != NULL) memcpy(&o, opts, opts->size < sizeof o ? opts->size : sizeof o);
    o.size = sizeof o;
    const char *name = o.name != NULL ? o.name : "study";
    if (o.backend != NULL)
        return wick_fail(ctx, WICK_E_ARG, "a study of a storage has the storage's backend");
    if (name[0] == '\0') return wick_fail(ctx, WICK_E_ARG, "a study has no name");
    if (s->place == MEMORY) {
        if (how == WICK_STUDY_LOAD) return not_there(ctx, s, name);
        return wick_study_new(ctx, &o, out);
    }
    const wick_status st = study(ctx, s, &o, name, how, out);
    return st < 0 ? wick_note(ctx, "while opening study '%s' of %s", name, s->shown) : st;
}

wick_status wick_storage_delete(wick_ctx *ctx, wick_storage *s, const char *name)
{
    wk_study_row row = {0};
    if (s->o.read_only)
        return wick_fail(ctx, WICK_E_STATE, "%s was opened for reading only", s->shown);
    wick_status st = s->place == MEMORY ? WICK_OK : find_study(ctx, s, name, &row);
    if (st < 0) return st;
    if (!row.found) return not_there(ctx, s, name);
    if (s->place == JOURNAL) return wk_journal_delete(ctx, s->path, row.id);
    return wk_rdb_delete(ctx, s->sql, s->o.patience, row.id);
}
