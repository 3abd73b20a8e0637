/* SPDX-License-Identifier: ISC
 *
 * The kernel's interface has grown, and refuses what it does not know: so all that this version
 * of it can deny is asked for, and nothing else. The structures are those of the kernel's
 * <linux/landlock.h>, which many systems have only in an older edition.
 */
#include "guard/landlock.h"

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444 /* the same number everywhere */
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

#define CREATE_RULESET_VERSION 1U
#define RULE_PATH_BENEATH      1

struct ruleset {
    uint64_t files, network, scoped;
};

struct path_beneath {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

/* Rights to files, by their bit. */
enum {
    WRITE_FILE = 1,
    READ_FILE = 2,
    REMOVE_FILE = 5,
    MAKE_REG = 8,
    TRUNCATE = 14,
};

#define BIT(n) ((uint64_t)1 << (n))

/* How many rights each version knows; the last line is for it and all that follow. */
static const struct {
    unsigned files, network, scoped;
    unsigned bytes; /* of the structure */
} versions[] = {
    {13, 0, 0, 8}, {14, 0, 0, 8}, {15, 0, 0, 8}, {15, 2, 0, 16}, {16, 2, 0, 16}, {16, 2, 2, 24},
};

#define VERSION_COUNT (int)(sizeof versions / sizeof versions[0])

int wb__landlock_version(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
    return version > 0 ? (int)version : 0;
}

static int allow_directory(int ruleset, int directory, uint64_t known)
{
    const struct path_beneath rule = {
        .allowed = known & (BIT(WRITE_FILE) | BIT(READ_FILE) | BIT(REMOVE_FILE) | BIT(MAKE_REG) |
                            BIT(TRUNCATE)),
        .parent = directory,
    };
    return directory < 0 ||
                   syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &rule, 0) == 0
               ? 0
               : errno;
}

int wb__landlock_confine(int directory)
{
    int version = wb__landlock_version();
    if (version == 0)
        return ENOSYS;
    int line = version < VERSION_COUNT ? version - 1 : VERSION_COUNT - 1;
    const struct ruleset denied = {.files = BIT(versions[line].files) - 1,
                                   .network = BIT(versions[line].network) - 1,
                                   .scoped = BIT(versions[line].scoped) - 1};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &denied, versions[line].bytes, 0);
    if (ruleset < 0)
        return errno;
    int failed = allow_directory(ruleset, directory, denied.files);
    if (!failed && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
        failed = errno;
    close(ruleset);
    return failed;
}
