/* SPDX-License-Identifier: Apache-2.0 */
/* Life, lookup and completion of a spec: see spec.h; the rules of the parts are beside it. */
#include "spec/spec.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "spec/build.h"

struct vm_spec *spec_new(void)
{
	struct vm_spec *spec = calloc(1, sizeof(*spec));

	if (!spec)
		return NULL;
	spec->machine.mem_merge = true;
	spec->machine.dump_guest_core = true;
	spec->sandbox.obsolete = SPEC_SANDBOX_DENY;
	for (size_t i = 0; i < SPEC_CELL_MAX; i++)
		spec->cells[i].initiator = -1;
	return spec;
}

static void free_parts(struct vm_spec *spec)
{
	for (size_t i = 0; i < spec->n_backends; i++)
		spec_backend_fini(&spec->backends[i]);
	for (size_t i = 0; i < spec->n_thread_contexts; i++)
		spec_thread_context_fini(&spec->thread_contexts[i]);
	for (size_t i = 0; i < SPEC_CELL_MAX; i++)
		free(spec->cells[i].memdev);
	for (size_t i = 0; i < spec->n_chardevs; i++)
		spec_chardev_fini(&spec->chardevs[i]);
	for (size_t i = 0; i < spec->n_monitors; i++)
		free(spec->monitors[i].chardev);
	for (size_t i = 0; i < spec->n_serials; i++)
		free(spec->serials[i].chardev);
	for (size_t i = 0; i < spec->n_warnings; i++)
		free(spec->warnings[i]);
}

void spec_free(struct vm_spec *spec)
{
	if (!spec)
		return;
	free_parts(spec);
	free(spec->backends);
	free(spec->thread_contexts);
	free(spec->distances);
	free(spec->hmat_lb);
	free(spec->hmat_caches);
	free(spec->chardevs);
	free(spec->monitors);
	free(spec->serials);
	free(spec->warnings);
	free(spec->name);
	free(spec->uuid);
	free(spec->machine.type_name);
	free(spec->machine.memory_backend);
	free(spec->cpu_model);
	free(spec->kernel);
	free(spec->initrd);
	free(spec->append);
	free(spec->pidfile);
	free(spec);
}

void spec_warn(struct vm_spec *spec, const char *fmt, ...)
{
	char text[1024], *copy;
	char **warnings;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	copy = strdup(text);
	warnings = reallocarray(spec->warnings, spec->n_warnings + 1, sizeof(*warnings));
	if (warnings)
		spec->warnings = warnings;
	if (!copy || !warnings) {
		free(copy);
		return;
	}
	warnings[spec->n_warnings++] = copy;
}

bool spec_id_is_wellformed(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	if (!text[0] || !strchr(letters, text[0]))
		return false;
	for (const char *p = text; *p; p++)
		if (!strchr(letters, *p) && !strchr("0123456789-._", *p))
			return false;
	return true;
}

bool spec_uuid_is_wellformed(const char *text)
{
	if (strlen(text) != 36)
		return false;
	for (size_t i = 0; i < 36; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !strchr("0123456789abcdefABCDEF", text[i]))
			return false;
	}
	return true;
}

const struct spec_backend *spec_backend_find(const struct vm_spec *spec, const char *id)
{
	for (size_t i = 0; i < spec->n_backends; i++)
		if (!strcmp(spec->backends[i].id, id))
			return &spec->backends[i];
	return NULL;
}

const struct spec_chardev *spec_chardev_find(const struct vm_spec *spec, const char *id)
{
	for (size_t i = 0; i < spec->n_chardevs; i++)
		if (!strcmp(spec->chardevs[i].id, id))
			return &spec->chardevs[i];
	return NULL;
}

/* A kernel's companions without a kernel are a mistake (QEMU's texts). */
static int check_boot(const struct vm_spec *spec, struct err *err)
{
	if (spec->append && !spec->kernel)
		return err_set(err, ERR_USER, -EINVAL, "-append",
			       "only allowed with -kernel option");
	if (spec->initrd && !spec->kernel)
		return err_set(err, ERR_USER, -EINVAL, "-initrd",
			       "only allowed with -kernel option");
	return 0;
}

