/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a running domain: states, commands, what happens at its end. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "domain/domain.h"
#include "domains.h"

static struct json *args(const char *name, const char *value)
{
	struct json *object = json_new_object();

	json_set_string(object, name, value);
	return object;
}

static void a_domain_runs_and_is_destroyed(void **state)
{
	(void)state;
	domains_start("a", NULL, NULL);
	assert_string_equal(domains_state("a"), "running booted");
	domains_call("a", "destroy", NULL);
	assert_string_equal(domains_state("a"), "none");
	domains_assert_gone("a");
}

static void it_is_suspended_and_resumed(void **state)
{
	(void)state;
	domains_start("a", NULL, NULL);
	domains_call("a", "suspend", NULL);
	assert_string_equal(domains_state("a"), "paused user");
	domains_call("a", "resume", NULL);
	assert_string_equal(domains_state("a"), "running unpaused");
	domains_call("a", "reset", NULL);
	assert_string_equal(domains_state("a"), "running unpaused");
	domains_call("a", "destroy", NULL);
}

static void a_shutdown_by_the_guest_ends_it(void **state)
{
	(void)state;
	domains_start("a", NULL, NULL);
	domains_call("a", "shutdown", NULL);
	domains_wait_state("a", "none");
	domains_assert_gone("a");
}

static int64_t vmm_pid(const char *name)
{
	AUTO(json) info = domains_ask(name, "info", NULL);
	int64_t pid = 0;

	assert_int_equal(json_get_i64(info, "vmm-pid", &pid, NULL), 0);
	return pid;
}

static void wait_new_vmm(const char *name, int64_t old)
{
	for (int i = 0; i < 1000; i++) {
		struct manager_domain domain = { 0 };

		assert_int_equal(manager_find(domains_manager, name, &domain, NULL), 0);
		if (domain.vmm_pid && domain.vmm_pid != old && domain.state == MANAGER_RUNNING) {
			manager_domain_fini(&domain);
			return;
		}
		manager_domain_fini(&domain);
		usleep(5000);
	}
	fail_msg("no restart");
}

static void on_poweroff_restart_makes_a_new_vmm(void **state)
{
	int64_t old;

	(void)state;
	domains_start("a", NULL, "<on_poweroff>restart</on_poweroff>");
	old = vmm_pid("a");
	domains_guest("a", "shutdown");
	wait_new_vmm("a", old);
	assert_string_equal(domains_state("a"), "running booted");
	domains_call("a", "destroy", NULL);
	domains_assert_gone("a");
}

static void reboot_is_a_shutdown_and_a_start(void **state)
{
	int64_t old;

	(void)state;
	domains_start("a", NULL, NULL);
	old = vmm_pid("a");
	domains_call("a", "reboot", NULL);
	wait_new_vmm("a", old);
	domains_call("a", "destroy", NULL);
}

static void on_poweroff_preserve_keeps_the_vmm(void **state)
{
	(void)state;
	domains_start("a", NULL, "<on_poweroff>preserve</on_poweroff>");
	domains_guest("a", "shutdown");
	domains_wait_state("a", "paused shutting down");
	domains_call("a", "destroy", NULL);
	domains_assert_gone("a");
}

static void on_reboot_destroy_ends_it(void **state)
{
	(void)state;
	domains_start("a", NULL, "<on_reboot>destroy</on_reboot>");
	domains_guest("a", "reset");
	domains_wait_state("a", "none");
	domains_assert_gone("a");
}

static void on_crash_is_followed(void **state)
{
	int64_t old;

	(void)state;
	domains_start("a", NULL, "<on_crash>destroy</on_crash>");
	domains_guest("a", "panic");
	domains_wait_state("a", "none");
	domains_start("a", NULL, "<on_crash>preserve</on_crash>");
	domains_guest("a", "panic");
	domains_wait_state("a", "crashed panicked");
	domains_call("a", "destroy", NULL);
	domains_start("a", NULL, "<on_crash>restart</on_crash>");
	old = vmm_pid("a");
	domains_guest("a", "crash");
	wait_new_vmm("a", old);
	domains_call("a", "destroy", NULL);
	domains_assert_gone("a");
}

