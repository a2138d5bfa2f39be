/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <mfw/bucket.h>

MFW_MATCHER(
	conn_rate, "more new TCP connections per second than allowed",
	"True for a TCP SYN (without ACK) that exceeds `cps` new connections per second for\n"
	"each key; `burst` may come at once (0: what the rate gives in a second). What exceeds\n"
	"is not counted; other packets never match. A client sends its SYN again, after a\n"
	"second at first: that is one more.\n"
	"\n"
	"Keys: src and dst, of whose addresses the first prefix4 or prefix6 bits count; rule:\n"
	"all together.\n"
	"\n"
	"Remembers 65536 keys; when there are more, the least recently used begin anew. Exact\n"
	"on any number of CPUs.");

/* Words of the language: src, dst, rule. */
enum conn_rate_key {
	CONN_RATE_KEY_SRC,
	CONN_RATE_KEY_DST,
	CONN_RATE_KEY_RULE,
};

struct conn_rate_params {
	enum conn_rate_key key MFW_DOC("what has a limit of its own");
	__u8 prefix4 MFW_DOC("bits of an IPv4 address that count") MFW_RANGE(0, 32);
	__u8 prefix6 MFW_DOC("bits of an IPv6 address that count") MFW_RANGE(0, 128);
	__u32 cps MFW_DOC("connections per second") MFW_RANGE(1, 1000000000) MFW_REQUIRED;
	__u32 burst MFW_DOC("connections at once; 0: what a second gives") MFW_RANGE(0, 1000000000);
};

MFW_BUCKET_MAPS(conn_rate, 65536);

#define SYN_ACK 0x12
#define SYN     0x02

int conn_rate(struct __sk_buff *skb, const struct mfw_pkt *pkt, const struct conn_rate_params *p)
{
	struct mfw_bucket_key key = {};
	__u64 each;

	(void)skb;
	if (!pkt || !p || !p->cps)
		return 0;
	if (pkt->proto != IPPROTO_TCP || (pkt->tcp_flags & SYN_ACK) != SYN)
		return 0;
	if (p->key == CONN_RATE_KEY_SRC)
		mfw_bucket_address(key.source, pkt, pkt->saddr, p->prefix4, p->prefix6);
	else if (p->key == CONN_RATE_KEY_DST)
		mfw_bucket_address(key.destination, pkt, pkt->daddr, p->prefix4, p->prefix6);
	each = MFW_BUCKET_SECOND / p->cps;
	return mfw_bucket_of(&conn_rate_buckets, &conn_rate_failures, &key, each,
			     p->burst ? each * p->burst : MFW_BUCKET_SECOND);
}

MFW_MAIN(conn_rate, .key = CONN_RATE_KEY_SRC, .prefix4 = 32, .prefix6 = 128, .cps = 10);

#define FOR(what, many)                                                                            \
	{                                                                                          \
		.key = CONN_RATE_KEY_##what, .prefix4 = 32, .prefix6 = 128, .cps = 1,              \
		.burst = many                                                                      \
	}
#define SEGMENT(last, flags)                                                                       \
	0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, 192, 0, 2, last, 198, 51, 100, 2, 0, 1, 0, 2, 0,  \
		0, 0, 1, 0, 0, 0, 1, 0x50, flags, 255, 255, 0, 0, 0, 0

/* clang-format off */
MFW_TESTS(conn_rate) = {
	{ MFW_TEST("first", MFW_NO_MATCH, SEGMENT(1, 0x02)), FOR(SRC, 2) },
	{ MFW_TEST("second, ECN", MFW_THEN_NO_MATCH, SEGMENT(1, 0xc2)), FOR(SRC, 2) },
	{ MFW_TEST("SYN ACK does not count", MFW_THEN_NO_MATCH, SEGMENT(1, 0x12)), FOR(SRC, 2) },
	{ MFW_TEST("data does not count", MFW_THEN_NO_MATCH, SEGMENT(1, 0x18)), FOR(SRC, 2) },
	{ MFW_TEST("third", MFW_THEN_MATCH, SEGMENT(1, 0x02)), FOR(SRC, 2) },
	{ MFW_TEST("another source", MFW_THEN_NO_MATCH, SEGMENT(2, 0x02)), FOR(SRC, 2) },
	{ MFW_TEST("data of the first", MFW_THEN_NO_MATCH, SEGMENT(1, 0x18)), FOR(SRC, 2) },
	{ MFW_TEST("first to a destination", MFW_NO_MATCH, SEGMENT(1, 0x02)), FOR(DST, 1) },
	{ MFW_TEST("second to it", MFW_THEN_MATCH, SEGMENT(2, 0x02)), FOR(DST, 1) },
	{ MFW_TEST("first of all", MFW_NO_MATCH, SEGMENT(1, 0x02)), FOR(RULE, 1) },
	{ MFW_TEST("second of all", MFW_THEN_MATCH, SEGMENT(2, 0x02)), FOR(RULE, 1) },
	{ MFW_TEST("UDP", MFW_NO_MATCH, MFW_IP4(28, 17), MFW_UDP(1, 2, 8)), FOR(RULE, 1) },
	{ MFW_TEST("cut in the TCP header", MFW_CUT_NO_MATCH, MFW_IP4(40, 6), 0, 1, 0, 2, 0, 0),
	  FOR(RULE, 1) },
};
/* clang-format on */

MFW_LICENSE;
