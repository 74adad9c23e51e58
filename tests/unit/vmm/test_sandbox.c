/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers vmm/sandbox.h: every group of system calls is denied when asked for, and only then. Each case
 * runs in a child, because there is no way back.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "vmm/sandbox.h"

enum {
	KILLED = 128 + SIGSYS,
	NOT_DENIED = 0,
};

static const struct spec_sandbox plain = { .enable = true, .obsolete = SPEC_SANDBOX_DENY };
static const struct spec_sandbox no_obsolete = { .enable = true };
static const struct spec_sandbox off = {
	.obsolete = SPEC_SANDBOX_DENY,
	.spawn = SPEC_SANDBOX_DENY,
};
static const struct spec_sandbox all = {
	.enable = true,
	.obsolete = SPEC_SANDBOX_DENY,
	.elevateprivileges = SPEC_SANDBOX_DENY,
	.spawn = SPEC_SANDBOX_DENY,
	.resourcecontrol = SPEC_SANDBOX_DENY,
};

/* What becomes of a child in the sandbox that makes this call: 128 + signal, or errno, or 0. */
static int fate(const struct spec_sandbox *sandbox, int (*act)(void))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		if (sandbox_enter(sandbox, NULL) < 0)
			_exit(99);
		_exit(act());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The arguments are wrong on purpose: a call that is allowed fails with an errno of its own. */
static int act_obsolete(void)
{
	return syscall(SYS_ustat, 0, NULL) < 0 ? errno : 0;
}

static int act_mount(void)
{
	return syscall(SYS_mount, NULL, NULL, NULL, 0, NULL) < 0 ? errno : 0;
}

static int act_setuid(void)
{
	return syscall(SYS_setuid, getuid()) < 0 ? errno : 0;
}

static int act_fork(void)
{
	pid_t child = (pid_t)syscall(SYS_fork);

	if (child == 0)
		_exit(0);
	return child < 0 ? errno : 0;
}

static int act_clone_process(void)
{
	long child = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);

	if (child == 0)
		_exit(0);
	return child < 0 ? errno : 0;
}

static int act_exec(void)
{
	return syscall(SYS_execve, "/nonexistent", NULL, NULL) < 0 ? errno : 0;
}

static void *nothing(void *opaque)
{
	return opaque;
}

static int act_thread(void)
{
	pthread_t thread;
	int ret = pthread_create(&thread, NULL, nothing, NULL);

	return ret ? ret : pthread_join(thread, NULL);
}

static int act_priority(void)
{
	return setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0)) < 0 ? errno : 0;
}

static int act_affinity(void)
{
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0)
		return 98;
	return sched_setaffinity(0, sizeof(cpus), &cpus) < 0 ? errno : 0;
}

static int act_x32(void)
{
	return syscall(0x40000000 + SYS_getpid) < 0 ? errno : 0;
}

static int act_new_privileges(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	int value = 1;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "NoNewPrivs:", 11))
			value = strchr(line, '1') == NULL;
	if (file)
		fclose(file);
	return value;
}

static void groups_are_denied(void **state)
{
	(void)state;
	assert_int_equal(fate(&plain, act_obsolete), KILLED);
	assert_int_equal(fate(&plain, act_mount), KILLED);
	assert_int_equal(fate(&plain, act_x32), KILLED);
	assert_int_equal(fate(&all, act_setuid), KILLED);
	assert_int_equal(fate(&all, act_fork), KILLED);
	assert_int_equal(fate(&all, act_clone_process), KILLED);
	assert_int_equal(fate(&all, act_exec), KILLED);
	assert_int_equal(fate(&all, act_priority), EPERM);
	assert_int_equal(fate(&all, act_affinity), EPERM);
	assert_int_equal(fate(&plain, act_new_privileges), 0);
}

static void what_was_not_asked_for_is_allowed(void **state)
{
	(void)state;
	assert_int_not_equal(fate(&no_obsolete, act_obsolete), KILLED);
	assert_int_equal(fate(&plain, act_setuid), NOT_DENIED);
	assert_int_equal(fate(&plain, act_fork), NOT_DENIED);
	assert_int_equal(fate(&plain, act_clone_process), NOT_DENIED);
	assert_int_equal(fate(&plain, act_exec), ENOENT);
	assert_int_equal(fate(&plain, act_priority), NOT_DENIED);
	assert_int_equal(fate(&plain, act_affinity), NOT_DENIED);
}

static void threads_may_be_made_although_processes_may_not(void **state)
{
	(void)state;
	assert_int_equal(fate(&all, act_thread), 0);
}

static void off_means_off(void **state)
{
	(void)state;
	assert_int_equal(fate(&off, act_fork), NOT_DENIED);
	assert_int_not_equal(fate(&off, act_obsolete), KILLED);
}

static pthread_barrier_t entered;

static void *forks_later(void *opaque)
{
	(void)opaque;
	pthread_barrier_wait(&entered);
	act_fork();
	return NULL;
}

/* A thread that exists already is inside as well. */
static int act_enter_with_a_thread(void)
{
	pthread_t thread;

	pthread_barrier_init(&entered, NULL, 2);
	if (pthread_create(&thread, NULL, forks_later, NULL))
		return 97;
	if (sandbox_enter(&all, NULL) < 0)
		return 96;
	pthread_barrier_wait(&entered);
	pthread_join(thread, NULL);
	return 0;
}

static void all_threads_are_inside(void **state)
{
	(void)state;
	assert_int_equal(fate(&off, act_enter_with_a_thread), KILLED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_are_denied),
		cmocka_unit_test(what_was_not_asked_for_is_allowed),
		cmocka_unit_test(threads_may_be_made_although_processes_may_not),
		cmocka_unit_test(off_means_off),
		cmocka_unit_test(all_threads_are_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
