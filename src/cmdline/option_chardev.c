/* SPDX-License-Identifier: Apache-2.0 */
/*
 * -chardev, -serial, -mon, -qmp, -qmp-pretty, -monitor, and the defaults of -nographic.
 *
 * The spec knows only chardevs with ids, and serial ports and monitors that name one. The short
 * forms ("-serial stdio", "-qmp unix:PATH,server=on") make chardevs "serial<N>" and
 * "compat_monitor<N>", QEMU's names for them. See option.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "cmdline/option.h"
#include "spec/build.h"

/* clang-format off */
#define CHARDEV_ROWS                                                                               \
	{ "id", PROP_STRING, PROP_FIELD(spec_chardev, id), .flags = PROP_REQUIRED,                 \
	  .help = "name of the chardev" },                                                         \
	{ "mux", PROP_BOOL, PROP_FIELD(spec_chardev, mux),                                         \
	  .help = "share it between a serial port and monitors (Ctrl-A C)" }
/* clang-format on */

static const struct cmdline_prop null_rows[] = { CHARDEV_ROWS };
static const struct cmdline_prop pty_rows[] = { CHARDEV_ROWS };
static const struct cmdline_prop stdio_rows[] = {
	CHARDEV_ROWS,
	{ "signal", PROP_BOOL, PROP_FIELD(spec_chardev, signal),
	  .help = "Ctrl-C ends the program (default on)" },
};
static const struct cmdline_prop file_rows[] = {
	CHARDEV_ROWS,
	{ "path", PROP_STRING, PROP_FIELD(spec_chardev, path), .help = "file to write" },
	{ "append", PROP_BOOL, PROP_FIELD(spec_chardev, append), .help = "keep what is in it" },
};
static const struct cmdline_prop socket_rows[] = {
	CHARDEV_ROWS,
	{ "path", PROP_STRING, PROP_FIELD(spec_chardev, path), .help = "path of a unix socket" },
	{ "server", PROP_BOOL, PROP_FIELD(spec_chardev, server),
	  .help = "listen instead of connecting (default off)" },
	{ "wait", PROP_BOOL, PROP_FIELD(spec_chardev, wait),
	  .help = "start only when a peer has connected to the server (default on)" },
};

static const struct cmdline_props chardev_props[] = {
	[SPEC_CHARDEV_NULL] = { "null", "nothing to read, writes are dropped",
				.rows = null_rows, .n_rows = ARRAY_SIZE(null_rows) },
	[SPEC_CHARDEV_STDIO] = { "stdio", "the terminal of the program",
				 .rows = stdio_rows, .n_rows = ARRAY_SIZE(stdio_rows) },
	[SPEC_CHARDEV_FILE] = { "file", "a file, for writing",
				.rows = file_rows, .n_rows = ARRAY_SIZE(file_rows) },
	[SPEC_CHARDEV_SOCKET] = { "socket", "a unix socket",
				  .rows = socket_rows, .n_rows = ARRAY_SIZE(socket_rows) },
	[SPEC_CHARDEV_PTY] = { "pty", "a new pseudo terminal",
			       .rows = pty_rows, .n_rows = ARRAY_SIZE(pty_rows) },
};
const struct cmdline_props *const cmdline_chardev_props[] = {
	&chardev_props[SPEC_CHARDEV_NULL], &chardev_props[SPEC_CHARDEV_STDIO],
	&chardev_props[SPEC_CHARDEV_FILE], &chardev_props[SPEC_CHARDEV_SOCKET],
	&chardev_props[SPEC_CHARDEV_PTY],  NULL,
};

/* "wait" has a default of its own for servers, and no meaning for clients. */
static int settle_wait(struct spec_chardev *chardev, const struct keyval *list, struct err *err)
{
	if (chardev->type != SPEC_CHARDEV_SOCKET)
		return 0;
	if (keyval_has(list, "wait") || keyval_has(list, "nowait"))
		return chardev->server ? 0
				       : err_set(err, ERR_USER, -EINVAL, NULL,
						 "'wait' option is incompatible with socket in "
						 "client connect mode");
	chardev->wait = chardev->server;
	return 0;
}

/* Reads list (with an id in it) as a chardev of this type and adds it. */
static int add_chardev(struct vm_spec *spec, enum spec_chardev_type type,
		       const struct keyval *list, struct err *err)
{
	struct spec_chardev chardev = { .type = type, .signal = type == SPEC_CHARDEV_STDIO };
	int ret = cmdline_props_read(&chardev_props[type], list, &chardev, err);

	if (ret == 0)
		ret = settle_wait(&chardev, list, err);
	if (ret == 0)
		ret = spec_chardev_add(spec, &chardev, err);
	spec_chardev_fini(&chardev);
	return ret;
}

