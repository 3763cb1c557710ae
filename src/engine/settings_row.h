/* SPDX-License-Identifier: MIT */
/** Row of the table of settings: how a key, its text and its field belong together. */
#ifndef WK_ENGINE_SETTINGS_ROW_H
#define WK_ENGINE_SETTINGS_ROW_H

#include "engine/settings.h"

enum { WK_KIND_ENUM, WK_KIND_INT, WK_KIND_COUNT, WK_KIND_NUMBER, WK_KIND_TIERS };

typedef struct wk_setting {
    wick_setting_doc doc;
    size_t at; /**< of its field in wick_settings: int32_t, double for WK_KIND_NUMBER, text for
                  WK_KIND_TIERS */
    int kind;
    double lo, hi;
} wk_setting;

extern const wk_setting wk_setting_rows[];
extern const int32_t wk_setting_count;

/** A fee schedule "VOLUME:MAKER/TAKER,..." read into rows of three; -1 when it is none. */
enum { WK_TIERS = 24 };
int32_t wk_tiers_parse(const char *text, double tier[WK_TIERS][3]);

#endif
