/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * amqp DIR [SEED [COUNT]]: streams of AMQP frames, cut into segments at random places and sent
 * again at random, through amqp_consumers(), against a plain reading of the whole stream.
 */
#include "base/cleanup.h"
#include "catalog/catalog.h"
#include "run.h"

#include <stdio.h>
#include <string.h>

#define STREAM_MAX  20000
#define EVENTS_MAX  400
#define CHANNELS    3
#define TAGS        24
#define SEGMENT_MAX 1400
#define PORT        5672

static uint64_t state;

static unsigned below(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % n;
}

/* ---- the stream, and what it means ---- */

enum what { CONSUME, CANCEL, CLOSE_CHANNEL, CLOSE_ALL };

/* At the stream's byte `end`, exclusive, a frame is whole that does this. */
struct event {
	enum what what;
	size_t end;
	unsigned channel, tag; /* tag TAGS: none */
};

struct stream {
	uint8_t bytes[STREAM_MAX];
	size_t len;
	struct event events[EVENTS_MAX];
	size_t n_events;
};

static void put(struct stream *s, const void *data, size_t len)
{
	memcpy(s->bytes + s->len, data, len);
	s->len += len;
}

static void put_number(struct stream *s, unsigned value, unsigned bytes)
{
	for (; bytes--; s->len++)
		s->bytes[s->len] = value >> (8 * bytes);
}

static void put_string(struct stream *s, const char *text)
{
	put_number(s, strlen(text), 1);
	put(s, text, strlen(text));
}

/* A frame around what `fill` puts. */
static void put_frame(struct stream *s, unsigned type, unsigned channel, unsigned method,
		      const char *first, const char *second, unsigned filling)
{
	size_t start, at = s->len;

	put_number(s, type, 1);
	put_number(s, channel, 2);
	put_number(s, 0, 4);
	start = s->len;
	if (method)
		put_number(s, method, 4);
	if (method == (60 << 16 | 20))
		put_number(s, 0, 2);
	if (first)
		put_string(s, first);
	if (second)
		put_string(s, second);
	for (unsigned i = 0; i < filling; i++)
		put_number(s, below(256), 1);
	for (int i = 0; i < 4; i++)
		s->bytes[at + 3 + i] = (s->len - start) >> (8 * (3 - i));
	put_number(s, 0xce, 1);
}

static void note(struct stream *s, enum what what, unsigned channel, unsigned tag)
{
	s->events[s->n_events++] = (struct event){what, s->len, channel, tag};
}

static void put_tagged(struct stream *s, bool consume, unsigned channel, unsigned tag)
{
	char name[24] = "";

	if (tag < TAGS)
		snprintf(name, sizeof(name), "ctag%u.%.*s", tag, (int)(tag % 7), "abcdefg");
	if (consume)
		put_frame(s, 1, channel, 60 << 16 | 20, below(2) ? "q" : "", name, 5);
	else
		put_frame(s, 1, channel, 60 << 16 | 30, name, NULL, 1);
	note(s, consume ? CONSUME : CANCEL, channel, tag);
}

static void put_something(struct stream *s)
{
	unsigned channel = below(CHANNELS), tag = below(TAGS + 1);

	switch (below(16)) {
	case 0: put_frame(s, 8, 0, 0, NULL, NULL, 0); break;
	case 1: put_frame(s, 3, channel, 0, NULL, NULL, below(1000)); break;
	case 2: put_frame(s, 2, channel, 0, NULL, NULL, 14); break;
	case 3: put_frame(s, 1, channel, 60 << 16 | 80, NULL, NULL, 9); break;
	case 4:
		if (below(4))
			break;
		put_frame(s, 1, channel, 20 << 16 | 40, NULL, NULL, 7);
		note(s, CLOSE_CHANNEL, channel, 0);
		break;
	case 5:
		if (below(20))
			break;
		put_frame(s, 1, 0, 10 << 16 | 50, NULL, NULL, 7);
		note(s, CLOSE_ALL, 0, 0);
		break;
	case 6:
	case 7:
	case 8: put_tagged(s, false, channel, below(TAGS)); break;
	default: put_tagged(s, true, channel, tag); break;
	}
}

static void make_stream(struct stream *s)
{
	s->len = s->n_events = 0;
	put(s, "AMQP\0\0\x9\1", 8);
	for (unsigned n = 10 + below(200); n; n--)
		put_something(s);
}

/* ---- the reference ---- */

struct reference {
	unsigned max;
	bool named[CHANNELS][TAGS];
	unsigned nameless[CHANNELS];
	size_t next, n_done, refused;
};

static unsigned count(const struct reference *r)
{
	unsigned n = 0;

	for (unsigned c = 0; c < CHANNELS; c++) {
		n += r->nameless[c];
		for (unsigned t = 0; t < TAGS; t++)
			n += r->named[c][t];
	}
	return n;
}

static void forget(struct reference *r, unsigned channel)
{
	memset(r->named[channel], 0, sizeof(r->named[channel]));
	r->nameless[channel] = 0;
}

