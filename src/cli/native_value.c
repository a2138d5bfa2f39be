/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/native_value.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool value_read(const char *text, struct value *ret)
{
	struct value value = {};
	char *end;

	for (;; text = end) {
		uint32_t word;

		text += strspn(text, " ");
		if (strncmp(text, "0x", 2) != 0)
			break;
		word = (uint32_t)strtoul(text, &end, 16);
		if (value.len + sizeof(word) > sizeof(value.bytes))
			return false;
		memcpy(value.bytes + value.len, &word, sizeof(word));
		value.len += sizeof(word);
	}
	*ret = value;
	return value.len > 0;
}

bool value_is_zero(const struct value *value)
{
	for (size_t i = 0; i < value->len; i++) {
		if (value->bytes[i])
			return false;
	}
	return true;
}

/* The number of leading one bits when no other bit is set; -1 otherwise. */
static int prefix_length(const struct value *mask, unsigned len)
{
	int n = 0;
	bool ended = false;

	for (unsigned i = 0; i < len * 8; i++) {
		bool bit = mask->bytes[i / 8] & (0x80 >> i % 8);

		if (bit && ended)
			return -1;
		ended |= !bit;
		n += bit;
	}
	return n;
}

static bool print_address(const struct value *value, enum value_format format,
			  const struct value *mask, const char *op, char *buf, size_t size)
{
	bool six = format == VALUE_IP6;
	unsigned len = six ? 16 : 4;
	int prefix = mask ? prefix_length(mask, len) : -1;
	char text[INET6_ADDRSTRLEN], other[INET6_ADDRSTRLEN];

	if (value->len < len || (mask && mask->len < len))
		return false;
	inet_ntop(six ? AF_INET6 : AF_INET, value->bytes, text, sizeof(text));
	if (!mask) {
		snprintf(buf, size, "%s%s", op, text);
	} else if (prefix >= 0) {
		snprintf(buf, size, "%s%s/%d", op, text, prefix);
	} else {
		inet_ntop(six ? AF_INET6 : AF_INET, mask->bytes, other, sizeof(other));
		snprintf(buf, size, "& %s %s%s", other, *op ? op : "== ", text);
	}
	return true;
}

/*
 * A whole name is compared with its NUL, a beginning without. libnftnl's words do not always tell
 * which it was; then nft's own text of the rule does.
 */
static bool print_name(const struct value *value, const char *hint, const char *op, char *buf,
		       size_t size)
{
	size_t len = strnlen((const char *)value->bytes, value->len);
	bool whole = value->len > (len + 3) / 4 * 4;
	char quoted[48];

	if (!whole && len % 4) {
		snprintf(quoted, sizeof(quoted), "\"%.*s\"", (int)len, value->bytes);
		whole = hint && strstr(hint, quoted);
		snprintf(quoted, sizeof(quoted), "\"%.*s*\"", (int)len, value->bytes);
		if (whole == (hint && strstr(hint, quoted)))
			return false;
	}
	snprintf(buf, size, "%s\"%.*s%s\"", op, (int)len, value->bytes, whole ? "" : "*");
	return true;
}

const char *l4proto_name(unsigned number)
{
	switch (number) {
	case 6: return "tcp";
	case 17: return "udp";
	case 132: return "sctp";
	case 33: return "dccp";
	case 136: return "udplite";
	default: return "th";
	}
}

static bool print_proto(const struct value *value, const char *op, char *buf, size_t size)
{
	unsigned number = value->bytes[0];
	const char *name = l4proto_name(number);

	if (number == 1)
		name = "icmp";
	else if (number == 58)
		name = "ipv6-icmp";
	if (strcmp(name, "th") != 0)
		snprintf(buf, size, "%s%s", op, name);
	else
		snprintf(buf, size, "%s%u", op, number);
	return true;
}

static bool print_mac(const struct value *value, const char *op, char *buf, size_t size)
{
	const unsigned char *b = value->bytes;

	snprintf(buf, size, "%s%02x:%02x:%02x:%02x:%02x:%02x", op, b[0], b[1], b[2], b[3], b[4],
		 b[5]);
	return true;
}

static bool print_ether_type(const struct value *value, const char *op, char *buf, size_t size)
{
	unsigned number = (unsigned)value->bytes[0] << 8 | value->bytes[1];

	if (number == ETH_P_IP || number == ETH_P_IPV6)
		snprintf(buf, size, "%s%s", op, number == ETH_P_IP ? "ip" : "ip6");
	else
		snprintf(buf, size, "%s0x%04x", op, number);
	return true;
}

static bool print_number(const struct value *value, enum value_format format, unsigned len,
			 const struct value *mask, const char *op, char *buf, size_t size)
{
	uint32_t host, masked = 0;
	uint64_t net = 0;

	if (format == VALUE_NET) {
		for (unsigned i = 0; i < len; i++)
			net = net << 8 | value->bytes[i];
		if (mask)
			return false;
		snprintf(buf, size, "%s%llu", op, (unsigned long long)net);
		return true;
	}
	memcpy(&host, value->bytes, sizeof(host));
	if (mask)
		memcpy(&masked, mask->bytes, sizeof(masked));
	if (mask)
		snprintf(buf, size, "& 0x%08x %s0x%08x", masked, *op ? op : "== ", host);
	else
		snprintf(buf, size, "%s0x%08x", op, host);
	return true;
}

/* `ct state new` is: masked with that bit, not zero. */
static bool print_ct_state(const struct value *value, const struct value *mask, const char *op,
			   char *buf, size_t size)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} states[] = {
		{NF_CT_STATE_INVALID_BIT, "invalid"},
		{NF_CT_STATE_BIT(IP_CT_ESTABLISHED), "established"},
		{NF_CT_STATE_BIT(IP_CT_RELATED), "related"},
		{NF_CT_STATE_BIT(IP_CT_NEW), "new"},
		{NF_CT_STATE_UNTRACKED_BIT, "untracked"},
	};
	uint32_t bits;
	size_t len = 0;

	if (!mask || strcmp(op, "!= ") != 0 || !value_is_zero(value))
		return false;
	memcpy(&bits, mask->bytes, sizeof(bits));
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (!(bits & states[i].bit))
			continue;
		bits &= ~states[i].bit;
		len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? "," : "",
					states[i].name);
	}
	return len && !bits;
}

bool native_value_print(const struct value *value, enum value_format format, unsigned len,
			const struct value *mask, const char *hint, const char *op, char *buf,
			size_t size)
{
	switch (format) {
	case VALUE_IP:
	case VALUE_IP6: return print_address(value, format, mask, op, buf, size);
	case VALUE_MAC: return !mask && print_mac(value, op, buf, size);
	case VALUE_ETHER_TYPE: return !mask && print_ether_type(value, op, buf, size);
	case VALUE_NAME: return !mask && print_name(value, hint, op, buf, size);
	case VALUE_PROTO: return !mask && print_proto(value, op, buf, size);
	case VALUE_CT_STATE: return print_ct_state(value, mask, op, buf, size);
	case VALUE_NFPROTO:
		if (mask || (value->bytes[0] != 2 && value->bytes[0] != 10))
			return false;
		snprintf(buf, size, "%s%s", op, value->bytes[0] == 2 ? "ipv4" : "ipv6");
		return true;
	default: return print_number(value, format, len, mask, op, buf, size);
	}
}
