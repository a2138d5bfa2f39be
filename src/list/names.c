/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list/names.h"

#include <errno.h>
#include <string.h>

#define BUCKETS_MIN    4
#define CELLS_PER_LINE (MFW_LIST_LINE / MFW_LIST_CELL)
#define CELLS_PER_NAME ((MFW_LIST_NAME_MAX + MFW_LIST_CELL) / MFW_LIST_CELL)

size_t names_lines(size_t n)
{
	size_t lines = BUCKETS_MIN;

	/* At most two thirds of the slots in use. */
	while (lines * MFW_LIST_NAME_SLOTS * 2 < n * 3)
		lines *= 2;
	return lines;
}

static size_t cells_of(size_t len)
{
	return (len + MFW_LIST_CELL - 1) / MFW_LIST_CELL;
}

size_t names_cell_lines(const struct entries *entries)
{
	size_t n = 0;

	for (size_t i = 0; i < ENTRIES_N(entries->names, struct name); i++)
		n += cells_of(ENTRIES_AT(entries->names, struct name, i)->len);
	return (n + CELLS_PER_LINE - 1) / CELLS_PER_LINE;
}

/* A name as it is hashed, and where it is looked for. */
struct sought {
	uint64_t cells[CELLS_PER_NAME][4];
	size_t n_cells, len;
	uint32_t mark, hash;
};

static void seek(const struct area *area, const char *name, size_t len, struct sought *ret)
{
	uint64_t hash = mfw_list_name_begin(area_head(area)->seed, len);

	memset(ret, 0, sizeof(*ret));
	ret->len = len;
	ret->n_cells = cells_of(len);
	memcpy(ret->cells, name, len);
	for (size_t i = 0; i < ret->n_cells; i++) {
		__u64 cell[4];

		memcpy(cell, ret->cells[i], sizeof(cell));
		hash = mfw_list_name_cell(hash, cell);
	}
	ret->hash = hash;
	ret->mark = mfw_list_name_mark(hash, len);
}

static __u64 *bucket_at(const struct area *area, uint32_t hash, unsigned probe)
{
	const struct mfw_list_head *head = area_head(area);

	return (__u64 *)area->lines[head->buckets + ((hash + probe) & head->bucket_mask)].d;
}

static char *cell_at(const struct area *area, uint32_t cell)
{
	return (char *)area->lines + (size_t)cell * MFW_LIST_CELL;
}

static bool is_name(uint64_t slot)
{
	return slot && slot != MFW_LIST_NAME_GONE;
}

/* The name's slot, or NULL. free_slot: the first one that it could have, or NULL. */
static __u64 *find_slot(const struct area *area, const struct sought *s, __u64 **free_slot)
{
	*free_slot = NULL;
	for (unsigned probe = 0; probe < MFW_LIST_PROBES; probe++) {
		__u64 *bucket = bucket_at(area, s->hash, probe);
		bool ends = false;

		for (int i = 0; i < MFW_LIST_NAME_SLOTS; i++) {
			ends |= !bucket[i];
			if (!is_name(bucket[i]) && !*free_slot)
				*free_slot = &bucket[i];
			if (is_name(bucket[i]) && (uint32_t)bucket[i] == s->mark &&
			    !memcmp(cell_at(area, bucket[i] >> 32), s->cells,
				    s->n_cells * MFW_LIST_CELL))
				return &bucket[i];
		}
		if (ends)
			break;
	}
	return NULL;
}

static uint32_t take_cells(struct area *area, const struct sought *s)
{
	struct mfw_list_book *book = area_book(area);
	uint32_t cell = book->used_cells;

	if (s->n_cells > book->cells_end - cell)
		return 0;
	book->used_cells += s->n_cells;
	memcpy(cell_at(area, cell), s->cells, s->n_cells * MFW_LIST_CELL);
	return cell;
}

int names_add(struct area *area, const char *name, size_t len)
{
	struct sought s;
	__u64 *slot;
	uint32_t cell;

	seek(area, name, len, &s);
	if (find_slot(area, &s, &slot))
		return -EEXIST;
	cell = slot ? take_cells(area, &s) : 0;
	if (!cell)
		return -ENOSPC;
	AREA_PUBLISH(slot, (uint64_t)cell << 32 | s.mark);
	area_book(area)->n_names++;
	return 0;
}

int names_del(struct area *area, const char *name, size_t len)
{
	__u64 *slot, *unused;
	struct sought s;

	seek(area, name, len, &s);
	slot = find_slot(area, &s, &unused);
	if (!slot)
		return -ENOENT;
	AREA_PUBLISH(slot, MFW_LIST_NAME_GONE);
	area_book(area)->n_names--;
	return 0;
}

bool names_find(const struct area *area, const char *name, size_t len)
{
	struct sought s;
	__u64 *unused;

	if (!len || len > MFW_LIST_NAME_MAX)
		return false;
	seek(area, name, len, &s);
	return find_slot(area, &s, &unused);
}

int names_build(struct area *area, const struct entries *entries, size_t lines, size_t cell_lines)
{
	struct mfw_list_head *head = area_head(area);
	struct mfw_list_book *book = area_book(area);
	uint32_t cells;
	int r = 0;

	head->buckets = area_take(area, lines);
	head->bucket_mask = lines - 1;
	cells = area_take(area, cell_lines);
	if (!head->buckets || !cells)
		return -ENOSPC;
	book->used_cells = cells * CELLS_PER_LINE;
	book->cells_end = (cells + cell_lines) * CELLS_PER_LINE;
	for (size_t i = 0; i < ENTRIES_N(entries->names, struct name) && !r; i++) {
		const struct name *name = ENTRIES_AT(entries->names, struct name, i);

		r = names_add(area, entries_name(entries, name), name->len);
	}
	return r;
}

int names_read(const struct area *area, struct entries *ret)
{
	int r = 0;

	for (uint64_t i = 0; i <= area_head(area)->bucket_mask && !r; i++) {
		const __u64 *bucket = bucket_at(area, i, 0);

		for (int s = 0; s < MFW_LIST_NAME_SLOTS && !r; s++)
			if (is_name(bucket[s]))
				r = entries_add_name(ret, cell_at(area, bucket[s] >> 32),
						     (uint32_t)bucket[s] >> 24);
	}
	return r;
}

void names_mend(struct area *area)
{
	uint32_t n = 0;

	for (uint64_t i = 0; i <= area_head(area)->bucket_mask; i++)
		for (int s = 0; s < MFW_LIST_NAME_SLOTS; s++)
			n += is_name(bucket_at(area, i, 0)[s]);
	area_book(area)->n_names = n;
}
