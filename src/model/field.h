/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fields of a packet that expressions can name, as data: types, ranges, and what each means.
 *
 * A field is missing when the packet does not have it; what then happens is one rule of the
 * language (expr.h). "The packet" is the IP packet: the bytes from the IP header's first one to the
 * end that the header claims, or to the last one there is when it was cut off; link-layer padding
 * behind it is no part of it. A packet without a sound IP header has no field but node constants.
 *
 * L4 fields, and the header bytes `tcp`, `udp` and `icmp`, are there when the packet is of that
 * protocol, is no later fragment, and has the header's fixed part (TCP 20 bytes, the others 8).
 */
#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include "model/matcher.h"

enum field_type {
	FIELD_BOOL,
	FIELD_INT, /* uint64_t, within min and max of its field */
	FIELD_IP,  /* IPv4 or IPv6 */
	FIELD_BYTES,
};

enum field_kind {
	FIELD_OF_PACKET,  /* a value read from the headers: id says which */
	FIELD_OF_HEADER,  /* Bytes: from that header's first byte to the end of the IP packet */
	FIELD_OF_ADDRESS, /* what a data set says about an address of the packet */
	FIELD_OF_NODE,    /* a constant of the machine, known when the expression is compiled */
	FIELD_OF_MATCHER, /* a value that a matcher offers: `matcher` says whose */
};

enum field_id {
	FIELD_IP_SRC,     /* IP */
	FIELD_IP_DST,     /* IP */
	FIELD_IP_PROTO,   /* Bytes: proto_name() of the protocol behind IPv6's extension headers */
	FIELD_IP_LEN,     /* IPv4: total length. IPv6: 40 + payload length. 0 (BIG TCP): as found */
	FIELD_IP_HDR_LEN, /* in bytes. IPv4: with options, 20..60. IPv6: 40, no extension headers */
	FIELD_IP_TTL,     /* or hop limit */
	FIELD_IP_OPT_TYPE, /* IPv4: the first option's type byte. Missing without options; IPv6 */
	FIELD_TCP_SRCPORT,
	FIELD_TCP_DSTPORT,
	FIELD_UDP_SRCPORT,
	FIELD_UDP_DSTPORT,
	FIELD_TCP_FLAGS, /* Int: byte 13 of the header */
	FIELD_TCP_FLAG,  /* Bool: whether `mask` is set in that byte */
	FIELD_ICMP_TYPE, /* ICMP and ICMPv6: ip.proto tells them apart */
	FIELD_ICMP_CODE,

	FIELD_IP_HEADER, /* Bytes: the whole IP packet */
	FIELD_TCP_HEADER,
	FIELD_UDP_HEADER, /* to the end of the IP packet, whatever the UDP length says */
	FIELD_ICMP_HEADER,

	FIELD_IP_SRC_COUNTRY, /* Bytes, two capital letters; missing without an entry in the data */
	FIELD_IP_DST_COUNTRY,
	FIELD_IP_SRC_ASNUM, /* Int; missing without an entry in the data */
	FIELD_IP_DST_ASNUM,

	FIELD_NODE_NAME, /* Bytes; missing on a node that was given none */
	FIELD_NODE_REGION,

	FIELD_OTHER, /* FIELD_OF_MATCHER */
};

/* The header that has to be there for the field to be; 0 or an IPPROTO_*; ICMP: or ICMPv6. */
enum field_l4 {
	FIELD_L4_NONE = 0,
	FIELD_L4_ICMP = 1,
	FIELD_L4_TCP = 6,
	FIELD_L4_UDP = 17,
};

struct field {
	const char *name;
	enum field_type type;
	enum field_kind kind;
	enum field_id id;
	enum field_l4 l4;
	uint8_t mask;      /* FIELD_TCP_FLAG */
	uint64_t min, max; /* FIELD_INT, inclusive */
	const char *doc;   /* one line */
	/* FIELD_OF_MATCHER */
	const struct matcher *matcher;
	const char *function; /* of the matcher's object; its shape: MFW_FIELD_* in matcher.h */
	bool made;            /* FIELD_BYTES: in a struct mfw_value rather than in the packet */
};

/* The built-in field of that name or alias (cf.colo.name is node.name); NULL: there is none. */
const struct field *field_find(const char *name);
/* All built-in fields, in the documentation's order; NULL behind the last. Aliases are left out. */
const struct field *field_at(size_t i);
/* The built-in name nearest to a wrong one, or NULL. */
const char *field_nearest(const char *name);
/* What is called so in other tools: one or more of our names, as prose. NULL: nothing that is
 * known. */
const char *field_meant(const char *name);

/* "Bool", "Int", "IP", "Bytes": as messages say it. */
const char *field_type_name(enum field_type type);

#endif
