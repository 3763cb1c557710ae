/* SPDX-License-Identifier: MIT */
#include "opt/opt_int.h"
#include "opt/vexp.h"

#define MIX_TARGET
#define MIX_NAME wk_mix_base

#include "opt/mix_body.h"
