/* SPDX-License-Identifier: MIT */
/**
 * Private: the host behind a VM, and what it keeps of a run.
 *
 * Handles. A declared series is a Lua table with one hidden number, its `sid`: an index into the
 * host's slots plus a base that moves on with every run, so that a handle kept after its run is
 * recognised as stale instead of reading another run's memory. Columns and pointers never enter
 * Lua; a script that changes a sid can only reach another series of its own run.
 */
#ifndef WICK_LUA_HOST_INT_H
#define WICK_LUA_HOST_INT_H

#include "lua/compat.h"
#include "lua/host.h"

#include <signal.h>
#include <time.h>

/** What the running code may do. WK_DECIDE and WK_INNER are known to lua/wick/ffi.lua. */
typedef enum wk_phase {
    WK_IDLE,    /**< no data bound: tests, metrics */
    WK_LOAD,    /**< file body on empty bars */
    WK_DECLARE, /**< series are made */
    WK_DECIDE,  /**< bar hooks: x[k] is a number, orders are taken */
    WK_SCORE,   /**< metrics */
    WK_JOB,     /**< a pipeline: no bars are bound, files and stages through its run */
    WK_INNER    /**< bars of a request: x[k] is a number, there is no account */
} wk_phase;

/** Layout known to lua/wick/ffi.lua. */
typedef struct wk_slot {
    const double *v; /**< column; NULL until evaluated */
    int32_t sym;     /**< symbol index */
    int32_t node;    /**< WK_OWN: the script writes the column itself */
} wk_slot;
enum { WK_OWN = -1 };

/** Layout known to lua/wick/ffi.lua. */
typedef struct wk_shared {
    const wk_slot *slots;
    const wick_cursor *cur;
    double n;    /**< live slots */
    double base; /**< sid of slot 0 */
    int32_t phase;
    int32_t n_symbols;
    volatile sig_atomic_t stop; /**< budget used up or interrupted */
    int32_t n_bars;             /**< symbols whose present bar is known (requests come last) */
    int32_t n_own;              /**< columns that scripts write */
    int32_t gated;              /**< orders are scored by a model filter before they are placed */
    void *host;
    /* What LuaJIT calls without a way through Lua (written.c, clock.c). */
    void (*roll)(void *host, int32_t sym, double bar);
    double (*clock_part)(const void *zone, double t, int what);
    double (*period_part)(const void *period, double t, int close);
    double (*zone_to_utc)(const void *zone, double wall);
} wk_shared;

enum { WK_KEPT_MAX = 32 };

/** A value kept as a plain table entry so that reads need no metamethod (Lua 5.4 only). */
typedef struct wk_hot {
    int32_t list; /**< place of the series table in ref_hot */
    int32_t slot, k;
} wk_hot;

typedef struct wk_sym {
    wick_bars *bars;
    const void *handle; /**< the table bar hooks know it by; NULL before there is one */
    wick_graph *graph;
    const int64_t *time;
    int64_t n;
    wk_hot *hot;
    int32_t n_hot, cap_hot;
    int32_t fresh;             /**< bar the hot entries were written for; -1 none */
    int16_t kept[WK_KEPT_MAX]; /**< account values kept as fields of the Pine strategy object */
    int32_t n_kept;
    bool moves;    /**< one of them changes with the price */
    int64_t fills; /**< they were written for */
    double **own;  /**< columns that scripts write */
    int32_t n_own, cap_own;
    int64_t own_bar; /**< they are filled up to here; -1 nowhere */
    /* Of the bars of a request: where they stand seen from those of symbol `base`. */
    int32_t base;
    int32_t *seen, *within;
    int64_t *alias; /**< pairs: a slot of the base's bars, and its twin here */
    int32_t n_alias;
    char *key; /**< what was asked for; NULL: a symbol of the panel */
} wk_sym;

/** A field of an order by the address of its name. */
typedef struct wk_field_at {
    const char *key; /**< NULL: a free place */
    int32_t id;
} wk_field_at;
enum { WK_FIELD_PLACES = 64 };

/** Entry masks of S.signals, packed, owned by the symbol's graph; NULL: none. */
typedef struct wk_entries {
    const uint64_t *long_entry, *short_entry;
} wk_entries;
static inline bool wk_entry_at(const uint64_t *mask, int64_t bar)
{
    return mask && wick_mask_at(mask, bar);
}

