/* SPDX-License-Identifier: ISC */
#include "socket_closer.h"

#include <signal.h>

#define THREADS_MAX 8

static struct {
    pthread_mutex_t mutex; /* of what follows */
    struct socket *first, **last;
    unsigned threads;
} closer = {.mutex = PTHREAD_MUTEX_INITIALIZER, .last = &closer.first};

static void close_now(struct socket *socket)
{
    endpoint_close(&socket->endpoint);
    pthread_mutex_lock(&socket->mutex);
    socket->state = SOCKET_CLOSED;
    pthread_mutex_unlock(&socket->mutex);
    enif_release_resource(socket);
}

/* NULL: none waits, and the thread is counted no more. */
static struct socket *take(void)
{
    pthread_mutex_lock(&closer.mutex);
    struct socket *socket = closer.first;
    if (socket)
        closer.first = socket->next_to_close;
    else
        closer.threads--;
    if (!closer.first)
        closer.last = &closer.first;
    pthread_mutex_unlock(&closer.mutex);
    return socket;
}

static void *run(void *nothing)
{
    struct socket *socket;
    (void)nothing;
    while ((socket = take()))
        close_now(socket);
    return NULL;
}

/* It takes no signal: those are the virtual machine's. */
static bool start_thread(void)
{
    sigset_t all, before;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, NULL, run, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0)
        pthread_detach(thread);
    return error == 0;
}

void closer_close(struct socket *socket)
{
    enif_keep_resource(socket);
    if (!socket->endpoint.is_slow_to_close) {
        close_now(socket);
        return;
    }
    pthread_mutex_lock(&closer.mutex);
    socket->next_to_close = NULL;
    *closer.last = socket;
    closer.last = &socket->next_to_close;
    bool is_short = closer.threads < THREADS_MAX;
    closer.threads += is_short;
    pthread_mutex_unlock(&closer.mutex);
    if (is_short && !start_thread())
        run(NULL); /* late is better than never */
}
