/* SPDX-License-Identifier: Apache-2.0 */
/* Character devices, serial ports and monitors of a spec: see build.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spec/build.h"

static int no_memory(struct err *err)
{
	return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
}

void spec_chardev_fini(struct spec_chardev *chardev)
{
	free(chardev->id);
	free(chardev->path);
	*chardev = (struct spec_chardev){ 0 };
}

int spec_chardev_add(struct vm_spec *spec, struct spec_chardev *chardev, struct err *err)
{
	struct spec_chardev *chardevs;
	bool needs_path = chardev->type == SPEC_CHARDEV_FILE ||
			  chardev->type == SPEC_CHARDEV_SOCKET;

	if (!chardev->id)
		return err_set(err, ERR_USER, -EINVAL, NULL, "Parameter 'id' is missing");
	if (!spec_id_is_wellformed(chardev->id))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Parameter 'id' expects an identifier");
	if (spec_chardev_find(spec, chardev->id))
		return err_set(err, ERR_USER, -EINVAL, NULL, "Duplicate ID '%s' for chardev",
			       chardev->id);
	if (needs_path && (!chardev->path || !chardev->path[0]))
		return err_set(err, ERR_USER, -EINVAL, NULL, "chardev: %s: no %s given",
			       chardev->type == SPEC_CHARDEV_FILE ? "file" : "socket",
			       chardev->type == SPEC_CHARDEV_FILE ? "filename" : "path");
	chardevs = reallocarray(spec->chardevs, spec->n_chardevs + 1, sizeof(*chardevs));
	if (!chardevs)
		return no_memory(err);
	spec->chardevs = chardevs;
	chardevs[spec->n_chardevs++] = *chardev;
	*chardev = (struct spec_chardev){ 0 };
	return 0;
}

int spec_serial_add(struct vm_spec *spec, const char *chardev, struct err *err)
{
	autofree char *copy = chardev ? strdup(chardev) : NULL;
	struct spec_serial *serials = reallocarray(spec->serials, spec->n_serials + 1,
						   sizeof(*serials));

	if (serials)
		spec->serials = serials;
	if (!serials || (chardev && !copy))
		return no_memory(err);
	serials[spec->n_serials++] = (struct spec_serial){ .chardev = TAKE_PTR(copy) };
	return 0;
}

int spec_monitor_add(struct vm_spec *spec, const char *chardev, bool control, bool pretty,
		     struct err *err)
{
	autofree char *copy = strdup(chardev);
	struct spec_monitor *monitors = reallocarray(spec->monitors, spec->n_monitors + 1,
						     sizeof(*monitors));

	if (monitors)
		spec->monitors = monitors;
	if (!monitors || !copy)
		return no_memory(err);
	monitors[spec->n_monitors++] = (struct spec_monitor){
		.chardev = TAKE_PTR(copy),
		.control = control,
		.pretty = pretty,
	};
	return 0;
}
