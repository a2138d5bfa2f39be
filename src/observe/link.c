/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe/link.h"
#include "base/cleanup.h"

#define TYPE_IP4     0x0800
#define TYPE_IP6     0x86dd
#define TYPE_VLAN    0x8100
#define TYPE_QINQ    0x88a8
#define TYPE_OLDQINQ 0x9100
#define VLAN_LEN     4

static unsigned number16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* What the type of Ethernet at `at` leads to, by any number of VLAN tags. */
static long by_type(const uint8_t *frame, size_t len, size_t at, size_t behind)
{
	unsigned type;

	if (len < at + 2 || len < behind)
		return -1;
	type = number16(frame + at);
	while (type == TYPE_VLAN || type == TYPE_QINQ || type == TYPE_OLDQINQ) {
		if (len - behind < VLAN_LEN)
			return -1;
		type = number16(frame + behind + 2);
		behind += VLAN_LEN;
	}
	return type == TYPE_IP4 || type == TYPE_IP6 ? (long)behind : -1;
}

static long in_ethernet(const uint8_t *frame, size_t len)
{
	return by_type(frame, len, 12, 14);
}

static long in_cooked(const uint8_t *frame, size_t len)
{
	return by_type(frame, len, 14, 16);
}

static long in_cooked2(const uint8_t *frame, size_t len)
{
	return by_type(frame, len, 0, 20);
}

/* An address family in some host's byte order: none of them has more than 8 bits. */
static long in_loopback(const uint8_t *frame, size_t len)
{
	static const uint8_t families[] = {2, 10, 24, 28, 30};
	unsigned family;

	if (len < 4 || frame[1] || frame[2] || (frame[0] && frame[3]))
		return -1;
	family = frame[0] | frame[3];
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (families[i] == family)
			return 4;
	return -1;
}

static long in_nothing(const uint8_t *frame, size_t len)
{
	(void)frame;
	(void)len;
	return 0;
}

static const struct {
	uint16_t type;
	long (*ip)(const uint8_t *frame, size_t len);
} links[] = {
	{1, in_ethernet},   {101, in_nothing}, /* raw IP */
	{12, in_nothing},                      /* the same, as some systems number it */
	{14, in_nothing},   {228, in_nothing}, /* IPv4 */
	{229, in_nothing},                     /* IPv6 */
	{113, in_cooked},                      /* Linux "any" */
	{276, in_cooked2},  {0, in_loopback},  /* BSD, in the byte order of whoever wrote it */
	{108, in_loopback},
};

const char *link_names(void)
{
	return "Ethernet, raw IP, Linux cooked (SLL, SLL2) and BSD loopback";
}

bool link_known(uint16_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (links[i].type == type)
			return true;
	return false;
}

long link_ip(uint16_t type, const uint8_t *frame, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (links[i].type == type)
			return links[i].ip(frame, len);
	return -1;
}
