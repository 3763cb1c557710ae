/* SPDX-License-Identifier: MIT */
/* Native column file. Little endian:
 *   header  64 bytes: magic, version, endian mark, sizes, place and checksum of the table
 *   table   one 128-byte entry per symbol, then its strings, each ended by a zero byte
 *   data    per symbol time, open, high, low, close, volume; every column starts on 64 bytes
 * A reader maps the file and points into it; nothing is allocated by what the header claims. */
#include <stdlib.h>
#include <string.h>

#include "data/data_int.h"

static const char magic[8] = {'W', 'I', 'C', 'K', 'B', 'A', 'R', 'S'};
enum { VERSION = 1, ENDIAN_MARK = 0x01020304, STRINGS = 6 };

typedef struct native_head {
    char magic[8];
    uint32_t version, endian;
    uint64_t file_bytes;
    uint32_t symbols, entry_bytes;
    uint64_t table_bytes; /**< entries and strings, right behind the header */
    uint64_t table_hash;
    uint64_t pad[2];
} native_head;

typedef struct native_entry {
    uint64_t rows, offset, hash;
    int64_t timeframe_ms;
    double tick, point_value, qty_step;
    uint32_t inferred, allow_negative;
    uint32_t string[STRINGS]; /**< from the start of the strings: symbol, ticker, kind, currency,
                                 timezone, session */
    uint64_t pad[5];
} native_entry;

_Static_assert(sizeof(native_head) == 64, "header is one cache line");
_Static_assert(sizeof(native_entry) == 128, "entries are two cache lines");

bool wk_native_is(const char *path)
{
    const size_t n = strlen(path);
    if (n > 5 && strcmp(path + n - 5, ".wick") == 0) return true;
    if (strcmp(path, "-") == 0) return false;
    char head[sizeof magic];
    FILE *f = fopen(path, "rb");
    if (f == NULL) return false;
    const bool is =
        fread(head, 1, sizeof head, f) == sizeof head && memcmp(head, magic, sizeof magic) == 0;
    fclose(f);
    return is;
}

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct native {
    wick_ctx *ctx;
    const char *path;
    wk_mapping *map;
    const char *base;
    uint64_t n;
    native_head head;
    uint64_t strings_at, strings_n;
} native;

static wick_status refuse(native *x, const char *why)
{
    return wick_fail(x->ctx, WICK_E_DATA, "%s: not a usable native file: %s", x->path, why);
}

static wick_status read_head(native *x)
{
    char text[160];
    if (x->n < sizeof x->head) return refuse(x, "shorter than its header");
    memcpy(&x->head, x->base, sizeof x->head);
    const native_head *h = &x->head;
    if (memcmp(h->magic, magic, sizeof magic) != 0) return refuse(x, "no WICKBARS mark");
    if (h->endian != ENDIAN_MARK) return refuse(x, "written with another byte order");
    if (h->version != VERSION || h->entry_bytes != sizeof(native_entry)) {
        snprintf(text, sizeof text, "version %u is not known (this build reads %d)", h->version,
                 VERSION);
        return refuse(x, text);
    }
    if (h->file_bytes != x->n) {
        snprintf(text, sizeof text, "the header claims %llu bytes, the file has %llu",
                 (unsigned long long)h->file_bytes, (unsigned long long)x->n);
        return refuse(x, text);
    }
    const uint64_t room = x->n - sizeof *h;
    const uint64_t entries = (uint64_t)h->symbols * sizeof(native_entry);
    if (entries > room || h->table_bytes > room || h->table_bytes < entries) {
        return refuse(x, "its table of symbols does not fit into the file");
    }
    x->strings_at = sizeof *h + entries;
    x->strings_n = h->table_bytes - entries;
    if (wick_hash64(x->base + sizeof *h, (int64_t)h->table_bytes, VERSION) != h->table_hash) {
        return refuse(x, "the checksum of its table of symbols is wrong");
    }
    if (h->symbols > 0 && (x->strings_n == 0 || x->base[x->strings_at + x->strings_n - 1] != 0)) {
        return refuse(x, "its names are not terminated");
    }
    return WICK_OK;
}

