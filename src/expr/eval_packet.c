/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/eval_packet.h"

#include <netinet/in.h>

#define IP4_LEN 20
#define IP6_LEN 40

static unsigned number16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* What the header claims, or all there is when that is less. */
static void set_length(struct eval_packet *p, size_t claimed)
{
	p->claimed = claimed;
	p->end = claimed < p->len ? claimed : p->len;
}

/* ---- IPv4 ---- */

/* A total length of 0 is a super-packet of TCP, as long as it was found. */
static void read_ip4(struct eval_packet *p)
{
	const uint8_t *ip = p->bytes;
	size_t header = (ip[0] & 15) * 4, total = number16(ip + 2);
	unsigned fragment_offset = number16(ip + 6) & 0x1fff;

	if (total == 0)
		total = p->len;
	if (header < IP4_LEN || header > total || header > p->len)
		return;
	p->version = 4;
	p->header_len = header;
	p->ttl = ip[8];
	p->proto = ip[9];
	p->l4 = header;
	p->has_l4 = fragment_offset == 0;
	set_length(p, total);
}

/* ---- IPv6 ---- */

static bool is_extension(unsigned proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING || proto == IPPROTO_FRAGMENT ||
	       proto == IPPROTO_AH || proto == IPPROTO_DSTOPTS;
}

static size_t extension_len(unsigned proto, const uint8_t *header)
{
	if (proto == IPPROTO_FRAGMENT)
		return 8;
	if (proto == IPPROTO_AH)
		return (header[1] + 2) * 4;
	return (header[1] + 1) * 8;
}

/* Steps over one extension header; false: nothing can be read behind it. */
static bool skip_extension(struct eval_packet *p)
{
	const uint8_t *header = p->bytes + p->l4;
	bool fragment = p->proto == IPPROTO_FRAGMENT;
	size_t len;

	if (p->end - p->l4 < 8)
		return false;
	len = extension_len(p->proto, header);
	if (len > p->end - p->l4)
		return false;
	p->l4 += len;
	p->proto = header[0];
	return !fragment || number16(header + 2) >> 3 == 0;
}

static void read_extensions(struct eval_packet *p)
{
	for (int i = 0; i < EVAL_EXT_MAX && is_extension(p->proto); i++)
		if (!skip_extension(p))
			return;
	p->has_l4 = !is_extension(p->proto);
}

/* A payload length of 0 before these headers is a jumbogram, as long as it was found. */
static void read_ip6(struct eval_packet *p)
{
	const uint8_t *ip = p->bytes;
	size_t payload;

	if (p->len < IP6_LEN)
		return;
	payload = number16(ip + 4);
	if (payload == 0 && (ip[6] == IPPROTO_HOPOPTS || ip[6] == IPPROTO_TCP))
		payload = p->len - IP6_LEN;
	p->version = 6;
	p->header_len = IP6_LEN;
	p->ttl = ip[7];
	p->proto = ip[6];
	p->l4 = IP6_LEN;
	set_length(p, IP6_LEN + payload);
	read_extensions(p);
}

void eval_packet_read(struct eval_packet *ret, const uint8_t *bytes, size_t len)
{
	*ret = (struct eval_packet){.bytes = bytes, .len = len};
	if (len < IP4_LEN)
		return;
	if (bytes[0] >> 4 == 4)
		read_ip4(ret);
	else if (bytes[0] >> 4 == 6)
		read_ip6(ret);
}

/* ---- what is there ---- */

static bool is_of(uint8_t proto, enum field_l4 l4)
{
	if (l4 == FIELD_L4_ICMP)
		return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
	return proto == l4;
}

bool eval_packet_has(const struct eval_packet *packet, enum field_l4 l4)
{
	size_t fixed = l4 == FIELD_L4_TCP ? 20 : 8;

	if (!packet->version)
		return false;
	if (l4 == FIELD_L4_NONE)
		return true;
	return packet->has_l4 && is_of(packet->proto, l4) && packet->end - packet->l4 >= fixed;
}
