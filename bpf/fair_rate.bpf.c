/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <mfw/matcher.h>

MFW_MATCHER(
	fair_rate, "more packets per second than allowed, of the fewest who send them",
	"True for packets that exceed pps packets per second, so that those who send little are\n"
	"not disturbed by those who send much. The rate is watched for each flow (source, source\n"
	"port, destination with its port), for what flows have in common (the source's network,\n"
	"all its ports, the destination alone, ...), and for all packets together, from the most\n"
	"specific of these 5 levels, with 12 kinds, to the widest. At the first level at which a\n"
	"packet's rate is above pps, it matches as often as brings that rate down to pps, and is\n"
	"not counted for wider levels: a flood is charged to the narrowest set of packets that it\n"
	"can be told by. What passes in all may thus be several times pps.\n"
	"\n"
	"Networks are /24 in IPv4 and /48 in IPv6. Rates are averages over 0.13 seconds for "
	"flows,\n"
	"0.27 for wider levels. They are estimated in a table of fixed size (count-min sketch,\n"
	"2 x 512 for each kind): with thousands of senders at once some may be taken for more "
	"than\n"
	"they send.")
MFW_INSNS("twelve kinds of rates are looked up, and given back, one after the other");

struct fair_rate_params {
	__u32 pps MFW_DOC("packets per second") MFW_RANGE(1, 1000000) MFW_REQUIRED;
};

#define LEVELS  5
#define KINDS   12
#define ROWS    2
#define COLUMNS 512
#define CELLS   (KINDS * ROWS * COLUMNS)

/*
 * Times are in units of 2^10 ns, of which 32 bits are an hour; rates in 1/256 per second. An
 * average is over 2^17 of these units for flows and over four times that for all else: a flow is
 * told apart before wider levels notice it.
 */
#define TIME_SHIFT      10
#define FLOW_WINDOW     17
#define WIDE_WINDOW     18
#define WINDOW(kind)    ((kind) ? WIDE_WINDOW : FLOW_WINDOW)
#define RATE_ONE        256
#define SECOND          (1000000000ULL >> TIME_SHIFT)
/* What one packet adds to an average. */
#define RATE_STEP(kind) (SECOND * RATE_ONE >> WINDOW(kind))
#define RATE_MAX        0xffffffffULL
#define TRIES           4

/* Rate and time of the last packet, in one number that changes by compare-and-exchange. */
struct fair_rate_cell {
	__u64 rate_and_time;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, CELLS);
	__type(key, __u32);
	__type(value, struct fair_rate_cell);
} fair_rate_cells SEC(".maps");

struct fair_rate_total {
	__u64 seed;  /* of the hash, so that nobody knows whose cells are shared */
	__u64 above; /* packets that were above pps at a level */
	__u64 clock; /* not 0: the time, for tests */
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fair_rate_total);
} fair_rate_total SEC(".maps");

/* A packet, as the kinds see it. */
struct flow {
	__u64 seed;
	__u64 source[2], network[2], destination[2];
	__u64 sport, dport;
	__u32 now;
	__u32 pad;
};

/* ---- rates ---- */

/* The average after one more packet, `delta` units after the last one. */
static __always_inline __u64 average(__u64 rate, __u32 delta, __u32 kind)
{
	__u64 next;

	if (delta >> WINDOW(kind))
		return SECOND * RATE_ONE / delta;
	next = rate - (rate * delta >> WINDOW(kind)) + RATE_STEP(kind);
	return next > RATE_MAX ? RATE_MAX : next;
}

