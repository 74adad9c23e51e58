/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGKILL to the VMM, the supervisor or the starter at random points: the next command finds the truth,
 * nothing is left, and the next start works.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "domain/domain.h"
#include "domains.h"

#define ROUNDS 50

static pid_t kill_pid(const char *which)
{
	struct manager_domain domain = { 0 };
	pid_t pid = 0;

	if (manager_find(domains_manager, "c", &domain, NULL) == 0) {
		pid = !strcmp(which, "vmm") ? domain.vmm_pid : domain.supervisor_pid;
		if (pid > 0)
			kill(pid, SIGKILL);
	}
	manager_domain_fini(&domain);
	return pid;
}

static void a_killed_supervisor_takes_the_vmm_along(void **state)
{
	(void)state;
	domains_start("c", NULL, NULL);
	assert_true(kill_pid("supervisor") > 0);
	domains_wait_state("c", "none");
	domains_assert_gone("c");
	domains_start("c", NULL, NULL);
	domains_call("c", "destroy", NULL);
}

static void a_killed_vmm_ends_the_domain(void **state)
{
	struct domain_spec *spec = domains_make("c", NULL, NULL);
	struct manager_domain domain = { 0 };

	(void)state;
	assert_int_equal(manager_define(domains_manager, spec, &domain, NULL), 0);
	assert_int_equal(manager_start(domains_manager, spec, true, 0, NULL, NULL, NULL, NULL), 0);
	assert_true(kill_pid("vmm") > 0);
	domains_wait_state("c", "shut off crashed");
	domains_assert_gone("c");
	assert_int_equal(manager_undefine(domains_manager, &domain, NULL), 0);
	manager_domain_fini(&domain);
	domain_free(spec);
}

static void a_killed_starter_leaves_no_half_domain(void **state)
{
	struct domain_spec *spec = domains_make("c", "stub.slow=300", NULL);
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(manager_start(domains_manager, spec, false, 0, NULL, NULL, NULL, NULL) < 0);
	domain_free(spec);
	usleep(150000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	domains_wait_state("c", "none");
	domains_assert_gone("c");
}

static unsigned int seed;

static unsigned int below(unsigned int limit)
{
	seed = seed * 1103515245u + 12345u;
	return seed / 65536u % limit;
}

/* A start in a process of its own, and a victim. */
static void round_of(unsigned int victim, unsigned int delay_us)
{
	struct domain_spec *spec = domains_make("c", NULL, NULL);
	pid_t pid = fork();

	if (pid == 0)
		_exit(manager_start(domains_manager, spec, false, 0, NULL, NULL, NULL, NULL) < 0);
	domain_free(spec);
	usleep(delay_us);
	if (victim == 0)
		kill(pid, SIGKILL);
	else
		kill_pid(victim == 1 ? "vmm" : "supervisor");
	waitpid(pid, NULL, 0);
	/* Too late to hit the start: that is right, too. */
	usleep(20000);
	if (!strcmp(domains_state("c"), "running booted"))
		kill_pid("supervisor");
	domains_wait_state("c", "none");
	domains_assert_gone("c");
}

static void random_kills_leave_nothing(void **state)
{
	(void)state;
	seed = (unsigned int)time(NULL);
	print_message("seed %u\n", seed);
	for (unsigned int i = 0; i < ROUNDS; i++)
		round_of(i % 3, below(60000));
	domains_start("c", NULL, NULL);
	domains_call("c", "destroy", NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_killed_supervisor_takes_the_vmm_along),
		cmocka_unit_test(a_killed_vmm_ends_the_domain),
		cmocka_unit_test(a_killed_starter_leaves_no_half_domain),
		cmocka_unit_test(random_kills_leave_nothing),
	};

	domains_main_args(argc, argv);
	return cmocka_run_group_tests(tests, domains_setup, domains_teardown);
}
