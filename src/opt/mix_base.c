/* SPDX-License-Identifier: MIT */
#include "opt/opt_int.h"
#include "opt/vexp.h"

#define MIX_TARGET
#define MIX_NAME wk_mix_base
#define MIX_ANY  any_above
#define MIX_MAX  lane_max

/* Whether one of eight numbers is above t. */
static inline int any_above(const double *a, double t)
{
    int n = 0;
    for (int k = 0; k < 8; k++) n += a[k] > t;
    return n != 0;
}

/* Largest of every eighth number of a block. */
static inline void lane_max(const double *a, double *top)
{
    for (int k = 0; k < 8; k++) top[k] = a[k];
    for (int i = 8; i < WK_MIX_BLOCK; i += 8)
        for (int k = 0; k < 8; k++) top[k] = a[i + k] > top[k] ? a[i + k] : top[k];
}

#include "opt/mix_body.h"
