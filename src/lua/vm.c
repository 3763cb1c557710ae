/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- memory ------------------------------------------------------------------------------- */

/* The line that asked for too much. Lua 5.4 keeps its call information valid at every allocation;
 * LuaJIT's compiled code does not, so there the hook's name has to do. */
static void note_place(wk_host *h)
{
#if WICK_LUAJIT
    (void)h;
#else
    if (h->running && !h->mem.quiet) (void)wk_where(h->running, h->mem.where, sizeof h->mem.where);
#endif
}

/* LuaJIT 2.1 crashes when an allocation fails in some of its compiled code: it unwinds from a frame
 * that was not written back. There the cap is soft: the stop hook ends the script at its next
 * interpreted instruction, and code that never gets to one ends with the process at twice the cap,
 * as in budget.c. */
static bool may_be_compiled(const wk_host *h)
{
    return WICK_LUAJIT && !h->strict && h->budget.what && !h->budget.max_counts;
}

/* The words of budget.c's watchdog too, which may come first. */
static void trip_memory(wk_host *h)
{
    snprintf(h->budget.last_words, sizeof h->budget.last_words,
             "wick-jit: error: %.200s: the script wants more than its %lld MiB of memory; is a "
             "table or a string growing without end?\nhint: --strict turns the compiler off and "
             "names the line\n",
             h->script && h->script->path ? h->script->path : "script",
             (long long)(h->mem.cap >> 20));
    wk_budget_trip(h);
}

static void give_up(const wk_host *h)
{
    fputs(h->budget.last_words, stderr);
    _exit(2);
}

static void *gate_alloc(void *user, void *p, size_t old, size_t want)
{
    wk_host *h = user;
    if (!p) old = 0; /* Lua 5.4 passes a type tag there */
    if (want == 0) {
        h->mem.used -= (int64_t)old;
        return wk_blocks_resize(&h->blocks, p, old, 0);
    }
    const int64_t after = h->mem.used + (int64_t)want - (int64_t)old;
    if (want > old && after > h->mem.cap) {
        if (!h->mem.hit) {
            h->mem.hit = true;
            note_place(h);
            if (may_be_compiled(h)) trip_memory(h);
        }
        if (!may_be_compiled(h)) return NULL;
        if (after > 2 * h->mem.cap) give_up(h);
    }
    void *q = wk_blocks_resize(&h->blocks, p, old, want);
    if (!q) return NULL;
    h->mem.used = after;
    return q;
}

/* Far below the usual 8 MiB: LuaJIT takes time with the square of the depth to unwind an error
 * through C frames (15 000 of them: 2.6 s measured). About a hundred nested gsub fit. */
enum { C_STACK_BYTES = 1 << 20 };

void wk_check_depth(lua_State *L, wk_host *h)
{
    char here = 0;
    const char *volatile at = &here;
    const uintptr_t a = (uintptr_t)at, b = (uintptr_t)h->c_base;
    if ((a > b ? a - b : b - a) > C_STACK_BYTES) (void)wk_raise(L, "stack overflow");
}

const char *wk_hook_name(const wk_host *h)
{
    static const char *const names[] = {NULL, "each_bar", "before_bar", "on_bar",
                                        "on", "size",     "fill",       "rebalance",
                                        NULL, "each_bar"};
    const int32_t step = h->sh.phase == WK_DECIDE && h->sh.cur ? h->sh.cur->step : 0;
    if (step > 0 && step <= WICK_STEP_REFILL && names[step]) return names[step];
    return h->hook ? h->hook : h->budget.what ? h->budget.what : "the script";
}

/* ---- places and errors -------------------------------------------------------------------- */

static int protected_main(lua_State *L);

/* A run inside a test ends where the run began: the test's own lines are another story. */
static bool is_entry(lua_State *L, lua_Debug *ar)
{
    lua_getinfo(L, "f", ar);
    const bool yes = lua_tocfunction(L, -1) == protected_main;
    lua_pop(L, 1);
    return yes;
}

/* Frames of the embedded layer have sources that start with '='. */
static bool script_frame(lua_State *L, lua_Debug *ar)
{
    lua_getinfo(L, "Sl", ar);
    return ar->currentline > 0 && ar->source[0] == '@';
}

