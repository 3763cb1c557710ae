/* SPDX-License-Identifier: MIT */
/** Days and sessions as wick_bars_resample counts them. */
#ifndef WK_TA_ALIGN_H
#define WK_TA_ALIGN_H

#include "wick/ta.h"

/** Session open after midnight in ms; 0 round the clock. */
int64_t wk_session_open(const char *session);
/** A session that opens in the evening belongs to the date it closes on: how much earlier than the
 * date its day begins. */
int64_t wk_day_lead(const char *session);
int64_t wk_day_number(int64_t wall);

#endif
