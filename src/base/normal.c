/* SPDX-License-Identifier: MIT */
#include "wick/base.h"

double wick_normal_cdf(double z)
{
    return 0.5 * erfc(-z / 1.4142135623730951);
}

/* Bisection-free: a rational start (Abramowitz and Stegun 26.2.23) and Newton steps on erfc, which
 * is exact to the last places in both tails. */
double wick_normal_quantile(double p)
{
    if (isnan(p)) return WICK_NA;
    const double q = p < 0.5 ? p : 1.0 - p;
    if (!(q > 0.0)) return p < 0.5 ? -(double)INFINITY : (double)INFINITY;
    const double t = sqrt(-2.0 * log(q));
    double x = t - (2.515517 + 0.802853 * t + 0.010328 * t * t) /
                       (1.0 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t);
    const double root2 = 1.4142135623730951, root2pi = 2.5066282746310002;
    for (int i = 0; i < 6; i++) {
        const double tail = 0.5 * erfc(x / root2); /* wanted: q */
        const double step = (tail - q) / (exp(-0.5 * x * x) / root2pi);
        x += step / (1.0 + 0.5 * x * step); /* Halley: the curvature is -x */
        if (fabs(step) < 1e-15 * fabs(x)) break;
    }
    return p < 0.5 ? -x : x;
}
