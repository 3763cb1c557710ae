/* SPDX-License-Identifier: MIT */
/* The normal distribution cut to an interval, in logarithms, so that far tails keep their digits.
 */
#include "opt/opt_int.h"

static const double SQRT_HALF = 0.70710678118654752440;
static const double LOG_2PI = 1.83787706640934548356;

double wk_norm_cdf(double x)
{
    return 0.5 * erfc(-x * SQRT_HALF);
}

double wk_norm_log_cdf(double x)
{
    if (x > 6.0) return -wk_norm_cdf(-x);
    if (x > -20.0) return log(wk_norm_cdf(x));
    if (isinf(x)) return -WK_INF;
    double total = 1.0, last = 0.0, sign = 1.0, num = 1.0, den = 1.0;
    const double inv = 1.0 / (x * x);
    for (int i = 1; fabs(last - total) > 2.2e-16 && i < 200; i++) {
        last = total;
        sign = -sign;
        num *= 2.0 * i - 1.0;
        den *= inv;
        total += sign * num * den;
    }
    return -0.5 * x * x - log(-x) - 0.5 * LOG_2PI + log(total);
}

double wk_log_mass(double a, double b)
{
    if (a > 0.0) {
        const double x = -b;
        b = -a;
        a = x;
    }
    if (b <= 0.0) {
        /* Plain difference while both tails are far from underflow; it is also the faster way. */
        if (a > -30.0) {
            const double p = wk_norm_cdf(b) - wk_norm_cdf(a);
            if (p > 0.25 * wk_norm_cdf(b)) return log(p);
        }
        const double p = wk_norm_log_cdf(b), q = wk_norm_log_cdf(a);
        return p + log1p(-exp(q - p));
    }
    return log1p(-wk_norm_cdf(a) - wk_norm_cdf(-b));
}

/* Wichura 1988, AS 241 (PPND16): relative error about 1e-16. */
double wk_norm_quantile(double p)
{
    const double q = p - 0.5;
    if (fabs(q) <= 0.425) {
        const double r = 0.180625 - q * q;
        return q *
               (((((((2509.0809287301226727 * r + 33430.575583588128105) * r +
                     67265.770927008700853) *
                        r +
                    45921.953931549871457) *
                       r +
                   13731.693765509461125) *
                      r +
                  1971.5909503065514427) *
                     r +
                 133.14166789178437745) *
                    r +
                3.387132872796366608) /
               (((((((5226.495278852545925 * r + 28729.085735721942674) * r +
                     39307.89580009271061) *
                        r +
                    21213.794301586595867) *
                       r +
                   5394.1960214247511077) *
                      r +
                  687.1870074920579083) *
                     r +
                 42.313330701600911252) *
                    r +
                1.0);
    }
    double r = sqrt(-log(q < 0.0 ? p : 1.0 - p)), x;
    if (r <= 5.0) {
        r -= 1.6;
        x = (((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r +
                  0.24178072517745061177) *
                     r +
                 1.27045825245236838258) *
                    r +
                3.64784832476320460504) *
                   r +
               5.7694972214606914055) *
                  r +
              4.6303378461565452959) *
                 r +
             1.42343711074968357734) /
            (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r +
                  0.0151986665636164571966) *
                     r +
                 0.14810397642748007459) *
                    r +
                0.68976733498510000455) *
                   r +
               1.6763848301838038494) *
                  r +
              2.05319162663775882187) *
                 r +
             1.0);
    } else {
        r -= 5.0;
        x = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r +
                  0.0012426609473880784386) *
                     r +
                 0.026532189526576123093) *
                    r +
                0.29656057182850489123) *
                   r +
               1.7848265399172913358) *
                  r +
              5.4637849111641143699) *
                 r +
             6.6579046435011037772) /
            (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r +
                  1.8463183175100546818e-5) *
                     r +
                 7.868691311456132591e-4) *
                    r +
                0.0148753612908506148525) *
                   r +
               0.13692988092273580531) *
                  r +
              0.59983220655588793769) *
                 r +
             1.0);
    }
    return q < 0.0 ? -x : x;
}

/* x with log Phi(x) = y, by Newton's method on log Phi. */
static double inverse_log_cdf(double y)
{
    const bool near_one = y > -1e-2;
    const double z = near_one ? log(-expm1(y)) : y;
    double x = z < -5.0 ? -sqrt(-2.0 * (z + 0.5 * LOG_2PI))
                        : -(1.7320508075688772935 / 3.14159265358979323846) * log(expm1(-z));
    for (int i = 0; i < 100; i++) {
        const double l = wk_norm_log_cdf(x);
        const double dx = (l - z) * exp(l + 0.5 * x * x + 0.5 * LOG_2PI);
        x -= dx;
        if (fabs(dx) < 1e-8 * fabs(x)) break;
    }
    return near_one ? -x : x;
}

static double log_add(double a, double b)
{
    const double m = a > b ? a : b, k = a > b ? b : a;
    return m + log1p(exp(k - m));
}

double wk_trunc_quantile(double q, double a, double b)
{
    if (q <= 0.0) return a;
    if (q >= 1.0) return b;
    if (a > -8.0 && b < 8.0) {
        /* The quantile of a plain probability, from the nearer tail so that no digits are lost. */
        const double lo = wk_norm_cdf(a), hi_tail = wk_norm_cdf(-b), lo_tail = wk_norm_cdf(-a);
        const double mass = b <= 0.0   ? wk_norm_cdf(b) - lo
                            : a >= 0.0 ? lo_tail - hi_tail
                                       : 1.0 - lo - hi_tail;
        const double p = lo + q * mass, r = hi_tail + (1.0 - q) * mass;
        if (mass > 0.01) return p <= 0.5 ? wk_norm_quantile(p) : -wk_norm_quantile(r);
    }
    const double m = wk_log_mass(a, b);
    if (a < 0.0) return inverse_log_cdf(log_add(wk_norm_log_cdf(a), log(q) + m));
    return -inverse_log_cdf(log_add(wk_norm_log_cdf(-b), log1p(-q) + m));
}
