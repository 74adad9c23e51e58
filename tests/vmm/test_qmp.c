/* SPDX-License-Identifier: Apache-2.0 */
/* QMP of the whole program: framing, several clients, and what the query commands say. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "machine.h"

#define MORE(...) ((const char *[]){ __VA_ARGS__, NULL })

static void quit(struct machine *m)
{
	machine_do(m, "{'execute': 'quit'}");
	machine_events_to_end(m);
	machine_end(m, 0);
}

static void several_commands_in_one_write(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, "z", NULL);
	machine_connect(&m);
	machine_send(&m, "{'execute': 'stop', 'id': 1} {'execute': 'query-status', 'id': 2}\n"
			 "{'execute': 'cont', 'id': 3}{'execute': 'nope', 'id': 4}");
	for (uint64_t id = 1; id <= 4; id++) {
		const struct json *answer = machine_receive(&m);
		uint64_t got;

		assert_int_equal(json_as_u64(json_member(answer, "id"), &got), 0);
		assert_int_equal(got, id);
		assert_non_null(json_member(answer, id == 4 ? "error" : "return"));
	}
	quit(&m);
}

static void one_command_byte_by_byte(void **state)
{
	static const char command[] = "{'execute': 'query-status'}";
	struct machine m;

	(void)state;
	machine_start(&m, "z", NULL);
	machine_connect(&m);
	for (const char *p = command; *p; p++) {
		machine_send(&m, (char[]){ *p, '\0' });
		machine_pause_ms(1);
	}
	assert_non_null(json_member(machine_receive(&m), "return"));
	quit(&m);
}

static void clients_one_after_another(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, "z", NULL);
	for (unsigned int i = 0; i < 5; i++) {
		machine_connect(&m);
		machine_do(&m, "{'execute': 'query-name'}");
		/* In the middle of a command, or with answers under way. */
		machine_send(&m,
			     i % 2 ? "{'execute': 'query-"
				   : "{'execute': 'query-commands'}{'execute': 'query-commands'}");
		machine_disconnect(&m);
	}
	machine_connect(&m);
	quit(&m);
}

/* The second client waits until the first has gone. */
static void a_second_client_waits(void **state)
{
	struct machine m;
	int first;
	char byte;

	(void)state;
	machine_start(&m, "z", NULL);
	machine_connect(&m);
	first = m.qmp_fd;
	m.qmp_fd = machine_open_socket(&m, "qmp");
	machine_pause_ms(50);
	assert_int_equal(recv(m.qmp_fd, &byte, 1, MSG_DONTWAIT), -1);
	close(first);
	assert_non_null(json_member(machine_receive(&m), "QMP"));
	machine_do(&m, "{'execute': 'qmp_capabilities'}");
	quit(&m);
}

/* Answers that nobody fetches do not pile up: the client is cut off, the next one is served. */
static void a_client_that_does_not_read_is_cut_off(void **state)
{
	static const char command[] = "{'execute': 'query-commands'}";
	struct machine m;
	unsigned int n = 0;

	(void)state;
	machine_start(&m, "z", NULL);
	machine_connect(&m);
	while (send(m.qmp_fd, command, sizeof(command) - 1, MSG_NOSIGNAL) > 0)
		assert_true(++n < 1000000);
	machine_disconnect(&m);
	machine_connect(&m);
	machine_wait_text(&m, "err", "a client does not read its answers: closing its connection");
	quit(&m);
}

/* Every vCPU's thread is there, with its name. */
static void vcpu_threads_have_ids_and_names(void **state)
{
	const struct json *cpus;
	struct machine m;

	(void)state;
	machine_start(&m, "z", MORE("-smp", "3"));
	machine_connect(&m);
	cpus = machine_do(&m, "{'execute': 'query-cpus-fast'}");
	assert_int_equal(json_length(cpus), 3);
	for (unsigned int i = 0; i < 3; i++) {
		char path[96], name[32] = "", expected[32];
		uint64_t tid, index;
		FILE *file;

		assert_int_equal(json_get_u64(json_at(cpus, i), "thread-id", &tid, NULL), 0);
		assert_int_equal(json_get_u64(json_at(cpus, i), "cpu-index", &index, NULL), 0);
		assert_int_equal(index, i);
		snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", (int)m.pid, (int)tid);
		file = fopen(path, "re");
		assert_non_null(file);
		assert_non_null(fgets(name, sizeof(name), file));
		fclose(file);
		snprintf(expected, sizeof(expected), "CPU %u/KVM\n", i);
		assert_string_equal(name, expected);
	}
	quit(&m);
}

static void assert_query(struct machine *m, const char *command, const char *expected)
{
	char text[128];
	char *got;

	snprintf(text, sizeof(text), "{'execute': '%s'}", command);
	got = json_print(machine_do(m, text), JSON_COMPACT);
	assert_string_equal(got, expected);
	free(got);
}