/* Whether a consumer was added. */
static bool happens(struct reference *r, const struct event *e)
{
	switch (e->what) {
	case CONSUME:
		if (e->tag < TAGS && r->named[e->channel][e->tag])
			return false;
		if (e->tag < TAGS)
			r->named[e->channel][e->tag] = true;
		else
			r->nameless[e->channel]++;
		return true;
	case CANCEL: r->named[e->channel][e->tag] = false; return false;
	case CLOSE_CHANNEL: forget(r, e->channel); return false;
	case CLOSE_ALL:
		for (unsigned c = 0; c < CHANNELS; c++)
			forget(r, c);
	}
	return false;
}

/* Whether the segment of these bytes is refused. */
static bool refuses(struct reference *r, const struct stream *s, size_t from, size_t to)
{
	bool refused = from < r->next && r->refused && to >= r->refused && count(r) > r->max;

	for (; r->n_done < s->n_events && s->events[r->n_done].end <= to; r->n_done++) {
		const struct event *e = &s->events[r->n_done];

		if (!happens(r, e) || count(r) <= r->max)
			continue;
		if (!r->refused)
			r->refused = e->end;
		refused = true;
	}
	if (count(r) <= r->max)
		r->refused = 0;
	r->next = to > r->next ? to : r->next;
	return refused;
}

/* ---- segments ---- */

static void put_be(uint8_t *at, uint32_t value, int bytes)
{
	while (bytes--)
		*at++ = value >> (8 * bytes);
}

static size_t make_segment(uint8_t *p, unsigned client, uint32_t seq, unsigned flags,
			   const void *data, size_t len)
{
	bool six = client & 1;
	size_t ip = six ? 40 : 20;

	memset(p, 0, ip + 20);
	if (six) {
		p[0] = 0x60;
		put_be(p + 4, 20 + len, 2);
		p[6] = 6;
		put_be(p + 20, client, 4);
	} else {
		p[0] = 0x45;
		put_be(p + 2, 40 + len, 2);
		p[9] = 6;
		put_be(p + 12, client, 4);
	}
	put_be(p + ip, 40000 + client, 2);
	put_be(p + ip + 2, PORT, 2);
	put_be(p + ip + 4, seq, 4);
	p[ip + 12] = 0x50;
	p[ip + 13] = flags;
	memcpy(p + ip + 20, data, len);
	return ip + 20 + len;
}

static bool answers(const struct run *run, const struct stream *s, unsigned client, uint32_t isn,
		    size_t from, size_t to)
{
	static uint8_t packet[SEGMENT_MAX + 60];
	size_t len = make_segment(packet, client, isn + 1 + from, 0x18, s->bytes + from, to - from);

	return run_packet(run, packet, len, NULL) == 1;
}

static unsigned length(void)
{
	return below(3) ? 1 + below(20) : 1 + below(SEGMENT_MAX);
}

/* Sends all of the stream; returns how many segments were answered wrongly. */
static unsigned try_stream(const struct run *run, unsigned max, unsigned client, unsigned *n_yes)
{
	static struct stream s;
	struct reference r = {.max = max};
	uint32_t isn = below(4) ? below(1u << 31) * 2 : 0xffffff00;
	uint8_t syn[60];
	unsigned n_wrong = 0;

	make_stream(&s);
	run_packet(run, syn, make_segment(syn, client, isn, 2, "", 0), NULL);
	while (r.next < s.len && !n_wrong) {
		bool again = !below(6);
		size_t from = again ? r.next - below(r.next < 200 ? r.next + 1 : 200) : r.next;
		size_t to = from + length();
		bool expected;

		to = to > s.len ? s.len : to;
		expected = refuses(&r, &s, from, to);
		*n_yes += expected;
		if (answers(run, &s, client, isn, from, to) == expected)
			continue;
		printf("client %u, bytes %zu to %zu: expected %d; next %zu, %u consumers\n", client,
		       from, to, expected, r.next, count(&r));
		n_wrong++;
	}
	return n_wrong;
}

static const struct matcher *find(void *ctx, const char *name, struct mfw_err **err)
{
	bool missing;

	return catalog_find(ctx, name, &missing, err);
}

int main(int argc, char **argv)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL;
	struct catalog *catalog = NULL;
	struct scheme scheme = {.matcher = find};
	unsigned n_wrong = 0, n_yes = 0, n = argc > 3 ? strtoul(argv[3], NULL, 0) : 300;
	struct run run = {.fd = -1};
	int r;

	run_quiet();
	if (argc < 2 || catalog_new(argv[1], &catalog, &err))
		return 2;
	scheme.ctx = catalog;
	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	r = expr_parse("amqp_consumers(max=10)", &scheme, &expr, &err);
	if (r)
		fprintf(stderr, "%s\n", mfw_err_message(err));
	else
		r = run_expr(&run, expr);
	for (unsigned i = 0; i < n && !r && n_wrong < 5; i++)
		n_wrong += try_stream(&run, 10, 1 + below(50), &n_yes);
	printf("%u streams, %u segments refused, %u wrong; %u instructions processed\n", n, n_yes,
	       n_wrong, run.insns);
	run_close(&run);
	catalog_free(catalog);
	/* A judge that never says yes judges nothing. */
	return r || n_wrong || n_yes < n / 10;
}
