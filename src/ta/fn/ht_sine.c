/* SPDX-License-Identifier: MIT */
/* registry: wick_ta_ht_dcphase wick_ta_ht_sine wick_ta_ht_trendline wick_ta_ht_trendmode */
#include "../k_hilbert.h"
#include "../k_parts.h"

/* What is read from the dominant cycle over its own length, up to 50 bars. */

enum { START = 37, WARMUP = 63, LONGEST = 50 };

static const double TURN = 2.0 * 3.14159265358979323846;

typedef struct cycle {
    wk_hilbert h;
    double price[LONGEST], smooth[LONGEST];
    double phase, sine, lead;
    double trend[3], trendline;
    double days;
    int64_t at; /* of the newest value in both rings */
} cycle;

static int64_t warmup(const double *p)
{
    (void)p;
    return WARMUP;
}

static int64_t size(const double *p)
{
    (void)p;
    return (int64_t)sizeof(cycle);
}

static void init(void *state, const double *p)
{
    cycle *k = state;
    (void)p;
    memset(k, 0, sizeof *k);
    wk_hilbert_init(&k->h, START);
}

/* False while the filters wait; `length` of the cycle in whole bars. */
static bool advance(cycle *k, double x, int64_t *length)
{
    if (isnan(x)) return false;
    k->at = k->at + 1 == LONGEST ? 0 : k->at + 1;
    k->price[k->at] = x;
    if (!wk_hilbert_step(&k->h, x)) return false;
    k->smooth[k->at] = k->h.smoothed;
    const double bars = k->h.smooth_period + 0.5; /* not a number after an infinite one */
    *length = bars < (double)LONGEST + 1.0 ? (int64_t)bars : 0;
    return true;
}

/* Correlates the last cycle with one turn of a circle. The angle is turned on from bar to bar:
 * fifty turns lose less than 1e-14. */
static void turn_phase(cycle *k, int64_t length)
{
    const double step = TURN / (double)length, c1 = cos(step), s1 = sin(step);
    double c = 1.0, s = 0.0, real = 0.0, imag = 0.0;
    int64_t at = k->at;
    for (int64_t i = 0; i < length; i++) {
        real += s * k->smooth[at];
        imag += c * k->smooth[at];
        const double next = c * c1 - s * s1;
        s = s * c1 + c * s1;
        c = next;
        at = at == 0 ? LONGEST - 1 : at - 1;
    }
    if (imag != 0.0)
        k->phase = atan(real / imag) * WK_DEGREES;
    else
        k->phase += real < 0.0 ? -90.0 : real > 0.0 ? 90.0 : 0.0;
    k->phase += 90.0 + 360.0 / k->h.smooth_period;
    if (imag < 0.0) k->phase += 180.0;
    if (k->phase > 315.0) k->phase -= 360.0;
}

/* The mean over one cycle, smoothed with weights 4 3 2 1. */
static void move_trend(cycle *k, int64_t length)
{
    double sum = 0.0;
    int64_t at = k->at;
    for (int64_t i = 0; i < length; i++) {
        sum += k->price[at];
        at = at == 0 ? LONGEST - 1 : at - 1;
    }
    const double mean = length > 0 ? sum / (double)length : 0.0;
    const double *t = k->trend;
    k->trendline = (4.0 * mean + 3.0 * t[0] + 2.0 * t[1] + t[2]) / 10.0;
    k->trend[2] = t[1];
    k->trend[1] = t[0];
    k->trend[0] = mean;
}

static void turn_sine(cycle *k)
{
    k->sine = sin(k->phase / WK_DEGREES);
    k->lead = sin((k->phase + 45.0) / WK_DEGREES);
}

static bool shown(const cycle *k)
{
    return k->h.seen > WARMUP;
}

/* ---- ht_dcphase, ht_sine, ht_trendline ------------------------------------------------------ */

static void phase_step(void *state, const double *p, const double *in, double *out)
{
    cycle *k = state;
    int64_t length;
    (void)p;
    out[0] = WICK_NA;
    if (!advance(k, in[0], &length)) return;
    turn_phase(k, length);
    if (shown(k)) out[0] = k->phase;
}

static wick_status phase_run(int64_t n, const double *const *in, const double *p,
                             double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, phase_step);
}

static void sine_step(void *state, const double *p, const double *in, double *out)
{
    cycle *k = state;
    int64_t length;
    (void)p;
    out[0] = out[1] = WICK_NA;
    if (!advance(k, in[0], &length)) return;
    turn_phase(k, length);
    if (!shown(k)) return;
    turn_sine(k);
    out[0] = k->sine;
    out[1] = k->lead;
}

