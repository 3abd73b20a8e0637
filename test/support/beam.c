/* SPDX-License-Identifier: ISC */
#include "support/beam.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/beam_vm.h"

struct beam_vm vm = {
    .mutex = PTHREAD_MUTEX_INITIALIZER, .arrived = PTHREAD_COND_INITIALIZER, .binaries_left = -1};

ErlNifEntry *nif_init(void);

/* ---- Memory ----------------------------------------------------------------------- */

void *beam__allocate(size_t bytes)
{
    void *result = calloc(1, bytes);
    CHECK(result);
    return result;
}

struct blob *beam__new_blob(size_t length)
{
    struct blob *blob = beam__allocate(sizeof *blob + length);
    atomic_init(&blob->holders, 1);
    blob->length = length;
    blob->bytes = blob->own;
    atomic_fetch_add(&vm.alive, 1);
    return blob;
}

void beam__keep(struct resource *resource)
{
    pthread_mutex_lock(&vm.mutex);
    resource->holders++;
    pthread_mutex_unlock(&vm.mutex);
}

static void free_terms(struct term *terms);

void beam__release(struct resource *resource)
{
    struct enif_environment_t environment = {.data = vm.data};
    pthread_mutex_lock(&vm.mutex);
    CHECK(resource->holders > 0);
    bool is_last = --resource->holders == 0;
    struct resource **at = &vm.resources;
    while (is_last && *at != resource)
        at = &(*at)->next;
    if (is_last)
        *at = resource->next;
    pthread_mutex_unlock(&vm.mutex);
    if (!is_last)
        return;
    if (resource->type->callbacks.dtor)
        resource->type->callbacks.dtor(&environment, resource->object);
    free_terms(environment.terms);
    atomic_fetch_sub(&vm.alive, 1);
    free(resource);
}

static void release_blob(struct blob *blob)
{
    if (atomic_fetch_sub(&blob->holders, 1) > 1)
        return;
    if (blob->resource)
        beam__release(blob->resource);
    atomic_fetch_sub(&vm.alive, 1);
    free(blob);
}

static void free_terms(struct term *terms)
{
    for (struct term *term = terms, *next; term; term = next) {
        next = term->next;
        if (term->kind == BEAM_BINARY)
            release_blob(term->blob);
        if (term->kind == BEAM_HANDLE)
            beam__release(term->resource);
        free(term);
    }
}

/* ---- Environments ----------------------------------------------------------------- */

ErlNifEnv *enif_alloc_env(void)
{
    atomic_fetch_add(&vm.alive, 1);
    return beam__allocate(sizeof(ErlNifEnv));
}

void enif_clear_env(ErlNifEnv *env)
{
    free_terms(env->terms);
    *env = (ErlNifEnv){0};
}

void enif_free_env(ErlNifEnv *env)
{
    enif_clear_env(env);
    atomic_fetch_sub(&vm.alive, 1);
    free(env);
}

void *enif_priv_data(ErlNifEnv *env)
{
    return env->data;
}

/* ---- Terms ------------------------------------------------------------------------ */

struct term *beam__new_term(ErlNifEnv *env, enum beam_kind kind)
{
    CHECK(!env->is_sent && !env->is_raised);
    struct term *term = beam__allocate(sizeof *term);
    term->kind = kind;
    term->next = env->terms;
    env->terms = term;
    return term;
}

static ERL_NIF_TERM to(const struct term *term)
{
    return (ERL_NIF_TERM)(uintptr_t)term;
}

ERL_NIF_TERM enif_make_atom(ErlNifEnv *env, const char *name)
{
    struct term *term = beam__new_term(env, BEAM_ATOM);
    CHECK(strlen(name) < sizeof term->name);
    strcpy(term->name, name);
    return to(term);
}

ERL_NIF_TERM enif_make_ref(ErlNifEnv *env)
{
    struct term *term = beam__new_term(env, BEAM_REFERENCE);
    term->reference = atomic_fetch_add(&vm.last_reference, 1) + 1;
    return to(term);
}

ERL_NIF_TERM enif_make_badarg(ErlNifEnv *env)
{
    env->is_raised = true;
    return 0;
}

