/* SPDX-License-Identifier: MIT */
/** Shared by the files that bind tables. */
#ifndef WICK_LUA_TABLE_INT_H
#define WICK_LUA_TABLE_INT_H

#include "lua/table.h"

/** A column in the C form of its type, as a userdata on the stack. */
typedef struct wk_values {
    wick_column_in in;
    const char **texts;
    double *floats;
    int64_t *ints;
    uint8_t *bools;
} wk_values;

/** Tables are memory no script budget counts: raises in a strategy. */
void wk_table_phase(lua_State *L, const wk_host *h, const char *what);
/** The type of that name; raises. */
wick_column_type wk_table_check_type(lua_State *L, const char *name, const char *what);
/** The row number at i, counted from 0; raises. */
int64_t wk_table_row(lua_State *L, const wick_table *t, int i);
/** The list at i (or, with n >= 0, one value for all rows) as a column; `type` NULL: that of the
 * first value. */
void wk_table_read_column(lua_State *L, int i, int64_t n, const char *name, const char *type,
                          wk_values *v);

/* table_ops.c */
int wk_m_select(lua_State *L);
int wk_m_rename(lua_State *L);
int wk_m_cast(lua_State *L);
int wk_m_with(lua_State *L);
int wk_m_head(lua_State *L);
int wk_m_take(lua_State *L);
int wk_m_append(lua_State *L);
int wk_m_where(lua_State *L);
int wk_m_sort(lua_State *L);
int wk_m_join(lua_State *L);
int wk_m_group(lua_State *L);
int wk_m_unique(lua_State *L);
int wk_m_csv(lua_State *L);
int wk_m_markdown(lua_State *L);
int wk_table_from_csv(lua_State *L);

#endif
