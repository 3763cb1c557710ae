/* SPDX-License-Identifier: MIT */
/* Optuna's tables (its schema 12, revision v3.2.0.a: releases 3.2 to 5), made and checked. */
#include <string.h>

#include "store/sql.h"

static const char revision[] = "v3.2.0.a";

/* %K: an integer key the database assigns; %F: double; %D: date and time; %S, %T, %V, %I: the enums
 * of directions, states, kinds of values and of intermediate values. */
static const char *const tables[] = {
    "CREATE TABLE IF NOT EXISTS studies (study_id %K, study_name VARCHAR(512) NOT NULL, "
    "PRIMARY KEY (study_id))",
    "CREATE UNIQUE INDEX IF NOT EXISTS ix_studies_study_name ON studies (study_name)",
    "CREATE TABLE IF NOT EXISTS version_info (version_info_id INTEGER NOT NULL, "
    "schema_version INTEGER, library_version VARCHAR(256), PRIMARY KEY (version_info_id), "
    "CHECK (version_info_id = 1))",
    "CREATE TABLE IF NOT EXISTS study_directions (study_direction_id %K, direction %S NOT NULL, "
    "study_id INTEGER NOT NULL, objective INTEGER NOT NULL, PRIMARY KEY (study_direction_id), "
    "UNIQUE (study_id, objective), FOREIGN KEY (study_id) REFERENCES studies (study_id))",
    "CREATE TABLE IF NOT EXISTS study_user_attributes (study_user_attribute_id %K, "
    "study_id INTEGER, key VARCHAR(512), value_json TEXT, PRIMARY KEY (study_user_attribute_id), "
    "UNIQUE (study_id, key), FOREIGN KEY (study_id) REFERENCES studies (study_id))",
    "CREATE TABLE IF NOT EXISTS study_system_attributes (study_system_attribute_id %K, "
    "study_id INTEGER, key VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (study_system_attribute_id), UNIQUE (study_id, key), "
    "FOREIGN KEY (study_id) REFERENCES studies (study_id))",
    "CREATE TABLE IF NOT EXISTS trials (trial_id %K, number INTEGER, study_id INTEGER, "
    "state %T NOT NULL, datetime_start %D, datetime_complete %D, PRIMARY KEY (trial_id), "
    "FOREIGN KEY (study_id) REFERENCES studies (study_id))",
    "CREATE INDEX IF NOT EXISTS ix_trials_study_id ON trials (study_id)",
    "CREATE TABLE IF NOT EXISTS trial_user_attributes (trial_user_attribute_id %K, "
    "trial_id INTEGER, key VARCHAR(512), value_json TEXT, PRIMARY KEY (trial_user_attribute_id), "
    "UNIQUE (trial_id, key), FOREIGN KEY (trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE IF NOT EXISTS trial_system_attributes (trial_system_attribute_id %K, "
    "trial_id INTEGER, key VARCHAR(512), value_json TEXT, "
    "PRIMARY KEY (trial_system_attribute_id), UNIQUE (trial_id, key), "
    "FOREIGN KEY (trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE IF NOT EXISTS trial_params (param_id %K, trial_id INTEGER, "
    "param_name VARCHAR(512), param_value %F, distribution_json TEXT, PRIMARY KEY (param_id), "
    "UNIQUE (trial_id, param_name), FOREIGN KEY (trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE IF NOT EXISTS trial_values (trial_value_id %K, trial_id INTEGER NOT NULL, "
    "objective INTEGER NOT NULL, value %F, value_type %V NOT NULL, PRIMARY KEY (trial_value_id), "
    "UNIQUE (trial_id, objective), FOREIGN KEY (trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE IF NOT EXISTS trial_intermediate_values (trial_intermediate_value_id %K, "
    "trial_id INTEGER NOT NULL, step INTEGER NOT NULL, intermediate_value %F, "
    "intermediate_value_type %I NOT NULL, PRIMARY KEY (trial_intermediate_value_id), "
    "UNIQUE (trial_id, step), FOREIGN KEY (trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE IF NOT EXISTS trial_heartbeats (trial_heartbeat_id %K, "
    "trial_id INTEGER NOT NULL, heartbeat %D NOT NULL, PRIMARY KEY (trial_heartbeat_id), "
    "UNIQUE (trial_id), FOREIGN KEY (trial_id) REFERENCES trials (trial_id))",
    "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
};
enum { TABLES = sizeof tables / sizeof *tables };

/* The last trial of a study by key: what numbers a new one and finds what is new. Optuna ignores
 * indexes it did not make. */
static const char index_sql[] =
    "CREATE INDEX IF NOT EXISTS wick_trials_study_trial ON trials (study_id, trial_id)";

static const char *type_of(bool pg, char c)
{
    switch (c) {
    case 'K': return pg ? "SERIAL" : "INTEGER NOT NULL";
    case 'F': return pg ? "DOUBLE PRECISION" : "FLOAT";
    case 'D': return pg ? "TIMESTAMP WITHOUT TIME ZONE" : "DATETIME";
    case 'S': return pg ? "studydirection" : "VARCHAR(8)";
    case 'T': return pg ? "trialstate" : "VARCHAR(8)";
    case 'V': return pg ? "trialvaluetype" : "VARCHAR(7)";
    default: return pg ? "trialintermediatevaluetype" : "VARCHAR(7)";
    }
}