static int check_chardevs(const struct vm_spec *spec, struct err *err)
{
	size_t n_stdio = 0;

	for (size_t i = 0; i < spec->n_serials; i++)
		if (spec->serials[i].chardev && !spec_chardev_find(spec, spec->serials[i].chardev))
			return err_set(err, ERR_USER, -EINVAL, "-serial", "chardev '%s' not found",
				       spec->serials[i].chardev);
	for (size_t i = 0; i < spec->n_monitors; i++)
		if (!spec_chardev_find(spec, spec->monitors[i].chardev))
			return err_set(err, ERR_USER, -EINVAL, "-mon", "chardev \"%s\" not found",
				       spec->monitors[i].chardev);
	for (size_t i = 0; i < spec->n_chardevs; i++)
		n_stdio += spec->chardevs[i].type == SPEC_CHARDEV_STDIO;
	if (n_stdio > 1)
		return err_set(err, ERR_USER, -EINVAL, "-chardev",
			       "cannot use stdio by multiple character devices");
	return 0;
}

/* The terminal is given back before the machine runs in the background (QEMU's texts). */
static int check_daemonize(const struct vm_spec *spec, struct err *err)
{
	if (!spec->daemonize)
		return 0;
	if (spec->nographic)
		return err_set(err, ERR_USER, -EINVAL, "-daemonize",
			       "-nographic cannot be used with -daemonize");
	for (size_t i = 0; i < spec->n_chardevs; i++)
		if (spec->chardevs[i].type == SPEC_CHARDEV_STDIO)
			return err_set(err, ERR_USER, -EINVAL, "-daemonize",
				       "cannot use stdio with -daemonize");
	return 0;
}

/* Who uses the chardev? One serial port or monitor, or several when it is a mux. */
static int check_chardev_users(const struct vm_spec *spec, struct err *err)
{
	for (size_t i = 0; i < spec->n_chardevs; i++) {
		const struct spec_chardev *chardev = &spec->chardevs[i];
		size_t users = 0;

		for (size_t j = 0; j < spec->n_serials; j++)
			users += spec->serials[j].chardev &&
				 !strcmp(spec->serials[j].chardev, chardev->id);
		for (size_t j = 0; j < spec->n_monitors; j++)
			users += !strcmp(spec->monitors[j].chardev, chardev->id);
		if (users > 1 && !chardev->mux)
			return err_set(err, ERR_USER, -EINVAL, "-chardev",
				       "'%s' is used %zu times: add mux=on to share it",
				       chardev->id, users);
	}
	return 0;
}

static int default_strings(struct vm_spec *spec, struct err *err)
{
	if (!spec->machine.type_name)
		spec->machine.type_name = strdup(spec->machine.type == SPEC_MACHINE_PC ? "pc"
										       : "q35");
	if (!spec->cpu_model)
		spec->cpu_model = strdup("host");
	if (!spec->machine.type_name || !spec->cpu_model)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	return 0;
}

int spec_complete(struct vm_spec *spec, struct err *err)
{
	int ret = default_strings(spec, err);

	if (ret < 0)
		return ret;
	ret = spec_smp_complete(&spec->smp, spec->machine.type_name, err);
	if (ret < 0) {
		if (err)
			snprintf(err->subject, sizeof(err->subject), "-smp");
		return ret;
	}
	ret = spec_memory_complete(spec, err);
	if (ret < 0)
		return ret;
	ret = spec_cells_complete(spec, err);
	if (ret < 0)
		return ret;
	ret = spec_distances_check(spec, err);
	if (ret < 0)
		return ret;
	ret = check_boot(spec, err);
	if (ret < 0)
		return ret;
	ret = check_chardevs(spec, err);
	if (ret < 0)
		return ret;
	ret = check_daemonize(spec, err);
	return ret < 0 ? ret : check_chardev_users(spec, err);
}
