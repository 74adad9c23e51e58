/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of vCPUs, I/O threads and their tuning: see check.h. */
#include <inttypes.h>

#include "base/util.h"
#include "domain/check.h"
#include "domain/kept.h"
#include "spec/spec.h"

/* ---- <vcpu>, <vcpus> ---- */

static int complete_vcpu(const struct xml_source *source, struct domain_spec *domain,
			 struct err *err)
{
	struct domain_vcpu *vcpu = &domain->vcpu;
	const xmlNode *node = xml_find(source, "vcpu");

	vcpu->given = true;
	if (!vcpu->count.given)
		vcpu->count = (struct domain_number){ true, 1 };
	if (!vcpu->placement)
		vcpu->placement = DOMAIN_STATIC;
	if (vcpu->placement == DOMAIN_AUTO)
		vcpu->cpuset = (struct domain_set){ 0 };
	if (!vcpu->count.value || (vcpu->current.given && !vcpu->current.value))
		return xml_fail(source, node, err,
				"unsupported configuration: Domain requires at least 1 vCPU");
	if (vcpu->count.value > SPEC_VCPU_MAX)
		return xml_fail(source, node, err,
				"unsupported configuration: Maximum CPUs greater than specified "
				"machine type limit %u",
				SPEC_VCPU_MAX);
	if (vcpu->current.given && vcpu->current.value > vcpu->count.value)
		return xml_fail(source, node, err,
				"XML error: maxvcpus must not be less than current vcpus "
				"(%" PRId64 " < %" PRId64 ")",
				vcpu->count.value, vcpu->current.value);
	return 0;
}

static const xmlNode *at_vcpu(const struct xml_source *source, size_t i)
{
	return xml_find(source, "vcpus/vcpu[%zu]", i + 1);
}

static int check_vcpu_state(const struct xml_source *source, const struct domain_spec *domain,
			    size_t i, struct idset *seen, struct err *err)
{
	const struct domain_vcpu_state *vcpu = &domain->vcpus.vcpus[i];

	if (vcpu->id.value >= domain->vcpu.count.value)
		return xml_fail(source, at_vcpu(source, i), err,
				"XML error: vcpu id '%" PRId64 "' is out of range of maximum vcpu "
				"count",
				vcpu->id.value);
	if (idset_has(seen, (unsigned int)vcpu->id.value))
		return xml_fail(source, at_vcpu(source, i), err,
				"XML error: duplicate vcpu id '%" PRId64 "'", vcpu->id.value);
	idset_add(seen, (unsigned int)vcpu->id.value);
	if (!vcpu->id.value && vcpu->enabled == DOMAIN_NO)
		return xml_fail(source, at_vcpu(source, i), err,
				"unsupported configuration: vcpu0 can't be offline");
	if (!vcpu->id.value && vcpu->hotpluggable == DOMAIN_YES)
		return xml_fail(source, at_vcpu(source, i), err,
				"unsupported configuration: vcpu0 can't be hotpluggable");
	return 0;
}

/* Where single vCPUs are listed, they decide how many there are: those not listed are off. */
static int complete_vcpus(const struct xml_source *source, struct domain_spec *domain,
			  struct err *err)
{
	struct domain_vcpu *vcpu = &domain->vcpu;
	struct idset seen = IDSET_EMPTY;
	int64_t enabled = 0;

	for (size_t i = 0; i < domain->vcpus.n_vcpus; i++) {
		int ret = check_vcpu_state(source, domain, i, &seen, err);

		if (ret < 0)
			return ret;
		enabled += domain->vcpus.vcpus[i].enabled == DOMAIN_YES;
	}
	if (domain->vcpus.n_vcpus && !enabled)
		return xml_fail(source, xml_find(source, "vcpus"), err,
				"unsupported configuration: Domain requires at least 1 vCPU");
	if (enabled)
		vcpu->current = (struct domain_number){ true, enabled };
	if (vcpu->current.value == vcpu->count.value)
		vcpu->current = (struct domain_number){ 0 };
	return 0;
}

static int check_topology(const struct xml_source *source, const struct domain_spec *domain,
			  struct err *err)
{
	const struct domain_topology *t = &domain->cpu.topology;
	const struct domain_number *parts[] = { &t->sockets, &t->dies, &t->clusters, &t->cores,
						&t->threads };
	uint64_t product = 1;

