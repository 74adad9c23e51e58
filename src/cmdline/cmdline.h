/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: QEMU-style argv <-> struct vm_spec, both directions from one option table.
 *
 *	struct cmdline_action action = CMDLINE_ACTION_INIT;
 *	struct vm_spec *spec = NULL;
 *
 *	ret = cmdline_parse(argc, argv, &spec, &action, &err);
 *	if (ret < 0)			// print "terrace-vmm: " and err_text(&err)
 *	...
 *	switch (action.kind) ...	// CMDLINE_TEXT: print action.text, exit 0
 *
 * Syntax and texts are QEMU's wherever it has the option ("-opt value", "--opt value"; QEMU manual,
 * "Invocation"). Options that this program knows but cannot honour are refused by name.
 * Threads: pure functions; the tables are const.
 */
#ifndef TERRACE_CMDLINE_CMDLINE_H
#define TERRACE_CMDLINE_CMDLINE_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "spec/spec.h"

enum cmdline_action_kind {
	CMDLINE_RUN,	   /* start the machine */
	CMDLINE_DUMP_PLAN, /* -dump-plan: print the plan as JSON, exit 0 */
	CMDLINE_TEXT,	   /* help or version: print text as it is, exit 0; there is no spec */
};

struct cmdline_action {
	enum cmdline_action_kind kind;
	char *text; /* CMDLINE_TEXT; owned */
};

#define CMDLINE_ACTION_INIT ((struct cmdline_action){ 0 })
void cmdline_action_fini(struct cmdline_action *action);

/* An argument vector; argv[0 .. argc - 1] are owned strings, without the program's name. */
struct cmdline_argv {
	char **argv;
	int argc;
};

#define CMDLINE_ARGV_INIT ((struct cmdline_argv){ 0 })
void cmdline_argv_fini(struct cmdline_argv *argv);
#define AUTO_CMDLINE_ARGV(name) \
	__attribute__((cleanup(cmdline_argv_fini))) struct cmdline_argv name = CMDLINE_ARGV_INIT

/*
 * Reads argv[1 .. argc - 1] into a completed spec (*ret_spec: spec_free). With CMDLINE_TEXT
 * *ret_spec is NULL. Both outputs are untouched on failure. Options take effect by group, as in
 * QEMU: the machine, objects, cells, the rest; within a group in the order given.
 *
 * spec->warnings holds what is accepted but probably not meant: print each after "warning: ".
 * -EINVAL with the option as typed as subject ("-numa node,nodeid=0"), -ENOMEM.
 */
int cmdline_parse(int argc, char *const argv[], struct vm_spec **ret_spec,
		  struct cmdline_action *ret_action, struct err *err)
	__attribute__((warn_unused_result));

/*
 * The command line that gives this spec, defaults left out. For a completed spec, parsing it again
 * and printing gives the same line. *ret_argv: cmdline_argv_fini. -ENOMEM.
 */
int cmdline_print(const struct vm_spec *spec, struct cmdline_argv *ret_argv, struct err *err)
	__attribute__((warn_unused_result));

/* The text of -help, in groups like QEMU's; NULL when memory ran out. Owned by the caller. */
char *cmdline_help(void);

#endif
