/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers are in the host's byte order: the section's header says which that is. */
#include <string.h>

#include "base/output.h"
#include "observe/pcapng.h"

#define BLOCK_SECTION   0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_ENHANCED  6u

#define OPTION_END        0
#define OPTION_COMMENT    1
#define OPTION_RESOLUTION 9
#define OPTION_OFFSET     14
/* shb_userappl: what wrote the file. */
#define OPTION_PROGRAM    4

struct pcapng {
	struct output output;
	uint32_t n_links; /* written so far */
	struct buf block;
};

/* ---- blocks ---- */

static int put(struct buf *block, const void *data, size_t len)
{
	return buf_add(block, data, len);
}

static int put32(struct buf *block, uint32_t value)
{
	return put(block, &value, sizeof(value));
}

/* Bytes, filled up to a multiple of four. */
static int put_filled(struct buf *block, const void *data, size_t len)
{
	return put(block, data, len) || put(block, "\0\0", -len % 4);
}

static int put_option(struct buf *block, uint16_t code, const void *value, size_t len)
{
	const uint16_t head[] = {code, len};

	return put(block, head, sizeof(head)) || put_filled(block, value, len);
}

/* The type, and room for the length. */
static int begin_block(struct buf *block, uint32_t type)
{
	block->len = 0;
	return put32(block, type) || put32(block, 0);
}

/* Ends the options and the block, and writes it. r: of what was put so far. */
static int end_block(struct pcapng *file, int r, struct mfw_err **err)
{
	struct buf *block = &file->block;
	uint32_t len;

	if (r || put32(block, OPTION_END) || put32(block, 0))
		return err_nomem(err);
	len = block->len;
	memcpy(block->data + 4, &len, sizeof(len));
	memcpy(block->data + len - 4, &len, sizeof(len));
	return output_write(&file->output, block->data, len, err);
}

static int write_section(struct pcapng *file, struct mfw_err **err)
{
	static const char program[] = "mfwctl " MFW_VERSION;
	const uint32_t byte_order = 0x1a2b3c4d;
	const uint16_t version[] = {1, 0};
	const uint64_t unknown_length = UINT64_MAX;
	struct buf *block = &file->block;
	int r = begin_block(block, BLOCK_SECTION) || put32(block, byte_order) ||
		put(block, version, sizeof(version)) ||
		put(block, &unknown_length, sizeof(unknown_length)) ||
		put_option(block, OPTION_PROGRAM, program, strlen(program));

	return end_block(file, r, err);
}

static int write_link(struct pcapng *file, const struct capture_link *link, struct mfw_err **err)
{
	struct buf *block = &file->block;
	const uint16_t type[] = {link->type, 0};
	int r = begin_block(block, BLOCK_INTERFACE) || put(block, type, sizeof(type)) ||
		put32(block, link->snaplen) ||
		put_option(block, OPTION_RESOLUTION, &link->resolution, 1);

	if (!r && link->time_offset)
		r = put_option(block, OPTION_OFFSET, &link->time_offset, 8);
	return end_block(file, r, err);
}

static int write_packet(struct pcapng *file, const struct capture_packet *packet,
			const char *comment, struct mfw_err **err)
{
	struct buf *block = &file->block;
	int r = begin_block(block, BLOCK_ENHANCED) || put32(block, packet->link) ||
		put32(block, packet->time >> 32) || put32(block, packet->time) ||
		put32(block, packet->len) || put32(block, packet->wire_len) ||
		put_filled(block, packet->bytes, packet->len) ||
		put_option(block, OPTION_COMMENT, comment, strlen(comment));

	return end_block(file, r, err);
}

/* ---- files ---- */

int pcapng_open(const char *path, struct pcapng **ret, struct mfw_err **err)
{
	cleanup_pcapng struct pcapng *file = calloc(1, sizeof(*file));
	int r = file ? output_open(&file->output, path, err) : err_nomem(err);

	r = r ? r : write_section(file, err);
	if (!r)
		*ret = steal_ptr(file);
	return r;
}

int pcapng_add(struct pcapng *file, const struct capture *capture,
	       const struct capture_packet *packet, const char *comment, struct mfw_err **err)
{
	int r = 0;

	for (; !r && file->n_links <= packet->link; file->n_links++)
		r = write_link(file, capture_link(capture, file->n_links), err);
	return r ? r : write_packet(file, packet, comment, err);
}

int pcapng_finish(struct pcapng *file, struct mfw_err **err)
{
	return output_finish(&file->output, err);
}

void pcapng_close(struct pcapng *file)
{
	if (!file)
		return;
	output_clear(&file->output);
	buf_clear(&file->block);
	free(file);
}