static wick_status read_entry(native *x, uint32_t i, native_entry *e, const char *text[STRINGS])
{
    memcpy(e, x->base + sizeof x->head + (uint64_t)i * sizeof *e, sizeof *e);
    for (int k = 0; k < STRINGS; k++) {
        if (e->string[k] >= x->strings_n) return refuse(x, "a name lies outside the file");
        text[k] = x->base + x->strings_at + e->string[k];
    }
    if (text[0][0] == '\0') return refuse(x, "a symbol without a name");
    if (e->rows > x->n / 48) return refuse(x, "a symbol claims more rows than the file can hold");
    const uint64_t bytes = (uint64_t)wk_col_stride((int64_t)e->rows) * 8 * (WICK_FIELDS + 1);
    if (e->offset % 64 != 0) return refuse(x, "a column does not start on 64 bytes");
    if (e->offset > x->n || bytes > x->n - e->offset) {
        return refuse(x, "a column lies outside the file");
    }
    const bool facts = e->tick > 0.0 && isfinite(e->tick) && e->point_value > 0.0 &&
                       isfinite(e->point_value) && e->qty_step > 0.0 && isfinite(e->qty_step);
    if (!facts || e->timeframe_ms == 0 || e->timeframe_ms < -1200 ||
        e->timeframe_ms > 366 * WICK_MS_DAY) {
        return refuse(x, "the facts of a symbol are out of range");
    }
    return WICK_OK;
}

static wick_status read_symbol(native *x, const native_entry *e, const char *const text[STRINGS],
                               wick_bars **out)
{
    const int64_t rows = (int64_t)e->rows, stride = wk_col_stride(rows);
    /* Read-only in fact: bars never write to their columns. */
    double *col = (double *)(uintptr_t)(const void *)(x->base + e->offset);
    wk_cols c = {.n = rows, .time = (int64_t *)(void *)col};
    for (int k = 0; k < WICK_FIELDS; k++) c.f[k] = col + stride * (k + 1);
    if (wk_cols_hash(&c) != e->hash) {
        return wick_fail(x->ctx, WICK_E_DATA, "%s: %s: the checksum of its columns is wrong",
                         x->path, text[0]);
    }
    if (wk_rows_first_bad(&c, e->allow_negative != 0, 0) >= 0) {
        return wick_fail(x->ctx, WICK_E_DATA, "%s: %s: row %lld breaks the rules of bars", x->path,
                         text[0], (long long)wk_rows_first_bad(&c, e->allow_negative != 0, 0) + 1);
    }
    const wick_symbol_info info = {.symbol = text[0],
                                   .ticker = text[1],
                                   .kind = text[2],
                                   .currency = text[3],
                                   .timezone = text[4],
                                   .session = text[5],
                                   .tick = e->tick,
                                   .point_value = e->point_value,
                                   .qty_step = e->qty_step,
                                   .timeframe_ms = e->timeframe_ms,
                                   .inferred = e->inferred,
                                   .allow_negative = e->allow_negative != 0};
    return wk_bars_map(x->ctx, x->map, &c, e->hash, &info, out);
}

static bool wanted(const wick_load_opts *o, const char *symbol)
{
    for (int64_t i = 0; i < o->n_symbols; i++) {
        if (strcmp(o->symbols[i], symbol) == 0) return true;
    }
    return o->n_symbols == 0;
}

/* Replaces bars by their part inside [from, to]; empty parts leave NULL. */
static wick_status cut(wick_ctx *ctx, const wick_load_opts *o, wick_bars **b)
{
    const int64_t lo = o->has_from ? wick_bars_find(*b, o->from) : 0;
    const int64_t hi = o->has_to ? wick_bars_find(*b, o->to + 1) : (*b)->n;
    if (lo == 0 && hi == (*b)->n) return WICK_OK;
    wick_bars *part = NULL;
    wick_status st = WICK_OK;
    if (lo < hi) st = wick_bars_slice(ctx, *b, lo, hi, &part);
    if (st < 0) return st;
    wick_bars_unref(*b);
    *b = part;
    return WICK_OK;
}

static wick_status read_all(native *x, const wick_load_opts *opts, wick_bars **bars, int64_t *n)
{
    wick_status st = WICK_OK;
    for (uint32_t i = 0; i < x->head.symbols; i++) {
        native_entry e;
        const char *text[STRINGS] = {NULL};
        WICK_TRY(read_entry(x, i, &e, text));
        if (!wanted(opts, text[0])) continue;
        WICK_TRY(read_symbol(x, &e, text, &bars[*n]));
        (*n)++;
        WICK_TRY(cut(x->ctx, opts, &bars[*n - 1]));
        if (bars[*n - 1] == NULL) (*n)--;
    }
out:
    return st;
}