bool beam__is_of(const ErlNifEnv *env, ERL_NIF_TERM wanted)
{
    if (beam_kind(wanted) == BEAM_PID)
        return true;
    const struct term *term = env->terms;
    while (term && term != beam__term(wanted))
        term = term->next;
    return term != NULL;
}

ERL_NIF_TERM enif_make_tuple(ErlNifEnv *env, unsigned count, ...)
{
    struct term *term = beam__new_term(env, BEAM_TUPLE);
    va_list arguments;
    CHECK(count <= sizeof term->elements / sizeof *term->elements);
    term->arity = (int)count;
    va_start(arguments, count);
    for (unsigned i = 0; i < count; i++) {
        term->elements[i] = va_arg(arguments, ERL_NIF_TERM);
        CHECK(beam__is_of(env, term->elements[i]));
    }
    va_end(arguments);
    return to(term);
}

static struct term *copy_binary(ErlNifEnv *env, const struct term *old)
{
    struct term *term = beam__new_term(env, BEAM_BINARY);
    struct blob *blob = old->blob;
    term->length = old->length;
    if (old->length <= HEAP_BINARY_MAX && !blob->resource) {
        term->blob = beam__new_blob(old->length);
        if (old->length > 0)
            memcpy(term->blob->bytes, blob->bytes + old->offset, old->length);
    } else {
        atomic_fetch_add(&blob->holders, 1);
        term->blob = blob;
        term->offset = old->offset;
    }
    return term;
}

/* Of what consists of terms, those are copied first. */
ERL_NIF_TERM enif_make_copy(ErlNifEnv *env, ERL_NIF_TERM source)
{
    const struct term *old = beam__term(source);
    if (beam_kind(source) == BEAM_PID)
        return source;
    if (old->kind == BEAM_BINARY)
        return to(copy_binary(env, old));
    struct term copy = *old;
    for (int i = 0; old->kind == BEAM_TUPLE && i < old->arity; i++)
        copy.elements[i] = enif_make_copy(env, old->elements[i]);
    if (old->kind == BEAM_LIST && old->tail) {
        copy.head = enif_make_copy(env, old->head);
        copy.tail = enif_make_copy(env, old->tail);
    }
    if (old->kind == BEAM_HANDLE)
        beam__keep(old->resource);
    struct term *term = beam__new_term(env, old->kind), *next = term->next;
    *term = copy;
    term->next = next;
    return to(term);
}

enum beam_kind beam_kind(ERL_NIF_TERM term)
{
    return term <= PID_MAX ? BEAM_PID : beam__term(term)->kind;
}

bool beam_is_atom(ERL_NIF_TERM term, const char *name)
{
    return beam_kind(term) == BEAM_ATOM && strcmp(beam__term(term)->name, name) == 0;
}

int beam_arity(ERL_NIF_TERM tuple)
{
    return beam_kind(tuple) == BEAM_TUPLE ? beam__term(tuple)->arity : -1;
}

ERL_NIF_TERM beam_element(ERL_NIF_TERM tuple, int index)
{
    CHECK(index < beam_arity(tuple));
    return beam__term(tuple)->elements[index];
}

uint64_t beam_reference(ERL_NIF_TERM term)
{
    CHECK(beam_kind(term) == BEAM_REFERENCE);
    return beam__term(term)->reference;
}

ERL_NIF_TERM beam_other(ErlNifEnv *env)
{
    return to(beam__new_term(env, BEAM_OTHER));
}

/* ---- Binaries --------------------------------------------------------------------- */

int enif_inspect_binary(ErlNifEnv *env, ERL_NIF_TERM term, ErlNifBinary *binary)
{
    CHECK(beam__is_of(env, term));
    if (beam_kind(term) != BEAM_BINARY)
        return 0;
    const struct term *bytes = beam__term(term);
    *binary = (ErlNifBinary){.size = bytes->length, .data = bytes->blob->bytes + bytes->offset};
    return 1;
}

static void wait_while_held(void)
{
    pthread_mutex_lock(&vm.mutex);
    vm.held++;
    pthread_cond_broadcast(&vm.arrived);
    while (vm.is_held)
        pthread_cond_wait(&vm.arrived, &vm.mutex);
    vm.held--;
    pthread_mutex_unlock(&vm.mutex);
}

