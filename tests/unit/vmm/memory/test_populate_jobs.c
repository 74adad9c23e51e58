/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers populate_jobs.h: the thread waits and can be found; it populates when it is told to; a second
 * one is refused, after the end it is not; a failure is told; freeing does not wait for the rest.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/util.h"
#include "vmm/memory/populate_jobs.h"

#define SIZE_BYTES (8 * MIB)

struct made {
	struct spec_backend spec;
	struct memory_backend backend;
	struct populate_jobs *jobs;
	int root_fd;
};

static char id[] = "ram-node0";

static int setup(void **state)
{
	struct made *made = calloc(1, sizeof(*made));

	made->spec.id = id;
	made->backend = (struct memory_backend){
		.spec = &made->spec,
		.host = mmap(NULL, SIZE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0),
		.size_bytes = SIZE_BYTES,
		.page_bytes = 4096,
		.fd = -1,
	};
	madvise(made->backend.host, SIZE_BYTES, MADV_NOHUGEPAGE);
	made->root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	made->jobs = populate_jobs_new(made->root_fd);
	*state = made;
	return 0;
}

static int teardown(void **state)
{
	struct made *made = *state;

	populate_jobs_free(made->jobs);
	munmap(made->backend.host, SIZE_BYTES);
	close(made->root_fd);
	free(made);
	return 0;
}

static size_t present_pages(const struct made *made)
{
	unsigned char present[SIZE_BYTES / 4096];
	size_t n = 0;

	assert_int_equal(mincore(made->backend.host, SIZE_BYTES, present), 0);
	for (size_t i = 0; i < sizeof(present); i++)
		n += present[i] & 1;
	return n;
}

static struct populate_state state_of(const struct made *made)
{
	struct populate_state state = { 0 };

	assert_true(populate_jobs_query(made->jobs, 0, &state));
	return state;
}

static struct populate_state wait_end(const struct made *made)
{
	struct populate_state state = state_of(made);

	for (int i = 0; i < 2000 && state.status != POPULATE_CONCLUDED; i++) {
		usleep(5000);
		state = state_of(made);
	}
	assert_int_equal(state.status, POPULATE_CONCLUDED);
	return state;
}

static pid_t start(const struct made *made)
{
	struct err err = ERR_INIT;
	pid_t tid = 0;

	if (populate_jobs_start(made->jobs, &made->backend, 1, &tid, &err) < 0)
		fail_msg("%s", err.message);
	return tid;
}

static void it_waits_and_is_named_after_the_backend(void **state)
{
	struct made *made = *state;
	char path[80], name[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", (int)start(made));
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(name, sizeof(name), file));
	fclose(file);
	assert_string_equal(name, "ram-node0\n");
	usleep(20000);
	assert_int_equal(state_of(made).status, POPULATE_CREATED);
	assert_int_equal(present_pages(made), 0);
}

static void it_populates_when_told(void **state)
{
	struct made *made = *state;
	struct populate_state end;

	start(made);
	assert_int_equal(populate_jobs_run(made->jobs, id, NULL), 0);
	end = wait_end(made);
	assert_int_equal(end.err.code, 0);
	assert_int_equal(end.done_bytes, SIZE_BYTES);
	assert_int_equal(present_pages(made), SIZE_BYTES / 4096);
}

static void one_at_a_time(void **state)
{
	struct made *made = *state;
	pid_t tid;

	assert_int_equal(populate_jobs_run(made->jobs, id, NULL), -ENOENT);
	start(made);
	assert_int_equal(populate_jobs_start(made->jobs, &made->backend, 1, &tid, NULL), -EBUSY);
	assert_int_equal(populate_jobs_run(made->jobs, id, NULL), 0);
	assert_int_equal(populate_jobs_run(made->jobs, id, NULL), -EBUSY);
	wait_end(made);
	start(made);
	assert_int_equal(state_of(made).status, POPULATE_CREATED);
}

static void a_failure_is_told(void **state)
{
	struct made *made = *state;
	struct populate_state end;

	assert_int_equal(mprotect(made->backend.host, SIZE_BYTES, PROT_NONE), 0);
	start(made);
	assert_int_equal(populate_jobs_run(made->jobs, id, NULL), 0);
	end = wait_end(made);
	assert_true(end.err.code < 0);
	assert_non_null(strstr(end.err.message, "preallocating 8 MiB"));
}

static void read_only_memory_is_refused(void **state)
{
	struct made *made = *state;
	pid_t tid;

	made->backend.readonly = true;
	assert_int_equal(populate_jobs_start(made->jobs, &made->backend, 1, &tid, NULL), -EROFS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_waits_and_is_named_after_the_backend, setup,
						teardown),
		cmocka_unit_test_setup_teardown(it_populates_when_told, setup, teardown),
		cmocka_unit_test_setup_teardown(one_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(a_failure_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(read_only_memory_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
