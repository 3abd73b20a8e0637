/* SPDX-License-Identifier: ISC */
#include "socket_handed.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct entry {
    struct entry *next;
    int descriptor;
    dev_t device;
    ino_t inode;
};

struct socket_handed {
    pthread_mutex_t mutex; /* of what follows */
    unsigned holders;
    struct entry *first;
};

struct socket_handed *handed_new(void)
{
    struct socket_handed *handed = calloc(1, sizeof *handed);
    if (!handed)
        return NULL;
    pthread_mutex_init(&handed->mutex, NULL);
    handed->holders = 1;
    return handed;
}

void handed_keep(struct socket_handed *handed)
{
    pthread_mutex_lock(&handed->mutex);
    handed->holders++;
    pthread_mutex_unlock(&handed->mutex);
}

/* The descriptors stay as they are: they are others'. */
void handed_release(struct socket_handed *handed)
{
    pthread_mutex_lock(&handed->mutex);
    bool is_last = --handed->holders == 0;
    pthread_mutex_unlock(&handed->mutex);
    if (!is_last)
        return;
    for (struct entry *entry = handed->first, *next; entry; entry = next) {
        next = entry->next;
        free(entry);
    }
    pthread_mutex_destroy(&handed->mutex);
    free(handed);
}

/* Takes the entry of a number off the list; NULL: there is none. */
static struct entry *take(struct socket_handed *handed, int descriptor)
{
    struct entry **at = &handed->first;
    while (*at && (*at)->descriptor != descriptor)
        at = &(*at)->next;
    struct entry *entry = *at;
    if (entry)
        *at = entry->next;
    return entry;
}

int handed_add(struct socket_handed *handed, int descriptor)
{
    struct stat file;
    if (fstat(descriptor, &file) < 0)
        return -errno;
    struct entry *entry = malloc(sizeof *entry);
    if (!entry)
        return -ENOMEM;
    pthread_mutex_lock(&handed->mutex);
    free(take(handed, descriptor)); /* of one that somebody else has closed */
    *entry = (struct entry){handed->first, descriptor, file.st_dev, file.st_ino};
    handed->first = entry;
    pthread_mutex_unlock(&handed->mutex);
    return 0;
}

int handed_close(struct socket_handed *handed, int descriptor)
{
    struct stat file;
    pthread_mutex_lock(&handed->mutex);
    struct entry *entry = take(handed, descriptor);
    bool is_same = entry && fstat(descriptor, &file) == 0 && file.st_dev == entry->device &&
                   file.st_ino == entry->inode;
    if (is_same)
        close(descriptor);
    pthread_mutex_unlock(&handed->mutex);
    free(entry);
    return is_same ? 0 : -EINVAL;
}