static wick_status make_table(wick_ctx *ctx, wk_sql *q, const char *text)
{
    wick_buf b = {0};
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '%') {
            wick_buf_add(&b, type_of(q->pg, *++p), -1);
        } else {
            wick_buf_add(&b, p, 1);
        }
    }
    const wick_status st =
        b.failed ? wick_fail_mem(ctx) : q->exec(q, ctx, false, b.data, NULL, 0, NULL, NULL);
    const wick_status done = st >= 0 ? q->sync(q, ctx) : st;
    wick_buf_free(&b);
    return done;
}

/* PostgreSQL has no CREATE TYPE IF NOT EXISTS. */
static wick_status make_types(wick_ctx *ctx, wk_sql *q)
{
    static const char *const enums[] = {
        "studydirection AS ENUM ('NOT_SET', 'MINIMIZE', 'MAXIMIZE')",
        "trialstate AS ENUM ('RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING')",
        "trialvaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG')",
        "trialintermediatevaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG', 'NAN')",
    };
    for (int i = 0; i < 4; i++) {
        wick_buf b = {0};
        wick_buf_addf(&b,
                      "DO $$ BEGIN CREATE TYPE %s; "
                      "EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                      enums[i]);
        wick_status st =
            b.failed ? wick_fail_mem(ctx) : q->exec(q, ctx, false, b.data, NULL, 0, NULL, NULL);
        if (st >= 0) st = q->sync(q, ctx);
        wick_buf_free(&b);
        if (st < 0) return st;
    }
    return WICK_OK;
}

static wick_status has_row(void *user, wick_ctx *ctx, const wk_cell *row)
{
    (void)ctx;
    *(bool *)user = wk_cell_int(&row[0]) != 0;
    return WICK_OK;
}

static wick_status make(void *user, wick_ctx *ctx, bool again)
{
    (void)again;
    wk_sql *q = user;
    wick_status st = WICK_OK;
    /* Several workers may start on an empty database; the key is "wick" in ASCII. */
    if (q->pg)
        st =
            q->exec(q, ctx, false, "SELECT pg_advisory_xact_lock(2003395435)", NULL, 0, NULL, NULL);
    if (st >= 0 && q->pg) st = make_types(ctx, q);
    for (int i = 0; i < TABLES && st >= 0; i++) st = make_table(ctx, q, tables[i]);
    if (st >= 0) st = make_table(ctx, q, index_sql);
    if (st >= 0)
        st = q->exec(q, ctx, false,
                     "INSERT INTO version_info (version_info_id, schema_version, library_version) "
                     "VALUES (1, 12, '4.9.0') ON CONFLICT DO NOTHING",
                     NULL, 0, NULL, NULL);
    if (st < 0) return st;
    const wk_cell v = wk_text(revision);
    return q->exec(q, ctx, false,
                   "INSERT INTO alembic_version (version_num) SELECT ?1 "
                   "WHERE NOT EXISTS (SELECT 1 FROM alembic_version)",
                   &v, 1, NULL, NULL);
}

typedef struct check {
    wk_sql *q;
    bool tables, index;
    char found[64];
} check;

static wick_status get_revision(void *user, wick_ctx *ctx, const wk_cell *row)
{
    (void)ctx;
    check *c = user;
    const char *s = wk_cell_text(&row[0]);
    snprintf(c->found, sizeof c->found, "%s", s != NULL ? s : "");
    return WICK_OK;
}

static wick_status look(void *user, wick_ctx *ctx, bool again)
{
    (void)again;
    check *c = user;
    wk_sql *q = c->q;
    static const char *const there[2][2] = {
        {"SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'",
         "SELECT count(*) FROM sqlite_master WHERE name = 'wick_trials_study_trial'"},
        {"SELECT count(*) FROM pg_class WHERE oid = to_regclass('alembic_version')",
         "SELECT count(*) FROM pg_class WHERE oid = to_regclass('wick_trials_study_trial')"}};
    wick_status st = q->exec(q, ctx, false, there[q->pg][0], NULL, 0, has_row, &c->tables);
    if (st >= 0) st = q->exec(q, ctx, false, there[q->pg][1], NULL, 0, has_row, &c->index);
    if (st >= 0) st = q->sync(q, ctx);
    if (st < 0 || !c->tables) return st;
    st =
        q->exec(q, ctx, false, "SELECT version_num FROM alembic_version", NULL, 0, get_revision, c);
    return st < 0 ? st : q->sync(q, ctx);
}

wick_status wk_schema(wick_ctx *ctx, wk_sql *q, bool may_make, double patience)
{
    check c = {.q = q};
    wick_status st = wk_sql_read(ctx, q, patience, look, &c);
    if (st < 0) return st;
    if (!c.tables && !may_make)
        return wick_fail(ctx, WICK_E_DATA, "holds no studies: Optuna's tables are not there");
    if (c.tables && c.found[0] != '\0' && strcmp(c.found, revision) != 0)
        return wick_fail(ctx, WICK_E_DATA,
                         "Optuna's tables are of revision %s, wick knows %s (Optuna 3.2 to 5): "
                         "`optuna storage upgrade --storage URL` may bring them there",
                         c.found, revision);
    if (may_make && (!c.tables || !c.index || c.found[0] == '\0'))
        st = wk_sql_transact(ctx, q, patience, make, q);
    return st;
}
