/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list/flat.h"
#include "list/walk.h"

#include <errno.h>

#define N_PARTS (1u << 16)

static uint64_t *number_of(const struct area *area, uint32_t address)
{
	return (uint64_t *)&area->lines[MFW_LIST_FLAT_LINE] + (address >> 16);
}

static __u64 *heap_of(const struct area *area)
{
	return area->lines[area_head(area)->root].d;
}

static unsigned net_bit(struct net4 net)
{
	return 1u << net.length | (uint32_t)((uint64_t)net.address >> (32 - net.length));
}

static bool is_few(const struct part *part)
{
	return !part->n_nets && part->n_hosts <= MFW_LIST_FEW_MAX;
}

/* ---- a number ---- */

static uint64_t number_of_few(const struct part *part)
{
	uint64_t number = MFW_LIST_FEW << 1;

	for (size_t i = 0; i < MFW_LIST_FEW_MAX; i++)
		number |= (part->hosts[i < part->n_hosts ? i : 0] & 0xffffull) << (16 + i * 16);
	return number;
}

/* A bit for each part of 2048 addresses that has something. */
static uint32_t parts_of(const struct part *part)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < part->n_hosts; i++)
		bits |= 1u << (part->hosts[i] >> 11 & 31);
	for (size_t i = 0; i < part->n_nets; i++) {
		const struct net4 *net = &part->nets[i];
		unsigned n = net->length < 21 ? 1u << (21 - net->length) : 1;

		bits |= (uint32_t)((1ull << n) - 1) << (net->address >> 11 & 31);
	}
	return bits;
}

static int write_part(struct area *area, const struct part *part, uint64_t *ret)
{
	uint32_t number;
	int r;

	*ret = 0;
	if (is_few(part)) {
		*ret = part->n_hosts ? number_of_few(part) : 0;
		return 0;
	}
	r = record_write(area, part, &number);
	if (!r)
		*ret = (uint64_t)parts_of(part) << 32 | number;
	return r;
}

/* ---- building ---- */

size_t flat_lines(const struct entries *entries)
{
	struct walk w = {.entries = entries};
	size_t quarters = 0;

	while (walk_next(&w))
		quarters += is_few(&w.part) ? 0 : record_quarters(&w.part);
	return MFW_LIST_FLAT_HEAP_LINES + (quarters + 3) / 4;
}

size_t flat_plan(size_t lines, size_t rest)
{
	/* What is taken at once may not fit before the numbers, and leave lines there unused. */
	size_t lost = rest > RECORD_LINES_MAX ? rest : RECORD_LINES_MAX;

	lines += rest + (lost < MFW_LIST_FLAT_LINE ? lost : MFW_LIST_FLAT_LINE);
	return (lines > MFW_LIST_FLAT_LINE ? lines : MFW_LIST_FLAT_LINE) + MFW_LIST_FLAT_LINES;
}

static void build_net(struct area *area, struct net4 net)
{
	uint64_t *numbers = number_of(area, net.address);

	heap_set(heap_of(area), net_bit(net), true);
	for (unsigned i = 0; i < N_PARTS >> net.length; i++)
		numbers[i] |= MFW_LIST_ALL;
}

int flat_build(struct area *area, const struct entries *entries)
{
	struct walk w = {.entries = entries};
	uint32_t heap = area_take(area, MFW_LIST_FLAT_HEAP_LINES);
	int r = heap ? 0 : -ENOSPC;

	area_head(area)->root = heap;
	while (!r && walk_next(&w))
		r = write_part(area, &w.part, number_of(area, w.base));
	for (size_t i = 0; i < ENTRIES_N(entries->nets, struct net4) && !r; i++) {
		const struct net4 *net = ENTRIES_AT(entries->nets, struct net4, i);

		if (net->length <= 16)
			build_net(area, *net);
	}
	return r;
}

/* ---- single changes ---- */

bool flat_has(const struct area *area, struct net4 net)
{
	return heap_has(heap_of(area), net_bit(net));
}

int flat_switch(struct area *area, uint32_t address, const struct part *part)
{
	uint64_t *number = number_of(area, address), changed;
	int r = write_part(area, part, &changed);

	if (!r)
		AREA_PUBLISH(number, changed | (*number & MFW_LIST_ALL));
	return r;
}

/* ---- reading ---- */

int flat_read_part(const struct area *area, uint32_t address, struct entries *ret)
{
	uint64_t number = *number_of(area, address);
	uint32_t base = address & 0xffff0000;
	uint16_t first = number >> 16;
	int r;

	if (MFW_LIST_SHAPE(number) != MFW_LIST_FEW)
		return record_read(area, (uint32_t)number, base, ret);
	r = entries_add4(ret, base | first, 32);
	for (int i = 32; i < 64 && !r; i += 16)
		if ((uint16_t)(number >> i) != first)
			r = entries_add4(ret, base | (uint16_t)(number >> i), 32);
	return r;
}

int flat_read(const struct area *area, struct entries *ret)
{
	int r = 0;

	for (unsigned n = 0; n <= 16 && !r; n++)
		for (uint32_t i = 0; i < 1u << n && !r; i++)
			if (heap_has(heap_of(area), 1u << n | i))
				r = entries_add4(ret, (uint32_t)((uint64_t)i << (32 - n)), n);
	for (uint32_t i = 0; i < N_PARTS && !r; i++)
		r = flat_read_part(area, i << 16, ret);
	return r;
}
