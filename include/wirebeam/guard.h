/* SPDX-License-Identifier: ISC
 *
 * Hostile bytes are parsed without rights: a program that reads packets opens what it needs,
 * gives up its rights, confines itself, and only then reads. See wb_source_options.opened for
 * the place.
 */
#ifndef WIREBEAM_GUARD_H
#define WIREBEAM_GUARD_H

#include <stdbool.h>
#include <stdio.h>

#include <wirebeam/error.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

enum wb_guard_mode {
    WB_GUARD_BEST_EFFORT = 0, /* as far as this system can */
    WB_GUARD_ON,              /* all of it, or an error */
    WB_GUARD_OFF,             /* nothing is done */
    WB_GUARD_REPORT,          /* rights are given up; what else would be denied is not, but told
                                 on standard error, once of each kind */
};

/* What the process is for from now on. Each role but the writer's may do what "file" may; see
 * wb_guard_print_roles. */
struct wb_guard_options {
    enum wb_guard_mode mode;
    bool is_live;          /* its packets come from a socket; else from a file */
    bool sends;            /* packets, by what is open for it (wirebeam/inject.h) */
    bool asks;             /* reads answers from a socket that it sends by */
    bool lends;            /* memory to the pipe that is its standard output */
    bool is_writer;        /* it is that one: makes files in directory, and nothing else */
    const char *directory; /* files are made in it; NULL: in none */
    const char *user;      /* whom root becomes; NULL: WB_GUARD_USER of the build, "nobody" */
};

/* What confines this process. */
#define WB_GUARD_MEANS_MAX 8
struct wb_guard_state {
    enum wb_guard_mode mode;
    const char *mode_name; /* "best-effort", "on", "off" or "report" */
    const char *means[WB_GUARD_MEANS_MAX + 1]; /* their names, then NULL */
    char user[33];        /* who it became; "" where it is who it was */
    bool is_complete;     /* files, network and other processes are out of reach */
    const char *missing;  /* else what is not, and why; NULL where nobody asked for it */
};

/* Every descriptor beyond standard error that a program inherited; of the standard ones, those
 * that are closed become /dev/null. _close closes them at once, as long as it has opened none
 * itself. _note only looks; wb_guard_drop_rights closes what was there then: until that, /dev/fd/N
 * is still a file that may be opened. */
void wb_guard_close_inherited(void);
void wb_guard_note_inherited(void);

/* For good, for the whole process: root becomes another user, without other groups; all
 * capabilities go, and no exec brings any; no core is dumped, nobody may trace it; it may
 * hold few descriptors. Each step is verified. Where files are made in a directory, Linux
 * creates them in the name of its owner, so that who may write there may still. Root of a user
 * namespace in which there is no other user stays what it is there, without capabilities.
 * Returns 0, or WB_E_ARGUMENT, _PERMISSION or _SYSTEM with *error filled: then the process must
 * end. On a system that has no such means beside users, only they are changed. Does nothing in
 * mode off. */
int wb_guard_drop_rights(const struct wb_guard_options *options, struct wb_error *error);

/* For good, for the calling thread and those that it makes: what its role does not need is
 * denied by the kernel. After wb_guard_drop_rights. Returns 0, or WB_E_UNSUPPORTED in mode on,
 * where something cannot be confined, or WB_E_SYSTEM. In mode best-effort, wb_guard_state tells
 * what is missing. */
int wb_guard_confine(const struct wb_guard_options *options, struct wb_error *error);

/* Does a process that makes files have to leave that to a writer (wb_record_options.writer) to be
 * confined? So it is on Linux without landlock, which is what confines a process to a directory. */
bool wb_guard_needs_writer(void);

/* For who has forked a writer (wb_record_options.writer), before wb_guard_drop_rights: this process
 * may talk to it by socket, and is confined as far as the writer is. */
void wb_guard_note_writer(int socket, bool is_complete);

/* Of this process, so far. */
const struct wb_guard_state *wb_guard_state(void);

/* A line for each thing that each role may ask of the system: on Linux, the system calls. */
void wb_guard_print_roles(FILE *stream);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
