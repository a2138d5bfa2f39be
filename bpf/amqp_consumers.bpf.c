/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <mfw/matcher.h>

MFW_MATCHER(
	amqp_consumers, "AMQP 0-9-1 client that declares more consumers than allowed",
	"True for a segment with a basic.consume by which its TCP connection has more than max\n"
	"consumers, and for it when it is sent again. Counted is what clients send to `port`:\n"
	"basic.consume adds one, basic.cancel of the same tag and channel takes one away, the end\n"
	"of a channel or of the connection takes away theirs. So does another connection of the\n"
	"same addresses and ports, FIN, RST, and silence of more than idle seconds.\n"
	"\n"
	"Best with the action `reject with tcp reset`: the client sees it at once. It ends the\n"
	"connection with all its consumers. What is only dropped is sent again and again.\n"
	"\n"
	"Not seen: what the broker says. A consumer that it cancels, or whose tag it has chosen,\n"
	"is known less well: basic.cancel of a tag that begins with amq. takes away one of those\n"
	"that were declared without a tag. A connection that was there before the rule counts\n"
	"from the first segment on that begins with a frame. Of segments that overtake others "
	"only\n"
	"a gap is made good that frames begin at. TLS and IP fragments cannot be read. Clients "
	"that\n"
	"forge segments can hide.\n"
	"\n"
	"Remembers 8192 connections; when there are more, the least recently used begin anew.\n"
	"Two CPUs with segments of one connection do not wait: one of the segments is not read.")
MFW_INSNS("frames are read step by step, and each step can be any of eleven");

#define SLOTS 64

struct amqp_consumers_params {
	__u8 max MFW_DOC("consumers that a connection may have") MFW_RANGE(0, 63) MFW_REQUIRED;
	__u16 port MFW_DOC("the broker's port") MFW_RANGE(1, 65535);
	__u32 idle MFW_DOC("seconds of silence that end a connection") MFW_RANGE(1, 1000000);
};

struct amqp_consumers_key {
	__be32 client[4] MFW_STATE_ADDRESS;
	__be32 server[4] MFW_STATE_ADDRESS;
	__u16 client_port;
	__u16 server_port;
};

/* Where in the stream of frames the next byte is. */
enum step {
	STEP_HEAD,    /* type, channel, size: 7 bytes */
	STEP_GREET,   /* the 8th byte of "AMQP" 0 0 9 1 */
	STEP_METHOD,  /* class, method: 4 bytes */
	STEP_TICKET,  /* of basic.consume: 2 bytes */
	STEP_QUEUE,   /* length of the queue's name */
	STEP_NAME,    /* the name */
	STEP_TAG_LEN, /* of basic.consume and basic.cancel */
	STEP_TAG,
	STEP_REST, /* of the payload */
	STEP_END,  /* the byte 0xce */
	STEP_LOST, /* no frame: until a segment begins with one */
};

enum change { CHANGE_NOTHING, CHANGE_CONSUME, CHANGE_CANCEL, CHANGE_CHANNEL, CHANGE_ALL };

struct cursor {
	__u64 taken; /* bytes of the step that have come, as a number */
	__u64 hash;  /* of the tag so far */
	__u32 need;  /* bytes that the step still takes */
	__u32 left;  /* of the payload, behind the step's */
	__u16 channel;
	__u8 step;   /* enum step */
	__u8 change; /* enum change: what the frame does when it is whole */
};

/* A segment that is being read. Here, since the verifier would follow each value on the stack. */
struct reading {
	__u32 off, end; /* in the packet */
	__u32 base;     /* the sequence number of offset 0 */
	__u32 max;
	__u32 beyond; /* a frame went beyond max */
	__u32 pad;
};

struct amqp_consumers_conn {
	__u64 last MFW_STATE_TIME;
	__u32 consumers;
	__u32 next;    /* sequence number of the next byte */
	__u32 refused; /* where the last byte of the first frame was that went beyond max */
	__u32 hole;    /* sequence number of a gap of hole_len bytes */
	__u32 hole_len;
	__u32 busy; /* a CPU is reading a segment */
	struct cursor pad_cursor;
	struct reading pad_reading;
	__u64 pad_tags[SLOTS]; /* USED | channel | hash */
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct amqp_consumers_key);
	__type(value, struct amqp_consumers_conn);
} amqp_consumers_conns SEC(".maps");

/* What a new connection's value is made of: it does not fit into the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct amqp_consumers_conn);
} amqp_consumers_empty SEC(".maps");

/* ---- the set of consumers ---- */

