/* SPDX-License-Identifier: Apache-2.0 */
/* Threads of a process from /proc/PID/task: see threads.h. */
#include "host/threads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "host/sysfs.h"

void host_threads_fini(struct host_threads *threads)
{
	free(threads->threads);
	*threads = (struct host_threads){ 0 };
}

static int field_number(const char *text, uint64_t *ret_value)
{
	return text ? number_parse(text, ret_value) : -EINVAL;
}

static uint64_t ticks_to_ns(uint64_t ticks)
{
	return ticks * (UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK));
}

/*
 * "TID (NAME) S ..." The name may hold anything, parentheses too: the last one ends it. Behind it,
 * fields 3 state, 14 utime, 15 stime, 39 processor.
 */
static int parse_stat(char *text, struct host_thread *thread)
{
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	uint64_t cpu = 0, user = 0, system = 0;
	char *save = NULL, *word;

	if (!open || !close || close < open || close[1] != ' ' || !close[2])
		return -EINVAL;
	*close = '\0';
	snprintf(thread->name, sizeof(thread->name), "%s", open + 1);
	thread->state = close[2];
	word = strtok_r(close + 2, " ", &save);
	for (int field = 3; word; field++, word = strtok_r(NULL, " ", &save)) {
		uint64_t *into = field == 14 ? &user : field == 15 ? &system : &cpu;

		if ((field == 14 || field == 15 || field == 39) && field_number(word, into) < 0)
			return -EINVAL;
		if (field == 39) {
			thread->cpu = (unsigned int)cpu;
			thread->user_ns = ticks_to_ns(user);
			thread->system_ns = ticks_to_ns(system);
			return 0;
		}
	}
	return -EINVAL;
}

int host_thread_read(int root_fd, pid_t pid, pid_t tid, struct host_thread *ret_thread,
		     struct err *err)
{
	struct host_thread thread = { .tid = tid };
	char path[64], text[2048];
	int ret;

	snprintf(path, sizeof(path), "proc/%d/task/%d/stat", pid, tid);
	ret = host_sysfs_read(root_fd, path, text, sizeof(text), err);
	if (ret == -ENOENT || ret == -ESRCH)
		return err_set(err, ERR_NOT_FOUND, -ESRCH, NULL, "the thread has ended");
	if (ret < 0)
		return ret;
	if (parse_stat(text, &thread) < 0)
		return err_set(err, ERR_HOST, -EINVAL, NULL, "/%s is not understood", path);
	*ret_thread = thread;
	return 0;
}

static void close_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int by_tid(const void *a, const void *b)
{
	const struct host_thread *left = a, *right = b;

	return (left->tid > right->tid) - (left->tid < right->tid);
}

static int add(struct host_threads *threads, const struct host_thread *thread)
{
	struct host_thread *grown = reallocarray(threads->threads, threads->n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	threads->threads = grown;
	threads->threads[threads->n++] = *thread;
	return 0;
}

int host_threads_read(int root_fd, pid_t pid, struct host_threads *ret_threads, struct err *err)
{
	__attribute__((cleanup(close_dir))) DIR *dir = NULL;
	AUTO_HOST_THREADS(threads);
	struct dirent *entry;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "proc/%d/task", pid);
	fd = openat(root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_NOT_FOUND, -ESRCH, NULL, "the process has ended");
	if (fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot open /%s", path);
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "threads of a process");
	}
	while ((entry = readdir(dir))) {
		struct host_thread thread;
		uint64_t tid;
		int ret;

		if (number_parse(entry->d_name, &tid) < 0 || tid > INT32_MAX)
			continue;
		ret = host_thread_read(root_fd, pid, (pid_t)tid, &thread, err);
		if (ret == 0 && add(&threads, &thread) < 0)
			ret = err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "threads of a process");
		if (ret < 0 && ret != -ESRCH)
			return ret;
	}
	if (!threads.n)
		return err_set(err, ERR_NOT_FOUND, -ESRCH, NULL, "the process has ended");
	qsort(threads.threads, threads.n, sizeof(*threads.threads), by_tid);
	*ret_threads = threads;
	threads = (struct host_threads){ 0 };
	return 0;
}