int cmdline_read_chardev(struct cmdline_parser *parser, const struct cmdline_option *option,
			 const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	if (ret < 0)
		return ret;
	return add_chardev(parser->spec, (enum spec_chardev_type)(props - chardev_props), &list,
			   err);
}

int cmdline_print_chardev(const struct vm_spec *spec, const struct cmdline_option *option,
			  struct cmdline_argv *argv)
{
	int ret = 0;

	for (size_t i = 0; i < spec->n_chardevs && ret == 0; i++) {
		const struct spec_chardev *chardev = &spec->chardevs[i];
		struct spec_chardev defaults = {
			.signal = chardev->type == SPEC_CHARDEV_STDIO,
			.wait = chardev->server,
		};
		AUTO_STRBUF text = STRBUF_INIT;

		strbuf_add_text(&text, chardev_props[chardev->type].name);
		cmdline_props_print(&chardev_props[chardev->type], chardev, &defaults, &text);
		ret = cmdline_argv_add_text(argv, option->name, &text);
	}
	return ret;
}

/* ------------------------------------------------------------------ short forms */

/* "unix:PATH,server=on": the part behind the colon. */
static int add_unix(struct vm_spec *spec, const char *id, const char *rest, struct err *err)
{
	AUTO_KEYVAL(list);
	int ret = keyval_parse(rest, "path", &list, err);

	if (ret == 0)
		ret = keyval_add(&list, "id", id, err);
	return ret < 0 ? ret : add_chardev(spec, SPEC_CHARDEV_SOCKET, &list, err);
}

static int add_simple(struct vm_spec *spec, const char *id, enum spec_chardev_type type,
		      const char *key, const char *value, struct err *err)
{
	AUTO_KEYVAL(list);
	int ret = keyval_add(&list, "id", id, err);

	if (ret == 0 && key)
		ret = keyval_add(&list, key, value, err);
	return ret < 0 ? ret : add_chardev(spec, type, &list, err);
}

/* The text behind prefix, or NULL. */
static const char *behind(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) ? NULL : text + length;
}

/* A character device in the short form, as a chardev named id. */
static int add_short(struct vm_spec *spec, const char *id, const char *text, struct err *err)
{
	const char *rest;

	if (!strcmp(text, "null"))
		return add_simple(spec, id, SPEC_CHARDEV_NULL, NULL, NULL, err);
	if (!strcmp(text, "stdio"))
		return add_simple(spec, id, SPEC_CHARDEV_STDIO, NULL, NULL, err);
	if (!strcmp(text, "pty"))
		return add_simple(spec, id, SPEC_CHARDEV_PTY, NULL, NULL, err);
	rest = behind(text, "file:");
	if (rest)
		return add_simple(spec, id, SPEC_CHARDEV_FILE, "path", rest, err);
	rest = behind(text, "unix:");
	if (rest)
		return add_unix(spec, id, rest, err);
	return err_set(err, ERR_UNSUPPORTED, -EINVAL, NULL,
		       "'%.60s' is not a character device that terrace-vmm has (known: null, "
		       "stdio, pty, file:PATH, unix:PATH, chardev:ID)",
		       text);
}

/* ------------------------------------------------------------------ -serial */

/* "mon:DEV": the port shares its device with the human monitor. On stdio Ctrl-C is the guest's. */
static int add_mux_serial(struct vm_spec *spec, const char *id, const char *text, struct err *err)
{
	struct spec_chardev *chardev;
	int ret = add_short(spec, id, text, err);

	if (ret < 0)
		return ret;
	chardev = &spec->chardevs[spec->n_chardevs - 1];
	chardev->mux = true;
	chardev->signal = false;
	ret = spec_serial_add(spec, id, err);
	return ret < 0 ? ret : spec_monitor_add(spec, id, false, false, err);
}

static int add_serial(struct vm_spec *spec, const char *text, struct err *err)
{
	const char *rest;
	char id[32];
	int ret;

	if (!strcmp(text, "none"))
		return spec_serial_add(spec, NULL, err);
	rest = behind(text, "chardev:");
	if (rest)
		return spec_serial_add(spec, rest, err);
	snprintf(id, sizeof(id), "serial%zu", spec->n_serials);
	rest = behind(text, "mon:");
	if (rest)
		return add_mux_serial(spec, id, rest, err);
	ret = add_short(spec, id, text, err);
	return ret < 0 ? ret : spec_serial_add(spec, id, err);
}

int cmdline_read_serial(struct cmdline_parser *parser, const struct cmdline_option *option,
			const char *arg, struct err *err)
{
	(void)option;
	parser->has_serial = true;
	if (behind(arg, "mon:"))
		parser->has_monitor = true;
	return add_serial(parser->spec, arg, err);
}

