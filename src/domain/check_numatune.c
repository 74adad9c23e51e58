/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of <numatune>: see check.h. Modes are described in ARCHITECTURE.md's words and domain.h. */
#include "base/util.h"
#include "domain/check.h"
#include "domain/domain.h"

static const xmlNode *at_memory(const struct xml_source *source)
{
	return xml_find(source, "numatune/memory");
}

static const xmlNode *at_memnode(const struct xml_source *source, size_t i)
{
	return xml_find(source, "numatune/memnode[%zu]", i + 1);
}

/*
 * placement: what is written, else static where there is a nodeset, else that of <vcpu>, else auto.
 * With auto a nodeset is without effect and dropped, as libvirt does. <vcpu placement='auto'> alone
 * implies <memory mode='strict' placement='auto'/>.
 */
static int complete_memory(const struct xml_source *source, struct domain_spec *domain,
			   struct err *err)
{
	struct domain_numatune_memory *memory = &domain->numatune.memory;

	if (!memory->given) {
		if (domain->vcpu.placement != DOMAIN_AUTO)
			return 0;
		domain->numatune.given = memory->given = true;
		memory->placement = DOMAIN_AUTO;
	}
	if (!memory->mode)
		memory->mode = DOMAIN_NUMA_STRICT;
	if (!memory->placement)
		memory->placement = memory->nodeset.given || domain->vcpu.placement == DOMAIN_STATIC
					    ? DOMAIN_STATIC
					    : DOMAIN_AUTO;
	if (memory->placement == DOMAIN_AUTO)
		memory->nodeset = (struct domain_set){ 0 };
	else if (!memory->nodeset.given)
		return xml_fail(source, at_memory(source), err,
				"unsupported configuration: nodeset for NUMA memory tuning must be "
				"set if 'placement' is 'static'");
	return 0;
}

static bool has_tiering_mode(enum domain_numa_mode mode)
{
	return mode == DOMAIN_NUMA_STRICT || mode == DOMAIN_NUMA_PREFERRED;
}

static int check_tiering(const struct xml_source *source, const xmlNode *node,
			 enum domain_numa_mode mode, enum domain_yes_no tiering, struct err *err)
{
	if (tiering != DOMAIN_YES || has_tiering_mode(mode))
		return 0;
	if (mode == DOMAIN_NUMA_RESTRICTIVE)
		return xml_fail(source, node, err,
				"unsupported configuration: tiering='yes' goes with modes 'strict' "
				"and 'preferred'; with mode 'restrictive' the kernel tiers anyway");
	return xml_fail(source, node, err,
			"unsupported configuration: tiering='yes' goes with modes 'strict' and "
			"'preferred', not with '%s'",
			domain_numa_mode_name(mode));
}

/* migratable is "no policy": it is of the whole domain, and nothing that needs one goes with it. */
static int check_migratable(const struct xml_source *source, const struct domain_spec *domain,
			    struct err *err)
{
	const struct domain_numatune_memory *memory = &domain->numatune.memory;

	if (memory->migratable != DOMAIN_YES)
		return 0;
	if (memory->mode == DOMAIN_NUMA_RESTRICTIVE)
		return xml_fail(source, at_memory(source), err,
				"unsupported configuration: migratable='yes' goes with mode "
				"'strict' only; mode 'restrictive' is migratable without it");
	if (memory->mode != DOMAIN_NUMA_STRICT)
		return xml_fail(source, at_memory(source), err,
				"unsupported configuration: migratable='yes' goes with mode "
				"'strict' only: mode '%s' needs a policy, which pins memory",
				domain_numa_mode_name(memory->mode));
	if (memory->tiering == DOMAIN_YES)
		return xml_fail(source, at_memory(source), err,
				"unsupported configuration: migratable='yes' and tiering='yes' "
				"exclude each other; without a policy the kernel tiers anyway");
	return 0;
}

