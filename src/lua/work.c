/* SPDX-License-Identifier: MIT */
#include "lua/box.h"

#include <string.h>

/* The run folder as pipelines see it: what lua/wick/pipeline.lua calls. */

static wick_workdir *work(lua_State *L, wk_host *h, const char *what)
{
    if (!h->work) (void)wk_raise(L, "%s belongs into P.run of a pipeline", what);
    return h->work;
}

static void good(lua_State *L, wk_host *h, wick_status st)
{
    if (st < 0) (void)wk_raise_ctx(L, h);
}

/* core.work_write(name, text) */
static int core_write(lua_State *L)
{
    wk_host *h = wk_self(L);
    size_t n = 0;
    const char *name = luaL_checkstring(L, 1), *text = luaL_checklstring(L, 2, &n);
    good(L, h, wick_workdir_write(h->ctx, work(L, h, "run:write_text"), name, text, (int64_t)n));
    return 0;
}

/* core.work_stage(name, inputs) -> value as JSON, or nil: the stage has to be done. */
static int core_stage(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *value = NULL;
    const char *name = luaL_checkstring(L, 1), *inputs = luaL_checkstring(L, 2);
    good(L, h, wick_workdir_stage(h->ctx, work(L, h, "run:stage"), name, inputs, &value));
    if (value)
        lua_pushstring(L, value);
    else
        lua_pushnil(L);
    return 1;
}

static int core_stage_end(lua_State *L)
{
    wk_host *h = wk_self(L);
    good(L, h, wick_workdir_stage_end(h->ctx, work(L, h, "run:stage"), luaL_checkstring(L, 1)));
    return 0;
}

static void say(const wk_host *h, const char *text)
{
    if (h->quiet) return;
    if (h->print)
        h->print(h->print_user, text, (int64_t)strlen(text));
    else
        fprintf(stderr, "%s\n", text);
}

/* core.work_log(line [, said]) */
static int core_log(lua_State *L)
{
    wk_host *h = wk_self(L);
    const char *line = luaL_checkstring(L, 1);
    if (strchr(line, '\n')) return wk_raise(L, "run:log: one line at a time");
    good(L, h, wick_workdir_log(h->ctx, work(L, h, "run:log"), line));
    say(h, line);
    return 0;
}

/* core.work_say(line): for the person in front of it, not in run.log. */
static int core_say(lua_State *L)
{
    wk_host *h = wk_self(L);
    (void)work(L, h, "run:say");
    say(h, luaL_checkstring(L, 1));
    return 0;
}

/* core.work_show(text): to standard output. */
static int core_show(lua_State *L)
{
    wk_host *h = wk_self(L);
    size_t n = 0;
    const char *text = luaL_checklstring(L, 1, &n);
    (void)work(L, h, "run:show");
    if (fwrite(text, 1, n, stdout) != n || fflush(stdout) != 0) {
        (void)wick_fail(h->ctx, WICK_E_IO, "standard output cannot be written");
        return wk_raise_ctx(L, h);
    }
    return 0;
}

static int core_promote(lua_State *L)
{
    wk_host *h = wk_self(L);
    good(L, h,
         wick_workdir_promote(h->ctx, work(L, h, "run:promote"), luaL_checkstring(L, 1),
                              luaL_checkstring(L, 2)));
    return 0;
}

/* core.work_read(path): the text of a file, which becomes an input of the run. */
static int core_read(lua_State *L)
{
    wk_host *h = wk_self(L);
    wick_workdir *w = work(L, h, "run:read_text");
    const char *path = luaL_checkstring(L, 1);
    char *text = NULL, hex[65];
    int64_t n = 0;
    wick_sha256 s;
    good(L, h, wick_file_read(h->ctx, path, INT64_C(1) << 28, &text, &n));
    wick_sha256_init(&s);
    wick_sha256_add(&s, text, n);
    wick_sha256_end(&s, hex);
    wick_buf *b = wk_push_buf(L);
    b->data = text;
    b->len = b->cap = n + 1;
    good(L, h, wick_workdir_input(h->ctx, w, path, hex));
    lua_pushlstring(L, text, (size_t)n);
    lua_pushstring(L, hex);
    return 2;
}

/* core.work_input(name, sha256) */
static int core_input(lua_State *L)
{
    wk_host *h = wk_self(L);
    good(L, h,
         wick_workdir_input(h->ctx, work(L, h, "run"), luaL_checkstring(L, 1),
                            luaL_checkstring(L, 2)));
    return 0;
}

static int core_exists(lua_State *L)
{
    (void)work(L, wk_self(L), "run:exists");
    lua_pushboolean(L, wick_path_exists(luaL_checkstring(L, 1)));
    return 1;
}

/* core.find_file(folder, name, ending): "folder/name.ending" here or where wick is installed; nil.
 */
static int core_find_file(lua_State *L)
{
    char path[1024];
    const char *folder = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
    const char *ending = luaL_checkstring(L, 3);
    for (int k = 0; k < 2; k++) {
        snprintf(path, sizeof path, "%s%.200s/%.400s%.20s", k ? WICK_SHARE_DIR "/" : "", folder,
                 name, ending);
        if (!wick_path_exists(path)) continue;
        lua_pushstring(L, path);
        return 1;
    }
    return 0;
}

/* core.work_facts() -> path, id, threads, seed */
static int core_facts(lua_State *L)
{
    wk_host *h = wk_self(L);
    const wick_workdir *w = work(L, h, "run");
    lua_pushstring(L, wick_workdir_path(w));
    lua_pushstring(L, wick_workdir_id(w));
    lua_pushinteger(L, h->jobs > 0 ? h->jobs : wick_cores());
    wk_push_double(L, (double)h->seed);
    return 4;
}

/* core.parse_date(text, end): milliseconds, or nil. A date means its first, or its last, one. */
static int core_parse_date(lua_State *L)
{
    size_t n = 0;
    const char *text = luaL_checklstring(L, 1, &n);
    int64_t t = 0;
    bool clock = false;
    size_t digits = 0;
    while (digits < n && text[digits] >= '0' && text[digits] <= '9') digits++;
    if ((digits == n && n < 8) || !wick_time_parse(text, (int64_t)n, &t, &clock)) return 0;
    if (lua_toboolean(L, 2) && !clock) t += WICK_MS_DAY - 1;
    wk_push_double(L, (double)t);
    return 1;
}

/* core.date_text(ms) */
static int core_date_text(lua_State *L)
{
    char text[WICK_TIME_TEXT];
    wick_time_format(text, (int64_t)luaL_checknumber(L, 1), true);
    lua_pushstring(L, text);
    return 1;
}

/* Adds to the core table on top of the stack. */
void wk_work_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"work_write", core_write},
                                    {"work_stage", core_stage},
                                    {"work_stage_end", core_stage_end},
                                    {"work_log", core_log},
                                    {"work_say", core_say},
                                    {"work_show", core_show},
                                    {"work_promote", core_promote},
                                    {"work_read", core_read},
                                    {"work_input", core_input},
                                    {"work_exists", core_exists},
                                    {"work_facts", core_facts},
                                    {"parse_date", core_parse_date},
                                    {"find_file", core_find_file},
                                    {"date_text", core_date_text},
                                    {NULL, NULL}};
    wk_set_funcs(L, h, list);
    lua_newtable(L);
    h->id_pipeline = lua_topointer(L, -1);
    lua_pushvalue(L, -1);
    h->mt_pipeline = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_setfield(L, -2, "pipeline_meta");
}
