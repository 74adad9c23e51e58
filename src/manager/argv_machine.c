/* SPDX-License-Identifier: Apache-2.0 */
/* -machine, -accel, -cpu, -smp, I/O threads, and the options about the program: see argv_line.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "manager/argv_line.h"

#define UNSUPPORTED "unsupported configuration: "

/* ---- -machine, -accel ---- */

static const char *machine_type(const struct domain_spec *domain)
{
	return domain->os.type.machine ? domain->os.type.machine : "q35";
}

static bool has_hmat(const struct domain_numa *numa)
{
	for (size_t i = 0; i < numa->n_cells; i++)
		if (numa->cells[i].n_caches)
			return true;
	return numa->interconnects.n_latencies || numa->interconnects.n_bandwidths;
}

static bool has_nvdimm(const struct domain_devices *devices)
{
	for (size_t i = 0; i < devices->n_memories; i++)
		if (devices->memories[i].model == DOMAIN_MEMORY_NVDIMM)
			return true;
	return false;
}

static bool is_on(const struct domain_feature_state *feature)
{
	return feature->given && feature->state != DOMAIN_OFF;
}

static int check_machine(const struct argv_line *line, const char *type, struct err *err)
{
	const struct domain_features *features = &line->domain->features;
	const struct emulator *emulator = line->emulator;
	bool tcg = line->domain->type == DOMAIN_TYPE_QEMU;

	if (!emulator_has_machine(emulator, type))
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, "/domain/os/type/@machine",
			       UNSUPPORTED "Emulator '%s' does not support machine type '%s'",
			       emulator->path, type);
	if (tcg ? !emulator->accel_tcg : !emulator->accel_kvm)
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, "/domain/@type",
			       UNSUPPORTED "Emulator '%s' does not support virt type '%s'",
			       emulator->path, tcg ? "qemu" : "kvm");
	if (is_on(&features->smm) && !emulator->pc_devices)
		return argv_unsupported(line, err, "features/smm", 0, "system management mode");
	if (is_on(&features->vmport) && !emulator->pc_devices)
		return argv_unsupported(line, err, "features/vmport", 0, "VMware port");
	return 0;
}

static void add_feature(struct argv_line *line, const char *name,
			const struct domain_feature_state *feature)
{
	if (feature->given)
		argv_add(line, ",%s=%s", name, feature->state == DOMAIN_OFF ? "off" : "on");
}

/* Of the timers only the HPET can be left out. */
static int add_timers(struct argv_line *line, struct err *err)
{
	const struct domain_clock *clock = &line->domain->clock;

	for (size_t i = 0; i < clock->n_timers; i++) {
		const struct domain_timer *timer = &clock->timers[i];

		if (!timer->name || strcmp(timer->name, "hpet") || !timer->present)
			continue;
		if (timer->present == DOMAIN_YES && !line->emulator->pc_devices)
			return argv_unsupported(line, err, "clock/timer", i + 1, "HPET");
		argv_add(line, ",hpet=%s", timer->present == DOMAIN_YES ? "on" : "off");
	}
	return 0;
}

static int add_machine(struct argv_line *line, struct err *err)
{
	const struct domain_spec *domain = line->domain;
	const char *type = machine_type(domain);
	int ret = check_machine(line, type, err);

	if (ret < 0)
		return ret;
	line->is_i440fx = !strcmp(type, "pc") || !strncmp(type, "pc-i440fx", 9);
	line->has_hmat = has_hmat(&domain->cpu.numa);
	argv_option(line, "-machine", "%s", "");
	argv_add_value(line, type);
	argv_add(line, ",usb=off");
	add_feature(line, "vmport", &domain->features.vmport);
	add_feature(line, "smm", &domain->features.smm);
	/* Off unless asked for, as libvirt's default is. */
	argv_add(line, ",dump-guest-core=%s", domain->memory.dump_core == DOMAIN_ON ? "on" : "off");
	if (domain->memory_backing.nosharepages)
		argv_add(line, ",mem-merge=off");
	if (has_nvdimm(&domain->devices))
		argv_add(line, ",nvdimm=on");
	ret = add_timers(line, err);
	if (!line->placement->has_cells)
		argv_add(line, ",memory-backend=pc.ram");
	if (line->has_hmat)
		argv_add(line, ",hmat=on");
	argv_end(line);
	argv_option(line, "-accel", "%s", domain->type == DOMAIN_TYPE_QEMU ? "tcg" : "kvm");
	argv_end(line);
	return ret;
}

