/* SPDX-License-Identifier: MIT */
/* fuzz: lua */
/* fuzz: cli */
/* A config file of any content: read, or refused with a message; never a crash or a leak. The file
 * is a memory file, so that nothing touches the disk; messages go to a closed stderr. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/run_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const cli_option options[] = {RUN_CONFIG_OPTIONS, {NULL, NULL, NULL, CLI_ONE}};
static const cli_command command = {.name = "run",
                                    .summary = "",
                                    .operands = "FILE.lua",
                                    .min_operands = 1,
                                    .max_operands = 1,
                                    .options = options};

static void read_config(char *path)
{
    char script[] = "s.lua", flag[] = "--config", quiet[] = "--quiet";
    char *argv[] = {script, flag, path, quiet, NULL};
    cli c = {.program = "wick", .path = "wick run", .ctx = wick_ctx_new(), .command = &command};
    run_config r = {0};
    if (c.ctx != NULL && cli_parse(&c, 4, argv) < 0) {
        (void)run_config_read(&c, &r);
        run_config_free(&r);
    }
    cli_release(&c);
    wick_ctx_free(c.ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int fd = memfd_create("config", 0);
    if (fd < 0) return 0;
    if (size == 0 || write(fd, data, size) == (ssize_t)size) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        const int keep = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);
        if (keep >= 0 && null >= 0) dup2(null, STDERR_FILENO);
        read_config(path);
        fflush(stderr);
        if (keep >= 0) dup2(keep, STDERR_FILENO);
        if (keep >= 0) close(keep);
        if (null >= 0) close(null);
    }
    close(fd);
    return 0;
}
