/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The older format: one header, then records. */
#include "observe/capture_file.h"

/* Behind the magic number: version (2, 2), zone (4), accuracy (4), snaplen (4), link type (4). */
#define HEADER_LEN 20
/* Seconds, their parts, bytes that follow, bytes that there were; 4 each. */
#define RECORD_LEN 16
/* The link type's upper bits say whether frames end with a checksum. */
#define LINK_MASK  0xffffu

static int next(struct capture *capture, struct capture_packet *ret, struct mfw_err **err)
{
	const struct capture_link *link = capture_link(capture, 0);
	uint64_t units = link->resolution == 9 ? 1000000000 : 1000000;
	uint8_t record[RECORD_LEN];
	uint32_t len;
	int r = capture_read(capture, record, sizeof(record), false, err);

	if (r <= 0)
		return r;
	len = capture_u32(capture, record + 8);
	if (len > CAPTURE_PACKET_MAX)
		return capture_damaged(capture, err, "a packet of %u bytes", len);
	r = capture_read_body(capture, len, err);
	if (r <= 0)
		return r;
	*ret = (struct capture_packet){
		.time = capture_u32(capture, record) * units + capture_u32(capture, record + 4),
		.len = len,
		.wire_len = capture_u32(capture, record + 12),
		.bytes = (const uint8_t *)capture->body.data,
	};
	return 1;
}

int pcap_begin(struct capture *capture, uint32_t magic, struct mfw_err **err)
{
	uint8_t header[HEADER_LEN];
	struct capture_link link = {.resolution = magic == PCAP_NANO ? 9 : 6};
	int r = capture_read(capture, header, sizeof(header), true, err);

	if (r < 0)
		return r;
	if (!r)
		return capture_damaged(capture, err, "it ends in its header");
	if (capture_u16(capture, header) != 2)
		return capture_damaged(capture, err, "version %u.%u, and 2.4 is known",
				       capture_u16(capture, header),
				       capture_u16(capture, header + 2));
	link.snaplen = capture_u32(capture, header + 12);
	link.type = capture_u32(capture, header + 16) & LINK_MASK;
	capture->next = next;
	return capture_add_link(capture, &link, err);
}
