/* SPDX-License-Identifier: MIT */
/** Private header of room lua: what its files have for each other. */
#ifndef WICK_LUA_INT_H
#define WICK_LUA_INT_H

#include "lua/host_int.h"

/* ---- vm.c --------------------------------------------------------------------------------- */

/** The host behind a C closure made by wk_set_funcs. On LuaJIT the loop walks idle bars by itself:
 * every door into C writes them down first. */
static inline wk_host *wk_self(lua_State *L)
{
    wk_host *h = (wk_host *)lua_touserdata(L, lua_upvalueindex(1));
#if WICK_LUAJIT
    if (h->sh.cur && h->sh.cur->ahead != 0) wick_run_catch_up(h->run);
#endif
    return h;
}
/** luaL_setfuncs with the host as upvalue 1. */
void wk_set_funcs(lua_State *L, wk_host *h, const luaL_Reg *list);
void wk_push_func(lua_State *L, wk_host *h, lua_CFunction f);
/** Runs `f(L, arg)` protected. A raised error becomes the context's error with script lines. */
wick_status wk_protect(wk_host *h, wick_ctx *ctx, lua_CFunction f, void *arg, const char *what);
/** Turns the error value on top of the stack into the context's error and pops it. */
wick_status wk_take_error(wk_host *h, wick_ctx *ctx, int lua_status);
/** Raises the context's error from inside a protected call, placed at the calling script line when
 * it is the script's doing. Never returns. */
int wk_raise_ctx(lua_State *L, wk_host *h);
/** luaL_error placed at the innermost script frame (not at the Lua layer of wick). */
int wk_raise(lua_State *L, const char *fmt, ...) WICK_PRINTF(2, 3);
/** Errors raised while no line of the script runs are placed where the function at `func` begins:
 * they are about what it returned. */
void wk_place_at(lua_State *L, wk_host *h, int func);
/** Writes "file:line" of the innermost script frame; false when there is none. */
bool wk_where(lua_State *L, char *out, size_t n);
/** Name of the hook in hand: "signals", "each_bar" ... */
const char *wk_hook_name(const wk_host *h);
/** Raises when C functions that call scripts are nested too deeply; LuaJIT has no such check. */
void wk_check_depth(lua_State *L, wk_host *h);
/** Nearest name among the string keys of the table at `index`; pushes it (and returns it) or
 * returns NULL without pushing. */
const char *wk_nearest_key(lua_State *L, int index, const char *word);

/* ---- budget.c ----------------------------------------------------------------------------- */

typedef struct wk_budget_mark {
    const char *what;
    int64_t ticks, limit, grace, counts, max_counts;
    double seconds;
} wk_budget_mark;
/** CPU seconds one call into a script may take: a hook, or the metrics of a script together. */
#define WK_CALL_SECONDS 5
/** Starts counting for `what`; `seconds` < 0: no limit (interruption still works). `count` adds the
 * deterministic instruction limit where the VM has one. */
wk_budget_mark wk_budget_enter(wk_host *h, const char *what, double seconds, bool count);
void wk_budget_leave(wk_host *h, wk_budget_mark before);
void wk_budget_free(wk_host *h);
/** Ends the script at its next interpreted instruction, whatever it catches. */
void wk_budget_trip(wk_host *h);
/** The error of a script over its memory cap (vm.c). */
wick_status wk_memory_error(wk_host *h, wick_ctx *ctx);
/** Raises when the budget is used up or the user interrupted. */
void wk_budget_check(lua_State *L, wk_host *h);
/** Name shown in the budget's message from here on. */
void wk_budget_name(wk_host *h, const char *what);

/* ---- sandbox.c ---------------------------------------------------------------------------- */

/** Base functions, and the private `core` table given to the embedded Lua modules. */
void wk_sandbox_open(lua_State *L, wk_host *h);
/** Pushes a fresh global environment for one run. */
void wk_push_env(lua_State *L, wk_host *h);
void wk_rng_start(wk_host *h, uint64_t run);
/** Embedded module by name: compiled once, run once with `core` as its argument; pushes what it
 * returned. */
