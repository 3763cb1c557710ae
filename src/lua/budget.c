/* SPDX-License-Identifier: MIT */
/* sigevent's thread target is Linux's own. */
#define _GNU_SOURCE
#include "lua/lua_int.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Three guards, from cheap to final.
 *
 * 1. Where it costs nothing that matters (file bodies), a count hook limits instructions: the same
 *    script stops at the same instruction everywhere.
 * 2. In bar hooks a count hook would be asked after every instruction (Lua 5.4 keeps its trap flag
 *    up as long as a count hook exists; measured: three times slower). There a timer on the CPU
 *    time of the thread ticks instead; when the budget is used up, or Ctrl-C was pressed, its
 *    signal handler arms a hook on every instruction, as the reference interpreter does for
 *    Ctrl-C. From then on every instruction raises, so no pcall can go on.
 * 3. Code that runs no hooks (a pattern match that backtracks for ever, a compiled loop of LuaJIT)
 *    cannot be stopped that way. After a grace period the handler says so and ends the process;
 *    results are written in one piece at the end, so nothing is left half done.
 */

enum { TICK_MS = 10 };
enum {
    GRACE_TICKS = 100,
    CALL_TICKS = WK_CALL_SECONDS * 1000 / TICK_MS,
    COUNT_STEP = 1000,
    LOAD_COUNTS = 20000
};

static long thread_id(void)
{
    return syscall(SYS_gettid);
}

static void stop_hook(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    lua_getfield(L, LUA_REGISTRYINDEX, "wick.host");
    wk_host *h = lua_touserdata(L, -1);
    lua_pop(L, 1);
    h->running = L;
    wk_budget_check(L, h);
}

