/* SPDX-License-Identifier: MIT */
/* Rates and corporate actions: their files, what is wrong with them, and that bars made from bars
 * keep them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc_walk.h"
#include "check.h"
#include "wick/data.h"

enum { BARS = 20 };
#define DAY(i) ((17000 + (i)) * WICK_MS_DAY)

static char folder[] = "/tmp/wick-dates.XXXXXX";

static const char *file(const char *name, const char *text)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static wick_bars *bars(wick_ctx *ctx, const char *name)
{
    int64_t t[BARS];
    double p[BARS];
    wick_bars *b = NULL;
    for (int i = 0; i < BARS; i++) {
        t[i] = DAY(i);
        p[i] = 100.0 + i;
    }
    check_ok(ctx, wick_bars_new(ctx, name, BARS, t, p, p, p, p, NULL, NULL, &b));
    return b;
}

static wick_panel *panel(wick_ctx *ctx, int n)
{
    wick_bars *list[2] = {bars(ctx, "A"), bars(ctx, "B")};
    wick_panel *p = NULL;
    check_ok(ctx, wick_panel_new(ctx, list, n, &p));
    wick_bars_unref(list[0]);
    wick_bars_unref(list[1]);
    return p;
}

static int64_t get(const wick_panel *p, int64_t s, int32_t kind, const int64_t **t,
                   const double **v)
{
    return wick_dates_get(wick_bars_info(wick_panel_bars(p, s))->dates, kind, t, v);
}

static void actions(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel(ctx, 2), *q = NULL;
    const int64_t *t = NULL;
    const double *v = NULL;
    /* Any order of rows, a byte order mark, two dividends of one day, zeros and empty fields. */
    const char *path = file("a.csv", "\xef\xbb\xbf"
                                     "Date,Dividends,Stock Splits,Symbol\r\n"
                                     "2016-07-25,0.5,,B\r\n"
                                     "2016-07-20,0.25,0,A\r\n"
                                     "2016-07-20,0.1,,A\r\n"
                                     "2016-07-19,0,4:1,A\r\n"
                                     "2016-07-22,9,,ELSE\r\n");
    check_ok(ctx, wick_panel_with_dates(ctx, p, "actions", path, &q));
    assert_int_equal(get(q, 0, WICK_DIVIDEND, &t, &v), 1);
    assert_int_equal(t[0], DAY(2));
    check_close(v[0], 0.35, 1e-12);
    assert_int_equal(get(q, 0, WICK_SPLIT, &t, &v), 1);
    assert_true(t[0] == DAY(1) && v[0] == 4.0);
    assert_int_equal(get(q, 1, WICK_DIVIDEND, &t, &v), 1);
    assert_int_equal(get(q, 1, WICK_SPLIT, &t, &v), 0);
    assert_int_equal(get(p, 0, WICK_SPLIT, &t, &v), 0);
    /* Another kind comes beside; slices, columns and resampled bars keep all. */
    wick_panel *both = NULL;
    path = file("f.csv", "time,symbol,rate\n2016-07-19T08:00:00Z,A,-0.001\n");
    check_ok(ctx, wick_panel_with_dates(ctx, q, "funding", path, &both));
    wick_bars *b = wick_panel_bars(both, 0), *part = NULL, *more = NULL, *weeks = NULL;
    double column[BARS] = {0};
    check_ok(ctx, wick_bars_slice(ctx, b, 3, 9, &part));
    check_ok(ctx, wick_bars_with_column(ctx, part, "x", column, &more));
    check_ok(ctx, wick_bars_resample(ctx, b, 7 * WICK_MS_DAY, false, &weeks));
    const wick_bars *made[] = {part, more, weeks};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(wick_dates_get(wick_bars_info(made[i])->dates, WICK_FUNDING, &t, &v), 1);
        assert_true(t[0] == DAY(1) + 8 * WICK_MS_DAY / 24 && v[0] == -0.001);
        assert_int_equal(wick_dates_get(wick_bars_info(made[i])->dates, WICK_SPLIT, &t, &v), 1);
    }
    wick_bars_unref(part);
    wick_bars_unref(more);
    wick_bars_unref(weeks);
    wick_panel_unref(both);
    wick_panel_unref(q);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

static void mistakes(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    wick_panel *p = panel(ctx, 2), *q = NULL;
    static const struct {
        const char *what, *text, *says;
    } bad[] = {
        {"funding", "when,rate\n", "bad.csv:1: a header with time and rate"},
        {"actions", "date,symbol\n", "bad.csv:1: a header with time, dividend or split"},
        {"funding", "time,rate\n2016-07-20,1\n", "a column symbol is needed"},
        {"funding", "time,symbol,rate\n\nsoon,A,1\n", "bad.csv:3: bad_time"},
        {"funding", "time,symbol,rate\n2016-07-20,A,x\n", "bad.csv:2: not_a_number: \"x\""},
        {"funding", "time,symbol,rate\n2016-07-20,A,1\n2016-07-20,A,2\n",
         "bad.csv:3: duplicate_time"},
        {"funding", "time,symbol,rate\n2016-07-20,C,1\n", "none of its symbols is among the bars"},
        {"borrow", "time,symbol,rate\n2016-07-20,A,-1\n", "zero or more"},
        {"actions", "date,symbol,dividend\n2016-07-20,A,-1\n", "not_a_number"},
        {"carry", "time,symbol,rate\n", "funding, borrow or actions, not 'carry'"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *path = file("bad.csv", bad[i].text);
        check_fails(ctx, wick_panel_with_dates(ctx, p, bad[i].what, path, &q),
                    strcmp(bad[i].what, "carry") == 0 ? WICK_E_ARG : WICK_E_DATA, bad[i].says);
    }
    /* A header alone, or an empty file, is no mistake: there is nothing. */
    check_ok(ctx,
             wick_panel_with_dates(ctx, p, "funding", file("no.csv", "time,symbol,rate\n"), &q));
    wick_panel_unref(q);
    check_fails(ctx, wick_panel_with_dates(ctx, p, "funding", "/nowhere/x.csv", &q), WICK_E_IO,
                "x.csv");
    wick_panel_unref(p);
    /* One symbol needs no column. */
    p = panel(ctx, 1);
    check_ok(ctx, wick_panel_with_dates(ctx, p, "borrow",
                                        file("one.csv", "date,rate\n2016-07-20,7\n"), &q));
    wick_panel_unref(q);
    wick_panel_unref(p);
    wick_ctx_free(ctx);
}

typedef struct job {
    wick_panel *panel;
    const char *path;
} job;

static wick_status walk(wick_ctx *ctx, void *arg)
{
    const job *j = arg;
    wick_panel *q = NULL;
    const wick_status st = wick_panel_with_dates(ctx, j->panel, "actions", j->path, &q);
    wick_panel_unref(q);
    return st;
}

static void without_memory(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    job j = {panel(ctx, 2), file("w.csv", "date,symbol,dividend,split\n2016-07-20,A,0.25,2\n"
                                          "2016-07-21,B,0.1,\n")};
    assert_true(alloc_walk(walk, &j) >= 8);
    wick_panel_unref(j.panel);
    wick_ctx_free(ctx);
}

static int open_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(actions), cmocka_unit_test(mistakes),
                                       cmocka_unit_test(without_memory)};
    return cmocka_run_group_tests(tests, open_folder, remove_folder);
}
