/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packets.h"
#include "base/address.h"
#include "model/proto.h"

#include <netinet/in.h>
#include <string.h>

/* ---- values that packets and expressions share ---- */

static const uint16_t ports[] = {0, 22, 53, 80, 443, 5060, 40000, 65535};
static const uint8_t ttls[] = {0, 1, 63, 64, 128, 255};
/* The long one is longer than what a program compares in one. */
#define TEN_A "aaaaaaaaaa"
static const char *const words[] = {
	"xyzzy",
	"Hello",
	"hello",
	"SIP/2.0",
	"\r\n",
	"aaaa",
	"aab",
	"A",
	"",
	"udp",
	"tcp",
	"ICMP",
	TEN_A TEN_A TEN_A TEN_A TEN_A TEN_A TEN_A TEN_A TEN_A "b",
};

#define PICK(array) ((array)[random_below(ARRAY_SIZE(array))])

static void some_ip4(uint8_t *ret)
{
	static const uint8_t all[][4] = {{192, 0, 2, 1},      {192, 0, 2, 10}, {198, 51, 100, 5},
					 {10, 0, 0, 0},       {10, 1, 2, 3},   {0, 0, 0, 0},
					 {255, 255, 255, 255}};

	memcpy(ret, PICK(all), 4);
	if (random_one_in(3))
		ret[3] = random_below(256);
}

static void some_ip6(uint8_t *ret)
{
	static const uint8_t starts[][4] = {
		{0x20, 1, 0x0d, 0xb8}, {0xfe, 0x80}, {0xff, 2}, {}, {0xff, 0xff, 0xff, 0xff}};
	static const uint8_t ends[][4] = {{0, 0, 0, 1}, {0, 0, 0, 0x53}, {}, {255, 255, 255, 255}};
	int fill = random_one_in(6) ? 255 : 0;

	memset(ret, fill, 16);
	memcpy(ret, PICK(starts), 4);
	memcpy(ret + 12, PICK(ends), 4);
	if (random_one_in(4))
		ret[random_below(16)] = random_below(256);
}

static uint64_t some_number(const struct value *value)
{
	if (value->kind != VALUE_FIELD)
		return random_one_in(2) ? random_below(80) : random_below(4);
	switch (value->field->id) {
	case FIELD_IP_TTL: return PICK(ttls);
	case FIELD_IP_LEN: return 20 + random_below(200);
	case FIELD_IP_HDR_LEN: return 20 + 4 * random_below(11);
	case FIELD_TCP_FLAGS:
	case FIELD_IP_OPT_TYPE:
	case FIELD_ICMP_TYPE:
	case FIELD_ICMP_CODE: return random_one_in(2) ? random_below(20) : random_below(256);
	default: return PICK(ports);
	}
}

static void some_ip(struct ip *ret, unsigned family)
{
	if (family == 4)
		some_ip4(ret->bytes);
	else
		some_ip6(ret->bytes);
}

static void some_text(struct buf *ret)
{
	const char *word = PICK(words);
	size_t len = strlen(word), skip = len && random_one_in(3) ? random_below(len) : 0;

	buf_add(ret, word + skip, len - skip);
	if (random_one_in(8))
		buf_add_str(ret, PICK(words));
}

static void add_address(struct entries *entries)
{
	unsigned family = random_below(3) ? 4 : 6, bits = family == 4 ? 32 : 128;
	unsigned length = random_below(3) ? bits : random_below(bits + 1);
	struct ip ip = {.family = (uint8_t)family};
	struct address a, last;

	some_ip(&ip, family);
	a = address_of_bytes((int)family, ip.bytes);
	address_spread((int)family, length, &a, &last);
	if (family == 4)
		entries_add4(entries, (uint32_t)a.low, length);
	else
		entries_add6(entries, a.high, a.low, length);
}

static void add_name(struct entries *entries)
{
	cleanup_buf struct buf text = {};

	if (random_one_in(30))
		buf_add_str(&text, "sfo06");
	else
		some_text(&text);
	if (random_one_in(4))
		buf_add_str(&text, proto_name((uint8_t)random_below(20)));
	if (text.len && text.len <= MFW_LIST_NAME_MAX)
		entries_add_name(entries, text.data, text.len);
}

void packet_entries(enum mfw_list_kind kind, struct entries *ret)
{
	for (unsigned n = random_below(random_one_in(4) ? 400 : 12); n; n--) {
		if (kind == MFW_LIST_IP)
			add_address(ret);
		else
			add_name(ret);
	}
	if (entries_tidy(ret, NULL))
		abort();
}

const struct random_kinds packet_kinds = {
	.packets_only = true,
	.lists = true,
	.number = some_number,
	.ip = some_ip,
	.text = some_text,
};

