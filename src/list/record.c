/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list/record.h"

#include <errno.h>
#include <string.h>

#define QUARTERS 4

/* A bit for each /24. */
struct bits {
	__u64 w[4];
};

static void set(__u64 *w, unsigned bit)
{
	w[bit / 64] |= 1ULL << bit % 64;
}

static bool has(const __u64 *w, unsigned bit)
{
	return w[bit / 64] >> bit % 64 & 1;
}

static unsigned count(const __u64 *w)
{
	unsigned n = 0;

	for (int i = 0; i < 4; i++)
		n += __builtin_popcountll(w[i]);
	return n;
}

/* How many bits are set before this one. */
static unsigned rank(const __u64 *w, unsigned bit)
{
	unsigned n = __builtin_popcountll(w[bit / 64] & ((1ULL << bit % 64) - 1));

	for (unsigned i = 0; i < bit / 64; i++)
		n += __builtin_popcountll(w[i]);
	return n;
}

static unsigned third_byte(uint32_t address)
{
	return address >> 8 & 255;
}

static bool is_row(const struct part *part)
{
	return !part->n_nets && part->n_hosts <= MFW_LIST_LONG_MAX;
}

/* Which /24s have a bitmap, and which a line of their own. */
static void survey(const struct part *part, struct bits *any, struct bits *mixed)
{
	*any = *mixed = (struct bits){};
	for (size_t i = 0; i < part->n_hosts; i++)
		set(any->w, third_byte(part->hosts[i]));
	for (size_t i = 0; i < part->n_nets; i++)
		if (part->nets[i].length > 24)
			set(mixed->w, third_byte(part->nets[i].address));
	for (int i = 0; i < 4; i++)
		any->w[i] |= mixed->w[i];
}

static uint32_t table_lines(const struct part *part, const struct bits *any,
			    const struct bits *mixed)
{
	return 1 + 2 * (part->n_nets > 0) + (count(any->w) + 1) / 2 + count(mixed->w);
}

uint32_t record_quarters(const struct part *part)
{
	struct bits any, mixed;

	if (is_row(part))
		return !part->n_hosts ? 0 : part->n_hosts <= MFW_LIST_SHORT_MAX ? 1 : QUARTERS;
	survey(part, &any, &mixed);
	return table_lines(part, &any, &mixed) * QUARTERS;
}

/* ---- writing ---- */

/* A quarter of a line that has some left. ret: line * 4 and the quarter; 0: no room. */
static uint32_t take_quarter(struct area *area)
{
	struct mfw_list_book *book = area_book(area);
	uint32_t quarter = book->quarter;

	if (!quarter)
		quarter = area_take(area, 1) * QUARTERS;
	if (quarter)
		book->quarter = quarter % QUARTERS < QUARTERS - 1 ? quarter + 1 : 0;
	return quarter;
}

static void fill_row(uint16_t *row, size_t n, const struct part *part)
{
	for (size_t i = 0; i < n; i++)
		row[i] = part->hosts[i < part->n_hosts ? i : 0];
}

static int write_short(struct area *area, const struct part *part, uint32_t *ret)
{
	uint32_t at = take_quarter(area);

	if (!at)
		return -ENOSPC;
	fill_row(&area->lines[at / QUARTERS].h[at % QUARTERS * MFW_LIST_SHORT_MAX],
		 MFW_LIST_SHORT_MAX, part);
	*ret = MFW_LIST_NUMBER(at / QUARTERS, at % QUARTERS, MFW_LIST_SHORT);
	return 0;
}

static int write_row(struct area *area, const struct part *part, uint32_t *ret)
{
	uint32_t line;

	if (part->n_hosts <= MFW_LIST_SHORT_MAX)
		return write_short(area, part, ret);
	line = area_take(area, 1);
	if (!line)
		return -ENOSPC;
	fill_row(area->lines[line].h, MFW_LIST_LONG_MAX, part);
	*ret = MFW_LIST_NUMBER(line, 0, MFW_LIST_LONG);
	return 0;
}

/* A table in the making, or being read. */
struct table {
	const struct area *area;
	struct mfw_list_table *table;
	struct mfw_list_wide *wide; /* NULL: no networks here */
	__u64 *heap;                /* of /17 to /24 */
};

static struct table open_table(const struct area *area, uint32_t line)
{
	struct table t = {.area = area, .table = (void *)&area->lines[line]};

	if (t.table->wide) {
		t.wide = (void *)&area->lines[t.table->wide];
		t.heap = area->lines[t.table->wide + 1].d;
	}
	return t;
}

/* The bitmap of a /24 that has one. */
static __u64 *bitmap(const struct table *t, unsigned byte)
{
	uint32_t cell = t->table->bitmaps + rank(t->table->any, byte);

	return &t->area->lines[cell / 2].d[cell % 2 * 4];
}

/* The line of a mixed /24: its heap of /25 to /31, then its addresses. */
static __u64 *mixed_line(const struct table *t, unsigned byte)
{
	if (!t->wide || !has(t->wide->mixed, byte))
		return NULL;
	return t->area->lines[t->table->mixed + rank(t->wide->mixed, byte)].d;
}

