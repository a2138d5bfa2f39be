/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root, pages and records; record.c has what is in a record, flat.c what a large list has. */
#include "list/four.h"
#include "list/flat.h"
#include "list/walk.h"

#include <errno.h>
#include <string.h>

/* A root or a page, by its first line. */
static uint32_t *node_numbers(const struct area *area, uint32_t line)
{
	return area->lines[line].w;
}

static __u64 *node_heap(const struct area *area, uint32_t line)
{
	return area->lines[line + MFW_LIST_NODE_HEAP].d;
}

/* Answers for all that the node's heap has, in numbers that nobody sees yet. */
static void node_spread(const struct area *area, uint32_t line, unsigned from)
{
	uint32_t *numbers = node_numbers(area, line);

	for (unsigned byte = 0; byte < 256; byte++) {
		bool all = heap_covers(node_heap(area, line), byte, from, 8);

		numbers[byte] = (numbers[byte] & ~MFW_LIST_ALL) | (all ? MFW_LIST_ALL : 0);
	}
}

/* Where a network of at most /16 is noted: in the root with up to 8 bits, or in a page. */
static bool is_in_root(unsigned length)
{
	return length <= 8;
}

static unsigned node_bit(struct net4 net)
{
	return is_in_root(net.length) ? heap_bit(net.address >> 24, net.length)
				      : heap_bit(net.address >> 16, net.length - 8);
}

/* ---- building ---- */

size_t four_lines(const struct entries *entries)
{
	struct walk w = {.entries = entries};
	__u64 pages[4] = {};
	size_t n = MFW_LIST_NODE_LINES, quarters = 0;

	while (walk_next(&w)) {
		quarters += record_quarters(&w.part);
		pages[w.base >> 30] |= 1ULL << (w.base >> 24 & 63);
	}
	for (size_t i = 0; i < ENTRIES_N(entries->nets, struct net4); i++) {
		const struct net4 *net = ENTRIES_AT(entries->nets, struct net4, i);

		if (!is_in_root(net->length))
			pages[net->address >> 30] |= 1ULL << (net->address >> 24 & 63);
	}
	for (int i = 0; i < 4; i++)
		n += (size_t)__builtin_popcountll(pages[i]) * MFW_LIST_NODE_LINES;
	return n + (quarters + 3) / 4;
}

/* The page of that first byte, made if it is not there; 0: no room. */
static uint32_t build_page(struct area *area, unsigned byte)
{
	uint32_t *number = &node_numbers(area, area_head(area)->root)[byte];
	uint32_t line = *number >> MFW_LIST_LINE_SHIFT;

	if (!line) {
		line = area_take(area, MFW_LIST_NODE_LINES);
		*number |= line << MFW_LIST_LINE_SHIFT;
	}
	return line;
}

static int build_records(struct area *area, const struct entries *entries)
{
	struct walk w = {.entries = entries};
	int r = 0;

	while (!r && walk_next(&w)) {
		uint32_t page = build_page(area, w.base >> 24), number;

		r = page ? record_write(area, &w.part, &number) : -ENOSPC;
		if (!r)
			node_numbers(area, page)[w.base >> 16 & 255] = number;
	}
	return r;
}

static int build_nets(struct area *area, const struct entries *entries)
{
	for (size_t i = 0; i < ENTRIES_N(entries->nets, struct net4); i++) {
		const struct net4 *net = ENTRIES_AT(entries->nets, struct net4, i);
		uint32_t node = area_head(area)->root;

		if (net->length > 16)
			continue;
		if (!is_in_root(net->length))
			node = build_page(area, net->address >> 24);
		if (!node)
			return -ENOSPC;
		heap_set(node_heap(area, node), node_bit(*net), true);
	}
	return 0;
}

static int build_pages(struct area *area, const struct entries *entries)
{
	uint32_t root = area_take(area, MFW_LIST_NODE_LINES);
	int r;

	if (!root)
		return -ENOSPC;
	area_head(area)->root = root;
	r = build_records(area, entries);
	r = r ? r : build_nets(area, entries);
	if (r)
		return r;
	for (unsigned byte = 0; byte < 256; byte++) {
		uint32_t page = node_numbers(area, root)[byte] >> MFW_LIST_LINE_SHIFT;

		if (page)
			node_spread(area, page, 1);
	}
	node_spread(area, root, 0);
	return 0;
}

int four_build(struct area *area, const struct entries *entries)
{
	struct mfw_list_book *book = area_book(area);

	book->n_hosts = ENTRIES_N(entries->hosts, uint32_t);
	book->n_nets = ENTRIES_N(entries->nets, struct net4);
	return area_is_flat(area) ? flat_build(area, entries) : build_pages(area, entries);
}

