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

#include "base/err.h"

/* Of CLOCK_MONOTONIC. */
int64_t emulator_run_now_ms(void);

/*
 * args are the words behind the program's name, NULL at the end. *ret_text: free(). The exit status
 * is not looked at: some of QEMU's answers come with 1.
 * -ETIMEDOUT: not done at deadline_ms (it was killed, with its process group); -EFBIG; -EINVAL: it
 * died of a signal; errno of posix_spawn(): not a program.
 */
int emulator_run(const char *path, const char *const args[], int64_t deadline_ms, char **ret_text,
		 struct err *err) __attribute__((warn_unused_result));

#endif
