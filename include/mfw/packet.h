/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packet as a matcher sees it: what mfw_parse() (parse.h) found out about it once, for all.
 * Compiled into matchers and, for the layout, into libmfw.
 *
 * Offsets count from the first byte of the IP header, which is offset 0 of bpf_skb_load_bytes() in
 * every hook of nftables. Numbers are in host order unless their type says otherwise.
 */
#ifndef MFW_PACKET_H
#define MFW_PACKET_H

#include <linux/types.h>

/*
 * The version of what is shared between matchers and libmfw: this file, the shape of a matcher's
 * function, of its parameters and of its tests. An object of another version is refused.
 */
#define MFW_ABI 2

enum mfw_pkt_flag {
	/* The IP header claims more bytes than there are; `end` is where they end. */
	MFW_PKT_CUT = 1 << 0,
	/* A fragment of a larger datagram, first or later. Not an IPv6 "atomic fragment". */
	MFW_PKT_FRAGMENT = 1 << 1,
	/* The header of TCP, UDP, SCTP, ICMP, ICMPv6 or GRE is here; never in later fragments. */
	MFW_PKT_L4 = 1 << 2,
	/*
	 * TCP or UDP with a consistent header: payload_off and payload_end hold. With
	 * MFW_PKT_CUT or MFW_PKT_FRAGMENT that is only the part which this packet has.
	 */
	MFW_PKT_PAYLOAD = 1 << 3,
};

struct mfw_pkt {
	__u8 version;      /* 4, 6, or 0: no sound IP header, and nothing below holds */
	__u8 proto;        /* IPPROTO_*, after the extension headers */
	__u8 ttl;          /* or hop limit */
	__u8 flags;        /* enum mfw_pkt_flag */
	__u16 frag_off;    /* of this fragment, bytes */
	__u8 tcp_flags;    /* with MFW_PKT_L4 and TCP */
	__u8 pad;          /* 0 */
	__u32 end;         /* of the IP packet: what lies behind it is padding */
	__u32 l4_off;      /* end of the IP header, options and extension headers */
	__u32 payload_off; /* with MFW_PKT_PAYLOAD; payload_off <= payload_end <= end */
	__u32 payload_end;
	__u16 sport; /* with MFW_PKT_L4 and TCP, UDP or SCTP */
	__u16 dport;
	__u8 icmp_type; /* with MFW_PKT_L4 and ICMP or ICMPv6 */
	__u8 icmp_code;
	__u16 pad2; /* 0 */
	/* IPv4: word 0, the others are 0. */
	__be32 saddr[4] __attribute__((aligned(8)));
	__be32 daddr[4];
};

/* A run of the packet's bytes: from off, end exclusive; off <= end <= the packet's end. */
struct mfw_view {
	__u32 off;
	__u32 end;
};

/* Bytes that do not stand in the packet as they are: len of them, at most MFW_VALUE_MAX. */
#define MFW_VALUE_MAX 256
struct mfw_value {
	__u32 len;
	__u32 pad;
	__u8 data[MFW_VALUE_MAX + 8] __attribute__((aligned(8))); /* the last 8: anything */
};

/* A parameter of up to N bytes, for N of 16, 64 and 256. data is 0 from len on. */
#define MFW_DEFINE_BYTES(n)                                                                        \
	struct mfw_bytes_##n {                                                                     \
		__u16 len;                                                                         \
		__u16 pad[3];                                                                      \
		__u8 data[n] __attribute__((aligned(8)));                                          \
	}
MFW_DEFINE_BYTES(16);
MFW_DEFINE_BYTES(64);
MFW_DEFINE_BYTES(256);

/* A parameter that is a time, written 500ms or 10s. */
struct mfw_duration {
	__u64 ns;
};

/* A parameter that is a rate, written 100/second: count in ns nanoseconds. */
struct mfw_rate {
	__u64 count;
	__u64 ns;
};

/* A parameter that is an address; family 4, 6, or 0: none. IPv4: word 0, the others are 0. */
struct mfw_address {
	__u8 family;
	__u8 pad[7];
	__be32 addr[4] __attribute__((aligned(8)));
};

/* A parameter that is a network, written 192.0.2.0/24: what lies behind its bits is 0. */
struct mfw_prefix {
	__u8 family;
	__u8 bits;
	__u8 pad[6];
	__be32 addr[4] __attribute__((aligned(8)));
};

/*
 * One test of a matcher; its parameters follow it in the section MFW_TEST_SECTION. A name that
 * begins with .debug_ keeps the tests out of linked programs, and loaders quiet about them.
 */
#define MFW_TEST_SECTION    ".debug_mfw_tests"
#define MFW_TEST_PACKET_MAX 192
#define MFW_TEST_TEXT_MAX   768
enum mfw_test_flag {
	MFW_TEST_CUT =
		1 << 0, /* the packet is cut off somewhere: every matcher needs one of these */
	MFW_TEST_THEN = 1 << 1, /* the maps are as the test before it left them */
};
struct mfw_test {
	char name[60];
	__u8 match;                       /* the expected answer */
	__u8 flags;                       /* enum mfw_test_flag */
	__u16 len;                        /* of packet; with text, at least 20 */
	__u8 packet[MFW_TEST_PACKET_MAX]; /* from the IP header on */
	__u16 text_len;
	__u8 text[MFW_TEST_TEXT_MAX]; /* follows the bytes of packet */
};

#endif
