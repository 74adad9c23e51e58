/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runtime directories: see runtime.h.
 *
 * Theory of operation
 *
 * Invariant: a process of a domain, its cgroup and its files exist only while RUNTIME/NAME exists,
 * and only the holder of its lock makes or removes them.
 *
 * Races: a lock is on the directory's inode. Between opening a directory and locking it, its owner
 * may have removed it and another may have made a new one of the same name; so after locking, the
 * name is looked up again, and a lock on something else than what it names now is worth nothing. A
 * starter may find a new directory locked for a moment by a process that only looks whether it is
 * left over: it tries again, unless state.json names a supervisor that lives.
 *
 * Failure: whatever cannot be removed stays for the next command, with the error told.
 */
#include "manager/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/size.h"
#include "manager/groups.h"

#define KILL_TIMEOUT_MS 10000
#define TAKE_TIMEOUT_MS 3000

/* ---- state.json ------------------------------------------------------------------------------ */

void runtime_state_fini(struct runtime_state *state)
{
	free(state->name);
	*state = (struct runtime_state){ 0 };
}

static void set_process(struct json *object, const char *pid, const char *start,
			const struct process *process)
{
	json_set_i64(object, pid, process->pid);
	json_set_u64(object, start, process->start_ticks);
}

int runtime_state_write(const char *dir, const struct runtime_state *state, struct err *err)
{
	AUTO(json) object = json_new_object();
	autofree char *text = NULL;

	json_set_string(object, "name", state->name);
	json_set_string(object, "uuid", state->uuid);
	json_set_i64(object, "id", state->id);
	json_set_string(object, "state", manager_state_name(state->state));
	json_set_string(object, "reason", state->reason);
	set_process(object, "supervisor-pid", "supervisor-start", &state->supervisor);
	set_process(object, "vmm-pid", "vmm-start", &state->vmm);
	text = json_print(object, JSON_COMPACT);
	if (!text)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "state.json");
	return dirs_file_write(dir, "state.json", text, false, err);
}

static int get_process(const struct json *object, const char *pid, const char *start,
		       struct process *process, struct err *err)
{
	int64_t number;
	int ret = json_get_i64(object, pid, &number, err);

	if (ret < 0)
		return ret;
	process->pid = (pid_t)number;
	return json_get_u64(object, start, &process->start_ticks, err);
}

static enum manager_state state_by_name(const char *name)
{
	for (int i = MANAGER_NOSTATE; i <= MANAGER_CRASHED; i++)
		if (!strcmp(manager_state_name(i), name))
			return i;
	return MANAGER_NOSTATE;
}

static int read_members(const struct json *object, struct runtime_state *state, struct err *err)
{
	const char *name, *uuid, *word, *reason;
	int64_t id;

	if (json_kind(object) != JSON_OBJECT)
		return err_set(err, ERR_HOST, -EINVAL, NULL, "state.json is not an object");
	if (json_get_string(object, "name", &name, err) < 0 ||
	    json_get_string(object, "uuid", &uuid, err) < 0 ||
	    json_get_string(object, "state", &word, err) < 0 ||
	    json_get_string(object, "reason", &reason, err) < 0 ||
	    json_get_i64(object, "id", &id, err) < 0 ||
	    get_process(object, "supervisor-pid", "supervisor-start", &state->supervisor, err) <
		    0 ||
	    get_process(object, "vmm-pid", "vmm-start", &state->vmm, err) < 0)
		return -EINVAL;
	state->id = (int)id;
	state->state = state_by_name(word);
	snprintf(state->uuid, sizeof(state->uuid), "%s", uuid);
	snprintf(state->reason, sizeof(state->reason), "%s", reason);
	state->name = strdup(name);
	return state->name ? 0 : err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "state.json");
}

int runtime_state_read(const char *dir, struct runtime_state *ret_state, struct err *err)
{
	autofree char *path = dirs_path(dir, "state.json", ""), *text = NULL;
	AUTO_RUNTIME_STATE(state);
	AUTO(json) object = NULL;
	ssize_t length;
	int ret;

	if (!path)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "state.json");
	length = dirs_file_read(path, &text, err);
	if (length < 0)
		return (int)length;
	ret = json_parse(text, (size_t)length, JSON_STRICT, NULL, &object, err);
	if (ret == 0)
		ret = read_members(object, &state, err);
	if (ret < 0)
		return err_prefix(err, "%s", path), ret;
	*ret_state = state;
	state = (struct runtime_state){ 0 };
	return 0;
}

/* ---- ids ------------------------------------------------------------------------------------- */

int runtime_lock_all(const struct manager *manager, struct err *err)
{
	autofree char *path = dirs_path(manager->runtime_dir, ".lock", "");
	autoclose int fd = -1;
	int ret = dirs_make(manager->runtime_dir, err);

	if (ret < 0)
		return ret;
	if (path)
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set_errno(err, ERR_HOST, path ? -errno : -ENOMEM, NULL, "cannot lock %s",
				     manager->runtime_dir);
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot lock %s", path);
	return TAKE_FD(fd);
}

