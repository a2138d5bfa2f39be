/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For matchers that limit rates: a bucket of tokens in one 64-bit number, and what it is kept for.
 *
 * The number is the time at which the bucket would be full again (the generic cell rate algorithm's
 * theoretical arrival time). It changes by compare-and-exchange, so exactly the budget passes
 * however many CPUs take from the same bucket, and none of them waits for another.
 */
#ifndef MFW_BUCKET_H
#define MFW_BUCKET_H

#include <mfw/matcher.h>

#define MFW_BUCKET_TRIES  16
#define MFW_BUCKET_SECOND 1000000000ULL

/* What a bucket is for; what does not count is 0, addresses ::. */
struct mfw_bucket_key {
	__be32 source[4] MFW_STATE_ADDRESS;
	__be32 destination[4] MFW_STATE_ADDRESS;
	__u16 sport;
	__u16 dport;
	__u8 proto;
	__u8 pad[3];
};

struct mfw_bucket {
	__u64 full MFW_STATE_TIME;
};

/* Packets for which there was no answer, so that they counted as too many. */
struct mfw_bucket_failures {
	__u64 contended; /* others changed the bucket too often meanwhile */
	__u64 no_memory; /* the map had no room for a new bucket */
};

/* The maps of a matcher: NAME_buckets, of which the least recently used are forgotten. */
#define MFW_BUCKET_MAPS(name, entries)                                                             \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_LRU_HASH);                                               \
		__uint(max_entries, entries);                                                      \
		__type(key, struct mfw_bucket_key);                                                \
		__type(value, struct mfw_bucket);                                                  \
	} name##_buckets SEC(".maps");                                                             \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(max_entries, 1);                                                            \
		__type(key, __u32);                                                                \
		__type(value, struct mfw_bucket_failures);                                         \
	} name##_failures SEC(".maps")

/* Leaves the first `bits` of an address as in MFW_STATE_ADDRESS. */
static __always_inline void mfw_bucket_mask(__be32 *addr, __u32 bits)
{
	for (__u32 i = 0; i < 4; i++) {
		__u32 here = bits < 32 * i ? 0 : bits - 32 * i;

		if (here > 32)
			here = 32;
		addr[i] &= bpf_htonl((__u32)(0xffffffff00000000ULL >> here));
	}
}

/* prefix4, prefix6: how much of an address counts, bits. */
static __always_inline void mfw_bucket_address(__be32 *to, const struct mfw_pkt *pkt,
					       const __be32 *addr, __u32 prefix4, __u32 prefix6)
{
	mfw_set_address(to, pkt, addr);
	mfw_bucket_mask(to, pkt->version == 4 ? 96 + prefix4 : prefix6);
}

/*
 * Takes `cost` from a bucket that holds `depth`; both are the nanoseconds that it takes to fill as
 * much again. 1: there is not so much in it, and nothing was taken. -1: others were always quicker.
 */
static __always_inline int mfw_bucket_take(__u64 *full, __u64 now, __u64 cost, __u64 depth)
{
	__u64 seen = *(volatile __u64 *)full, next, found;

#pragma clang loop unroll(disable)
	for (int i = 0; i < MFW_BUCKET_TRIES; i++) {
		next = (seen > now ? seen : now) + cost;
		if (next - now > depth)
			return 1;
		found = __sync_val_compare_and_swap(full, seen, next);
		if (found == seen)
			return 0;
		seen = found;
	}
	return -1;
}

/* The same for the bucket of a key; what goes wrong counts as too much. */
static __always_inline int mfw_bucket_of(void *buckets, void *failures,
					 const struct mfw_bucket_key *key, __u64 cost, __u64 depth)
{
	struct mfw_bucket_failures *failed;
	struct mfw_bucket fresh = {}, *bucket = bpf_map_lookup_elem(buckets, key);
	__u32 zero = 0;
	int r;

	if (!bucket) {
		/* Another CPU may have been quicker: then there is one, and it is taken from. */
		bpf_map_update_elem(buckets, key, &fresh, BPF_NOEXIST);
		bucket = bpf_map_lookup_elem(buckets, key);
	}
	r = bucket ? mfw_bucket_take(&bucket->full, bpf_ktime_get_ns(), cost, depth) : -1;
	if (r >= 0)
		return r;
	failed = bpf_map_lookup_elem(failures, &zero);
	if (failed)
		__sync_fetch_and_add(bucket ? &failed->contended : &failed->no_memory, 1);
	return 1;
}

#endif