static void put_hosts(const struct table *t, const struct part *part)
{
	for (size_t i = 0; i < part->n_hosts; i++) {
		unsigned byte = third_byte(part->hosts[i]);
		__u64 *mixed = mixed_line(t, byte);

		set(bitmap(t, byte), part->hosts[i] & 255);
		if (mixed)
			set(mixed + 4, part->hosts[i] & 255);
	}
}

static void put_nets(const struct table *t, const struct part *part)
{
	for (size_t i = 0; i < part->n_nets; i++) {
		const struct net4 *net = &part->nets[i];
		unsigned byte = third_byte(net->address);

		if (net->length <= 24)
			heap_set(t->heap, heap_bit(byte, net->length - 16), true);
		else
			heap_set(mixed_line(t, byte), heap_bit(net->address, net->length - 24),
				 true);
	}
}

/* What the heaps say, where packets are answered from. */
static void spread_nets(const struct table *t)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		const __u64 *mixed = mixed_line(t, byte);

		if (heap_covers(t->heap, byte, 1, 8))
			set(t->wide->all, byte);
		for (unsigned last = 0; mixed && last < 256; last++)
			if (heap_covers(mixed, last, 1, 7))
				set(bitmap(t, byte), last);
	}
}

static int write_table(struct area *area, const struct part *part, uint32_t *ret)
{
	struct bits any, mixed;
	struct table t;
	uint32_t line, next;

	survey(part, &any, &mixed);
	line = area_take(area, table_lines(part, &any, &mixed));
	if (!line)
		return -ENOSPC;
	next = line + 1;
	t.table = (void *)&area->lines[line];
	if (part->n_nets) {
		t.table->wide = next;
		next += 2;
	}
	t.table->bitmaps = next * 2;
	t.table->mixed = next + (count(any.w) + 1) / 2;
	memcpy(t.table->any, any.w, sizeof(any.w));
	for (unsigned i = 0; i < 4; i++)
		t.table->before[i] = rank(any.w, i * 64);
	t = open_table(area, line);
	if (t.wide)
		memcpy(t.wide->mixed, mixed.w, sizeof(mixed.w));
	put_hosts(&t, part);
	put_nets(&t, part);
	if (t.wide)
		spread_nets(&t);
	*ret = MFW_LIST_NUMBER(line, 0, MFW_LIST_TABLE);
	return 0;
}

int record_write(struct area *area, const struct part *part, uint32_t *ret)
{
	*ret = 0;
	if (!part->n_hosts && !part->n_nets)
		return 0;
	return is_row(part) ? write_row(area, part, ret) : write_table(area, part, ret);
}

/* ---- reading ---- */

static int read_row(const uint16_t *row, size_t n, uint32_t base, struct entries *ret)
{
	int r = entries_add4(ret, base | row[0], 32);

	for (size_t i = 1; i < n && !r && row[i] != row[0]; i++)
		r = entries_add4(ret, base | row[i], 32);
	return r;
}

/* The networks of `from` to `to` more bits; base: the heap's place, of `length` bits. */
static int read_heap(const __u64 *heap, uint32_t base, unsigned length, unsigned from, unsigned to,
		     struct entries *ret)
{
	int r = 0;

	for (unsigned n = from; n <= to && !r; n++)
		for (unsigned i = 0; i < 1u << n && !r; i++)
			if (heap_has(heap, 1u << n | i))
				r = entries_add4(ret, base | i << (32 - length - n), length + n);
	return r;
}

static int read_bitmap(const __u64 *bits, uint32_t base, struct entries *ret)
{
	int r = 0;

	for (unsigned i = 0; i < 4 && !r; i++)
		for (uint64_t w = bits[i]; w && !r; w &= w - 1)
			r = entries_add4(ret, base | i * 64 | __builtin_ctzll(w), 32);
	return r;
}

static int read_table(const struct table *t, uint32_t base, struct entries *ret)
{
	int r = t->heap ? read_heap(t->heap, base, 16, 1, 8, ret) : 0;

	for (unsigned byte = 0; byte < 256 && !r; byte++) {
		const __u64 *mixed = mixed_line(t, byte);
		uint32_t place = base | byte << 8;

		if (mixed)
			r = read_heap(mixed, place, 24, 1, 7, ret);
		if (!r && has(t->table->any, byte))
			r = read_bitmap(mixed ? mixed + 4 : bitmap(t, byte), place, ret);
	}
	return r;
}

int record_read(const struct area *area, uint32_t number, uint32_t base, struct entries *ret)
{
	uint32_t line = number >> MFW_LIST_LINE_SHIFT;
	const uint16_t *row = area->lines[line].h;
	struct table t;

	if (!line)
		return 0;
	switch (MFW_LIST_SHAPE(number)) {
	case MFW_LIST_SHORT:
		row += MFW_LIST_QUARTER(number) * MFW_LIST_SHORT_MAX;
		return read_row(row, MFW_LIST_SHORT_MAX, base, ret);
	case MFW_LIST_LONG: return read_row(row, MFW_LIST_LONG_MAX, base, ret);
	default: t = open_table(area, line); return read_table(&t, base, ret);
	}
}
