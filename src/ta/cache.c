/* SPDX-License-Identifier: MIT */
/* The column store. One lock: a sweep takes it a handful of times per trial, for tens of
 * nanoseconds each, so sharding would only blur the bound on bytes. Values are computed outside
 * the lock; when two threads compute the same one, the first to publish wins and the other's copy
 * goes, which cannot change a result because equal keys mean equal bits. */
#include <pthread.h>
#include <stdlib.h>

#include "ta/graph_int.h"

/* ---- objects ------------------------------------------------------------------------------ */

void wk_object_init(wk_object *o, int64_t bytes, void (*destroy)(wk_object *o))
{
    atomic_init(&o->refs, 1);
    o->bytes = bytes;
    o->destroy = destroy;
}

void wk_object_ref(wk_object *o)
{
    atomic_fetch_add_explicit(&o->refs, 1, memory_order_relaxed);
}

void wk_object_unref(wk_object *o)
{
    if (o == NULL) return;
    if (atomic_fetch_sub_explicit(&o->refs, 1, memory_order_acq_rel) == 1) o->destroy(o);
}

/* ---- recycled blocks ---------------------------------------------------------------------- */

enum { POOL_SLOTS = 64 };

/* Blocks given back and not yet taken again. Columns outlive the cache when a graph still shows
 * them, so the pool counts its own references. */
struct wk_pool {
    atomic_int refs;
    pthread_mutex_t lock;
    int64_t cap_bytes, bytes; /* idle blocks only */
    int32_t n;
    bool closed;
    struct {
        double *v;
        int64_t n;
    } idle[POOL_SLOTS];
};

static wk_pool *pool_new(int64_t cap_bytes)
{
    wk_pool *p = calloc(1, sizeof *p);
    if (p == NULL) return NULL;
    if (pthread_mutex_init(&p->lock, NULL) != 0) {
        free(p);
        return NULL;
    }
    atomic_init(&p->refs, 1);
    p->cap_bytes = cap_bytes;
    return p;
}

