/* SPDX-License-Identifier: MIT */
/* The tables behind state_rows.h, and the proof that they are complete: every struct is initialised
 * by position with one value a row, and a field without a value is an error of the compiler. */
#include "engine/state_int.h"
#include "engine/state_rows.h"

#pragma GCC diagnostic error "-Wmissing-field-initializers"

#define ZERO_B1(arg)   0,
#define ZERO_I8(arg)   0,
#define ZERO_U8(arg)   0,
#define ZERO_I16(arg)  0,
#define ZERO_I32(arg)  0,
#define ZERO_I64(arg)  0,
#define ZERO_F64(arg)  0,
#define ZERO_I64A(arg) {0},
#define ZERO_I32A(arg) {0},
#define ZERO_F64A(arg) {0},
/* With the name of its first field, because gcc counts the fields of a nested {0} too. */
#define ZERO_SUB(rows)            {.FIRST_##rows = 0},
#define FIRST_wk_rows_part        qty
#define FIRST_wk_rows_bracket     stop_price
#define FIRST_wk_rows_trail       level
#define FIRST_wk_rows_trade       symbol
#define FIRST_wk_rows_exit_ask    qty
#define FIRST_wk_rows_prisk       allow
#define FIRST_wk_rows_amb         bars
#define FIRST_wk_rows_cursor      step
#define FIRST_wk_rows_sum         s
#define FIRST_wk_rows_cost        on
#define ZERO_OUT(arg)             0,
#define ZERO_OUTS(arg)            {0},
#define ZERO_OUTG(arg)            {{0}},
#define ZERO_OUTR(arg)            {.n = 0},
#define ZERO(kind, T, field, arg) ZERO_##kind(arg)

#define ROW_PLAIN(code, type, T, field, n)                                                         \
    {#field, offsetof(T, field),                                                                   \
     code + 0 * (int)sizeof(char[sizeof(((T *)0)->field) == sizeof(type) * (n) ? 1 : -1]), n,      \
     NULL},
#define ROW_B1(T, field, n)     ROW_PLAIN(WK_F_B1, bool, T, field, n)
#define ROW_I8(T, field, n)     ROW_PLAIN(WK_F_I8, int8_t, T, field, n)
#define ROW_U8(T, field, n)     ROW_PLAIN(WK_F_U8, uint8_t, T, field, n)
#define ROW_I16(T, field, n)    ROW_PLAIN(WK_F_I16, int16_t, T, field, n)
#define ROW_I32(T, field, n)    ROW_PLAIN(WK_F_I32, int32_t, T, field, n)
#define ROW_I64(T, field, n)    ROW_PLAIN(WK_F_I64, int64_t, T, field, n)
#define ROW_F64(T, field, n)    ROW_PLAIN(WK_F_F64, double, T, field, n)
#define ROW_I32A(T, field, n)   ROW_PLAIN(WK_F_I32, int32_t, T, field, n)
#define ROW_F64A(T, field, n)   ROW_PLAIN(WK_F_F64, double, T, field, n)
#define ROW_I64A(T, field, n)   ROW_PLAIN(WK_F_I64, int64_t, T, field, n)
#define ROW_SUB(T, field, rows) {#field, offsetof(T, field), WK_F_SUB, 1, &rows},
#define ROW_OUT(T, field, arg)
#define ROW_OUTS(T, field, arg)
#define ROW_OUTG(T, field, arg)
#define ROW_OUTR(T, field, arg)
#define ROW(kind, T, field, arg) ROW_##kind(T, field, arg)

/* name, type, list of rows */
#define TABLE(name, T, ROWS)                                                                       \
    static const wk_row name##_list[] = {ROWS(ROW, T)};                                            \
    const wk_rows wk_rows_##name = {#name, sizeof(T), name##_list,                                 \
                                    (int32_t)(sizeof name##_list / sizeof name##_list[0])};        \
    extern const T wk_whole_##name;                                                                \
    const T wk_whole_##name = {ROWS(ZERO, T)};

TABLE(bracket, wk_bracket, WK_ROWS_BRACKET)
TABLE(part, wk_part, WK_ROWS_PART)
TABLE(ord, wk_ord, WK_ROWS_ORD)
TABLE(traded, wk_traded, WK_ROWS_TRADED)
TABLE(drawn, wk_drawn, WK_ROWS_DRAWN)
TABLE(sum, wick_sum, WK_ROWS_SUM)
TABLE(cost, wk_cost, WK_ROWS_COST)
TABLE(trail, wk_trail, WK_ROWS_TRAIL)
TABLE(lot, wk_lot, WK_ROWS_LOT)
TABLE(trade, wick_trade_rec, WK_ROWS_TRADE)
TABLE(rec, wick_order_rec, WK_ROWS_REC)
TABLE(pile, wk_pile, WK_ROWS_PILE)
TABLE(sym, wk_sym, WK_ROWS_SYM)
TABLE(pord, wk_pord, WK_ROWS_PORD)
TABLE(exit_ask, wk_exit_ask, WK_ROWS_EXIT_ASK)
TABLE(leg, wk_leg, WK_ROWS_LEG)
TABLE(bind, wk_bind, WK_ROWS_BIND)
TABLE(pinfo, wk_pinfo, WK_ROWS_PINFO)
TABLE(prisk, wk_prisk, WK_ROWS_PRISK)
TABLE(pine, wk_pine, WK_ROWS_PINE)
TABLE(amb, wick_ambiguity, WK_ROWS_AMB)
TABLE(cursor, wick_cursor, WK_ROWS_CURSOR)
TABLE(run, struct wick_run, WK_ROWS_RUN)

/* Arrays of plain numbers. */
#define PLAIN(name, type, code)                                                                    \
    static const wk_row name##_list[] = {{"v", 0, code, 1, NULL}};                                 \
    const wk_rows wk_rows_##name = {#name, sizeof(type), name##_list, 1};
PLAIN(i32, int32_t, WK_F_I32)
PLAIN(u8, uint8_t, WK_F_U8)
PLAIN(f64, double, WK_F_F64)
PLAIN(u64, uint64_t, WK_F_I64)
