/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values that nftables' expressions compare with: from libnftnl's words to what they mean. */
#ifndef CLI_NATIVE_VALUE_H
#define CLI_NATIVE_VALUE_H

#include <stdbool.h>
#include <stddef.h>

enum value_format {
	VALUE_HOST, /* a number in host order */
	VALUE_NET,  /* a number in network order */
	VALUE_NAME, /* an interface's name, or its beginning */
	VALUE_IP,
	VALUE_MAC,
	VALUE_ETHER_TYPE,
	VALUE_IP6,
	VALUE_PROTO, /* an IP protocol */
	VALUE_NFPROTO,
	VALUE_CT_STATE,
};

/* A register's bytes as they lie in memory. */
struct value {
	unsigned char bytes[64];
	size_t len; /* a multiple of 4 */
};

/* Reads "0x0100000a 0x..." up to what is no such word. False when there is none. */
bool value_read(const char *text, struct value *ret);
bool value_is_zero(const struct value *value);
/*
 * Writes what a comparison with this value says after the field's name. len: the field's bytes, 0
 * if not known; mask NULL: none; hint: nft's text of the whole rule, or NULL; op: "", "!= " and so
 * on. False: not of a kind that is known.
 */
bool native_value_print(const struct value *value, enum value_format format, unsigned len,
			const struct value *mask, const char *hint, const char *op, char *buf,
			size_t size);
/* "tcp", "udp", or "th" for what is not known. */
const char *l4proto_name(unsigned number);

#endif
