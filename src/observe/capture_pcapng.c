/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng: blocks of a type, a length, a body, and the length again. Those that are no packets and
 * no interfaces are skipped.
 */
#include <byteswap.h>
#include <errno.h>

#include "observe/capture_file.h"

#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET    2u /* of old files */
#define BLOCK_SIMPLE    3u
#define BLOCK_ENHANCED  6u

#define BYTE_ORDER_MAGIC 0x1a2b3c4du
/* Type, length, and length again. */
#define AROUND           12u
/* libpcap's bound. */
#define BLOCK_MAX        (16u * 1024 * 1024)

#define OPTION_END        0
#define OPTION_RESOLUTION 9
#define OPTION_OFFSET     14
#define MICROSECONDS      6

/* ---- blocks ---- */

/*
 * What is left of the body of a block of len bytes, of which `seen` were read; 1, or 0 when the
 * file ends in it.
 */
static int read_block(struct capture *capture, uint32_t len, uint32_t seen, struct mfw_err **err)
{
	uint8_t again[4];
	int r;

	if (len < AROUND || len > BLOCK_MAX || len % 4)
		return capture_damaged(capture, err, "a block of %u bytes", len);
	r = capture_read_body(capture, len - AROUND - seen, err);
	if (r == 1)
		r = capture_read(capture, again, sizeof(again), true, err);
	if (r == 1 && capture_u32(capture, again) != len)
		return capture_damaged(capture, err, "a block of %u bytes that ends as one of %u",
				       len, capture_u32(capture, again));
	return r;
}

/*
 * A new section: its byte order stands behind the length. Interfaces are numbered anew. 1, or 0
 * when the file ends in it.
 */
static int read_section(struct capture *capture, struct mfw_err **err)
{
	uint8_t start[8];
	uint32_t magic, len;
	int r = capture_read(capture, start, sizeof(start), true, err);

	if (r <= 0)
		return r;
	capture->swapped = false;
	magic = capture_u32(capture, start + 4);
	capture->swapped = magic != BYTE_ORDER_MAGIC;
	if (capture->swapped && magic != bswap_32(BYTE_ORDER_MAGIC))
		return capture_damaged(capture, err, "a section of no byte order");
	len = capture_u32(capture, start);
	if (len < AROUND + 16)
		return capture_damaged(capture, err, "a section header of %u bytes", len);
	capture->section_links = capture->links.len / sizeof(struct capture_link);
	r = read_block(capture, len, sizeof(magic), err);
	if (r == 1 && capture_u16(capture, capture->body.data) != 1)
		return capture_damaged(capture, err, "version %u, and 1 is known",
				       capture_u16(capture, capture->body.data));
	return r;
}

/* ---- interfaces ---- */

static void read_option(const struct capture *capture, unsigned code, const char *value, size_t len,
			struct capture_link *link)
{
	if (code == OPTION_RESOLUTION && len == 1)
		link->resolution = (uint8_t)*value;
	if (code == OPTION_OFFSET && len == 8) {
		uint64_t low = capture_u32(capture, value + (capture->swapped ? 4 : 0));
		uint64_t high = capture_u32(capture, value + (capture->swapped ? 0 : 4));

		link->time_offset = (int64_t)(high << 32 | low);
	}
}

/* Link type (2), unused (2), snaplen (4), options: code (2), length (2), value, filled up to 4. */
static int read_interface(struct capture *capture, struct mfw_err **err)
{
	struct capture_link link = {.resolution = MICROSECONDS};
	const struct buf *body = &capture->body;

	if (body->len < 8)
		return capture_damaged(capture, err, "an interface of %zu bytes", body->len);
	link.type = capture_u16(capture, body->data);
	link.snaplen = capture_u32(capture, body->data + 4);
	for (size_t at = 8; at + 4 <= body->len;) {
		unsigned code = capture_u16(capture, body->data + at);
		size_t len = capture_u16(capture, body->data + at + 2);

		at += 4;
		if (code == OPTION_END || len > body->len - at)
			break;
		read_option(capture, code, body->data + at, len, &link);
		at += (len + 3) & ~(size_t)3;
	}
	return capture_add_link(capture, &link, err);
}