int cmdline_default_serial(struct cmdline_parser *parser, struct err *err)
{
	struct vm_spec *spec = parser->spec;

	if (!spec->nographic || spec->nodefaults || parser->has_serial)
		return 0;
	return add_serial(spec, parser->has_monitor ? "stdio" : "mon:stdio", err);
}

int cmdline_print_serial(const struct vm_spec *spec, const struct cmdline_option *option,
			 struct cmdline_argv *argv)
{
	int ret = 0;

	for (size_t i = 0; i < spec->n_serials && ret == 0; i++) {
		AUTO_STRBUF text = STRBUF_INIT;

		if (spec->serials[i].chardev)
			strbuf_addf(&text, "chardev:%s", spec->serials[i].chardev);
		else
			strbuf_add_text(&text, "none");
		ret = cmdline_argv_add_text(argv, option->name, &text);
	}
	/* No port at all is not what -nographic means on its own. */
	if (ret == 0 && !spec->n_serials && spec->nographic && !spec->nodefaults)
		ret = cmdline_argv_add(argv, option->name, "none");
	return ret;
}

/* ------------------------------------------------------------------ monitors */

static const char *const modes[] = { "readline", "control", NULL };

struct mon {
	char *chardev;
	uint32_t mode;
	bool pretty;
};

static const struct cmdline_prop mon_rows[] = {
	{ "chardev", PROP_STRING, PROP_FIELD(mon, chardev), .flags = PROP_REQUIRED,
	  .help = "chardev on which it listens" },
	{ "mode", PROP_ENUM, PROP_FIELD(mon, mode), .names = modes, .flags = PROP_ALWAYS,
	  .help = "control is QMP (default readline)" },
	{ "pretty", PROP_BOOL, PROP_FIELD(mon, pretty), .help = "indented JSON" },
	{ "id", PROP_ANY, .help = "accepted: nothing refers to it" },
};
static const struct cmdline_props mon_props = {
	.name = "mon",
	.implied = "chardev",
	.rows = mon_rows,
	.n_rows = ARRAY_SIZE(mon_rows),
};
const struct cmdline_props *const cmdline_mon_props[] = { &mon_props, NULL };

int cmdline_read_mon(struct cmdline_parser *parser, const struct cmdline_option *option,
		     const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	struct mon mon = { 0 };
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	parser->has_monitor = true;
	if (ret == 0)
		ret = cmdline_props_read(props, &list, &mon, err);
	if (ret == 0)
		ret = spec_monitor_add(parser->spec, mon.chardev, mon.mode == 1, mon.pretty, err);
	cmdline_props_fini(&mon_props, &mon);
	return ret;
}

int cmdline_print_mon(const struct vm_spec *spec, const struct cmdline_option *option,
		      struct cmdline_argv *argv)
{
	static const struct mon defaults;
	int ret = 0;

	for (size_t i = 0; i < spec->n_monitors && ret == 0; i++) {
		const struct spec_monitor *monitor = &spec->monitors[i];
		struct mon mon = {
			.chardev = monitor->chardev,
			.mode = monitor->control,
			.pretty = monitor->pretty,
		};
		AUTO_STRBUF text = STRBUF_INIT;

		cmdline_props_print(&mon_props, &mon, &defaults, &text);
		ret = cmdline_argv_add_text(argv, option->name, &text);
	}
	return ret;
}

static int read_compat(struct cmdline_parser *parser, const char *arg, bool control, bool pretty,
		       struct err *err)
{
	const char *rest = behind(arg, "chardev:");
	char id[32];
	int ret;

	parser->has_monitor = true;
	if (!strcmp(arg, "none"))
		return 0;
	if (rest)
		return spec_monitor_add(parser->spec, rest, control, pretty, err);
	snprintf(id, sizeof(id), "compat_monitor%u", parser->n_compat_monitors++);
	ret = add_short(parser->spec, id, arg, err);
	return ret < 0 ? ret : spec_monitor_add(parser->spec, id, control, pretty, err);
}

int cmdline_read_qmp(struct cmdline_parser *parser, const struct cmdline_option *option,
		     const char *arg, struct err *err)
{
	(void)option;
	return read_compat(parser, arg, true, false, err);
}

int cmdline_read_qmp_pretty(struct cmdline_parser *parser, const struct cmdline_option *option,
			    const char *arg, struct err *err)
{
	(void)option;
	return read_compat(parser, arg, true, true, err);
}

int cmdline_read_monitor(struct cmdline_parser *parser, const struct cmdline_option *option,
			 const char *arg, struct err *err)
{
	(void)option;
	return read_compat(parser, arg, false, false, err);
}

/* QEMU puts a monitor somewhere unless told not to. */
int cmdline_print_monitor(const struct vm_spec *spec, const struct cmdline_option *option,
			  struct cmdline_argv *argv)
{
	return spec->n_monitors ? 0 : cmdline_argv_add(argv, option->name, "none");
}
