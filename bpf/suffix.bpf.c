/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <mfw/matcher.h>

MFW_MATCHER(suffix, "payload of UDP or TCP ends with the given bytes",
	    "True when the last bytes of the payload of a UDP datagram or a TCP segment are the given\n"
	    "ones. The payload ends where the IP and UDP lengths say, so padding behind it does not\n"
	    "count. Never true for fragments (the first lacks the end, later ones the ports), for\n"
	    "packets that are cut off, and for payloads shorter than the suffix. Segments that the\n"
	    "kernel has merged, or has yet to split (GRO, GSO), are seen as one: what counts is the\n"
	    "end of the last one.");

#define SUFFIX_MAX 64

struct suffix_params {
	struct mfw_bytes_64 bytes MFW_DOC("the last bytes of the payload") MFW_RANGE(1, 64)
		MFW_REQUIRED;
};

/* A compare byte by byte would be a chain of branches for the verifier: words, and no branch. */
static __always_inline bool suffix_equal(const __u64 *a, const __u64 *b)
{
	__u64 differ = 0;

	for (int i = 0; i < SUFFIX_MAX / 8; i++)
		differ |= a[i] ^ b[i];
	return !differ;
}

int suffix(struct __sk_buff *skb, const struct mfw_pkt *pkt, const struct suffix_params *p)
{
	__u64 tail[SUFFIX_MAX / 8] = {};
	__u32 len;

	if (!pkt || !p)
		return 0;
	len = p->bytes.len;
	if (!mfw_has_whole_payload(pkt) || pkt->payload_end - pkt->payload_off < len)
		return 0;
	if (mfw_load_some(skb, pkt->payload_end - len, tail, len, SUFFIX_MAX))
		return 0;
	return suffix_equal(tail, (const __u64 *)p->bytes.data);
}

MFW_MAIN(suffix, .bytes = MFW_BYTES("xyzzy"));

#define XYZZY 'x', 'y', 'z', 'z', 'y'
#define TEXT60                                                                                     \
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '1', '2', '3', '4', '5', '6', '7',  \
		'8', '9', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '1', '2', '3',    \
		'4', '5', '6', '7', '8', '9', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',    \
		'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'
#define STRING60 "012345678901234567890123456789012345678901234567890123456789"
#define FOR(text) { .bytes = MFW_BYTES(text) }
#define END 'a', XYZZY