/* Counts a packet in a cell of a kind, or takes `less` from it; the rate that it then has. */
static __always_inline __u64 count(__u32 kind, __u32 place, const struct flow *f, __u32 less)
{
	__u32 cell = kind * ROWS * COLUMNS + place;
	struct fair_rate_cell *c = bpf_map_lookup_elem(&fair_rate_cells, &cell);
	__u64 seen, next = 0, found;

	if (!c)
		return 0;
	seen = *(volatile __u64 *)&c->rate_and_time;
#pragma clang loop unroll(disable)
	for (int i = 0; i < TRIES; i++) {
		__u32 then = seen;

		/* Another CPU's packet may be a little later than this one. */
		next = average(seen >> 32, (__s32)(f->now - then) < 0 && seen ? 0 : f->now - then,
			       kind);
		if (less)
			next = next > less + RATE_STEP(kind) ? next - less - RATE_STEP(kind) : 0;
		found = __sync_val_compare_and_swap(&c->rate_and_time, seen, next << 32 | f->now);
		if (found == seen)
			break;
		seen = found;
	}
	return next;
}

/* ---- kinds ---- */

/*
 * What a kind of flows has in common: of the source all (0), the network (1) or nothing (2), then
 * whether the source's port, then whether the destination with its port. A level has the kinds
 * which leave out as many steps.
 */
#define MIX(h, x) (((h) ^ (x)) * 0x9e3779b97f4a7c15ULL)

/*
 * A packet of a flow, counted for one kind; with `less`, that much of a rate is taken away instead.
 * Global: the verifier looks at it once.
 */
__weak int fair_rate_count(const struct flow *f, __u32 kind, __u32 which, __u32 less)
{
	__u32 source = which & 3, sport = which >> 2 & 1, destination = which >> 3;
	__u64 h, a, b;

	if (!f || kind >= KINDS)
		return 0;
	h = MIX(f->seed, kind + 1);
	a = source == 0 ? f->source[0] : source == 1 ? f->network[0] : 0;
	b = source == 0 ? f->source[1] : source == 1 ? f->network[1] : 0;
	h = MIX(h ^ h >> 29, a);
	h = MIX(h ^ h >> 29, b);
	h = MIX(h ^ h >> 29, sport ? f->sport + 1 : 0);
	h = MIX(h ^ h >> 29, destination ? f->destination[0] : 0);
	h = MIX(h ^ h >> 29, destination ? f->destination[1] : 0);
	h = MIX(h ^ h >> 29, destination ? f->dport + 1 : 0);
	h ^= h >> 32;
	a = count(kind, h & (COLUMNS - 1), f, less);
	b = count(kind, COLUMNS + (h >> 16 & (COLUMNS - 1)), f, less);
	a = a < b ? a : b;
	/* An int: a rate is positive. */
	return a > 0x7fffffff ? 0x7fffffff : a;
}

/* All 12 in one number, 4 bits each, from the lowest on: 1, 3, 4, 3 and 1 of them for a level. */
#define KIND(i, source, sport, destination)                                                        \
	((__u64)((source) | (sport) << 2 | (destination) << 3) << (i)*4)
#define ALL_KINDS                                                                                  \
	(KIND(0, 0, 1, 1) | KIND(1, 1, 1, 1) | KIND(2, 0, 0, 1) | KIND(3, 0, 1, 0) |               \
	 KIND(4, 2, 1, 1) | KIND(5, 1, 0, 1) | KIND(6, 1, 1, 0) | KIND(7, 0, 0, 0) |               \
	 KIND(8, 2, 0, 1) | KIND(9, 2, 1, 0) | KIND(10, 1, 0, 0) | KIND(11, 2, 0, 0))
#define KIND_OF(i) (ALL_KINDS >> (i)*4 & 15)

/* The highest rate of the kinds `first` to before `end`. */
static __always_inline __u32 rate_of(const struct flow *f, __u32 first, __u32 end, __u32 less)
{
	__u32 most = 0;

#pragma clang loop unroll(disable)
	for (__u32 i = first; i < end; i++) {
		__u32 rate = fair_rate_count(f, i, KIND_OF(i), less);

		most = rate > most ? rate : most;
	}
	return most;
}

/*
 * Whether a packet of that rate is one of those to match. Not by chance: the multiples of the
 * golden ratio are spread evenly, so that of any run of packets the right part passes.
 */
