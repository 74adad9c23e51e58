/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The domain manager, as the verbs of terrace(1) see it: definitions, running domains, changes.
 *
 * There is no daemon. Definitions are files; each running domain has one supervisor process
 * (manager/supervisor.h) that started the VMM, holds its QMP and answers on a socket of its own.
 *
 *	root				others
 *	/etc/terrace/domains/NAME.xml	$XDG_CONFIG_HOME/terrace/domains/	definitions
 *	/run/terrace/NAME/		$XDG_RUNTIME_DIR/terrace/NAME/		a running domain
 *	/var/log/terrace/NAME.log	$XDG_STATE_HOME/terrace/		its VMM's output
 *
 *	/var/lib/terrace/ram/NAME/	$XDG_STATE_HOME/terrace/ram/NAME/	<source type='file'>
 *
 * $TERRACE_CONFIG_DIR, $TERRACE_RUNTIME_DIR, $TERRACE_LOG_DIR and $TERRACE_MEMORY_DIR replace them;
 * TERRACE_CGROUP=none does without a cgroup. A runtime directory
 * is locked (flock) by its supervisor for as long as that lives; one that nobody locks is left over
 * from a crash and is cleaned up by whoever meets it next (processes, cgroup, files).
 *
 * Threads: a struct manager belongs to one thread at a time; several processes may use the same
 * directories.
 */
#ifndef TERRACE_MANAGER_MANAGER_H
#define TERRACE_MANAGER_MANAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/json.h"
#include "spec/domain.h"

struct manager;

int manager_new(struct manager **ret_manager, struct err *err) __attribute__((warn_unused_result));
void manager_free(struct manager *manager);
CLEANUP_DEFINE(manager, manager_free)

/* virDomainState: values and names as virsh's ("running", "paused", "shut off", ...). */
enum manager_state {
	MANAGER_NOSTATE,
	MANAGER_RUNNING,
	MANAGER_BLOCKED,
	MANAGER_PAUSED,
	MANAGER_SHUTDOWN, /* "in shutdown" */
	MANAGER_SHUTOFF,
	MANAGER_CRASHED,
};
const char *manager_state_name(enum manager_state state);

/* A domain that is defined, running, or both. */
struct manager_domain {
	char *name;
	char uuid[37];
	int id; /* -1 when not running */
	bool persistent;
	enum manager_state state;
	char reason[32]; /* as virsh domstate --reason: "booted", "user", "destroyed", "crashed" */
	pid_t supervisor_pid, vmm_pid; /* 0 when not running */
};
void manager_domain_fini(struct manager_domain *domain);

struct manager_list {
	struct manager_domain *domains; /* running by id, then the others by name */
	size_t n;
};
void manager_list_fini(struct manager_list *list);
#define AUTO_MANAGER_LIST(name) \
	__attribute__((cleanup(manager_list_fini))) struct manager_list name = { 0 }

/* All domains; cleans up what a crash left. 200 running domains in 100 ms: reads files only. */
int manager_list(struct manager *manager, struct manager_list *ret_list, struct err *err)
	__attribute__((warn_unused_result));

/*
 * By id, name or UUID, in that order. -ENOENT (ERR_NOT_FOUND): "failed to get domain 'x'" with
 * the nearest name. manager_domain_fini() it.
 */
int manager_find(struct manager *manager, const char *what, struct manager_domain *ret_domain,
		 struct err *err) __attribute__((warn_unused_result));

/*
 * The XML text: of the running domain, or with inactive (or when it is not running) the definition.
 * free() it.
 */
int manager_xml(struct manager *manager, const struct manager_domain *domain, bool inactive,
		char **ret_xml, struct err *err) __attribute__((warn_unused_result));

/* Writes or replaces a definition (atomically). A missing UUID is made. */
int manager_define(struct manager *manager, struct domain_spec *domain,
		   struct manager_domain *ret_domain, struct err *err)
	__attribute__((warn_unused_result));
int manager_undefine(struct manager *manager, const struct manager_domain *domain, struct err *err)
	__attribute__((warn_unused_result));

enum manager_start_flags {
	MANAGER_START_PAUSED = 1 << 0,
	MANAGER_START_FOREGROUND = 1 << 1, /* supervise in this process, console on stdio */
	MANAGER_START_AUTODESTROY = 1 << 2,
};
/* progress, when not NULL, is told one line at a time what is being done. */
typedef void (*manager_progress)(void *context, const char *line);

/*
 * Starts a domain and returns when the guest runs (or is paused), or with the error that kept it
 * from running, and then nothing is left; that is so too when this process ends meanwhile. persistent:
 * a definition of that name must exist. -EBUSY "Requested operation is not valid: domain is already
 * running". With MANAGER_START_FOREGROUND it returns when the domain has ended; *ret_status (may be
 * NULL) is then 0, or 1 when it crashed.
 */
int manager_start(struct manager *manager, const struct domain_spec *definition, bool persistent,
		  unsigned int flags, manager_progress progress, void *context, int *ret_status,
		  struct err *err) __attribute__((warn_unused_result));

/*
 * A command to the supervisor of a running domain; arguments (taken) is an object or NULL.
 * *ret_value: json_free(); ret_value may be NULL. -ESRCH when the domain is not running ("Requested
 * operation is not valid: domain is not running"). Changes are live ones: of the domain as it runs and of its
 * XML, not of the definition. Commands, all answered within timeouts of seconds:
 *
 *	info			{} -> see manager/supervisor.h
 *	suspend, resume, reset, reboot, shutdown	{}
 *	destroy			{"graceful": bool?}: SIGTERM, after 10 s SIGKILL (graceful: an error);
 *				answered when nothing is left
 *	qmp			{"execute": ..., "arguments": ...} -> the VMM's return value
 *	numatune		{"mode": string?, "nodeset": string?, "cell": int?} -> {"moving": true?};
 *				moving: pages of the cell are still on their way
 *	memtune			{"hard-limit": bytes?, "soft-limit": .., "swap-hard-limit": .., "min": ..} (-1: none)
 *	vcpupin			{"vcpu": int, "cpulist": string}
 *	emulatorpin		{"cpulist": string}
 *	iothreadpin		{"iothread": int, "cpulist": string}
 */
int manager_call(struct manager *manager, const struct manager_domain *domain, const char *command,
		 struct json *arguments, struct json **ret_value, struct err *err)
	__attribute__((warn_unused_result));

/* Path of a file below the domain's runtime directory ("serial0.sock"), for "console". Returns buf. */
const char *manager_runtime_path(struct manager *manager, const char *name, const char *file,
				 char *buf, size_t buf_size);

#endif
