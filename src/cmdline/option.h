/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The option table: one row per option. Parsing, help, printing back, and the test that every row
 * is documented and tested, all walk cmdline_options[]. Internal to src/cmdline (and its tests).
 *
 * To add an option: a row in options.c; a property table and a read and a print function in the
 * file of its subject; a section in docs/terrace-vmm.1.scd; a golden case.
 *
 * Threads: const tables; a parser belongs to one thread.
 */
#ifndef TERRACE_CMDLINE_OPTION_H
#define TERRACE_CMDLINE_OPTION_H

#include <stdbool.h>

#include "base/err.h"
#include "base/keyval.h"
#include "base/strbuf.h"
#include "cmdline/cmdline.h"
#include "cmdline/prop.h"
#include "spec/spec.h"

/* When an option takes effect; within a phase in the order given. */
enum cmdline_phase {
	CMDLINE_PHASE_MACHINE, /* board, CPUs, memory size: others are checked against them */
	CMDLINE_PHASE_OBJECT,
	CMDLINE_PHASE_CELL,
	CMDLINE_PHASE_REST,
	CMDLINE_PHASE_COUNT,
};

enum cmdline_group {
	CMDLINE_GROUP_STANDARD,
	CMDLINE_GROUP_MEMORY,
	CMDLINE_GROUP_BOOT,
	CMDLINE_GROUP_CHARDEV,
	CMDLINE_GROUP_PROGRAM,
	CMDLINE_GROUP_COUNT,
};

struct cmdline_parser {
	struct vm_spec *spec;
	struct cmdline_action *action;
	bool has_serial, has_monitor; /* given: no default with -nographic */
	bool has_smp;
	unsigned int n_compat_monitors; /* -qmp and -monitor, to number their chardevs */
};

/* One line of "-opt help" for options whose first word is a choice. */
struct cmdline_choice {
	const char *name;
	const char *help;
};

struct cmdline_option {
	const char *name;
	const char *alias; /* second name, or NULL */
	const char *arg;   /* NULL: no argument; else its form for the help text */
	const char *help;
	enum cmdline_group group;
	enum cmdline_phase phase;
	size_t offset; /* of a bool or string in struct vm_spec, for the plain read functions */
	/* Property tables; NULL-terminated. One table and no type_key, or one per type. */
	const struct cmdline_props *const *props;
	const char *type_key;		      /* "qom-type", "type", "backend": names the table */
	const struct cmdline_choice *choices; /* ends with a NULL name */
	int (*read)(struct cmdline_parser *parser, const struct cmdline_option *option,
		    const char *arg, struct err *err);
	/* Appends to argv what gives this part of the spec; NULL: never printed. */
	int (*print)(const struct vm_spec *spec, const struct cmdline_option *option,
		     struct cmdline_argv *argv);
};

extern const struct cmdline_option cmdline_options[];
extern const size_t cmdline_n_options;

/* Known without dashes; NULL when there is none. */
const struct cmdline_option *cmdline_option_find(const char *name);

/*
 * Reads "TYPE,key=value" or JSON for an option with tables: picks the table (-EINVAL: no such type)
 * and leaves the properties without the type in *ret_list.
 */
int cmdline_option_list(const struct cmdline_option *option, const char *arg,
			const struct cmdline_props **ret_props, struct keyval *ret_list,
			struct err *err) __attribute__((warn_unused_result));

/* Appends "-name" and, unless NULL, arg. -ENOMEM. */
int cmdline_argv_add(struct cmdline_argv *argv, const char *name, const char *arg)
	__attribute__((warn_unused_result));
/* The same with the text of arg, which it empties. */
int cmdline_argv_add_text(struct cmdline_argv *argv, const char *name, struct strbuf *arg)
	__attribute__((warn_unused_result));

/* The text of "-option help" or, with props, of "-option TYPE,help". */
char *cmdline_option_help(const struct cmdline_option *option, const struct cmdline_props *props);

/* ---- the tables and functions of each subject, for options.c ---- */

typedef int cmdline_read_fn(struct cmdline_parser *parser, const struct cmdline_option *option,
			    const char *arg, struct err *err);
typedef int cmdline_print_fn(const struct vm_spec *spec, const struct cmdline_option *option,
			     struct cmdline_argv *argv);

/* option_plain.c: flags, strings, options with one accepted value */
cmdline_read_fn cmdline_read_flag, cmdline_read_string, cmdline_read_ignored, cmdline_read_choice;
cmdline_read_fn cmdline_read_help, cmdline_read_version, cmdline_read_dump_plan;
cmdline_print_fn cmdline_print_flag, cmdline_print_string;

/* option_machine.c */
extern const struct cmdline_props *const cmdline_machine_props[],
	*const cmdline_accel_props[], *const cmdline_cpu_props[], *const cmdline_smp_props[];
extern const struct cmdline_choice cmdline_machine_choices[], cmdline_cpu_choices[],
	cmdline_accel_choices[];
cmdline_read_fn cmdline_read_machine, cmdline_read_accel, cmdline_read_cpu, cmdline_read_smp;
cmdline_print_fn cmdline_print_machine, cmdline_print_accel, cmdline_print_cpu, cmdline_print_smp;

/* option_memory.c */
extern const struct cmdline_props *const cmdline_m_props[],
	*const cmdline_object_props[], *const cmdline_overcommit_props[];
cmdline_read_fn cmdline_read_m, cmdline_read_object, cmdline_read_overcommit;
cmdline_print_fn cmdline_print_m, cmdline_print_object, cmdline_print_overcommit;

/* option_numa.c */
extern const struct cmdline_props *const cmdline_numa_props[];
cmdline_read_fn cmdline_read_numa;
cmdline_print_fn cmdline_print_numa;
/* One more than the highest vCPU that this "-numa" argument names; 0: none. */
unsigned int cmdline_numa_vcpus(const char *arg);

/* option_chardev.c */
extern const struct cmdline_props *const cmdline_chardev_props[], *const cmdline_mon_props[];
cmdline_read_fn cmdline_read_chardev, cmdline_read_serial, cmdline_read_mon, cmdline_read_qmp,
	cmdline_read_qmp_pretty, cmdline_read_monitor;
cmdline_print_fn cmdline_print_chardev, cmdline_print_serial, cmdline_print_mon,
	cmdline_print_monitor;
/* The serial port and monitor that -nographic brings when none was asked for. */
int cmdline_default_serial(struct cmdline_parser *parser, struct err *err)
	__attribute__((warn_unused_result));

/* option_device.c */
extern const struct cmdline_choice cmdline_device_choices[];
cmdline_read_fn cmdline_read_device;

/* option_program.c */
extern const struct cmdline_props *const cmdline_name_props[],
	*const cmdline_rtc_props[], *const cmdline_boot_props[],
					    *const cmdline_action_props[],
						    *const cmdline_msg_props[],
							    *const cmdline_sandbox_props[];
cmdline_read_fn cmdline_read_name, cmdline_read_uuid, cmdline_read_rtc, cmdline_read_boot,
	cmdline_read_option_action, cmdline_read_msg, cmdline_read_sandbox;
cmdline_print_fn cmdline_print_name, cmdline_print_rtc, cmdline_print_msg, cmdline_print_sandbox,
	cmdline_print_display;

#endif
