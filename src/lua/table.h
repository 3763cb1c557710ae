/* SPDX-License-Identifier: MIT */
/** Tables as scripts hold them. */
#ifndef WICK_LUA_TABLE_H
#define WICK_LUA_TABLE_H

#include "lua/box.h"

extern const wk_box_type wk_table_type;
wick_table *wk_check_table(lua_State *L, int i, const char *what);
/** Pushes an empty handle; the caller puts a reference in as soon as it has one. */
wk_box *wk_new_table(lua_State *L, wk_host *h);
/** Texts of the list at i (or one text), borrowed from it; the array is pushed as a userdata. */
const char **wk_text_list(lua_State *L, int i, int32_t *n, const char *what);
/** Raises the context's error when the status is bad. */
void wk_good(lua_State *L, wk_host *h, wick_status st);
/** `types = { id = "text" }` and `columns = {...}` of the options at i (nil: none). What it points
 * to is pushed. */
void wk_table_opts(lua_State *L, int i, wick_table_opts *out, const char *what);

#endif
