// SPDX-License-Identifier: Apache-2.0
#include "cli/cpu_list.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "domain/scalar.h"
#include "host/sysfs.h"

int cpu_list_host(struct idset *ret_cpus, struct err *err)
{
	autoclose int root_fd = host_root_open(err);

	if (root_fd < 0)
		return root_fd;
	return host_sysfs_read_idset(root_fd, "sys/devices/system/cpu/online", IDSET_MAX, ret_cpus,
				     err);
}

int cpu_list_parse(const char *text, const struct idset *host, struct idset *ret_cpus,
		   struct err *err)
{
	struct idset cpus;

	if (strcmp(text, "r") == 0) {
		*ret_cpus = *host;
		return 0;
	}
	if (bind_set_parse(text, &cpus) < 0)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "cpulist: Invalid format: '%s' is no list such as 0-3,^2", text);
	for (int cpu = idset_next(&cpus, 0); cpu >= 0;
	     cpu = idset_next(&cpus, (unsigned int)cpu + 1))
		if (!idset_has(host, (unsigned int)cpu))
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "Physical CPU %d doesn't exist.", cpu);
	*ret_cpus = cpus;
	return 0;
}

static void of_vcpu_element(const struct domain_spec *spec, const struct idset *host,
			    struct idset *ret_cpus)
{
	*ret_cpus = spec->vcpu.cpuset.given ? spec->vcpu.cpuset.ids : *host;
}

void cpu_list_of_vcpu(const struct domain_spec *spec, uint64_t vcpu, const struct idset *host,
		      struct idset *ret_cpus)
{
	const struct domain_cputune *tune = &spec->cputune;

	for (size_t i = 0; i < tune->n_vcpupins; i++) {
		if ((uint64_t)tune->vcpupins[i].vcpu.value != vcpu)
			continue;
		*ret_cpus = tune->vcpupins[i].cpuset.ids;
		return;
	}
	of_vcpu_element(spec, host, ret_cpus);
}

void cpu_list_of_emulator(const struct domain_spec *spec, const struct idset *host,
			  struct idset *ret_cpus)
{
	if (spec->cputune.emulatorpin.given)
		*ret_cpus = spec->cputune.emulatorpin.cpuset.ids;
	else
		of_vcpu_element(spec, host, ret_cpus);
}

void cpu_list_of_iothread(const struct domain_spec *spec, uint64_t iothread,
			  const struct idset *host, struct idset *ret_cpus)
{
	const struct domain_cputune *tune = &spec->cputune;

	for (size_t i = 0; i < tune->n_iothreadpins; i++) {
		if ((uint64_t)tune->iothreadpins[i].iothread.value != iothread)
			continue;
		*ret_cpus = tune->iothreadpins[i].cpuset.ids;
		return;
	}
	of_vcpu_element(spec, host, ret_cpus);
}
