/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numathreads: a process with threads that touch memory when they are told to.
 *
 * usage: numathreads N	commands on standard input, one answer line each:
 *
 *	tids		the threads' ids, the leader's first (it is thread 0)
 *	touch I MIB	thread I maps MIB new and touches it; "ok"
 *	bind I NODE	the next area of thread I is bound to NODE before it is touched; "ok"
 *	where I		"N0=PAGES N2=PAGES" of the newest area of thread I, in pages of 4 KiB
 *	policy I	"default", or "bind NODES", of that area
 *
 * Ends when standard input does. Threads 1 .. N-1 are further ones.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/util.h"
#include "host/mempolicy.h"
#include "host/pages.h"

#define THREADS_MAX 16

static struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t wanted_bytes; /* 0: nothing to do */
	int node;	     /* to bind to; -1: no policy */
	pid_t tid;
	char *area;
	size_t area_bytes;
	bool failed;
} workers[THREADS_MAX];

static void touch(struct worker *worker)
{
	size_t bytes = worker->wanted_bytes;
	struct host_policy policy = { .mode = HOST_POLICY_BIND };
	char *area = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	worker->wanted_bytes = 0;
	worker->failed = area == MAP_FAILED;
	if (worker->failed)
		return;
	madvise(area, bytes, MADV_NOHUGEPAGE);
	if (worker->node >= 0) {
		idset_add(&policy.nodes, (unsigned int)worker->node);
		worker->failed = host_policy_set(area, bytes, &policy, NULL) < 0;
	}
	for (size_t at = 0; at < bytes; at += 4096)
		area[at] = 1;
	worker->area = area;
	worker->area_bytes = bytes;
}

static void *work(void *argument)
{
	struct worker *worker = argument;

	pthread_mutex_lock(&worker->lock);
	worker->tid = gettid();
	pthread_cond_broadcast(&worker->changed);
	for (;;) {
		while (!worker->wanted_bytes)
			pthread_cond_wait(&worker->changed, &worker->lock);
		touch(worker);
		pthread_cond_broadcast(&worker->changed);
	}
	return NULL;
}

static void start(struct worker *worker)
{
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->changed, NULL);
	worker->node = -1;
	if (worker == workers) {
		worker->tid = gettid();
		return;
	}
	pthread_create(&worker->thread, NULL, work, worker);
	pthread_mutex_lock(&worker->lock);
	while (!worker->tid)
		pthread_cond_wait(&worker->changed, &worker->lock);
	pthread_mutex_unlock(&worker->lock);
}

static void do_touch(struct worker *worker, size_t mib)
{
	pthread_mutex_lock(&worker->lock);
	worker->wanted_bytes = mib * MIB;
	pthread_cond_broadcast(&worker->changed);
	if (worker == workers)
		touch(worker);
	while (worker->wanted_bytes)
		pthread_cond_wait(&worker->changed, &worker->lock);
	pthread_mutex_unlock(&worker->lock);
	puts(worker->failed ? "failed" : "ok");
}

static void do_where(const struct worker *worker)
{
	struct host_residency *counts = calloc(1, sizeof(*counts));
	const char *blank = "";

	if (counts && host_pages_count(0, (uintptr_t)worker->area, worker->area_bytes, 4096, counts,
				       NULL) == 0)
		for (unsigned int node = 0; node < HOST_NODE_MAX; node++)
			if (counts->pages[node]) {
				printf("%sN%u=%" PRIu64, blank, node, counts->pages[node]);
				blank = " ";
			}
	puts("");
	free(counts);
}

static void do_policy(const struct worker *worker)
{
	struct host_policy policy;
	char nodes[256];

	if (host_policy_get(worker->area, &policy, NULL) < 0) {
		puts("unknown");
		return;
	}
	idset_format(&policy.nodes, nodes, sizeof(nodes));
	if (policy.mode == HOST_POLICY_BIND)
		printf("bind %s\n", nodes);
	else
		puts(policy.mode == HOST_POLICY_DEFAULT ? "default" : "other");
}

int main(int argc, char **argv)
{
	int n = argc == 2 ? (int)strtol(argv[1], NULL, 10) : 0;
	char line[128];

	if (n < 1 || n > THREADS_MAX) {
		fprintf(stderr, "usage: numathreads N (1 to %d)\n", THREADS_MAX);
		return 2;
	}
	for (int i = 0; i < n; i++)
		start(&workers[i]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin)) {
		char word[16] = "";
		int i = 0, value = 0;

		sscanf(line, "%15s %d %d", word, &i, &value);
		if (!strcmp(word, "tids")) {
			for (int j = 0; j < n; j++)
				printf("%d%s", workers[j].tid, j + 1 < n ? " " : "\n");
		} else if (i < 0 || i >= n) {
			puts("no such thread");
		} else if (!strcmp(word, "touch") && value > 0) {
			do_touch(&workers[i], (size_t)value);
		} else if (!strcmp(word, "bind")) {
			workers[i].node = value;
			puts("ok");
		} else if (!strcmp(word, "where") && workers[i].area) {
			do_where(&workers[i]);
		} else if (!strcmp(word, "policy") && workers[i].area) {
			do_policy(&workers[i]);
		} else {
			puts("what?");
		}
	}
	return 0;
}
