/* SPDX-License-Identifier: MIT */
/* Native table file (.wkt). Little endian:
 *   header  64 bytes: magic, version, endian mark, sizes, place and checksum of the list of columns
 *   list    one 40-byte entry per column, then the names, each ended by a zero byte
 *   data    per column its values, starting on 64 bytes. Texts are n lengths (int64, -1 missing)
 *           and then their bytes, each ended by a zero byte
 * Nothing is allocated by what the header claims before it is known to fit the file. */
#include <stdlib.h>
#include <string.h>

#include "table/table_int.h"

static const char magic[8] = {'W', 'I', 'C', 'K', 'T', 'A', 'B', 'L'};
enum { VERSION = 1, ENDIAN_MARK = 0x01020304 };

typedef struct table_head {
    char magic[8];
    uint32_t version, endian;
    uint64_t file_bytes, rows;
    uint32_t columns, entry_bytes;
    uint64_t list_bytes, list_hash;
    uint64_t pad;
} table_head;

typedef struct table_entry {
    uint32_t type, name; /**< place of the name behind the entries */
    uint64_t offset, bytes, hash;
    uint64_t pad;
} table_entry;

_Static_assert(sizeof(table_head) == 64, "header is one cache line");
_Static_assert(sizeof(table_entry) == 40, "entries have no holes");

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct reader {
    wick_ctx *ctx;
    const char *path, *base;
    uint64_t n;
    table_head head;
    const char *names;
    uint64_t names_n;
} reader;

static wick_status refuse(const reader *r, const char *why)
{
    return wick_fail(r->ctx, WICK_E_DATA, "%s: not a usable table file: %s", r->path, why);
}

static wick_status read_head(reader *r)
{
    if (r->n < sizeof r->head) return refuse(r, "shorter than its header");
    memcpy(&r->head, r->base, sizeof r->head);
    const table_head *h = &r->head;
    if (memcmp(h->magic, magic, sizeof magic) != 0) return refuse(r, "no WICKTABL mark");
    if (h->endian != ENDIAN_MARK) return refuse(r, "written with another byte order");
    if (h->version != VERSION || h->entry_bytes != sizeof(table_entry))
        return refuse(r, "its version is not known to this build");
    if (h->file_bytes != r->n) return refuse(r, "its size is not the one in its header");
    const uint64_t room = r->n - sizeof *h;
    const uint64_t entries = (uint64_t)h->columns * sizeof(table_entry);
    if (entries > room || h->list_bytes > room || h->list_bytes < entries ||
        (h->columns > 0 && h->rows > r->n))
        return refuse(r, "its columns do not fit into the file");
    if (wick_hash64(r->base + sizeof *h, (int64_t)h->list_bytes, VERSION) != h->list_hash)
        return refuse(r, "the checksum of its list of columns is wrong");
    r->names = r->base + sizeof *h + entries;
    r->names_n = h->list_bytes - entries;
    if (h->columns > 0 && (r->names_n == 0 || r->names[r->names_n - 1] != '\0'))
        return refuse(r, "its names are not terminated");
    return WICK_OK;
}

static wick_status read_texts(const reader *r, const table_entry *e, wk_tab_column *c)
{
    const char *data = r->base + e->offset;
    const uint64_t lengths = r->head.rows * 8;
    if (e->bytes < lengths) return refuse(r, "a text column is cut off");
    const int64_t bytes = (int64_t)(e->bytes - lengths);
    c->blob = wk_tab_blob_new(bytes);
    if (!c->blob) return wick_fail_mem(r->ctx);
    memcpy(c->blob->data, data + lengths, (size_t)bytes);
    int64_t at = 0;
    for (int64_t i = 0; i < c->n; i++) {
        int64_t len;
        memcpy(&len, data + i * 8, sizeof len);
        c->v.s[i] = NULL;
        if (len == -1) continue;
        if (len < 0 || len >= bytes - at || c->blob->data[at + len] != '\0')
            return refuse(r, "a text lies outside its column");
        c->v.s[i] = c->blob->data + at;
        at += len + 1;
    }
    return WICK_OK;
}

static wick_status read_column(const reader *r, uint32_t k, const char **name, wk_tab_column **out)
{
    table_entry e;
    memcpy(&e, r->base + sizeof r->head + k * sizeof e, sizeof e);
    if (e.type >= WICK_COL_TYPES || e.name >= r->names_n) return refuse(r, "a column of no type");
    const wick_column_type type = (wick_column_type)e.type;
    if (e.offset > r->n || e.bytes > r->n - e.offset || r->head.rows > r->n)
        return refuse(r, "a column lies outside the file");
    if (type != WICK_COL_TEXT && e.bytes != r->head.rows * wk_tab_type_bytes(type))
        return refuse(r, "a column has the wrong size");
    if (wick_hash64(r->base + e.offset, (int64_t)e.bytes, VERSION) != e.hash)
        return wick_fail(r->ctx, WICK_E_DATA, "%s: the checksum of column '%s' is wrong", r->path,
                         r->names + e.name);
    wk_tab_column *c = wk_tab_column_new(type, (int64_t)r->head.rows);
    if (!c) return wick_fail_mem(r->ctx);
    wick_status st = WICK_OK;
    if (type == WICK_COL_TEXT)
        st = read_texts(r, &e, c);
    else if (e.bytes > 0)
        memcpy(c->v.any, r->base + e.offset, (size_t)e.bytes);
    for (int64_t i = 0; st >= 0 && type == WICK_COL_BOOL && i < c->n; i++)
        if (c->v.b[i] > WICK_NO_BOOL) st = refuse(r, "a truth that is neither true nor false");
    if (st < 0) {
        wk_tab_column_unref(c);
        return st;
    }
    *name = r->names + e.name;
    *out = c;
    return WICK_OK;
}

