/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge DIR [SEED [COUNT]]: random packets through suffix(), against a plain reading of the
 * protocols that shares no code with it. On a difference the packet is printed.
 */
#include "catalog/catalog.h"
#include "run.h"

#include <stdio.h>
#include <string.h>

#define LEN_MAX 600

static const char needle[] = "xyzzy";
#define NEEDLE_LEN (sizeof(needle) - 1)

/* ---- the reference ---- */

static unsigned be16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

struct view {
	const uint8_t *p;
	size_t end; /* of the IP packet */
	size_t l4;
	int proto;
	bool six;
};

static bool view_ip4(struct view *v, size_t len)
{
	size_t header = (v->p[0] & 15) * 4, total = be16(v->p + 2);

	if (total == 0)
		total = len;
	if (header < 20 || header > total || total > len || (be16(v->p + 6) & 0x3fff))
		return false;
	v->end = total;
	v->l4 = header;
	v->proto = v->p[9];
	return true;
}

static bool view_ip6(struct view *v, size_t len)
{
	size_t payload;
	int steps = 0;

	if (len < 40)
		return false;
	payload = be16(v->p + 4);
	v->six = true;
	v->proto = v->p[6];
	v->l4 = 40;
	if (payload == 0 && (v->proto == 0 || v->proto == 6))
		payload = len - 40;
	v->end = 40 + payload;
	if (v->end > len)
		return false;
	while (v->proto == 0 || v->proto == 43 || v->proto == 44 || v->proto == 60 ||
	       v->proto == 51) {
		const uint8_t *x = v->p + v->l4;
		size_t size;

		if (++steps > 8 || v->l4 + 8 > v->end)
			return false;
		size = v->proto == 44 ? 8 : v->proto == 51 ? (x[1] + 2) * 4 : (x[1] + 1) * 8;
		if (v->l4 + size > v->end)
			return false;
		if (v->proto == 44 && (be16(x + 2) & 0xfff9))
			return false;
		v->proto = x[0];
		v->l4 += size;
	}
	return true;
}

static bool payload_of(const struct view *v, size_t *from, size_t *to)
{
	size_t have = v->end - v->l4, n;

	*to = v->end;
	if (v->proto == 6) {
		if (have < 20 || (n = (v->p[v->l4 + 12] >> 4) * 4) < 20 || n > have)
			return false;
		*from = v->l4 + n;
		return true;
	}
	if (v->proto != 17 || have < 8)
		return false;
	n = be16(v->p + v->l4 + 4);
	if (n == 0 && v->six)
		n = have;
	if (n < 8 || n > have)
		return false;
	*from = v->l4 + 8;
	*to = v->l4 + n;
	return true;
}

static bool reference(const uint8_t *p, size_t len)
{
	struct view v = {.p = p};
	size_t from, to;

	if (len < 20)
		return false;
	if (p[0] >> 4 == 4 ? !view_ip4(&v, len) : p[0] >> 4 == 6 ? !view_ip6(&v, len) : true)
		return false;
	return payload_of(&v, &from, &to) && to - from >= NEEDLE_LEN &&
	       !memcmp(p + to - NEEDLE_LEN, needle, NEEDLE_LEN);
}

/* ---- the generator ---- */

static uint64_t state;

static unsigned below(unsigned n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % n;
}

static bool one_in(unsigned n)
{
	return below(n) == 0;
}

struct packet {
	uint8_t b[LEN_MAX];
	size_t len;
};

static uint8_t *add(struct packet *p, size_t n)
{
	uint8_t *at = p->b + p->len;

	for (size_t i = 0; i < n; i++)
		at[i] = below(256);
	p->len += n;
	return at;
}

static void put16(uint8_t *at, unsigned value)
{
	at[0] = value >> 8;
	at[1] = value;
}

/* A length field: mostly right, else wrong by a little, nothing, or anything. */
static unsigned length(unsigned right)
{
	switch (below(14)) {
	case 0: return right - 1 - below(6);
	case 1: return right + 1 + below(6);
	case 2: return 0;
	case 3: return one_in(4) ? below(65536) : right;
	default: return right;
	}
}

static void add_payload(struct packet *p)
{
	unsigned n = one_in(6) ? below(5) : below(120);

	add(p, n);
	if (!one_in(4))
		memcpy(add(p, NEEDLE_LEN), needle, NEEDLE_LEN);
}

static void add_l4(struct packet *p, int proto)
{
	size_t start = p->len, words = one_in(12) ? below(16) : 5 + (one_in(3) ? below(6) : 0);
	uint8_t *l4;

	if (proto == 6) {
		l4 = add(p, words < 5 ? 20 : words * 4);
		l4[12] = words << 4;
		add_payload(p);
	} else {
		l4 = add(p, 8);
		add_payload(p);
		put16(l4 + 4, length(p->len - start));
	}
}

