/* SPDX-License-Identifier: MIT */
/** Studies in Lua, private: study.c (asking and telling), study_more.c. */
#ifndef WICK_LUA_STUDY_H
#define WICK_LUA_STUDY_H

#include "lua/ml.h"

const wk_box_type *wk_study_type(void);
/** The study that is argument 1. */
wick_study *wk_study_arg(lua_State *L);
/** A text, number, true or false at index i; texts stay alive where they are. */
bool wk_study_choice(lua_State *L, int i, wick_choice *out);
/** Low, high, log, step and kind of the table on top, or its choices. Pushes what keeps them. */
void wk_study_dist(lua_State *L, wk_host *h, const char *name, wick_dist *out);

int wk_study_add(lua_State *L);
int wk_study_copy(lua_State *L);
int wk_study_exhausted(lua_State *L);
int wk_study_terminator(lua_State *L);
int wk_study_now(lua_State *L);

#endif
