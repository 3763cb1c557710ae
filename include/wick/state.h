/* SPDX-License-Identifier: MIT */
/**
 * Room engine: saved state. A run can stop after the decisions of any tick, be written down whole,
 * and go on later, in another process, over the same bars and what has come since:
 *
 *     wick_run_until(ctx, run, time);            // before the first step, or once it has stopped
 *     while ((step = wick_run_step(run)) > 0) ...
 *     wick_run_save(ctx, run, &state);           // the run is as it was; it may go on
 *     wick_state_write(ctx, state, "a.state");
 *
 *     wick_state_read(ctx, "a.state", &state);
 *     wick_run_new(ctx, panel, &opts, &run);     // bars up to the cut as before, and newer ones
 *     wick_run_load(ctx, run, state, NULL);      // then step on
 *
 * One run is two runs joined: orders, trades, equity and every counter of the second run are those
 * of a run that never stopped, to the last bit. The state carries orders, trades and equity so far,
 * so that the ledger of the second run is the ledger of the whole.
 *
 * A state belongs to its bars, settings and symbols. Bars up to the cut are compared by content;
 * whatever differs is an error that names the field and what it was. What-if studies change
 * settings on purpose and say so (wick_resume_opts).
 *
 * close_at_end liquidates on a symbol's last bar. A run that stops at the last tick of its bars is
 * a run whose end is still open: nothing is liquidated there until wick_run_go_on (or a later load
 * without a stop) says that the end is the end.
 *
 * Format: magic, version, named sections with their lengths, SHA-256 of all of it. A file that is
 * cut short, damaged, or claims more than it holds is an error, never a partial run; numbers out of
 * range behind a good checksum are refused one by one.
 */
#ifndef WICK_STATE_H
#define WICK_STATE_H

#include "wick/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A saved state: named sections of bytes. Those of the engine begin with "engine."; others are
 * the caller's. Shared and immutable once saved or read, but for wick_state_put. */
typedef struct wick_state wick_state;
WICK_API wick_state *wick_state_ref(wick_state *s);
WICK_API void wick_state_unref(wick_state *s); /**< accepts NULL */
/** Adds or replaces a section (up to 31 letters); the bytes are copied. Before it is shared. */
WICK_API wick_status wick_state_put(wick_ctx *ctx, wick_state *s, const char *name,
                                    const void *data, int64_t n) WICK_NODISCARD;
/** A section, borrowed from the state; NULL (and *n 0) when there is none. Bytes are followed by a
 * NUL that does not count. */
WICK_API const void *wick_state_get(const wick_state *s, const char *name, int64_t *n);
WICK_API int64_t wick_state_sections(const wick_state *s);
WICK_API const char *wick_state_section(const wick_state *s, int64_t i); /**< in file order */

/** A text fact: lines "key=value" of section "facts". Replaces one of that key. */
WICK_API wick_status wick_state_note(wick_ctx *ctx, wick_state *s, const char *key,
                                     const char *value) WICK_NODISCARD;
/** Copies the value into `out` (cut to n - 1 letters); false when the fact is not there. */
WICK_API bool wick_state_fact(const wick_state *s, const char *key, char *out, size_t n);

/** The file's bytes; written to a temporary file, synced and renamed. The same state gives the same
 * bytes. */
WICK_API wick_status wick_state_bytes(wick_ctx *ctx, const wick_state *s,
                                      wick_buf *out) WICK_NODISCARD;
WICK_API wick_status wick_state_write(wick_ctx *ctx, const wick_state *s,
                                      const char *path) WICK_NODISCARD;
WICK_API wick_status wick_state_read(wick_ctx *ctx, const char *path,
                                     wick_state **out) WICK_NODISCARD;
/** The same from memory; `name` is used in messages. */
WICK_API wick_status wick_state_parse(wick_ctx *ctx, const char *name, const void *data, int64_t n,
                                      wick_state **out) WICK_NODISCARD;

/** Lets wick_run_step answer WICK_STEP_DONE after the last tick whose stamp is not after `time`,
 * with all its decisions made and everything at its close done. Before the first step, or when the
 * run has stopped (the stop moves on; it cannot move back). A `time` at or behind the last bar
 * stops at an open end; one before the first traded tick stops in front of that. */
WICK_API wick_status wick_run_until(wick_ctx *ctx, wick_run *run, int64_t time) WICK_NODISCARD;
/** The same by the panel's clock: stops when `ticks` ticks have passed. */
WICK_API wick_status wick_run_until_tick(wick_ctx *ctx, wick_run *run,
                                         int64_t ticks) WICK_NODISCARD;
/** Takes the stop away: the run steps on to the end of its bars. */
WICK_API wick_status wick_run_go_on(wick_ctx *ctx, wick_run *run) WICK_NODISCARD;
/** Whether WICK_STEP_DONE was a stop: the run can be saved, and go on. */
WICK_API bool wick_run_waits(const wick_run *run);

/** The state of a run that waits. The run itself is not changed by it. */
WICK_API wick_status wick_run_save(wick_ctx *ctx, wick_run *run, wick_state **out) WICK_NODISCARD;

typedef struct wick_resume_opts {
    uint32_t size;
    bool settings; /**< settings may differ from those of the state (a what-if) */
} wick_resume_opts;
/** Puts a state into a run that has not begun: made over the same symbols and bars (newer ones may
 * follow), with the same options, its signals, triggers and gates set. It waits where the state was
 * saved; wick_run_step goes on from there. On failure the run can only be freed. */
WICK_API wick_status wick_run_load(wick_ctx *ctx, wick_run *run, const wick_state *s,
                                   const wick_resume_opts *opts) WICK_NODISCARD;

#ifdef __cplusplus
}
#endif
#endif
