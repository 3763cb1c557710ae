/* SPDX-License-Identifier: MIT */
/* Directories and memory maps. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wick/base.h"

bool wick_path_exists(const char *path)
{
    struct stat info;
    return path && stat(path, &info) == 0;
}

bool wick_path_is_dir(const char *path)
{
    struct stat info;
    return path && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static wick_status make_one(wick_ctx *ctx, const char *path)
{
    if (mkdir(path, 0777) == 0 || (errno == EEXIST && wick_path_is_dir(path))) return WICK_OK;
    return wick_fail(ctx, WICK_E_IO, "%s: cannot make the folder: %s", path, strerror(errno));
}

wick_status wick_dir_make(wick_ctx *ctx, const char *path)
{
    char part[4096];
    const size_t n = path ? strlen(path) : 0;
    if (n == 0) return wick_fail(ctx, WICK_E_ARG, "empty folder name");
    if (n >= sizeof part) return wick_fail(ctx, WICK_E_ARG, "%s: the path is too long", path);
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != '\0') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        const wick_status st = make_one(ctx, part);
        if (st < 0) return st;
    }
    return WICK_OK;
}

wick_status wick_map_open(wick_ctx *ctx, const char *path, wick_map *out)
{
    if (!path || !*path) return wick_fail(ctx, WICK_E_ARG, "empty file name");
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(errno));
    wick_status st = WICK_OK;
    struct stat info;
    if (fstat(fd, &info) != 0) {
        st = wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(errno));
    } else if (!S_ISREG(info.st_mode)) {
        st = wick_fail(ctx, WICK_E_IO, "%s: not a regular file", path);
    } else if (info.st_size == 0) {
        *out = (wick_map){"", 0}; /* an empty mapping is not allowed */
    } else {
        void *p = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            st = wick_fail(ctx, WICK_E_IO, "%s: cannot map: %s", path, strerror(errno));
        else
            *out = (wick_map){p, info.st_size};
    }
    close(fd);
    return st;
}

void wick_map_close(wick_map *m)
{
    if (!m) return;
    if (m->n > 0) munmap((void *)(uintptr_t)m->data, (size_t)m->n);
    *m = (wick_map){NULL, 0};
}

void wick_dir_list_free(char **names, int64_t n)
{
    if (!names) return;
    for (int64_t i = 0; i < n; i++) free(names[i]);
    free(names);
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

wick_status wick_dir_list(wick_ctx *ctx, const char *path, char ***names, int64_t *n)
{
    if (!path || !*path) return wick_fail(ctx, WICK_E_ARG, "empty directory name");
    DIR *dir = opendir(path);
    if (!dir) return wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(errno));
    wick_status st = WICK_OK;
    char **list = NULL;
    int64_t count = 0, cap = 0;
    for (;;) {
        errno = 0;
        const struct dirent *e = readdir(dir);
        if (!e) {
            if (errno) st = wick_fail(ctx, WICK_E_IO, "%s: %s", path, strerror(errno));
            break;
        }
        if (e->d_name[0] == '.') continue;
        if (count == cap) {
            cap = cap ? cap * 2 : 64;
            char **grown = realloc(list, (size_t)cap * sizeof *grown);
            if (!grown) {
                st = wick_fail_mem(ctx);
                break;
            }
            list = grown;
        }
        const size_t length = strlen(e->d_name) + 1;
        list[count] = malloc(length);
        if (!list[count]) {
            st = wick_fail_mem(ctx);
            break;
        }
        memcpy(list[count++], e->d_name, length);
    }
    closedir(dir);
    if (st < 0) {
        wick_dir_list_free(list, count);
        return st;
    }
    if (count > 1) qsort(list, (size_t)count, sizeof *list, by_bytes);
    *names = list;
    *n = count;
    return WICK_OK;
}
