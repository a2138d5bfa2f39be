/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses in lists. Hidden, so that the verifier takes it as a part of its caller: only such a
 * function can be lent a map.
 */
#include <mfw/lookup.h>

__hidden int mfw_list_has(void *list, const __be32 *address, __u32 version)
{
	return mfw_list_find(list, address, version);
}

char _license[] SEC("license") = "GPL";
