/* SPDX-License-Identifier: Apache-2.0 */
/* QMP commands that populate memory: see populate.h. */
#include "vmm/monitor/populate.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "vmm/machine.h"
#include "vmm/monitor/query.h"

static const struct memory_backend *find_backend(const struct vmm *vmm, const char *id)
{
	for (size_t i = 0; i < vmm->backends->n_backends; i++)
		if (!strcmp(vmm->backends->backend[i]->spec->id, id))
			return vmm->backends->backend[i];
	return NULL;
}

/* Most machines never populate on demand. */
static int have_jobs(struct vmm *vmm, struct err *err)
{
	if (!vmm->populate_jobs)
		vmm->populate_jobs = populate_jobs_new(vmm->root_fd);
	return vmm->populate_jobs ? 0 : err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
}

int run_memory_populate_start(void *context, const struct json *args, struct json **ret_value,
			      struct err *err)
{
	struct vmm *vmm = context;
	const char *id = json_as_string(json_member(args, "id"));
	const struct memory_backend *backend = find_backend(vmm, id);
	unsigned int threads;
	pid_t tid;
	int ret;

	if (!backend)
		return err_set(err, ERR_NOT_FOUND, -ENOENT, "id", "Device '%s' not found", id);
	threads = backend->spec->prealloc_threads ? backend->spec->prealloc_threads
						  : vmm->spec->smp.cpus;
	ret = have_jobs(vmm, err);
	if (ret == 0)
		ret = populate_jobs_start(vmm->populate_jobs, backend, threads, &tid, err);
	if (ret < 0)
		return ret;
	*ret_value = json_new_object();
	json_set_i64(*ret_value, "thread-id", tid);
	return 0;
}

int run_memory_populate_run(void *context, const struct json *args, struct json **ret_value,
			    struct err *err)
{
	struct vmm *vmm = context;
	int ret = have_jobs(vmm, err);

	(void)ret_value;
	if (ret < 0)
		return ret;
	return populate_jobs_run(vmm->populate_jobs, json_as_string(json_member(args, "id")), err);
}

static struct json *state_json(const struct populate_state *state)
{
	struct json *object = json_new_object();
	char text[ERR_SUBJECT_MAX + ERR_MESSAGE_MAX];

	json_set_string(object, "id", state->id);
	json_set_i64(object, "thread-id", state->tid);
	json_set_string(object, "status", populate_status_name(state->status));
	json_set_u64(object, "done", state->done_bytes);
	json_set_u64(object, "size", state->size_bytes);
	if (state->err.code)
		json_set_string(object, "error", err_text(&state->err, text, sizeof(text)));
	return object;
}

QUERY(memory_populate)
{
	struct vmm *vmm = context;
	struct populate_state state;

	(void)args, (void)err;
	*ret_value = json_new_array();
	for (size_t i = 0; vmm->populate_jobs && populate_jobs_query(vmm->populate_jobs, i, &state);
	     i++)
		json_append(*ret_value, state_json(&state));
	return 0;
}
