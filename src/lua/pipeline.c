/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <gnu/libc-version.h>
#include <stdlib.h>
#include <string.h>

/* Pipelines: loading, their options, and the one run. What they can do is lua/wick/pipeline.lua. */

/* ---- loading ------------------------------------------------------------------------------ */

static int load_main(lua_State *L)
{
    wk_script *s = lua_touserdata(L, 1);
    wk_host *h = s->host;
    wk_start_body(L, h, s);
    const void *id = wk_push_result(L, h, s);
    if (id == h->id_strategy || id == h->id_pine)
        return wk_raise(L, "%s: this is a strategy, not a pipeline: `wick run %s`", s->path,
                        s->path);
    if (id != h->id_pipeline)
        return wk_raise(L,
                        "%s: a pipeline file ends with 'return P', P being made with wick.pipeline "
                        "\"name\"",
                        s->path);
    const int t = lua_gettop(L);
    lua_pushliteral(L, "run");
    lua_rawget(L, t);
    if (!lua_isfunction(L, -1))
        return wk_raise(L, "%s: the pipeline has no function P.run(cfg, run)", s->path);
    lua_pushliteral(L, "name");
    lua_rawget(L, t);
    s->name = wk_copy_text(L, -1);
    lua_settop(L, t);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_core);
    lua_getfield(L, -1, "pipeline_check");
    lua_pushvalue(L, t);
    lua_call(L, 1, 0);
    lua_settop(L, t);
    s->metrics = luaL_ref(L, LUA_REGISTRYINDEX); /* the pipeline's table */
    return 0;
}

wick_status wk_pipeline_load_text(wick_ctx *ctx, wk_host *h, const char *path, const char *text,
                                  int64_t n, wk_script **out)
{
    return wk_load_as(ctx, h, path, text, n, load_main, out);
}

wick_status wk_pipeline_load(wick_ctx *ctx, wk_host *h, const char *path, wk_script **out)
{
    char *text = NULL;
    int64_t n = 0;
    wick_status st = wick_file_read(ctx, path, 16 << 20, &text, &n);
    if (st < 0) return st;
    st = wk_pipeline_load_text(ctx, h, path, text, n, out);
    free(text);
    return st;
}

/* Of the file and of every module it required while it was loaded, in the order of their paths. */
static int hash_main(lua_State *L)
{
    void **arg = lua_touserdata(L, 1);
    const wk_script *s = arg[0];
    char *hex = arg[1];
    wk_host *h = s->host;
    wick_sha256 k;
    wick_sha256_init(&k);
    wick_sha256_add(&k, s->text, s->text_n);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_core);
    lua_getfield(L, -1, "sorted_keys");
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_chunks);
    lua_call(L, 1, 1);
    const int list = lua_gettop(L);
    const int n = (int)lua_rawlen(L, list);
    for (int i = 1; i <= n; i++) {
        char *text = NULL;
        int64_t bytes = 0;
        lua_rawgeti(L, list, i);
        if (wick_file_read(h->ctx, lua_tostring(L, -1), 16 << 20, &text, &bytes) < 0)
            (void)wk_raise_ctx(L, h);
        wick_sha256_add(&k, text, bytes);
        free(text);
        lua_pop(L, 1);
    }
    wick_sha256_end(&k, hex);
    return 0;
}

wick_status wk_pipeline_sha256(wick_ctx *ctx, wk_script *s, char hex[65])
{
    void *arg[2] = {s, hex};
    return wk_protect(s->host, ctx, hash_main, arg, NULL);
}

/* ---- options ------------------------------------------------------------------------------ */

typedef struct options_job {
    wk_script *s;
    int argc;
    char *const *argv;
    const wick_json *json; /* instead of words */
    wk_pipeline_args *out;
} options_job;

static char *copy_field(lua_State *L, int t, const char *key)
{
    lua_getfield(L, t, key);
    char *copy = lua_type(L, -1) == LUA_TSTRING ? wk_copy_text(L, -1) : NULL;
    lua_pop(L, 1);
    return copy;
}

static int options_main(lua_State *L)
{
    options_job *j = lua_touserdata(L, 1);
    wk_script *s = j->s;
    wk_host *h = s->host;
    wk_pipeline_args *o = j->out;
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_core);
    lua_getfield(L, -1, j->json ? "pipeline_given" : "pipeline_parse");
    lua_rawgeti(L, LUA_REGISTRYINDEX, s->metrics);
    if (j->json) {
        wk_push_json_node(L, h, j->json, false);
    } else {
        lua_createtable(L, j->argc, 0);
        for (int i = 0; i < j->argc; i++) {
            lua_pushstring(L, j->argv[i]);
            lua_rawseti(L, -2, i + 1);
        }
    }
    lua_call(L, 2, 2);
    const int own = lua_gettop(L) - 1, common = own + 1;
    lua_pushvalue(L, own);
    luaL_unref(L, LUA_REGISTRYINDEX, s->config);
    s->config = luaL_ref(L, LUA_REGISTRYINDEX);
    wk_push_json(L, h, own, 0, false, "options");
    o->options = wk_copy_text(L, -1);
    lua_pop(L, 1);
    o->run_root = copy_field(L, common, "run_root");
    o->run_id = copy_field(L, common, "run_id");
    o->configs = copy_field(L, common, "configs");
    o->help = copy_field(L, common, "help_text");
    o->fresh = wk_number_of(L, common, "fresh", 0) != 0;
    lua_rawgeti(L, LUA_REGISTRYINDEX, s->metrics);
    o->in_place = wk_number_of(L, lua_gettop(L), "in_place", 0) != 0;
    lua_pop(L, 1);
    o->promote = wk_number_of(L, common, "promote", 0) != 0;
    o->quiet = wk_number_of(L, common, "quiet", 0) != 0;
    o->strict = wk_number_of(L, common, "strict", 0) != 0;
    o->jobs = (int32_t)wk_number_of(L, common, "jobs", 0);
    o->seed = (uint64_t)wk_number_of(L, common, "seed", 1);
    return 0;
}