/* ---- parts of packets ---- */

static uint8_t *add(struct packet *p, size_t n)
{
	uint8_t *at = p->b + p->len;

	for (size_t i = 0; i < n; i++)
		at[i] = random_below(256);
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
	switch (random_below(16)) {
	case 0: return right - 1 - random_below(6);
	case 1: return right + 1 + random_below(6);
	case 2: return random_one_in(2) ? 0 : right;
	case 3: return random_one_in(4) ? random_below(65536) : right;
	default: return right;
	}
}

static void add_payload(struct packet *p)
{
	for (unsigned n = random_below(5); n; n--) {
		const char *word = PICK(words);

		memcpy(add(p, strlen(word)), word, strlen(word));
		if (random_one_in(3))
			add(p, random_one_in(6) ? random_below(130) : random_below(8));
	}
	/* More than a test run takes. */
	if (random_one_in(150))
		add(p, 3000 + random_below(3000));
}

static void put_ports(uint8_t *l4)
{
	put16(l4, PICK(ports));
	put16(l4 + 2, PICK(ports));
}

static void add_tcp(struct packet *p)
{
	unsigned words4 = random_one_in(12) ? random_below(16) : 5 + random_below(3);
	uint8_t *tcp = add(p, words4 < 5 ? 20 : words4 * 4);

	put_ports(tcp);
	tcp[12] = words4 << 4;
	tcp[13] = random_one_in(2) ? 2 : random_below(256);
	add_payload(p);
}

static void add_l4(struct packet *p, int proto)
{
	size_t start = p->len;
	uint8_t *l4;

	if (proto == IPPROTO_TCP) {
		add_tcp(p);
		return;
	}
	l4 = add(p, 8);
	if (proto == IPPROTO_UDP)
		put_ports(l4);
	else
		l4[0] = random_below(20);
	add_payload(p);
	if (proto == IPPROTO_UDP)
		put16(l4 + 4, length(p->len - start));
}

static int some_proto(void)
{
	static const uint8_t protos[] = {6, 17, 6, 17, 6, 17, 6, 17, 1, 58, 132, 47, 136, 50, 59};

	return random_one_in(20) ? random_below(256) : PICK(protos);
}

/* ---- IPv4 ---- */

static void make_ip4(struct packet *p)
{
	unsigned words4 = random_one_in(3) ? 5 + random_below(11) : 5;
	int proto = some_proto();
	uint8_t *ip = add(p, words4 * 4);

	add_l4(p, proto);
	ip[0] = 0x40 | (random_one_in(20) ? random_below(16) : words4);
	put16(ip + 2, length(p->len));
	put16(ip + 6, random_one_in(8) ? random_below(65536) : random_one_in(2) ? 0x4000 : 0);
	ip[8] = PICK(ttls);
	ip[9] = proto;
	some_ip4(ip + 12);
	some_ip4(ip + 16);
}

/* ---- IPv6 ---- */

/* An extension header of that kind, without its next header. */
static uint8_t *add_extension(struct packet *p, int kind)
{
	unsigned n = random_below(4);
	uint8_t *x;

	if (kind == IPPROTO_FRAGMENT) {
		x = add(p, 8);
		put16(x + 2, random_one_in(3) ? random_below(65536) : random_below(8));
		return x;
	}
	x = add(p, kind == IPPROTO_AH ? (n + 2) * 4 : (n + 1) * 8);
	x[1] = random_one_in(20) ? random_below(256) : n;
	return x;
}

static void make_ip6(struct packet *p)
{
	static const uint8_t kinds[] = {0, 43, 44, 60, 51};
	unsigned n = random_one_in(2) ? 0 : random_one_in(6) ? random_below(11) : random_below(3);
	uint8_t *ip = add(p, 40), *next = ip + 6;
	int proto = some_proto();

	ip[0] = 0x60 | random_below(16);
	ip[7] = PICK(ttls);
	some_ip6(ip + 8);
	some_ip6(ip + 24);
	for (unsigned i = 0; i < n; i++) {
		*next = PICK(kinds);
		next = add_extension(p, *next);
	}
	*next = proto;
	add_l4(p, proto);
	put16(ip + 4, length(p->len - 40));
}

/* ---- what becomes of them on the way ---- */

void packet_make(struct packet *p)
{
	p->len = 0;
	if (random_one_in(2))
		make_ip4(p);
	else
		make_ip6(p);
	if (random_one_in(5))
		add(p, random_below(12));
	if (random_one_in(10))
		p->len = random_below(p->len + 1);
	if (random_one_in(10) && p->len)
		p->b[random_below(p->len < 64 ? p->len : 64)] = random_below(256);
}