static void a_domain_that_crashes_at_once_is_not_restarted_for_ever(void **state)
{
	(void)state;
	domains_start("a", NULL, "<on_crash>restart</on_crash>");
	for (int i = 0; i < 12 && strcmp(domains_state("a"), "none") != 0; i++) {
		domains_guest("a", "crash");
		usleep(100000);
	}
	domains_wait_state("a", "none");
	domains_assert_gone("a");
}

static void sigterm_to_the_supervisor_destroys(void **state)
{
	struct manager_domain domain = { 0 };

	(void)state;
	domains_start("a", NULL, NULL);
	assert_int_equal(manager_find(domains_manager, "a", &domain, NULL), 0);
	kill(domain.supervisor_pid, SIGTERM);
	manager_domain_fini(&domain);
	domains_wait_state("a", "none");
	domains_assert_gone("a");
}

static void a_vmm_that_ignores_sigterm_is_killed_unless_graceful(void **state)
{
	struct manager_domain domain = { 0 };
	struct json *graceful = json_new_object();
	struct err err = ERR_INIT;

	(void)state;
	domains_start("a", "stub.deaf", NULL);
	assert_int_equal(manager_find(domains_manager, "a", &domain, NULL), 0);
	json_set_bool(graceful, "graceful", true);
	assert_int_equal(manager_call(domains_manager, &domain, "destroy", graceful, NULL, &err),
			 -EBUSY);
	assert_string_equal(domains_state("a"), "running booted");
	domains_call("a", "destroy", NULL);
	manager_domain_fini(&domain);
	domains_assert_gone("a");
}

static void info_tells_of_threads_and_limits(void **state)
{
	AUTO(json) info = NULL;
	const struct json *vcpus, *vcpu;
	const char *text;
	uint64_t number;

	(void)state;
	domains_start("a", NULL, NULL);
	info = domains_ask("a", "info", NULL);
	assert_int_equal(json_get_array(info, "vcpus", &vcpus, NULL), 0);
	assert_int_equal(json_length(vcpus), 2);
	vcpu = json_at(vcpus, 1);
	assert_int_equal(json_get_u64(vcpu, "vcpu", &number, NULL), 0);
	assert_int_equal(number, 1);
	assert_int_equal(json_get_string(vcpu, "cpus", &text, NULL), 0);
	assert_string_not_equal(text, "");
	assert_int_equal(json_get_u64(info, "memory-max-kib", &number, NULL), 0);
	assert_int_equal(number, 65536);
	assert_int_equal(json_get_string(info, "cgroup", &text, NULL), 0);
	assert_string_equal(text, "");
	assert_null(json_member(info, "numatune"));
	domains_call("a", "destroy", NULL);
}

static void a_pin_is_seen_by_the_thread_and_in_the_live_xml(void **state)
{
	struct manager_domain domain = { 0 };
	struct json *pin = args("cpulist", "0");
	autofree char *xml = NULL;
	AUTO(json) info = NULL;
	const struct json *vcpus;
	const char *text;

	(void)state;
	domains_start("a", NULL, NULL);
	json_set_u64(pin, "vcpu", 1);
	domains_call("a", "vcpupin", pin);
	domains_call("a", "emulatorpin", args("cpulist", "0"));
	info = domains_ask("a", "info", NULL);
	assert_int_equal(json_get_array(info, "vcpus", &vcpus, NULL), 0);
	assert_int_equal(json_get_string(json_at(vcpus, 1), "cpus", &text, NULL), 0);
	assert_string_equal(text, "0");
	assert_int_equal(manager_find(domains_manager, "a", &domain, NULL), 0);
	assert_int_equal(manager_xml(domains_manager, &domain, false, &xml, NULL), 0);
	assert_non_null(strstr(xml, "<vcpupin vcpu='1' cpuset='0'/>"));
	assert_non_null(strstr(xml, "<emulatorpin cpuset='0'/>"));
	manager_domain_fini(&domain);
	domains_call("a", "destroy", NULL);
}

