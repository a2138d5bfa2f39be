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
/* clang-format off */
MFW_TESTS(suffix) = {
	{ MFW_TEST("udp ends with it", MFW_MATCH,
		MFW_IP4(35, 17), MFW_UDP(1, 2, 15), 'a', 'b', XYZZY),
	  { .bytes = MFW_BYTES("xyzzy") } },
};
/* clang-format on */

MFW_LICENSE;
