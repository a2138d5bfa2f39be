/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list/list.h"
#include "list/flat.h"
#include "list/four.h"
#include "list/names.h"
#include "list/six.h"

#include <errno.h>
#include <string.h>

/* At least so many lines for changes: a few dozen of any kind. */
#define SPARE_MIN 128

/* ---- building ---- */

static size_t with_spare(size_t lines)
{
	return lines + lines / 8 + SPARE_MIN;
}

/* A list that takes so much is laid out for it, which takes some more. */
static size_t four_plan(const struct entries *entries, size_t buckets)
{
	size_t lines = MFW_LIST_FIRST_LINE + with_spare(four_lines(entries)) + buckets;

	if (lines <= MFW_LIST_FLAT_LINE)
		return lines;
	return flat_plan(MFW_LIST_FIRST_LINE + with_spare(flat_lines(entries)), buckets);
}

struct list_plan list_plan(enum mfw_list_kind kind, const struct entries *entries, uint64_t seed,
			   unsigned attempt)
{
	struct list_plan plan = {.kind = kind, .seed = seed};

	if (kind == MFW_LIST_IP) {
		plan.buckets = six_lines(ENTRIES_N(entries->six, struct net6)) << attempt;
		plan.lines = four_plan(entries, plan.buckets);
	} else {
		plan.buckets = names_lines(ENTRIES_N(entries->names, struct name)) << attempt;
		plan.cell_lines = with_spare(names_cell_lines(entries));
		plan.lines = MFW_LIST_FIRST_LINE + plan.buckets + plan.cell_lines;
	}
	return plan;
}

int list_build(const struct list_plan *plan, const struct entries *entries, struct area *area)
{
	struct mfw_list_head *head = area_head(area);
	struct mfw_list_book *book = area_book(area);
	int r;

	head->magic = MFW_LIST_MAGIC;
	head->seed = plan->seed;
	head->kind = plan->kind;
	book->n_lines = plan->lines;
	book->used = MFW_LIST_FIRST_LINE;
	if (plan->kind == MFW_LIST_NAME)
		return names_build(area, entries, plan->buckets, plan->cell_lines);
	r = four_build(area, entries);
	return r ? r : six_build(area, entries, plan->buckets);
}

/* ---- what is there ---- */

bool list_is_sound(const struct area *area)
{
	const struct mfw_list_head *head = area_head(area);
	const struct mfw_list_book *book = area_book(area);

	if (area->n < MFW_LIST_FIRST_LINE || head->magic != MFW_LIST_MAGIC ||
	    book->n_lines > area->n || book->used > book->n_lines)
		return false;
	if (head->kind == MFW_LIST_IP && !four_is_sound(area))
		return false;
	return (head->kind == MFW_LIST_IP || head->kind == MFW_LIST_NAME) &&
	       (uint64_t)head->buckets + head->bucket_mask < book->used;
}

static bool is_names(const struct area *area)
{
	return area_head(area)->kind == MFW_LIST_NAME;
}

static int count_again(struct area *area)
{
	cleanup_entries struct entries entries = {};
	struct mfw_list_book *book = area_book(area);

	if (is_names(area)) {
		names_mend(area);
		return 0;
	}
	six_mend(area);
	if (four_read(area, &entries))
		return -ENOMEM;
	book->n_hosts = ENTRIES_N(entries.hosts, uint32_t);
	book->n_nets = ENTRIES_N(entries.nets, struct net4);
	return 0;
}

void list_mend(struct area *area)
{
	struct mfw_list_book *book = area_book(area);

	if (book->busy && !count_again(area))
		AREA_PUBLISH(&book->busy, 0);
}

size_t list_count(const struct area *area)
{
	const struct mfw_list_book *book = area_book(area);

	return (size_t)book->n_hosts + book->n_nets + book->n_six + book->n_names;
}

int list_read(const struct area *area, struct entries *ret)
{
	int r;

	if (is_names(area))
		return names_read(area, ret);
	r = four_read(area, ret);
	return r ? r : six_read(area, ret);
}

/* ---- one entry ---- */

int list_add(struct area *area, const struct list_entry *entry)
{
	struct mfw_list_book *book = area_book(area);
	int r;

	AREA_PUBLISH(&book->busy, 1);
	switch (entry->family) {
	case 4: r = four_add(area, entry->four); break;
	case 6: r = six_add(area, entry->six); break;
	default: r = names_add(area, entry->name.text, entry->name.len); break;
	}
	AREA_PUBLISH(&book->busy, 0);
	return r;
}

int list_del(struct area *area, const struct list_entry *entry)
{
	struct mfw_list_book *book = area_book(area);
	int r;

	AREA_PUBLISH(&book->busy, 1);
	switch (entry->family) {
	case 4: r = four_del(area, entry->four); break;
	case 6: r = six_del(area, entry->six); break;
	default: r = names_del(area, entry->name.text, entry->name.len); break;
	}
	AREA_PUBLISH(&book->busy, 0);
	return r;
}

bool list_find(const struct area *area, const struct list_entry *entry)
{
	switch (entry->family) {
	case 4: return four_find(area, entry->four.address);
	case 6: return six_find(area, entry->six.high, entry->six.low);
	default: return names_find(area, entry->name.text, entry->name.len);
	}
}

int entries_add(struct entries *entries, const struct list_entry *entry)
{
	switch (entry->family) {
	case 4: return entries_add4(entries, entry->four.address, entry->four.length);
	case 6: return entries_add6(entries, entry->six.high, entry->six.low, entry->six.length);
	default: return entries_add_name(entries, entry->name.text, entry->name.len);
	}
}