	if (!t->given)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!parts[i]->given)
			continue;
		if (!parts[i]->value)
			return xml_fail(source, xml_find(source, "cpu/topology"), err,
					"XML error: Invalid CPU topology");
		if (!checked_mul(product, (uint64_t)parts[i]->value, &product))
			product = UINT32_MAX;
	}
	if (product != (uint64_t)domain->vcpu.count.value)
		return xml_fail(source, xml_find(source, "cpu/topology"), err,
				"unsupported configuration: CPU topology doesn't match maximum "
				"vcpu count");
	return 0;
}

/* ---- <iothreads>, <iothreadids> ---- */

#define IOTHREAD_MAX 4096

static bool iothread_is_listed(const struct domain_spec *domain, int64_t id, int64_t *ret_below)
{
	const struct domain_iothreadids *ids = &domain->iothreadids;
	bool listed = false;

	*ret_below = 0;
	for (size_t i = 0; i < ids->n_iothreads; i++) {
		listed |= ids->iothreads[i].id.value == id;
		*ret_below += ids->iothreads[i].id.value < id;
	}
	return listed;
}

/* Threads that are not listed have the lowest ids that are free, from 1. */
static bool iothread_exists(const struct domain_spec *domain, int64_t id)
{
	int64_t below,
		unlisted = domain->iothreads.value - (int64_t)domain->iothreadids.n_iothreads;

	return iothread_is_listed(domain, id, &below) || (id && id - below <= unlisted);
}

static const xmlNode *at_iothread(const struct xml_source *source, size_t i)
{
	return xml_find(source, "iothreadids/iothread[%zu]", i + 1);
}

static int complete_iothreads(const struct xml_source *source, struct domain_spec *domain,
			      struct err *err)
{
	const struct domain_iothreadids *ids = &domain->iothreadids;

	for (size_t i = 0; i < ids->n_iothreads; i++) {
		const struct domain_iothread *iothread = &ids->iothreads[i];

		if (!iothread->id.value)
			return xml_fail(source, at_iothread(source, i), err,
					"XML error: Invalid value for attribute 'id' in element "
					"'iothread': '0'. Expected non-zero value");
		for (size_t j = 0; j < i; j++)
			if (ids->iothreads[j].id.value == iothread->id.value)
				return xml_fail(source, at_iothread(source, i), err,
						"XML error: duplicate iothread id '%" PRId64
						"' found",
						iothread->id.value);
	}
	if (domain->iothreads.value > IOTHREAD_MAX)
		return xml_fail(source, xml_find(source, "iothreads"), err,
				"unsupported configuration: more than %d I/O threads",
				IOTHREAD_MAX);
	if (domain->iothreads.value < (int64_t)ids->n_iothreads)
		domain->iothreads = (struct domain_number){ true, (int64_t)ids->n_iothreads };
	return 0;
}

/* ---- <cputune> ---- */

#define PERIOD_MIN 1000
#define PERIOD_MAX 1000000
#define QUOTA_MIN  1000
#define QUOTA_MAX  INT64_C(17592186044415)

struct bandwidth_value {
	const char *name;
	struct domain_number *number;
	bool is_quota;
};

/* 0 is libvirt's "not set"; a negative quota is "no limit". */
static int check_bandwidth(const struct xml_source *source, const struct bandwidth_value *value,
			   struct err *err)
{
	int64_t low = value->is_quota ? QUOTA_MIN : PERIOD_MIN;
	int64_t high = value->is_quota ? QUOTA_MAX : PERIOD_MAX;
	int64_t v = value->number->value;

	if (!value->number->given)
		return 0;
	if (!v) {
		value->number->given = false;
		return 0;
	}
	if (v < 0 || (v >= low && v <= high))
		return 0;
	return xml_fail(source, xml_find(source, "cputune/%s", value->name), err,
			"unsupported configuration: Value of cputune '%s' must be in range "
			"[%" PRId64 ", %" PRId64 "]",
			value->name, low, high);
}

static int check_bandwidths(const struct xml_source *source, struct domain_cputune *tune,
			    struct err *err)
{
	const struct bandwidth_value values[] = {
		{ "period", &tune->period, false },
		{ "quota", &tune->quota, true },
		{ "global_period", &tune->global_period, false },
		{ "global_quota", &tune->global_quota, true },
		{ "emulator_period", &tune->emulator_period, false },
		{ "emulator_quota", &tune->emulator_quota, true },
		{ "iothread_period", &tune->iothread_period, false },
		{ "iothread_quota", &tune->iothread_quota, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		int ret = check_bandwidth(source, &values[i], err);

		if (ret < 0)
			return ret;
	}
	return 0;
}

static const xmlNode *at_tune(const struct xml_source *source, const char *name, size_t i)
{
	return xml_find(source, "cputune/%s[%zu]", name, i + 1);
}

static int check_vcpupins(const struct xml_source *source, struct domain_spec *domain,
			  struct err *err)
{
	const struct domain_cputune *tune = &domain->cputune;
	struct idset seen = IDSET_EMPTY;