/* Where the text says that a block is, there the process has a mapping of that size. */
static void assert_ramblocks(struct machine *m)
{
	const struct json *answer = machine_do(m, "{'execute': 'x-query-ramblock'}");
	unsigned long long offset, used, total, address, start, end;
	const char *line = json_as_string(json_member(answer, "human-readable-text"));
	char path[64], text[512];
	bool found = false;
	FILE *maps;

	line = strstr(line, " m1 ");
	assert_non_null(line);
	assert_int_equal(sscanf(line, " m1 4 KiB 0x%llx 0x%llx 0x%llx 0x%llx rw", &offset, &used,
				&total, &address),
			 4);
	assert_int_equal(offset, 12582912);
	assert_int_equal(used, 4194304);
	assert_int_equal(total, 4194304);
	snprintf(path, sizeof(path), "/proc/%d/maps", m->pid);
	maps = fopen(path, "re");
	assert_non_null(maps);
	while (fgets(text, sizeof(text), maps))
		if (sscanf(text, "%llx-%llx rw-", &start, &end) == 2 && start == address)
			found = end - start == used;
	fclose(maps);
	assert_true(found);
}

static void queries_have_qemus_shapes(void **state)
{
	struct machine m;

	(void)state;
	machine_start(&m, "z",
		      MORE("-S", "-name", "vm1", "-uuid", "9a1b2c3d-0000-4000-8000-123456789abc",
			   "-smp", "2", "-object", "memory-backend-ram,id=m0,size=12M,merge=off",
			   "-object", "memory-backend-memfd,id=m1,size=4M", "-numa",
			   "node,cpus=0,memdev=m0", "-numa", "node,cpus=1,memdev=m1", "-numa",
			   "dist,src=0,dst=1,val=21"));
	machine_connect(&m);
	assert_query(&m, "query-name", "{\"name\": \"vm1\"}");
	assert_query(&m, "query-uuid", "{\"UUID\": \"9a1b2c3d-0000-4000-8000-123456789abc\"}");
	assert_query(&m, "query-kvm", "{\"enabled\": true, \"present\": true}");
	assert_query(&m, "query-status", "{\"status\": \"prelaunch\", \"running\": false}");
	assert_query(&m, "query-memory-size-summary",
		     "{\"base-memory\": 16777216, \"plugged-memory\": 0}");
	assert_query(
		&m, "query-memdev",
		"[{\"id\": \"m0\", \"size\": 12582912, \"merge\": false, \"dump\": true, "
		"\"prealloc\": false, \"share\": false, \"reserve\": true, \"host-nodes\": [], "
		"\"policy\": \"default\"}, {\"id\": \"m1\", \"size\": 4194304, \"merge\": true, "
		"\"dump\": true, \"prealloc\": false, \"share\": true, \"reserve\": true, "
		"\"host-nodes\": [], \"policy\": \"default\"}]");
	assert_ramblocks(&m);
	assert_query(&m, "query-numa-nodes",
		     "[{\"node-id\": 0, \"cpus\": [0], \"size\": 12582912, \"memdev\": \"m0\", "
		     "\"host-nodes\": [], \"policy\": \"default\", \"distances\": [10, 21]}, "
		     "{\"node-id\": 1, \"cpus\": [1], \"size\": 4194304, \"memdev\": \"m1\", "
		     "\"host-nodes\": [], \"policy\": \"default\", \"distances\": [21, 10]}]");
	quit(&m);
}

/* -qmp-pretty: the same answers on several lines. */
static void pretty_is_indented(void **state)
{
	char device[160], text[256];
	struct machine m;
	ssize_t n;
	int fd;

	(void)state;
	machine_init(&m);
	snprintf(device, sizeof(device), "unix:%s,server=on,wait=off", machine_path(&m, "pretty"));
	machine_run(&m, "z", MORE("-qmp-pretty", device));
	fd = machine_open_socket(&m, "pretty");
	n = recv(fd, text, sizeof(text) - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
	assert_ptr_equal(strstr(text, "{\n    \"QMP\": {\n"), text);
	close(fd);
	machine_connect(&m);
	quit(&m);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_commands_in_one_write),
		cmocka_unit_test(one_command_byte_by_byte),
		cmocka_unit_test(clients_one_after_another),
		cmocka_unit_test(a_second_client_waits),
		cmocka_unit_test(a_client_that_does_not_read_is_cut_off),
		cmocka_unit_test(vcpu_threads_have_ids_and_names),
		cmocka_unit_test(queries_have_qemus_shapes),
		cmocka_unit_test(pretty_is_indented),
	};

	machine_setup(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
