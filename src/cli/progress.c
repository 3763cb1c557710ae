/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

struct cli_progress {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    const char *what;
    double started;
    char text[160]; /* said by the work; "": only how long it takes */
    bool over, drawn;
};

static void draw(cli_progress *p)
{
    const double seconds = wick_now() - p->started;
    if (seconds < 1.0) return;
    if (p->text[0])
        fprintf(stderr, "\r%s\033[K", p->text);
    else
        fprintf(stderr, "\r%s ... %.0f s\033[K", p->what, seconds);
    fflush(stderr);
    p->drawn = true;
}

static void *watch(void *arg)
{
    cli_progress *p = arg;
    pthread_mutex_lock(&p->lock);
    while (!p->over) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 250000000L;
        if (until.tv_nsec >= 1000000000L) {
            until.tv_nsec -= 1000000000L;
            until.tv_sec++;
        }
        pthread_cond_timedwait(&p->wake, &p->lock, &until);
        if (!p->over) draw(p);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

cli_progress *cli_progress_start(const cli *c, const char *what)
{
    sigset_t all, before;
    if (c->quiet || !isatty(STDERR_FILENO)) return NULL;
    cli_progress *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->what = what;
    p->started = wick_now();
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    /* Ctrl-C and the budget timers belong to the working thread. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&p->thread, NULL, watch, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failed) return p;
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p);
    return NULL;
}

void cli_progress_say(cli_progress *p, const char *text)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    snprintf(p->text, sizeof p->text, "%s", text);
    pthread_mutex_unlock(&p->lock);
}

void cli_progress_stop(cli_progress *p)
{
    if (!p) return;
    pthread_mutex_lock(&p->lock);
    p->over = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    if (p->drawn) fputs("\r\033[K", stderr);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p);
}
