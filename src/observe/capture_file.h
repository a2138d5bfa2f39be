/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of both formats share. */
#ifndef OBSERVE_CAPTURE_FILE_H
#define OBSERVE_CAPTURE_FILE_H

#include <stdio.h>

#include "observe/capture.h"

/* Each costs memory, and a hostile file has room for many. */
#define CAPTURE_LINKS_MAX 65536

struct capture {
	char *name;
	FILE *file;
	uint64_t position, size;
	bool swapped; /* numbers are in the other byte order: of the file, or of a pcapng section */
	bool broken_off;
	uint64_t n_packets;
	struct buf links;     /* struct capture_link */
	size_t section_links; /* how many of them are of earlier pcapng sections */
	struct buf body;      /* of the record or block that was read last */
	/* The next packet, without its number: see capture_next(). */
	int (*next)(struct capture *capture, struct capture_packet *ret, struct mfw_err **err);
};

/*
 * Reads len bytes into ret. 1, or 0 at the end of the file: broken_off when some of them are there,
 * or when `inside` of something. Errors: capture.read.
 */
int capture_read(struct capture *capture, void *ret, size_t len, bool inside, struct mfw_err **err);
/* The same into capture->body. */
int capture_read_body(struct capture *capture, size_t len, struct mfw_err **err);
int capture_add_link(struct capture *capture, const struct capture_link *link,
		     struct mfw_err **err);
/* "NAME, byte N: WHAT". */
int capture_damaged(const struct capture *capture, struct mfw_err **err, const char *fmt, ...)
	ERR_PRINTF(3, 4);

/* A number at any address, in the file's byte order. */
uint16_t capture_u16(const struct capture *capture, const void *at);
uint32_t capture_u32(const struct capture *capture, const void *at);

/* The file's first 4 bytes are read, and are of this format. 0 or an error. */
int pcap_begin(struct capture *capture, uint32_t magic, struct mfw_err **err);
int pcapng_begin(struct capture *capture, struct mfw_err **err);

#define PCAPNG_SECTION 0x0a0d0d0au
/* What a pcap file begins with, in the order of who wrote it. */
#define PCAP_MICRO     0xa1b2c3d4u
#define PCAP_NANO      0xa1b23c4du

#endif