int enif_alloc_binary(size_t size, ErlNifBinary *binary)
{
    wait_while_held();
    int left = atomic_load(&vm.binaries_left);
    if (left == 0)
        return 0;
    if (left > 0)
        atomic_fetch_sub(&vm.binaries_left, 1);
    struct blob *blob = beam__new_blob(size);
    *binary = (ErlNifBinary){.size = size, .data = blob->bytes, .ref_bin = blob};
    return 1;
}

ERL_NIF_TERM enif_make_binary(ErlNifEnv *env, ErlNifBinary *binary)
{
    struct term *term = beam__new_term(env, BEAM_BINARY);
    term->blob = binary->ref_bin;
    term->length = binary->size;
    *binary = (ErlNifBinary){0};
    return to(term);
}

ERL_NIF_TERM beam_binary(ErlNifEnv *env, const void *bytes, size_t length)
{
    struct term *term = beam__new_term(env, BEAM_BINARY);
    term->blob = beam__new_blob(length);
    term->length = length;
    if (length > 0)
        memcpy(term->blob->bytes, bytes, length);
    return to(term);
}

void beam_binaries_left(int count)
{
    atomic_store(&vm.binaries_left, count);
}

static void set_held(bool is_held)
{
    pthread_mutex_lock(&vm.mutex);
    vm.is_held = is_held;
    pthread_cond_broadcast(&vm.arrived);
    pthread_mutex_unlock(&vm.mutex);
}

void beam_hold_binaries(void)
{
    set_held(true);
}

void beam_wait_for_held(void)
{
    pthread_mutex_lock(&vm.mutex);
    while (vm.held == 0)
        pthread_cond_wait(&vm.arrived, &vm.mutex);
    pthread_mutex_unlock(&vm.mutex);
}

void beam_release_binaries(void)
{
    set_held(false);
}

size_t beam_alive(void)
{
    return atomic_load(&vm.alive);
}

/* ---- Resources -------------------------------------------------------------------- */

struct resource *beam__resource(void *object)
{
    return (struct resource *)(void *)((char *)object - offsetof(struct resource, object));
}

ErlNifResourceType *enif_open_resource_type_x(ErlNifEnv *env, const char *name,
                                              const ErlNifResourceTypeInit *callbacks,
                                              ErlNifResourceFlags flags, ErlNifResourceFlags *tried)
{
    (void)env;
    CHECK(name && flags == (ERL_NIF_RT_CREATE | ERL_NIF_RT_TAKEOVER) && !tried);
    struct enif_resource_type_t *type = vm.types;
    while (type->name && strcmp(type->name, name) != 0)
        CHECK(++type < vm.types + TYPES);
    *type = (struct enif_resource_type_t){name, *callbacks};
    return type;
}

static struct resource *new_resource(ErlNifResourceType *type, size_t size)
{
    struct resource *resource = beam__allocate(sizeof *resource + size);
    memset(resource->object, 0xa5, size); /* the real one clears nothing */
    resource->type = type;
    resource->holders = 1;
    pthread_mutex_lock(&vm.mutex);
    resource->next = vm.resources;
    vm.resources = resource;
    pthread_mutex_unlock(&vm.mutex);
    atomic_fetch_add(&vm.alive, 1);
    return resource;
}

void *enif_alloc_resource(ErlNifResourceType *type, size_t size)
{
    return new_resource(type, size)->object;
}

void enif_keep_resource(void *object)
{
    beam__keep(beam__resource(object));
}

void enif_release_resource(void *object)
{
    beam__release(beam__resource(object));
}

ERL_NIF_TERM enif_make_resource(ErlNifEnv *env, void *object)
{
    struct term *term = beam__new_term(env, BEAM_HANDLE);
    term->resource = beam__resource(object);
    beam__keep(term->resource);
    return to(term);
}

ERL_NIF_TERM enif_make_resource_binary(ErlNifEnv *env, void *object, const void *bytes,
                                       size_t length)
{
    struct term *term = beam__new_term(env, BEAM_BINARY);
    term->blob = beam__new_blob(0);
    term->length = term->blob->length = length;
    term->blob->bytes = (unsigned char *)(uintptr_t)bytes;
    term->blob->resource = beam__resource(object);
    beam__keep(term->blob->resource);
    return to(term);
}

