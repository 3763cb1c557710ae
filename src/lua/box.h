/* SPDX-License-Identifier: MIT */
/**
 * Handles on objects of the library that pipelines hold: bars, matrices, models ... Userdata with
 * one metatable per type; collecting one drops one reference.
 */
#ifndef WICK_LUA_BOX_H
#define WICK_LUA_BOX_H

#include "lua/lua_int.h"

typedef struct wk_box_type {
    const char *name; /**< "bars": for messages and `core.is` */
    void (*unref)(void *p);
    /** SHA-256 of the content, for the keys of stages; NULL: there is none. */
    wick_status (*digest)(wick_ctx *ctx, const void *p, char hex[65]);
    const luaL_Reg *methods;
    /** `x.name` and `x[i]` where no method has the name; NULL: an error. Pushes one value. */
    int (*index)(lua_State *L, wk_host *h, void *p);
    int64_t (*length)(const void *p); /**< #x; NULL: none */
} wk_box_type;

typedef struct wk_box {
    const wk_box_type *type;
    void *p;
} wk_box;

/** Pushes an empty handle; the caller puts the object in, which cannot fail any more. `bytes` tells
 * the collector how much memory hangs on it. */
wk_box *wk_new_box(lua_State *L, wk_host *h, const wk_box_type *type, int64_t bytes);
/** The handle at i of any type, or NULL. */
wk_box *wk_any_box(lua_State *L, int i);
/** The object at i, NULL when it is something else. */
void *wk_test_box(lua_State *L, int i, const wk_box_type *type);
/** The same; raises "WHAT: a matrix is expected, got a table". */
void *wk_check_box(lua_State *L, int i, const wk_box_type *type, const char *what);

#endif
