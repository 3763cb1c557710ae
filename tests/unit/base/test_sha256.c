/* SPDX-License-Identifier: MIT */
#include "check.h"

static void hash_of(const void *data, int64_t n, char hex[65])
{
    wick_sha256 s;
    wick_sha256_init(&s);
    wick_sha256_add(&s, data, n);
    wick_sha256_end(&s, hex);
}

/* FIPS 180-4 example values as NIST publishes them. */
static void published(void **state)
{
    (void)state;
    char hex[65];
    hash_of("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash_of("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const char *two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    hash_of(two, 56, hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void million(void **state)
{
    (void)state;
    char hex[65], part[1000];
    memset(part, 'a', sizeof part);
    wick_sha256 s;
    wick_sha256_init(&s);
    for (int i = 0; i < 1000; i++) wick_sha256_add(&s, part, sizeof part);
    wick_sha256_end(&s, hex);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* Any way of cutting the input gives the same hash. */
static void pieces(void **state)
{
    (void)state;
    unsigned char data[300];
    for (int i = 0; i < 300; i++) data[i] = (unsigned char)(i * 7);
    for (int n = 0; n <= 300; n++) {
        char whole[65], cut[65];
        hash_of(data, n, whole);
        for (int step = 1; step < 70; step += 13) {
            wick_sha256 s;
            wick_sha256_init(&s);
            for (int at = 0; at < n; at += step)
                wick_sha256_add(&s, data + at, n - at < step ? n - at : step);
            wick_sha256_end(&s, cut);
            assert_string_equal(whole, cut);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published),
        cmocka_unit_test(million),
        cmocka_unit_test(pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