int enif_get_resource(ErlNifEnv *env, ERL_NIF_TERM term, ErlNifResourceType *type, void **object)
{
    CHECK(beam__is_of(env, term));
    if (beam_kind(term) != BEAM_HANDLE || beam__term(term)->resource->type != type)
        return 0;
    *object = beam__term(term)->resource->object;
    return 1;
}

ERL_NIF_TERM beam_strange_handle(ErlNifEnv *env)
{
    struct term *term = beam__new_term(env, BEAM_HANDLE);
    term->resource = new_resource(&vm.strange, 1);
    return to(term);
}

/* ---- Processes -------------------------------------------------------------------- */

ErlNifEnv *beam_spawn(void)
{
    struct process *process = beam__allocate(sizeof *process);
    process->environment.process = process;
    process->last = &process->first;
    pthread_mutex_lock(&vm.mutex);
    process->pid = ++vm.last_pid;
    CHECK(process->pid <= PID_MAX);
    process->next = vm.processes;
    vm.processes = process;
    pthread_mutex_unlock(&vm.mutex);
    return &process->environment;
}

static struct monitor *find_monitor(struct resource *resource, uint64_t pid)
{
    for (int i = 0; i < MONITORS; i++)
        if (resource->monitors[i].pid == pid)
            return &resource->monitors[i];
    return NULL;
}

/* A resource that watches pid, held for the caller, or NULL. */
static struct resource *take_monitor(uint64_t pid)
{
    pthread_mutex_lock(&vm.mutex);
    struct resource *each = vm.resources;
    struct monitor *monitor = NULL;
    while (each && !(monitor = find_monitor(each, pid)))
        each = each->next;
    if (each) {
        *monitor = (struct monitor){0};
        each->holders++;
    }
    pthread_mutex_unlock(&vm.mutex);
    return each;
}

static void tell_monitors(uint64_t pid)
{
    struct enif_environment_t environment = {.data = vm.data};
    ErlNifPid died = {pid};
    ErlNifMonitor monitor = {0};
    struct resource *resource;
    while ((resource = take_monitor(pid))) {
        resource->type->callbacks.down(&environment, resource->object, &died, &monitor);
        beam__release(resource);
    }
    free_terms(environment.terms);
}

void beam_exit(ErlNifEnv *env)
{
    struct process *process = env->process;
    pthread_mutex_lock(&vm.mutex);
    struct process **at = &vm.processes;
    while (*at != process)
        at = &(*at)->next;
    *at = process->next;
    pthread_mutex_unlock(&vm.mutex);
    tell_monitors(process->pid);
    for (struct message *message = process->first, *next; message; message = next) {
        next = message->next;
        free_terms(message->terms);
        free(message);
    }
    free_terms(env->terms);
    free(process);
}

void beam_collect(ErlNifEnv *env)
{
    struct term *terms = env->terms;
    env->terms = NULL;
    free_terms(terms);
}

ErlNifPid *enif_self(ErlNifEnv *env, ErlNifPid *pid)
{
    CHECK(env->process);
    *pid = (ErlNifPid){env->process->pid};
    return pid;
}

static bool is_alive(uint64_t pid)
{
    const struct process *process = vm.processes;
    while (process && process->pid != pid)
        process = process->next;
    return process != NULL;
}

int enif_is_process_alive(ErlNifEnv *env, ErlNifPid *pid)
{
    (void)env;
    pthread_mutex_lock(&vm.mutex);
    bool result = is_alive(pid->pid);
    pthread_mutex_unlock(&vm.mutex);
    return result;
}

int enif_monitor_process(ErlNifEnv *env, void *object, const ErlNifPid *pid, ErlNifMonitor *monitor)
{
    struct resource *resource = beam__resource(object);
    (void)env;
    CHECK(resource->type->callbacks.down);
    pthread_mutex_lock(&vm.mutex);
    bool result = is_alive(pid->pid);
    if (result) {
        struct monitor *place = find_monitor(resource, 0);
        CHECK(place);
        *place = (struct monitor){pid->pid, ++vm.last_monitor};
        if (monitor)
            memcpy(monitor, &place->number, sizeof place->number);
    }
    pthread_mutex_unlock(&vm.mutex);
    return !result;
}