bool wk_where(lua_State *L, char *out, size_t n)
{
    lua_Debug ar;
    for (int level = 0; lua_getstack(L, level, &ar) && !is_entry(L, &ar); level++) {
        if (!script_frame(L, &ar)) continue;
        snprintf(out, n, "%s:%d", ar.short_src, ar.currentline);
        return true;
    }
    return false;
}

int wk_raise(lua_State *L, const char *fmt, ...)
{
    char text[1024], at[160];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (wk_where(L, at, sizeof at))
        lua_pushfstring(L, "%s: %s", at, text);
    else
        lua_pushstring(L, text);
    return lua_error(L);
}

void wk_place_at(lua_State *L, wk_host *h, int func)
{
    lua_Debug ar;
    lua_pushvalue(L, func);
    lua_getinfo(L, ">S", &ar);
    h->place_line = ar.source[0] == '@' ? ar.linedefined : 0;
}

int wk_raise_ctx(lua_State *L, wk_host *h)
{
    const wick_status st = wick_ctx_code(h->ctx);
    /* A pipeline may catch what its data are not fit for. */
    const bool of_data = st == WICK_E_DATA && (h->sh.phase == WK_JOB || h->sh.phase == WK_IDLE);
    if (of_data || st == WICK_E_ARG || st == WICK_E_PARSE || st == WICK_E_SCRIPT ||
        st == WICK_E_STATE) {
        char text[1024];
        snprintf(text, sizeof text, "%s", wick_ctx_error(h->ctx));
        wick_ctx_clear(h->ctx);
        return wk_raise(L, "%s", text);
    }
    lua_pushlightuserdata(L, h);
    return lua_error(L);
}

/* What an error value says, as text on the stack. */
static void error_text(lua_State *L, int i)
{
    const int t = lua_type(L, i);
    if (t == LUA_TSTRING) {
        lua_pushvalue(L, i);
    } else if (t == LUA_TNUMBER) {
        char text[WICK_DOUBLE_TEXT];
        wick_format_double(text, lua_tonumber(L, i));
        lua_pushfstring(L, "error raised with the number %s", text);
    } else if (t == LUA_TTABLE &&
               (lua_pushliteral(L, "message"), lua_rawget(L, i), lua_type(L, -1) == LUA_TSTRING)) {
        return;
    } else if (t == LUA_TNIL) {
        lua_pushliteral(L, "error raised without a message: error(nil)");
    } else {
        lua_pushfstring(L, "error raised with a %s instead of a message", lua_typename(L, t));
    }
}

static const char *frame_name(const lua_Debug *ar)
{
    if (*ar->what == 'm') return "the file body";
    return ar->name ? ar->name : "a function";
}

/* "file:12: ..." */
static bool is_placed(const char *s)
{
    const size_t head = strcspn(s, ":\n");
    return s[head] == ':' && s[head + 1] >= '0' && s[head + 1] <= '9';
}

/* A message of the VM about one of wick's own Lua files ("wick.base:96: ...") belongs to the script
 * line that called it; one without any place gets that of the innermost script line. */
static void place_text(lua_State *L, int text)
{
    char at[160];
    const char *s = lua_tostring(L, text), *rest = s;
    const size_t head = strcspn(s, ":\n");
    const bool placed = is_placed(s);
    if (placed && strncmp(s, "wick.", 5) != 0) return;
    if (placed) {
        rest = strchr(s + head + 1, ':');
        rest = rest ? rest + 1 + strspn(rest + 1, " ") : s;
    }
    if (!wk_where(L, at, sizeof at)) return;
    lua_pushfstring(L, "%s: %s", at, rest);
    lua_replace(L, text);
}

/* Message handler: text, then one "called from" line for each further script frame. Runs where the
 * error was raised, so that the stack is still there. */
static int handler(lua_State *L)
{
    if (lua_type(L, 1) == LUA_TLIGHTUSERDATA) return 1; /* the context already has it */
    enum { MAX_LINES = 8 };
    luaL_checkstack(L, 20, NULL);
    error_text(L, 1);
    const int text = lua_gettop(L);
    place_text(L, text);
    lua_Debug ar;
    bool first = true;
    int lines = 0;
    lua_pushvalue(L, text);
    for (int level = 0; lua_getstack(L, level, &ar) && lines < MAX_LINES && !is_entry(L, &ar);
         level++) {
        if (!script_frame(L, &ar)) continue;
        if (!first) {
            lua_getinfo(L, "n", &ar);
            lua_pushfstring(L, "\nwhile in %s, %s:%d", frame_name(&ar), ar.short_src,
                            ar.currentline);
            lua_concat(L, 2);
            lines++;
        }
        first = false;
    }
    return 1;
}

