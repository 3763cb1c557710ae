/* SPDX-License-Identifier: MIT */
/* Contexts and their errors. The message lives in the context itself, so that recording an error
 * never allocates: running out of memory must be reportable. */
#include <stdlib.h>
#include <string.h>

#include "base/base_int.h"

enum { MESSAGE_SIZE = 2048, NOTES_SIZE = 2048 };

struct wick_ctx {
    wick_status code;
    wick_log_fn log_fn;
    void *log_user;
    int32_t length;
    /* One buffer: the message, then "\nwhile ..." for each note. A message is cut at its share so
     * that notes always find room. */
    char text[MESSAGE_SIZE + NOTES_SIZE];
};

const char *wick_status_name(wick_status code)
{
    static const char *const names[] = {"ok",     "argument", "data",  "io",          "memory",
                                        "parse",  "script",   "budget", "state",      "unsupported",
                                        "cancelled", "internal"};
    const int64_t i = -(int64_t)code;
    if (i < 0 || i >= (int64_t)(sizeof names / sizeof names[0])) return "unknown";
    return names[i];
}

wick_ctx *wick_ctx_new(void)
{
    return calloc(1, sizeof(wick_ctx));
}

void wick_ctx_free(wick_ctx *ctx)
{
    free(ctx);
}

wick_status wick_ctx_code(const wick_ctx *ctx)
{
    return ctx ? ctx->code : WICK_OK;
}

const char *wick_ctx_error(const wick_ctx *ctx)
{
    return ctx ? ctx->text : "";
}

void wick_ctx_clear(wick_ctx *ctx)
{
    if (!ctx) return;
    ctx->code = WICK_OK;
    ctx->length = 0;
    ctx->text[0] = '\0';
}

void wick_ctx_copy(wick_ctx *dst, const wick_ctx *src)
{
    if (!dst || !src || dst == src) return;
    dst->code = src->code;
    dst->length = src->length;
    memcpy(dst->text, src->text, (size_t)src->length + 1);
}

/* A cut must not leave half a UTF-8 sequence behind. */
static int32_t whole_characters(const char *s, int32_t n)
{
    int32_t start = n;
    while (start > 0 && n - start < 4 && ((unsigned char)s[start - 1] & 0xC0) == 0x80) start--;
    if (start == 0) return n;
    const unsigned char lead = (unsigned char)s[start - 1];
    const int32_t have = n - start + 1;
    const int32_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return have < need ? start - 1 : n;
}

static void append(wick_ctx *ctx, int32_t limit, const char *fmt, va_list ap)
{
    const int32_t room = limit - ctx->length;
    if (room <= 1) return;
    const int n = vsnprintf(ctx->text + ctx->length, (size_t)room, fmt, ap);
    if (n < 0) {
        ctx->text[ctx->length] = '\0';
    } else if (n < room) {
        ctx->length += n;
    } else {
        ctx->length = whole_characters(ctx->text, limit - 1);
        ctx->text[ctx->length] = '\0';
    }
}

wick_status wick_fail(wick_ctx *ctx, wick_status code, const char *fmt, ...)
{
    if (!ctx) return code;
    ctx->code = code;
    ctx->length = 0;
    ctx->text[0] = '\0';
    va_list ap;
    va_start(ap, fmt);
    append(ctx, MESSAGE_SIZE, fmt, ap);
    va_end(ap);
    return code;
}

wick_status wick_note(wick_ctx *ctx, const char *fmt, ...)
{
    if (!ctx) return WICK_E_INTERNAL;
    if (ctx->code == WICK_OK) return WICK_OK;
    const int32_t limit = (int32_t)sizeof ctx->text;
    if (ctx->length + 2 >= limit) return ctx->code;
    ctx->text[ctx->length++] = '\n';
    ctx->text[ctx->length] = '\0';
    va_list ap;
    va_start(ap, fmt);
    append(ctx, limit, fmt, ap);
    va_end(ap);
    return ctx->code;
}

wick_status wick_fail_mem(wick_ctx *ctx)
{
    return wick_fail(ctx, WICK_E_MEM, "out of memory");
}

void wick_ctx_set_log(wick_ctx *ctx, wick_log_fn fn, void *user)
{
    if (!ctx) return;
    ctx->log_fn = fn;
    ctx->log_user = user;
}

bool wk_ctx_has_log(const wick_ctx *ctx)
{
    return ctx && ctx->log_fn;
}

void wick_log(wick_ctx *ctx, const char *fmt, ...)
{
    if (!ctx || !ctx->log_fn) return;
    char text[MESSAGE_SIZE];
    va_list ap;
    va_start(ap, fmt);
    const int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n < 0) return;
    if (n >= (int)sizeof text) text[whole_characters(text, (int32_t)sizeof text - 1)] = '\0';
    ctx->log_fn(ctx->log_user, text);
}
