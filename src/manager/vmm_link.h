/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor's QMP connection: a socket around qmp/client.h, with calls that wait.
 *
 * Every wait also watches the VMM's end and a list of descriptors that mean "give up" (signals, a
 * starter that is gone), so that nothing here waits longer than its timeout or than there is sense in.
 *
 * Threads: one thread at a time. on_event runs inside vmm_link_call() and vmm_link_read().
 */
#ifndef TERRACE_MANAGER_VMM_LINK_H
#define TERRACE_MANAGER_VMM_LINK_H

#include "base/cleanup.h"
#include "base/err.h"
#include "base/json.h"

struct vmm_link;

struct vmm_watch {
	int vmm_pidfd;
	/* Readable or hung up: -ECANCELED. -1: unused. */
	int stop_fd[2];
};

typedef void (*vmm_link_event)(void *context, const char *name, const struct json *data);

/*
 * Connects as soon as the VMM listens, and negotiates. watch is borrowed. Errors of this and of all
 * calls: -ECHILD: the VMM ended; -ECANCELED: a stop descriptor; -ETIMEDOUT; -ECONNRESET; -EPROTO.
 */
int vmm_link_open(const char *socket_path, const struct vmm_watch *watch, int timeout_ms,
		  vmm_link_event on_event, void *context, struct vmm_link **ret_link,
		  struct err *err) __attribute__((warn_unused_result));
void vmm_link_close(struct vmm_link *link);
CLEANUP_DEFINE(vmm_link, vmm_link_close)

/* Waits ms, or until something of watch happens; 0 after the time. */
int vmm_watch_wait(const struct vmm_watch *watch, int ms, struct err *err);

/*
 * arguments (taken) is an object or NULL; ret_value (json_free() it) may be NULL. A refusal of the
 * VMM's is ERR_USER with its text: -ENOSYS for CommandNotFound, -ENODEV for DeviceNotActive and
 * DeviceNotFound, else -EIO.
 */
int vmm_link_call(struct vmm_link *link, const char *command, struct json *arguments,
		  int timeout_ms, struct json **ret_value, struct err *err)
	__attribute__((warn_unused_result));

/* Sends and does not wait: for a VMM that may be ending. */
void vmm_link_send(struct vmm_link *link, const char *command);

int vmm_link_fd(const struct vmm_link *link);
/* Takes what is there, without waiting. -ECONNRESET: the other side closed. */
int vmm_link_read(struct vmm_link *link, struct err *err) __attribute__((warn_unused_result));

#endif
