/* SPDX-License-Identifier: ISC */
#include "inject/internet.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* ---- Sending ---------------------------------------------------------------------- */

struct route {
    wb__internet_target *target;
    uint32_t scope;
};

static socklen_t address_of(void *context, const struct wb_inject_packet *packet,
                            struct sockaddr_storage *storage)
{
    const struct route *route = context;
    uint8_t bytes[16];
    if (route->target(packet, bytes) == 4) {
        struct sockaddr_in in = {.sin_family = AF_INET};
        memcpy(&in.sin_addr, bytes, sizeof in.sin_addr);
        memcpy(storage, &in, sizeof in);
        return sizeof in;
    }
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
    memcpy(&in6.sin6_addr, bytes, sizeof in6.sin6_addr);
    if (IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr) || IN6_IS_ADDR_MC_LINKLOCAL(&in6.sin6_addr))
        in6.sin6_scope_id = route->scope;
    memcpy(storage, &in6, sizeof in6);
    return sizeof in6;
}

/* How many packets from the first on go by its version of IP. */
static size_t run_length(const struct wb_inject_packet *packets, size_t count, unsigned version,
                         wb__internet_target *target)
{
    uint8_t address[16];
    size_t run = 1;
    while (run < count && run < WB__BURST_MAX && target(&packets[run], address) == version)
        run++;
    return run;
}

size_t wb__internet_send(struct wb_injector *injector, struct wb_inject_packet *packets,
                         size_t count, wb__internet_target *target)
{
    struct wb__internet *internet = (struct wb__internet *)injector;
    struct route route = {.target = target, .scope = internet->scope};
    size_t handled = 0;
    while (handled < count) {
        uint8_t address[16];
        unsigned version = target(&packets[handled], address);
        int descriptor = wb__internet_descriptor(injector, version);
        if (descriptor < 0) {
            packets[handled++].result = version ? internet->reasons[version == 6] : EINVAL;
            continue;
        }
        size_t run = run_length(packets + handled, count - handled, version, target);
        size_t more = wb__burst_send(internet->burst, descriptor, packets + handled, run,
                                     address_of, &route);
        handled += more;
        if (more < run)
            break;
    }
    return handled;
}

int wb__internet_descriptor(const struct wb_injector *injector, unsigned ip_version)
{
    const struct wb__internet *internet = (const struct wb__internet *)injector;
    if (ip_version != 4 && ip_version != 6)
        return -1;
    return internet->sockets[ip_version == 6];
}

/* ---- Opening and closing ---------------------------------------------------------- */

void wb__internet_close(struct wb_injector *injector)
{
    struct wb__internet *internet = (struct wb__internet *)injector;
    for (int i = 0; i < 2; i++)
        if (internet->sockets[i] >= 0)
            close(internet->sockets[i]);
    free(internet->burst);
    free(internet);
}

/* A system may lack one version of IP, or not permit it; then its packets have that as their
 * result. */
static int open_sockets(struct wb__internet *internet, const struct wb_inject_options *options,
                        wb__internet_socket *open_socket, struct wb_error *error)
{
    const int domains[2] = {options->ip_version == 6 ? AF_UNSPEC : AF_INET,
                            options->ip_version == 4 ? AF_UNSPEC : AF_INET6};
    struct wb_error refusals[2] = {{.code = WB_E_UNSUPPORTED}, {.code = WB_E_UNSUPPORTED}};
    for (int i = 0; i < 2; i++) {
        errno = EAFNOSUPPORT;
        internet->sockets[i] =
            domains[i] == AF_UNSPEC ? -1 : open_socket(options, domains[i], &refusals[i]);
        internet->reasons[i] = errno;
    }
    wb__inject_close_given_but(options, domains[0], domains[1]);
    if (internet->sockets[0] >= 0 || internet->sockets[1] >= 0)
        return 0;
    const char *kind = internet->injector.operations->kind;
    int wanted = options->ip_version == 6, reason = internet->reasons[wanted];
    if (reason == EPERM || reason == EACCES)
        return wb__inject_no_permission(kind, &refusals[wanted], error);
    return wb__error_set(error, WB_E_SYSTEM, reason, "%s: a raw socket cannot be made: %s", kind,
                         strerror(reason));
}

static int set_up(struct wb__internet *internet, const struct wb_inject_options *options,
                  struct wb_error *error)
{
    internet->injector.is_marked = true;
    internet->scope = options->interface ? if_nametoindex(options->interface) : 0;
    for (int i = 0; i < 2; i++) {
        if (internet->sockets[i] < 0)
            continue;
        int result = wb__inject_bind_device(internet->sockets[i], options, error);
        if (result < 0)
            return result;
        internet->injector.is_marked &= wb__inject_prepare(internet->sockets[i], options);
    }
    return 0;
}

int wb__internet_open(struct wb_injector **injector,
                      const struct wb__injector_operations *operations,
                      const struct wb_inject_options *options, wb__internet_socket *open_socket,
                      struct wb_error *error)
{
    *injector = NULL;
    struct wb__internet *internet = calloc(1, sizeof *internet);
    struct wb__burst *burst = wb__burst_new();
    if (!internet || !burst) {
        free(internet);
        free(burst);
        wb__inject_close_given(options);
        return wb__error_set(error, WB_E_MEMORY, ENOMEM, "out of memory");
    }
    internet->injector.operations = operations;
    internet->burst = burst;
    int result = open_sockets(internet, options, open_socket, error);
    if (result == 0)
        result = set_up(internet, options, error);
    if (result < 0) {
        wb__internet_close(&internet->injector);
        return result;
    }
    *injector = &internet->injector;
    return 0;
}
