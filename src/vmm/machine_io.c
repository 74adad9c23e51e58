/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's character devices: see machine.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "vmm/machine.h"

static void on_mux_quit(void *opaque)
{
	struct vmm *vmm = opaque;

	run_quit(&vmm->run, RUN_HOST_UI);
}

/* The user has to be told where it is. */
static int open_pty(struct vmm *vmm, const struct spec_chardev *spec, struct chardev **ret_chardev,
		    struct err *err)
{
	int ret = chardev_pty_new(&vmm->loop, ret_chardev, err);

	if (ret == 0)
		log_info("", "char device redirected to %s (label %s)",
			 chardev_pty_path(*ret_chardev), spec->id);
	return ret;
}

static int open_one(struct vmm *vmm, const struct spec_chardev *spec, struct chardev **ret_chardev,
		    struct err *err)
{
	unsigned int flags = 0;

	switch (spec->type) {
	case SPEC_CHARDEV_NULL:
		return chardev_null_new(&vmm->loop, ret_chardev, err);
	case SPEC_CHARDEV_STDIO:
		return chardev_stdio_new(&vmm->loop, spec->signal, ret_chardev, err);
	case SPEC_CHARDEV_FILE:
		return chardev_file_new(&vmm->loop, spec->path, spec->append, ret_chardev, err);
	case SPEC_CHARDEV_SOCKET:
		if (spec->server)
			flags |= CHARDEV_SOCKET_SERVER;
		return chardev_socket_new(&vmm->loop, spec->path, flags, ret_chardev, err);
	case SPEC_CHARDEV_PTY:
		return open_pty(vmm, spec, ret_chardev, err);
	}
	return err_set(err, ERR_USER, -EINVAL, "-chardev", "unknown type");
}

static int add_mux(struct vmm *vmm, struct machine_chardev *c, struct err *err)
{
	int ret = chardev_mux_new(c->chardev, on_mux_quit, vmm, &c->mux, err);

	if (ret < 0)
		return ret;
	c->chardev = NULL; /* the mux has it */
	return 0;
}

int machine_chardevs_open(struct vmm *vmm, struct err *err)
{
	const struct vm_spec *spec = vmm->spec;

	vmm->chardevs = calloc(spec->n_chardevs + 1, sizeof(vmm->chardevs[0]));
	if (!vmm->chardevs)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	for (size_t i = 0; i < spec->n_chardevs; i++) {
		struct machine_chardev *c = &vmm->chardevs[i];
		int ret = open_one(vmm, &spec->chardevs[i], &c->chardev, err);

		if (ret < 0)
			return ret;
		c->spec = &spec->chardevs[i];
		c->backend = c->chardev;
		if (c->spec->mux) {
			ret = add_mux(vmm, c, err);
			if (ret < 0)
				return ret;
		}
	}
	return 0;
}

void machine_chardevs_wait(struct vmm *vmm)
{
	for (size_t i = 0; i < vmm->spec->n_chardevs; i++) {
		const struct machine_chardev *c = &vmm->chardevs[i];

		while (c->spec->wait && !chardev_is_open(c->backend) && !vmm->run.leaving)
			uv_run(&vmm->loop, UV_RUN_ONCE);
	}
}

void machine_chardevs_close(struct vmm *vmm)
{
	for (size_t i = 0; vmm->chardevs && i < vmm->spec->n_chardevs; i++) {
		chardev_free(vmm->chardevs[i].chardev);
		chardev_mux_free(vmm->chardevs[i].mux);
	}
	free(vmm->chardevs);
	vmm->chardevs = NULL;
}

static struct machine_chardev *find(struct vmm *vmm, const char *id)
{
	for (size_t i = 0; i < vmm->spec->n_chardevs; i++)
		if (!strcmp(vmm->chardevs[i].spec->id, id))
			return &vmm->chardevs[i];
	return NULL;
}

int machine_chardev_take(struct vmm *vmm, const char *id, struct chardev **ret_chardev,
			 struct err *err)
{
	struct machine_chardev *c = find(vmm, id);

	if (!c)
		return err_set(err, ERR_USER, -ENOENT, NULL, "chardev \"%s\" not found", id);
	if (c->mux)
		return chardev_mux_add_port(c->mux, ret_chardev, err);
	if (c->in_use)
		return err_set(err, ERR_USER, -EBUSY, NULL, "chardev '%s' is already in use", id);
	c->in_use = true;
	*ret_chardev = c->chardev;
	return 0;
}
