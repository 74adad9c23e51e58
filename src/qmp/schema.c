/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of commands and events, and the check of arguments: see schema.h. */
#include "qmp/schema.h"

#include <errno.h>
#include <string.h>

const struct qmp_command *qmp_schema_command(const struct qmp_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->command_count; i++)
		if (!strcmp(schema->commands[i].name, name))
			return &schema->commands[i];
	return NULL;
}

const struct qmp_event *qmp_schema_event(const struct qmp_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->event_count; i++)
		if (!strcmp(schema->events[i].name, name))
			return &schema->events[i];
	return NULL;
}

static int check_enum(const struct qmp_arg *arg, const struct json *args, struct err *err)
{
	const char *text;
	int ret = json_get_string(args, arg->name, &text, err);

	if (ret < 0)
		return ret;
	for (const char *const *choice = arg->choices; *choice; choice++)
		if (!strcmp(*choice, text))
			return 0;
	return err_set(err, ERR_USER, -EINVAL, NULL, "Parameter '%s' does not accept value '%s'",
		       arg->name, text);
}

static int check_arg(const struct qmp_arg *arg, const struct json *args, struct err *err)
{
	union {
		const char *text;
		bool flag;
		int64_t i64;
		uint64_t u64;
		double number;
		const struct json *json;
	} value;

	switch (arg->type) {
	case QMP_ARG_STRING:
		return json_get_string(args, arg->name, &value.text, err);
	case QMP_ARG_BOOL:
		return json_get_bool(args, arg->name, &value.flag, err);
	case QMP_ARG_INT:
		return json_get_i64(args, arg->name, &value.i64, err);
	case QMP_ARG_UINT:
		return json_get_u64(args, arg->name, &value.u64, err);
	case QMP_ARG_SIZE:
		return json_get_size(args, arg->name, &value.u64, err);
	case QMP_ARG_NUMBER:
		return json_get_number(args, arg->name, &value.number, err);
	case QMP_ARG_ENUM:
		return check_enum(arg, args, err);
	case QMP_ARG_ARRAY:
		return json_get_array(args, arg->name, &value.json, err);
	case QMP_ARG_OBJECT:
		return json_get_object(args, arg->name, &value.json, err);
	case QMP_ARG_ANY:
	case QMP_ARG_TYPE_COUNT:
		break;
	}
	if (!json_member(args, arg->name))
		return err_set(err, ERR_USER, -ENOENT, NULL, "Parameter '%s' is missing",
			       arg->name);
	return 0;
}

static bool is_listed(const struct qmp_arg *list, const char *name)
{
	for (const struct qmp_arg *arg = list; arg && arg->name; arg++)
		if (!strcmp(arg->name, name))
			return true;
	return false;
}

int qmp_args_check(const struct qmp_command *command, const struct json *args, struct err *err)
{
	for (const struct qmp_arg *arg = command->args; arg && arg->name; arg++) {
		int ret;

		if (arg->optional && !json_member(args, arg->name))
			continue;
		ret = check_arg(arg, args, err);
		if (ret < 0)
			return ret;
	}
	if (command->flags & QMP_COMMAND_OPEN_ARGS)
		return 0;
	for (struct json_iter it = json_iter(args); json_iter_next(&it);)
		if (!is_listed(command->args, it.name))
			return err_set(err, ERR_USER, -EINVAL, NULL, "Parameter '%s' is unexpected",
				       it.name);
	return 0;
}

const char *qmp_error_class(const struct err *err)
{
	if (err->class != ERR_NOT_FOUND)
		return "GenericError";
	return err->code == -ENODEV ? "DeviceNotActive" : "DeviceNotFound";
}
