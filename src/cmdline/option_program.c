/* SPDX-License-Identifier: Apache-2.0 */
/* Options about the program and the machine's surroundings. See option.h. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "cmdline/option.h"
#include "spec/build.h"

static const char *const off_only[] = { "off", NULL };
static const char *const on_off[] = { "on", "off", NULL };

#define PROPS(label, key, table)                                                          \
	{                                                                                 \
		.name = label, .implied = key, .rows = table, .n_rows = ARRAY_SIZE(table) \
	}

/* Reads the option's only table into the spec. */
static int read_into_spec(struct cmdline_parser *parser, const struct cmdline_option *option,
			  const char *arg, struct keyval *list, struct err *err)
{
	const struct cmdline_props *props;
	int ret = cmdline_option_list(option, arg, &props, list, err);

	return ret < 0 ? ret : cmdline_props_read(props, list, parser->spec, err);
}

/* ------------------------------------------------------------------ -name, -uuid */

static const struct cmdline_prop name_rows[] = {
	{ "guest", PROP_STRING, PROP_FIELD(vm_spec, name), .help = "name of the guest" },
	{ "debug-threads", PROP_FIXED, .names = on_off, .help = "accepted: threads have names" },
};
static const struct cmdline_props name_props = PROPS("name", "guest", name_rows);
const struct cmdline_props *const cmdline_name_props[] = { &name_props, NULL };

int cmdline_read_name(struct cmdline_parser *parser, const struct cmdline_option *option,
		      const char *arg, struct err *err)
{
	AUTO_KEYVAL(list);

	return read_into_spec(parser, option, arg, &list, err);
}

int cmdline_print_name(const struct vm_spec *spec, const struct cmdline_option *option,
		       struct cmdline_argv *argv)
{
	static const struct vm_spec none;
	AUTO_STRBUF text = STRBUF_INIT;

	cmdline_props_print(&name_props, spec, &none, &text);
	return text.length ? cmdline_argv_add_text(argv, option->name, &text) : 0;
}

int cmdline_read_uuid(struct cmdline_parser *parser, const struct cmdline_option *option,
		      const char *arg, struct err *err)
{
	int ret;

	if (!spec_uuid_is_wellformed(arg))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "failed to parse UUID string: wrong format (write it like "
			       "9a1b2c3d-0000-4000-8000-123456789abc)");
	ret = cmdline_read_string(parser, option, arg, err);
	if (ret < 0)
		return ret;
	for (char *p = parser->spec->uuid; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return 0;
}

/* ------------------------------------------------------------------ -rtc */

static const char *const host_only[] = { "host", NULL };
static const char *const drifts[] = { "none", "slew", NULL };

struct rtc {
	char *base;
};

static const struct cmdline_prop rtc_rows[] = {
	{ "base", PROP_STRING, PROP_FIELD(rtc, base),
	  .help = "utc, localtime, or a date like 2006-06-17T16:01:21 (default utc)" },
	{ "clock", PROP_FIXED, .names = host_only, .help = "the host's clock" },
	{ "driftfix", PROP_FIXED, .names = drifts, .help = "accepted: interrupts are not lost" },
};
static const struct cmdline_props rtc_props = PROPS("rtc", NULL, rtc_rows);
const struct cmdline_props *const cmdline_rtc_props[] = { &rtc_props, NULL };

static int read_rtc_base(struct spec_rtc *rtc, const char *base, struct err *err)
{
	struct spec_rtc parsed = { 0 };
	struct tm date = { 0 };
	const char *end;

	if (!strcmp(base, "localtime")) {
		parsed.localtime = true;
	} else if (strcmp(base, "utc")) {
		end = strptime(base, "%Y-%m-%d", &date);
		if (end && *end == 'T')
			end = strptime(end + 1, "%H:%M:%S", &date);
		if (!end || *end || !isdigit((unsigned char)base[0]))
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "invalid datetime format: valid formats: "
				       "'2006-06-17T16:01:21' or '2006-06-17'");
		parsed.has_base = true;
		parsed.base_s = timegm(&date);
	}
	*rtc = parsed;
	return 0;
}

int cmdline_read_rtc(struct cmdline_parser *parser, const struct cmdline_option *option,
		     const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	struct rtc rtc = { 0 };
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	if (ret == 0)
		ret = cmdline_props_read(props, &list, &rtc, err);
	if (ret == 0 && rtc.base)
		ret = read_rtc_base(&parser->spec->rtc, rtc.base, err);
	free(rtc.base);
	return ret;
}

int cmdline_print_rtc(const struct vm_spec *spec, const struct cmdline_option *option,
		      struct cmdline_argv *argv)
{
	time_t base_s = (time_t)spec->rtc.base_s;
	struct tm date;
	char text[64];

	if (spec->rtc.localtime)
		return cmdline_argv_add(argv, option->name, "base=localtime");
	if (!spec->rtc.has_base || !gmtime_r(&base_s, &date))
		return 0;
	if (!strftime(text, sizeof(text), "base=%Y-%m-%dT%H:%M:%S", &date))
		return 0;
	return cmdline_argv_add(argv, option->name, text);
}

/* ------------------------------------------------------------------ -boot, -action */

static const struct cmdline_prop boot_rows[] = {
	{ "order", PROP_ANY, .help = "accepted: there is no firmware, -kernel boots" },
	{ "once", PROP_ANY, .help = "accepted, as order" },
	{ "menu", PROP_FIXED, .names = off_only, .help = "there is no boot menu" },
	{ "strict", PROP_FIXED, .names = on_off, .help = "accepted" },
};
static const struct cmdline_props boot_props = PROPS("boot", "order", boot_rows);
const struct cmdline_props *const cmdline_boot_props[] = { &boot_props, NULL };

