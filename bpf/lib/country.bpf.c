/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Countries of addresses. */
#include <stdbool.h>

#include "geo.h"

GEO_MAP(mfw_country);

__u64 mfw_country_of(const struct mfw_pkt *pkt, __u32 destination)
{
	return pkt ? geo_find(&mfw_country, pkt, destination) : 0;
}

char _license[] SEC("license") = "GPL";
