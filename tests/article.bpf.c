/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The example program of the article that started this, word for word, with the headers that it
 * leaves out. To xt_bpf any value but 0 is a match: so it matches (BPF_DROP is 2) what lacks the
 * magic word, and with the verdict drop only packets with it come through.
 */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <linux/ip.h>

#define bswap_16 bpf_ntohs

/* clang-format off */
SEC("socket")
int filter(struct __sk_buff *skb) {
  /* get header */
  struct iphdr iph;
  if (bpf_skb_load_bytes(skb, 0, &iph, sizeof(iph))) {
    return BPF_DROP;
  }

  /* read last 5 bytes in payload of udp */
  __u16 pkt_len = bswap_16(iph.tot_len);
  char data[5];
  if (bpf_skb_load_bytes(skb, pkt_len - sizeof(data), &data, sizeof(data))) {
    return BPF_DROP;
  }

  /* only packets with the magic word at the end of the payload are allowed */
  const char SECRET_TOKEN[5] = "xyzzy";
  for (int i = 0; i < sizeof(SECRET_TOKEN); i++) {
    if (SECRET_TOKEN[i] != data[i]) {
      return BPF_DROP;
    }
  }

  return BPF_OK;
}
/* clang-format on */

char LICENSE[] SEC("license") = "GPL";