static int some_proto(void)
{
	static const uint8_t protos[] = {6, 17, 6, 17, 6, 17, 6, 17, 1, 58, 132, 47, 136, 50, 59};

	return protos[below(sizeof(protos))];
}

static void make_ip4(struct packet *p)
{
	unsigned words = one_in(3) ? 5 + below(11) : 5;
	int proto = some_proto();
	uint8_t *ip = add(p, words * 4);

	add_l4(p, proto);
	ip[0] = 0x40 | (one_in(15) ? below(16) : words);
	put16(ip + 2, length(p->len));
	put16(ip + 6, one_in(6) ? below(65536) : one_in(2) ? 0x4000 : 0);
	ip[9] = proto;
}

/* An extension header of the given kind; the next header's kind is filled in later. */
static uint8_t *add_ext(struct packet *p, int kind)
{
	unsigned n = below(4);
	uint8_t *x;

	if (kind == 44) {
		x = add(p, 8);
		put16(x + 2, one_in(3) ? below(65536) : 0);
	} else if (kind == 51) {
		x = add(p, (n + 2) * 4);
		x[1] = n;
		if (n == 0) /* at least 8 bytes are looked at, of which it has 8 */
			return x;
	} else {
		x = add(p, (n + 1) * 8);
		x[1] = one_in(20) ? below(256) : n;
	}
	return x;
}

static void make_ip6(struct packet *p)
{
	static const uint8_t kinds[] = {0, 43, 44, 60, 51};
	unsigned n = one_in(2) ? 0 : one_in(8) ? below(11) : 1 + below(3);
	uint8_t *ip = add(p, 40), *next = ip + 6;
	int proto = some_proto();

	ip[0] = 0x60;
	for (unsigned i = 0; i < n; i++) {
		*next = kinds[below(sizeof(kinds))];
		next = add_ext(p, *next);
	}
	*next = proto;
	add_l4(p, proto);
	put16(ip + 4, length(p->len - 40));
}

static void make_packet(struct packet *p)
{
	p->len = 0;
	if (one_in(2))
		make_ip4(p);
	else
		make_ip6(p);
	if (one_in(4))
		add(p, below(12));
	if (one_in(8))
		memcpy(add(p, NEEDLE_LEN), needle, NEEDLE_LEN);
	if (one_in(10))
		p->len = below(p->len + 1);
	if (one_in(10) && p->len)
		p->b[below(p->len < 64 ? p->len : 64)] = below(256);
	if (p->len < 20) {
		memset(p->b + p->len, 0, 20 - p->len);
		p->len = 20;
	}
}

/* ---- the comparison ---- */

static const struct matcher *find(void *ctx, const char *name, struct mfw_err **err)
{
	bool missing;

	return catalog_find(ctx, name, &missing, err);
}

static bool differs(const struct run *run, const struct packet *p, unsigned number)
{
	int answer = run_packet(run, p->b, p->len, NULL), expected = reference(p->b, p->len);

	if (answer == expected)
		return false;
	printf("packet %u: expected %d, is %d:", number, expected, answer);
	for (size_t i = 0; i < p->len; i++)
		printf(" %02x", p->b[i]);
	putchar('\n');
	return true;
}

static int compare(const struct run *run, unsigned count)
{
	unsigned n_match = 0, n_differ = 0, ns = 0;
	struct packet p;

	for (unsigned i = 0; i < count && n_differ < 5; i++) {
		make_packet(&p);
		n_match += reference(p.b, p.len);
		n_differ += differs(run, &p, i);
	}
	do
		make_packet(&p);
	while (!reference(p.b, p.len) || p.b[0] != 0x45);
	run_packet(run, p.b, p.len, &ns);
	printf("%u packets, %u match, %u differ; %u instructions processed, %u ns per run\n", count,
	       n_match, n_differ, run->insns, ns);
	/* A judge that never says yes, or never no, judges nothing. */
	return n_differ || n_match < count / 10 || n_match > count / 10 * 9;
}

int main(int argc, char **argv)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL;
	struct catalog *catalog = NULL;
	struct scheme scheme = {.matcher = find};
	struct run run = {.fd = -1};
	int r;

	run_quiet();
	if (argc < 2 || catalog_new(argv[1], &catalog, &err))
		return 2;
	scheme.ctx = catalog;
	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	r = expr_parse("suffix(bytes=\"xyzzy\")", &scheme, &expr, &err);
	if (r)
		fprintf(stderr, "%s\n", mfw_err_message(err));
	else
		r = run_expr(&run, expr);
	if (!r)
		r = compare(&run, argc > 3 ? strtoul(argv[3], NULL, 0) : 20000);
	run_close(&run);
	catalog_free(catalog);
	return r ? 1 : 0;
}
