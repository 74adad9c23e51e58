/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking a program a question: run it with a time limit and read what it says.
 *
 * No shell; standard input is /dev/null, the environment has PATH, HOME and LC_ALL=C, no other file
 * descriptor is inherited. Standard output and error come as one text, at most 1 MiB.
 *
 * Threads: any; waits only for its own child.
 */
#ifndef TERRACE_MANAGER_EMULATOR_RUN_H
#define TERRACE_MANAGER_EMULATOR_RUN_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* Of CLOCK_MONOTONIC. */
int64_t emulator_run_now_ms(void);

/* A program that was asked and has not been heard. */
struct emulator_run {
	pid_t pid;
	int fd;
};

/*
 * args are the words behind the program's name, NULL at the end; at most 16. Several can run at
 * once.
 * Errno of posix_spawn(): not a program.
 */
int emulator_run_start(const char *path, const char *const args[], struct emulator_run *ret_run,
		       struct err *err) __attribute__((warn_unused_result));

/*
 * Hears it to its end; run is gone afterwards. *ret_text: free(). The exit status is not looked at:
 * some of QEMU's answers come with 1.
 * -ETIMEDOUT: not done at deadline_ms (it was killed, with its process group); -EFBIG; -EINVAL: it
 * died of a signal.
 */
int emulator_run_finish(struct emulator_run *run, const char *path, int64_t deadline_ms,
			char **ret_text, struct err *err) __attribute__((warn_unused_result));

/* Kills it. */
void emulator_run_cancel(struct emulator_run *run);

#endif