static wick_status read_all(const reader *r, wick_table **out)
{
    wick_status st = WICK_OK;
    const int32_t p = (int32_t)r->head.columns; /* bounded by the size of the file */
    int32_t made = 0;
    const char **names = calloc((size_t)p + 1, sizeof *names);
    wk_tab_column **columns = calloc((size_t)p + 1, sizeof(wk_tab_column *));
    if (!names || !columns) {
        st = wick_fail_mem(r->ctx);
        goto out;
    }
    for (; made < p; made++) WICK_TRY(read_column(r, (uint32_t)made, &names[made], &columns[made]));
    st = wk_table_of(r->ctx, (int64_t)r->head.rows, names, columns, p, out);
    made = 0; /* taken */
out:
    for (int32_t k = 0; k < made; k++) wk_tab_column_unref(columns[k]);
    free(names);
    free(columns);
    return st;
}

wick_status wk_native_table_read(wick_ctx *ctx, const char *path, const wick_table_opts *opts,
                                 wick_table **out)
{
    wick_map map;
    wick_table *t = NULL;
    wick_status st = wick_map_open(ctx, path, &map);
    if (st < 0) return st;
    reader r = {.ctx = ctx, .path = path, .base = map.data, .n = (uint64_t)map.n};
    WICK_TRY(read_head(&r));
    WICK_TRY(read_all(&r, &t));
    st = wk_table_shape(ctx, path, t, opts, out);
out:
    wick_table_unref(t);
    wick_map_close(&map);
    return st;
}

/* ---- writing ------------------------------------------------------------------------------ */

static void pad(wick_buf *b)
{
    static const char zeros[64] = {0};
    const int64_t over = b->len % 64;
    if (over > 0) wick_buf_add(b, zeros, 64 - over);
}

static void add_values(wick_buf *b, const wk_tab_column *c)
{
    if (c->type != WICK_COL_TEXT) {
        wick_buf_add(b, c->v.any, c->n * (int64_t)wk_tab_type_bytes(c->type));
        return;
    }
    for (int64_t i = 0; i < c->n; i++) {
        const int64_t len = c->v.s[i] ? (int64_t)strlen(c->v.s[i]) : -1;
        wick_buf_add(b, (const char *)&len, sizeof len);
    }
    for (int64_t i = 0; i < c->n; i++)
        if (c->v.s[i]) wick_buf_add(b, c->v.s[i], (int64_t)strlen(c->v.s[i]) + 1);
}

wick_status wk_native_table_write(wick_ctx *ctx, const wick_table *t, const char *path)
{
    wick_buf b = {0}, names = {0};
    wick_status st = WICK_OK;
    table_entry *list = calloc((size_t)t->p + 1, sizeof *list);
    if (!list) return wick_fail_mem(ctx);
    for (int32_t k = 0; k < t->p; k++) {
        list[k].type = (uint32_t)t->columns[k]->type;
        list[k].name = (uint32_t)names.len;
        wick_buf_add(&names, t->names[k], (int64_t)strlen(t->names[k]) + 1);
    }
    table_head h = {.version = VERSION,
                    .endian = ENDIAN_MARK,
                    .rows = (uint64_t)t->n,
                    .columns = (uint32_t)t->p,
                    .entry_bytes = sizeof(table_entry)};
    memcpy(h.magic, magic, sizeof magic);
    const int64_t entries = t->p * (int64_t)sizeof *list;
    h.list_bytes = (uint64_t)(entries + names.len);
    wick_buf_add(&b, (const char *)&h, sizeof h);
    wick_buf_add(&b, (const char *)list, entries);
    wick_buf_add(&b, names.data ? names.data : "", names.len);
    pad(&b);
    for (int32_t k = 0; k < t->p && !b.failed; k++) {
        list[k].offset = (uint64_t)b.len;
        add_values(&b, t->columns[k]);
        if (b.failed) break;
        list[k].bytes = (uint64_t)b.len - list[k].offset;
        list[k].hash = wick_hash64(b.data + list[k].offset, (int64_t)list[k].bytes, VERSION);
        pad(&b);
    }
    if (b.failed || names.failed) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    if (entries > 0) memcpy(b.data + sizeof h, list, (size_t)entries);
    h.file_bytes = (uint64_t)b.len;
    h.list_hash = wick_hash64(b.data + sizeof h, (int64_t)h.list_bytes, VERSION);
    memcpy(b.data, &h, sizeof h);
    st = wick_file_write(ctx, path, b.data, b.len);
out:
    wick_buf_free(&b);
    wick_buf_free(&names);
    free(list);
    return st;
}
