/* SPDX-License-Identifier: MIT */
/* Stands in for libFuzzer where clang is missing. Takes the same arguments as run.sh gives: runs
 * every file of the named folders, then random changes of them until -max_total_time is over. No
 * coverage feedback: it finds less, but it finds. The seed is printed; -seed=N repeats a run. */
#include <stdlib.h>
#include <string.h>

#include "wick/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_INPUT = 1 << 16, MAX_FILES = 4096 };

typedef struct input {
    uint8_t *data;
    int64_t n;
} input;

static input inputs[MAX_FILES];
static int64_t input_n;

static void keep(const char *text, int64_t n)
{
    if (input_n == MAX_FILES || n > MAX_INPUT) return;
    uint8_t *p = malloc(n > 0 ? (size_t)n : 1);
    if (!p) return;
    memcpy(p, text, (size_t)n);
    inputs[input_n++] = (input){p, n};
}

static void take_folder(wick_ctx *ctx, const char *path)
{
    char **names = NULL;
    int64_t n = 0;
    if (wick_dir_list(ctx, path, &names, &n) < 0) return;
    for (int64_t i = 0; i < n; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, names[i]);
        FILE *f = fopen(file, "rb");
        if (!f) continue;
        static char text[MAX_INPUT];
        keep(text, (int64_t)fread(text, 1, sizeof text, f));
        fclose(f);
    }
    wick_dir_list_free(names, n);
}

/* A few bytes set, moved, doubled or cut, or the start of one input and the end of another. */
static int64_t change(wick_pcg *g, uint8_t *to)
{
    const input *a = &inputs[wick_pcg_below(g, (uint64_t)input_n)];
    int64_t n = a->n;
    memcpy(to, a->data, (size_t)n);
    if (wick_pcg_below(g, 8) == 0) {
        const input *b = &inputs[wick_pcg_below(g, (uint64_t)input_n)];
        const int64_t cut = (int64_t)wick_pcg_below(g, (uint64_t)n + 1);
        const int64_t from = (int64_t)wick_pcg_below(g, (uint64_t)b->n + 1);
        n = cut + b->n - from > MAX_INPUT ? MAX_INPUT - cut : b->n - from;
        memcpy(to + cut, b->data + from, (size_t)n);
        n += cut;
    }
    for (uint64_t k = wick_pcg_below(g, 6) + 1; k > 0; k--) {
        const int64_t at = (int64_t)wick_pcg_below(g, (uint64_t)n + 1);
        switch (wick_pcg_below(g, 4)) {
        case 0:
            if (at < n) to[at] = (uint8_t)wick_pcg_below(g, 256);
            break;
        case 1:
            if (at < n) to[at] ^= (uint8_t)(1u << wick_pcg_below(g, 8));
            break;
        case 2:
            if (n < MAX_INPUT) {
                memmove(to + at + 1, to + at, (size_t)(n - at));
                to[at] = (uint8_t) "0123456789,.-+eE\"{}[]:\n\\ \0/TZ"[wick_pcg_below(g, 30)];
                n++;
            }
            break;
        default: {
            const int64_t cut = (int64_t)wick_pcg_below(g, 16) + 1;
            if (at + cut <= n) {
                memmove(to + at, to + at + cut, (size_t)(n - at - cut));
                n -= cut;
            }
        }
        }
    }
    return n;
}

int main(int argc, char **argv)
{
    double seconds = 10.0;
    uint64_t seed = 1;
    wick_ctx *ctx = wick_ctx_new();
    keep("", 0);
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "-max_total_time=", 16) == 0) seconds = atof(argv[i] + 16);
        else if (strncmp(argv[i], "-seed=", 6) == 0) seed = strtoull(argv[i] + 6, NULL, 10);
        else if (argv[i][0] != '-') take_folder(ctx, argv[i]);
    }
    for (int64_t i = 0; i < input_n; i++) LLVMFuzzerTestOneInput(inputs[i].data, (size_t)inputs[i].n);
    wick_pcg g = wick_pcg_key(seed, "fuzz", 0, 0);
    const double start = wick_now();
    int64_t runs = 0;
    static uint8_t to[MAX_INPUT];
    while (wick_now() - start < seconds) {
        const int64_t n = change(&g, to);
        /* A copy of its exact size, so that the sanitizer sees a read past the end. */
        uint8_t *p = malloc(n > 0 ? (size_t)n : 1);
        if (!p) return 1;
        memcpy(p, to, (size_t)n);
        LLVMFuzzerTestOneInput(p, (size_t)n);
        free(p);
        runs++;
    }
    printf("%lld inputs, %lld runs, seed %llu\n", (long long)input_n, (long long)runs,
           (unsigned long long)seed);
    for (int64_t i = 0; i < input_n; i++) free(inputs[i].data);
    wick_ctx_free(ctx);
    return 0;
}