static void numatune_without_a_cgroup_says_why(void **state)
{
	struct manager_domain domain = { 0 };
	struct err err = ERR_INIT;

	(void)state;
	domains_start("a", NULL, NULL);
	assert_int_equal(manager_find(domains_manager, "a", &domain, NULL), 0);
	assert_true(manager_call(domains_manager, &domain, "numatune", args("nodeset", "0"), NULL,
				 &err) < 0);
	assert_string_equal(err.message, geteuid()
						 ? "Requested operation is not valid: NUMA tuning "
						   "is not available in session mode"
						 : "Requested operation is not valid: cgroup "
						   "cpuset controller is not mounted");
	assert_true(manager_call(domains_manager, &domain, "dance", NULL, NULL, &err) < 0);
	assert_string_equal(err.message, "unknown command 'dance'");
	manager_domain_fini(&domain);
	domains_call("a", "destroy", NULL);
}

static void a_paused_start_stays_paused(void **state)
{
	struct domain_spec *domain = domains_make("a", NULL, NULL);

	(void)state;
	assert_int_equal(manager_start(domains_manager, domain, false, MANAGER_START_PAUSED, NULL,
				       NULL, NULL, NULL),
			 0);
	domain_free(domain);
	assert_string_equal(domains_state("a"), "paused starting up");
	domains_call("a", "resume", NULL);
	assert_string_equal(domains_state("a"), "running unpaused");
	domains_call("a", "destroy", NULL);
}

static void autodestroy_ends_with_the_starter(void **state)
{
	struct domain_spec *domain = domains_make("a", NULL, NULL);
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0)
		_exit(manager_start(domains_manager, domain, false, MANAGER_START_AUTODESTROY, NULL,
				    NULL, NULL, NULL) < 0);
	domain_free(domain);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	domains_wait_state("a", "none");
	domains_assert_gone("a");
}

/* The exit status of manager_start() in a process of its own. */
static int foreground_status(const char *does)
{
	struct domain_spec *domain = domains_make("a", NULL, NULL);
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (manager_start(domains_manager, domain, false, MANAGER_START_FOREGROUND, NULL,
				  NULL, &status, NULL) < 0)
			status = 9;
		_exit(status);
	}
	domain_free(domain);
	domains_wait_state("a", "running booted");
	if (!strcmp(does, "SIGINT"))
		kill(pid, SIGINT);
	else
		domains_guest("a", does);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	domains_assert_gone("a");
	return status;
}

static void a_foreground_start_lasts_as_long_as_the_domain(void **state)
{
	(void)state;
	assert_int_equal(foreground_status("shutdown"), 0);
	assert_int_equal(foreground_status("SIGINT"), 0);
	assert_int_equal(foreground_status("crash"), 1 << 8);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_domain_runs_and_is_destroyed),
		cmocka_unit_test(it_is_suspended_and_resumed),
		cmocka_unit_test(a_shutdown_by_the_guest_ends_it),
		cmocka_unit_test(on_poweroff_restart_makes_a_new_vmm),
		cmocka_unit_test(reboot_is_a_shutdown_and_a_start),
		cmocka_unit_test(on_poweroff_preserve_keeps_the_vmm),
		cmocka_unit_test(on_reboot_destroy_ends_it),
		cmocka_unit_test(on_crash_is_followed),
		cmocka_unit_test(a_domain_that_crashes_at_once_is_not_restarted_for_ever),
		cmocka_unit_test(sigterm_to_the_supervisor_destroys),
		cmocka_unit_test(a_vmm_that_ignores_sigterm_is_killed_unless_graceful),
		cmocka_unit_test(info_tells_of_threads_and_limits),
		cmocka_unit_test(a_pin_is_seen_by_the_thread_and_in_the_live_xml),
		cmocka_unit_test(numatune_without_a_cgroup_says_why),
		cmocka_unit_test(a_paused_start_stays_paused),
		cmocka_unit_test(a_foreground_start_lasts_as_long_as_the_domain),
		cmocka_unit_test(autodestroy_ends_with_the_starter),
	};

	domains_main_args(argc, argv);
	return cmocka_run_group_tests(tests, domains_setup, domains_teardown);
}
