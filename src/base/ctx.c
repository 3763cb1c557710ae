/* SPDX-License-Identifier: MIT */
/* Things of the whole process: version, interruption, the monotonic clock, the spelling helper. */
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "wick/base.h"

const char *wick_version(void)
{
    return WICK_VERSION_TEXT;
}

/* The one writable global of the library: a signal handler has nowhere else to leave its word. All
 * threads read it; a lock-free atomic is what a handler may write. */
static atomic_int interrupted;
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler writes it");

void wick_interrupt(void)
{
    atomic_store_explicit(&interrupted, 1, memory_order_relaxed);
}

bool wick_interrupted(void)
{
    return atomic_load_explicit(&interrupted, memory_order_relaxed) != 0;
}

void wick_interrupt_clear(void)
{
    atomic_store_explicit(&interrupted, 0, memory_order_relaxed);
}

double wick_now(void)
{
    struct timespec t;
    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0) return 0.0;
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum { NEAREST_MAX = 64 };

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (unsigned char)c;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: insert, delete, replace, swap of neighbours, each once. Letter case is
 * free. `limit` + 1 when the names differ by more. */
static int distance(const char *a, int na, const char *b, int nb, int limit)
{
    int row[3][NEAREST_MAX + 1];
    for (int j = 0; j <= nb; j++) row[0][j] = j;
    for (int i = 1; i <= na; i++) {
        int *now = row[i % 3];
        const int *up = row[(i + 2) % 3];
        const int *up2 = row[(i + 1) % 3];
        int best = now[0] = i;
        for (int j = 1; j <= nb; j++) {
            const int differ = lower(a[i - 1]) != lower(b[j - 1]);
            int d = min_int(min_int(up[j] + 1, now[j - 1] + 1), up[j - 1] + differ);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                d = min_int(d, up2[j - 2] + 1);
            now[j] = d;
            best = min_int(best, d);
        }
        if (best > limit) return limit + 1;
    }
    return row[na % 3][nb];
}

/* One name is the beginning of the other up to an underscore or a dot: its length, else 0. */
static int leading_words(const char *a, const char *b)
{
    int i = 0;
    while (a[i] && lower(a[i]) == lower(b[i])) i++;
    const char after = a[i] ? a[i] : b[i];
    return (!a[i] || !b[i]) && (after == '_' || after == '.') ? i : 0;
}

/* The longest name that `word` extends by more words, or the first that extends it; four letters at
 * least must be common. */
static const char *of_the_same_words(const char *word, const char *const *names, int64_t n)
{
    const char *found = NULL;
    int most = 3;
    for (int64_t i = 0; i < n; i++) {
        const int common = names[i] ? leading_words(word, names[i]) : 0;
        if (common > most) {
            most = common;
            found = names[i];
        }
    }
    return found;
}

const char *wick_nearest(const char *word, const char *const *names, int64_t n)
{
    if (!word || !names) return NULL;
    const size_t length = strlen(word);
    if (length == 0 || length > NEAREST_MAX) return NULL;
    /* A third of the letters, but one slip is forgiven in a short word of two or more. */
    int limit = (int)length / 3;
    if (limit == 0 && length >= 2) limit = 1;
    const char *found = NULL;
    for (int64_t i = 0; i < n; i++) {
        if (!names[i]) continue;
        const size_t other = strlen(names[i]);
        if (other == 0 || other > NEAREST_MAX) continue;
        const int gap = (int)other - (int)length;
        if (gap > limit || -gap > limit) continue;
        const int d = distance(word, (int)length, names[i], (int)other, limit);
        /* Strictly better only: of equals the first in the list wins. */
        if (d <= limit) {
            found = names[i];
            limit = d - 1;
            if (limit < 0) break;
        }
    }
    return found ? found : of_the_same_words(word, names, n);
}
