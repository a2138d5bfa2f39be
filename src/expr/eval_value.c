/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expr/eval_value.h"
#include "expr/compare.h"
#include "model/proto.h"

#include <errno.h>
#include <string.h>

#define IP4_LEN   20
#define TCP_FLAGS 13

void eval_value_clear(struct eval_value *value)
{
	buf_clear(&value->bytes);
}

/* ---- fields of the packet ---- */

static unsigned number16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static struct ip address(const struct eval_packet *p, bool source)
{
	struct ip ip = {.family = p->version};

	if (p->version == 4)
		memcpy(ip.bytes, p->bytes + (source ? 12 : 16), 4);
	else
		memcpy(ip.bytes, p->bytes + (source ? 8 : 24), 16);
	return ip;
}

static int of_packet(const struct field *field, const struct eval_packet *p, struct eval_value *ret)
{
	const uint8_t *l4 = p->bytes + p->l4;

	switch (field->id) {
	case FIELD_IP_SRC: ret->ip = address(p, true); break;
	case FIELD_IP_DST: ret->ip = address(p, false); break;
	case FIELD_IP_PROTO: return buf_add_str(&ret->bytes, proto_name(p->proto));
	case FIELD_IP_LEN: ret->number = p->claimed; break;
	case FIELD_IP_HDR_LEN: ret->number = p->header_len; break;
	case FIELD_IP_TTL: ret->number = p->ttl; break;
	case FIELD_IP_OPT_TYPE:
		ret->missing = p->version != 4 || p->header_len == IP4_LEN;
		ret->number = ret->missing ? 0 : p->bytes[IP4_LEN];
		break;
	case FIELD_TCP_SRCPORT:
	case FIELD_UDP_SRCPORT: ret->number = number16(l4); break;
	case FIELD_TCP_DSTPORT:
	case FIELD_UDP_DSTPORT: ret->number = number16(l4 + 2); break;
	case FIELD_TCP_FLAGS: ret->number = l4[TCP_FLAGS]; break;
	case FIELD_TCP_FLAG: ret->truth = l4[TCP_FLAGS] & field->mask; break;
	case FIELD_ICMP_TYPE: ret->number = l4[0]; break;
	case FIELD_ICMP_CODE: ret->number = l4[1]; break;
	default: ret->missing = true; break;
	}
	return 0;
}

static size_t header_at(const struct field *field, const struct eval_packet *p)
{
	return field->id == FIELD_IP_HEADER ? 0 : p->l4;
}

static int of_header(const struct field *field, const struct eval_packet *p, struct eval_value *ret)
{
	size_t from = header_at(field, p);

	return buf_add(&ret->bytes, p->bytes + from, p->end - from);
}

/* ---- what is known about the packet ---- */

static int of_text(const char *text, struct eval_value *ret)
{
	ret->missing = !text;
	return text ? buf_add_str(&ret->bytes, text) : 0;
}

static int of_address(const struct field *field, const struct eval_packet *p,
		      const struct eval_hooks *hooks, struct eval_value *ret)
{
	bool source = field->id == FIELD_IP_SRC_COUNTRY || field->id == FIELD_IP_SRC_ASNUM;
	struct ip ip = address(p, source);
	uint32_t asnum = 0;

	if (field->type == FIELD_BYTES)
		return of_text(hooks->country ? hooks->country(hooks->ctx, &ip) : NULL, ret);
	ret->missing = !hooks->asnum || !hooks->asnum(hooks->ctx, &ip, &asnum);
	ret->number = asnum;
	return 0;
}

static int of_field(const struct field *field, const struct eval_packet *p,
		    const struct eval_hooks *hooks, struct eval_value *ret)
{
	if (field->kind == FIELD_OF_NODE)
		return of_text(hooks->node ? hooks->node(hooks->ctx, field) : NULL, ret);
	ret->missing = !eval_packet_has(p, field->l4);
	if (ret->missing)
		return 0;
	switch (field->kind) {
	case FIELD_OF_PACKET: return of_packet(field, p, ret);
	case FIELD_OF_HEADER: return of_header(field, p, ret);
	default: return of_address(field, p, hooks, ret);
	}
}

/* ---- functions ---- */

static void of_bits(const struct value *value, const struct eval_packet *p, struct eval_value *ret)
{
	size_t from = header_at(value->field, p);

	ret->missing = !eval_packet_has(p, value->field->l4) ||
		       from + ((size_t)value->end + 7) / 8 > p->end;
	for (int bit = value->start; bit < value->end && !ret->missing; bit++)
		ret->number = ret->number << 1 | (p->bytes[from + bit / 8] >> (7 - bit % 8) & 1);
}

/* The result takes the place of what it is of. */
static int apply(const struct value *value, struct eval_value *ret)
{
	switch (value->kind) {
	case VALUE_LEN: ret->number = ret->bytes.len; return 0;
	case VALUE_LOWER: bytes_lower(&ret->bytes); return 0;
	case VALUE_SUBSTRING: return bytes_substring(value, &ret->bytes);
	default: ret->truth = bytes_have_edge(value, &ret->bytes); return 0;
	}
}

int eval_value(const struct value *value, const struct eval_packet *packet,
	       const struct eval_hooks *hooks, struct eval_value *ret)
{
	int r;

	if (value->kind == VALUE_FIELD)
		return of_field(value->field, packet, hooks, ret);
	if (value->kind == VALUE_BIT_SLICE) {
		of_bits(value, packet, ret);
		return 0;
	}
	r = eval_value(value->of, packet, hooks, ret);
	return r || ret->missing ? r : apply(value, ret);
}
