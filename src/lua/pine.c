/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <stdlib.h>
#include <string.h>

/* Pine files: their translation is Lua (lua/wick/pine/translate.lua); here it gets the text, finds
 * libraries, and gives back the Lua text and the findings. */

typedef struct pine_job {
    wk_host *h;
    const char *path, *folder, *text;
    int64_t n;
    wick_buf *lua, *report;
    int64_t errors;
    wk_lines *lines;
} pine_job;

/* Reads one of the places a library may be in; path stays in `at`. */
static bool read_library(wk_host *h, wick_buf *at, const char *dir, const char *user,
                         const char *lib, char **text, int64_t *n)
{
    at->len = 0;
    if (user)
        wick_buf_addf(at, "%s/%s/%s.pine", dir, user, lib);
    else
        wick_buf_addf(at, "%s/%s.pine", dir, lib);
    if (at->failed) return false;
    if (wick_file_read(h->ctx, at->data, 16 << 20, text, n) >= 0) return true;
    wick_ctx_clear(h->ctx);
    return false;
}

/* read(user, library, version) -> text, path; nothing when it is nowhere. Names come from the
 * tokens of a Pine file: letters, digits and underscores. */
static int pine_library(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *folder = lua_tostring(L, lua_upvalueindex(2));
    const char *user = luaL_checkstring(L, 1), *lib = luaL_checkstring(L, 2);
    wick_buf at = {0};
    char *text = NULL;
    int64_t n = 0;
    bool found = false;
    for (int64_t i = -1; i < h->n_roots && !found; i++) {
        const char *dir = i < 0 ? folder : h->roots[i];
        found = read_library(h, &at, dir, user, lib, &text, &n) ||
                read_library(h, &at, dir, NULL, lib, &text, &n);
    }
    if (found) {
        lua_pushlstring(L, text, (size_t)n);
        lua_pushlstring(L, at.data, (size_t)at.len);
    }
    free(text);
    wick_buf_free(&at);
    return found ? 2 : 0;
}

/* LuaJIT compiles a loop of the translator wrong (a load from a table made in the same trace is
 * taken for nil), and it runs too short for the compiler to pay. */
static void compiler(wk_host *h, bool on)
{
#if WICK_LUAJIT
    if (!h->strict)
        luaJIT_setmode(h->L, 0, LUAJIT_MODE_ENGINE | (on ? LUAJIT_MODE_ON : LUAJIT_MODE_OFF));
#else
    (void)h;
    (void)on;
#endif
}

static void take_lines(lua_State *L, wk_lines *to)
{
    if (lua_type(L, -1) != LUA_TTABLE) return;
    int64_t n = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        const int64_t at = (int64_t)lua_tointeger(L, -2);
        if (at > n) n = at;
    }
    to->line = calloc((size_t)n + 1, sizeof *to->line);
    if (!to->line) (void)luaL_error(L, "out of memory");
    to->n = n;
    for (int64_t i = 0; i < n; i++) {
        lua_rawgeti(L, -1, (int)(i + 1));
        to->line[i] = (int32_t)lua_tointeger(L, -1);
        lua_pop(L, 1);
    }
}

static int pine_main(lua_State *L)
{
    pine_job *j = lua_touserdata(L, 1);
    wk_host *h = j->h;
    wk_push_module(L, h, "wick.pine.translate");
    lua_getfield(L, -1, "run");
    lua_pushstring(L, j->path);
    lua_pushlstring(L, j->text, (size_t)j->n);
    lua_pushlightuserdata(L, h);
    lua_pushstring(L, j->folder);
    lua_pushcclosure(L, pine_library, 2);
    /* A tree is built and kept until the end: collecting on the way finds nothing. */
    const int pause = lua_gc(L, LUA_GCSETPAUSE, 1000);
    lua_call(L, 3, 3);
    if (j->lines) take_lines(L, j->lines);
    lua_pop(L, 1);
    lua_gc(L, LUA_GCSETPAUSE, pause);
    size_t n = 0;
    const char *made = lua_tolstring(L, -2, &n);
    if (made) wick_buf_add(j->lua, made, (int64_t)n);
    j->errors = (int64_t)lua_rawlen(L, -1);
    for (int64_t i = 1; i <= j->errors; i++) {
        lua_rawgeti(L, -1, (int)i);
        wick_buf_add(j->report, lua_tostring(L, -1), -1);
        wick_buf_add(j->report, "\n", 1);
        lua_pop(L, 1);
    }
    return 0;
}

