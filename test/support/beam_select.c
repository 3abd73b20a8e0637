/* SPDX-License-Identifier: ISC
 *
 * enif_select of the fake virtual machine. As the real one does, it holds a resource from
 * when something of it is first watched until it is stopped; a descriptor that was never watched is
 * stopped at once.
 */
#include <poll.h>

#include "support/beam_vm.h"

#define WATCHED_MAX 64

struct watcher {
    uint64_t pid; /* 0: nobody */
    ErlNifEnv *environment;
    ERL_NIF_TERM message;
};

struct selection {
    struct selection *next;
    struct resource *resource;
    int descriptor;
    bool is_to_stop;
    struct watcher watchers[2]; /* for reading, for writing */
};

static struct {
    pthread_mutex_t mutex;
    struct selection *first;
    bool is_delayed;
} selections = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void forget(struct watcher *watcher)
{
    if (watcher->pid)
        enif_free_env(watcher->environment);
    *watcher = (struct watcher){0};
}

static struct selection *selection_of(struct resource *resource, int descriptor)
{
    if (resource->selection) {
        CHECK(resource->selection->descriptor == descriptor && !resource->selection->is_to_stop);
        return resource->selection;
    }
    struct selection *selection = beam__allocate(sizeof *selection);
    selection->resource = resource;
    selection->descriptor = descriptor;
    selection->next = selections.first;
    selections.first = selection;
    resource->selection = selection;
    beam__keep(resource);
    return selection;
}

static void watch(struct watcher *watcher, uint64_t pid, ERL_NIF_TERM message)
{
    forget(watcher);
    watcher->pid = pid;
    watcher->environment = enif_alloc_env();
    watcher->message = enif_make_copy(watcher->environment, message);
}

static void call_stop(struct resource *resource, int descriptor, bool is_direct)
{
    struct enif_environment_t environment = {.data = vm.data};
    resource->type->callbacks.stop(&environment, resource->object, descriptor, is_direct);
    enif_clear_env(&environment);
}

/* Takes it off the list; what it holds goes when the mutex is let go. */
static void unlink_selection(struct selection *selection)
{
    struct selection **at = &selections.first;
    while (*at != selection)
        at = &(*at)->next;
    *at = selection->next;
    selection->resource->selection = NULL;
}

static void finish(struct selection *selection, bool is_direct)
{
    forget(&selection->watchers[0]);
    forget(&selection->watchers[1]);
    call_stop(selection->resource, selection->descriptor, is_direct);
    beam__release(selection->resource);
    free(selection);
}

static int stop(struct resource *resource, int descriptor)
{
    pthread_mutex_lock(&selections.mutex);
    struct selection *selection = resource->selection;
    bool is_delayed = selection && selections.is_delayed;
    if (selection) {
        CHECK(selection->descriptor == descriptor && !selection->is_to_stop);
        selection->is_to_stop = true;
        if (!is_delayed)
            unlink_selection(selection);
    }
    pthread_mutex_unlock(&selections.mutex);
    if (!selection)
        call_stop(resource, descriptor, true);
    else if (!is_delayed)
        finish(selection, true);
    return is_delayed ? ERL_NIF_SELECT_STOP_SCHEDULED : ERL_NIF_SELECT_STOP_CALLED;
}

int enif_select_x(ErlNifEnv *env, ErlNifEvent descriptor, enum ErlNifSelectFlags flags,
                  void *object, const ErlNifPid *pid, ERL_NIF_TERM message,
                  ErlNifEnv *message_environment)
{
    struct resource *resource = beam__resource(object);
    CHECK(resource->type->callbacks.stop && descriptor >= 0 && !pid && !message_environment);
    if (flags & ERL_NIF_SELECT_STOP)
        return stop(resource, descriptor);
    pthread_mutex_lock(&selections.mutex);
    struct selection *selection = selection_of(resource, descriptor);
    struct watcher *watcher = &selection->watchers[flags & ERL_NIF_SELECT_READ ? 0 : 1];
    if (flags & ERL_NIF_SELECT_CANCEL)
        forget(watcher);
    else
        watch(watcher, env->process->pid, message);
    pthread_mutex_unlock(&selections.mutex);
    return 0;
}

int enif_select(ErlNifEnv *env, ErlNifEvent descriptor, enum ErlNifSelectFlags flags, void *object,
                const ErlNifPid *pid, ERL_NIF_TERM reference)
{
    CHECK(flags & (ERL_NIF_SELECT_STOP | ERL_NIF_SELECT_CANCEL)); /* nobody needs others */
    return enif_select_x(env, descriptor, flags, object, pid, reference, NULL);
}

void beam_delay_stops(bool is_delayed)
{
    selections.is_delayed = is_delayed;
}

static struct selection *take_stopped(void)
{
    pthread_mutex_lock(&selections.mutex);
    struct selection *selection = selections.first;
    while (selection && !selection->is_to_stop)
        selection = selection->next;
    if (selection)
        unlink_selection(selection);
    pthread_mutex_unlock(&selections.mutex);
    return selection;
}

/* A message for each watcher, who is one no more then. */
static void tell(struct selection *selection, short events)
{
    static const short wanted[] = {POLLIN | POLLERR | POLLHUP, POLLOUT | POLLERR | POLLHUP};
    for (int i = 0; i < 2; i++) {
        struct watcher *watcher = &selection->watchers[i];
        if (!watcher->pid || !(events & wanted[i]))
            continue;
        beam__deliver(watcher->pid, watcher->message);
        forget(watcher);
    }
}

static int gather(struct pollfd *polled, struct selection **watched)
{
    int count = 0;
    for (struct selection *each = selections.first; each && count < WATCHED_MAX;
         each = each->next) {
        short events =
            (short)((each->watchers[0].pid ? POLLIN : 0) | (each->watchers[1].pid ? POLLOUT : 0));
        if (events && !each->is_to_stop) {
            polled[count] = (struct pollfd){.fd = each->descriptor, .events = events};
            watched[count++] = each;
        }
    }
    return count;
}

void beam_poll(int timeout_ms)
{
    struct pollfd polled[WATCHED_MAX];
    struct selection *watched[WATCHED_MAX], *stopped;
    while ((stopped = take_stopped()))
        finish(stopped, false);
    pthread_mutex_lock(&selections.mutex);
    int count = gather(polled, watched);
    if (poll(polled, (nfds_t)count, timeout_ms) > 0)
        for (int i = 0; i < count; i++)
            tell(watched[i], polled[i].revents);
    pthread_mutex_unlock(&selections.mutex);
}
