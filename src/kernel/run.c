/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program's answer about one packet at a time, without any network. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/kernel.h"

#define IP4_LEN       20
#define IP6_LEN       40
/*
 * What a test run takes has to fit into a page beside what an skb needs (3 712 bytes with the
 * Ethernet header on Linux 6.18); this much it has taken everywhere.
 */
#define TEST_MAX      3400
/* Of the socket that sends: room for the longest packet and what the kernel keeps about it. */
#define SOCKET_BUFFER (2 * KERNEL_RUN_MAX)

struct kernel_run {
	int prog;
	int from, to; /* -1 until a packet needs them; the program filters what arrives at `to` */
	uint8_t frame[ETH_HLEN + TEST_MAX];
};

int kernel_run_open(int fd, struct kernel_run **ret, struct mfw_err **err)
{
	struct kernel_run *run = calloc(1, sizeof(*run));

	if (!run)
		return err_nomem(err);
	run->prog = fd;
	run->from = run->to = -1;
	*ret = run;
	return 0;
}

void kernel_run_close(struct kernel_run *run)
{
	if (!run)
		return;
	cleanup_close_p(&run->from);
	cleanup_close_p(&run->to);
	free(run);
}

static int refuse(int code, const char *way, size_t len, struct mfw_err **err)
{
	return err_make(err, code, "bpf.run",
			"the kernel does not run the program on %zu bytes %s: %s", len, way,
			strerror(code));
}

/* ---- by BPF_PROG_TEST_RUN ---- */

/* It wants a whole IP header of the family that the frame says. */
static bool fits_test(const uint8_t *packet, size_t len)
{
	return len <= TEST_MAX && len >= IP4_LEN && (packet[0] >> 4 != 6 || len >= IP6_LEN);
}

static int run_test(struct kernel_run *run, const uint8_t *packet, size_t len, bool *ret,
		    struct mfw_err **err)
{
	struct ethhdr *eth = (struct ethhdr *)run->frame;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = run->frame, .data_size_in = ETH_HLEN + len,
		    .repeat = 1);

	eth->h_proto = htobe16(packet[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP);
	memcpy(run->frame + ETH_HLEN, packet, len);
	if (bpf_prog_test_run_opts(run->prog, &opts))
		return refuse(errno, "by a test run", len, err);
	*ret = opts.retval;
	return 0;
}

/* ---- as a socket's filter ---- */

static int open_sockets(struct kernel_run *run)
{
	static const int room = SOCKET_BUFFER;
	int fds[2];

	if (run->from >= 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds))
		return -errno;
	if (setsockopt(fds[1], SOL_SOCKET, SO_ATTACH_BPF, &run->prog, sizeof(run->prog)) ||
	    setsockopt(fds[0], SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room))) {
		int r = -errno;

		close(fds[0]);
		close(fds[1]);
		return r;
	}
	run->from = fds[0];
	run->to = fds[1];
	return 0;
}

/*
 * The filter of a datagram socket sees what was sent from its first byte on, as it sees a packet
 * from the IP header on in nftables. What it answers is how much of it is let through: nothing, or
 * (for 1) one byte.
 */
static int run_socket(struct kernel_run *run, const uint8_t *packet, size_t len, bool *ret,
		      struct mfw_err **err)
{
	int r = open_sockets(run);
	char byte;

	if (!r && send(run->from, packet, len, 0) < 0)
		r = -errno;
	if (r)
		return refuse(-r, "through a socket", len, err);
	*ret = recv(run->to, &byte, sizeof(byte), 0) >= 0;
	return *ret || errno == EAGAIN ? 0 : refuse(errno, "through a socket", len, err);
}

int kernel_run_packet(struct kernel_run *run, const uint8_t *packet, size_t len, bool *ret,
		      bool *ret_by_socket, struct mfw_err **err)
{
	bool by_socket = !fits_test(packet, len), answer;
	int r = by_socket ? run_socket(run, packet, len, &answer, err)
			  : run_test(run, packet, len, &answer, err);

	if (r)
		return r;
	*ret = answer;
	*ret_by_socket = by_socket;
	return 0;
}