#define USED          (1ULL << 63)
#define NAMELESS      (1ULL << 62)
#define CHANNEL_SHIFT 46
#define CHANNEL_MASK  (0xffffULL << CHANNEL_SHIFT)
#define HASH_MASK     ((1ULL << CHANNEL_SHIFT) - 1)

/* The first that is `want` under the mask; SLOTS: none is. */
__weak int amqp_consumers_find(struct amqp_consumers_conn *conn, __u64 mask, __u64 want)
{
	if (!conn)
		return SLOTS;
#pragma clang loop unroll(disable)
	for (int i = 0; i < SLOTS; i++)
		if ((conn->pad_tags[i] & mask) == want)
			return i;
	return SLOTS;
}

/* Removes all that are `want` under the mask. Without a branch, for the verifier's sake. */
__weak int amqp_consumers_remove(struct amqp_consumers_conn *conn, __u64 mask, __u64 want)
{
	__u64 n = 0;

	if (!conn)
		return 0;
#pragma clang loop unroll(disable)
	for (int i = 0; i < SLOTS; i++) {
		__u64 differ = (conn->pad_tags[i] ^ want) & mask, stays;

		stays = (differ | -differ) >> 63;
		asm volatile("" : "+r"(stays));
		conn->pad_tags[i] &= -stays;
		n += 1 - stays;
	}
	conn->consumers -= n;
	return 0;
}

static __always_inline int remove_one(struct amqp_consumers_conn *conn, __u64 mask, __u64 want)
{
	__u32 i = amqp_consumers_find(conn, mask, want);

	if (i >= SLOTS)
		return 0;
	conn->pad_tags[i] = 0;
	conn->consumers--;
	return 1;
}

/* A tag that is there already is a mistake of the client's, which the broker refuses. */
static __always_inline int add(struct amqp_consumers_conn *conn, __u64 tag)
{
	__u32 free = amqp_consumers_find(conn, ~0ULL, 0);

	if (!(tag & NAMELESS) && amqp_consumers_find(conn, ~0ULL, tag) < SLOTS)
		return 0;
	if (free < SLOTS) {
		conn->pad_tags[free] = tag;
		conn->consumers++;
	}
	return 1;
}

/* "amq." */
#define BROKERS_TAG 0x616d712eULL

static __always_inline int apply(struct amqp_consumers_conn *conn, const struct cursor *c)
{
	__u64 channel = USED | (__u64)c->channel << CHANNEL_SHIFT;

	switch (c->change) {
	case CHANGE_CONSUME: return add(conn, channel | (c->hash ? c->hash & HASH_MASK : NAMELESS));
	case CHANGE_CANCEL:
		if (!remove_one(conn, ~0ULL, channel | (c->hash & HASH_MASK)) &&
		    c->taken >> 32 == BROKERS_TAG)
			remove_one(conn, ~HASH_MASK, channel | NAMELESS);
		return 0;
	case CHANGE_CHANNEL: amqp_consumers_remove(conn, USED | CHANNEL_MASK, channel); return 0;
	case CHANGE_ALL: amqp_consumers_remove(conn, USED, USED); return 0;
	default: return 0;
	}
}

/* ---- frames ---- */

#define METHOD(class, method) ((class) << 16 | (method))
#define FRAME_METHOD          1
#define FRAME_HEARTBEAT       8
#define FRAME_END             0xce
/* A broker's frames have 131072 bytes at most, unless it is told otherwise. */
#define FRAME_MAX             (64 << 20)
/* Frames and parts of frames in a segment of 64 kB at most. */
#define STEPS_MAX             32768

static __always_inline void go(struct cursor *c, __u8 step, __u32 need)
{
	c->step = step;
	c->need = need;
	c->taken = 0;
}

/* To a step of the payload; what is too long for it is no such method. */
static __always_inline void go_inside(struct cursor *c, __u8 step, __u32 need)
{
	if (need > c->left) {
		c->change = CHANGE_NOTHING;
		step = STEP_REST;
		need = c->left;
	}
	c->left -= need;
	go(c, step, need);
}

static __always_inline void go_rest(struct cursor *c)
{
	go(c, STEP_REST, c->left);
	c->left = 0;
}

