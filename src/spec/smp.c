/* SPDX-License-Identifier: Apache-2.0 */
/* CPU topology: -smp rules (QEMU 6.2 and newer), places and APIC ids. See spec.h and build.h. */
#include <errno.h>

#include "base/util.h"
#include "spec/build.h"

static int check_product(const struct spec_smp *smp, struct err *err)
{
	/* Each factor is at most 2^32 - 1: two products of two fit 64 bits, the last may not. */
	uint64_t outer = (uint64_t)smp->sockets * smp->dies;
	uint64_t inner = (uint64_t)smp->cores * smp->threads, product;

	if (!checked_mul(outer, inner, &product) || product != smp->maxcpus)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Invalid CPU topology: product of the hierarchy must match maxcpus: "
			       "sockets (%u) * dies (%u) * modules (1) * cores (%u) * threads (%u) "
			       "!= maxcpus (%u)",
			       smp->sockets, smp->dies, smp->cores, smp->threads, smp->maxcpus);
	if (smp->maxcpus < smp->cpus)
		return err_set(
			err, ERR_USER, -EINVAL, NULL,
			"Invalid CPU topology: maxcpus must be equal to or greater than smp: "
			"sockets (%u) * dies (%u) * modules (1) * cores (%u) * threads (%u) "
			"== maxcpus (%u) < smp_cpus (%u)",
			smp->sockets, smp->dies, smp->cores, smp->threads, smp->maxcpus, smp->cpus);
	return 0;
}

/* One missing factor is what the others leave of maxcpus: cores before sockets before threads. */
static void fill_factors(struct spec_smp *smp)
{
	uint64_t known;

	if (!smp->dies)
		smp->dies = 1;
	if (!smp->cores) {
		smp->sockets = MAX(smp->sockets, 1u);
		smp->threads = MAX(smp->threads, 1u);
		if (!checked_mul((uint64_t)smp->sockets * smp->dies, smp->threads, &known))
			known = UINT64_MAX;
		smp->cores = (uint32_t)(smp->maxcpus / known);
	} else if (!smp->sockets) {
		smp->threads = MAX(smp->threads, 1u);
		if (!checked_mul((uint64_t)smp->cores * smp->dies, smp->threads, &known))
			known = UINT64_MAX;
		smp->sockets = (uint32_t)(smp->maxcpus / known);
	} else if (!smp->threads) {
		if (!checked_mul((uint64_t)smp->sockets * smp->dies, smp->cores, &known))
			known = UINT64_MAX;
		smp->threads = (uint32_t)(smp->maxcpus / known);
	}
}

/* Neither cpus nor maxcpus was given: they follow from the hierarchy. False: too many. */
static bool count_from_hierarchy(struct spec_smp *smp)
{
	uint64_t product;

	smp->sockets = MAX(smp->sockets, 1u);
	smp->dies = MAX(smp->dies, 1u);
	smp->cores = MAX(smp->cores, 1u);
	smp->threads = MAX(smp->threads, 1u);
	if (!checked_mul((uint64_t)smp->sockets * smp->dies, (uint64_t)smp->cores * smp->threads,
			 &product) ||
	    product > UINT32_MAX)
		return false;
	smp->maxcpus = (uint32_t)product;
	return true;
}

static int too_many(uint32_t cpus, const char *type_name, struct err *err)
{
	return err_set(err, ERR_USER, -EINVAL, NULL,
		       "Invalid SMP CPUs %u. The max CPUs supported by machine '%s' is %u", cpus,
		       type_name, SPEC_VCPU_MAX);
}

int spec_smp_complete(struct spec_smp *smp, const char *type_name, struct err *err)
{
	struct spec_smp full = *smp;
	int ret;

	if (!full.cpus && !full.maxcpus) {
		if (!count_from_hierarchy(&full))
			return too_many(UINT32_MAX, type_name, err);
	} else {
		if (!full.maxcpus)
			full.maxcpus = full.cpus;
		fill_factors(&full);
	}
	if (!full.cpus)
		full.cpus = full.maxcpus;
	ret = check_product(&full, err);
	if (ret < 0)
		return ret;
	if (full.maxcpus > SPEC_VCPU_MAX)
		return too_many(full.maxcpus, type_name, err);
	*smp = full;
	return 0;
}

/* Bits that hold the ids 0 .. count - 1. */
static unsigned int id_bits(uint32_t count)
{
	return count <= 1 ? 0 : 32 - (unsigned int)__builtin_clz(count - 1);
}

struct spec_vcpu_place spec_vcpu_place(const struct spec_smp *smp, unsigned int vcpu)
{
	struct spec_vcpu_place place = {
		.thread = vcpu % smp->threads,
		.core = vcpu / smp->threads % smp->cores,
		.die = vcpu / smp->threads / smp->cores % smp->dies,
		.socket = vcpu / smp->threads / smp->cores / smp->dies,
	};
	unsigned int shift = 0;

	place.apic_id = place.thread;
	shift += id_bits(smp->threads);
	place.apic_id |= place.core << shift;
	shift += id_bits(smp->cores);
	place.apic_id |= place.die << shift;
	shift += id_bits(smp->dies);
	place.apic_id |= place.socket << shift;
	return place;
}
