/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static char *dir;
static wick_ctx *ctx;

static int start(void **state)
{
    (void)state;
    dir = test_dir_new();
    ctx = wick_ctx_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    test_dir_remove(dir);
    wick_ctx_free(ctx);
    return 0;
}

/* Every name in the directory, hidden ones too: temporaries must not stay behind. */
static int names_in(const char *path)
{
    char command[4300];
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", path);
    FILE *f = popen(command, "r");
    int n = -1;
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%d", &n), 1);
    pclose(f);
    return n;
}

static void expect(const char *name, const char *want)
{
    char *got = test_read(test_path(dir, name), NULL);
    if (!want) {
        assert_null(got);
        return;
    }
    assert_non_null(got);
    assert_string_equal(got, want);
    free(got);
}

static void replaces(void **state)
{
    (void)state;
    const char *path = test_path(dir, "a.txt");
    check_ok(ctx, wick_file_write(ctx, path, "one", 3));
    expect("a.txt", "one");
    assert_int_equal(chmod(path, 0640), 0);
    check_ok(ctx, wick_file_write(ctx, path, "two, longer", 11));
    expect("a.txt", "two, longer");
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    check_ok(ctx, wick_file_write(ctx, path, NULL, 0));
    expect("a.txt", "");
    assert_int_equal(names_in(dir), 1);
    unlink(path);
}

static void links_stay(void **state)
{
    (void)state;
    test_write(test_path(dir, "real.txt"), "old", -1);
    assert_int_equal(symlink("real.txt", test_path(dir, "link.txt")), 0);
    check_ok(ctx, wick_file_write(ctx, test_path(dir, "link.txt"), "new", 3));
    struct stat info;
    assert_int_equal(lstat(test_path(dir, "link.txt"), &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    expect("real.txt", "new");
    unlink(test_path(dir, "link.txt"));
    unlink(test_path(dir, "real.txt"));
}

static void devices_are_not_replaced(void **state)
{
    (void)state;
    check_ok(ctx, wick_file_write(ctx, "/dev/null", "x", 1));
    struct stat info;
    assert_int_equal(stat("/dev/null", &info), 0);
    assert_true(S_ISCHR(info.st_mode));
    check_fails(ctx, wick_file_write(ctx, "/dev/full", "x", 1), WICK_E_IO, "No space left");
}

static void refusals(void **state)
{
    (void)state;
    char path[4200];
    snprintf(path, sizeof path, "%s/no/such/place.csv", dir);
    check_fails(ctx, wick_file_write(ctx, path, "x", 1), WICK_E_IO, "place.csv: cannot write");
    check_fails(ctx, wick_file_write(ctx, dir, "x", 1), WICK_E_IO, "directory");
    check_fails(ctx, wick_file_write(ctx, "", "x", 1), WICK_E_ARG, NULL);
    check_fails(ctx, wick_file_write(ctx, NULL, "x", 1), WICK_E_ARG, NULL);
    assert_int_equal(names_in(dir), 0);
}

static void set_of_files(void **state)
{
    (void)state;
    test_write(test_path(dir, "b"), "old b", -1);
    wick_file_set *s = wick_file_set_new();
    check_ok(ctx, wick_file_set_add(ctx, s, test_path(dir, "a"), "new a", 5));
    check_ok(ctx, wick_file_set_add(ctx, s, test_path(dir, "b"), "new b", 5));
    expect("a", NULL); /* nothing is there before the commit */
    expect("b", "old b");
    wick_file_set_free(s);
    expect("a", NULL);
    expect("b", "old b");
    assert_int_equal(names_in(dir), 1);

    s = wick_file_set_new();
    for (int i = 0; i < 20; i++) {
        char name[8];
        snprintf(name, sizeof name, "f%d", i);
        check_ok(ctx, wick_file_set_add(ctx, s, test_path(dir, name), name, (int64_t)strlen(name)));
    }
    check_ok(ctx, wick_file_set_commit(ctx, s));
    wick_file_set_free(s);
    expect("f19", "f19");
    assert_int_equal(names_in(dir), 21);
    for (int i = 0; i < 20; i++) {
        char name[8];
        snprintf(name, sizeof name, "f%d", i);
        unlink(test_path(dir, name));
    }
    unlink(test_path(dir, "b"));
    wick_file_set_free(NULL);
}

/* A disk that fills while the second file is written: neither file appears. A limit on file size
 * is a full disk to the one who writes. */
static void full_disk(void **state)
{
    (void)state;
    test_write(test_path(dir, "b"), "old b", -1);
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        const struct rlimit limit = {1 << 20, 1 << 20};
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0) _exit(3);
        char *big = calloc(3 << 20, 1);
        wick_file_set *s = wick_file_set_new();
        if (!big || wick_file_set_add(ctx, s, test_path(dir, "a"), "new a", 5) < 0) _exit(4);
        if (wick_file_set_add(ctx, s, test_path(dir, "b"), big, 3 << 20) != WICK_E_IO) _exit(5);
        if (!strstr(wick_ctx_error(ctx), "/b: cannot write: File too large")) _exit(6);
        wick_file_set_free(s);
        free(big);
        _exit(0);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(WIFEXITED(how) ? WEXITSTATUS(how) : 99, 0);
    expect("a", NULL);
    expect("b", "old b");
    assert_int_equal(names_in(dir), 1);
    unlink(test_path(dir, "b"));
}

/* The same on a real, tiny disk, where root may mount one. */
static void full_tmpfs(void **state)
{
    (void)state;
    const char *mount = test_path(dir, "tiny");
    char command[4400];
    assert_int_equal(mkdir(mount, 0700), 0);
    snprintf(command, sizeof command, "mount -t tmpfs -o size=64k none '%s' 2>/dev/null", mount);
    if (geteuid() != 0 || system(command) != 0) {
        rmdir(mount);
        print_message("skip: only root may mount a tiny disk\n");
        skip();
    }
    char *big = calloc(1 << 20, 1);
    test_write(test_path(mount, "b"), "old b", -1);
    const wick_status st = wick_file_write(ctx, test_path(mount, "b"), big, 1 << 20);
    char *kept = test_read(test_path(mount, "b"), NULL);
    const int names = names_in(mount);
    snprintf(command, sizeof command, "umount '%s'", mount);
    const int unmounted = system(command);
    rmdir(mount);
    free(big);
    check_fails(ctx, st, WICK_E_IO, "No space left");
    assert_string_equal(kept, "old b");
    assert_int_equal(names, 1);
    assert_int_equal(unmounted, 0);
    free(kept);
}

static void standard_output(void **state)
{
    (void)state;
    char file[4200];
    snprintf(file, sizeof file, "%s", test_path(dir, "out"));
    fflush(stdout);
    const int keep = dup(STDOUT_FILENO);
    assert_non_null(freopen(file, "w", stdout));
    printf("before ");
    wick_file_set *s = wick_file_set_new();
    const wick_status a = wick_file_set_add(ctx, s, "-", "table", 5);
    const wick_status b = wick_file_set_commit(ctx, s);
    wick_file_set_free(s);
    fflush(stdout);
    dup2(keep, STDOUT_FILENO);
    close(keep);
    check_ok(ctx, a);
    check_ok(ctx, b);
    expect("out", "before table");
    unlink(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replaces),        cmocka_unit_test(links_stay),
        cmocka_unit_test(devices_are_not_replaced),
        cmocka_unit_test(refusals),        cmocka_unit_test(set_of_files),
        cmocka_unit_test(full_disk),       cmocka_unit_test(full_tmpfs),
        cmocka_unit_test(standard_output),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