int enif_demonitor_process(ErlNifEnv *env, void *object, const ErlNifMonitor *monitor)
{
    struct resource *resource = beam__resource(object);
    int result = -1;
    uint64_t number;
    (void)env;
    memcpy(&number, monitor, sizeof number);
    pthread_mutex_lock(&vm.mutex);
    for (int i = 0; i < MONITORS; i++)
        if (resource->monitors[i].pid && resource->monitors[i].number == number) {
            resource->monitors[i] = (struct monitor){0};
            result = 0;
        }
    pthread_mutex_unlock(&vm.mutex);
    return result;
}

static bool deliver(uint64_t pid, struct message *message)
{
    pthread_mutex_lock(&vm.mutex);
    struct process *process = vm.processes;
    while (process && process->pid != pid)
        process = process->next;
    if (process) {
        *process->last = message;
        process->last = &message->next;
        pthread_cond_broadcast(&vm.arrived);
    }
    pthread_mutex_unlock(&vm.mutex);
    return process != NULL;
}

/* What was sent is the receiver's: the environment can only be cleared or freed. */
int enif_send(ErlNifEnv *caller, const ErlNifPid *pid, ErlNifEnv *env, ERL_NIF_TERM term)
{
    (void)caller;
    CHECK(beam__is_of(env, term));
    struct message *message = beam__allocate(sizeof *message);
    *message = (struct message){.terms = env->terms, .term = term};
    if (!deliver(pid->pid, message)) {
        free(message);
        return 0;
    }
    env->terms = NULL;
    env->is_sent = true;
    return 1;
}

bool beam__deliver(uint64_t pid, ERL_NIF_TERM term)
{
    struct enif_environment_t *env = enif_alloc_env();
    bool is_sent = enif_send(NULL, &(ErlNifPid){pid}, env, enif_make_copy(env, term));
    enif_free_env(env);
    return is_sent;
}

static struct message *take_message(struct process *process, const struct timespec *until)
{
    pthread_mutex_lock(&vm.mutex);
    int error = 0;
    while (!process->first && error != ETIMEDOUT)
        error = pthread_cond_timedwait(&vm.arrived, &vm.mutex, until);
    struct message *message = process->first;
    if (message) {
        process->first = message->next;
        if (!process->first)
            process->last = &process->first;
    }
    pthread_mutex_unlock(&vm.mutex);
    return message;
}

ERL_NIF_TERM beam_receive(ErlNifEnv *env, int timeout_ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += timeout_ms % 1000 * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    struct message *message = take_message(env->process, &until);
    if (!message)
        return 0;
    struct term **last = &message->terms;
    while (*last)
        last = &(*last)->next;
    *last = env->terms;
    env->terms = message->terms;
    ERL_NIF_TERM term = message->term;
    free(message);
    return term;
}

/* ---- The library ------------------------------------------------------------------ */

void beam_load(void)
{
    struct enif_environment_t environment = {0};
    vm.entry = nif_init();
    CHECK(vm.entry->load(&environment, &vm.data, 0) == 0);
}

void beam_upgrade(void)
{
    struct enif_environment_t environment = {0};
    void *old = vm.data, *data = NULL;
    CHECK(vm.entry->upgrade(&environment, &data, &old, 0) == 0);
    if (vm.entry->unload)
        vm.entry->unload(&environment, old);
    vm.data = data;
}

void beam_unload(void)
{
    struct enif_environment_t environment = {0};
    if (vm.entry->unload)
        vm.entry->unload(&environment, vm.data);
    vm.entry = NULL;
}

static const ErlNifFunc *find(const char *name, int arity)
{
    const ErlNifFunc *function = vm.entry->funcs;
    while (strcmp(function->name, name) != 0 || (int)function->arity != arity) {
        function++;
        CHECK(function < vm.entry->funcs + vm.entry->num_of_funcs);
    }
    return function;
}

ERL_NIF_TERM beam_call(ErlNifEnv *process, const char *name, int arity,
                       const ERL_NIF_TERM *arguments)
{
    process->data = vm.data;
    ERL_NIF_TERM result = find(name, arity)->fptr(process, arity, arguments);
    CHECK(process->is_raised == (result == 0));
    process->is_raised = false;
    return result;
}