/* For errors raised while no line of the script is running: the file at least. */
static const char *file_of(const wk_host *h)
{
    return h->script && h->script->path ? h->script->path : "script";
}

wick_status wk_memory_error(wk_host *h, wick_ctx *ctx)
{
    if (!h->mem.hit) return wick_fail_mem(ctx);
    return wick_fail(ctx, WICK_E_BUDGET,
                     "%s: the script wants more than its %lld MiB of memory; is a table or a "
                     "string growing without end?",
                     h->mem.where[0] ? h->mem.where : file_of(h), (long long)(h->mem.cap >> 20));
}

static int collect_main(lua_State *L)
{
    lua_gc(L, LUA_GCCOLLECT, 0);
    return 0;
}

/* LuaJIT does not collect when an allocation fails, so what the script held is still there; and its
 * collector may want memory itself. */
static void collect(wk_host *h)
{
    const int64_t cap = h->mem.cap;
    h->mem.cap += INT64_C(32) << 20;
    lua_rawgeti(h->L, LUA_REGISTRYINDEX, h->ref_collect);
    if (lua_pcall(h->L, 0, 0, 0) != 0) lua_pop(h->L, 1);
    h->mem.cap = cap;
}

/* The VMs spell it in several ways, some with half a traceback in the message. */
static wick_status overflow_error(const wk_host *h, wick_ctx *ctx, const char *text)
{
    const char *colon = strstr(text, ": ");
    const size_t line = strcspn(text, "\n");
    const int place = colon && (size_t)(colon - text) < line && strchr(text, ':') != colon
                          ? (int)(colon - text) + 2
                          : 0;
    /* Compiled code of LuaJIT does not always know its line: the file at least. */
    if (place == 0)
        return wick_fail(ctx, WICK_E_BUDGET,
                         "%s: the script calls itself without end (stack overflow)", file_of(h));
    return wick_fail(ctx, WICK_E_BUDGET, "%.*sthe script calls itself without end (stack overflow)",
                     place, text);
}

/* What stands in a message as line N of a translation becomes the line of the Pine file, on the top
 * of the stack. */
static void pine_lines(wk_host *h)
{
    static const char mark[] = " (as Lua):";
    lua_State *L = h->L;
    const wk_lines *m = h->script && h->script->lines.line ? &h->script->lines : h->lines_now;
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    if (!m || !text || !strstr(text, mark)) return;
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (const char *at; (at = strstr(text, mark)) != NULL;) {
        char *end = NULL;
        const long n = strtol(at + sizeof mark - 1, &end, 10);
        const int32_t line = n > 0 && n <= m->n ? m->line[n - 1] : 0;
        char number[32];
        luaL_addlstring(&b, text, (size_t)(at - text));
        snprintf(number, sizeof number, line > 0 ? ":%ld" : " (as Lua):%ld",
                 line > 0 ? (long)line : n);
        luaL_addstring(&b, number);
        text = end;
    }
    luaL_addstring(&b, text);
    /* What Lua says of a field of nothing, in the words of Pine. */
    if (strstr(text, "attempt to index") && strstr(text, "nil value"))
        luaL_addstring(&b, "; the object is na, which has no fields");
    luaL_pushresult(&b);
    lua_replace(L, -2);
}

