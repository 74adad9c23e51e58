/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that only the cgroup keeps on its nodes (modes restrictive and migratable), before the guest
 * runs.
 *
 * Theory of operation
 *
 * Model: a page comes from the nodes of the thread that touches it first. So each cell is populated by
 * threads of the VMM that were moved to the group cellN before they touch anything:
 * - terrace-vmm makes a thread on demand (memory-populate-start), which waits until it is told to
 *   run; threads that it makes to help inherit its group.
 * - QEMU has thread contexts (7.2): one is made over QMP, its thread moved, the backend linked to it
 *   and told to preallocate; the threads that do it are made by the context's thread and inherit
 *   its group.
 * Hence argv is built as if such cells were not populated (launch.c).
 *
 * What the VMM itself touched before (it loads the kernel) came from wherever its leader may
 * allocate: pages of a cell that are elsewhere are counted (numa_maps) and moved, populated or
 * not. The leader's group has the union of all nodes, so that the kernel allows the move.
 *
 * Failure: of populating is one of the start; a page that cannot be moved is told as progress.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "host/affinity.h"
#include "host/facts.h"
#include "manager/ranges.h"
#include "manager/supervisor_parts.h"

#define POLL_MS	     20
#define PROGRESS_MS  2000
#define FOREVER_MS   INT32_MAX
#define ID_MAX	     136
#define MOVE_TIME_MS 60000

bool populate_is_ours(const struct placement_memory *memory)
{
	/* Huge pages are always had in advance: without one, a touch would end the guest. */
	return (memory->populate || memory->page_bytes) && memory->enforcer == PLACEMENT_CPUSET;
}

size_t populate_targets(const struct supervisor *s)
{
	return s->placement->n_cells + s->placement->n_devices;
}

const struct placement_memory *populate_target(const struct supervisor *s, size_t target)
{
	const struct placement *p = s->placement;

	return target < p->n_cells ? &p->cells[target] : &p->devices[target - p->n_cells];
}

/* As argv.c names them: "mem" and the device's alias, which counts devices of one model. */
static void device_id(const struct supervisor *s, size_t device, char *buf, size_t buf_size)
{
	static const char *const prefixes[] = {
		[DOMAIN_MEMORY_DIMM] = "dimm",
		[DOMAIN_MEMORY_NVDIMM] = "nvdimm",
		[DOMAIN_MEMORY_VIRTIO_MEM] = "virtiomem",
		[DOMAIN_MEMORY_VIRTIO_PMEM] = "virtiopmem",
	};
	const struct domain_memory_device *memories = s->domain->devices.memories;
	unsigned int count = 0;

	for (size_t i = 0; i < device; i++)
		count += memories[i].model == memories[device].model;
	if (memories[device].alias.given && memories[device].alias.name)
		snprintf(buf, buf_size, "mem%s", memories[device].alias.name);
	else
		snprintf(buf, buf_size, "mem%s%u", prefixes[memories[device].model], count);
}

static void backend_id(const struct supervisor *s, size_t target, char *buf, size_t buf_size)
{
	if (target >= s->placement->n_cells)
		device_id(s, target - s->placement->n_cells, buf, buf_size);
	else if (s->placement->has_cells)
		snprintf(buf, buf_size, "ram-node%zu", target);
	else
		snprintf(buf, buf_size, "pc.ram");
}

/* What virtio-mem plugs, it populates itself. */
static bool is_to_populate(const struct supervisor *s, size_t target)
{
	size_t n_cells = s->placement->n_cells;

	return populate_is_ours(populate_target(s, target)) &&
	       (target < n_cells ||
		s->domain->devices.memories[target - n_cells].model != DOMAIN_MEMORY_VIRTIO_MEM);
}

/* The thread that is about to touch the cell's memory. */
static int place_thread(struct supervisor *s, size_t target, pid_t tid, struct err *err)
{
	const struct placement_memory *memory = populate_target(s, target);
	autoclose int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct idset cpus;
	char group[32];
	int ret;

	if (target < s->placement->n_cells)
		snprintf(group, sizeof(group), "cell%zu", target);
	else
		snprintf(group, sizeof(group), "memory%zu", target - s->placement->n_cells);
	ret = groups_thread_place(&s->groups, group, &memory->nodes, NULL, tid, err);
	if (ret < 0)
		return ret;
	/* Only faster: where no CPU is near, or none of those is allowed, any does. */
	if (host_nodes_cpus(root_fd, &memory->nodes, &cpus, NULL) == 0 && !idset_is_empty(&cpus))
		(void)!host_affinity_set(tid, &cpus, NULL);
	return 0;
}

