/* SPDX-License-Identifier: MIT */
#include "data_test.h"

static wick_panel *sample(wick_ctx *ctx)
{
    wick_panel *p = NULL;
    const wick_synth_opts o = {.size = sizeof o, .symbols = 3, .bars = 21, .ragged = true};
    check_ok(ctx, wick_synth(ctx, &o, &p));
    return p;
}

static void what_is_saved_is_read(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_panel *p = sample(ctx), *q = NULL;
    const char *path = test_path(dir, "x.wick");
    check_ok(ctx, wick_panel_save(ctx, p, path));
    check_ok(ctx, wick_load(ctx, &path, 1, NULL, &q, NULL, NULL));
    assert_int_equal(wick_panel_count(q), 3);
    assert_int_equal(wick_panel_ticks(q), wick_panel_ticks(p));
    for (int64_t i = 0; i < 3; i++) {
        const wick_bars *a = wick_panel_bars(p, i), *b = wick_panel_bars(q, i);
        const wick_symbol_info *x = wick_bars_info(a), *y = wick_bars_info(b);
        char da[65], db[65];
        wick_bars_digest(a, da);
        wick_bars_digest(b, db);
        assert_string_equal(da, db);
        assert_true(wick_bars_id(a) == wick_bars_id(b));
        assert_string_equal(x->symbol, y->symbol);
        assert_string_equal(x->kind, y->kind);
        assert_string_equal(x->currency, y->currency);
        check_same(y->tick, x->tick);
        assert_int_equal(y->timeframe_ms, x->timeframe_ms);
        assert_int_equal(y->inferred, x->inferred);
        assert_int_equal((uintptr_t)wick_bars_field(b, WICK_LOW) % 64, 0);
    }
    /* Bars outlive panel and mapping's other users. */
    wick_bars *keep = wick_bars_ref(wick_panel_bars(q, 1));
    wick_panel_unref(q);
    assert_true(wick_bars_field(keep, WICK_CLOSE)[0] > 0.0);
    wick_bars_unref(keep);
    const char *const one[] = {"SYN02"};
    const wick_bars *b2 = wick_panel_bars(p, 1);
    const wick_load_opts o = {.size = sizeof o,
                              .symbols = one,
                              .n_symbols = 1,
                              .has_from = true,
                              .from = wick_bars_time(b2)[3],
                              .has_to = true,
                              .to = wick_bars_time(b2)[7]};
    check_ok(ctx, wick_load(ctx, &path, 1, &o, &q, NULL, NULL));
    assert_int_equal(wick_panel_count(q), 1);
    assert_int_equal(wick_bars_count(wick_panel_bars(q, 0)), 5);
    wick_panel_unref(q);
    wick_panel_unref(p);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static wick_status load_bytes(wick_ctx *ctx, const char *dir, const char *data, int64_t n)
{
    const char *path = test_path(dir, "y.wick");
    wick_panel *p = NULL;
    remove(path); /* rewriting a file in place makes some file systems wait for the disk */
    test_write(path, data, n);
    const wick_status st = wick_load(ctx, &path, 1, NULL, &p, NULL, NULL);
    if (st < 0) assert_null(p);
    wick_panel_unref(p);
    return st;
}

/* Any changed byte of header, table and columns is noticed; only padding may differ. */
static void every_changed_byte_is_noticed(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_panel *p = sample(ctx);
    const char *path = test_path(dir, "x.wick");
    int64_t n = 0, passed = 0;
    check_ok(ctx, wick_panel_save(ctx, p, path));
    char *data = test_read(path, &n);
    check_ok(ctx, load_bytes(ctx, dir, data, n));
    for (int64_t i = 0; i < n; i++) {
        data[i] ^= 0x41;
        passed += load_bytes(ctx, dir, data, n) == WICK_OK;
        data[i] ^= 0x41;
    }
    /* Padding: 16 bytes of the header, up to 63 behind the table, and the ends of 18 columns. */
    assert_true(passed <= 16 + 63 + 18 * 56);
    for (int64_t cut = 0; cut < n; cut += cut < 512 ? 1 : 61) {
        check_fails(ctx, load_bytes(ctx, dir, data, cut), WICK_E_DATA, "not a usable native file");
    }
    free(data);
    wick_panel_unref(p);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static void put64(char *data, int64_t at_byte, uint64_t v)
{
    memcpy(data + at_byte, &v, sizeof v);
}

/* Headers that lie, with checksums that are right: nothing is allocated by what they claim. */
static void lying_headers_are_refused(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    char *dir = test_dir_new();
    wick_panel *p = sample(ctx);
    const char *path = test_path(dir, "x.wick");
    int64_t n = 0;
    check_ok(ctx, wick_panel_save(ctx, p, path));
    char *good = test_read(path, &n), *bad = malloc((size_t)n);
    assert_non_null(bad);
    static const struct {
        int64_t at;
        uint64_t value;
        const char *message;
    } lies[] = {
        {16, UINT64_C(10) << 30, "claims 10737418240 bytes"},
        {64 + 0, UINT64_C(10) << 30, "more rows than the file can hold"},
        {64 + 0, UINT64_MAX, "more rows than the file can hold"},
        {64 + 0, 30, NULL},
        {64 + 8, UINT64_MAX - 63, "lies outside the file"},
        {64 + 8, 65, "does not start on 64 bytes"},
        {64 + 8, 0, NULL},
        {64 + 24, 0, "facts of a symbol are out of range"},
        {64 + 32, 0, "facts of a symbol are out of range"},
        {64 + 64, UINT64_MAX, "a name lies outside the file"},
    };
    for (int64_t k = 0; k < COUNT(lies); k++) {
        uint64_t table;
        memcpy(bad, good, (size_t)n);
        put64(bad, lies[k].at, lies[k].value);
        memcpy(&table, bad + 32, sizeof table);
        put64(bad, 40, wick_hash64(bad + 64, (int64_t)table, 1));
        check_fails(ctx, load_bytes(ctx, dir, bad, n), WICK_E_DATA, lies[k].message);
    }
    memcpy(bad, good, (size_t)n);
    memset(bad + 24, 0xff, 4); /* four thousand million symbols */
    check_fails(ctx, load_bytes(ctx, dir, bad, n), WICK_E_DATA, "does not fit into the file");
    memcpy(bad, good, (size_t)n);
    bad[8] = 9;
    check_fails(ctx, load_bytes(ctx, dir, bad, n), WICK_E_DATA, "version 9 is not known");
    /* Rows that break a rule behind a right checksum. */
    wick_bars *b = wick_panel_bars(p, 0);
    uint64_t offset;
    memcpy(bad, good, (size_t)n);
    memcpy(&offset, bad + 64 + 8, sizeof offset);
    const int64_t stride = (wick_bars_count(b) + 7) / 8 * 64;
    const double zero = 0.0;
    memcpy(bad + offset + 3 * stride, &zero, sizeof zero); /* the first low */
    uint64_t h = wick_hash64(bad + offset, wick_bars_count(b) * 8, (uint64_t)wick_bars_count(b));
    for (int k = 1; k <= 5; k++) {
        h = wick_hash64(bad + (int64_t)offset + k * stride, wick_bars_count(b) * 8, h);
    }
    put64(bad, 64 + 16, h);
    uint64_t table;
    memcpy(&table, bad + 32, sizeof table);
    put64(bad, 40, wick_hash64(bad + 64, (int64_t)table, 1));
    check_fails(ctx, load_bytes(ctx, dir, bad, n), WICK_E_DATA, "SYN01: row 1 breaks the rules");
    free(good);
    free(bad);
    wick_panel_unref(p);
    test_dir_remove(dir);
    wick_ctx_free(ctx);
}

static wick_status walk(wick_ctx *ctx, void *arg)
{
    const char *dir = arg;
    wick_panel *p = NULL, *q = NULL;
    const wick_synth_opts o = {.size = sizeof o, .symbols = 2, .bars = 9};
    const char *path = test_path(dir, "w.wick");
    wick_status st = wick_synth(ctx, &o, &p);
    if (st == WICK_OK) st = wick_panel_save(ctx, p, path);
    if (st == WICK_OK) st = wick_load(ctx, &path, 1, NULL, &q, NULL, NULL);
    wick_panel_unref(p);
    wick_panel_unref(q);
    return st;
}

static void survives_want_of_memory(void **state)
{
    (void)state;
    char *dir = test_dir_new();
    assert_true(alloc_walk(walk, dir) > 20);
    test_dir_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_saved_is_read),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(lying_headers_are_refused),
        cmocka_unit_test(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
