/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/lib/list.bpf.c does in the kernel, in user space. */
#include "list/four.h"

static bool in_row(const uint16_t *row, int n, uint32_t address)
{
	for (int i = 0; i < n; i++)
		if (row[i] == (address & 0xffff))
			return true;
	return false;
}

static bool in_table(const struct area *area, uint32_t line, uint32_t address)
{
	const struct mfw_list_table *table = (const void *)&area->lines[line];
	unsigned word = address >> 14 & 3, bit = address >> 8 & 63;
	uint32_t cell;

	if (table->wide && area->lines[table->wide].d[word] >> bit & 1)
		return true;
	if (!(table->any[word] >> bit & 1))
		return false;
	cell = table->bitmaps + table->before[word] +
	       (uint32_t)__builtin_popcountll(table->any[word] & ((1ULL << bit) - 1));
	return area->lines[cell / 2].d[cell % 2 * 4 + (address >> 6 & 3)] >> (address & 63) & 1;
}

static bool in_record(const struct area *area, uint32_t number, uint32_t address)
{
	uint32_t line = number >> MFW_LIST_LINE_SHIFT;
	const uint16_t *row = area->lines[line].h;

	switch (MFW_LIST_SHAPE(number)) {
	case MFW_LIST_SHORT:
		row += MFW_LIST_QUARTER(number) * MFW_LIST_SHORT_MAX;
		return in_row(row, MFW_LIST_SHORT_MAX, address);
	case MFW_LIST_LONG: return in_row(row, MFW_LIST_LONG_MAX, address);
	default: return in_table(area, line, address);
	}
}

static bool in_few(uint64_t number, uint32_t address)
{
	for (int i = 16; i < 64; i += 16)
		if ((uint16_t)(number >> i) == (address & 0xffff))
			return true;
	return false;
}

static bool find_flat(const struct area *area, uint32_t address)
{
	const union mfw_line *line = &area->lines[MFW_LIST_FLAT_LINE + (address >> 19)];
	uint64_t number = line->d[address >> 16 & 7];

	if (number & MFW_LIST_ALL || !number)
		return number & MFW_LIST_ALL;
	if (MFW_LIST_SHAPE(number) == MFW_LIST_FEW)
		return in_few(number, address);
	return number >> 32 >> (address >> 11 & 31) & 1 &&
	       in_record(area, (uint32_t)number, address);
}

static bool find_paged(const struct area *area, uint32_t address)
{
	uint32_t number = area->lines[area_head(area)->root].w[address >> 24];

	if (number & MFW_LIST_ALL || !number)
		return number & MFW_LIST_ALL;
	number = area->lines[number >> MFW_LIST_LINE_SHIFT].w[address >> 16 & 255];
	if (number & MFW_LIST_ALL || !number)
		return number & MFW_LIST_ALL;
	return in_record(area, number, address);
}

bool four_find(const struct area *area, uint32_t address)
{
	return area_is_flat(area) ? find_flat(area, address) : find_paged(area, address);
}