typedef struct wk_slot_extra {
    int32_t list; /**< place of its table in ref_hot, from 1; 0 nowhere */
    uint8_t n_hot;
    bool used;      /**< input of another node: evaluated along with it */
    char label[72]; /**< "ta.mine" of a column that an indicator in Lua made; "" otherwise */
} wk_slot_extra;

enum { WK_HOT_PER_SERIES = 8, WK_HOT_SERIES = 100000, WK_WHEN_MAX = 64, WK_LEAST_MEMORY = 1 << 20 };

typedef struct wk_when {
    char name[64];
    int64_t slot;
} wk_when;

enum { WK_SMALL_BYTES = 512 };

/** Where the VM's blocks of at most WK_SMALL_BYTES come from; zeroed is empty. */
typedef struct wk_slab wk_slab;
typedef struct wk_blocks {
    void *free[WK_SMALL_BYTES / 16]; /**< by size; each block begins with the next one's address */
    wk_slab *slabs;
    char *at, *end; /**< what is left of the newest slab */
} wk_blocks;
/** As realloc and, with `want` 0, as free; `old` is the size asked for before, 0 for a NULL p.
 * NULL when there is no memory: p is as it was. */
void *wk_blocks_resize(wk_blocks *b, void *p, size_t old, size_t want);
/** All blocks at once. */
void wk_blocks_free(wk_blocks *b);

typedef struct wk_mem_gate {
    int64_t used, cap;
    bool hit, quiet;
    char where[192];
} wk_mem_gate;

typedef struct wk_budget {
    timer_t timer;
    bool has_timer;
    long tid;                    /**< thread the timer belongs to */
    const char *what;            /**< "on_bar"; NULL: nothing is limited */
    int64_t ticks, limit, grace; /**< timer ticks used, allowed (< 0: any), and until the end */
    int64_t call_ticks;          /**< since the run last moved on */
    int64_t seen_tick;           /**< where the run stood at the last timer tick */
    int32_t seen_symbol, seen_step;
    bool one_call;              /**< it was a single call that ran away */
    int64_t counts, max_counts; /**< of the count hook; 0: not counted */
    volatile sig_atomic_t tripped;
    double seconds;
    char
        last_words[512]; /**< written by the signal handler when nothing else can stop the script */
} wk_budget;

struct wk_host {
    wk_shared sh;
    lua_State *L;
    lua_State *volatile running; /**< coroutine the budget hook must reach */
    wk_mem_gate mem;
    wk_blocks blocks;
    wk_budget budget;
    wick_ctx *ctx; /**< of the present call */
    char **roots;
    int64_t n_roots;
    uint64_t seed;
    bool strict;
    double load_seconds, run_seconds;
    void (*print)(void *user, const char *text, int64_t n);
    void *print_user;
    void (*watch)(void *user, const wk_declared *d);
    void *watch_user;
    wick_pcg rng, rng_kept;
    uint64_t rng_runs;

    /* Run in hand. */
    wick_run *run;
    wick_panel *panel;
    wk_sym *syms;
    int32_t n_syms;
    int32_t n_inner; /**< requests: entries of syms after the panel's */
    wick_cursor inner;
    int32_t *inner_bars; /**< its bar_of */
    wick_cache *cache;
    struct wk_zone *zones;
    struct wk_plot *plots;
    int32_t n_plots;
    wick_buf *chart_out;
    wick_buf *plots_out;
    wick_panel *finer;
    int32_t decl;  /**< symbol being declared; -1 none */
    int64_t tick0; /**< first tick of trading */
    wk_slot *slots;
    wk_slot_extra *extra;
    int64_t n_slots, cap_slots;
    wk_when when[WK_WHEN_MAX];
    int32_t n_when;
    wk_script *script;          /**< being loaded or run */
    const char *hook;           /**< declaring hook running, for messages */
    struct wk_lines *lines_now; /**< of the Pine file that is being loaded, NULL */
    char *c_base;               /**< where the C stack stood when the script was entered */
    int32_t call_depth;
    int place_line; /**< for errors about what a function returned; 0 none */
    uint8_t *due;   /**< ticks of S.rebalance; kept for the next run */
    double band;    /**< of S.rebalance */
    int64_t symbols_tick;
    bool in_test;
    bool refills; /**< the script of the run in hand may run again inside a bar */