	for (size_t i = 0; i < tune->n_vcpupins; i++) {
		int64_t vcpu = tune->vcpupins[i].vcpu.value;

		if (vcpu >= domain->vcpu.count.value) {
			kept_warn(domain, source, at_tune(source, "vcpupin", i),
				  "Ignoring vcpupin for missing vcpus (vcpu '%" PRId64 "')", vcpu);
			continue;
		}
		if (idset_has(&seen, (unsigned int)vcpu))
			return xml_fail(source, at_tune(source, "vcpupin", i), err,
					"XML error: duplicate vcpupin for vcpu '%" PRId64 "'",
					vcpu);
		idset_add(&seen, (unsigned int)vcpu);
	}
	return 0;
}

static int check_iothreadpins(const struct xml_source *source, const struct domain_spec *domain,
			      struct err *err)
{
	const struct domain_cputune *tune = &domain->cputune;

	for (size_t i = 0; i < tune->n_iothreadpins; i++) {
		int64_t id = tune->iothreadpins[i].iothread.value;

		if (!iothread_exists(domain, id))
			return xml_fail(source, at_tune(source, "iothreadpin", i), err,
					"XML error: Cannot find 'iothread' : %" PRId64, id);
		for (size_t j = 0; j < i; j++)
			if (tune->iothreadpins[j].iothread.value == id)
				return xml_fail(source, at_tune(source, "iothreadpin", i), err,
						"XML error: duplicate iothreadpin for iothread "
						"'%" PRId64 "'",
						id);
	}
	return 0;
}

static int check_sched(const struct xml_source *source, const char *name, size_t i,
		       const struct domain_sched *sched, struct err *err)
{
	bool real_time = sched->scheduler == DOMAIN_SCHED_FIFO ||
			 sched->scheduler == DOMAIN_SCHED_RR;

	if (real_time && !sched->priority.given)
		return xml_fail(source, at_tune(source, name, i), err,
				"XML error: Missing scheduler priority");
	if (real_time && !sched->priority.value)
		return xml_fail(source, at_tune(source, name, i), err,
				"XML error: scheduler priority must be in range [1, 99]");
	return 0;
}

static int check_scheds(const struct xml_source *source, const char *name, const char *attribute,
			const struct domain_sched *scheds, size_t n_scheds, struct err *err)
{
	struct idset seen = IDSET_EMPTY;

	for (size_t i = 0; i < n_scheds; i++) {
		int ret = check_sched(source, name, i, &scheds[i], err);

		if (ret < 0)
			return ret;
		if (idset_intersects(&seen, &scheds[i].ids.ids))
			return xml_fail(source, at_tune(source, name, i), err,
					"XML error: '%s' attributes '%s' must not overlap", name,
					attribute);
		idset_union(&seen, &scheds[i].ids.ids);
	}
	return 0;
}

static int check_cputune(const struct xml_source *source, struct domain_spec *domain,
			 struct err *err)
{
	struct domain_cputune *tune = &domain->cputune;
	int ret = check_bandwidths(source, tune, err);

	if (!ret)
		ret = check_vcpupins(source, domain, err);
	if (!ret)
		ret = check_iothreadpins(source, domain, err);
	if (!ret)
		ret = check_scheds(source, "vcpusched", "vcpus", tune->vcpuscheds,
				   tune->n_vcpuscheds, err);
	if (!ret)
		ret = check_scheds(source, "iothreadsched", "iothreads", tune->iothreadscheds,
				   tune->n_iothreadscheds, err);
	if (!ret && tune->emulatorsched.given)
		ret = check_sched(source, "emulatorsched", 0, &tune->emulatorsched, err);
	return ret;
}

int check_cpu(const struct xml_source *source, struct domain_spec *domain, struct err *err)
{
	int ret = complete_vcpu(source, domain, err);

	if (!ret)
		ret = complete_vcpus(source, domain, err);
	if (!ret)
		ret = check_topology(source, domain, err);
	if (!ret)
		ret = complete_iothreads(source, domain, err);
	return ret ? ret : check_cputune(source, domain, err);
}
