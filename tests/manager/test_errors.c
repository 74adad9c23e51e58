/* SPDX-License-Identifier: Apache-2.0 */
/* What keeps a domain from running is told in one exact line, and then nothing is left. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "domain/domain.h"
#include "domains.h"

#define EXITED "internal error: process exited while connecting to monitor: "

static void assert_start_error(const char *append, const char *more, const char *text)
{
	assert_string_equal(domains_start_error("e", append, more), text);
	domains_assert_gone("e");
	assert_string_equal(domains_state("e"), "none");
}

static void a_vmm_that_ends_at_once_is_quoted(void **state)
{
	(void)state;
	assert_start_error("stub.die=args", NULL, EXITED "stubvmm: told to end at args");
}

static void each_step_has_its_error(void **state)
{
	(void)state;
	assert_start_error("stub.die=socket", NULL, EXITED "stubvmm: told to end at socket");
	assert_start_error("stub.die=greeting", NULL, EXITED "stubvmm: told to end at greeting");
	assert_start_error("stub.die=query-cpus-fast", NULL,
			   EXITED "stubvmm: told to end at query-cpus-fast");
	assert_start_error("stub.die=cont", NULL, EXITED "stubvmm: told to end at cont");
}

static void a_signal_is_no_silence(void **state)
{
	(void)state;
	assert_start_error("stub.die=socket stub.signal=9", NULL,
			   EXITED "stubvmm: told to end at socket");
}

static void what_needs_a_cgroup_is_refused_without_one(void **state)
{
	(void)state;
	assert_non_null(strstr(
		domains_start_error(
			"e", NULL, "<numatune><memory mode='restrictive' nodeset='0'/></numatune>"),
		"cgroup cpuset controller is not mounted"));
	domains_assert_gone("e");
	assert_non_null(
		strstr(domains_start_error("e", NULL,
					   "<numatune><memory mode='strict' migratable='yes' "
					   "nodeset='0'/></numatune>"),
		       "cgroup cpuset controller is not mounted"));
	assert_non_null(strstr(
		domains_start_error("e", NULL,
				    "<memtune><hard_limit unit='GiB'>1</hard_limit></memtune>"),
		"Memory cgroup is not available on this host"));
	assert_non_null(
		strstr(domains_start_error("e", NULL, "<cputune><shares>2048</shares></cputune>"),
		       "cgroup cpu is required for scheduler tuning"));
	domains_assert_gone("e");
}

static int progress_lines;
static char progress_text[4096];

static void on_progress(void *context, const char *line)
{
	(void)context;
	progress_lines++;
	snprintf(progress_text + strlen(progress_text),
		 sizeof(progress_text) - strlen(progress_text), "%s\n", line);
}

static void what_a_cgroup_would_add_is_told_once(void **state)
{
	struct domain_spec *domain =
		domains_make("e", NULL, "<numatune><memory mode='strict' nodeset='0'/></numatune>");
	struct err err = ERR_INIT;
	char *first;

	(void)state;
	if (manager_start(domains_manager, domain, false, 0, on_progress, NULL, NULL, &err) < 0)
		fail_msg("%s", err.message);
	domain_free(domain);
	first = strstr(progress_text, "without a cgroup (cpuset)");
	assert_non_null(first);
	assert_null(strstr(first + 1, "without a cgroup (cpuset)"));
	domains_call("e", "destroy", NULL);
}

static void a_node_that_is_not_there_is_libvirts_error(void **state)
{
	(void)state;
	assert_start_error(NULL, "<numatune><memory mode='strict' nodeset='999'/></numatune>",
			   "unsupported configuration: NUMA node 999 is unavailable");
}

static void a_second_start_is_refused(void **state)
{
	(void)state;
	domains_start("e", NULL, NULL);
	assert_non_null(strstr(domains_start_error("e", NULL, NULL), "domain 'e' already exists"));
	domains_call("e", "destroy", NULL);
}

static void names_that_are_no_file_names_are_refused(void **state)
{
	(void)state;
	assert_non_null(strstr(domains_start_error(".a", NULL, NULL), "cannot begin with '.'"));
	assert_non_null(
		strstr(domains_start_error(
			       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			       "aaaaaaaaaaaaaaaaaaaaaaaa",
			       NULL, NULL),
		       "is too long"));
}

static void calls_to_what_does_not_run_are_refused(void **state)
{
	struct manager_domain domain = { .name = strdup("nobody"), .id = -1 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(manager_call(domains_manager, &domain, "info", NULL, NULL, &err), -ESRCH);
	assert_string_equal(err.message, "Requested operation is not valid: domain is not running");
	domain.id = 3;
	assert_int_equal(manager_call(domains_manager, &domain, "info", NULL, NULL, &err), -ESRCH);
	manager_domain_fini(&domain);
}

/* Sends text to the control socket, returns what comes back. */
static const char *control_says(const char *text)
{
	static char answer[4096];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval timeout = { .tv_sec = 10 };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ssize_t n;

	manager_runtime_path(domains_manager, "e", "control.sock", address.sun_path,
			     sizeof(address.sun_path));
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	n = read(fd, answer, sizeof(answer) - 1);
	answer[n > 0 ? n : 0] = '\0';
	close(fd);
	return answer;
}

static void the_control_socket_survives_what_is_no_request(void **state)
{
	int many[40];

	(void)state;
	domains_start("e", NULL, NULL);
	assert_non_null(strstr(control_says("}{ nonsense\n"), "JSON parse error"));
	assert_non_null(strstr(control_says("[1]\n"), "a request is an object"));
	assert_non_null(strstr(control_says("{\"execute\": 3}\n"), "expected: string"));
	assert_non_null(strstr(control_says("{\"execute\": \"vcpupin\"}\n"),
			       "Parameter 'vcpu' is missing"));
	/* More clients than it serves, who say nothing and go. */
	for (size_t i = 0; i < 40; i++) {
		struct sockaddr_un address = { .sun_family = AF_UNIX };

		manager_runtime_path(domains_manager, "e", "control.sock", address.sun_path,
				     sizeof(address.sun_path));
		many[i] = socket(AF_UNIX, SOCK_STREAM, 0);
		assert_int_equal(connect(many[i], (struct sockaddr *)&address, sizeof(address)), 0);
	}
	for (size_t i = 0; i < 40; i++)
		close(many[i]);
	domains_call("e", "info", NULL);
	domains_call("e", "destroy", NULL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vmm_that_ends_at_once_is_quoted),
		cmocka_unit_test(each_step_has_its_error),
		cmocka_unit_test(a_signal_is_no_silence),
		cmocka_unit_test(what_needs_a_cgroup_is_refused_without_one),
		cmocka_unit_test(what_a_cgroup_would_add_is_told_once),
		cmocka_unit_test(a_node_that_is_not_there_is_libvirts_error),
		cmocka_unit_test(a_second_start_is_refused),
		cmocka_unit_test(names_that_are_no_file_names_are_refused),
		cmocka_unit_test(the_control_socket_survives_what_is_no_request),
		cmocka_unit_test(calls_to_what_does_not_run_are_refused),
	};

	domains_main_args(argc, argv);
	return cmocka_run_group_tests(tests, domains_setup, domains_teardown);
}
