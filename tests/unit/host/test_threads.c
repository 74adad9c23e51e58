/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Covers threads.h and sched.h: names with blanks and parentheses, times, states, processes that are
 * gone; the live process; policies and what is refused.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/sched.h"
#include "host/threads.h"
#include "tree.h"

/* Fields 4 to 13, then utime and stime, up to 38, then the processor and more. */
#define MIDDLE "1 1 1 0 -1 4194560 10 0 0 0 "
#define TAIL   " 0 0 20 0 3 0 77 1000 50 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 "

static void stat_lines_are_read(void **state)
{
	AUTO_HOST_THREADS(threads);
	long tick_ns = 1000000000L / sysconf(_SC_CLK_TCK);
	struct tree tree;

	(void)state;
	tree_init(&tree);
	tree_write(&tree, "proc/70/task/70/stat",
		   "70 (terrace-vmm) S " MIDDLE "5 7" TAIL "3 0 0\n");
	tree_write(&tree, "proc/70/task/100/stat",
		   "100 (CPU 0) R (x) R " MIDDLE "250 100" TAIL "12 0 0\n");
	assert_int_equal(host_threads_read(tree.fd, 70, &threads, NULL), 0);
	assert_int_equal(threads.n, 2);
	assert_int_equal(threads.threads[0].tid, 70);
	assert_string_equal(threads.threads[0].name, "terrace-vmm");
	assert_int_equal(threads.threads[0].state, 'S');
	assert_int_equal(threads.threads[0].cpu, 3);
	assert_int_equal(threads.threads[0].user_ns, 5 * tick_ns);
	assert_int_equal(threads.threads[0].system_ns, 7 * tick_ns);
	assert_string_equal(threads.threads[1].name, "CPU 0) R (x");
	assert_int_equal(threads.threads[1].state, 'R');
	assert_int_equal(threads.threads[1].cpu, 12);
	assert_int_equal(threads.threads[1].user_ns, 250 * tick_ns);
	tree_fini(&tree);
}

static void what_is_gone_or_broken_is_an_error(void **state)
{
	AUTO_HOST_THREADS(threads);
	struct host_thread thread;
	struct err err = ERR_INIT;
	struct tree tree;

	(void)state;
	tree_init(&tree);
	tree_write(&tree, "proc/70/task/70/stat", "70 (short) S 1 1\n");
	assert_int_equal(host_threads_read(tree.fd, 71, &threads, &err), -ESRCH);
	assert_int_equal(err.class, ERR_NOT_FOUND);
	assert_int_equal(host_thread_read(tree.fd, 70, 72, &thread, &err), -ESRCH);
	assert_int_equal(host_threads_read(tree.fd, 70, &threads, &err), -EINVAL);
	assert_string_equal(err.message, "/proc/70/task/70/stat is not understood");
	assert_null(threads.threads);
	tree_fini(&tree);
}

static pthread_barrier_t barrier;

static void *wait_twice(void *argument)
{
	*(pid_t *)argument = gettid();
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

static void threads_of_this_process(void **state)
{
	AUTO_HOST_THREADS(threads);
	int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	pthread_t thread;
	pid_t tid = 0;
	bool found = false;

	(void)state;
	pthread_barrier_init(&barrier, NULL, 2);
	pthread_create(&thread, NULL, wait_twice, &tid);
	pthread_setname_np(thread, "a (thread)");
	pthread_barrier_wait(&barrier);
	assert_int_equal(host_threads_read(root_fd, getpid(), &threads, NULL), 0);
	for (size_t i = 0; i < threads.n; i++)
		found |= threads.threads[i].tid == tid &&
			 !strcmp(threads.threads[i].name, "a (thread)");
	assert_true(found);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&barrier);
	close(root_fd);
}

static void policies_are_set_and_read(void **state)
{
	struct host_sched got, batch = { HOST_SCHED_BATCH, 0 }, other = { HOST_SCHED_OTHER, 0 };
	struct host_sched fifo = { HOST_SCHED_FIFO, 3 };
	struct err err = ERR_INIT;
	int ret;

	(void)state;
	assert_int_equal(host_sched_set(0, &batch, NULL), 0);
	assert_int_equal(sched_getscheduler(0), SCHED_BATCH);
	assert_int_equal(host_sched_get(0, &got, NULL), 0);
	assert_int_equal(got.policy, HOST_SCHED_BATCH);
	assert_string_equal(host_sched_name(got.policy), "batch");
	ret = host_sched_set(0, &fifo, &err);
	if (ret == 0) {
		assert_int_equal(host_sched_get(0, &got, NULL), 0);
		assert_int_equal(got.policy, HOST_SCHED_FIFO);
		assert_int_equal(got.priority, 3);
	} else {
		assert_int_equal(ret, -EPERM);
		assert_non_null(strstr(err.message, "RLIMIT_RTPRIO of at least 3"));
	}
	assert_int_equal(host_sched_set(0, &other, NULL), 0);
}

static void priorities_out_of_range_are_refused(void **state)
{
	struct host_sched rr = { HOST_SCHED_RR, 0 }, idle = { HOST_SCHED_IDLE, 1 };
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(host_sched_set(0, &rr, &err), -EINVAL);
	assert_string_equal(err.message, "scheduler 'rr' wants a priority of 1 to 99, not 0");
	rr.priority = 100;
	assert_int_equal(host_sched_set(0, &rr, &err), -EINVAL);
	assert_int_equal(host_sched_set(0, &idle, &err), -EINVAL);
	assert_string_equal(err.message, "scheduler 'idle' has no priority");
}

static void a_thread_that_is_gone(void **state)
{
	struct host_sched got, batch = { HOST_SCHED_BATCH, 0 };

	(void)state;
	/* Numbers end at 2^22 (proc(5), pid_max). */
	assert_int_equal(host_sched_set(1 << 23, &batch, NULL), -ESRCH);
	assert_int_equal(host_sched_get(1 << 23, &got, NULL), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_lines_are_read),
		cmocka_unit_test(what_is_gone_or_broken_is_an_error),
		cmocka_unit_test(threads_of_this_process),
		cmocka_unit_test(policies_are_set_and_read),
		cmocka_unit_test(priorities_out_of_range_are_refused),
		cmocka_unit_test(a_thread_that_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