/* Counts instructions in thousands until the limit, then behaves as stop_hook. */
static void count_hook(lua_State *L, lua_Debug *ar)
{
    lua_getfield(L, LUA_REGISTRYINDEX, "wick.host");
    wk_host *h = lua_touserdata(L, -1);
    lua_pop(L, 1);
    if (++h->budget.counts >= h->budget.max_counts && h->budget.max_counts) {
        h->budget.tripped = 1;
        h->sh.stop = 1;
        lua_sethook(L, stop_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
        stop_hook(L, ar);
    }
}

/* Async-signal context: plain stores, lua_sethook (safe by its contract), write and _exit. */
static void on_tick(int sig, siginfo_t *info, void *where)
{
    (void)sig;
    (void)where;
    wk_host *h = info->si_value.sival_ptr;
    wk_budget *b = &h->budget;
    if (!b->what) return;
    b->ticks++;
    const wick_cursor *c = h->run ? h->sh.cur : NULL;
    if (c && (c->tick != b->seen_tick || c->symbol != b->seen_symbol || c->step != b->seen_step)) {
        b->seen_tick = c->tick;
        b->seen_symbol = c->symbol;
        b->seen_step = c->step;
        b->call_ticks = 0;
    } else if (c) {
        b->call_ticks++;
    }
    const bool limited = b->limit >= 0;
    if (limited && b->call_ticks > CALL_TICKS) b->one_call = true;
    const bool over = limited && (b->ticks > b->limit || b->one_call);
    if (!over && !wick_interrupted() && !b->tripped) return;
    if (over) b->tripped = 1;
    h->sh.stop = 1;
    if (h->running)
        lua_sethook(h->running, stop_hook,
                    LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
    if (++b->grace < GRACE_TICKS) return;
    if (wick_interrupted()) _exit(130);
    if (write(STDERR_FILENO, b->last_words, strlen(b->last_words)) < 0) _exit(3);
    _exit(2);
}

static bool make_timer(wk_host *h)
{
    wk_budget *b = &h->budget;
    if (b->has_timer && b->tid == thread_id()) return true;
    if (b->has_timer) timer_delete(b->timer);
    b->has_timer = false;
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_sigaction = on_tick;
    sa.sa_flags = SA_SIGINFO | SA_RESTART;
    sigemptyset(&sa.sa_mask);
    if (sigaction(SIGRTMIN, &sa, NULL) != 0) return false;
    struct sigevent ev;
    memset(&ev, 0, sizeof ev);
    ev.sigev_notify = SIGEV_THREAD_ID;
    ev.sigev_signo = SIGRTMIN;
    ev.sigev_value.sival_ptr = h;
    b->tid = thread_id();
#ifdef sigev_notify_thread_id
    ev.sigev_notify_thread_id = (pid_t)b->tid;
#else
    ev._sigev_un._tid = (pid_t)b->tid;
#endif
    b->has_timer = timer_create(CLOCK_THREAD_CPUTIME_ID, &ev, &b->timer) == 0;
    return b->has_timer;
}

static void run_timer(wk_budget *b, bool on)
{
    if (!b->has_timer) return;
    struct itimerspec t;
    memset(&t, 0, sizeof t);
    if (on) t.it_value.tv_nsec = t.it_interval.tv_nsec = TICK_MS * 1000000L;
    timer_settime(b->timer, 0, &t, NULL);
}

void wk_budget_name(wk_host *h, const char *what)
{
    h->budget.what = what;
    snprintf(
        h->budget.last_words, sizeof h->budget.last_words,
        "%s: error: %.120s: %.40s ran longer than its %g s of CPU time (%g s in one call) inside "
        "code that cannot be interrupted; is there an endless loop?\nhint: look for a loop without "
        "an end%s\n",
        WICK_LUAJIT ? "wick-jit" : "wick",
        h->script && h->script->path ? h->script->path : "script", what, h->budget.seconds,
        CALL_TICKS * TICK_MS / 1000.0,
        WICK_LUAJIT ? "; --strict turns the compiler off and names the line" : "");
}

/* LuaJIT counts instructions only in code it interprets. */
static void set_compiler(wk_host *h, bool on)
{
#if WICK_LUAJIT
    if (!h->strict)
        luaJIT_setmode(h->L, 0, LUAJIT_MODE_ENGINE | (on ? LUAJIT_MODE_ON : LUAJIT_MODE_OFF));
#else
    (void)h;
    (void)on;
#endif
}

wk_budget_mark wk_budget_enter(wk_host *h, const char *what, double seconds, bool count)
{
    wk_budget *b = &h->budget;
    const wk_budget_mark before = {b->what,   b->ticks,      b->limit,  b->grace,
                                   b->counts, b->max_counts, b->seconds};
    const bool nested = b->what != NULL;
    b->seconds = seconds;
    wk_budget_name(h, what);
    b->ticks = b->grace = b->call_ticks = 0;
    b->one_call = false;
    b->limit = seconds < 0 ? -1 : (int64_t)(seconds * 1000.0 / TICK_MS + 0.5);
    b->counts = 0;
    b->max_counts = count ? LOAD_COUNTS : 0;
    if (!nested) {
        b->tripped = 0;
        h->sh.stop = 0;
        h->running = h->L;
        if (make_timer(h)) run_timer(b, true);
    }
    if (count) {
        lua_sethook(h->L, count_hook, LUA_MASKCOUNT, COUNT_STEP);
        set_compiler(h, false);
    }
    return before;
}

void wk_budget_leave(wk_host *h, wk_budget_mark before)
{
    wk_budget *b = &h->budget;
    if (!before.what) run_timer(b, false);
    b->what = before.what;
    b->ticks = before.ticks;
    b->limit = before.limit;
    b->grace = before.grace;
    b->counts = before.counts;
    b->max_counts = before.max_counts;
    b->seconds = before.seconds;
    lua_sethook(h->L, NULL, 0, 0);
    set_compiler(h, true);
    if (before.what) {
        b->tripped = 0;
        h->sh.stop = 0;
    }
}

void wk_budget_free(wk_host *h)
{
    if (h->budget.has_timer) timer_delete(h->budget.timer);
    h->budget.has_timer = false;
}

void wk_budget_trip(wk_host *h)
{
    h->budget.tripped = 1;
    h->sh.stop = 1;
    if (h->running)
        lua_sethook(h->running, stop_hook,
                    LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

void wk_budget_check(lua_State *L, wk_host *h)
{
    const wk_budget *b = &h->budget;
    const char *what = wk_hook_name(h);
    if (wick_interrupted() || b->tripped)
        lua_sethook(L, stop_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
    if (wick_interrupted()) {
        if (wick_ctx_code(h->ctx) != WICK_E_CANCELLED)
            (void)wick_fail(h->ctx, WICK_E_CANCELLED, "interrupted in %s", what);
        lua_pushlightuserdata(L, h);
        lua_error(L);
    }
    if (!b->tripped) return;
    if (wick_ctx_code(h->ctx) != WICK_E_BUDGET) {
        char at[160];
        const bool placed = wk_where(L, at, sizeof at);
        const char *colon = placed ? ": " : "";
        if (!placed) at[0] = '\0';
        if (h->mem.hit) {
            if (placed) snprintf(h->mem.where, sizeof h->mem.where, "%s", at);
            (void)wk_memory_error(h, h->ctx);
        } else if (b->max_counts && b->counts >= b->max_counts)
            (void)wick_fail(h->ctx, WICK_E_BUDGET,
                            "%s%s%s used up its %d million instructions; is there an endless loop?",
                            at, colon, what, LOAD_COUNTS * COUNT_STEP / 1000000);
        else if (b->one_call)
            (void)wick_fail(h->ctx, WICK_E_BUDGET,
                            "%s%sone call of %s used up its %g s of CPU time; is there an endless "
                            "loop?",
                            at, colon, what, CALL_TICKS * TICK_MS / 1000.0);
        else
            (void)wick_fail(h->ctx, WICK_E_BUDGET,
                            "%s%s%s used up its %g s of CPU time; is there an endless loop?", at,
                            colon, what, b->seconds);
    }
    lua_pushlightuserdata(L, h);
    lua_error(L);
}
