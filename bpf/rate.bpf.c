/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <mfw/bucket.h>

MFW_MATCHER(
	rate, "more packets or bits per second than allowed",
	"True for a packet that exceeds the rate: pps packets, or bps bits, per second, for\n"
	"each key. A key may send `burst` at once (packets, or bytes with bps; 0: what the rate\n"
	"gives in a second), and then as the rate says. What exceeds is not counted. Bits are\n"
	"those of IP packets. With neither pps nor bps everything exceeds; with both, pps counts.\n"
	"\n"
	"Keys: src and dst, of whose addresses the first prefix4 or prefix6 bits count; flow:\n"
	"addresses, protocol and ports (0 in a later fragment); rule: all packets together. What\n"
	"is not IP has no key, is not counted and never exceeds.\n"
	"\n"
	"Remembers 65536 keys; when there are more, the least recently used begin anew. Exact on\n"
	"any number of CPUs.");

/* Words of the language: src, dst, flow, rule. */
enum rate_key {
	RATE_KEY_SRC,
	RATE_KEY_DST,
	RATE_KEY_FLOW,
	RATE_KEY_RULE,
};

struct rate_params {
	enum rate_key key MFW_DOC("what has a limit of its own");
	__u8 prefix4 MFW_DOC("bits of an IPv4 address that count") MFW_RANGE(0, 32);
	__u8 prefix6 MFW_DOC("bits of an IPv6 address that count") MFW_RANGE(0, 128);
	__u32 pps MFW_DOC("packets per second") MFW_RANGE(0, 1000000000);
	__u64 bps MFW_DOC("bits per second") MFW_RANGE(0, 1000000000000);
	__u32 burst MFW_DOC("packets, or bytes with bps, at once; 0: what a second gives")
		MFW_RANGE(0, 1000000000);
};

MFW_BUCKET_MAPS(rate, 65536);

static __always_inline void set_key(struct mfw_bucket_key *key, const struct mfw_pkt *pkt,
				    const struct rate_params *p)
{
	if (p->key == RATE_KEY_SRC) {
		mfw_bucket_address(key->source, pkt, pkt->saddr, p->prefix4, p->prefix6);
	} else if (p->key == RATE_KEY_DST) {
		mfw_bucket_address(key->destination, pkt, pkt->daddr, p->prefix4, p->prefix6);
	} else if (p->key == RATE_KEY_FLOW) {
		mfw_set_address(key->source, pkt, pkt->saddr);
		mfw_set_address(key->destination, pkt, pkt->daddr);
		key->sport = pkt->sport;
		key->dport = pkt->dport;
		key->proto = pkt->proto;
	}
}

int rate(struct __sk_buff *skb, const struct mfw_pkt *pkt, const struct rate_params *p)
{
	struct mfw_bucket_key key = {};
	__u64 each, cost, depth;

	(void)skb;
	if (!pkt || !p || !pkt->version)
		return 0;
	if (!p->pps && !p->bps)
		return 1;
	/* Nanoseconds of a packet; of 8 bits, in units of 1 / bps. */
	each = p->pps ? MFW_BUCKET_SECOND / p->pps : 8 * MFW_BUCKET_SECOND;
	cost = p->pps ? each : each * pkt->end / p->bps;
	depth = !p->burst ? MFW_BUCKET_SECOND : p->pps ? each * p->burst : each * p->burst / p->bps;
	set_key(&key, pkt, p);
	return mfw_bucket_of(&rate_buckets, &rate_failures, &key, cost, depth);
}

MFW_MAIN(rate, .key = RATE_KEY_SRC, .prefix4 = 32, .prefix6 = 128);

#define FOR(what, n, many)                                                                         \
	{                                                                                          \
		.key = RATE_KEY_##what, .prefix4 = 32, .prefix6 = 128, .pps = n, .burst = many     \
	}
#define UDP4(last, sport)                                                                          \
	0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, last, 198, 51, 100, 2,                \
		MFW_UDP(sport, 2, 8)
#define PREFIX(four, six)                                                                          \
	{                                                                                          \
		.key = RATE_KEY_SRC, .prefix4 = four, .prefix6 = six, .pps = 1, .burst = 1         \
	}
#define BITS(rate, many)                                                                           \
	{                                                                                          \
		.key = RATE_KEY_RULE, .bps = rate, .burst = many                                   \
	}