void wk_push_module(lua_State *L, wk_host *h, const char *name);
/** Compiled chunk of an embedded module, not run. */
void wk_push_module_chunk(lua_State *L, wk_host *h, const char *name);
/** names.c: what a script does not have. */
void wk_push_lib_meta(lua_State *L, wk_host *h, const char *name);
void wk_push_env_meta(lua_State *L, wk_host *h);
void wk_names_open(lua_State *L, wk_host *h);
/** guard.c: setmetatable, load, require and their like. */
void wk_guard_open(lua_State *L, wk_host *h);
/** libs.c: math and string. */
void wk_libs_string(lua_State *L, wk_host *h, int from, int to);
void wk_libs_math(lua_State *L, wk_host *h);
void wk_libs_open(lua_State *L, wk_host *h);
/** coro.c */
void wk_coro_open(lua_State *L, wk_host *h);
/** text.c: deterministic tostring, format, print. */
void wk_text_open(lua_State *L, wk_host *h);

/** What the value at i is when it is a handle of wick ("series", "bars" ...), else NULL. */
const char *wk_handle_name(lua_State *L, const wk_host *h, int i);
/** A number; whole ones as integers where the VM has them. */
void wk_push_double(lua_State *L, double v);
/** json.c: a buffer freed by the collector when an error passes it; pushed. */
wick_buf *wk_push_buf(lua_State *L);
/** Pushes the value at i as canonical JSON text. `what` begins the path shown in messages. With
 * `digests`, handles become their hashes. */
void wk_push_json(lua_State *L, wk_host *h, int i, int indent, bool digests, const char *what);
void wk_push_json_node(lua_State *L, wk_host *h, const wick_json *j, bool in_array);
void wk_push_json_text(lua_State *L, wk_host *h, const char *name, const char *text, int64_t n);
void wk_json_open(lua_State *L, wk_host *h);
/** work.c: the run folder of a pipeline. */
void wk_work_open(lua_State *L, wk_host *h);
/** table.c, table_io.c, pm.c */
void wk_table_open(lua_State *L, wk_host *h);
void wk_table_io_open(lua_State *L, wk_host *h);
void wk_pm_open(lua_State *L, wk_host *h);
void wk_heads_open(lua_State *L, wk_host *h);

/* ---- series.c, ta.c, bars.c --------------------------------------------------------------- */

void wk_series_open(lua_State *L, wk_host *h);
void wk_ta_open(lua_State *L, wk_host *h);
void wk_bars_open(lua_State *L, wk_host *h);
void wk_stream_open(lua_State *L, wk_host *h);
/** The stream of the handle at i, NULL when it is none, and how many values a step takes. */
wick_stream *wk_stream_at(lua_State *L, int i, wk_host *h);
int32_t wk_stream_inputs(lua_State *L, int i);
/** Pushes another stream like the one at i. */
void wk_push_stream_twin(lua_State *L, wk_host *h, int i);
/* currency.c */
void wk_currency_setup(lua_State *L, wk_host *h);
/** Rates for the symbols of the run in hand, where the script's account needs them. */
wick_status wk_currency_open(wick_ctx *ctx, wk_host *h, const wk_script *s);
/* refill.c: calc_on_order_fills */
void wk_refill_open(lua_State *L, wk_host *h);
/** Before the file body of a run whose script may run again inside a bar, and after the run. */
void wk_refill_watch(lua_State *L, wk_host *h);
void wk_refill_forget(lua_State *L, wk_host *h);
void wk_refill_module(lua_State *L, wk_host *h, const char *name, int value);
/** What the strategy table at `t` lists as `varip`. */
void wk_refill_keep(lua_State *L, wk_host *h, int32_t sym, int t);
/** Pushes function(symbol, bar function). */
void wk_refill_push(lua_State *L, wk_host *h);
void wk_state_open(lua_State *L, wk_host *h);
/** SHA-256 of the file `require` finds under this name (guard.c). */
void wk_module_digest(lua_State *L, wk_host *h, const char *name, char hex[65]);
/** written.c: a series the script writes, NA so far. */
void wk_push_written(lua_State *L, wk_host *h, int32_t sym);
/** Pushes a new handle on a node. */
void wk_push_series(lua_State *L, wk_host *h, int32_t sym, wick_node node);
/** Slot of the series at `i`, or -1 when it is not a series. Raises when it is stale. */
int64_t wk_series_slot(lua_State *L, wk_host *h, int i);
/** Node of a slot; raises for columns that the script writes. */
wick_node wk_slot_node(lua_State *L, wk_host *h, int64_t slot);
/** True when `sym` is a request made from the bars of `of` (or of a request made from them):
 * inside, a series of those bars means the same expression over the request's. */
