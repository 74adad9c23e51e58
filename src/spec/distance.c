/* SPDX-License-Identifier: Apache-2.0 */
/* Distances between cells. Rules and texts: QEMU 10.0, "-numa dist". See build.h. */
#include <errno.h>
#include <stdlib.h>

#include "base/util.h"
#include "spec/build.h"

#define LOCAL_DISTANCE	 10u /* ACPI 6.4, 5.2.17 */
#define DEFAULT_DISTANCE 20u

/* The value as given, or 0. */
static uint8_t given(const struct vm_spec *spec, unsigned int src, unsigned int dst)
{
	for (size_t i = 0; i < spec->n_distances; i++)
		if (spec->distances[i].src == src && spec->distances[i].dst == dst)
			return spec->distances[i].value;
	return 0;
}

static int check_pair(const struct vm_spec *spec, const struct spec_distance *distance,
		      struct err *err)
{
	if (distance->src >= SPEC_CELL_MAX)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Parameter 'src' expects an integer between 0 and %u",
			       SPEC_CELL_MAX - 1);
	if (distance->dst >= SPEC_CELL_MAX)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Parameter 'dst' expects an integer between 0 and %u",
			       SPEC_CELL_MAX - 1);
	if (!spec->cells[distance->src].present || !spec->cells[distance->dst].present)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Source/Destination NUMA node is missing. Please use '-numa node' "
			       "option to declare it first.");
	if (distance->value < LOCAL_DISTANCE)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "NUMA distance (%u) is invalid, it shouldn't be less than %u.",
			       distance->value, LOCAL_DISTANCE);
	if (distance->src == distance->dst && distance->value != LOCAL_DISTANCE)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "Local distance of node %u should be %u.", distance->src,
			       LOCAL_DISTANCE);
	return 0;
}

int spec_distance_add(struct vm_spec *spec, const struct spec_distance *distance, struct err *err)
{
	struct spec_distance *distances;
	int ret = check_pair(spec, distance, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < spec->n_distances; i++) {
		distances = &spec->distances[i];
		if (distances->src == distance->src && distances->dst == distance->dst) {
			distances->value = distance->value;
			return 0;
		}
	}
	distances = reallocarray(spec->distances, spec->n_distances + 1, sizeof(*distances));
	if (!distances)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "not enough memory");
	spec->distances = distances;
	distances[spec->n_distances++] = *distance;
	return 0;
}

int spec_distances_check(const struct vm_spec *spec, struct err *err)
{
	uint8_t matrix[SPEC_CELL_MAX][SPEC_CELL_MAX] = { { 0 } };
	bool asymmetric = false, one_way = false;

	if (!spec->n_distances)
		return 0;
	for (size_t i = 0; i < spec->n_distances; i++)
		matrix[spec->distances[i].src][spec->distances[i].dst] = spec->distances[i].value;
	for (unsigned int src = 0; src < spec->n_cells; src++) {
		for (unsigned int dst = src + 1; dst < spec->n_cells; dst++) {
			uint8_t there = matrix[src][dst], back = matrix[dst][src];

			if (!there && !back)
				return err_set(err, ERR_USER, -EINVAL, "-numa",
					       "The distance between node %u and %u is missing, at "
					       "least one distance value between each nodes should "
					       "be provided.",
					       src, dst);
			one_way |= !there || !back;
			asymmetric |= there && back && there != back;
		}
	}
	if (asymmetric && one_way)
		return err_set(err, ERR_USER, -EINVAL, "-numa",
			       "At least one asymmetrical pair of distances is given, please "
			       "provide distances for both directions of all node pairs.");
	return 0;
}

bool spec_has_distances(const struct vm_spec *spec)
{
	return spec->n_distances > 0;
}

uint8_t spec_distance_get(const struct vm_spec *spec, unsigned int src, unsigned int dst)
{
	uint8_t value = given(spec, src, dst);

	if (src == dst)
		return LOCAL_DISTANCE;
	if (!value)
		value = given(spec, dst, src);
	return value ? value : DEFAULT_DISTANCE;
}