/* clang-format off */
MFW_TESTS(rate) = {
	{ MFW_TEST("first of a source", MFW_NO_MATCH, UDP4(1, 1)), FOR(SRC, 1, 2) },
	{ MFW_TEST("second of it", MFW_THEN_NO_MATCH, UDP4(1, 2)), FOR(SRC, 1, 2) },
	{ MFW_TEST("third of it", MFW_THEN_MATCH, UDP4(1, 3)), FOR(SRC, 1, 2) },
	{ MFW_TEST("first of another source", MFW_THEN_NO_MATCH, UDP4(2, 1)), FOR(SRC, 1, 2) },
	{ MFW_TEST("first over IPv6", MFW_THEN_NO_MATCH, MFW_IP6(8, 17), MFW_UDP(1, 2, 8)),
	  FOR(SRC, 1, 2) },
	{ MFW_TEST("fourth of the first", MFW_THEN_MATCH, UDP4(1, 4)), FOR(SRC, 1, 2) },

	{ MFW_TEST("first to a destination", MFW_NO_MATCH, UDP4(1, 1)), FOR(DST, 1, 1) },
	{ MFW_TEST("second to it", MFW_THEN_MATCH, UDP4(2, 1)), FOR(DST, 1, 1) },
	{ MFW_TEST("first of a flow", MFW_NO_MATCH, UDP4(1, 1)), FOR(FLOW, 1, 1) },
	{ MFW_TEST("another flow", MFW_THEN_NO_MATCH, UDP4(1, 2)), FOR(FLOW, 1, 1) },
	{ MFW_TEST("second of the flow", MFW_THEN_MATCH, UDP4(1, 1)), FOR(FLOW, 1, 1) },
	{ MFW_TEST("first of all", MFW_NO_MATCH, UDP4(1, 1)), FOR(RULE, 1, 1) },
	{ MFW_TEST("second of all", MFW_THEN_MATCH, MFW_IP6(8, 17), MFW_UDP(1, 2, 8)),
	  FOR(RULE, 1, 1) },

	{ MFW_TEST("first of a /24", MFW_NO_MATCH, UDP4(1, 1)), PREFIX(24, 64) },
	{ MFW_TEST("second of the /24", MFW_THEN_MATCH, UDP4(255, 1)), PREFIX(24, 64) },
	{ MFW_TEST("first of a /31", MFW_NO_MATCH, UDP4(2, 1)), PREFIX(31, 64) },
	{ MFW_TEST("another /31", MFW_THEN_NO_MATCH, UDP4(4, 1)), PREFIX(31, 64) },
	{ MFW_TEST("second of the /31", MFW_THEN_MATCH, UDP4(3, 1)), PREFIX(31, 64) },
	{ MFW_TEST("first of a /127", MFW_NO_MATCH, MFW_IP6(0, 59)), PREFIX(24, 127) },
	{ MFW_TEST("second of the /127", MFW_THEN_MATCH,
		0x60, 0, 0, 0, 0, 0, 59, 64, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2), PREFIX(24, 127) },
	{ MFW_TEST("another /127", MFW_THEN_NO_MATCH,
		0x60, 0, 0, 0, 0, 0, 59, 64, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2), PREFIX(24, 127) },

	{ MFW_TEST("bits within the burst", MFW_NO_MATCH, UDP4(1, 1)), BITS(8, 30) },
	{ MFW_TEST("bits beyond the burst", MFW_THEN_MATCH, UDP4(1, 1)), BITS(8, 30) },
	{ MFW_TEST("more than the burst at once", MFW_MATCH, UDP4(1, 1)), BITS(1000000, 27) },
	{ MFW_TEST("nothing is allowed", MFW_MATCH, UDP4(1, 1)), FOR(SRC, 0, 9) },
	{ MFW_TEST("not IP", MFW_NO_MATCH,
		0x55, 0, 0, 20, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2),
	  FOR(SRC, 0, 9) },
	{ MFW_TEST("cut off", MFW_CUT_MATCH, MFW_IP4(60, 17), 0, 1), FOR(SRC, 0, 9) },
	{ MFW_TEST("cut off, counts as what it claims", MFW_CUT_NO_MATCH, MFW_IP4(60, 17), 0, 1),
	  FOR(SRC, 1, 1) },
};
/* clang-format on */

MFW_LICENSE;
