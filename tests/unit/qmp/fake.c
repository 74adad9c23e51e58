/* SPDX-License-Identifier: Apache-2.0 */
/* See fake.h. One command per kind of argument and of error. */
#include "fake.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"

static const struct timespec noon = { 1700000000, 123456789 };

static int run_nothing(void *context, const struct json *args, struct json **ret_value,
		       struct err *err)
{
	(void)args;
	(void)ret_value;
	(void)err;
	((struct fake_machine *)context)->commands_run++;
	return 0;
}

static int run_stop(void *context, const struct json *args, struct json **ret_value,
		    struct err *err)
{
	struct fake_machine *machine = context;

	if (machine->session)
		qmp_session_event(machine->session, "STOP", NULL, &noon);
	return run_nothing(context, args, ret_value, err);
}

static int run_balloon(void *context, const struct json *args, struct json **ret_value,
		       struct err *err)
{
	struct fake_machine *machine = context;
	AUTO(json) data = json_new_object();
	uint64_t bytes = 0;
	int ret = json_get_size(args, "value", &bytes, err);

	if (ret < 0)
		return ret;
	if (!bytes)
		return err_set(err, ERR_USER, -EINVAL, NULL, "Parameter 'value' expects a size");
	machine->balloon_bytes = bytes;
	json_set_u64(data, "actual", bytes);
	if (machine->session)
		qmp_session_event(machine->session, "BALLOON_CHANGE", data, &noon);
	return run_nothing(context, args, ret_value, err);
}

static int run_query_balloon(void *context, const struct json *args, struct json **ret_value,
			     struct err *err)
{
	struct fake_machine *machine = context;

	(void)args;
	if (!machine->balloon_bytes)
		return err_set(err, ERR_NOT_FOUND, -ENODEV, NULL,
			       "No balloon device has been activated");
	*ret_value = json_new_object();
	json_set_u64(*ret_value, "actual", machine->balloon_bytes);
	return 0;
}

static int run_device_del(void *context, const struct json *args, struct json **ret_value,
			  struct err *err)
{
	const char *id = "";
	int ret = json_get_string(args, "id", &id, err);

	(void)context;
	(void)ret_value;
	if (ret < 0)
		return ret;
	return err_set(err, ERR_NOT_FOUND, -ENOENT, NULL, "Device '%s' not found", id);
}

static int run_echo(void *context, const struct json *args, struct json **ret_value,
		    struct err *err)
{
	(void)context;
	(void)err;
	*ret_value = json_ref(args);
	return 0;
}

static int run_fail_on_host(void *context, const struct json *args, struct json **ret_value,
			    struct err *err)
{
	(void)context;
	(void)args;
	(void)ret_value;
	return err_set_errno(err, ERR_HOST, -ENOMEM, "/dev/kvm", "cannot add a slot");
}

static const char *const colours[] = { "red", "green", NULL };

static const struct qmp_arg balloon_args[] = {
	{ "value", QMP_ARG_SIZE },
	{ NULL },
};
static const struct qmp_arg device_del_args[] = {
	{ "id", QMP_ARG_STRING },
	{ NULL },
};
static const struct qmp_arg device_add_args[] = {
	{ "driver", QMP_ARG_STRING },
	{ NULL },
};
static const struct qmp_arg all_args[] = {
	{ "any", QMP_ARG_ANY, .optional = true },
	{ "string", QMP_ARG_STRING, .optional = true },
	{ "bool", QMP_ARG_BOOL, .optional = true },
	{ "int", QMP_ARG_INT, .optional = true },
	{ "uint", QMP_ARG_UINT, .optional = true },
	{ "size", QMP_ARG_SIZE, .optional = true },
	{ "number", QMP_ARG_NUMBER, .optional = true },
	{ "colour", QMP_ARG_ENUM, .optional = true, .choices = colours },
	{ "array", QMP_ARG_ARRAY, .optional = true },
	{ "object", QMP_ARG_OBJECT, .optional = true },
	{ NULL },
};

static const struct qmp_command commands[] = {
	{ "stop", NULL, run_stop, "Stops" },
	{ "system_reset", NULL, run_nothing, "Resets" },
	{ "balloon", balloon_args, run_balloon, "Asks for memory" },
	{ "query-balloon", NULL, run_query_balloon, "How much" },
	{ "device_del", device_del_args, run_device_del, "Never finds one" },
	{ "device_add", device_add_args, run_echo, "Any property", QMP_COMMAND_OPEN_ARGS },
	{ "echo", all_args, run_echo, "Returns its arguments" },
	{ "fail-on-host", NULL, run_fail_on_host, "Fails" },
};

static const struct qmp_event events[] = {
	{ "STOP", "Stopped" },
	{ "BALLOON_CHANGE", "Memory given or taken", 1000 },
	{ "MEMORY_DEVICE_SIZE_CHANGE", "Memory plugged or unplugged", 1000, "qom-path" },
};

const struct qmp_schema fake_schema = {
	.commands = commands,
	.command_count = ARRAY_SIZE(commands),
	.events = events,
	.event_count = ARRAY_SIZE(events),
	.package = "fake 1.0",
};

void fake_write(void *context, const char *bytes, size_t count)
{
	strbuf_add(context, bytes, count);
}