/* ---- -cpu ---- */

static int cpu_model(const struct argv_line *line, const char **ret_model, struct err *err)
{
	const struct domain_cpu *cpu = &line->domain->cpu;
	bool tcg = line->domain->type == DOMAIN_TYPE_QEMU;

	*ret_model = tcg ? "max" : "host";
	switch (cpu->mode) {
	case DOMAIN_CPU_MAXIMUM:
		*ret_model = "max";
		break;
	case DOMAIN_CPU_HOST_PASSTHROUGH:
		if (tcg)
			return err_set(err, ERR_USER, -ENOTSUP, "/domain/cpu/@mode",
				       UNSUPPORTED
				       "CPU mode 'host-passthrough' for x86_64 qemu domain on "
				       "x86_64 host is not supported by hypervisor");
		break;
	case DOMAIN_CPU_HOST_MODEL:
		break;
	case DOMAIN_CPU_CUSTOM:
	default:
		if (cpu->model.given && cpu->model.name)
			*ret_model = cpu->model.name;
	}
	if (!emulator_has_cpu_model(line->emulator, *ret_model))
		return argv_unsupported(line, err, "cpu/model", 0, "CPU model '%s'", *ret_model);
	return 0;
}

/* ",name=on" for what is asked for. "optional" is left to the model. */
static void add_cpu_feature(struct argv_line *line, const struct domain_cpu_feature *feature)
{
	const char *policy = feature->policy ? feature->policy : "require";

	if (!strcmp(policy, "require") || !strcmp(policy, "force"))
		argv_add(line, ",%s=on", feature->name);
	else if (!strcmp(policy, "disable") || !strcmp(policy, "forbid"))
		argv_add(line, ",%s=off", feature->name);
}

static void add_cpu_cache(struct argv_line *line, const struct domain_cpu_cache *cache)
{
	const char *mode = cache->given ? cache->mode : NULL;

	if (!mode)
		return;
	if (!strcmp(mode, "emulate"))
		argv_add(line, ",l3-cache=on");
	else if (!strcmp(mode, "passthrough"))
		argv_add(line, ",host-cache-info=on,l3-cache=off");
	else
		argv_add(line, ",host-cache-info=off,l3-cache=off");
}

static int check_cpu(const struct argv_line *line, struct err *err)
{
	const struct domain_cpu *cpu = &line->domain->cpu;

	if (line->emulator->cpu_features)
		return 0;
	if (cpu->n_features)
		return argv_unsupported(line, err, "cpu/feature", 1,
					"choice of CPU features (the guest has the host's)");
	if (cpu->cache.given)
		return argv_unsupported(line, err, "cpu/cache", 0, "choice of CPU caches");
	if (line->domain->features.pmu.given)
		return argv_unsupported(line, err, "features/pmu", 0, "choice of CPU features");
	return 0;
}

static int add_cpu(struct argv_line *line, struct err *err)
{
	const struct domain_cpu *cpu = &line->domain->cpu;
	const char *model;
	int ret = cpu_model(line, &model, err);

	if (ret == 0)
		ret = check_cpu(line, err);
	if (ret < 0)
		return ret;
	argv_option(line, "-cpu", "%s", "");
	argv_add_value(line, model);
	if (cpu->migratable)
		argv_add(line, ",migratable=%s", cpu->migratable);
	for (size_t i = 0; i < cpu->n_features; i++)
		add_cpu_feature(line, &cpu->features[i]);
	add_feature(line, "pmu", &line->domain->features.pmu);
	add_cpu_cache(line, &cpu->cache);
	argv_end(line);
	return 0;
}