bool wk_inner_of(const wk_host *h, int32_t sym, int32_t of);
/** Node of a slot on the graph of `sym`: its own, or its twin on a request's bars; raises for those
 * of another symbol with `what` in front. */
wick_node wk_slot_node_on(lua_State *L, wk_host *h, int64_t slot, int32_t sym, const char *what);
/** Of two symbols whose series meet, the one they are computed on. */
static inline int32_t wk_meet(const wk_host *h, int32_t a, int32_t b)
{
    return a < 0 || (b != a && wk_inner_of(h, b, a)) ? b : a;
}
/** Column of a slot, evaluated now if need be. */
const double *wk_slot_values(lua_State *L, wk_host *h, int64_t slot);
/** Checks a node returned by the graph; raises its error. */
wick_node wk_node(lua_State *L, wk_host *h, wick_node node);
/** Raises unless series may be declared now; returns the graph of the symbol being declared. */
wick_graph *wk_decl_graph(lua_State *L, wk_host *h, const char *what);
/** Pushes the bars handle of symbol i. */
void wk_push_bars(lua_State *L, wk_host *h, int32_t i);
/** A handle's table without a metatable; the index behind one of the present run (raises). */
void wk_push_handle(lua_State *L, wk_host *h, int32_t i);
int32_t wk_handle_index(lua_State *L, wk_host *h, int i);
bool wk_find_source(const char *name, wick_source *out);
/** Symbol of the bars handle at `i`, -1 when it is none. */
int32_t wk_bars_index(lua_State *L, wk_host *h, int i);
/** Evaluates what was declared from slot `first` on for a symbol (-1: all) and is not an input of
 * something else: one call of the graph per symbol. */
void wk_eval_declared(lua_State *L, wk_host *h, int32_t sym, int64_t first);
/** Source series of a symbol by name ("close"); pushes it, or returns false. */
bool wk_push_source(lua_State *L, wk_host *h, int32_t sym, const char *name);
/** Facts of a symbol by name (`tick_size`, `name` ...); pushes and returns true when known. */
bool wk_push_fact(lua_State *L, wk_host *h, int32_t sym, const char *name);

/** True where x[k] is a number. */
static inline bool wk_on_bars(const wk_host *h)
{
    return h->sh.phase == WK_DECIDE || h->sh.phase == WK_INNER;
}

/* ---- pine: written.c, inner.c, clock.c --------------------------------------------------------
 */

void wk_written_open(lua_State *L, wk_host *h);
/** Columns that scripts write repeat their last value up to `bar`. Called by lua/wick/loop.lua too.
 */
void wk_written_roll(void *host, int32_t sym, double bar);
void wk_written_free(wk_host *h);
void wk_inner_open(lua_State *L, wk_host *h);
/** Bars of another symbol ("": the same) or timeframe (0: the same) as seen from those of `base`;
 * -1: they are not there. Raises. */
int32_t wk_inner_bars(lua_State *L, wk_host *h, int32_t base, const char *symbol, int64_t tf,
                      const char *what);
/** lua_call with everything it makes belonging to those bars; all results stay. */
void wk_inner_call(lua_State *L, wk_host *h, int32_t sym, int args);
/** The series at `i` is one of those bars: puts it onto the bars that asked, seen once theirs have
 * closed. Raises. */
void wk_inner_back(lua_State *L, wk_host *h, int32_t sym, int i, const char *what);
/** b:symbol, b:higher (src/lua/other.c). */
int wk_bars_symbol_of(lua_State *L);
int wk_bars_higher(lua_State *L);
void wk_other_open(lua_State *L, wk_host *h);
/** Name of the symbol when `i` is what b:symbol(name) gave, with the bars it was asked of; else
 * NULL. */
const char *wk_other_name(lua_State *L, wk_host *h, int i, int32_t *base);
/** Raises that the symbol is not loaded, with the nearest name, unless it is. */
void wk_other_check(lua_State *L, wk_host *h, const char *name);
/** Bars of the symbol named `name` as seen from `base`, as wk_inner_bars; they are there. */
int32_t wk_other_bars(lua_State *L, wk_host *h, int32_t base, const char *name, const char *what);

