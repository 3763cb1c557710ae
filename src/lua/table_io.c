/* SPDX-License-Identifier: MIT */
#include "lua/table.h"

#include <stdlib.h>

/* Tables in and out of the run folder of a pipeline. */

static wick_workdir *work(lua_State *L, wk_host *h, const char *what)
{
    if (!h->work) (void)wk_raise(L, "%s belongs into P.run of a pipeline", what);
    return h->work;
}

static wick_status file_digest(wick_ctx *ctx, const char *path, char hex[65])
{
    wick_map map;
    wick_sha256 s;
    const wick_status st = wick_map_open(ctx, path, &map);
    if (st < 0) return st;
    wick_sha256_init(&s);
    wick_sha256_add(&s, map.data, map.n);
    wick_sha256_end(&s, hex);
    wick_map_close(&map);
    return WICK_OK;
}

/* core.work_read_table(path, options) -> table, sha256: the file becomes an input of the run. */
static int read_table(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_workdir *w = work(L, h, "run:read_table");
    const char *path = luaL_checkstring(L, 1);
    char hex[65];
    wick_table_opts o;
    wick_table *t = NULL;
    lua_settop(L, 2);
    wk_table_opts(L, 2, &o, "run:read_table");
    wk_good(L, h, file_digest(h->ctx, path, hex));
    wk_good(L, h, wick_workdir_input(h->ctx, w, path, hex));
    wk_box *b = wk_new_table(L, h);
    wk_good(L, h, wick_table_read(h->ctx, path, &o, &t));
    b->p = t;
    lua_pushstring(L, hex);
    return 2;
}

/* core.work_write_table(name, table) */
static int write_table(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_workdir *w = work(L, h, "run:write_table");
    char path[1024];
    const char *name = luaL_checkstring(L, 1);
    const wick_table *t = wk_check_table(L, 2, "run:write_table");
    wk_good(L, h, wick_workdir_prepare(h->ctx, w, name, path, sizeof path));
    wk_good(L, h, wick_table_write(h->ctx, t, path));
    wk_good(L, h, wick_workdir_adopt(h->ctx, w, name));
    return 0;
}

/* core.work_folder(name): the stage at work writes this folder, which appears when it is whole. */
static int folder(lua_State *L)
{
    wk_host *h = wk_self(L);
    wk_good(L, h, wick_workdir_folder(h->ctx, work(L, h, "run:folder"), luaL_checkstring(L, 1)));
    return 0;
}

/* core.work_peek(path) -> text, or nil without a file: state of the folder, not an input of the
 * run. */
static int peek(lua_State *L)
{
    wk_host *h = wk_self(L);
    (void)work(L, h, "run:peek");
    const char *path = luaL_checkstring(L, 1);
    int64_t n = 0;
    if (!wick_path_exists(path)) return 0;
    wick_buf *b = wk_push_buf(L);
    wk_good(L, h, wick_file_read(h->ctx, path, INT64_C(1) << 26, &b->data, &n));
    b->len = n;
    b->cap = n + 1;
    lua_pushlstring(L, b->data, (size_t)n);
    return 1;
}

/* core.has_parquet() -> true, or false and why. */
static int has_parquet(lua_State *L)
{
    wk_host *h = wk_self(L);
    const bool yes = wick_table_parquet(h->ctx) >= 0;
    lua_pushboolean(L, yes);
    if (yes) return 1;
    lua_pushstring(L, wick_ctx_error(h->ctx));
    wick_ctx_clear(h->ctx);
    return 2;
}

/* Adds to the core table on top of the stack. */
void wk_table_io_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {
        {"work_read_table", read_table}, {"work_write_table", write_table},
        {"work_folder", folder},         {"work_peek", peek},
        {"has_parquet", has_parquet},    {NULL, NULL}};
    wk_set_funcs(L, h, list);
}