bool four_is_sound(const struct area *area)
{
	const struct mfw_list_book *book = area_book(area);
	uint64_t root = area_head(area)->root;
	bool flat = area_is_flat(area);

	if (flat && book->n_lines < MFW_LIST_FLAT_LINE + MFW_LIST_FLAT_LINES)
		return false;
	return root >= MFW_LIST_FIRST_LINE &&
	       root + (flat ? MFW_LIST_FLAT_HEAP_LINES : MFW_LIST_NODE_LINES) <= book->used;
}

/* ---- single changes ---- */

/* Writes a copy of the node (line 0: an empty one) with that network in its heap, or not. */
static int change_node(struct area *area, uint32_t line, struct net4 net, bool value, uint32_t *ret)
{
	uint32_t copy = area_take(area, MFW_LIST_NODE_LINES);

	if (!copy)
		return -ENOSPC;
	if (line)
		memcpy(&area->lines[copy], &area->lines[line], MFW_LIST_NODE_LINES * MFW_LIST_LINE);
	heap_set(node_heap(area, copy), node_bit(net), value);
	node_spread(area, copy, is_in_root(net.length) ? 0 : 1);
	*ret = copy;
	return 0;
}

static int change_root(struct area *area, struct net4 net, bool value)
{
	struct mfw_list_head *head = area_head(area);
	uint32_t copy;
	int r = change_node(area, head->root, net, value, &copy);

	if (!r)
		AREA_PUBLISH(&head->root, copy);
	return r;
}

/* Lets the root lead to another page. */
static void switch_page(struct area *area, uint32_t address, uint32_t page)
{
	uint32_t *number = &node_numbers(area, area_head(area)->root)[address >> 24];

	AREA_PUBLISH(number, page << MFW_LIST_LINE_SHIFT | (*number & MFW_LIST_ALL));
}

static uint32_t page_of(const struct area *area, uint32_t address)
{
	return node_numbers(area, area_head(area)->root)[address >> 24] >> MFW_LIST_LINE_SHIFT;
}

static int change_page(struct area *area, struct net4 net, bool value)
{
	uint32_t copy;
	int r = change_node(area, page_of(area, net.address), net, value, &copy);

	if (!r)
		switch_page(area, net.address, copy);
	return r;
}

/* Lets the page lead to another record; a new page, if there was none. */
static int switch_record(struct area *area, uint32_t address, uint32_t record)
{
	uint32_t page = page_of(area, address), *number;

	if (page) {
		number = &node_numbers(area, page)[address >> 16 & 255];
		AREA_PUBLISH(number, record | (*number & MFW_LIST_ALL));
		return 0;
	}
	page = area_take(area, MFW_LIST_NODE_LINES);
	if (!page)
		return -ENOSPC;
	node_numbers(area, page)[address >> 16 & 255] = record;
	switch_page(area, address, page);
	return 0;
}

static void take_out(struct buf *items, size_t size, size_t i)
{
	char *at = items->data + i * size;

	items->len -= size;
	memmove(at, at + size, (size_t)(items->data + items->len - at));
}

static void take_host(struct entries *entries, uint32_t address)
{
	for (size_t i = 0; i < ENTRIES_N(entries->hosts, uint32_t); i++)
		if (*ENTRIES_AT(entries->hosts, uint32_t, i) == address)
			return take_out(&entries->hosts, sizeof(address), i);
}

static void take_net(struct entries *entries, struct net4 net)
{
	for (size_t i = 0; i < ENTRIES_N(entries->nets, struct net4); i++) {
		const struct net4 *n = ENTRIES_AT(entries->nets, struct net4, i);

		if (n->address == net.address && n->length == net.length)
			return take_out(&entries->nets, sizeof(net), i);
	}
}

static int change_entries(struct entries *entries, struct net4 net, bool value)
{
	if (value)
		return entries_add4(entries, net.address, net.length);
	if (net.length == 32)
		take_host(entries, net.address);
	else
		take_net(entries, net);
	return 0;
}

static uint32_t record_of(const struct area *area, uint32_t address)
{
	uint32_t page = page_of(area, address);

	return page ? node_numbers(area, page)[address >> 16 & 255] : 0;
}

/* Adds what was entered in the address's /16. */
static int read_part(const struct area *area, uint32_t address, struct entries *ret)
{
	return area_is_flat(area)
		       ? flat_read_part(area, address, ret)
		       : record_read(area, record_of(area, address), address & 0xffff0000, ret);
}