/** Slot of the twin of a chart's series on the bars of the request being walked. */
int64_t wk_inner_alias(lua_State *L, wk_host *h, int64_t slot);
/** Finer bars of a symbol of the run, NULL when none were given. */
wick_bars *wk_finer_bars(const wk_host *h, int32_t sym);
void wk_inner_free(wk_host *h);
void wk_clock_open(lua_State *L, wk_host *h);
void wk_clock_free(wk_host *h);
void wk_plots_open(lua_State *L, wk_host *h);
void wk_plots_write(wk_host *h);
void wk_plots_forget(wk_host *h);
/** Clock of a symbol's bars by name ("hour", "time_close" ...); pushes a series or returns false.
 */
bool wk_push_clock(lua_State *L, wk_host *h, int32_t sym, const char *name);
/** Symbol meant by the code that runs: the one being declared, or the bar's. */
int32_t wk_present_sym(lua_State *L, wk_host *h, const char *what);

/* ---- slots (slots.c) ---------------------------------------------------------------------- */

bool wk_slots_reserve(wk_host *h, int64_t n);
void wk_slots_forget(wk_host *h); /**< every handle made so far is stale afterwards */

/* ---- decide: ctx, sym, orders ------------------------------------------------------------- */

void wk_sym_open(lua_State *L, wk_host *h);
void wk_orders_open(lua_State *L, wk_host *h);
/** The ticket meant by the id or tag at `i`. */
int32_t wk_ticket_at(lua_State *L, wk_host *h, int i, const char *call);
void wk_tickets_open(lua_State *L, wk_host *h);
/** pine_calls.c: strategy.* as methods and values of the Pine strategy object. */
void wk_pine_open_calls(lua_State *L, wk_host *h);
/** pine_values.c */
void wk_pine_open_values(lua_State *L, wk_host *h, int core, int methods);
void wk_pine_names(lua_State *L, int32_t base);
void wk_pine_push(lua_State *L, wk_host *h, int32_t s, int32_t what);
void wk_pine_keep(lua_State *L, wk_host *h, int32_t s, int32_t what);
void wk_pine_refresh(lua_State *L, wk_host *h, int32_t s);
void wk_pine_wake(lua_State *L, wk_host *h, int32_t s, int t);
/** Symbol index of the sym (or pine) table at `i`; raises otherwise. */
int32_t wk_check_sym(lua_State *L, wk_host *h, int i, const char *what);
/** Makes the sym tables and the ctx table of a run (registry references). */
void wk_push_syms(lua_State *L, wk_host *h);
/** Places one request: pushes id, or nil and a reason. Returns the number of results. */
int wk_submit(lua_State *L, wk_host *h, const wick_order *o);
/** Order fields from the table at `i` into `o`. */
void wk_order_fields(lua_State *L, wk_host *h, int i, const char *call, wick_order *o);

/* ---- allocate.c --------------------------------------------------------------------------- */

void wk_allocate_open(lua_State *L, wk_host *h);
/** Reads S.rebalance and S.allocate of the strategy at t; the hook goes to base + WK_AT_REBALANCE.
 */
void wk_rebalance_open(lua_State *L, wk_host *h, int t, int base);
/** Orders the difference to targets, each entry asked of the gate; pushes how many were placed. */
int wk_set_targets(lua_State *L, wk_host *h, wick_targets *t);

/* ---- run ---------------------------------------------------------------------------------- */

/** What the loop finds on the stack from `base` on: functions, lists, or nil. */
enum {
    WK_AT_BEFORE, /**< function(ctx, p) */
    WK_AT_EACH,   /**< function(sym, p) */
    WK_AT_AFTER,  /**< function(ctx, p) */
    WK_AT_ON,     /**< per symbol a list of functions by trigger */
    WK_AT_SIZE,   /**< per symbol function(sym, p) -> units */
    WK_AT_PINE,   /**< per symbol function() */
    WK_AT_SYMS,
    WK_AT_CTX,
    WK_AT_PARAMS,
    WK_AT_REBALANCE, /**< function(ctx, p) */
    WK_AT_COUNT
};
/** loop.c: steps the run to its end. */
int wk_loop(lua_State *L, wk_host *h, int base); /**< WICK_STEP_DONE or WICK_STEP_SYNC */
/** Calls the function at `f` on every bar of request `sym`; results go to the tables of the list at
 * `columns`. Returns how many results there were at most. */
int wk_inner_loop(lua_State *L, wk_host *h, int32_t sym, int f, int columns);
/** The series in the table at `table` was read k bars back: keep that value at hand. */
void wk_hot_add(lua_State *L, wk_host *h, int64_t slot, int32_t k, int table);
/** Removes all kept values. */
void wk_hot_clear(lua_State *L, wk_host *h);

