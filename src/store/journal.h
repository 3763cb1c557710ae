/* SPDX-License-Identifier: MIT */
/** Private to the room store: studies in a log file (Optuna's JournalFileBackend). */
#ifndef WICK_STORE_JOURNAL_H
#define WICK_STORE_JOURNAL_H

#include "store/store_int.h"

/** Whether the file can be opened; it is made when `make`. */
wick_status wk_journal_check(wick_ctx *ctx, const char *path, bool make);
wick_status wk_journal_list(wick_ctx *ctx, const char *path, wk_infos *out);
wick_status wk_journal_find(wick_ctx *ctx, const char *path, const char *name, wk_study_row *out);
wick_status wk_journal_make(wick_ctx *ctx, const char *path, const char *name, int32_t m,
                            const int32_t *directions, bool *made);
wick_status wk_journal_delete(wick_ctx *ctx, const char *path, int64_t id);
wick_status wk_journal_backend(wick_ctx *ctx, const wk_backend_opts *o, wick_study_backend *out);

#endif
