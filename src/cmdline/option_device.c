/* SPDX-License-Identifier: Apache-2.0 */
/*
 * -device: the devices by name. None can be made by this version: each is refused with the reason,
 * so that the user need not search for a typing error. Later work turns rows into devices.
 */
#include <errno.h>
#include <string.h>

#include "base/nearest.h"
#include "cmdline/option.h"

#define NO_MEMORY_DEVICES "memory devices are not available in this version: give all RAM with -m"
#define NO_BALLOON	  "the balloon is not available in this version: remove the device"
#define NO_BRIDGES	  "extra host bridges are not available in this version: remove the device"
#define NO_VIRTIO	  "virtio devices are not available in this version: remove the device"

const struct cmdline_choice cmdline_device_choices[] = {
	{ "pc-dimm", NO_MEMORY_DEVICES },     { "virtio-mem-pci", NO_MEMORY_DEVICES },
	{ "virtio-balloon-pci", NO_BALLOON }, { "pxb", NO_BRIDGES },
	{ "pxb-pcie", NO_BRIDGES },	      { "virtio-blk-pci", NO_VIRTIO },
	{ "virtio-net-pci", NO_VIRTIO },      { "virtio-rng-pci", NO_VIRTIO },
	{ "virtio-serial-pci", NO_VIRTIO },   { NULL, NULL },
};

int cmdline_read_device(struct cmdline_parser *parser, const struct cmdline_option *option,
			const char *arg, struct err *err)
{
	const struct cmdline_props *props;
	const char *driver, *nearest = NULL;
	AUTO_KEYVAL(list);
	int ret = cmdline_option_list(option, arg, &props, &list, err);

	(void)parser;
	if (ret < 0)
		return ret;
	driver = keyval_get(&list, "driver");
	if (!driver)
		return err_set(err, ERR_USER, -EINVAL, NULL, "Parameter 'driver' is missing");
	for (const struct cmdline_choice *row = option->choices; row->name; row++) {
		if (!strcmp(row->name, driver))
			return err_set(err, ERR_UNSUPPORTED, -EINVAL, NULL, "%s: %s", row->name,
				       row->help);
		nearest_offer(driver, row->name, &nearest);
	}
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "'%.60s' is not a valid device model name%s%s%s", driver,
		       nearest ? " (did you mean '" : "", nearest ? nearest : "",
		       nearest ? "'?)" : "");
}