static __always_inline void after_head(struct cursor *c)
{
	__u32 type = c->taken >> 48 & 255, size = c->taken & 0xffffffff;

	c->channel = c->taken >> 32 & 0xffff;
	c->change = CHANGE_NOTHING;
	c->hash = 0;
	if (c->taken >> 24 == 0x414d5150) { /* "AMQP" */
		go(c, STEP_GREET, 1);
		return;
	}
	if (!type || type > FRAME_HEARTBEAT || (type > 3 && type < FRAME_HEARTBEAT) ||
	    size > FRAME_MAX) {
		go(c, STEP_LOST, 0);
		return;
	}
	c->left = size;
	if (type == FRAME_METHOD)
		go_inside(c, STEP_METHOD, 4);
	else
		go_rest(c);
}

static __always_inline void after_method(struct cursor *c)
{
	switch (c->taken) {
	case METHOD(60, 20): /* basic.consume */
		c->change = CHANGE_CONSUME;
		go_inside(c, STEP_TICKET, 2);
		return;
	case METHOD(60, 30): /* basic.cancel */
		c->change = CHANGE_CANCEL;
		go_inside(c, STEP_TAG_LEN, 1);
		return;
	case METHOD(20, 40): /* channel.close, close-ok */
	case METHOD(20, 41): c->change = CHANGE_CHANNEL; break;
	case METHOD(10, 50): /* connection.close, close-ok */
	case METHOD(10, 51): c->change = CHANGE_ALL; break;
	}
	go_rest(c);
}

/* The step has all its bytes. */
static __always_inline void next_step(struct cursor *c)
{
	switch (c->step) {
	case STEP_HEAD: after_head(c); return;
	case STEP_METHOD: after_method(c); return;
	case STEP_TICKET: go_inside(c, STEP_QUEUE, 1); return;
	case STEP_QUEUE: go_inside(c, STEP_NAME, c->taken & 255); return;
	case STEP_NAME: go_inside(c, STEP_TAG_LEN, 1); return;
	case STEP_TAG_LEN: go_inside(c, STEP_TAG, c->taken & 255); return;
	case STEP_TAG:
	case STEP_REST: {
		__u64 first = c->taken;

		if (c->step == STEP_TAG && c->left)
			go_rest(c);
		else
			go(c, STEP_END, 1);
		c->taken = first & ~0xffffffffULL;
		return;
	}
	default: go(c, STEP_HEAD, 7); return;
	}
}

struct work {
	struct __sk_buff *skb;
	struct amqp_consumers_conn *conn;
};

/* Takes up to 8 bytes into the number, and into the hash of a tag. */
static __always_inline int take_bytes(const struct work *w, __u32 n)
{
	struct cursor *c = &w->conn->pad_cursor;
	__u8 bytes[8] = {};

	if (mfw_load_some(w->skb, w->conn->pad_reading.off, bytes, n, 8))
		return -1;
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < 8; i++) {
		if (i >= n)
			break;
		if (c->step != STEP_TAG) {
			c->taken = c->taken << 8 | bytes[i];
			continue;
		}
		/* The first four bytes tell whose tag it is; the hash is never 0. */
		if (!(c->taken >> 56))
			c->taken = (c->taken >> 32 << 8 | bytes[i]) << 32;
		c->hash = ((c->hash ^ bytes[i]) + 1) * 0x9e3779b97f4a7c15ULL;
		c->hash ^= c->hash >> 29;
	}
	return 0;
}

/* The end of a frame: only now it is sure that it was one. */
static __always_inline void end_frame(const struct work *w)
{
	struct amqp_consumers_conn *conn = w->conn;
	struct reading *r = &conn->pad_reading;
	__u8 end = 0;

	bpf_skb_load_bytes(w->skb, r->off, &end, 1);
	if (end != FRAME_END) {
		go(&conn->pad_cursor, STEP_LOST, 0);
		return;
	}
	if (apply(conn, &conn->pad_cursor) && conn->consumers > r->max) {
		if (!r->beyond && !conn->refused)
			conn->refused = r->base + r->off;
		r->beyond = 1;
	}
	r->off++;
	go(&conn->pad_cursor, STEP_HEAD, 7);
}

static long read_step(__u32 i, void *ctx)
{
	struct work *w = ctx;
	struct cursor *c = &w->conn->pad_cursor;
	struct reading *r = &w->conn->pad_reading;
	__u32 have = r->end - r->off, n = c->need;

	(void)i;
	if (r->off >= r->end || c->step == STEP_LOST)
		return 1;
	if (c->step == STEP_END) {
		end_frame(w);
		return 0;
	}
	if (n > have)
		n = have;
	if (n && c->step != STEP_NAME && c->step != STEP_REST) {
		if (n > 8)
			n = 8;
		if (take_bytes(w, n))
			return 1;
	}
	r->off += n;
	c->need -= n;
	if (!c->need)
		next_step(c);
	return 0;
}

