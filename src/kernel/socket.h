/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The netlink socket of a namespace. */
#ifndef KERNEL_SOCKET_H
#define KERNEL_SOCKET_H

#include <libmnl/libmnl.h>

#include "kernel/kernel.h"

/* Netlink dumps come in at most this many bytes a read (netlink_dump() in the kernel). */
#define SOCKET_BUFFER 32768

struct kernel_ns {
	struct mnl_socket *nl;
	uint64_t inode;
	uint64_t cookie;
	uint32_t seq;
	bool asked_for_match; /* see ask_for_match() in batch.c */
	size_t send_buffer;   /* what SO_SNDBUF has been set to, bytes; 0: the default */
	char buffer[SOCKET_BUFFER] __attribute__((aligned(8)));
};

/* An nftables request header in ns->buffer, with the next sequence number. */
struct nlmsghdr *socket_request(struct kernel_ns *ns, uint16_t type, uint8_t family,
				uint16_t flags);
/*
 * Sends one request that is built in ns->buffer and calls seen for each answer. seen returns
 * MNL_CB_OK, or MNL_CB_ERROR with errno. 0 or a negative errno; -EINTR: a dump that changed under
 * way, to be done again.
 */
int socket_ask(struct kernel_ns *ns, struct nlmsghdr *request, mnl_cb_t seen, void *ctx);
/* Makes room to send len bytes in one message. 0 or a negative errno. */
int socket_reserve(struct kernel_ns *ns, size_t len);

#endif