static wick_status read_options(wick_ctx *ctx, options_job *j)
{
    wk_host *h = j->s->host;
    wk_script *outer = h->script;
    *j->out = (wk_pipeline_args){0};
    h->script = j->s;
    const wick_status st = wk_protect(h, ctx, options_main, j, NULL);
    h->script = outer;
    if (st < 0) wk_pipeline_args_free(j->out);
    return st;
}

wick_status wk_pipeline_parse(wick_ctx *ctx, wk_script *s, int argc, char *const *argv,
                              wk_pipeline_args *out)
{
    options_job j = {.s = s, .argc = argc, .argv = argv, .out = out};
    return read_options(ctx, &j);
}

wick_status wk_pipeline_given(wick_ctx *ctx, wk_script *s, const wick_json *options,
                              wk_pipeline_args *out)
{
    options_job j = {.s = s, .json = options, .out = out};
    return read_options(ctx, &j);
}

void wk_pipeline_args_free(wk_pipeline_args *a)
{
    free(a->options);
    free(a->run_root);
    free(a->run_id);
    free(a->configs);
    free(a->help);
    *a = (wk_pipeline_args){0};
}

/* ---- the run ------------------------------------------------------------------------------ */

typedef struct run_job {
    wk_script *s;
    int32_t exit_code;
} run_job;

static int run_main(lua_State *L)
{
    run_job *j = lua_touserdata(L, 1);
    wk_script *s = j->s;
    wk_host *h = s->host;
    wk_rng_start(h, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_core);
    lua_getfield(L, -1, "pipeline_run");
    lua_rawgeti(L, LUA_REGISTRYINDEX, s->metrics);
    lua_rawgeti(L, LUA_REGISTRYINDEX, s->config);
    lua_call(L, 2, 1);
    j->exit_code = (int32_t)lua_tonumber(L, -1);
    return 0;
}

static wick_status environment(wick_ctx *ctx, const wk_host *h, wick_buf *b)
{
    wick_json_writer w;
    int64_t n = 0;
    const wick_feature *f = wick_features(&n);
    wick_jw_begin(&w, b, 0);
    wick_jw_object(&w);
    wick_jw_key(&w, "wick");
    wick_jw_string(&w, wick_version());
    wick_jw_key(&w, "vm");
    wick_jw_string(&w, wk_host_vm());
    wick_jw_key(&w, "compiler");
    wick_jw_string(&w, __VERSION__);
    wick_jw_key(&w, "libc");
    wick_jw_string(&w, gnu_get_libc_version());
    wick_jw_key(&w, "threads");
    wick_jw_int(&w, h->jobs > 0 ? h->jobs : wick_cores());
    wick_jw_key(&w, "features");
    wick_jw_array(&w);
    for (int64_t i = 0; i < n; i++)
        if (f[i].present) wick_jw_string(&w, f[i].name);
    wick_jw_end(&w);
    wick_jw_end(&w);
    return b->failed ? wick_fail_mem(ctx) : WICK_OK;
}

wick_status wk_pipeline_run(wick_ctx *ctx, wk_script *s, const wk_pipeline_args *args,
                            wick_workdir *work, int32_t *exit_code)
{
    wk_host *h = s->host;
    wk_script *outer = h->script;
    run_job j = {.s = s};
    wick_buf env = {0};
    h->script = s;
    h->work = work;
    h->jobs = args->jobs;
    h->seed = args->seed;
    h->quiet = args->quiet;
    h->sh.phase = WK_JOB;
    h->hook = "P.run";
    const wk_budget_mark mark = wk_budget_enter(h, "the pipeline", -1.0, false);
    wick_status st = wk_protect(h, ctx, run_main, &j, NULL);
    wk_budget_leave(h, mark);
    h->sh.phase = WK_IDLE;
    h->hook = NULL;
    h->work = NULL;
    h->script = outer;
    if (st >= 0) st = environment(ctx, h, &env);
    if (st >= 0) st = wick_workdir_finish(ctx, work, j.exit_code, env.data);
    wick_buf_free(&env);
    if (st >= 0) *exit_code = j.exit_code;
    return st;
}