wick_status wk_take_error(wk_host *h, wick_ctx *ctx, int lua_status)
{
    lua_State *L = h->L;
    wick_status st;
    if (lua_status != LUA_ERRMEM && !h->mem.hit) pine_lines(h);
    if (lua_status == LUA_ERRMEM) {
        st = wk_memory_error(h, ctx);
    } else if (lua_type(L, -1) == LUA_TLIGHTUSERDATA) {
        st = wick_ctx_code(ctx);
        if (st == WICK_OK) st = wick_fail(ctx, WICK_E_INTERNAL, "an error without a message");
    } else {
        const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
        if (h->mem.hit && (!text || strstr(text, "not enough memory")))
            st = wk_memory_error(h, ctx);
        else if (text && strstr(text, "stack overflow"))
            st = overflow_error(h, ctx, text);
        else if (!text)
            st = wick_fail(ctx, WICK_E_SCRIPT, "%s: the script failed while handling an error",
                           file_of(h));
        else if (is_placed(text) || strncmp(text, file_of(h), strlen(file_of(h))) == 0)
            st = wick_fail(ctx, WICK_E_SCRIPT, "%s", text);
        else if (h->place_line > 0)
            st = wick_fail(ctx, WICK_E_SCRIPT, "%s:%d: %s", file_of(h), h->place_line, text);
        else
            st = wick_fail(ctx, WICK_E_SCRIPT, "%s: %s", file_of(h), text);
    }
    lua_pop(L, 1);
    if (h->mem.hit) collect(h);
    h->mem.hit = false;
    h->mem.where[0] = '\0';
    return st;
}

typedef struct protect_arg {
    lua_CFunction f;
    void *arg;
} protect_arg;

static int protected_main(lua_State *L)
{
    const protect_arg *a = (const protect_arg *)lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_pushlightuserdata(L, a->arg);
    return a->f(L);
}

wick_status wk_protect(wk_host *h, wick_ctx *ctx, lua_CFunction f, void *arg, const char *what)
{
    lua_State *L = h->L;
    protect_arg a = {f, arg};
    wick_ctx *outer = h->ctx;
    char here = 0, *volatile base = &here;
    char *outer_base = h->c_base;
    if (!outer_base) h->c_base = base;
    h->ctx = ctx;
    wick_ctx_clear(ctx);
    const int top = lua_gettop(L);
    /* Made beforehand: nothing here may allocate, there is nobody to catch a failure. */
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_handler);
    lua_rawgeti(L, LUA_REGISTRYINDEX, h->ref_main);
    lua_pushlightuserdata(L, &a);
    const int rc = lua_pcall(L, 1, 0, top + 1);
    wick_status st = WICK_OK;
    if (rc != 0) {
        st = wk_take_error(h, ctx, rc);
        if (what) st = wick_note(ctx, "while running %s", what);
    }
    lua_settop(L, top);
    h->ctx = outer;
    h->c_base = outer_base;
    h->place_line = 0;
    if (!outer_base) h->call_depth = 0;
    return st;
}

/* ---- small tools -------------------------------------------------------------------------- */

void wk_push_func(lua_State *L, wk_host *h, lua_CFunction f)
{
    lua_pushlightuserdata(L, h);
    lua_pushcclosure(L, f, 1);
}

void wk_set_funcs(lua_State *L, wk_host *h, const luaL_Reg *list)
{
    for (; list->name; list++) {
        wk_push_func(L, h, list->func);
        lua_setfield(L, -2, list->name);
    }
}

const char *wk_nearest_key(lua_State *L, int index, const char *word)
{
    enum { MAX_NAMES = 512 };
    const char *names[MAX_NAMES];
    int64_t n = 0;
    const int t = lua_absindex(L, index);
    lua_pushnil(L);
    while (lua_next(L, t)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING && n < MAX_NAMES) names[n++] = lua_tostring(L, -1);
    }
    /* Table order differs between the VMs; of equally near names the first in the alphabet. */
    for (int64_t i = 1; i < n; i++)
        for (int64_t k = i; k > 0 && strcmp(names[k - 1], names[k]) > 0; k--) {
            const char *swap = names[k];
            names[k] = names[k - 1];
            names[k - 1] = swap;
        }
    return wick_nearest(word, names, n);
}

/* ---- the host ----------------------------------------------------------------------------- */

const char *wk_host_vm(void)
{
#if WICK_LUAJIT
    return LUAJIT_VERSION;
#else
    return LUA_RELEASE;
#endif
}

static int panic(lua_State *L)
{
    (void)L;
    fputs("wick: defect: an error outside every protected call\n", stderr);
    abort();
}

