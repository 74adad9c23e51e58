/* SPDX-License-Identifier: Apache-2.0 */
/* Serial ports and consoles: see argv_line.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "manager/argv_line.h"

#define UNSUPPORTED "unsupported configuration: "

static bool is(const char *text, const char *value)
{
	return text && !strcmp(text, value);
}

static int no_path(const char *element, size_t number, struct err *err)
{
	char subject[96];

	snprintf(subject, sizeof(subject), "/domain/%s[%zu]", element, number);
	return err_set(err, ERR_USER, -EINVAL, subject,
		       "XML error: Missing source path attribute for char device");
}

/* RUNTIME/ID.sock, which "terrace console" and "terrace run" connect to. */
static void add_own_socket(struct argv_line *line, const char *id)
{
	argv_option(line, "-chardev", "socket,id=char%s", id);
	argv_add_pair(line, ",path=", line->context->runtime_dir);
	argv_add(line, "/%s.sock,server=on,wait=off", id);
}

/*
 * "-chardev TYPE,id=char<id>,...". A pty and a unix socket without a path are the domain's own socket:
 * unlike a pty it needs no question to the emulator for its name, notices who comes and goes, and
 * keeps no output for somebody who never comes.
 */
static int add_chardev(struct argv_line *line, const struct domain_chardev *chardev,
		       const char *element, size_t number, const char *id, struct err *err)
{
	const struct domain_chardev_source *source = &chardev->source;
	const char *runtime_dir = line->context->runtime_dir;
	bool bind = !is(source->mode, "connect");

	if (runtime_dir &&
	    (is(chardev->type, "pty") || (is(chardev->type, "unix") && !source->path && bind))) {
		add_own_socket(line, id);
	} else if (is(chardev->type, "pty") || is(chardev->type, "null")) {
		argv_option(line, "-chardev", "%s,id=char%s", chardev->type, id);
	} else if (is(chardev->type, "stdio")) {
		/* Ctrl-C is the guest's. */
		argv_option(line, "-chardev", "stdio,id=char%s,signal=off", id);
	} else if (is(chardev->type, "file")) {
		if (!source->path)
			return no_path(element, number, err);
		argv_option(line, "-chardev", "file,id=char%s", id);
		argv_add_pair(line, ",path=", source->path);
		if (source->append)
			argv_add(line, ",append=%s", is(source->append, "on") ? "on" : "off");
	} else if (is(chardev->type, "unix")) {
		if (!source->path)
			return no_path(element, number, err);
		argv_option(line, "-chardev", "socket,id=char%s", id);
		argv_add_pair(line, ",path=", source->path);
		if (bind)
			argv_add(line, ",server=on,wait=off");
	} else {
		return argv_refuse(err, element, number,
				   "character device type '%s' is not available: use pty, file, "
				   "unix, stdio or null",
				   chardev->type);
	}
	argv_end(line);
	return 0;
}

static int add_serial(struct argv_line *line, const struct domain_chardev *chardev,
		      const char *element, size_t number, size_t port, struct err *err)
{
	char id[32];
	int ret;

	if (chardev->target.type && !is(chardev->target.type, "isa-serial") &&
	    !is(chardev->target.type, "serial"))
		return argv_refuse(err, element, number,
				   "serial port type '%s' is not available: use isa-serial",
				   chardev->target.type);
	snprintf(id, sizeof(id), "serial%zu", port);
	ret = add_chardev(line, chardev, element, number, id, err);
	if (ret < 0)
		return ret;
	argv_option(line, "-serial", "chardev:char%s", id);
	argv_end(line);
	return 0;
}

static int add_virtio_console(struct argv_line *line, size_t i, struct err *err)
{
	const struct domain_devices *devices = &line->domain->devices;
	const struct domain_chardev *console = &devices->consoles[i];
	bool has_controller = false;
	char id[32];
	int ret;

	if (!line->emulator->virtio_serial)
		return argv_unsupported(line, err, "devices/console", i + 1, "virtio console");
	for (size_t c = 0; c < devices->n_controllers; c++)
		has_controller |= is(devices->controllers[c].type, "virtio-serial");
	/* libvirt adds a controller that is missing; consoles after the first find it. */
	for (size_t c = 0; c < i; c++)
		has_controller |= is(devices->consoles[c].target.type, "virtio");
	snprintf(id, sizeof(id), "console%zu", i);
	ret = add_chardev(line, console, "devices/console", i + 1, id, err);
	if (ret < 0)
		return ret;
	if (!has_controller) {
		static const struct domain_address anywhere;

		argv_option(line, "-device", "virtio-serial-pci,id=virtio-serial0");
		ret = argv_add_address(line, &anywhere, "devices/console", i + 1, err);
		argv_end(line);
	}
	argv_option(line, "-device", "virtconsole,chardev=char%s,id=%s", id, id);
	argv_end(line);
	return ret;
}

/*
 * The first <console> of a serial port is the first <serial> by another name; without a <serial> it
 * is the port.
 */
int argv_add_chardevs(struct argv_line *line, struct err *err)
{
	const struct domain_devices *devices = &line->domain->devices;
	size_t n_ports = 0;
	int ret = 0;

	for (size_t i = 0; i < devices->n_serials && ret == 0; i++)
		ret = add_serial(line, &devices->serials[i], "devices/serial", i + 1, n_ports++,
				 err);
	for (size_t i = 0; i < devices->n_consoles && ret == 0; i++) {
		const struct domain_chardev *console = &devices->consoles[i];

		if (is(console->target.type, "virtio"))
			ret = add_virtio_console(line, i, err);
		else if (!n_ports)
			ret = add_serial(line, console, "devices/console", i + 1, n_ports++, err);
		else if (i)
			ret = err_set(err, ERR_UNSUPPORTED, -ENOTSUP, "/domain/devices/console",
				      UNSUPPORTED
				      "Only the first console can be a serial port: give it "
				      "<target type='virtio'/>, or make it a <serial>");
	}
	return ret;
}