static void pool_unref(wk_pool *p)
{
    if (atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1) return;
    for (int32_t i = 0; i < p->n; i++) wick_free_aligned(p->idle[i].v);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* After this nothing is kept for reuse. */
static void pool_close(wk_pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->closed = true;
    pthread_mutex_unlock(&p->lock);
    pool_unref(p);
}

static double *pool_take(wk_pool *p, int64_t n)
{
    double *v = NULL;
    pthread_mutex_lock(&p->lock);
    /* Newest first: its lines may still be in the processor's cache. */
    for (int32_t i = p->n - 1; i >= 0; i--) {
        if (p->idle[i].n != n) continue;
        v = p->idle[i].v;
        for (int32_t k = i + 1; k < p->n; k++) p->idle[k - 1] = p->idle[k];
        p->n--;
        p->bytes -= n * (int64_t)sizeof(double);
        break;
    }
    pthread_mutex_unlock(&p->lock);
    return v;
}

static void pool_give(wk_pool *p, double *v, int64_t n)
{
    const int64_t bytes = n * (int64_t)sizeof(double);
    double *drop = NULL;
    pthread_mutex_lock(&p->lock);
    if (p->closed || bytes > p->cap_bytes) {
        drop = v;
    } else {
        /* The oldest block makes way: lengths that are no longer asked for do not clog it. */
        if (p->n == POOL_SLOTS || p->bytes + bytes > p->cap_bytes) {
            drop = p->idle[0].v;
            p->bytes -= p->idle[0].n * (int64_t)sizeof(double);
            for (int32_t k = 1; k < p->n; k++) p->idle[k - 1] = p->idle[k];
            p->n--;
        }
        p->idle[p->n].v = v;
        p->idle[p->n].n = n;
        p->n++;
        p->bytes += bytes;
    }
    pthread_mutex_unlock(&p->lock);
    wick_free_aligned(drop);
}

/* ---- the cache ---------------------------------------------------------------------------- */

typedef struct entry entry;
struct entry {
    wk_key key;
    wk_object *obj;
    entry *chain;         /* same bucket */
    entry *newer, *older; /* by last use */
};

struct wick_cache {
    atomic_int refs;
    pthread_mutex_t lock;
    int64_t cap_bytes;
    wick_cache_stats stats;
    entry **bucket;
    int64_t n_buckets; /* a power of two */
    entry *newest, *oldest;
    wk_pool *pool;
};

static void column_destroy(wk_object *o)
{
    wk_column *c = (wk_column *)o;
    if (c->pool != NULL) {
        pool_give(c->pool, c->v, c->n > 0 ? c->n : 1);
        pool_unref(c->pool);
    } else {
        wick_free_aligned(c->v);
    }
    free(c);
}

wk_column *wk_column_new(wick_cache *cache, int64_t n)
{
    const int64_t len = n > 0 ? n : 1; /* an empty column still has an address */
    wk_column *c = malloc(sizeof *c);
    if (c == NULL) return NULL;
    c->n = n;
    c->pool = cache != NULL ? cache->pool : NULL;
    c->v = c->pool != NULL ? pool_take(c->pool, len) : NULL;
    if (c->v == NULL) c->v = wick_alloc_column(len);
    if (c->v == NULL) {
        free(c);
        return NULL;
    }
    if (c->pool != NULL) atomic_fetch_add_explicit(&c->pool->refs, 1, memory_order_relaxed);
    wk_object_init(&c->obj, len * (int64_t)sizeof(double) + (int64_t)sizeof *c, column_destroy);
    return c;
}

wick_cache *wick_cache_new(int64_t cap_bytes)
{
    wick_cache *c = calloc(1, sizeof *c);
    if (c == NULL) return NULL;
    c->cap_bytes = cap_bytes > 0 ? cap_bytes : 0;
    c->n_buckets = 256;
    c->bucket = calloc((size_t)c->n_buckets, sizeof(entry *));
    /* An eighth of the cap on top of it: idle blocks are a convenience, not contents. */
    c->pool = pool_new(c->cap_bytes / 8);
    if (c->bucket == NULL || c->pool == NULL || pthread_mutex_init(&c->lock, NULL) != 0) {
        if (c->pool != NULL) pool_close(c->pool);
        free(c->bucket);
        free(c);
        return NULL;
    }
    atomic_init(&c->refs, 1);
    return c;
}

wick_cache *wick_cache_ref(wick_cache *c)
{
    if (c != NULL) atomic_fetch_add_explicit(&c->refs, 1, memory_order_relaxed);
    return c;
}

void wick_cache_unref(wick_cache *c)
{
    if (c == NULL) return;
    if (atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1) return;
    for (entry *e = c->newest; e != NULL;) {
        entry *next = e->older;
        wk_object_unref(e->obj);
        free(e);
        e = next;
    }
    pool_close(c->pool);
    pthread_mutex_destroy(&c->lock);
    free(c->bucket);
    free(c);
}

wick_cache_stats wick_cache_get_stats(wick_cache *c)
{
    pthread_mutex_lock(&c->lock);
    const wick_cache_stats s = c->stats;
    pthread_mutex_unlock(&c->lock);
    return s;
}

static entry **bucket_of(const wick_cache *c, wk_key key)
{
    return &c->bucket[key.a & (uint64_t)(c->n_buckets - 1)];
}

static entry *find(const wick_cache *c, wk_key key)
{
    entry *e = *bucket_of(c, key);
    while (e != NULL && !wk_key_equal(e->key, key)) e = e->chain;
    return e;
}

static void unlink_use(wick_cache *c, entry *e)
{
    if (e->newer != NULL) {
        e->newer->older = e->older;
    } else {
        c->newest = e->older;
    }
    if (e->older != NULL) {
        e->older->newer = e->newer;
    } else {
        c->oldest = e->newer;
    }
}

static void link_newest(wick_cache *c, entry *e)
{
    e->newer = NULL;
    e->older = c->newest;
    if (c->newest != NULL) c->newest->newer = e;
    c->newest = e;
    if (c->oldest == NULL) c->oldest = e;
}

wk_object *wk_cache_get(wick_cache *c, wk_key key)
{
    if (c == NULL) return NULL;
    wk_object *o = NULL;
    pthread_mutex_lock(&c->lock);
    entry *e = find(c, key);
    if (e != NULL) {
        o = e->obj;
        wk_object_ref(o);
        if (c->newest != e) {
            unlink_use(c, e);
            link_newest(c, e);
        }
        c->stats.hits++;
    } else {
        c->stats.misses++;
    }
    pthread_mutex_unlock(&c->lock);
    return o;
}

/* More buckets when chains grow; without memory for them the chains just stay longer. */
static void widen(wick_cache *c)
{
    if (c->stats.entries < c->n_buckets) return;
    const int64_t n = c->n_buckets * 4;
    entry **bucket = calloc((size_t)n, sizeof(entry *));
    if (bucket == NULL) return;
    free(c->bucket);
    c->bucket = bucket;
    c->n_buckets = n;
    for (entry *e = c->newest; e != NULL; e = e->older) {
        entry **b = bucket_of(c, e->key);
        e->chain = *b;
        *b = e;
    }
}

static int64_t cost(const wk_object *o)
{
    return o->bytes + (int64_t)sizeof(entry);
}

/* Takes the oldest entry out; the caller frees it outside the lock. */
static entry *evict(wick_cache *c)
{
    entry *e = c->oldest;
    entry **at = bucket_of(c, e->key);
    while (*at != e) at = &(*at)->chain;
    *at = e->chain;
    unlink_use(c, e);
    c->stats.entries--;
    c->stats.evicted++;
    c->stats.bytes -= cost(e->obj);
    return e;
}

wk_object *wk_cache_put(wick_cache *c, wk_key key, wk_object *o)
{
    if (c == NULL || cost(o) > c->cap_bytes) return o;
    entry *fresh = malloc(sizeof *fresh);
    if (fresh == NULL) return o;
    entry *gone = NULL;
    wk_object *mine = NULL;
    pthread_mutex_lock(&c->lock);
    entry *e = find(c, key);
    if (e != NULL) {
        mine = o;
        o = e->obj;
        wk_object_ref(o);
    } else {
        widen(c);
        while (c->oldest != NULL && c->stats.bytes + cost(o) > c->cap_bytes) {
            entry *old = evict(c);
            old->chain = gone;
            gone = old;
        }
        entry **b = bucket_of(c, key);
        wk_object_ref(o);
        fresh->key = key;
        fresh->obj = o;
        fresh->chain = *b;
        *b = fresh;
        link_newest(c, fresh);
        c->stats.entries++;
        c->stats.bytes += cost(o);
        fresh = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    free(fresh);
    wk_object_unref(mine);
    while (gone != NULL) {
        entry *next = gone->chain;
        wk_object_unref(gone->obj);
        free(gone);
        gone = next;
    }
    return o;
}
