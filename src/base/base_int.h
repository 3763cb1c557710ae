/* SPDX-License-Identifier: MIT */
/** Private to the room base. */
#ifndef WICK_BASE_INT_H
#define WICK_BASE_INT_H

#include "wick/base.h"

/** Decimal digits of the shortest text that reads back to |v| (finite, not 0). `digits` gets at
 * most 17 characters without trailing zeros and a NUL, `*exp10` the power of the first digit. */
void wk_shortest_digits(double v, char digits[20], int *n, int *exp10);
/** The same as number * 10^exp10, fast, for most v in 2^-16 .. 2^52; false: take the slow way. */
bool wk_shortest_exact(double v, uint64_t *number, int *exp10);

/** Whether somebody listens to wick_log. */
bool wk_ctx_has_log(const wick_ctx *ctx);

/** Reads from an open descriptor until `n` bytes or the end. -1 with errno on failure. */
int64_t wk_read_all(int fd, void *to, int64_t n);
/** Writes everything; false with errno on failure. */
bool wk_write_all(int fd, const void *data, int64_t n);

/** Compresses by the name's ending (.gz, .zst). `*out` is NULL when the name asks for none. */
wick_status wk_compress_for(wick_ctx *ctx, const char *path, const void *data, int64_t n,
                            char **out, int64_t *out_n);

#endif