static int open_all(lua_State *L)
{
    wk_host *h = (wk_host *)lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_pushlightuserdata(L, h);
    lua_setfield(L, LUA_REGISTRYINDEX, "wick.host");
    lua_pushcfunction(L, handler);
    h->ref_handler = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushcfunction(L, protected_main);
    h->ref_main = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushcfunction(L, collect_main);
    h->ref_collect = luaL_ref(L, LUA_REGISTRYINDEX);
    luaL_openlibs(L);
#if WICK_LUAJIT
    /* A bar function with many account figures and orders calls the same getter more often in one
     * trace than the defaults allow; given up, it costs several times what Lua 5.4 takes. A script
     * of two hundred lines branches so often that compiling every exit taken ten times (the
     * default), with up to 30 000 instructions each, takes seconds: 2.4 s on 53,929 bars against
     * 0.2 s with these, and what is measured over many runs is no slower. */
    if (luaL_dostring(L, "jit.opt.start('callunroll=20', 'loopunroll=60', 'maxrecord=4000', "
                         "'hotexit=150', 'maxsnap=4000', 'maxirconst=8000')"))
        lua_pop(L, 1);
#endif
    wk_sandbox_open(L, h);
#if WICK_LUAJIT
    luaJIT_setmode(L, 0, LUAJIT_MODE_ENGINE | (h->strict ? LUAJIT_MODE_OFF : LUAJIT_MODE_ON));
#endif
    return 0;
}

static bool copy_roots(wk_host *h, const wk_host_opts *o)
{
    if (!o || o->n_roots <= 0) return true;
    h->roots = calloc((size_t)o->n_roots, sizeof *h->roots);
    if (!h->roots) return false;
    for (int64_t i = 0; i < o->n_roots; i++) {
        h->roots[i] = strdup(o->roots[i]);
        if (!h->roots[i]) return false;
        h->n_roots = i + 1;
    }
    return true;
}

wick_status wk_host_new(wick_ctx *ctx, const wk_host_opts *opts, wk_host **out)
{
    /* LuaJIT crashes when its own start-up runs out of memory. */
    if (opts && opts->memory_cap > 0 && opts->memory_cap < WK_LEAST_MEMORY)
        return wick_fail(ctx, WICK_E_ARG, "a script needs at least 1 MiB of memory, got %lld bytes",
                         (long long)opts->memory_cap);
    wk_host *h = calloc(1, sizeof *h);
    if (!h) return wick_fail_mem(ctx);
    h->mem.cap = opts && opts->memory_cap > 0 ? opts->memory_cap : INT64_C(512) << 20;
    h->load_seconds = opts && opts->load_seconds > 0 ? opts->load_seconds : 0.5;
    h->run_seconds = opts && opts->run_seconds != 0 ? opts->run_seconds : 600.0;
    h->seed = opts ? opts->seed : 0;
    h->strict = opts && opts->strict;
    h->print = opts ? opts->print : NULL;
    h->print_user = opts ? opts->print_user : NULL;
    h->decl = -1;
    h->sh.base = 1.0;
    h->sh.host = h;
    wick_status st = WICK_E_MEM;
    if (!copy_roots(h, opts) || !wk_slots_reserve(h, 64)) goto fail;
    h->L = lua_newstate(gate_alloc, h);
    if (!h->L) goto fail;
    lua_atpanic(h->L, panic);
    h->ctx = ctx;
    lua_pushcfunction(h->L, open_all);
    lua_pushlightuserdata(h->L, h);
    const int rc = lua_pcall(h->L, 1, 0, 0);
    if (rc != 0) {
        st = wk_take_error(h, ctx, rc);
        wk_host_free(h);
        return st;
    }
    h->ctx = NULL;
    *out = h;
    return WICK_OK;
fail:
    wk_host_free(h);
    return wick_fail_mem(ctx);
}

void wk_host_free(wk_host *h)
{
    if (!h) return;
    while (h->scripts) wk_script_free(h->scripts);
    wk_unbind(h);
    h->running = NULL;
    wk_budget_free(h);
    free(h->due);
    wk_clock_free(h);
    wick_panel_unref(h->finer);
    h->mem.quiet = true;
    if (h->L) lua_close(h->L);
    wk_blocks_free(&h->blocks);
    for (int64_t i = 0; i < h->n_roots; i++) free(h->roots[i]);
    free(h->roots);
    free(h->slots);
    free(h->extra);
    free(h);
}