/* ---- packets ---- */

/* Where the members of a packet block are; 0: it has none such. */
struct shape {
	uint32_t type;
	size_t header; /* what stands before the packet */
	size_t time, len, wire_len;
	bool short_link; /* the interface's number has 2 bytes */
};

static const struct shape shapes[] = {
	{BLOCK_ENHANCED, 20, 4, 12, 16, false},
	{BLOCK_PACKET, 20, 4, 12, 16, true},
	{BLOCK_SIMPLE, 4, 0, 0, 0, false},
};

static const struct shape *find_shape(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		if (shapes[i].type == type)
			return &shapes[i];
	return NULL;
}

/* A simple packet is of the first interface, and as long as its block and the snaplen say. */
static void read_simple(const struct capture *capture, struct capture_packet *ret)
{
	const struct capture_link *link = capture_link(capture, ret->link);
	size_t room = capture->body.len - 4;

	ret->wire_len = capture_u32(capture, capture->body.data);
	ret->len = ret->wire_len < room ? ret->wire_len : room;
	if (link && link->snaplen && ret->len > link->snaplen)
		ret->len = link->snaplen;
}

static void read_full(const struct capture *capture, const struct shape *shape,
		      struct capture_packet *ret)
{
	const char *body = capture->body.data;
	uint64_t high = capture_u32(capture, body + shape->time);

	ret->link += shape->short_link ? capture_u16(capture, body) : capture_u32(capture, body);
	ret->time = high << 32 | capture_u32(capture, body + shape->time + 4);
	ret->len = capture_u32(capture, body + shape->len);
	ret->wire_len = capture_u32(capture, body + shape->wire_len);
}

static int read_packet(struct capture *capture, const struct shape *shape,
		       struct capture_packet *ret, struct mfw_err **err)
{
	*ret = (struct capture_packet){.link = capture->section_links};
	if (capture->body.len < shape->header)
		return capture_damaged(capture, err, "a packet's block of %zu bytes",
				       capture->body.len + AROUND);
	if (shape->type == BLOCK_SIMPLE)
		read_simple(capture, ret);
	else
		read_full(capture, shape, ret);
	if (ret->link < capture->section_links || !capture_link(capture, ret->link))
		return capture_damaged(capture, err, "a packet of an interface that is not there");
	if (ret->len > capture->body.len - shape->header || ret->len > CAPTURE_PACKET_MAX)
		return capture_damaged(capture, err, "a packet of %u bytes in a block of %zu",
				       ret->len, capture->body.len + AROUND);
	ret->bytes = (const uint8_t *)capture->body.data + shape->header;
	return 1;
}

/* One block, whatever it is. 1: it is a packet; 0: the file ends; 2: it is something else. */
static int read_any(struct capture *capture, struct capture_packet *ret, struct mfw_err **err)
{
	uint8_t start[8];
	uint32_t type;
	int r = capture_read(capture, start, 4, false, err);

	if (r <= 0)
		return r;
	type = capture_u32(capture, start);
	/* Its four bytes are the same from both ends. */
	if (type == PCAPNG_SECTION) {
		r = read_section(capture, err);
		return r == 1 ? 2 : r;
	}
	r = capture_read(capture, start + 4, 4, true, err);
	if (r == 1)
		r = read_block(capture, capture_u32(capture, start + 4), 0, err);
	if (r <= 0)
		return r;
	if (type == BLOCK_INTERFACE) {
		r = read_interface(capture, err);
		return r ? r : 2;
	}
	return find_shape(type) ? read_packet(capture, find_shape(type), ret, err) : 2;
}

static int next(struct capture *capture, struct capture_packet *ret, struct mfw_err **err)
{
	int r;

	do
		r = read_any(capture, ret, err);
	while (r == 2);
	return r;
}

int pcapng_begin(struct capture *capture, struct mfw_err **err)
{
	int r = read_section(capture, err);

	capture->next = next;
	if (!r)
		return capture_damaged(capture, err, "it ends in its header");
	return r < 0 ? r : 0;
}
