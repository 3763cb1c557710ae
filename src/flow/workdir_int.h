/* SPDX-License-Identifier: MIT */
/** Private to the files of work folders. */
#ifndef WICK_FLOW_WORKDIR_INT_H
#define WICK_FLOW_WORKDIR_INT_H

#include "wick/work.h"

enum { WK_PATH = 1024 };

/** Names with hashes, in the order they came. */
typedef struct wk_pair {
    char *name, *value;
} wk_pair;
typedef struct wk_pairs {
    wk_pair *at;
    int64_t n, cap;
} wk_pairs;
wick_status wk_pairs_add(wick_ctx *ctx, wk_pairs *p, const char *name, const char *value);
const char *wk_pairs_get(const wk_pairs *p, const char *name);
void wk_pairs_clear(wk_pairs *p);
/** Writes an object with sorted keys. */
wick_status wk_pairs_json(wick_ctx *ctx, const wk_pairs *p, wick_json_writer *w);

typedef struct wk_lines {
    char **at;
    int64_t n, cap;
} wk_lines;
wick_status wk_lines_add(wick_ctx *ctx, wk_lines *l, const char *line);
void wk_lines_clear(wk_lines *l);

struct wick_workdir {
    char path[WK_PATH], id[256];
    char *pipeline, *file, *sha256, *options;
    uint64_t seed;
    bool fresh, in_place, finished, made;
    bool old; /**< of a fresh run: results of an earlier one are there until the first new one */
    int lock;
    wk_pairs inputs, artefacts, stages, promotions;
    wk_lines log, folders; /**< folders: those the stage at work fills */
    /* The stage at work. */
    char *stage, *stage_inputs, *stage_value;
    char stage_key[65];
    int64_t stage_log, stage_artefacts; /**< where its own begin */
};

/** "a/b.json" may be written, "../x", "/x", "" and names of the folder's own files may not. */
wick_status wk_workdir_name(wick_ctx *ctx, const char *what, const char *name);
wick_status wk_path_join(wick_ctx *ctx, const char *dir, const char *name, char *out, size_t n);
/** Folders above the file. */
wick_status wk_make_parents(wick_ctx *ctx, const char *file);
wick_status wk_file_sha256(wick_ctx *ctx, const char *path, char hex[65]);

/** stage_folder.c: where an artefact is written now. */
wick_status wk_artefact_path(wick_ctx *ctx, const wick_workdir *w, const char *name, char *out);
wick_status wk_folders_show(wick_ctx *ctx, wick_workdir *w);
void wk_folders_drop(wick_workdir *w);
void wk_folders_mend(const wick_workdir *w);
void wk_remove_tree(const char *path);

#endif
