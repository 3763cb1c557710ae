/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "opt/opt_int.h"

#define MIX_TARGET
#define MIX_NAME wk_mix_base

#include "opt/mix_body.h"
