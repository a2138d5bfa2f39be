/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks into a list: for a key that the packet is, or for many from an array, to be timed. */
#include <mfw/lookup.h>
#include <mfw/runtime.h>

struct generation {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, MFW_LIST_CHUNK);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_INNER_MAP | BPF_F_MMAPABLE);
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(key_size, 4);
	__uint(max_entries, 1);
	__array(values, struct generation);
} list SEC(".maps");

int mfw_list_has(void *list, const __be32 *address, __u32 version);
int mfw_name_has(void *list, struct __sk_buff *skb, const struct mfw_view *view, __u32 fold);
int mfw_value_domain_has(void *list, const struct mfw_value *value, __u32 off, __u32 end);

static __always_inline void *current(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&list, &zero);
}

/* The packet: 4 or 6, then 16 bytes. */
SEC("socket") int has_address(struct __sk_buff *skb)
{
	__be32 address[4] __attribute__((aligned(8))) = {};
	void *in = current();
	__u8 version = 0;

	if (!in || bpf_skb_load_bytes(skb, 0, &version, 1) ||
	    bpf_skb_load_bytes(skb, 1, address, sizeof(address)))
		return -1;
	return mfw_list_has(in, address, version);
}

/* The packet: whether to fold, the name's length, the name. */
static __always_inline long head(struct __sk_buff *skb, __u8 ret[2])
{
	ret[0] = ret[1] = 0;
	return bpf_skb_load_bytes(skb, 0, ret, 2);
}

SEC("socket") int has_name(struct __sk_buff *skb)
{
	void *in = current();
	struct mfw_view view;
	__u8 h[2];

	if (!in || head(skb, h))
		return -1;
	view.off = 2;
	view.end = 2 + h[1];
	return mfw_name_has(in, skb, &view, h[0]);
}

/* Half of the stack otherwise. One packet at a time is asked about. */
struct mfw_value name;

SEC("socket") int has_domain(struct __sk_buff *skb)
{
	void *in = current();
	__u8 h[2];
	__u32 len;

	if (!in || head(skb, h))
		return -1;
	/* 1 to 256, in the register that is used: Linux 6.1 does not learn it from a comparison. */
	len = h[1] - 1U;
	asm volatile("%0 &= 255" : "+r"(len));
	len++;
	if (len != h[1] || bpf_skb_load_bytes(skb, 2, name.data, len))
		return -1;
	name.len = len;
	return mfw_value_domain_has(in, &name, 0, len);
}

/* ---- to be timed: a key from an array each time, in one of several kinds of map ---- */

#define N_KEYS (1 << 20)

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__type(key, __u32);
	__type(value, __u32);
	__uint(max_entries, N_KEYS);
	__uint(map_flags, BPF_F_MMAPABLE);
} keys SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(key_size, 8);
	__uint(value_size, 1);
	__uint(max_entries, 1 << 21);
	__uint(map_flags, BPF_F_NO_PREALLOC);
} trie SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
	__type(value, __u8);
	__uint(max_entries, 1 << 20);
} hash SEC(".maps");

__u32 next_key;

static __always_inline __u32 take_key(void)
{
	__u32 i = next_key++ & (N_KEYS - 1), *key = bpf_map_lookup_elem(&keys, &i);

	return key ? *key : 0;
}

SEC("socket") int time_nothing(struct __sk_buff *skb)
{
	(void)skb;
	return take_key() & 1;
}

SEC("socket") int time_list(struct __sk_buff *skb)
{
	__be32 address[4] __attribute__((aligned(8))) = {bpf_htonl(take_key())};
	void *in = current();

	(void)skb;
	return in ? mfw_list_has(in, address, 4) : -1;
}

SEC("socket") int time_trie(struct __sk_buff *skb)
{
	__u32 key[2] = {32, bpf_htonl(take_key())};

	(void)skb;
	return !!bpf_map_lookup_elem(&trie, key);
}

SEC("socket") int time_hash(struct __sk_buff *skb)
{
	__u32 key = take_key();

	(void)skb;
	return !!bpf_map_lookup_elem(&hash, &key);
}

char _license[] SEC("license") = "GPL";
