/* SPDX-License-Identifier: MIT */
/** Saved state, private: rows of structs, and blocks of them packed field by field. */
#ifndef WK_ENGINE_STATE_INT_H
#define WK_ENGINE_STATE_INT_H

#include "engine/pine.h"
#include "wick/state.h"

enum { WK_F_B1, WK_F_I8, WK_F_U8, WK_F_I16, WK_F_I32, WK_F_I64, WK_F_F64, WK_F_SUB };

typedef struct wk_rows wk_rows;
typedef struct wk_row {
    const char *name;
    size_t at;
    int32_t kind, count;
    const wk_rows *sub;
} wk_row;

struct wk_rows {
    const char *name; /**< of the struct, for messages */
    size_t size;
    const wk_row *row;
    int32_t n;
};

extern const wk_rows wk_rows_part, wk_rows_traded, wk_rows_drawn, wk_rows_sum, wk_rows_cost,
    wk_rows_bracket, wk_rows_ord, wk_rows_trail, wk_rows_lot, wk_rows_trade, wk_rows_rec,
    wk_rows_pile, wk_rows_sym, wk_rows_pord, wk_rows_exit_ask, wk_rows_leg, wk_rows_bind,
    wk_rows_pinfo, wk_rows_prisk, wk_rows_pine, wk_rows_amb, wk_rows_cursor, wk_rows_run,
    wk_rows_i32, wk_rows_u8, wk_rows_f64, wk_rows_u64;

/** A cursor over packed bytes. The first failure sticks. */
typedef struct wk_unpack {
    wick_ctx *ctx;
    const uint8_t *p, *end;
    wick_status st;
} wk_unpack;

/* state_pack.c */
void wk_pack_u32(wick_buf *b, uint32_t v);
void wk_pack_u64(wick_buf *b, uint64_t v);
void wk_pack_text(wick_buf *b, const char *s, int64_t n);
/** n structs under a name, with what their fields are called. */
void wk_pack_block(wick_buf *b, const char *name, const wk_rows *rows, const void *p, int64_t n);
uint32_t wk_take_u32(wk_unpack *u);
uint64_t wk_take_u64(wk_unpack *u);
/** A text, borrowed from the bytes and not NUL-terminated. */
const char *wk_take_text(wk_unpack *u, int64_t *n);
/** Head of the block of this name: how many structs it has, -1 on failure. Every struct takes at
 * least a byte of what is left, so that a claim cannot be larger than the file. */
int64_t wk_take_block(wk_unpack *u, const char *name, const wk_rows *rows);
/** The structs behind that head; what rows leave out is left as it is. */
bool wk_take_structs(wk_unpack *u, const wk_rows *rows, void *p, int64_t n);
void wk_skip_structs(wk_unpack *u, const wk_rows *rows, int64_t n);
wick_status wk_unpack_fail(wk_unpack *u, const char *fmt, ...) WICK_PRINTF(2, 3);

/* state_file.c */
wick_status wk_state_new(wick_ctx *ctx, wick_state **out);

/* state_data.c */
/** What a state is tied to: symbols and their facts, bars up to the cut, settings, options. */
wick_status wk_state_write_ties(wick_ctx *ctx, const wick_run *r, wick_state *s);
wick_status wk_state_check_ties(wick_ctx *ctx, const wick_run *r, const wick_state *s,
                                const wick_resume_opts *o, int32_t *tick);

/* state_check.c */
/** NULL, or the field that cannot be: nothing a run does may depend on numbers out of range. */
const char *wk_state_bad(const wick_run *r);

#endif
