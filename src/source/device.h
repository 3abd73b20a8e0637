/* SPDX-License-Identifier: ISC
 *
 * The device of a live source, while it runs: is it up, and how many packets had it no buffer
 * for? Those were lost before any capture could see them. The device counts from when it was
 * made; we from when we began. The way to ask is opened at the start: later there may be no
 * right to.
 */
#ifndef WB_SOURCE_DEVICE_H
#define WB_SOURCE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

struct wb__device {
    const char *name;
    int descriptor; /* -1: none, and nothing to ask */
    int index;
    uint32_t last;  /* the device's counter, which wraps */
    uint64_t losses;
    int64_t asked_ms;
};

/* The name, which stays the caller's, may be "any": that is up and loses nothing. */
void wb__device_open(struct wb__device *device, const char *name);

bool wb__device_is_up(struct wb__device *device);

/* Does wb__device_losses know of any? */
bool wb__device_tells_losses(const struct wb__device *device);

/* The losses since the start. May be called for every batch: the system is asked at most 20
 * times a second. */
uint64_t wb__device_losses(struct wb__device *device);

void wb__device_close(struct wb__device *device); /* one that was opened, or has descriptor -1 */

#endif