static int check_migratable_memnode(const struct xml_source *source,
				    const struct domain_spec *domain, size_t i, struct err *err)
{
	const struct domain_numatune_memnode *memnode = &domain->numatune.memnodes[i];

	if (domain->numatune.memory.migratable != DOMAIN_YES)
		return 0;
	if (memnode->mode != DOMAIN_NUMA_STRICT)
		return xml_fail(source, at_memnode(source, i), err,
				"unsupported configuration: mode '%s' needs a policy, but the "
				"memory element says migratable='yes'; use 'strict' or leave the "
				"mode out",
				domain_numa_mode_name(memnode->mode));
	if (memnode->tiering == DOMAIN_YES)
		return xml_fail(source, at_memnode(source, i), err,
				"unsupported configuration: tiering='yes' needs a policy, but the "
				"memory element says migratable='yes'");
	return 0;
}

/* restrictive is all or nothing; an absent <memory> counts as strict (libvirt 11.3). */
static int check_restrictive(const struct xml_source *source, const struct domain_spec *domain,
			     size_t i, struct err *err)
{
	bool all = domain->numatune.memory.mode == DOMAIN_NUMA_RESTRICTIVE;
	bool this = domain->numatune.memnodes[i].mode == DOMAIN_NUMA_RESTRICTIVE;

	if (all && !this)
		return xml_fail(source, at_memnode(source, i), err,
				"XML error: 'restrictive' mode is required in memnode element when "
				"mode is 'restrictive' in memory element");
	if (this && !all)
		return xml_fail(source, at_memnode(source, i), err,
				"XML error: 'restrictive' mode is required in memory element when "
				"mode is 'restrictive' in memnode element");
	return 0;
}

static int check_cellid(const struct xml_source *source, const struct domain_spec *domain, size_t i,
			struct err *err)
{
	const struct domain_numatune *numatune = &domain->numatune;
	int64_t cell = numatune->memnodes[i].cellid.value;

	if (!domain->cpu.numa.n_cells)
		return xml_fail(source, at_memnode(source, i), err,
				"XML error: Element 'memnode' is invalid without any guest NUMA "
				"cells");
	if (cell >= (int64_t)domain->cpu.numa.n_cells)
		return xml_fail(source, at_memnode(source, i), err,
				"XML error: Argument 'cellid' in memnode element must correspond "
				"to existing guest's NUMA cell");
	for (size_t j = 0; j < i; j++)
		if (numatune->memnodes[j].cellid.value == cell)
			return xml_fail(source, at_memnode(source, i), err,
					"XML error: Multiple memnode elements with cellid %lld",
					(long long)cell);
	return 0;
}

static int check_memnode(const struct xml_source *source, struct domain_spec *domain, size_t i,
			 struct err *err)
{
	struct domain_numatune_memnode *memnode = &domain->numatune.memnodes[i];
	int ret = check_cellid(source, domain, i, err);

	if (!memnode->mode)
		memnode->mode = DOMAIN_NUMA_STRICT;
	if (!ret)
		ret = check_restrictive(source, domain, i, err);
	if (!ret)
		ret = check_migratable_memnode(source, domain, i, err);
	if (!ret)
		ret = check_tiering(source, at_memnode(source, i), memnode->mode, memnode->tiering,
				    err);
	return ret;
}

int check_numatune(const struct xml_source *source, struct domain_spec *domain, struct err *err)
{
	struct domain_numatune *numatune = &domain->numatune;
	int ret = complete_memory(source, domain, err);

	if (!ret)
		ret = check_migratable(source, domain, err);
	if (!ret && numatune->memory.given)
		ret = check_tiering(source, at_memory(source), numatune->memory.mode,
				    numatune->memory.tiering, err);
	if (!ret && numatune->n_memnodes && numatune->memory.placement == DOMAIN_AUTO)
		ret = xml_fail(source, at_memnode(source, 0), err,
			       "unsupported configuration: Per-node binding is not compatible with "
			       "automatic NUMA placement.");
	for (size_t i = 0; !ret && i < numatune->n_memnodes; i++)
		ret = check_memnode(source, domain, i, err);
	return ret;
}
