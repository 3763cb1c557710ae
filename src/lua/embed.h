/* SPDX-License-Identifier: MIT */
/**
 * The Lua files carried inside a host. Module names are as `require` sees them ("wick",
 * "wick.ta", "wick.pine"); the FFI region of include/wick/ffi.h is the module "wick.ffi_cdef",
 * whose text is C. The table is written at build time by cmake/WickEmbed.cmake, sorted by path.
 */
#ifndef WICK_LUA_EMBED_H
#define WICK_LUA_EMBED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct wk_embedded {
    const char *name; /**< NULL after the last entry */
    const char *text; /**< NUL-terminated */
    int64_t length;   /**< without the NUL */
} wk_embedded;

extern const wk_embedded wk_embedded_lua[];
extern const int64_t wk_embedded_lua_n;

/** The same modules as bytecode of the VM of this host, made by cmake/compile_lua.c; empty where
 * the build could not run that program. A VM that does not take it gets the text. */
extern const wk_embedded wk_embedded_code[];

#endif