/* ---- segments ---- */

#define FIN 0x01
#define SYN 0x02
#define RST 0x04

static __always_inline struct amqp_consumers_conn *find_conn(const struct mfw_pkt *pkt,
							     bool *ret_new)
{
	struct amqp_consumers_key key = {};
	struct amqp_consumers_conn *conn;
	__u32 zero = 0;

	mfw_set_address(key.client, pkt, pkt->saddr);
	mfw_set_address(key.server, pkt, pkt->daddr);
	key.client_port = pkt->sport;
	key.server_port = pkt->dport;
	conn = bpf_map_lookup_elem(&amqp_consumers_conns, &key);
	*ret_new = !conn;
	if (!conn) {
		conn = bpf_map_lookup_elem(&amqp_consumers_empty, &zero);
		if (conn)
			bpf_map_update_elem(&amqp_consumers_conns, &key, conn, BPF_NOEXIST);
		conn = bpf_map_lookup_elem(&amqp_consumers_conns, &key);
	}
	return conn;
}

/* A connection of which nothing is known but where its next byte is. */
static __always_inline void begin(struct amqp_consumers_conn *conn, __u32 next)
{
	amqp_consumers_remove(conn, 0, 0);
	conn->consumers = 0;
	conn->next = next;
	conn->refused = 0;
	conn->hole_len = 0;
	go(&conn->pad_cursor, STEP_HEAD, 7);
}

/* Reads the bytes from off on. */
static __always_inline void read_frames(struct work *w, __u32 off)
{
	w->conn->pad_reading.off = off;
	if (w->conn->pad_cursor.step == STEP_LOST)
		go(&w->conn->pad_cursor, STEP_HEAD, 7);
	bpf_loop(STEPS_MAX, read_step, w, 0);
}

/*
 * Behind a gap. When all of it belongs to the part of a frame that is passed over, nothing is
 * missed. Otherwise the gap is noted, and frames are looked for where this segment begins.
 */
static __always_inline void step_over(struct amqp_consumers_conn *conn, __u32 seq)
{
	struct cursor *c = &conn->pad_cursor;
	__u32 gap = seq - conn->next;

	if ((c->step == STEP_REST || c->step == STEP_NAME) && gap <= c->need) {
		c->need -= gap;
		if (!c->need)
			next_step(c);
		return;
	}
	conn->hole_len = c->step == STEP_HEAD && c->need == 7 ? gap : 0;
	conn->hole = conn->next;
	go(c, STEP_HEAD, 7);
}

/* What was left out comes later, from its beginning on. */
static __always_inline void fill_hole(struct work *w, __u32 seq, __u32 off)
{
	struct amqp_consumers_conn *conn = w->conn;
	struct cursor kept = conn->pad_cursor;
	__u32 len = conn->pad_reading.end - off;

	if (len > conn->hole_len)
		len = conn->hole_len;
	conn->pad_reading.end = off + len;
	go(&conn->pad_cursor, STEP_HEAD, 7);
	read_frames(w, off);
	conn->hole = seq + len;
	conn->hole_len -= len;
	if (conn->pad_cursor.step != STEP_HEAD || conn->pad_cursor.need != 7)
		conn->hole_len = 0;
	conn->pad_cursor = kept;
}

static __always_inline int read_segment(struct work *w, __u32 seq, __u32 off)
{
	struct amqp_consumers_conn *conn = w->conn;
	__u32 len = conn->pad_reading.end - off;
	__s32 ahead = seq - conn->next;

	if (ahead < 0 && conn->hole_len && seq == conn->hole) {
		fill_hole(w, seq, off);
		return conn->pad_reading.beyond;
	}
	if (ahead < 0) {
		/* Sent again, in part at least; what was refused stays so. */
		bool again = conn->refused && (__s32)(seq + len - conn->refused) > 0 &&
			     conn->consumers > conn->pad_reading.max;

		if ((__s32)(seq + len - conn->next) <= 0)
			return again;
		conn->pad_reading.beyond = again;
		off -= ahead;
	} else if (ahead > 0) {
		step_over(conn, seq);
	}
	read_frames(w, off);
	conn->next = seq + len;
	return conn->pad_reading.beyond;
}

