/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>

#include "kernel/kernel.h"

#define REPEAT    100000
#define FRAME_MAX 2048

int kernel_prog_measure(int fd, const uint8_t *packet, size_t len, struct prog_cost *ret,
			struct mfw_err **err)
{
	uint8_t frame[FRAME_MAX] = {};
	struct ethhdr *eth = (struct ethhdr *)frame;
	struct bpf_prog_info info = {};
	uint32_t info_len = sizeof(info);
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = ETH_HLEN + len,
		    .repeat = REPEAT);

	if (len > sizeof(frame) - ETH_HLEN)
		return err_make(err, E2BIG, "bpf.load", "the packet is too long to be measured");
	eth->h_proto = htobe16(packet[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP);
	memcpy(frame + ETH_HLEN, packet, len);
	if (bpf_obj_get_info_by_fd(fd, &info, &info_len) || bpf_prog_test_run_opts(fd, &opts))
		return err_make(err, errno, "bpf.load", "the kernel does not run the program: %s",
				strerror(errno));
	*ret = (struct prog_cost){
		.n_insns = info.xlated_prog_len / sizeof(struct bpf_insn),
		.jited_len = info.jited_prog_len,
		.ns = opts.duration,
	};
	return 0;
}