static __always_inline int exceeds(struct fair_rate_total *total, __u32 rate, __u32 pps)
{
	__u64 n = __sync_fetch_and_add(&total->above, 1);
	__u32 place = (__u32)n * 0x9e3779b9u;

	return place >= ((__u64)pps * RATE_ONE << 32) / rate;
}

static __always_inline void set_flow(struct flow *f, const struct mfw_pkt *pkt)
{
	__u64 mask = pkt->version == 4 ? bpf_cpu_to_be64(0xffffff00ULL << 32)
				       : bpf_cpu_to_be64(0xffffffffffff0000ULL);

	f->source[0] = *(const __u64 *)&pkt->saddr[0];
	f->source[1] = *(const __u64 *)&pkt->saddr[2];
	f->network[0] = f->source[0] & mask;
	f->destination[0] = *(const __u64 *)&pkt->daddr[0];
	f->destination[1] = *(const __u64 *)&pkt->daddr[2];
	f->sport = pkt->sport;
	f->dport = (__u64)pkt->proto << 16 | pkt->dport;
}

int fair_rate(struct __sk_buff *skb, const struct mfw_pkt *pkt, const struct fair_rate_params *p)
{
	static const __u8 ends[LEVELS] = {1, 4, 8, 11, 12};
	struct fair_rate_total *total;
	struct flow f = {};
	__u32 zero = 0, first = 0, limit, rate;

	(void)skb;
	if (!pkt || !p || !pkt->version || !p->pps)
		return 0;
	limit = p->pps * RATE_ONE;
	total = bpf_map_lookup_elem(&fair_rate_total, &zero);
	if (!total)
		return 0;
	if (!total->seed)
		__sync_val_compare_and_swap(&total->seed, 0,
					    (__u64)bpf_get_prandom_u32() << 32 |
						    bpf_get_prandom_u32() | 1);
	f.seed = total->seed;
	f.now = (total->clock ? total->clock : bpf_ktime_get_ns()) >> TIME_SHIFT;
	set_flow(&f, pkt);
#pragma clang loop unroll(full)
	for (int i = 0; i < LEVELS; i++) {
		rate = rate_of(&f, first, ends[i], 0);
		first = ends[i];
		if (rate <= limit)
			continue;
		/* Until now wider levels were charged for these packets: they get it back. */
		if (rate - RATE_STEP(i) <= limit)
			rate_of(&f, first, KINDS, limit);
		return exceeds(total, rate, p->pps);
	}
	return 0;
}

MFW_MAIN(fair_rate, .pps = 100);

#define SLOW                                                                                       \
	{                                                                                          \
		.pps = 1000000                                                                     \
	}
#define FAST                                                                                       \
	{                                                                                          \
		.pps = 1                                                                           \
	}

/* clang-format off */
MFW_TESTS(fair_rate) = {
	{ MFW_TEST("first", MFW_NO_MATCH, MFW_IP4(28, 17), MFW_UDP(1, 2, 8)), FAST },
	{ MFW_TEST("second, at once", MFW_THEN_NO_MATCH, MFW_IP4(28, 17), MFW_UDP(1, 2, 8)), FAST },
	{ MFW_TEST("third, at once", MFW_THEN_MATCH, MFW_IP4(28, 17), MFW_UDP(1, 2, 8)), FAST },
	{ MFW_TEST("another source", MFW_THEN_NO_MATCH, MFW_IP6(8, 17), MFW_UDP(1, 2, 8)), FAST },
	{ MFW_TEST("few of many", MFW_NO_MATCH, MFW_IP6(8, 17), MFW_UDP(1, 2, 8)), SLOW },
	{ MFW_TEST("not IP", MFW_NO_MATCH,
		0x55, 0, 0, 20, 0, 1, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2), FAST },
	{ MFW_TEST("cut off", MFW_CUT_NO_MATCH, MFW_IP4(60, 17), 0, 1), FAST },
};
/* clang-format on */

MFW_LICENSE;