int argv_add_machine(struct argv_line *line, struct err *err)
{
	int ret = add_machine(line, err);

	return ret < 0 ? ret : add_cpu(line, err);
}

/* ---- -smp ---- */

/* vCPUs at start; -ENOTSUP when they are not the first ones, which a command line cannot say. */
static int vcpus_at_start(const struct argv_line *line, uint64_t *ret_count, struct err *err)
{
	const struct domain_spec *domain = line->domain;
	uint64_t max = (uint64_t)domain->vcpu.count.value, count = 0;

	*ret_count = domain->vcpu.current.given ? (uint64_t)domain->vcpu.current.value : max;
	if (!domain->vcpus.n_vcpus)
		return 0;
	for (size_t i = 0; i < domain->vcpus.n_vcpus; i++)
		count += domain->vcpus.vcpus[i].enabled == DOMAIN_YES;
	for (size_t i = 0; i < domain->vcpus.n_vcpus; i++) {
		const struct domain_vcpu_state *vcpu = &domain->vcpus.vcpus[i];

		if (vcpu->enabled == DOMAIN_YES && (uint64_t)vcpu->id.value >= count)
			return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, "/domain/vcpus",
				       "vCPU %" PRId64 " is enabled although one before it is not: "
				       "enable the first %" PRIu64 " vCPUs",
				       vcpu->id.value, count);
	}
	*ret_count = count;
	return 0;
}

int argv_add_smp(struct argv_line *line, struct err *err)
{
	const struct domain_topology *topology = &line->domain->cpu.topology;
	uint64_t max = (uint64_t)line->domain->vcpu.count.value, count;
	int ret = vcpus_at_start(line, &count, err);

	if (ret < 0)
		return ret;
	argv_option(line, "-smp", "%" PRIu64, count);
	if (count != max)
		argv_add(line, ",maxcpus=%" PRIu64, max);
	if (topology->given)
		argv_add(line, ",sockets=%" PRId64 ",dies=%" PRId64, topology->sockets.value,
			 topology->dies.given ? topology->dies.value : 1);
	else
		argv_add(line, ",sockets=%" PRIu64 ",cores=1,threads=1", max);
	if (topology->given && topology->clusters.given)
		argv_add(line, ",clusters=%" PRId64, topology->clusters.value);
	if (topology->given)
		argv_add(line, ",cores=%" PRId64 ",threads=%" PRId64, topology->cores.value,
			 topology->threads.value);
	argv_end(line);
	if (topology->given && topology->clusters.value > 1)
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, "/domain/cpu/topology/@clusters",
			       UNSUPPORTED "x86_64 machines have no clusters: write 1");
	return 0;
}

/* ---- I/O threads ---- */

static void json_given(struct argv_line *line, const char *name, const struct domain_number *number)
{
	if (number->given)
		argv_json_u64(line, name, (uint64_t)number->value);
}

static const struct domain_iothread *iothread_find(const struct domain_iothreadids *ids,
						   uint32_t id)
{
	for (size_t i = 0; i < ids->n_iothreads; i++)
		if (ids->iothreads[i].id.value == id)
			return &ids->iothreads[i];
	return NULL;
}

int argv_add_iothreads(struct argv_line *line, struct err *err)
{
	const struct placement *placement = line->placement;

	if (placement->n_iothreads && !line->emulator->iothread)
		return argv_unsupported(line, err, "iothreads", 0, "I/O threads");
	for (size_t i = 0; i < placement->n_iothreads; i++) {
		uint32_t id = placement->iothread_ids[i];
		const struct domain_iothread *thread = iothread_find(&line->domain->iothreadids,
								     id);
		char name[32];

		snprintf(name, sizeof(name), "iothread%" PRIu32, id);
		argv_json_open(line, "-object");
		argv_json_string(line, "qom-type", "iothread");
		argv_json_string(line, "id", name);
		if (thread) {
			json_given(line, "thread-pool-min", &thread->thread_pool_min);
			json_given(line, "thread-pool-max", &thread->thread_pool_max);
			json_given(line, "poll-max-ns", &thread->poll.max);
			json_given(line, "poll-grow", &thread->poll.grow);
			json_given(line, "poll-shrink", &thread->poll.shrink);
		}
		argv_json_close(line);
	}
	return 0;
}

