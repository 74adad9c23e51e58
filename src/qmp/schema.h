/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a QMP server offers, as const tables: commands with their arguments, and events. Dispatch,
 * the check of arguments, query-commands and query-events, and the reference documentation come from
 * these tables.
 *
 *	static const struct qmp_arg balloon_args[] = {
 *		{ "value", QMP_ARG_SIZE },
 *		{ NULL },
 *	};
 *	const struct qmp_command commands[] = {
 *		{ "balloon", balloon_args, run_balloon, "Asks the guest for memory" },
 *		{ "stop", NULL, run_stop, "Stops all vCPUs" },
 *	};
 *
 * Threads: const; any.
 */
#ifndef TERRACE_QMP_SCHEMA_H
#define TERRACE_QMP_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

enum qmp_arg_type {
	QMP_ARG_ANY,
	QMP_ARG_STRING,
	QMP_ARG_BOOL,
	QMP_ARG_INT,	/* -2^63 .. 2^63-1 */
	QMP_ARG_UINT,	/* 0 .. 2^64-1 */
	QMP_ARG_SIZE,	/* bytes, 0 .. 2^64-1 */
	QMP_ARG_NUMBER, /* integer or not */
	QMP_ARG_ENUM,	/* a string out of choices */
	QMP_ARG_ARRAY,
	QMP_ARG_OBJECT,
	QMP_ARG_TYPE_COUNT,
};

struct qmp_arg {
	const char *name; /* NULL ends a list */
	enum qmp_arg_type type;
	bool optional;
	const char *const *choices; /* QMP_ARG_ENUM: ends with NULL */
};

enum qmp_command_flags {
	/*
	 * Members beyond the listed arguments are allowed and left to the command: object-add and
	 * device_add, whose properties depend on the type.
	 */
	QMP_COMMAND_OPEN_ARGS = 1 << 0,
};

struct qmp_command {
	const char *name;
	const struct qmp_arg *args; /* NULL: none */
	/*
	 * args is an object that agrees with the list above (an empty one when the client sent none),
	 * borrowed. *ret_value is NULL on entry; leave it for the usual empty object. The error's class
	 * chooses the QMP class (qmp_error_class()).
	 */
	int (*run)(void *context, const struct json *args, struct json **ret_value,
		   struct err *err);
	const char *summary; /* one sentence, for the documentation */
	unsigned int flags;
};

struct qmp_event {
	const char *name;
	const char *summary;
	/*
	 * At most one per interval (qmp/throttle.h), 0: no limit. key: the member of data whose values
	 * are counted apart ("qom-path"); NULL: none.
	 */
	unsigned int interval_ms;
	const char *key;
};

struct qmp_schema {
	const struct qmp_command *commands;
	size_t command_count;
	const struct qmp_event *events;
	size_t event_count;
	const char *package; /* greeting and query-version, "terrace-vmm 0.1.0" */
};

/* NULL: no such command or event. The commands that a session answers itself are not among them. */
const struct qmp_command *qmp_schema_command(const struct qmp_schema *schema, const char *name);
const struct qmp_event *qmp_schema_event(const struct qmp_schema *schema, const char *name);

/*
 * Is the table sound? Names are QMP names (letters, digits, '-', '_'; events in capitals), occur once and
 * are not those of the session's own commands; each row has a summary and what it needs to run. For
 * the unit test of each table. -EINVAL: the message says which row and why.
 */
int qmp_schema_check(const struct qmp_schema *schema, struct err *err);

/*
 * Checks arguments as QEMU does, in the order of the list: missing, wrong type; then members that are
 * not listed. Codes as json_get_*(); also -EINVAL "Parameter 'N' does not accept value 'V'" and
 * "Parameter 'N' is unexpected".
 */
int qmp_args_check(const struct qmp_command *command, const struct json *args, struct err *err);

/*
 * QMP's word for an error: GenericError, except
 *	ERR_NOT_FOUND with -ENODEV: DeviceNotActive (no device of that kind: "No balloon device has been
 *	activated"); any other ERR_NOT_FOUND: DeviceNotFound.
 * CommandNotFound is the session's alone. KVMMissingCap is never sent.
 */
const char *qmp_error_class(const struct err *err);

#endif
