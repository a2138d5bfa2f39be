/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/address.h"

#include <arpa/inet.h>
#include <endian.h>
#include <string.h>

/* Four numbers without leading zeros: by hand, since a file has a million of them. */
static bool parse4(const char *text, size_t len, struct address *ret)
{
	const char *end = text + len;
	uint32_t all = 0;

	for (int i = 0; i < 4; i++) {
		const char *start = text;
		unsigned part = 0;

		while (text < end && *text >= '0' && *text <= '9' && text - start < 3)
			part = part * 10 + (unsigned)(*text++ - '0');
		if (text == start || part > 255 || (*start == '0' && text - start > 1))
			return false;
		all = all << 8 | part;
		if (i < 3 && (text == end || *text++ != '.'))
			return false;
	}
	*ret = (struct address){.low = all};
	return text == end;
}

static bool parse6(const char *text, size_t len, struct address *ret)
{
	char copy[INET6_ADDRSTRLEN + 1];
	uint8_t bytes[16];

	if (len >= sizeof(copy) || memchr(text, 0, len))
		return false;
	memcpy(copy, text, len);
	copy[len] = 0;
	if (inet_pton(AF_INET6, copy, bytes) != 1)
		return false;
	*ret = address_of_bytes(6, bytes);
	return true;
}

int address_parse(const char *text, size_t len, struct address *ret)
{
	if (parse4(text, len, ret))
		return 4;
	return parse6(text, len, ret) ? 6 : 0;
}

struct address address_of_bytes(int family, const uint8_t *bytes)
{
	struct address a = {};
	uint64_t half[2];
	uint32_t four;

	if (family == 4) {
		memcpy(&four, bytes, sizeof(four));
		a.low = be32toh(four);
		return a;
	}
	memcpy(half, bytes, sizeof(half));
	a.high = be64toh(half[0]);
	a.low = be64toh(half[1]);
	return a;
}

void address_text(int family, struct address address, char ret[48])
{
	uint64_t half[2] = {htobe64(address.high), htobe64(address.low)};
	uint32_t four = htobe32((uint32_t)address.low);

	if (family == 4)
		inet_ntop(AF_INET, &four, ret, 48);
	else
		inet_ntop(AF_INET6, half, ret, 48);
}

/* All bits from the n-th of 64 on. */
static uint64_t bits_behind(unsigned n)
{
	return n >= 64 ? 0 : UINT64_MAX >> n;
}

bool address_spread(int family, unsigned prefix, struct address *first, struct address *last)
{
	unsigned n = family == 4 ? prefix + 96 : prefix;
	struct address host = {
		.high = family == 4 ? 0 : bits_behind(n),
		.low = bits_behind(n > 64 ? n - 64 : 0),
	};
	bool clean = !(first->high & host.high) && !(first->low & host.low);

	first->high &= ~host.high;
	first->low &= ~host.low;
	*last = (struct address){first->high | host.high, first->low | host.low};
	return clean;
}
