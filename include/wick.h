/* SPDX-License-Identifier: MIT */
/** wick: a runtime for trading-strategy research. This header includes every public room. */
#ifndef WICK_H
#define WICK_H

#include "wick/alloc.h"
#include "wick/base.h"
#include "wick/data.h"
#include "wick/engine.h"
#include "wick/flow.h"
#include "wick/heads.h"
#include "wick/metrics.h"
#include "wick/ml.h"
#include "wick/opt.h"
#include "wick/pm.h"
#include "wick/report.h"
#include "wick/sheets.h"
#include "wick/state.h"
#include "wick/stats.h"
#include "wick/store.h"
#include "wick/table.h"
#include "wick/ta.h"
#include "wick/work.h"

#endif
