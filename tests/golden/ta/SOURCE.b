Written by make_b.py on the generated bars of bars.csv; headings as in SOURCE.

beta.csv: TA-Lib 0.8.2
covariance.csv: pandas 3.1.1; the formula in make_b.py
garman_klass.csv: the formula in make_b.py
half_life.csv: the formula in make_b.py
heikin_ashi.csv: the formula in make_b.py
hurst.csv: the formula in make_b.py
kalman.csv: the formula in make_b.py
kurtosis.csv: pandas 3.1.1; the formula in make_b.py
linreg_forecast.csv: TA-Lib 0.8.2
linreg_intercept.csv: TA-Lib 0.8.2
linreg_r2.csv: the formula in make_b.py
linreg_stderr.csv: the formula in make_b.py
midpoint.csv: TA-Lib 0.8.2
midprice.csv: TA-Lib 0.8.2
parkinson.csv: the formula in make_b.py
realised_vol.csv: the formula in make_b.py
rogers_satchell.csv: the formula in make_b.py
skew.csv: pandas 3.1.1; the formula in make_b.py
yang_zhang.csv: the formula in make_b.py
