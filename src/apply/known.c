/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/known.h"
#include "apply/geodata.h"

static void open_kind(struct mfw *mfw, enum geo_kind kind, struct known *k)
{
	const struct buf *given = &mfw->given_geo[kind];

	if (given->len) {
		k->words[kind] = (const void *)given->data;
		k->n[kind] = given->len / sizeof(uint64_t);
	} else if (!geodata_read(kind, &k->arrays[kind], NULL)) {
		k->words[kind] = k->arrays[kind].data;
		k->n[kind] = k->arrays[kind].n;
	}
}

void known_open(struct mfw *mfw, struct known *ret)
{
	*ret = KNOWN_NOTHING;
	for (enum geo_kind kind = 0; kind < GEO_KINDS; kind++)
		open_kind(mfw, kind, ret);
}

void known_close(struct known *known)
{
	for (enum geo_kind kind = 0; kind < GEO_KINDS; kind++)
		kernel_array_close(&known->arrays[kind]);
}

/* 0: nothing. */
static uint64_t find(const struct known *known, enum geo_kind kind, const struct ip *ip)
{
	if (!known->words[kind])
		return 0;
	return geo_find(known->words[kind], known->n[kind], ip->family,
			address_of_bytes(ip->family, ip->bytes));
}

const char *known_country(struct known *known, const struct ip *ip)
{
	uint64_t said = find(known, GEO_COUNTRY, ip);

	if (!said)
		return NULL;
	geo_value_text(GEO_COUNTRY, (uint32_t)(said - 1), known->country);
	return known->country;
}

bool known_asnum(const struct known *known, const struct ip *ip, uint32_t *ret)
{
	uint64_t said = find(known, GEO_ASNUM, ip);

	if (said)
		*ret = (uint32_t)(said - 1);
	return said;
}
