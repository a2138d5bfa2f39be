/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures as a stream of packets: pcap (micro- and nanoseconds) and pcapng, of either byte order,
 * from a file or a pipe. One packet is held at a time. Files are hostile: what a length says is
 * checked before it is believed.
 */
#ifndef OBSERVE_CAPTURE_H
#define OBSERVE_CAPTURE_H

#include "base/buf.h"
#include "base/err.h"

/* The longest packet that is taken, bytes: what libpcap takes, too. */
#define CAPTURE_PACKET_MAX 262144

/* Where packets were captured: an interface of a pcapng file, or what a pcap file is of. */
struct capture_link {
	uint16_t type; /* LINKTYPE_* */
	uint32_t snaplen;
	/* pcapng's if_tsresol: a unit of time is 10^-n seconds, or 2^-n with the highest bit set.
	 */
	uint8_t resolution;
	int64_t time_offset; /* seconds to be added: if_tsoffset */
};

struct capture_packet {
	uint64_t number;      /* from 1, in the file's order */
	uint32_t link;        /* capture_link() of it is where it comes from */
	uint64_t time;        /* units since 1970, less the link's offset; 0 when there is none */
	uint32_t len;         /* of bytes */
	uint32_t wire_len;    /* of the packet before it was cut */
	const uint8_t *bytes; /* from the link layer's header on, until the next one is read */
};

struct capture;

/* path "-" is standard input. Errors: capture.open, capture.format. */
int capture_open(const char *path, struct capture **ret, struct mfw_err **err);
void capture_close(struct capture *capture);
/* 1: there is another packet; 0: the end. Errors: capture.damaged, capture.read, ENOMEM. */
int capture_next(struct capture *capture, struct capture_packet *ret, struct mfw_err **err);
/* Links are numbered from 0, through all sections of a file; NULL: there is none of that number. */
const struct capture_link *capture_link(const struct capture *capture, uint32_t link);
/* After the end: whether the file ends in the middle of something, as when its writer was killed.
 */
bool capture_broken_off(const struct capture *capture);
/* Bytes read so far; the size of the file, 0 when it has none. */
uint64_t capture_position(const struct capture *capture);
uint64_t capture_size(const struct capture *capture);

DEFINE_CLEANUP(capture_cleanup, struct capture *, capture_close)
#define cleanup_capture cleanup(capture_cleanup_p)

#endif