static wick_status translate(wick_ctx *ctx, wk_host *h, const char *path, const char *text,
                             int64_t n, wick_buf *lua, wick_buf *report, int64_t *errors,
                             wk_lines *lines)
{
    char *folder = NULL;
    wick_status st = WICK_OK;
    const char *slash = strrchr(path, '/');
    folder = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
    if (!folder) return wick_fail_mem(ctx);
    wk_script place = {.host = h, .path = (char *)(uintptr_t)path, .folder = folder};
    pine_job j = {.h = h,
                  .path = path,
                  .folder = folder,
                  .text = text,
                  .n = n,
                  .lua = lua,
                  .report = report,
                  .lines = lines};
    wk_script *outer = h->script;
    wick_ctx *own = h->ctx;
    h->script = &place;
    h->hook = NULL;
    h->ctx = ctx;
    const wk_budget_mark mark = wk_budget_enter(h, "the translation", h->run_seconds, false);
    compiler(h, false);
    st = wk_protect(h, ctx, pine_main, &j, NULL);
    compiler(h, true);
    wk_budget_leave(h, mark);
    h->ctx = own;
    h->script = outer;
    if (st >= 0 && (lua->failed || report->failed)) st = wick_fail_mem(ctx);
    *errors = j.errors;
    free(folder);
    return st;
}

wick_status wk_host_pine_text(wick_ctx *ctx, wk_host *h, const char *path, const char *text,
                              int64_t n, wick_buf *lua, wick_buf *report, int64_t *errors)
{
    return translate(ctx, h, path, text, n, lua, report, errors, NULL);
}

wick_status wk_host_pine(wick_ctx *ctx, wk_host *h, const char *path, wick_buf *lua,
                         wick_buf *report, int64_t *errors)
{
    char *text = NULL;
    int64_t n = 0;
    wick_status st = wick_file_read(ctx, path, 16 << 20, &text, &n);
    if (st < 0) return st;
    st = wk_host_pine_text(ctx, h, path, text, n, lua, report, errors);
    free(text);
    return st;
}

static int coverage_main(lua_State *L)
{
    pine_job *j = lua_touserdata(L, 1);
    size_t n = 0;
    wk_push_module(L, j->h, "wick.pine.coverage");
    lua_getfield(L, -1, "text");
    lua_call(L, 0, 1);
    const char *text = lua_tolstring(L, -1, &n);
    wick_buf_add(j->report, text ? text : "", (int64_t)n);
    return 0;
}

wick_status wk_host_pine_coverage(wick_ctx *ctx, wk_host *h, wick_buf *out)
{
    pine_job j = {.h = h, .report = out};
    const wk_budget_mark mark = wk_budget_enter(h, "the table", h->run_seconds, false);
    wick_status st = wk_protect(h, ctx, coverage_main, &j, NULL);
    wk_budget_leave(h, mark);
    if (st >= 0 && out->failed) st = wick_fail_mem(ctx);
    return st;
}

bool wk_is_pine(const char *path)
{
    const size_t n = strlen(path);
    return n > 5 && strcmp(path + n - 5, ".pine") == 0;
}

wick_status wk_check_pine(wick_ctx *ctx, wk_host *h, const char *path, wick_buf *report,
                          int64_t *errors)
{
    wick_buf lua = {0};
    wk_script *s = NULL;
    wick_status st = wk_host_pine(ctx, h, path, &lua, report, errors);
    if (st >= 0 && *errors == 0) st = wk_load_lua(ctx, h, path, lua.data, lua.len, &s);
    wk_script_free(s);
    wick_buf_free(&lua);
    return st;
}

wick_status wk_load_pine(wick_ctx *ctx, wk_host *h, const char *path, const char *text, int64_t n,
                         wk_script **out)
{
    wick_buf lua = {0}, report = {0};
    int64_t errors = 0;
    wk_lines lines = {NULL, 0};
    wick_status st = translate(ctx, h, path, text, n, &lua, &report, &errors, &lines);
    if (st >= 0 && errors > 0) {
        const char *end = strchr(report.data, '\n');
        st = wick_fail(ctx, WICK_E_PARSE, "%.*s", (int)(end - report.data), report.data);
        if (errors > 1)
            (void)wick_note(ctx, "and %lld more, which `wick pine --check %s` lists",
                            (long long)errors - 1, path);
    }
    h->lines_now = &lines;
    if (st >= 0) st = wk_load_lua(ctx, h, path, lua.data, lua.len, out);
    h->lines_now = NULL;
    if (st >= 0)
        (*out)->lines = lines;
    else
        free(lines.line);
    wick_buf_free(&lua);
    wick_buf_free(&report);
    return st;
}
