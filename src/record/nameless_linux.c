/* SPDX-License-Identifier: ISC
 *
 * Files by O_TMPFILE and, ahead, two stacks of descriptors under one lock. The thread is woken when
 * the ready ones are half used up or the used ones half fill their stack, so that one
 * waking serves many files.
 */
#include "record/nameless.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define STACK 64

struct stack {
    int descriptors[STACK];
    unsigned count;
};

struct wb__nameless {
    int directory;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct stack ready, used;
    bool is_needed, is_over;
};

int wb__nameless_open(int directory)
{
    return openat(directory, ".", O_RDWR | O_TMPFILE | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
}

int wb__nameless_publish(int descriptor, int directory, const char *name)
{
    return linkat(descriptor, "", directory, name, AT_EMPTY_PATH) == 0 ? 0 : -errno;
}

/* ---- Ahead and behind ------------------------------------------------------------- */

static bool has_second_processor(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 1;
}

static void close_all(struct stack *stack)
{
    while (stack->count)
        close(stack->descriptors[--stack->count]);
}

/* Waits for work; returns false when there will be none any more. Takes the used
 * descriptors over into *mine. */
static bool wait_for_work(struct wb__nameless *nameless, struct stack *mine)
{
    pthread_mutex_lock(&nameless->lock);
    while (!nameless->is_needed && !nameless->is_over)
        pthread_cond_wait(&nameless->work, &nameless->lock);
    nameless->is_needed = false;
    *mine = nameless->used;
    nameless->used.count = 0;
    bool goes_on = !nameless->is_over;
    pthread_mutex_unlock(&nameless->lock);
    return goes_on;
}

/* Returns false when the stack is full. */
static bool push(struct wb__nameless *nameless, struct stack *stack, int descriptor)
{
    pthread_mutex_lock(&nameless->lock);
    bool fits = stack->count < STACK;
    if (fits)
        stack->descriptors[stack->count++] = descriptor;
    pthread_mutex_unlock(&nameless->lock);
    return fits;
}

/* As many as fit. Where one cannot be opened the caller will meet the same error. */
static void open_ahead(struct wb__nameless *nameless)
{
    int descriptor;
    do {
        descriptor = wb__nameless_open(nameless->directory);
    } while (descriptor >= 0 && push(nameless, &nameless->ready, descriptor));
    if (descriptor >= 0)
        close(descriptor);
}

static void *run(void *argument)
{
    struct wb__nameless *nameless = argument;
    struct stack used;
    while (wait_for_work(nameless, &used)) {
        open_ahead(nameless);
        close_all(&used);
    }
    close_all(&used);
    return NULL;
}

/* Signals are the business of the program's own threads. */
static int start_thread(struct wb__nameless *nameless)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&nameless->thread, NULL, run, nameless);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

struct wb__nameless *wb__nameless_start(int directory)
{
    if (!has_second_processor())
        return NULL;
    struct wb__nameless *nameless = calloc(1, sizeof *nameless);
    if (!nameless)
        return NULL;
    nameless->directory = directory;
    nameless->is_needed = true;
    pthread_mutex_init(&nameless->lock, NULL);
    pthread_cond_init(&nameless->work, NULL);
    if (start_thread(nameless) == 0)
        return nameless;
    free(nameless);
    return NULL;
}

/* To be called with the lock held. */
static void wake(struct wb__nameless *nameless)
{
    if (nameless->is_needed)
        return;
    nameless->is_needed = true;
    pthread_cond_signal(&nameless->work);
}

int wb__nameless_take(struct wb__nameless *nameless)
{
    int descriptor = -1;
    pthread_mutex_lock(&nameless->lock);
    if (nameless->ready.count)
        descriptor = nameless->ready.descriptors[--nameless->ready.count];
    if (nameless->ready.count <= STACK / 2)
        wake(nameless);
    pthread_mutex_unlock(&nameless->lock);
    return descriptor;
}

void wb__nameless_close(struct wb__nameless *nameless, int descriptor)
{
    pthread_mutex_lock(&nameless->lock);
    bool fits = nameless->used.count < STACK;
    if (fits)
        nameless->used.descriptors[nameless->used.count++] = descriptor;
    if (nameless->used.count >= STACK / 2)
        wake(nameless);
    pthread_mutex_unlock(&nameless->lock);
    if (!fits)
        close(descriptor);
}

void wb__nameless_stop(struct wb__nameless *nameless)
{
    if (!nameless)
        return;
    pthread_mutex_lock(&nameless->lock);
    nameless->is_over = true;
    pthread_cond_signal(&nameless->work);
    pthread_mutex_unlock(&nameless->lock);
    pthread_join(nameless->thread, NULL);
    close_all(&nameless->ready);
    close_all(&nameless->used);
    pthread_cond_destroy(&nameless->work);
    pthread_mutex_destroy(&nameless->lock);
    free(nameless);
}