/* clang-format off */
MFW_TESTS(suffix) = {
	/* UDP and TCP, IPv4 */
	{ MFW_TEST("udp ends with it", MFW_MATCH,
		MFW_IP4(34, 17), MFW_UDP(1, 2, 14), END), FOR("xyzzy") },
	{ MFW_TEST("udp is nothing else", MFW_MATCH,
		MFW_IP4(33, 17), MFW_UDP(1, 2, 13), XYZZY), FOR("xyzzy") },
	{ MFW_TEST("udp ends otherwise", MFW_NO_MATCH,
		MFW_IP4(34, 17), MFW_UDP(1, 2, 14), XYZZY, 'a'), FOR("xyzzy") },
	{ MFW_TEST("last byte differs", MFW_NO_MATCH,
		MFW_IP4(34, 17), MFW_UDP(1, 2, 14), 'a', 'x', 'y', 'z', 'z', 'z'), FOR("xyzzy") },
	{ MFW_TEST("first byte differs", MFW_NO_MATCH,
		MFW_IP4(34, 17), MFW_UDP(1, 2, 14), 'a', 'X', 'y', 'z', 'z', 'y'), FOR("xyzzy") },
	{ MFW_TEST("payload shorter than it", MFW_NO_MATCH,
		MFW_IP4(32, 17), MFW_UDP(1, 2, 12), 'y', 'z', 'z', 'y'), FOR("xyzzy") },
	{ MFW_TEST("not out of the udp header", MFW_NO_MATCH,
		MFW_IP4(28, 17), MFW_UDP(1, 0x7879, 8)), FOR("\0\0") },
	{ MFW_TEST("tcp ends with it", MFW_MATCH,
		MFW_IP4(46, 6), MFW_TCP(1, 2), END), FOR("xyzzy") },
	{ MFW_TEST("tcp with options", MFW_MATCH,
		MFW_IP4(53, 6), 0, 1, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0x70, 0x18, 255, 255, 0, 0, 0, 0,
		1, 1, 1, 1, 1, 1, 1, 0, XYZZY), FOR("xyzzy") },
	{ MFW_TEST("not out of the tcp options", MFW_NO_MATCH,
		MFW_IP4(48, 6), 0, 1, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0x70, 0x18, 255, 255, 0, 0, 0, 0,
		1, 1, 1, XYZZY), FOR("xyzzy") },
	{ MFW_TEST("ip options", MFW_MATCH,
		0x47, 0, 0, 42, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2,
		1, 1, 1, 1, 1, 1, 1, 0, MFW_UDP(1, 2, 14), END), FOR("xyzzy") },
	{ MFW_TEST("another protocol", MFW_NO_MATCH,
		MFW_IP4(34, 136), MFW_UDP(1, 2, 14), END), FOR("xyzzy") },

	/* lengths */
	{ MFW_TEST("padding behind ip", MFW_MATCH,
		MFW_IP4(34, 17), MFW_UDP(1, 2, 14), END, 0, 0, 0, 0), FOR("xyzzy") },
	{ MFW_TEST("it is in the padding only", MFW_NO_MATCH,
		MFW_IP4(29, 17), MFW_UDP(1, 2, 9), 'a', XYZZY), FOR("xyzzy") },
	{ MFW_TEST("udp ends before ip does", MFW_MATCH,
		MFW_IP4(37, 17), MFW_UDP(1, 2, 14), END, 0, 0, 0), FOR("xyzzy") },
	{ MFW_TEST("it is behind the end of udp", MFW_NO_MATCH,
		MFW_IP4(34, 17), MFW_UDP(1, 2, 9), END), FOR("xyzzy") },
	{ MFW_TEST("udp length beyond ip", MFW_NO_MATCH,
		MFW_IP4(34, 17), MFW_UDP(1, 2, 15), END), FOR("xyzzy") },
	{ MFW_TEST("udp length below 8", MFW_NO_MATCH,
		MFW_IP4(34, 17), MFW_UDP(1, 2, 7), END), FOR("xyzzy") },
	{ MFW_TEST("ipv4 udp length 0", MFW_NO_MATCH,
		MFW_IP4(34, 17), MFW_UDP(1, 2, 0), END), FOR("xyzzy") },
	{ MFW_TEST("tcp data offset below 5", MFW_NO_MATCH,
		MFW_IP4(46, 6), 0, 1, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0x40, 0x18, 255, 255, 0, 0, 0, 0,
		END), FOR("xyzzy") },
	{ MFW_TEST("ihl below 5", MFW_NO_MATCH,
		0x44, 0, 0, 34, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2,
		MFW_UDP(1, 2, 14), END), FOR("xyzzy") },
	{ MFW_TEST("total length below the header's", MFW_NO_MATCH,
		MFW_IP4(19, 17), MFW_UDP(1, 2, 14), END), FOR("xyzzy") },
	{ MFW_TEST("total length 0: BIG TCP", MFW_MATCH,
		MFW_IP4(0, 6), MFW_TCP(1, 2), END), FOR("xyzzy") },
	{ MFW_TEST("neither version", MFW_NO_MATCH,
		0x55, 0, 0, 34, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2,
		MFW_UDP(1, 2, 14), END), FOR("xyzzy") },

	/* truncated */
	{ MFW_TEST("ends before ip says", MFW_CUT_NO_MATCH,
		MFW_IP4(39, 17), MFW_UDP(1, 2, 19), END), FOR("xyzzy") },
	{ MFW_TEST("cut in the udp header", MFW_CUT_NO_MATCH,
		MFW_IP4(34, 17), 0, 1, 0, 2, 0), FOR("xyzzy") },
	{ MFW_TEST("cut in the tcp header", MFW_CUT_NO_MATCH,
		MFW_IP4(46, 6), 0, 1, 0, 2, 0, 0, 0, 1, XYZZY), FOR("xyzzy") },
	{ MFW_TEST("cut in the ip options", MFW_CUT_NO_MATCH,
		0x4f, 0, 0, 90, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2, XYZZY),
	  FOR("xyzzy") },
	{ MFW_TEST("cut in the ipv6 header", MFW_CUT_NO_MATCH,
		0x60, 0, 0, 0, 0, 14, 17, 64, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		XYZZY), FOR("xyzzy") },
	{ MFW_TEST("cut in an extension header", MFW_CUT_NO_MATCH,
		MFW_IP6(22, 0), 17, 0, 1), FOR("xyzzy") },

	/* fragments */
	{ MFW_TEST("first fragment", MFW_NO_MATCH,
		MFW_IP4_FRAG(34, 17, 0x2000), MFW_UDP(1, 2, 14), END), FOR("xyzzy") },
	{ MFW_TEST("last fragment", MFW_NO_MATCH,
		MFW_IP4_FRAG(34, 17, 0x0003), MFW_UDP(1, 2, 14), END), FOR("xyzzy") },
	{ MFW_TEST("don't fragment", MFW_MATCH,
		MFW_IP4_FRAG(34, 17, 0x4000), MFW_UDP(1, 2, 14), END), FOR("xyzzy") },
	{ MFW_TEST("ipv6 first fragment", MFW_NO_MATCH,
		MFW_IP6(22, 44), 17, 0, 0, 1, 0, 0, 0, 9, MFW_UDP(1, 2, 14), END), FOR("xyzzy") },
	{ MFW_TEST("ipv6 last fragment", MFW_NO_MATCH,
		MFW_IP6(22, 44), 17, 0, 0, 8, 0, 0, 0, 9, MFW_UDP(1, 2, 14), END), FOR("xyzzy") },
	{ MFW_TEST("ipv6 atomic fragment", MFW_MATCH,
		MFW_IP6(22, 44), 17, 0, 0, 0, 0, 0, 0, 9, MFW_UDP(1, 2, 14), END), FOR("xyzzy") },

	/* IPv6 */
	{ MFW_TEST("ipv6 udp", MFW_MATCH,
		MFW_IP6(14, 17), MFW_UDP(1, 2, 14), END), FOR("xyzzy") },
	{ MFW_TEST("ipv6 tcp, padding behind", MFW_MATCH,
		MFW_IP6(26, 6), MFW_TCP(1, 2), END, 0, 0), FOR("xyzzy") },
	{ MFW_TEST("hop-by-hop, routing, dstopts", MFW_MATCH,
		MFW_IP6(46, 0), 43, 0, 1, 4, 0, 0, 0, 0, 60, 0, 4, 0, 0, 0, 0, 0,
		17, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, MFW_UDP(1, 2, 14), END),
	  FOR("xyzzy") },
	{ MFW_TEST("authentication header", MFW_MATCH,
		MFW_IP6(38, 51), 17, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3,
		MFW_UDP(1, 2, 14), END), FOR("xyzzy") },
	{ MFW_TEST("extension beyond the end", MFW_NO_MATCH,
		MFW_IP6(14, 60), 17, 1, 1, 4, 0, 0, 0, 0, 'a', XYZZY, 0, 0, 0, 0), FOR("xyzzy") },
	{ MFW_TEST("payload length 0: BIG TCP", MFW_MATCH,
		MFW_IP6(0, 6), MFW_TCP(1, 2), END), FOR("xyzzy") },
	{ MFW_TEST("jumbogram", MFW_MATCH,
		MFW_IP6(0, 0), 17, 0, 0xc2, 4, 0, 0, 0, 22, MFW_UDP(1, 2, 0), END), FOR("xyzzy") },
	{ MFW_TEST("payload length 0, udp", MFW_NO_MATCH,
		MFW_IP6(0, 17), MFW_UDP(1, 2, 14), END), FOR("xyzzy") },

	/* parameters */
	{ MFW_TEST("one byte, zero", MFW_MATCH,
		MFW_IP4(29, 17), MFW_UDP(1, 2, 9), 0), FOR("\0") },
	{ MFW_TEST("one byte, not zero", MFW_NO_MATCH,
		MFW_IP4(29, 17), MFW_UDP(1, 2, 9), 1), FOR("\0") },
	{ MFW_TEST("64 bytes", MFW_MATCH,
		MFW_IP4(93, 17), MFW_UDP(1, 2, 73), 'a', TEXT60, 'w', 'x', 'y', 'z'),
	  FOR(STRING60 "wxyz") },
	{ MFW_TEST("64 bytes, the first differs", MFW_NO_MATCH,
		MFW_IP4(93, 17), MFW_UDP(1, 2, 73), 'a', TEXT60, 'w', 'x', 'y', 'z'),
	  FOR("1" "12345678901234567890123456789012345678901234567890123456789" "wxyz") },
	{ MFW_TEST("64 bytes, the last differs", MFW_NO_MATCH,
		MFW_IP4(93, 17), MFW_UDP(1, 2, 73), 'a', TEXT60, 'w', 'x', 'y', 'z'),
	  FOR(STRING60 "wxyy") },
};
/* clang-format on */

MFW_LICENSE;