/** params.c */
void wk_script_read_params(lua_State *L, wk_script *s, int t);
void wk_script_free_params(wk_script *s);
/** Text at `i` as a copy to be freed; raises without memory. */
char *wk_copy_text(lua_State *L, int i);
/** A number or boolean among a table's own fields. */
double wk_number_of(lua_State *L, int t, const char *key, double otherwise);
void wk_script_open_params(lua_State *L, wk_host *h);
void wk_push_param_values(lua_State *L, wk_host *h, const wk_script *s);
/** script.c: runs the body of a script in the environment ref_env; pushes the strategy table
 * (checked). */
void wk_push_strategy(lua_State *L, wk_host *h, wk_script *s);
/** Compiles the text of a script and makes fresh globals for its body. */
void wk_start_body(lua_State *L, wk_host *h, wk_script *s);
/** The same for any file: pushes what the body returned and gives the identity of its metatable. */
const void *wk_push_result(lua_State *L, wk_host *h, wk_script *s);
/** Reads a text as a script of the host: `main` gets it as light userdata, in the load context. */
wick_status wk_load_as(wick_ctx *ctx, wk_host *h, const char *name, const char *text, int64_t n,
                       lua_CFunction main, wk_script **out);
/** Fresh globals and modules for a run. */
void wk_fresh_env(lua_State *L, wk_host *h);
void wk_script_open(lua_State *L, wk_host *h);
/** bind.c: a graph per symbol of a panel; undone by wk_unbind. */
wick_status wk_bind(wick_ctx *ctx, wk_host *h, wick_panel *panel, wick_cache *cache);
/** One nameless symbol without bars, for the load context. */
wick_status wk_bind_empty(wick_ctx *ctx, wk_host *h);
void wk_unbind(wk_host *h);

/** costs.c: what the script charges fills with; true when it does. */
bool wk_costs_wanted(const wk_script *s, wk_host *h, wick_cost_user *out);
/** Takes the functions of the strategy table at `t` for this run. */
void wk_costs_take(lua_State *L, wk_host *h, int t);
void wk_costs_forget(lua_State *L, wk_host *h);
/** wick_run_step of such a run; raises what its functions raised. */
int32_t wk_costs_step(lua_State *L, wk_host *h);
int wk_costs_step_lua(lua_State *L);

/** run.c: S.signals for every symbol; the size functions go to base + WK_AT_SIZE. */
void wk_run_signals(lua_State *L, wk_host *h, int t, int base);
/** run.c: a Pine body for every symbol; the bar functions go to base + WK_AT_PINE. */
void wk_declare_pine(lua_State *L, wk_host *h, wk_script *s, int base);
/** signals.c: the table at `t` returned by S.signals becomes the run's signals of `sym`. Pushes the
 * size function, or nil. */
void wk_take_signals(lua_State *L, wk_host *h, int32_t sym, int t);
void wk_signals_open(lua_State *L, wk_host *h);

void wk_run_open(lua_State *L, wk_host *h);
void wk_metrics_open(lua_State *L, wk_host *h);
void wk_stats_open(lua_State *L, wk_host *h);
void wk_objective_open(lua_State *L, wk_host *h);
/** metrics.c: a view of h->scored, for functions that get a ledger. */
void wk_push_ledger_view(lua_State *L, wk_host *h);
/** metrics.c: lists of trades and of equity values. */
void wk_push_trades(lua_State *L, const wick_ledger *l);
void wk_push_equity(lua_State *L, const wick_ledger *l);
void wk_test_open(lua_State *L, wk_host *h);

/* ---- pine.c ------------------------------------------------------------------------------- */

bool wk_is_pine(const char *path); /**< by the ending of its name */
/** `wick check` of a Pine file: its findings, and that the body of its translation runs. */
wick_status wk_check_pine(wick_ctx *ctx, wk_host *h, const char *path, wick_buf *report,
                          int64_t *errors);
wick_status wk_load_pine(wick_ctx *ctx, wk_host *h, const char *path, const char *text, int64_t n,
                         wk_script **out);
/** A strategy file that is Lua already. */
wick_status wk_load_lua(wick_ctx *ctx, wk_host *h, const char *name, const char *text, int64_t n,
                        wk_script **out);

#endif
