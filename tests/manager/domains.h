/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domains whose VMM is a stand-in, in directories of their own: for tests of the manager as a whole.
 *
 * Each test program has one temporary folder with config, runtime and log directories below it, and
 * no cgroup. Failures are cmocka's assertions.
 */
#ifndef TERRACE_TESTS_MANAGER_DOMAINS_H
#define TERRACE_TESTS_MANAGER_DOMAINS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "manager/manager.h"

/* Sets the directories; the stand-in's path is the test's argument. Group setup and teardown. */
void domains_main_args(int argc, char **argv);
int domains_setup(void **state);
int domains_teardown(void **state);

extern struct manager *domains_manager;
/* Of the test program's folder. */
const char *domains_dir(void);

/*
 * A domain of 2 vCPUs. append: words for the stand-in; more: elements below <domain>. domain_free()
 * it.
 */
struct domain_spec *domains_make(const char *name, const char *append, const char *more);

/* Starts it; fails the test with the error's text. */
void domains_start(const char *name, const char *append, const char *more);
/* Starts it and expects an error; returns its text, valid until the next call. */
const char *domains_start_error(const char *name, const char *append, const char *more);

/* "running booted", "shut off destroyed", or "none". */
const char *domains_state(const char *name);
/* Waits up to 10 s for that. */
void domains_wait_state(const char *name, const char *state);

/* A command without an answer that matters; fails the test with its error. */
void domains_call(const char *name, const char *command, struct json *arguments);
/* Its answer; json_free() it. */
struct json *domains_ask(const char *name, const char *command, struct json *arguments);
/* {"does": what} through the QMP passthrough. An error is no failure: the VMM may be gone. */
void domains_guest(const char *name, const char *does);

/* Nothing of the domain is left: directory, sockets, processes. */
void domains_assert_gone(const char *name);

#endif