static wick_status sine_run(int64_t n, const double *const *in, const double *p, double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 2, size, init, sine_step);
}

static void trendline_step(void *state, const double *p, const double *in, double *out)
{
    cycle *k = state;
    int64_t length;
    (void)p;
    out[0] = WICK_NA;
    if (!advance(k, in[0], &length)) return;
    move_trend(k, length);
    if (shown(k)) out[0] = k->trendline;
}

static wick_status trendline_run(int64_t n, const double *const *in, const double *p,
                                 double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, trendline_step);
}

/* ---- ht_trendmode --------------------------------------------------------------------------- */

/* A cycle while the sines have crossed less than half a period ago or the phase turns as fast as
 * the period says; a trend in any case when price is 1.5 % off the trend line. */
static bool is_trend(cycle *k, double phase, double sine, double lead)
{
    const double pace = 360.0 / k->h.smooth_period, turned = k->phase - phase;
    const bool crossed = (k->sine > k->lead && sine <= lead) || (k->sine < k->lead && sine >= lead);
    k->days = crossed ? 1.0 : k->days + 1.0;
    bool trend = !crossed && k->days >= 0.5 * k->h.smooth_period;
    if (turned > 0.67 * pace && turned < 1.5 * pace) trend = false;
    const double away = (k->h.smoothed - k->trendline) / k->trendline;
    return (k->trendline != 0.0 && fabs(away) >= 0.015) || trend;
}

static void trendmode_step(void *state, const double *p, const double *in, double *out)
{
    cycle *k = state;
    const double phase = k->phase, sine = k->sine, lead = k->lead;
    int64_t length;
    (void)p;
    out[0] = WICK_NA;
    if (!advance(k, in[0], &length)) return;
    turn_phase(k, length);
    turn_sine(k);
    move_trend(k, length);
    const bool trend = is_trend(k, phase, sine, lead);
    if (shown(k)) out[0] = trend ? 1.0 : 0.0;
}

static wick_status trendmode_run(int64_t n, const double *const *in, const double *p,
                                 double *const *out)
{
    return wk_run_steps(n, in, p, out, 1, 1, size, init, trendmode_step);
}

#define START_NOTE                                                                                 \
    "Starts as TA-Lib does: the filters begin with nothing on bar 37, and 26 bars later the "      \
    "first value is shown. Reads up to 50 bars on every bar."

#define FORMS(name)                                                                                \
    .warmup = warmup, .run = name##_run, .state_size = size, .state_init = init, .step = name##_step

const wick_ta_spec wick_ta_ht_dcphase = {
    .name = "ht_dcphase",
    .title = "Hilbert transform: phase of the dominant cycle",
    .formula = "degrees of the last cycle's correlation with sine and cosine of its period, -45 to "
               "315",
    .source = "TA-Lib HT_DCPHASE; Ehlers 2001",
    .group = "statistic",
    .in = {WK_IN_SRC},
    .out = {{"phase", WICK_U_RATIO}},
    FORMS(phase),
    .note = START_NOTE,
};

const wick_ta_spec wick_ta_ht_sine = {
    .name = "ht_sine",
    .title = "Hilbert transform: sine wave",
    .formula = "sine = sin(ht_dcphase), lead = sin(ht_dcphase + 45 degrees)",
    .source = "TA-Lib HT_SINE; Ehlers 2001",
    .group = "oscillator",
    .in = {WK_IN_SRC},
    .out = {{"sine", WICK_U_RATIO}, {"lead", WICK_U_RATIO}},
    FORMS(sine),
    .note = START_NOTE,
};

const wick_ta_spec wick_ta_ht_trendline = {
    .name = "ht_trendline",
    .title = "Hilbert transform: instantaneous trend line",
    .formula = "mean of src over the dominant cycle, four of them weighted 4 3 2 1",
    .source = "TA-Lib HT_TRENDLINE; Ehlers 2001",
    .group = "average",
    .in = {WK_IN_SRC},
    .out = {{"trendline", WICK_U_ANY}},
    FORMS(trendline),
    .note = START_NOTE,
};

const wick_ta_spec wick_ta_ht_trendmode = {
    .name = "ht_trendmode",
    .title = "Hilbert transform: trend or cycle",
    .formula =
        "0 within half a period of a crossing of ht_sine's lines or while the phase turns at "
        "0.67 to 1.5 times the period's pace, 1 else and 1.5 % off the trend line",
    .source = "TA-Lib HT_TRENDMODE; Ehlers 2001",
    .group = "trend",
    .in = {WK_IN_SRC},
    .out = {{"trend", WICK_U_MASK}},
    FORMS(trendmode),
    .note = START_NOTE,
};
