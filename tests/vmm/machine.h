/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terrace-vmm as a whole program, for tests: starts it with the bare guest (tests/guests/bare.S),
 * talks QMP to it, waits for its end, and looks at what it leaves behind.
 *
 *	struct machine m;
 *
 *	machine_start(&m, "h", (const char *[]){ "-no-reboot", NULL });
 *	machine_connect(&m);
 *	machine_do(&m, "{'execute': 'cont'}");
 *	assert_string_equal(machine_events_to_end(&m), "RESUME SHUTDOWN(guest-shutdown)");
 *	machine_end(&m, 0);
 *
 * Each machine has a folder of its own below the temporary folder, where it is started; in it are "out" and "err" (standard
 * output and error), "serial" and the socket "qmp". Everything that waits gives up, and fails the
 * test, after MACHINE_TIMEOUT_S. Failures are cmocka's assertions.
 */
#ifndef TERRACE_TESTS_VMM_MACHINE_H
#define TERRACE_TESTS_VMM_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/json.h"

#define MACHINE_TIMEOUT_S  20
#define MACHINE_ARGS_MAX   64
#define MACHINE_EVENTS_MAX 4096

struct machine {
	char dir[64];
	pid_t pid;
	int in_fd, out_fd; /* given to the program as 0 and 1 when >= 0 */
	bool close_in, close_out;
	bool hide_dev; /* it sees an empty /dev; machine_wait() gives 77 where that is impossible */
	int qmp_fd;
	char line[65536]; /* what came from the QMP socket */
	size_t n_line;
	char events[MACHINE_EVENTS_MAX];
	struct json *answer;
};

/* From the command line of the test: the program, the bare guest. Exits with 77 without KVM. */
void machine_setup(int argc, char **argv);
const char *machine_program(void);
const char *machine_guest(void);

/* A new folder; nothing runs yet. */
void machine_init(struct machine *m);
/* A file with these contents; size_bytes > length makes it longer by a hole. */
void machine_write(struct machine *m, const char *name, const void *bytes, size_t length,
		   size_t size_bytes);
/* DIR/name; the eight last results stay valid. */
const char *machine_path(struct machine *m, const char *name);
/* Runs exactly this command line (without argv[0]). */
void machine_exec(struct machine *m, const char *const *args);
/* The bare guest with its programme, serial port on the file "serial", QMP on "qmp", and more. */
void machine_run(struct machine *m, const char *programme, const char *const *more);
/* machine_init() and machine_run(). */
void machine_start(struct machine *m, const char *programme, const char *const *more);

/* Exit status, or 128 + signal. Kills and fails when it takes too long. */
int machine_wait(struct machine *m);
/* Waits, compares the status, and fails if a socket or another file than ours was left behind. */
void machine_end(struct machine *m, int status);
/* Contents of a file in the folder, at most 64 KiB; valid until the next call. */
const char *machine_file(struct machine *m, const char *name);
/* Waits until the file contains text. */
void machine_wait_text(struct machine *m, const char *name, const char *text);
/* Busy for less than a quarter of a moment: for a guest that halts. */
void machine_assert_idle(struct machine *m);
void machine_pause_ms(unsigned int ms);

/* ---- QMP ---- */

/* Connects to DIR/name as soon as it listens; returns the descriptor. */
int machine_open_socket(struct machine *m, const char *name);
/* Connects to "qmp", reads the greeting and negotiates. */
void machine_connect(struct machine *m);
void machine_disconnect(struct machine *m);
void machine_send(struct machine *m, const char *text);
/* The next line that is no event (those are collected); borrowed until the next call. NULL: end. */
const struct json *machine_receive(struct machine *m);
/* Sends a command, returns its "return"; an error fails the test. */
const struct json *machine_do(struct machine *m, const char *command);
/* "NAME NAME(reason) ...": all events since the last call, read until the connection ends. */
const char *machine_events_to_end(struct machine *m);
/* Waits for an event of this name. */
void machine_wait_event(struct machine *m, const char *name);

#endif
