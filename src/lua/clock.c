/* SPDX-License-Identifier: MIT */
#include "lua/lua_int.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * The clock of Pine scripts: parts of a time in a zone, and the periods of time(timeframe, session,
 * zone), as columns and as numbers. Zones and periods are kept by the host under their text; Lua
 * sees them as light userdata in upvalues of wick's own modules only.
 */

typedef enum part {
    YEAR,
    MONTH,
    WEEKOFYEAR,
    DAYOFMONTH,
    DAYOFWEEK,
    HOUR,
    MINUTE,
    SECOND,
    TIME_CLOSE,
    TIME_TRADINGDAY
} part;

static const char *const part_names[] = {"year",       "month",          "weekofyear", "dayofmonth",
                                         "dayofweek",  "hour",           "minute",     "second",
                                         "time_close", "time_tradingday"};
enum { N_PARTS = sizeof part_names / sizeof *part_names };

struct wk_zone {
    struct wk_zone *next;
    wick_tz *tz;
    wick_period *period;
    char key[];
};

static struct wk_zone *find_zone(wk_host *h, const char *key)
{
    struct wk_zone *z = h->zones;
    while (z && strcmp(z->key, key) != 0) z = z->next;
    return z;
}

static struct wk_zone *new_zone(wk_host *h, const char *key)
{
    const size_t n = strlen(key) + 1;
    struct wk_zone *z = calloc(1, sizeof *z + n);
    if (!z) return NULL;
    memcpy(z->key, key, n);
    z->next = h->zones;
    h->zones = z;
    return z;
}

void wk_clock_free(wk_host *h)
{
    while (h->zones) {
        struct wk_zone *z = h->zones;
        h->zones = z->next;
        wick_tz_unref(z->tz);
        wick_period_free(z->period);
        free(z);
    }
}

/* "" and "syminfo.timezone" are the exchange's. */
static const wick_tz *zone_of(lua_State *L, wk_host *h, const char *name)
{
    if (!name || !*name || strcmp(name, "syminfo.timezone") == 0) {
        const int32_t sym = wk_present_sym(L, h, "a time zone");
        name = wick_bars_info(h->syms[sym].bars)->timezone;
        if (!name || !*name) name = "Etc/UTC";
    }
    struct wk_zone *z = find_zone(h, name);
    if (z) return z->tz;
    wick_tz *tz = NULL;
    if (wick_tz_load(h->ctx, name, &tz) < 0) (void)wk_raise_ctx(L, h);
    z = new_zone(h, name);
    if (!z) {
        wick_tz_unref(tz);
        (void)luaL_error(L, "out of memory");
    }
    z->tz = tz;
    return tz;
}

/* ---- parts of a time ---------------------------------------------------------------------- */

