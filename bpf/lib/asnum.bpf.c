/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Autonomous systems of addresses. */
#include <stdbool.h>

#include "geo.h"

GEO_MAP(mfw_asnum);

__u64 mfw_asnum_of(const struct mfw_pkt *pkt, __u32 destination)
{
	return pkt ? geo_find(&mfw_asnum, pkt, destination) : 0;
}

char _license[] SEC("license") = "GPL";