int runtime_id_new(const struct manager *manager, struct err *err)
{
	autoclose int lock = runtime_lock_all(manager, err);
	autofree char *path = dirs_path(manager->runtime_dir, ".next-id", ""), *text = NULL;
	uint64_t id = 1;
	char next[24];
	int ret;

	if (lock < 0)
		return lock;
	if (path && dirs_file_read(path, &text, NULL) > 0 &&
	    (number_parse(text, &id) < 0 || !id || id >= INT32_MAX))
		id = 1;
	snprintf(next, sizeof(next), "%llu", (unsigned long long)id + 1);
	ret = dirs_file_write(manager->runtime_dir, ".next-id", next, false, err);
	return ret < 0 ? ret : (int)id;
}

/* ---- directories ------------------------------------------------------------------------------ */

/* The locked directory; -EWOULDBLOCK, -ENOENT, -ESTALE: the name leads elsewhere now. */
static int lock_dir(const char *path)
{
	autoclose int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat ours, now;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return -errno;
	if (fstat(fd, &ours) < 0 || stat(path, &now) < 0 || ours.st_ino != now.st_ino ||
	    ours.st_dev != now.st_dev)
		return -ESTALE;
	return TAKE_FD(fd);
}

int runtime_dir_clean(const struct manager *manager, const char *name, struct err *err)
{
	autofree char *path = dirs_path(manager->runtime_dir, name, ""),
		      *memory = dirs_path(manager->memory_dir, name, "");
	AUTO_RUNTIME_STATE(state);
	int ret;

	if (!path || !memory)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "%s", name);
	if (runtime_state_read(path, &state, NULL) == 0) {
		ret = process_kill(&state.vmm, KILL_TIMEOUT_MS, err);
		if (ret < 0)
			return ret;
	}
	ret = groups_remove_leftover(name, err);
	if (ret == 0)
		ret = dirs_remove_tree(memory, err);
	return ret < 0 ? ret : dirs_remove_tree(path, err);
}

static bool is_held(const char *path)
{
	AUTO_RUNTIME_STATE(state);

	return runtime_state_read(path, &state, NULL) == 0 && process_is_alive(&state.supervisor);
}

static void nap_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

int runtime_dir_take(const struct manager *manager, const char *name, struct err *err)
{
	autofree char *path = dirs_path(manager->runtime_dir, name, "");
	int64_t deadline = process_now_ms() + TAKE_TIMEOUT_MS;
	int ret = path ? dirs_make(manager->runtime_dir, err)
		       : err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "%s", name);

	while (ret == 0) {
		bool made = mkdir(path, 0700) == 0;
		int fd;

		if (!made && errno != EEXIST)
			return err_set_errno(err, ERR_HOST, -errno, NULL,
					     "cannot make directory %s", path);
		fd = lock_dir(path);
		if (fd >= 0 && made)
			return fd;
		if (fd >= 0) {
			ret = runtime_dir_clean(manager, name, err);
			close(fd);
			continue;
		}
		if (process_now_ms() > deadline || (fd == -EWOULDBLOCK && is_held(path)))
			return err_set(err, ERR_USER, -EBUSY, NULL,
				       "Requested operation is not valid: domain is already "
				       "running");
		nap_ms(3);
	}
	return ret;
}

int runtime_dir_look(const struct manager *manager, const char *name,
		     struct runtime_state *ret_state, struct err *err)
{
	autofree char *path = dirs_path(manager->runtime_dir, name, "");
	int fd, ret;

	if (!path)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "%s", name);
	fd = lock_dir(path);
	if (fd >= 0) {
		ret = runtime_dir_clean(manager, name, err);
		close(fd);
		if (ret < 0)
			return ret;
	}
	/* Held, but without a state: it is being made. */
	if (fd != -EWOULDBLOCK || runtime_state_read(path, ret_state, NULL) < 0)
		return err_set(err, ERR_USER, -ESRCH, NULL,
			       "Requested operation is not valid: domain is not running");
	return 0;
}

/* ---- how it ended ----------------------------------------------------------------------------- */

void runtime_ended_write(const struct manager *manager, const char *name, enum manager_state state,
			 const char *reason)
{
	autofree char *dir = dirs_path(manager->runtime_dir, ".ended", "");
	char text[64];

	snprintf(text, sizeof(text), "%d %s", (int)state, reason);
	/* A help for people; without it the reason is "unknown". */
	if (dir && dirs_make(dir, NULL) == 0)
		(void)!dirs_file_write(dir, name, text, false, NULL);
}

void runtime_ended_read(const struct manager *manager, const char *name,
			enum manager_state *ret_state, char *reason, size_t reason_size)
{
	autofree char *dir = dirs_path(manager->runtime_dir, ".ended", ""), *path = NULL,
		      *text = NULL;

	*ret_state = MANAGER_SHUTOFF;
	snprintf(reason, reason_size, "unknown");
	if (dir)
		path = dirs_path(dir, name, "");
	if (!path || dirs_file_read(path, &text, NULL) < 3 || text[1] != ' ')
		return;
	if (text[0] - '0' == MANAGER_CRASHED)
		*ret_state = MANAGER_CRASHED;
	snprintf(reason, reason_size, "%s", text + 2);
}

void runtime_ended_forget(const struct manager *manager, const char *name)
{
	autofree char *dir = dirs_path(manager->runtime_dir, ".ended", ""), *path = NULL;

	if (dir)
		path = dirs_path(dir, name, "");
	if (path)
		unlink(path);
}
