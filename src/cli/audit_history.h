/* SPDX-License-Identifier: MIT */
/** Other histories of the same symbols. */
#ifndef WICK_CLI_AUDIT_HISTORY_H
#define WICK_CLI_AUDIT_HISTORY_H

#include "wick.h"

/** Bars after the stamp `cut` are gone. Symbols that have not begun by then are left out. */
wick_status audit_truncated(wick_ctx *ctx, const wick_panel *p, int64_t cut, wick_panel **out);
/** Bars after `cut` are a random walk from the last price, on the same stamps. */
wick_status audit_noise(wick_ctx *ctx, const wick_panel *p, int64_t cut, uint64_t seed,
                        wick_panel **out);
/** The last `bars` bars of every symbol. */
wick_status audit_recent(wick_ctx *ctx, const wick_panel *p, int64_t bars, wick_panel **out);

#endif
