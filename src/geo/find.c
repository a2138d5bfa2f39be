/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the array. */
#include "geo/geo.h"

#include <string.h>

bool geo_is_sound(const uint64_t *words, size_t n)
{
	return n >= MFW_GEO_SEGMENTS && *words == MFW_GEO_MAGIC;
}

struct mfw_geo_head geo_head(const uint64_t *words)
{
	struct mfw_geo_head head;

	memcpy(&head, words + 1, sizeof(head));
	head.file[sizeof(head.file) - 1] = 0;
	return head;
}

static bool reaches4(const uint64_t *segment, struct address address)
{
	return *segment >> MFW_GEO_SHIFT4 <= (address.low & 0xffff);
}

static bool reaches6(const uint64_t *segment, struct address address)
{
	return address_order((struct address){segment[0], segment[1]}, address) <= 0;
}

uint64_t geo_find(const uint64_t *words, size_t n, int family, struct address address)
{
	bool (*reaches)(const uint64_t *, struct address) = family == 4 ? reaches4 : reaches6;
	size_t size = family == 4 ? 1 : MFW_GEO_WORDS6;
	uint64_t index = family == 4 ? words[MFW_GEO_INDEX4 + (address.low >> 16 & 0xffff)]
				     : words[MFW_GEO_INDEX6 + (address.high >> 48)];
	uint64_t at = index >> 32, count = index & UINT32_MAX;

	if (!count || at + count * size > n)
		return 0;
	while (count > 1) {
		uint64_t half = count / 2;

		if (reaches(words + at + half * size, address))
			at += half * size;
		count -= half;
	}
	return family == 4 ? words[at] & ((1ULL << MFW_GEO_SHIFT4) - 1) : words[at + 2];
}

void geo_value_text(enum geo_kind kind, uint32_t value, char ret[16])
{
	if (kind == GEO_COUNTRY)
		snprintf(ret, 16, "%c%c", 'A' + (int)(value / 26 % 26), 'A' + (int)(value % 26));
	else
		snprintf(ret, 16, "%u", value);
}

const char *geo_kind_name(enum geo_kind kind)
{
	return kind == GEO_COUNTRY ? "country" : "asnum";
}
