/* SPDX-License-Identifier: MIT */
/* Folders that a stage writes and that appear when they are whole. They are filled under
 * `.NAME.part`; when the stage ends the old folder steps aside to `.NAME.old`, the new one takes
 * its place, and the old one goes. A killed process leaves one of these states, and the next one
 * that opens the run folder puts it right. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flow/workdir_int.h"

static bool hidden(const wick_workdir *w, const char *name, const char *ending, char *out)
{
    return snprintf(out, WK_PATH, "%s/.%s%s", w->path, name, ending) < WK_PATH;
}

void wk_remove_tree(const char *path)
{
    DIR *d = opendir(path);
    if (d) {
        for (const struct dirent *e; (e = readdir(d)) != NULL;) {
            char below[WK_PATH];
            if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
            if (snprintf(below, sizeof below, "%s/%s", path, e->d_name) >= (int)sizeof below)
                continue;
            if (unlink(below) != 0) wk_remove_tree(below);
        }
        closedir(d);
    }
    (void)rmdir(path);
}

wick_status wick_workdir_folder(wick_ctx *ctx, wick_workdir *w, const char *name)
{
    char part[WK_PATH];
    if (!w->stage) return wick_fail(ctx, WICK_E_STATE, "a folder is written by a stage");
    wick_status st = wk_workdir_name(ctx, "folder", name);
    if (st < 0) return st;
    if (strchr(name, '/') || strcmp(name, "stages") == 0)
        return wick_fail(ctx, WICK_E_ARG, "folder '%s': a plain name is expected", name);
    WICK_TRY(wk_lines_add(ctx, &w->folders, name));
    if (!hidden(w, name, ".part", part))
        return wick_fail(ctx, WICK_E_ARG, "folder '%s': the path is too long", name);
    wk_remove_tree(part);
    st = wick_dir_make(ctx, part);
out:
    return st;
}

wick_status wk_artefact_path(wick_ctx *ctx, const wick_workdir *w, const char *name, char *out)
{
    for (int64_t i = 0; i < w->folders.n; i++) {
        const char *folder = w->folders.at[i];
        const size_t n = strlen(folder);
        if (strncmp(name, folder, n) != 0 || name[n] != '/') continue;
        if (snprintf(out, WK_PATH, "%s/.%s.part%s", w->path, folder, name + n) < WK_PATH)
            return WICK_OK;
        return wick_fail(ctx, WICK_E_ARG, "%s: the path is too long", name);
    }
    return wk_path_join(ctx, w->path, name, out, WK_PATH);
}

wick_status wk_folders_show(wick_ctx *ctx, wick_workdir *w)
{
    for (int64_t i = 0; i < w->folders.n; i++) {
        char part[WK_PATH], old[WK_PATH], path[WK_PATH];
        const char *name = w->folders.at[i];
        if (!hidden(w, name, ".part", part) || !hidden(w, name, ".old", old) ||
            snprintf(path, sizeof path, "%s/%s", w->path, name) >= WK_PATH)
            return wick_fail(ctx, WICK_E_ARG, "folder '%s': the path is too long", name);
        wk_remove_tree(old);
        if (rename(path, old) != 0 && errno != ENOENT)
            return wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(errno));
        if (rename(part, path) != 0) {
            const int why = errno;
            (void)rename(old, path);
            return wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(why));
        }
        wk_remove_tree(old);
    }
    wk_lines_clear(&w->folders);
    return WICK_OK;
}

void wk_folders_drop(wick_workdir *w)
{
    for (int64_t i = 0; i < w->folders.n; i++) {
        char part[WK_PATH];
        if (hidden(w, w->folders.at[i], ".part", part)) wk_remove_tree(part);
    }
    wk_lines_clear(&w->folders);
}

static bool ends(const char *s, const char *ending)
{
    const size_t n = strlen(s), m = strlen(ending);
    return n > m + 1 && strcmp(s + n - m, ending) == 0;
}

void wk_folders_mend(const wick_workdir *w)
{
    DIR *d = opendir(w->path);
    if (!d) return;
    for (const struct dirent *e; (e = readdir(d)) != NULL;) {
        char hiding[WK_PATH], path[WK_PATH];
        const bool part = e->d_name[0] == '.' && ends(e->d_name, ".part");
        const bool old = e->d_name[0] == '.' && ends(e->d_name, ".old");
        if ((!part && !old) ||
            snprintf(hiding, sizeof hiding, "%s/%s", w->path, e->d_name) >= WK_PATH ||
            snprintf(path, sizeof path, "%s/%s", w->path, e->d_name + 1) >= WK_PATH)
            continue;
        path[strlen(path) - (part ? 5 : 4)] = '\0';
        if (part || wick_path_exists(path) || rename(hiding, path) != 0) wk_remove_tree(hiding);
    }
    closedir(d);
}
