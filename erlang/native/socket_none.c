/* SPDX-License-Identifier: ISC
 *
 * Where nobody has written how: nothing can be opened, so nothing else is called.
 */
#include "socket_endpoint.h"

#include <errno.h>

int endpoint_open(struct endpoint *endpoint, const struct endpoint_request *request)
{
    (void)request;
    *endpoint = (struct endpoint){.descriptor = -1, .control = -1};
    return -EOPNOTSUPP;
}

int endpoint_adopt(struct endpoint *endpoint, int descriptor)
{
    (void)descriptor;
    return endpoint_open(endpoint, NULL);
}

int endpoint_duplicate(const struct endpoint *endpoint)
{
    (void)endpoint;
    return -EOPNOTSUPP;
}

void endpoint_close(struct endpoint *endpoint)
{
    (void)endpoint;
}

int endpoint_receive(struct endpoint *endpoint, uint8_t *memory, size_t each_bytes,
                     struct endpoint_packet packets[ENDPOINT_ROUND])
{
    (void)endpoint, (void)memory, (void)each_bytes, (void)packets;
    return -EOPNOTSUPP;
}

int endpoint_send(const struct endpoint *endpoint, const struct endpoint_packet *packets, int count,
                  size_t *short_bytes)
{
    (void)endpoint, (void)packets, (void)count, (void)short_bytes;
    return -EOPNOTSUPP;
}

int endpoint_index(const struct endpoint *endpoint, const char *name)
{
    (void)endpoint, (void)name;
    return -EOPNOTSUPP;
}

int endpoint_bind(const struct endpoint *endpoint, int index, uint16_t protocol)
{
    (void)endpoint, (void)index, (void)protocol;
    return -EOPNOTSUPP;
}

int endpoint_set(const struct endpoint *endpoint, enum endpoint_option option, int value, int index)
{
    (void)endpoint, (void)option, (void)value, (void)index;
    return -EOPNOTSUPP;
}

int endpoint_filter(const struct endpoint *endpoint,
                    const struct wb_filter_instruction *instructions, size_t count)
{
    (void)endpoint, (void)instructions, (void)count;
    return -EOPNOTSUPP;
}

int endpoint_drops(const struct endpoint *endpoint, uint64_t *drops)
{
    (void)endpoint, (void)drops;
    return -EOPNOTSUPP;
}

int endpoint_name(const struct endpoint *endpoint, uint8_t name[ENDPOINT_NAME_MAX],
                  const char **type)
{
    (void)endpoint, (void)name, (void)type;
    return -EOPNOTSUPP;
}

bool endpoint_find_ioctl(struct endpoint_ioctl *found, const char *name, unsigned long request)
{
    (void)found, (void)name, (void)request;
    return false;
}

int endpoint_do_ioctl(const struct endpoint *endpoint, const struct endpoint_ioctl *request,
                      uint8_t *bytes)
{
    (void)endpoint, (void)request, (void)bytes;
    return -EOPNOTSUPP;
}