/* ---- the program ---- */

static void add_monitor(struct argv_line *line)
{
	if (!line->context->qmp_socket)
		return;
	argv_option(line, "-chardev", "socket,id=charmonitor,path=");
	argv_add_value(line, line->context->qmp_socket);
	argv_add(line, ",server=on,wait=off");
	argv_end(line);
	argv_option(line, "-mon", "chardev=charmonitor,id=monitor,mode=control");
	argv_end(line);
}

static int add_rtc(struct argv_line *line, struct err *err)
{
	const struct domain_clock *clock = &line->domain->clock;
	const char *offset = clock->offset ? clock->offset : "utc";
	const char *basis = clock->basis ? clock->basis : "utc";

	if (!strcmp(offset, "variable"))
		offset = basis;
	if (strcmp(offset, "utc") && strcmp(offset, "localtime"))
		return err_set(err, ERR_UNSUPPORTED, -ENOTSUP, "/domain/clock/@offset",
			       "clock offset '%s' is not available: use utc or localtime", offset);
	argv_option(line, "-rtc", "base=%s", offset);
	for (size_t i = 0; i < clock->n_timers; i++) {
		const struct domain_timer *timer = &clock->timers[i];

		if (timer->name && !strcmp(timer->name, "rtc") && timer->tickpolicy)
			argv_add(line, ",driftfix=%s",
				 strcmp(timer->tickpolicy, "catchup") ? "none" : "slew");
	}
	argv_end(line);
	return 0;
}

/* Letters of -boot order=, where no device has an order of its own. */
static char boot_letter(const char *dev)
{
	return !strcmp(dev, "hd")      ? 'c'
	       : !strcmp(dev, "cdrom") ? 'd'
	       : !strcmp(dev, "fd")    ? 'a'
				       : 'n';
}

static void add_boot(struct argv_line *line)
{
	const struct domain_os *os = &line->domain->os;

	argv_option(line, "-boot", "%s", os->n_boots ? "order=" : "");
	for (size_t i = 0; i < os->n_boots; i++)
		argv_add(line, "%c", boot_letter(os->boots[i].dev));
	argv_add(line, "%sstrict=on", os->n_boots ? "," : "");
	argv_end(line);
}

static void add_file(struct argv_line *line, const char *option, const char *path)
{
	if (!path)
		return;
	argv_word(line, option);
	argv_word(line, path);
}

int argv_add_program(struct argv_line *line, struct err *err)
{
	const struct domain_os *os = &line->domain->os;
	int ret;

	if (!os->kernel && !line->emulator->pc_devices)
		return argv_refuse(err, "os", 0,
				   "%s has no firmware: add a <kernel>, or use "
				   "<emulator>/usr/bin/qemu-system-x86_64</emulator>",
				   line->emulator->name);
	add_file(line, "-uuid", line->domain->uuid);
	add_file(line, "-display", "none");
	argv_word(line, "-no-user-config");
	argv_word(line, "-nodefaults");
	add_monitor(line);
	ret = add_rtc(line, err);
	if (line->domain->on_reboot == DOMAIN_ACTION_DESTROY)
		argv_word(line, "-no-reboot");
	argv_word(line, "-no-shutdown");
	add_boot(line);
	add_file(line, "-kernel", os->kernel);
	add_file(line, "-initrd", os->initrd);
	add_file(line, "-append", os->cmdline);
	return ret;
}