static int64_t floor_div(int64_t a, int64_t b)
{
    const int64_t q = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

static double weekday_of(int64_t day)
{
    return (double)(((day + 4) % 7 + 7) % 7 + 1); /* 1970-01-01 was a Thursday (5) */
}

/* ISO 8601: the week of the year that holds the Thursday of the day's week. */
static double week_of(int64_t day)
{
    const int64_t thursday = day - ((day + 3) % 7 + 7) % 7 + 3;
    const wick_civil c = wick_time_to_civil(thursday * WICK_MS_DAY);
    const int64_t january = wick_time_from_civil(c.year, 1, 1, 0, 0, 0, 0) / WICK_MS_DAY;
    return (double)((thursday - january) / 7 + 1);
}

static double day_part(part p, int64_t day)
{
    if (p == DAYOFWEEK) return weekday_of(day);
    if (p == WEEKOFYEAR) return week_of(day);
    const wick_civil c = wick_time_to_civil(day * WICK_MS_DAY);
    return p == YEAR ? c.year : p == MONTH ? c.month : c.day;
}

static double inside_part(part p, int64_t ms)
{
    if (p == HOUR) return (double)(ms / 3600000);
    if (p == MINUTE) return (double)(ms / 60000 % 60);
    return (double)(ms / 1000 % 60);
}

/* Leaf form, called by LuaJIT directly. */
static double clock_part(const void *zone, double t, int what)
{
    if (!(fabs(t) < 8.64e15)) return WICK_NA;
    const int64_t utc = (int64_t)t, wall = utc + wick_tz_offset(zone, utc);
    const int64_t day = floor_div(wall, WICK_MS_DAY);
    if (what >= HOUR) return inside_part((part)what, wall - day * WICK_MS_DAY);
    return day_part((part)what, day);
}

/* Offsets are asked once for stretches of bars: zones change at most twice in any 20 days only by
 * leaving and coming back, which none does; so equal offsets at both ends mean one offset. */
static void part_column(const wick_tz *tz, part p, int64_t n, const int64_t *t, double *out)
{
    int64_t offset = 0, sure = 0, day = INT64_MIN;
    double of_day = 0.0;
    for (int64_t i = 0; i < n; i++) {
        if (i >= sure) {
            offset = wick_tz_offset(tz, t[i]);
            int64_t step = 4096, end;
            do {
                end = i + step < n ? i + step : n - 1;
                step /= 2;
            } while (end > i &&
                     (t[end] - t[i] > 20 * WICK_MS_DAY || wick_tz_offset(tz, t[end]) != offset));
            sure = end + 1;
        }
        const int64_t wall = t[i] + offset, d = floor_div(wall, WICK_MS_DAY);
        if (p >= HOUR) {
            out[i] = inside_part(p, wall - d * WICK_MS_DAY);
            continue;
        }
        if (d != day) {
            day = d;
            of_day = day_part(p, d);
        }
        out[i] = of_day;
    }
}

static int push_column(lua_State *L, wk_host *h, int32_t sym, const double *v)
{
    const wk_sym *s = &h->syms[sym];
    wk_push_series(L, h, sym, wk_node(L, h, wick_graph_column(h->ctx, s->graph, v, s->n, 0)));
    return 1;
}

static double *room(lua_State *L, int64_t n)
{
    return lua_newuserdata(L, ((size_t)n + 1) * sizeof(double));
}

static int find_part(const char *name)
{
    for (int i = 0; i < N_PARTS; i++)
        if (strcmp(part_names[i], name) == 0) return i;
    return -1;
}

static int64_t close_of(int64_t t, int64_t tf)
{
    if (tf >= 0) return t + tf;
    const wick_civil c = wick_time_to_civil(t);
    return wick_time_from_civil(c.year, c.month + (int32_t)-tf, c.day, c.hour, c.minute, c.second,
                                c.ms);
}

/* Midnight UTC of the trading day: the date on which the session that holds the bar closes. */
static void tradingday_column(const wk_sym *s, const wick_tz *tz, double *out)
{
    const wick_symbol_info *info = wick_bars_info(s->bars);
    int64_t lead = 0;
    const char *x = info->session;
    if (info->timeframe_ms > 0 && info->timeframe_ms < WICK_MS_DAY && x && strlen(x) >= 9 &&
        x[4] == '-') {
        const int64_t open = ((x[0] - '0') * 10 + x[1] - '0') * INT64_C(3600000) +
                             ((x[2] - '0') * 10 + x[3] - '0') * INT64_C(60000);
        if (open > WICK_MS_DAY / 2) lead = WICK_MS_DAY - open;
    }
    for (int64_t i = 0; i < s->n; i++) {
        const int64_t wall = s->time[i] + wick_tz_offset(tz, s->time[i]) + lead;
        out[i] = (double)(floor_div(wall, WICK_MS_DAY) * WICK_MS_DAY);
    }
}

bool wk_push_clock(lua_State *L, wk_host *h, int32_t sym, const char *name)
{
    const int p = find_part(name);
    if (p < 0) return false;
    const wk_sym *s = &h->syms[sym];
    const wick_symbol_info *info = wick_bars_info(s->bars);
    const int32_t decl = h->decl;
    double *v = room(L, s->n);
    if (p == TIME_CLOSE) {
        for (int64_t i = 0; i < s->n; i++) v[i] = (double)close_of(s->time[i], info->timeframe_ms);
    } else {
        const char *zone = info->timezone && *info->timezone ? info->timezone : "Etc/UTC";
        const wick_tz *tz = zone_of(L, h, zone);
        if (p == TIME_TRADINGDAY)
            tradingday_column(s, tz, v);
        else
            part_column(tz, (part)p, s->n, s->time, v);
    }
    h->decl = decl;
    (void)push_column(L, h, sym, v);
    lua_remove(L, -2);
    return true;
}

/* core.zone(name): the zone, for core.clock_part. */
static int core_zone(lua_State *L)
{
    wk_host *h = wk_self(L);
    lua_pushlightuserdata(L, (void *)(uintptr_t)zone_of(L, h, luaL_optstring(L, 1, "")));
    return 1;
}

/* core.clock_part(zone, t, part number) */
static int core_clock_part(lua_State *L)
{
    if (!lua_islightuserdata(L, 1)) return wk_raise(L, "clock: a zone is expected");
    lua_pushnumber(L, clock_part(lua_touserdata(L, 1), luaL_checknumber(L, 2),
                                    (int)luaL_checknumber(L, 3)));
    return 1;
}

/* Leaf form, called by LuaJIT directly. */
static double zone_to_utc(const void *zone, double wall)
{
    if (!(fabs(wall) < 8.64e15)) return WICK_NA;
    return (double)wick_tz_to_utc(zone, (int64_t)wall);
}

/* core.zone_to_utc(zone, wall): a wall-clock moment as an instant. */
static int core_zone_to_utc(lua_State *L)
{
    if (!lua_islightuserdata(L, 1)) return wk_raise(L, "clock: a zone is expected");
    lua_pushnumber(L, zone_to_utc(lua_touserdata(L, 1), luaL_checknumber(L, 2)));
    return 1;
}

/* core.clock_series(series, part number, zone name) */
static int core_clock_series(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int64_t slot = wk_series_slot(L, h, 1);
    (void)wk_decl_graph(L, h, "the clock");
    const int p = (int)luaL_checknumber(L, 2);
    if (slot < 0 || p < 0 || p > SECOND) return wk_raise(L, "clock: a series is expected");
    const void *tz = zone_of(L, h, luaL_optstring(L, 3, ""));
    const int32_t sym = h->slots[slot].sym;
    const double *t = wk_slot_values(L, h, slot);
    double *v = room(L, h->syms[sym].n);
    for (int64_t i = 0; i < h->syms[sym].n; i++) v[i] = clock_part(tz, t[i], p);
    return push_column(L, h, sym, v);
}

/* ---- periods ------------------------------------------------------------------------------ */

/* core.period(timeframe_ms, session, zone): the period; nil when the session is no session. */
static int core_period(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t sym = wk_present_sym(L, h, "pine.time");
    const wick_symbol_info *info = wick_bars_info(h->syms[sym].bars);
    const int64_t tf = (int64_t)luaL_checknumber(L, 1);
    const char *session = luaL_optstring(L, 2, ""), *zone = luaL_optstring(L, 3, "");
    char key[512];
    snprintf(key, sizeof key, "period|%lld|%s|%s|%s|%s", (long long)tf, session, zone,
             info->timezone ? info->timezone : "", info->session ? info->session : "");
    struct wk_zone *z = find_zone(h, key);
    if (!z) {
        wick_period *p = NULL;
        wick_session *probe = NULL;
        /* Pine ignores a session it cannot read, a zone in its place above all. */
        if (wick_session_parse(h->ctx, session, "Etc/UTC", &probe) < 0) {
            wick_ctx_clear(h->ctx);
            session = "";
        }
        wick_session_free(probe);
        if (strcmp(zone, "syminfo.timezone") == 0) zone = "";
        if (wick_period_new(h->ctx, info, tf, session, zone, &p) < 0) return wk_raise_ctx(L, h);
        z = new_zone(h, key);
        if (!z) {
            wick_period_free(p);
            return luaL_error(L, "out of memory");
        }
        z->period = p;
    }
    lua_pushlightuserdata(L, z->period);
    return 1;
}

/* Leaf form, called by LuaJIT directly. */
static double period_part(const void *period, double t, int close)
{
    int64_t from = 0, to = 0;
    if (!(fabs(t) < 8.64e15) || !wick_period_at(period, (int64_t)t, &from, &to)) return WICK_NA;
    return (double)(close ? to : from);
}

/* core.period_part(period, t, close) */
static int core_period_part(lua_State *L)
{
    if (!lua_islightuserdata(L, 1)) return wk_raise(L, "pine.time: a period is expected");
    lua_pushnumber(
        L, period_part(lua_touserdata(L, 1), luaL_checknumber(L, 2), lua_toboolean(L, 3)));
    return 1;
}

/* core.period_series(period, close): of the bars being declared. */
static int core_period_series(lua_State *L)
{
    wk_host *h = wk_self(L);
    if (!lua_islightuserdata(L, 1)) return wk_raise(L, "pine.time: a period is expected");
    (void)wk_decl_graph(L, h, "pine.time");
    const wk_sym *s = &h->syms[h->decl];
    double *v = room(L, s->n);
    wick_period_column(lua_touserdata(L, 1), s->n, s->time, lua_toboolean(L, 2), v);
    return push_column(L, h, h->decl, v);
}

/* ---- facts -------------------------------------------------------------------------------- */

/* core.timeframe_ms(text): nil when it is none. Months are negative. */
static int core_timeframe(lua_State *L)
{
    int64_t ms = 0;
    if (!wick_timeframe_parse(luaL_checkstring(L, 1), &ms)) return 0;
    lua_pushnumber(L, (double)ms);
    return 1;
}

static void set_text(lua_State *L, const char *key, const char *s)
{
    lua_pushstring(L, s ? s : "");
    lua_setfield(L, -2, key);
}

static void set_number(lua_State *L, const char *key, double x)
{
    lua_pushnumber(L, x);
    lua_setfield(L, -2, key);
}

/* core.facts(): the symbol in hand, as a table; times of its first and last bar. */
static int core_facts(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t sym = wk_present_sym(L, h, "facts of the symbol");
    const wk_sym *s = &h->syms[sym];
    const wick_symbol_info *f = wick_bars_info(s->bars);
    lua_createtable(L, 0, 16);
    set_text(L, "symbol", wick_bars_symbol(s->bars));
    set_text(L, "ticker", f->ticker);
    set_text(L, "kind", f->kind);
    set_text(L, "currency", f->currency);
    set_text(L, "timezone", f->timezone && *f->timezone ? f->timezone : "Etc/UTC");
    set_text(L, "session", f->session);
    set_number(L, "tick", f->tick);
    set_number(L, "point_value", f->point_value);
    set_number(L, "qty_step", f->qty_step);
    set_number(L, "timeframe", (double)f->timeframe_ms);
    set_number(L, "chart_timeframe", (double)wick_bars_info(h->syms[0].bars)->timeframe_ms);
    set_number(L, "bars", (double)s->n);
    set_number(L, "first", s->n > 0 ? (double)s->time[0] : WICK_NA);
    set_number(L, "last", s->n > 0 ? (double)s->time[s->n - 1] : WICK_NA);
    set_number(L, "last_close",
               s->n > 0 ? (double)close_of(s->time[s->n - 1], f->timeframe_ms) : WICK_NA);
    return 1;
}

/* core.present_time(): stamp of the present bar. */
static int core_present_time(lua_State *L)
{
    wk_host *h = wk_self(L);
    const int32_t sym = wk_present_sym(L, h, "the present bar");
    if (!wk_on_bars(h)) return wk_raise(L, "the present bar is known in the bar function only");
    const int32_t bar = h->sh.cur->bar_of[sym];
    lua_pushnumber(L, bar >= 0 ? (double)h->syms[sym].time[bar] : WICK_NA);
    return 1;
}

void wk_clock_open(lua_State *L, wk_host *h)
{
    static const luaL_Reg list[] = {{"zone", core_zone},
                                    {"clock_part", core_clock_part},
                                    {"clock_series", core_clock_series},
                                    {"zone_to_utc", core_zone_to_utc},
                                    {"period", core_period},
                                    {"period_part", core_period_part},
                                    {"period_series", core_period_series},
                                    {"timeframe_ms", core_timeframe},
                                    {"facts", core_facts},
                                    {"present_time", core_present_time},
                                    {NULL, NULL}};
    const int core = lua_gettop(L);
    wk_set_funcs(L, h, list);
    lua_createtable(L, 0, N_PARTS);
    for (int i = 0; i <= SECOND; i++) set_number(L, part_names[i], i);
    lua_setfield(L, core, "clock_parts");
    h->sh.clock_part = clock_part;
    h->sh.period_part = period_part;
    h->sh.zone_to_utc = zone_to_utc;
    lua_settop(L, core);
}