static struct json *with_id(const char *id)
{
	struct json *arguments = json_new_object();

	json_set_string(arguments, "id", id);
	return arguments;
}

/* ---- terrace-vmm ------------------------------------------------------------------------------- */

static int start_ours(struct supervisor *s, size_t target, struct err *err)
{
	AUTO(json) answer = NULL;
	int64_t tid;
	char id[ID_MAX];
	int ret;

	backend_id(s, target, id, sizeof(id));
	ret = vmm_link_call(s->link, "memory-populate-start", with_id(id), SUPERVISOR_CALL_MS,
			    &answer, err);
	if (ret < 0)
		return ret;
	ret = json_get_i64(answer, "thread-id", &tid, err);
	if (ret == 0)
		ret = place_thread(s, target, (pid_t)tid, err);
	if (ret < 0)
		return ret;
	return vmm_link_call(s->link, "memory-populate-run", with_id(id), SUPERVISOR_CALL_MS, NULL,
			     err);
}

struct progress {
	uint64_t done_bytes, size_bytes;
	bool running;
};

static int read_progress(const struct json *list, struct progress *progress, struct err *err)
{
	*progress = (struct progress){ 0 };
	for (size_t i = 0; i < json_length(list); i++) {
		const struct json *one = json_at(list, i);
		const char *status = "", *error;
		uint64_t done = 0, size = 0;

		if (json_get_string(one, "error", &error, NULL) == 0)
			return err_set(err, ERR_HOST, -ENOMEM, NULL, "%s", error);
		(void)!json_get_string(one, "status", &status, NULL);
		(void)!json_get_u64(one, "done", &done, NULL);
		(void)!json_get_u64(one, "size", &size, NULL);
		progress->done_bytes += done;
		progress->size_bytes += size;
		progress->running |= strcmp(status, "concluded") != 0;
	}
	return 0;
}

static int wait_for_ours(struct supervisor *s, struct err *err)
{
	int64_t told_ms = process_now_ms();
	struct progress progress = { 0 };

	do {
		AUTO(json) answer = NULL;
		int ret = vmm_watch_wait(&s->watch, POLL_MS, err);

		if (ret == 0)
			ret = vmm_link_call(s->link, "query-memory-populate", NULL,
					    SUPERVISOR_CALL_MS, &answer, err);
		if (ret == 0)
			ret = read_progress(answer, &progress, err);
		if (ret < 0)
			return ret;
		if (process_now_ms() - told_ms >= PROGRESS_MS) {
			report_progress(s->report,
					"populated %" PRIu64 " of %" PRIu64 " MiB of memory",
					progress.done_bytes / MIB, progress.size_bytes / MIB);
			told_ms = process_now_ms();
		}
	} while (progress.running);
	return 0;
}

/* ---- QEMU -------------------------------------------------------------------------------------- */

static int qom_set(struct supervisor *s, const char *id, const char *property, struct json *value,
		   struct err *err)
{
	struct json *arguments = json_new_object();

	json_set(arguments, "path", json_new_stringf("/objects/%s", id));
	json_set_string(arguments, "property", property);
	json_set(arguments, "value", value);
	return vmm_link_call(s->link, "qom-set", arguments, FOREVER_MS, NULL, err);
}

static int context_tid(struct supervisor *s, const char *context, pid_t *ret_tid, struct err *err)
{
	struct json *arguments = json_new_object();
	AUTO(json) answer = NULL;
	int64_t tid;
	int ret;

	json_set(arguments, "path", json_new_stringf("/objects/%s", context));
	json_set_string(arguments, "property", "thread-id");
	ret = vmm_link_call(s->link, "qom-get", arguments, SUPERVISOR_CALL_MS, &answer, err);
	if (ret < 0)
		return ret;
	if (json_as_i64(answer, &tid) < 0)
		return err_set(err, ERR_HOST, -EPROTO, NULL, "qom-get: no thread id");
	*ret_tid = (pid_t)tid;
	return 0;
}

