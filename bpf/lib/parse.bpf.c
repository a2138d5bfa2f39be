/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packet parser on its own, for expressions without matchers. */
#include <mfw/parse.h>

/* What mfw_parse() has no room for in struct mfw_pkt, asked for when it is needed. */

/* The length that the IP header claims, of a packet that is cut off. */
int mfw_ip_claims(struct __sk_buff *skb, const struct mfw_pkt *pkt)
{
	__be16 len = 0;

	if (!pkt)
		return 0;
	if (pkt->version == 4) {
		bpf_skb_load_bytes(skb, 2, &len, sizeof(len));
		return bpf_ntohs(len);
	}
	bpf_skb_load_bytes(skb, 4, &len, sizeof(len));
	return MFW_IP6_LEN + bpf_ntohs(len);
}

/* The type of the first IPv4 option; -1: there is none. */
int mfw_ip_option(struct __sk_buff *skb, const struct mfw_pkt *pkt)
{
	__u8 type = 0;

	if (!pkt || pkt->version != 4 || pkt->l4_off <= MFW_IP4_LEN)
		return -1;
	if (bpf_skb_load_bytes(skb, MFW_IP4_LEN, &type, sizeof(type)))
		return -1;
	return type;
}

char _license[] SEC("license") = "GPL";