static int switch_part(struct area *area, uint32_t address, const struct part *part)
{
	uint32_t number;
	int r;

	if (area_is_flat(area))
		return flat_switch(area, address, part);
	r = record_write(area, part, &number);
	return r ? r : switch_record(area, address, number);
}

static int change_record(struct area *area, struct net4 net, bool value)
{
	cleanup_entries struct entries entries = {};
	struct part part;
	int r = read_part(area, net.address, &entries);

	r = r ? r : change_entries(&entries, net, value);
	r = r ? r : entries_tidy(&entries, NULL);
	if (r)
		return r;
	part = (struct part){
		.hosts = ENTRIES_AT(entries.hosts, uint32_t, 0),
		.n_hosts = ENTRIES_N(entries.hosts, uint32_t),
		.nets = ENTRIES_AT(entries.nets, struct net4, 0),
		.n_nets = ENTRIES_N(entries.nets, struct net4),
	};
	return switch_part(area, net.address, &part);
}

static int change(struct area *area, struct net4 net, bool value)
{
	if (net.length > 16)
		return change_record(area, net, value);
	/* That is many numbers. */
	if (area_is_flat(area))
		return -ENOSPC;
	return is_in_root(net.length) ? change_root(area, net, value)
				      : change_page(area, net, value);
}

/* A network of up to 16 bits. */
static bool has_wide(const struct area *area, struct net4 net)
{
	uint32_t node = is_in_root(net.length) ? area_head(area)->root : page_of(area, net.address);

	return node && heap_has(node_heap(area, node), node_bit(net));
}

/* Whether this very entry is there. Negative: -ENOMEM. */
static int is_entered(const struct area *area, struct net4 net)
{
	cleanup_entries struct entries entries = {};

	if (net.length <= 16)
		return area_is_flat(area) ? flat_has(area, net) : has_wide(area, net);
	if (read_part(area, net.address, &entries))
		return -ENOMEM;
	for (size_t i = 0; net.length == 32 && i < ENTRIES_N(entries.hosts, uint32_t); i++)
		if (*ENTRIES_AT(entries.hosts, uint32_t, i) == net.address)
			return 1;
	for (size_t i = 0; i < ENTRIES_N(entries.nets, struct net4); i++) {
		const struct net4 *n = ENTRIES_AT(entries.nets, struct net4, i);

		if (n->address == net.address && n->length == net.length)
			return 1;
	}
	return 0;
}

static uint32_t *counter(struct area *area, struct net4 net)
{
	struct mfw_list_book *book = area_book(area);

	return net.length == 32 ? &book->n_hosts : &book->n_nets;
}

int four_add(struct area *area, struct net4 net)
{
	int there = is_entered(area, net), r = there < 0 ? there : there ? -EEXIST : 0;

	r = r ? r : change(area, net, true);
	if (!r)
		++*counter(area, net);
	return r;
}

int four_del(struct area *area, struct net4 net)
{
	int there = is_entered(area, net), r = there < 0 ? there : there ? 0 : -ENOENT;

	r = r ? r : change(area, net, false);
	if (!r)
		--*counter(area, net);
	return r;
}

/* ---- reading ---- */

static int read_node(const struct area *area, uint32_t line, uint32_t base, unsigned from,
		     unsigned length, struct entries *ret)
{
	const __u64 *heap = node_heap(area, line);
	int r = 0;

	for (unsigned n = from; n <= 8 && !r; n++)
		for (unsigned i = 0; i < 1u << n && !r; i++)
			if (heap_has(heap, 1u << n | i))
				r = entries_add4(
					ret, base | (uint32_t)((uint64_t)i << (32 - length - n)),
					length + n);
	return r;
}

static int read_page(const struct area *area, uint32_t line, uint32_t base, struct entries *ret)
{
	int r = read_node(area, line, base, 1, 8, ret);

	for (uint32_t byte = 0; byte < 256 && !r; byte++)
		r = record_read(area, node_numbers(area, line)[byte], base | byte << 16, ret);
	return r;
}

int four_read(const struct area *area, struct entries *ret)
{
	uint32_t root = area_head(area)->root;
	int r;

	if (area_is_flat(area))
		return flat_read(area, ret);
	r = read_node(area, root, 0, 0, 0, ret);
	for (uint32_t byte = 0; byte < 256 && !r; byte++) {
		uint32_t page = node_numbers(area, root)[byte] >> MFW_LIST_LINE_SHIFT;

		if (page)
			r = read_page(area, page, byte << 24, ret);
	}
	return r;
}
