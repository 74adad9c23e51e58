/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process around the machine: -daemonize and -pidfile.
 *
 * Threads: main thread, before any other thread exists (process_daemonize) or after the machine is
 * built.
 */
#ifndef TERRACE_VMM_PROCESS_H
#define TERRACE_VMM_PROCESS_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Takes the places of standard descriptors that the caller has closed, so that no file of ours gets
 * one of these numbers and then reads commands or receives messages. Reading from, or writing to,
 * such a place fails. First of all, before any file is opened.
 */
int process_hold_standard_fds(struct err *err);

/*
 * Goes on in a new session, in a child. The caller's process waits until the child calls
 * process_ready(), then exits with 0; if the child dies first, it exits with the child's status,
 * whose message is on the shared stderr. Returns in the child only.
 */
int process_daemonize(int *ret_ready_fd, struct err *err);
/* The daemon stands: let the waiting parent go, and leave its terminal. Closes ready_fd. */
int process_ready(int ready_fd, struct err *err);

struct pidfile {
	char *path; /* NULL: none */
	int fd;	    /* holds the lock */
};
#define PIDFILE_INIT ((struct pidfile){ NULL, -1 })

/*
 * Writes this process's id to path and keeps it locked. ERR_HOST "cannot create PID file: ..." when it
 * cannot be written or another live process holds it.
 */
int pidfile_open(const char *path, struct pidfile *ret_file, struct err *err);
/* Removes the file. Accepts PIDFILE_INIT. */
void pidfile_close(struct pidfile *file);

#endif
