/* SPDX-License-Identifier: Apache-2.0 */
/* Is a table of commands and events sound? See qmp_schema_check() in schema.h. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "qmp/schema.h"
#include "qmp/session.h"

static int bad(struct err *err, const char *name, const char *why)
{
	return err_set(err, ERR_USER, -EINVAL, name ? name : "a row", "%s", why);
}

/* Experimental names ("x-...") and downstream ones ("__org.example_...") are spelt like others. */
static bool is_command_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '_' && *p != '.')
			return false;
	return isalpha((unsigned char)*name) || *name == '_';
}

static bool is_event_name(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isupper((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '_')
			return false;
	return *name != '\0';
}

static int check_arg(const struct qmp_command *command, const struct qmp_arg *arg, struct err *err)
{
	if (!is_command_name(arg->name))
		return bad(err, command->name, "an argument's name is none");
	if ((arg->type == QMP_ARG_ENUM) != (arg->choices != NULL))
		return bad(err, command->name, "choices belong to QMP_ARG_ENUM, and to no other");
	for (const struct qmp_arg *other = command->args; other < arg; other++)
		if (!strcmp(other->name, arg->name))
			return bad(err, command->name, "an argument is listed twice");
	return 0;
}

static int check_command(const struct qmp_schema *schema, const struct qmp_command *command,
			 struct err *err)
{
	const struct qmp_schema *own = qmp_session_own_schema();

	if (!command->name || !is_command_name(command->name))
		return bad(err, command->name, "not a command's name");
	if (!command->run)
		return bad(err, command->name, "does nothing");
	if (!command->summary || !command->summary[0])
		return bad(err, command->name, "has no summary");
	if (qmp_schema_command(schema, command->name) != command)
		return bad(err, command->name, "is listed twice");
	if (schema != own && qmp_schema_command(own, command->name))
		return bad(err, command->name, "is answered by the session itself");
	for (const struct qmp_arg *arg = command->args; arg && arg->name; arg++) {
		int ret = check_arg(command, arg, err);

		if (ret < 0)
			return ret;
	}
	return 0;
}

static int check_event(const struct qmp_schema *schema, const struct qmp_event *event,
		       struct err *err)
{
	if (!event->name || !is_event_name(event->name))
		return bad(err, event->name, "not an event's name");
	if (!event->summary || !event->summary[0])
		return bad(err, event->name, "has no summary");
	if (qmp_schema_event(schema, event->name) != event)
		return bad(err, event->name, "is listed twice");
	if (event->key && !event->interval_ms)
		return bad(err, event->name, "has a key but no interval");
	return 0;
}

int qmp_schema_check(const struct qmp_schema *schema, struct err *err)
{
	for (size_t i = 0; i < schema->command_count; i++) {
		int ret = check_command(schema, &schema->commands[i], err);

		if (ret < 0)
			return ret;
	}
	for (size_t i = 0; i < schema->event_count; i++) {
		int ret = check_event(schema, &schema->events[i], err);

		if (ret < 0)
			return ret;
	}
	return 0;
}