/* The command line has made one where the nodes have CPUs (argv.h); else we do. */
static int find_context(struct supervisor *s, const char *id, char *context, size_t context_size,
			bool *ret_made, pid_t *ret_tid, struct err *err)
{
	struct json *object;
	int ret;

	*ret_made = false;
	snprintf(context, context_size, "tc-%s", id);
	if (context_tid(s, context, ret_tid, NULL) == 0)
		return 0;
	snprintf(context, context_size, "terrace-%s", id);
	object = json_new_object();
	json_set_string(object, "qom-type", "thread-context");
	json_set_string(object, "id", context);
	ret = vmm_link_call(s->link, "object-add", object, SUPERVISOR_CALL_MS, NULL, err);
	if (ret < 0)
		return ret;
	*ret_made = true;
	return context_tid(s, context, ret_tid, err);
}

static int populate_by_context(struct supervisor *s, size_t target, struct err *err)
{
	char id[ID_MAX], context[ID_MAX + 16];
	bool made;
	pid_t tid;
	int ret;

	backend_id(s, target, id, sizeof(id));
	ret = find_context(s, id, context, sizeof(context), &made, &tid, err);
	if (ret == 0)
		ret = place_thread(s, target, tid, err);
	if (ret == 0 && made)
		ret = qom_set(s, id, "prealloc-context", json_new_stringf("/objects/%s", context),
			      err);
	if (ret == 0)
		ret = qom_set(s, id, "prealloc", json_new_bool(true), err);
	if (ret == 0 && made)
		ret = qom_set(s, id, "prealloc-context", json_new_string(""), err);
	if (ret == 0 && made)
		ret = vmm_link_call(s->link, "object-del", with_id(context), SUPERVISOR_CALL_MS,
				    NULL, err);
	return ret;
}

/* ---- both -------------------------------------------------------------------------------------- */

static int populate_all(struct supervisor *s, struct err *err)
{
	bool ours = true, any = false;

	for (size_t i = 0; i < populate_targets(s); i++) {
		int ret = -ENOSYS;

		if (!is_to_populate(s, i))
			continue;
		if (!any)
			report_progress(s->report, "populating memory");
		any = true;
		if (ours)
			ret = start_ours(s, i, err);
		if (ret == -ENOSYS) {
			ours = false;
			ret = populate_by_context(s, i, err);
		}
		if (ret < 0)
			return err_prefix(err, "populating memory"), ret;
	}
	return any && ours ? wait_for_ours(s, err) : 0;
}

static int find_ranges(struct supervisor *s, size_t target, struct ranges *ret_ranges)
{
	AUTO(json) answer = NULL;
	const char *text;
	char id[ID_MAX];

	backend_id(s, target, id, sizeof(id));
	if (ranges_find_named(s->state.vmm.pid, id, ret_ranges, NULL) == 0)
		return 0;
	if (vmm_link_call(s->link, "x-query-ramblock", NULL, SUPERVISOR_CALL_MS, &answer, NULL) < 0)
		return -ENOENT;
	if (json_kind(answer) != JSON_OBJECT ||
	    json_get_string(answer, "human-readable-text", &text, NULL) < 0)
		return -ENOENT;
	return ranges_find_in_ramblocks(text, id, ret_ranges, NULL);
}

static void check_strays(struct supervisor *s, size_t target)
{
	struct ranges *ranges = &s->ranges[target];
	struct err err = ERR_INIT;
	char id[ID_MAX];
	uint64_t left = 0;

	backend_id(s, target, id, sizeof(id));
	if (find_ranges(s, target, ranges) < 0)
		report_progress(s->report,
				"%s: this emulator does not say where its memory is: pages "
				"on wrong nodes are not found",
				id);
	else if (ranges_move_strays(s->state.vmm.pid, ranges, &populate_target(s, target)->nodes,
				    process_now_ms() + MOVE_TIME_MS, &left, &err) < 0)
		report_progress(s->report, "%s: %s", id, err.message);
	else if (left)
		report_progress(s->report,
				"%s: %" PRIu64 " KiB are on other nodes and could not be "
				"moved",
				id, left * 4);
}

int populate_cells(struct supervisor *s, struct err *err)
{
	int ret = populate_all(s, err);

	if (ret < 0)
		return ret;
	s->ranges = calloc(populate_targets(s) + 1, sizeof(*s->ranges));
	if (!s->ranges)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "cells");
	for (size_t i = 0; i < populate_targets(s); i++)
		if (populate_target(s, i)->enforcer == PLACEMENT_CPUSET &&
		    !idset_is_empty(&populate_target(s, i)->nodes))
			check_strays(s, i);
	return 0;
}
