/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any file is refused with a place, or becomes an array that says of each range's ends something.
 * The first byte chooses the kind.
 */
#include <string.h>

#include "geo/geo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void refused(const struct mfw_err *err)
{
	if (!err || strncmp(mfw_err_message(err), "f:", 2))
		abort();
}

static void ask(const struct buf *words, const struct buf *ranges, int family)
{
	const struct geo_range *r = (const void *)ranges->data;
	const uint64_t *all = (const void *)words->data;

	for (size_t i = 0; i < ranges->len / sizeof(*r); i++)
		if (!geo_find(all, words->len / 8, family, r[i].first) ||
		    !geo_find(all, words->len / 8, family, r[i].last))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum geo_kind kind = size && data[0] == 'a' ? GEO_ASNUM : GEO_COUNTRY;
	cleanup_geo_data struct geo_data found = {};
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf words = {};

	if (!size)
		return 0;
	if (geo_parse(kind, "f", (const char *)data + 1, size - 1, &found, &err)) {
		refused(err);
	} else if (geo_build(kind, "f", 0, &found, &words, &err)) {
		refused(err);
	} else {
		ask(&words, &found.ranges4, 4);
		ask(&words, &found.ranges6, 6);
	}
	return 0;
}