    /* Registry references and identities. */
    int mt_series, mt_bars, mt_other, mt_sym, mt_ctx, mt_stream, mt_strategy, mt_pine, mt_pipeline;
    const void *id_series, *id_bars, *id_other, *id_sym, *id_ctx, *id_stream, *id_strategy,
        *id_pine;
    const void *id_objective, *id_reject, *id_pipeline;
    const void *result_id; /**< metatable of what the last file body returned; NULL: none of ours */
    const wick_ledger *scored; /**< what ledger views show; NULL between scorings */
    int ref_handler, ref_main, ref_collect;
    int ref_core, ref_modules, ref_loaded, ref_chunks, ref_ta, ref_defs, ref_libs, ref_env;
    wk_run_costs costs; /**< of the run in hand */
    int ref_tags;       /**< texts of this run's orders and their numbers, both ways */
    int ref_pine_fields;
    int ref_at;   /**< what the loop of a run in pieces needs; LUA_NOREF */
    int ref_syms; /**< list of sym tables of the run */
    int ref_ctx;  /**< ctx table of the run */
    int ref_hot;  /**< list of the series tables with hot entries */
    int32_t n_hot_tables, hot_base, hot_on_stack;
    wk_field_at field_at[WK_FIELD_PLACES];
    int ref_params_meta, ref_metrics_meta, ref_fields, ref_list_meta, ref_object_meta;
    wk_script *scripts;

    /* S.fees and S.slippage of the run in hand (costs.c). */
    bool costly;
    int ref_fees, ref_slippage, cost_error;
    const char *cost_hook; /**< the one that failed; NULL: none */
    int64_t cost_time;
    int32_t cost_symbol;

    /* Saved state (state.c). */
    wk_state_opts state_opts; /**< of the next runs */
    struct {
        wk_state_opts o;
        int64_t n_slots; /**< series after the declarations */
        bool watching, begun;
    } keep; /**< of the run in hand */
    int ref_late;

    /* Model filter and features. */
    struct wk_columns *columns;
    struct wk_gate *gate;
    wk_entries *entries; /**< per symbol */

    /* Pipeline at work. */
    wick_workdir *work;
    int32_t jobs; /**< threads of its stages; 0: all cores */
    bool quiet;
};

/** Lines of a translation: line[i] of the Pine file made line i + 1 of the Lua text, 0 none did. */
typedef struct wk_lines {
    int32_t *line;
    int64_t n;
} wk_lines;

struct wk_script {
    wk_host *host;
    wk_script *next;
    char *path, *folder, *name, *text;
    int64_t text_n;
    int chunk; /**< reference to the compiled body */
    int loop;  /**< wick-jit: its run loop, LUA_NOREF before the first run */
    int runs;  /**< wick-jit: how many there were, up to 2 */
    wk_style style;
    wk_param *params;
    int64_t n_params;
    char **setting_keys, **setting_values;
    int64_t n_settings;
    double cash;
    char currency[16]; /**< of the account of a Pine strategy; "": the symbols' own */
    uint32_t hooks;
    /* metrics.define */
    int metrics; /**< reference to the list, LUA_NOREF none */
    char **metric_names;
    double *metric_values;
    int64_t n_metrics;
    /* wick.objective */
    int objective; /**< reference to the table, LUA_NOREF: the file is a strategy */
    int8_t better;
    char **limit_names;
    int64_t n_limits;
    struct wk_filter *filter; /**< NULL: passthrough */
    int config;               /**< pipelines: reference to the options given, LUA_NOREF none */
    wk_lines lines;           /**< of a Pine file */
    wk_run_costs costs;
};

/** Hooks a strategy may define. */
enum {
    WK_HOOK_SIGNALS = 1u,
    WK_HOOK_SERIES = 2u,
    WK_HOOK_INIT = 4u,
    WK_HOOK_BEFORE = 8u,
    WK_HOOK_EACH = 16u,
    WK_HOOK_BAR = 32u,
    WK_HOOK_ON = 64u,
    WK_HOOK_FEES = 128u,
    WK_HOOK_SLIPPAGE = 256u,
    WK_HOOK_REBALANCE = 512u
};

#endif
