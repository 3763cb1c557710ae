/* SPDX-License-Identifier: MIT */
#include "store/journal.h"
wick_status wk_journal_check(wick_ctx *ctx, const char *path, bool make)
{
    (void)make;
    return wick_fail(ctx, WICK_E_UNSUPPORTED, "%s: journals are not known yet", path);
}
wick_status wk_journal_list(wick_ctx *ctx, const char *path, wk_infos *out)
{
    (void)out;
    return wk_journal_check(ctx, path, false);
}
wick_status wk_journal_find(wick_ctx *ctx, const char *path, const char *name, wk_study_row *out)
{
    (void)name;
    (void)out;
    return wk_journal_check(ctx, path, false);
}
wick_status wk_journal_make(wick_ctx *ctx, const char *path, const char *name, int32_t m,
                            const int32_t *directions, bool *made)
{
    (void)name;
    (void)m;
    (void)directions;
    (void)made;
    return wk_journal_check(ctx, path, false);
}
wick_status wk_journal_delete(wick_ctx *ctx, const char *path, int64_t id)
{
    (void)id;
    return wk_journal_check(ctx, path, false);
}
wick_status wk_journal_backend(wick_ctx *ctx, const wk_backend_opts *o, wick_study_backend *out)
{
    (void)out;
    return wk_journal_check(ctx, o->path, false);
}
