/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list/area.h"

uint32_t area_take(struct area *area, uint32_t n)
{
	struct mfw_list_book *book = area_book(area);
	uint32_t line = book->used;

	if (area_is_flat(area) && line <= MFW_LIST_FLAT_LINE && n > MFW_LIST_FLAT_LINE - line)
		line = MFW_LIST_FLAT_LINE + MFW_LIST_FLAT_LINES;
	if (n > book->n_lines - line)
		return 0;
	book->used = line + n;
	return line;
}

bool heap_covers(const __u64 *heap, uint8_t byte, unsigned from, unsigned to)
{
	for (unsigned n = from; n <= to; n++)
		if (heap_has(heap, heap_bit(byte, n)))
			return true;
	return false;
}