static __always_inline int read_packet(struct work *w, const struct mfw_pkt *pkt, __u32 seq,
				       bool new, const struct amqp_consumers_params *p)
{
	struct amqp_consumers_conn *conn = w->conn;
	__u64 now = bpf_ktime_get_ns();
	__u32 len = pkt->payload_end - pkt->payload_off;
	int r = 0;

	if (new || pkt->tcp_flags & SYN || now - conn->last > p->idle * 1000000000ULL)
		begin(conn, seq + !!(pkt->tcp_flags & SYN));
	conn->last = now;
	conn->pad_reading.end = pkt->payload_end;
	conn->pad_reading.base = seq - pkt->payload_off;
	conn->pad_reading.max = p->max;
	conn->pad_reading.beyond = 0;
	if (len && !(pkt->tcp_flags & SYN))
		r = read_segment(w, seq, pkt->payload_off);
	if (conn->consumers <= p->max)
		conn->refused = 0;
	/* One that is not where the stream is may be forged. */
	if ((pkt->tcp_flags & RST && seq == conn->next) ||
	    (pkt->tcp_flags & FIN && seq + len == conn->next))
		begin(conn, conn->next);
	return r;
}

int amqp_consumers(struct __sk_buff *skb, const struct mfw_pkt *pkt,
		   const struct amqp_consumers_params *p)
{
	struct work w = {.skb = skb};
	bool new;
	__be32 seq;
	int r;

	if (!pkt || !p || pkt->proto != IPPROTO_TCP || pkt->dport != p->port ||
	    !(pkt->flags & MFW_PKT_PAYLOAD) || bpf_skb_load_bytes(skb, pkt->l4_off + 4, &seq, 4))
		return 0;
	w.conn = find_conn(pkt, &new);
	/* Whoever reads a segment of this connection goes on; this one is not counted. */
	if (!w.conn || __sync_val_compare_and_swap(&w.conn->busy, 0, 1))
		return 0;
	r = read_packet(&w, pkt, bpf_ntohl(seq), new, p);
	__sync_lock_test_and_set(&w.conn->busy, 0);
	return r;
}

MFW_MAIN(amqp_consumers, .max = 10, .port = 5672, .idle = 3600);

/* A segment of `n` bytes from 192.0.2.1, port 40000. */
#define SEGMENT(seq, flags, n)                                                                     \
	0x45, 0, MFW_U16(40 + (n)), 0, 1, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2,        \
		MFW_U16(40000), MFW_U16(5672), 0, 0, MFW_U16(seq), 0, 0, 0, 1, 0x50, flags, 255,   \
		255, 0, 0, 0, 0
#define DATA           0x18
/* 23 bytes, 15 bytes, 8 bytes, 12 bytes. */
#define CONSUME(tag)   1, 0, 1, 0, 0, 0, 15, 0, 60, 0, 20, 0, 0, 1, 'q', 1, tag, 0, 0, 0, 0, 0, 0xce
#define CANCEL(tag)    1, 0, 1, 0, 0, 0, 7, 0, 60, 0, 30, 1, tag, 0, 0xce
#define HEARTBEAT      8, 0, 0, 0, 0, 0, 0, 0xce
#define CHANNEL_CLOSED 1, 0, 1, 0, 0, 0, 4, 0, 20, 0, 41, 0xce
#define ONE                                                                                        \
	{                                                                                          \
		.max = 1, .port = 5672, .idle = 60                                                 \
	}