wick_status wk_native_read(wick_ctx *ctx, const char *path, const wick_load_opts *opts,
                           wick_bars ***out, int64_t *n)
{
    native x = {.ctx = ctx, .path = path};
    wick_bars **bars = NULL;
    wick_status st = WICK_OK;
    *n = 0;
    x.map = calloc(1, sizeof *x.map);
    if (x.map == NULL) return wick_fail_mem(ctx);
    atomic_init(&x.map->refs, 1);
    st = wick_map_open(ctx, path, &x.map->map);
    if (st < 0) {
        free(x.map);
        return st;
    }
    x.base = x.map->map.data;
    x.n = (uint64_t)x.map->map.n;
    WICK_TRY(read_head(&x));
    bars = calloc((size_t)x.head.symbols + 1, sizeof(wick_bars *)); /* bounded by the file's size */
    if (bars == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    WICK_TRY(read_all(&x, opts, bars, n));
out:
    wk_mapping_unref(x.map);
    if (st < 0) {
        for (int64_t i = 0; bars != NULL && i < *n; i++) wick_bars_unref(bars[i]);
        free(bars);
        *n = 0;
        return st;
    }
    *out = bars;
    return WICK_OK;
}

/* ---- writing ------------------------------------------------------------------------------ */

static void entry_of(const wick_bars *b, uint64_t offset, wick_buf *strings, native_entry *e)
{
    const wick_symbol_info *s = &b->info;
    const char *text[STRINGS] = {s->symbol,   s->ticker,   s->kind,
                                 s->currency, s->timezone, s->session};
    memset(e, 0, sizeof *e);
    e->rows = (uint64_t)b->n;
    e->offset = offset;
    e->hash = b->id;
    e->timeframe_ms = s->timeframe_ms;
    e->tick = s->tick;
    e->point_value = s->point_value;
    e->qty_step = s->qty_step;
    e->inferred = s->inferred;
    e->allow_negative = s->allow_negative;
    for (int k = 0; k < STRINGS; k++) {
        e->string[k] = (uint32_t)strings->len;
        wick_buf_add(strings, text[k], (int64_t)strlen(text[k]) + 1);
    }
}

static uint64_t data_bytes(const wick_bars *b)
{
    return (uint64_t)wk_col_stride(b->n) * 8 * (WICK_FIELDS + 1);
}

static void put_columns(char *to, const wick_bars *b)
{
    const size_t stride = (size_t)wk_col_stride(b->n) * 8;
    memcpy(to, b->time, (size_t)b->n * 8);
    for (int k = 0; k < WICK_FIELDS; k++) {
        memcpy(to + stride * (size_t)(k + 1), b->f[k], (size_t)b->n * 8);
    }
}

wick_status wick_panel_save(wick_ctx *ctx, const wick_panel *p, const char *path)
{
    const int64_t n = wick_panel_count(p);
    wick_buf strings = {0};
    wick_status st = WICK_OK;
    char *data = NULL;
    native_entry *entries = calloc((size_t)n + 1, sizeof *entries);
    if (entries == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < n; i++) entry_of(wick_panel_bars(p, i), 0, &strings, &entries[i]);
    if (strings.failed || strings.len > UINT32_MAX) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    native_head h = {.version = VERSION,
                     .endian = ENDIAN_MARK,
                     .symbols = (uint32_t)n,
                     .entry_bytes = sizeof(native_entry)};
    memcpy(h.magic, magic, sizeof magic);
    h.table_bytes = (uint64_t)n * sizeof *entries + (uint64_t)strings.len;
    uint64_t at = (sizeof h + h.table_bytes + 63) & ~UINT64_C(63);
    for (int64_t i = 0; i < n; i++) {
        entries[i].offset = at;
        at += data_bytes(wick_panel_bars(p, i));
    }
    h.file_bytes = at;
    data = calloc(1, (size_t)at);
    if (data == NULL) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    memcpy(data + sizeof h, entries, (size_t)n * sizeof *entries);
    if (strings.len > 0) {
        memcpy(data + sizeof h + (size_t)n * sizeof *entries, strings.data, (size_t)strings.len);
    }
    h.table_hash = wick_hash64(data + sizeof h, (int64_t)h.table_bytes, VERSION);
    memcpy(data, &h, sizeof h);
    for (int64_t i = 0; i < n; i++) put_columns(data + entries[i].offset, wick_panel_bars(p, i));
    st = wick_file_write(ctx, path, data, (int64_t)at);
out:
    free(data);
    free(entries);
    wick_buf_free(&strings);
    return st;
}
