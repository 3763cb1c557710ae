/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cli/doc.h"

static const char *const unit_names[] = {"as its input", "price",    "price squared",  "percent",
                                         "ratio",        "volume",   "price x volume", "bars",
                                         "mask",         "1 / price"};

const char *cli_unit_name(wick_unit u)
{
    return unit_names[u];
}

static const char *source_name(int8_t s)
{
    static const char *const names[] = {"open", "high",  "low",   "close", "volume",  "hl2",
                                        "hlc3", "ohlc4", "hlcc4", "time",  "new day", "bar_index"};
    return s >= 0 && s < (int8_t)(sizeof names / sizeof *names) ? names[s] : "";
}

/* Inputs nobody passes come from the bars, which then are the first argument. */
static bool reads_bars(const wick_ta_spec *s)
{
    for (const wick_ta_in *in = s->in; in->name; in++)
        if (!in->given) return true;
    return false;
}

static void param_default(wick_buf *b, const wick_ta_param *p)
{
    if (p->choice)
        wick_buf_addf(b, "\"%s\"", p->choice[(int)p->def]);
    else
        wick_buf_add_double(b, p->def);
}

void cli_ta_signature(wick_buf *b, const wick_ta_spec *s)
{
    const char *sep = "";
    wick_buf_addf(b, "ta.%s(", s->name);
    if (reads_bars(s)) {
        wick_buf_add(b, "b", -1);
        sep = ", ";
    }
    for (const wick_ta_in *in = s->in; in->name; in++) {
        if (!in->given) continue;
        wick_buf_addf(b, "%s%s", sep, in->name);
        if (in->source != WICK_S_NONE) wick_buf_addf(b, " = %s", source_name(in->source));
        sep = ", ";
    }
    for (const wick_ta_param *p = s->param; p->name; p++) {
        wick_buf_addf(b, "%s%s", sep, p->name);
        if (!p->required) {
            wick_buf_add(b, " = ", -1);
            param_default(b, p);
        }
        sep = ", ";
    }
    wick_buf_add(b, ")", -1);
}

static void param_line(wick_buf *b, const wick_ta_param *p)
{
    wick_buf_addf(b, "- `%s`: ", p->name);
    if (p->choice) {
        for (const char *const *ch = p->choice; *ch; ch++)
            wick_buf_addf(b, "%s\"%s\"", ch == p->choice ? "" : " or ", *ch);
    } else {
        wick_buf_add(b, p->is_int ? "whole number, " : "number, ", -1);
        wick_buf_add_double(b, p->lo);
        wick_buf_add(b, " to ", -1);
        wick_buf_add_double(b, p->hi);
    }
    if (p->required) {
        wick_buf_add(b, ", required", -1);
    } else {
        wick_buf_add(b, ", default ", -1);
        param_default(b, p);
    }
    if (p->doc) wick_buf_addf(b, ": %s", p->doc);
    wick_buf_add(b, "\n", 1);
}

static int64_t default_warmup(const wick_ta_spec *s)
{
    double p[WICK_TA_MAX_PARAM + 1] = {0};
    for (int i = 0; s->param[i].name; i++) p[i] = s->param[i].def;
    return s->warmup ? s->warmup(p) : 0;
}

/* What stands for an explicit input in an example; NULL where the default cannot be spelled. */
static const char *example_input(const wick_ta_in *in, bool first)
{
    static const char *const names[] = {"b.open",   "b.high", "b.low",  "b.close",
                                        "b.volume", "b.hl2",  "b.hlc3", "b.ohlc4"};
    if (in->source >= 0 && in->source < (int8_t)(sizeof names / sizeof *names))
        return names[in->source];
    if (in->source != WICK_S_NONE) return NULL;
    if (in->unit == WICK_U_MASK) return "b.close:gt(b.open)";
    return first ? "b.close" : "b.open";
}

/* A line that runs as it stands where `b` is a symbol's bars: everything spelled out. A default
 * without a name ends the arguments, the rest being defaults too. */
static void example(wick_buf *b, const wick_ta_spec *s)
{
    const char *sep = "";
    bool whole = true;
    wick_buf_add(b, "Example: `local ", -1);
    for (const wick_ta_out *o = s->out; o->name; o++)
        wick_buf_addf(b, "%s%s", o == s->out ? "" : ", ", o->name);
    wick_buf_addf(b, " = ta.%s(", s->name);
    if (reads_bars(s)) {
        wick_buf_add(b, "b", -1);
        sep = ", ";
    }
    for (const wick_ta_in *in = s->in; whole && in->name && in->given; in++) {
        const char *text = example_input(in, in == s->in);
        whole = text != NULL;
        if (whole) wick_buf_addf(b, "%s%s", sep, text);
        sep = ", ";
    }
    for (const wick_ta_param *p = s->param; whole && p->name; p++) {
        wick_buf_add(b, sep, -1);
        param_default(b, p);
        sep = ", ";
    }
    wick_buf_add(b, ")`\n\n", -1);
}

void cli_doc_ta(wick_buf *b, const wick_ta_spec *s)
{
    const char *sep = "";
    wick_buf_addf(b, "### ta.%s\n\n%s.\n\n    ", s->name, s->title);
    cli_ta_signature(b, s);
    wick_buf_addf(b, "\n\nFormula: %s\n\n", s->formula);
    for (const wick_ta_param *p = s->param; p->name; p++) param_line(b, p);
    if (s->param[0].name) wick_buf_add(b, "\n", 1);
    wick_buf_add(b, "Gives ", -1);
    for (const wick_ta_out *o = s->out; o->name; o++) {
        wick_buf_addf(b, "%s`%s` (%s)", sep, o->name, cli_unit_name(o->unit));
        sep = ", ";
    }
    sep = "";
    if (reads_bars(s)) {
        wick_buf_add(b, "; reads ", -1);
        for (const wick_ta_in *in = s->in; in->name; in++) {
            if (in->given) continue;
            wick_buf_addf(b, "%s%s", sep, source_name(in->source));
            sep = ", ";
        }
        wick_buf_add(b, " of the bars", -1);
    }
    const int64_t w = default_warmup(s);
    if (w >= 0)
        wick_buf_addf(b, ". Not available for the first %lld bar%s at the defaults.\n",
                      (long long)w, w == 1 ? "" : "s");
    else
        wick_buf_add(b, ". When it begins depends on the data.\n", -1);
    wick_buf_add(b, "\n", 1);
    example(b, s);
    wick_buf_addf(b, "Source: %s.\n", s->source);
    if (s->note) wick_buf_addf(b, "Note: %s\n", s->note);
}