/* clang-format off */
MFW_TESTS(amqp_consumers) = {
	{ MFW_TEST("connection", MFW_NO_MATCH, SEGMENT(0, SYN, 0)), ONE },
	{ MFW_TEST("greeting", MFW_THEN_NO_MATCH,
		SEGMENT(1, DATA, 8), 'A', 'M', 'Q', 'P', 0, 0, 9, 1), ONE },
	{ MFW_TEST("first consumer", MFW_THEN_NO_MATCH, SEGMENT(9, DATA, 23), CONSUME('a')), ONE },
	{ MFW_TEST("sent again", MFW_THEN_NO_MATCH, SEGMENT(9, DATA, 23), CONSUME('a')), ONE },
	{ MFW_TEST("second, behind another frame", MFW_THEN_MATCH,
		SEGMENT(32, DATA, 31), HEARTBEAT, CONSUME('b')), ONE },
	{ MFW_TEST("second, sent again", MFW_THEN_MATCH,
		SEGMENT(32, DATA, 31), HEARTBEAT, CONSUME('b')), ONE },
	{ MFW_TEST("acknowledgement", MFW_THEN_NO_MATCH, SEGMENT(63, 0x10, 0)), ONE },
	{ MFW_TEST("cancel of an unknown tag", MFW_THEN_NO_MATCH,
		SEGMENT(63, DATA, 15), CANCEL('x')), ONE },
	{ MFW_TEST("cancel of both, one again", MFW_THEN_NO_MATCH,
		SEGMENT(78, DATA, 53), CANCEL('a'), CANCEL('b'), CONSUME('c')), ONE },
	{ MFW_TEST("half a header", MFW_THEN_NO_MATCH, SEGMENT(131, DATA, 3), 1, 0, 1), ONE },
	{ MFW_TEST("half a method", MFW_THEN_NO_MATCH,
		SEGMENT(134, DATA, 7), 0, 0, 0, 15, 0, 60, 0), ONE },
	{ MFW_TEST("all but the end", MFW_THEN_NO_MATCH,
		SEGMENT(141, DATA, 12), 20, 0, 0, 1, 'q', 1, 'd', 0, 0, 0, 0, 0), ONE },
	{ MFW_TEST("the end of it", MFW_THEN_MATCH, SEGMENT(153, DATA, 1), 0xce), ONE },
	{ MFW_TEST("end of the channel", MFW_THEN_NO_MATCH,
		SEGMENT(154, DATA, 12), CHANNEL_CLOSED), ONE },
	{ MFW_TEST("one of the next channel", MFW_THEN_NO_MATCH,
		SEGMENT(166, DATA, 23), CONSUME('a')), ONE },
	{ MFW_TEST("end of the connection", MFW_THEN_NO_MATCH, SEGMENT(189, 0x11, 0)), ONE },
	{ MFW_TEST("the same ports again", MFW_THEN_NO_MATCH, SEGMENT(5000, SYN, 0)), ONE },
	{ MFW_TEST("its first consumer", MFW_THEN_NO_MATCH,
		SEGMENT(5001, DATA, 23), CONSUME('a')), ONE },
	{ MFW_TEST("its second consumer", MFW_THEN_MATCH,
		SEGMENT(5024, DATA, 23), CONSUME('b')), ONE },
	{ MFW_TEST("reset of something else", MFW_THEN_NO_MATCH, SEGMENT(1, RST, 0)), ONE },
	{ MFW_TEST("its third consumer", MFW_THEN_MATCH,
		SEGMENT(5047, DATA, 23), CONSUME('c')), ONE },
	{ MFW_TEST("reset", MFW_THEN_NO_MATCH, SEGMENT(5070, RST, 0)), ONE },
	{ MFW_TEST("first after the reset", MFW_THEN_NO_MATCH,
		SEGMENT(5070, DATA, 23), CONSUME('d')), ONE },

	{ MFW_TEST("a connection that is there", MFW_NO_MATCH,
		SEGMENT(100, DATA, 46), CONSUME('a'), HEARTBEAT, CANCEL('x')), ONE },
	{ MFW_TEST("after a gap", MFW_THEN_MATCH, SEGMENT(169, DATA, 23), CONSUME('b')), ONE },
	{ MFW_TEST("the gap", MFW_THEN_MATCH, SEGMENT(146, DATA, 23), CONSUME('c')), ONE },
	{ MFW_TEST("two at once", MFW_MATCH,
		SEGMENT(7, DATA, 46), CONSUME('a'), CONSUME('b')), ONE },
	{ MFW_TEST("a tag twice", MFW_NO_MATCH,
		SEGMENT(7, DATA, 46), CONSUME('a'), CONSUME('a')), ONE },
	{ MFW_TEST("another port", MFW_NO_MATCH,
		SEGMENT(7, DATA, 46), CONSUME('a'), CONSUME('b')), { .max = 1, .port = 5673, .idle = 1 } },
	{ MFW_TEST("no frame", MFW_NO_MATCH, SEGMENT(7, DATA, 8), 'G', 'E', 'T', ' ', '/', ' ', 'H', 'T'),
	  ONE },
	{ MFW_TEST("UDP", MFW_NO_MATCH, MFW_IP4(28, 17), MFW_UDP(1, 5672, 8)), ONE },
	{ MFW_TEST("cut in the TCP header", MFW_CUT_NO_MATCH,
		MFW_IP4(40, 6), MFW_U16(40000), MFW_U16(5672), 0, 0), ONE },
};
/* clang-format on */

MFW_LICENSE;