int cmdline_read_boot(struct cmdline_parser *parser, const struct cmdline_option *option,
		      const char *arg, struct err *err)
{
	AUTO_KEYVAL(list);

	return read_into_spec(parser, option, arg, &list, err);
}

static const char *const reboots[] = { "reset", "shutdown", NULL };
static const char *const shutdowns[] = { "poweroff", "pause", NULL };
static const char *const panics[] = { "pause", "shutdown", "exit-failure", "none", NULL };
static const char *const watchdogs[] = { "reset", "shutdown", "poweroff", "inject-nmi",
					 "pause", "debug",    "none",	  NULL };

static const struct cmdline_prop action_rows[] = {
	{ "reboot", PROP_FIXED, .names = reboots, .help = "shutdown is -no-reboot" },
	{ "shutdown", PROP_FIXED, .names = shutdowns, .help = "pause is -no-shutdown" },
	{ "panic", PROP_FIXED, .names = panics, .help = "accepted: there is no panic device" },
	{ "watchdog", PROP_FIXED, .names = watchdogs, .help = "accepted: there is no watchdog" },
};
static const struct cmdline_props action_props = PROPS("action", NULL, action_rows);
const struct cmdline_props *const cmdline_action_props[] = { &action_props, NULL };

int cmdline_read_option_action(struct cmdline_parser *parser, const struct cmdline_option *option,
			       const char *arg, struct err *err)
{
	const char *reboot, *shutdown;
	AUTO_KEYVAL(list);
	int ret = read_into_spec(parser, option, arg, &list, err);

	if (ret < 0)
		return ret;
	reboot = keyval_get(&list, "reboot");
	shutdown = keyval_get(&list, "shutdown");
	if (reboot)
		parser->spec->no_reboot = !strcmp(reboot, "shutdown");
	if (shutdown)
		parser->spec->no_shutdown = !strcmp(shutdown, "pause");
	return 0;
}

/* ------------------------------------------------------------------ -msg, -sandbox, -display */

static const struct cmdline_prop msg_rows[] = {
	{ "timestamp", PROP_BOOL, PROP_FIELD(vm_spec, msg_timestamp),
	  .help = "time in front of messages (default off)" },
	{ "guest-name", PROP_FIXED, .names = off_only, .help = "no guest name in messages" },
};
static const struct cmdline_props msg_props = PROPS("msg", NULL, msg_rows);
const struct cmdline_props *const cmdline_msg_props[] = { &msg_props, NULL };

int cmdline_read_msg(struct cmdline_parser *parser, const struct cmdline_option *option,
		     const char *arg, struct err *err)
{
	AUTO_KEYVAL(list);

	return read_into_spec(parser, option, arg, &list, err);
}

int cmdline_print_msg(const struct vm_spec *spec, const struct cmdline_option *option,
		      struct cmdline_argv *argv)
{
	return spec->msg_timestamp ? cmdline_argv_add(argv, option->name, "timestamp=on") : 0;
}

/* In the order of enum spec_sandbox_rule. */
static const char *const rules[] = { "allow", "deny", NULL };
static const char *const privilege_rules[] = { "allow", "deny", "children", NULL };

static const struct cmdline_prop sandbox_rows[] = {
	{ "enable", PROP_BOOL, PROP_FIELD(spec_sandbox, enable),
	  .help = "kill the program at system calls that it never needs (default off)" },
	{ "obsolete", PROP_ENUM, PROP_FIELD(spec_sandbox, obsolete), .names = rules,
	  .help = "obsolete system calls (default deny)" },
	{ "elevateprivileges", PROP_ENUM, PROP_FIELD(spec_sandbox, elevateprivileges),
	  .names = privilege_rules, .help = "set*uid and the like (default allow)" },
	{ "spawn", PROP_ENUM, PROP_FIELD(spec_sandbox, spawn), .names = rules,
	  .help = "fork and exec (default allow)" },
	{ "resourcecontrol", PROP_ENUM, PROP_FIELD(spec_sandbox, resourcecontrol), .names = rules,
	  .help = "affinity and priority (default allow)" },
};
static const struct cmdline_props sandbox_props = PROPS("sandbox", "enable", sandbox_rows);
const struct cmdline_props *const cmdline_sandbox_props[] = { &sandbox_props, NULL };

int cmdline_read_sandbox(struct cmdline_parser *parser, const struct cmdline_option *option,
			 const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	return ret < 0 ? ret : cmdline_props_read(props, &list, &parser->spec->sandbox, err);
}

int cmdline_print_sandbox(const struct vm_spec *spec, const struct cmdline_option *option,
			  struct cmdline_argv *argv)
{
	static const struct spec_sandbox none = { .obsolete = SPEC_SANDBOX_DENY };
	AUTO_STRBUF text = STRBUF_INIT;

	/* The groups of a sandbox that is off mean nothing. */
	if (!spec->sandbox.enable)
		return 0;
	cmdline_props_print(&sandbox_props, &spec->sandbox, &none, &text);
	return cmdline_argv_add_text(argv, option->name, &text);
}

/* There is never a display; QEMU would open a window. */
int cmdline_print_display(const struct vm_spec *spec, const struct cmdline_option *option,
			  struct cmdline_argv *argv)
{
	return spec->nographic ? 0 : cmdline_argv_add(argv, option->name, "none");
}
