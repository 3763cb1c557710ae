/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "report/report_int.h"

/* "-1234567.50" to "-1,234,567.50". */
static void thousands(char out[64], const char *s)
{
    const size_t sign = s[0] == '-' ? 1 : 0;
    const char *const point = strchr(s, '.');
    const size_t whole = (point != NULL ? (size_t)(point - s) : strlen(s)) - sign;
    size_t n = 0;
    if (sign) out[n++] = '-';
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0) out[n++] = ',';
        out[n++] = s[sign + i];
    }
    strcpy(out + n, point != NULL ? point : "");
}

/* Fixed decimals with the point spelt '.' whatever the program's locale. */
static void fixed(char out[64], double v, int places)
{
    char text[40];
    if (fabs(v) >= 1e15 || (v != 0.0 && fabs(v) < 0.5 * pow(10.0, -places))) {
        snprintf(out, 64, "%.4g", v);
        for (char *p = out; *p != '\0'; p++) *p = *p == ',' ? '.' : *p;
        return;
    }
    snprintf(text, sizeof text, "%.*f", places, v + 0.0);
    for (char *p = text; *p != '\0'; p++) *p = *p == ',' ? '.' : *p;
    thousands(out, text);
}

void wk_pretty(char out[64], wick_metric_unit unit, double v, bool dates_only)
{
    if (isnan(v)) {
        strcpy(out, "-");
        return;
    }
    if (isinf(v)) {
        strcpy(out, v > 0.0 ? "inf" : "-inf");
        return;
    }
    switch (unit) {
    case WICK_M_TIME: wick_time_format(out, (int64_t)v, dates_only); return;
    case WICK_M_COUNT: fixed(out, v, 0); return;
    case WICK_M_PERCENT:
        fixed(out, v, 2);
        strcat(out, " %");
        return;
    case WICK_M_BARS:
    case WICK_M_DAYS: fixed(out, v, v == floor(v) ? 0 : 2); return;
    case WICK_M_CASH: fixed(out, v, 2); return;
    case WICK_M_RATIO: break;
    }
    fixed(out, v, 4);
}
