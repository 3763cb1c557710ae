/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "report/report_int.h"

/* Room for one more short field, with its comma. */
static void open_field(wk_line *l)
{
    if (l->len > (int64_t)sizeof l->text - 64) {
        wick_buf_add(l->out, l->text, l->len);
        l->len = 0;
    }
    if (l->any) l->text[l->len++] = ',';
    l->any = true;
}

void wk_line_text(wk_line *l, const char *s)
{
    open_field(l);
    wick_buf_add(l->out, l->text, l->len);
    l->len = 0;
    if (strpbrk(s, ",\"\r\n") == NULL) {
        wick_buf_add(l->out, s, -1);
        return;
    }
    wick_buf_add(l->out, "\"", 1);
    for (const char *p = s; *p != '\0'; p++) {
        if (*p == '"') wick_buf_add(l->out, "\"", 1);
        wick_buf_add(l->out, p, 1);
    }
    wick_buf_add(l->out, "\"", 1);
}

void wk_line_number(wk_line *l, double v)
{
    open_field(l);
    if (!isnan(v)) l->len += wick_format_double(l->text + l->len, v + 0.0); /* never "-0" */
}

void wk_line_memo(wk_line *l, wk_memo *m, double v)
{
    open_field(l);
    if (isnan(v)) return;
    if (m->len == 0 || v != m->v) {
        m->v = v;
        m->len = wick_format_double(m->text, v + 0.0);
    }
    memcpy(l->text + l->len, m->text, (size_t)m->len);
    l->len += m->len;
}

void wk_line_int(wk_line *l, int64_t v)
{
    open_field(l);
    l->len += snprintf(l->text + l->len, 32, "%lld", (long long)v);
}

void wk_line_time(wk_line *l, int64_t t, bool dates_only)
{
    open_field(l);
    if (t != WICK_NO_TIME) l->len += wick_time_format(l->text + l->len, t, dates_only);
}

void wk_line_part(wk_line *l, const wick_ledger *from, int32_t order)
{
    wk_line_text(l, wick_ledger_part_name(from, wick_ledger_part_of(from, order)));
}

void wk_line_end(wk_line *l)
{
    l->text[l->len++] = '\n';
    wick_buf_add(l->out, l->text, l->len);
    l->len = 0;
    l->any = false;
}
