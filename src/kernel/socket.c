/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/socket.h"

#include <errno.h>
#include <libnftnl/common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel/netns.h"

/* No more than this is done inside: a thread that allocates memory gets an arena of its own. */
static int open_socket(void *ret_fd)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	*(int *)ret_fd = fd;
	return fd < 0 ? -errno : 0;
}

static int set_up(struct kernel_ns *ns, int *fd)
{
	socklen_t len = sizeof(ns->cookie);
	int one = 1;

	ns->nl = mnl_socket_fdopen(*fd);
	if (!ns->nl)
		return -errno;
	steal_fd(fd);
	if (mnl_socket_bind(ns->nl, 0, MNL_SOCKET_AUTOPID))
		return -errno;
	/* Errors with offsets, and without a copy of our own message behind them. */
	mnl_socket_setsockopt(ns->nl, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(ns->nl, NETLINK_CAP_ACK, &one, sizeof(one));
	if (getsockopt(mnl_socket_get_fd(ns->nl), SOL_SOCKET, SO_NETNS_COOKIE, &ns->cookie, &len))
		ns->cookie = 0;
	return 0;
}

static int refuse(int r, const char *path, struct mfw_err **err)
{
	const char *why = strerror(-r);

	if (r == -EPROTONOSUPPORT)
		why = "this kernel has no nfnetlink; load the module nf_tables";
	if (r == -EPERM)
		why = "this needs CAP_SYS_ADMIN; run as root";
	return err_make(err, -r, "netns.denied", "cannot enter the network namespace%s%s: %s",
			path ? " " : "", path ? path : "", why);
}

int kernel_ns_open(const char *path, struct kernel_ns **ret, struct mfw_err **err)
{
	cleanup_ns struct kernel_ns *ns = calloc(1, sizeof(*ns));
	cleanup_close int fd = -1, socket_fd = -1;
	int r;

	if (!ns)
		return err_nomem(err);
	r = netns_open_fd(path ? path : "/proc/thread-self/ns/net", &fd, &ns->inode, err);
	if (r)
		return r;
	r = path ? netns_run(fd, open_socket, &socket_fd) : open_socket(&socket_fd);
	r = r ? r : set_up(ns, &socket_fd);
	if (r)
		return refuse(r, path, err);
	*ret = steal_ptr(ns);
	return 0;
}

int kernel_ns_open_new(struct kernel_ns **ret, struct mfw_err **err)
{
	cleanup_ns struct kernel_ns *ns = calloc(1, sizeof(*ns));
	cleanup_close int fd = -1;
	int r;

	if (!ns)
		return err_nomem(err);
	r = netns_run(-1, open_socket, &fd);
	r = r ? r : set_up(ns, &fd);
	if (r)
		return refuse(r, NULL, err);
	*ret = steal_ptr(ns);
	return 0;
}

void kernel_ns_close(struct kernel_ns *ns)
{
	if (ns && ns->nl)
		mnl_socket_close(ns->nl);
	free(ns);
}

uint64_t kernel_ns_inode(const struct kernel_ns *ns)
{
	return ns->inode;
}

uint64_t kernel_ns_cookie(const struct kernel_ns *ns)
{
	return ns->cookie;
}

struct nlmsghdr *socket_request(struct kernel_ns *ns, uint16_t type, uint8_t family, uint16_t flags)
{
	return nftnl_nlmsg_build_hdr(ns->buffer, type, family, flags, ++ns->seq);
}

int socket_ask(struct kernel_ns *ns, struct nlmsghdr *request, mnl_cb_t seen, void *ctx)
{
	uint32_t seq = request->nlmsg_seq;
	int r;

	if (mnl_socket_sendto(ns->nl, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t n = mnl_socket_recvfrom(ns->nl, ns->buffer, sizeof(ns->buffer));

		if (n < 0)
			return -errno;
		r = mnl_cb_run(ns->buffer, n, seq, mnl_socket_get_portid(ns->nl), seen, ctx);
	} while (r > MNL_CB_STOP);
	return r < 0 ? -errno : 0;
}

int socket_reserve(struct kernel_ns *ns, size_t len)
{
	/* The kernel counts its own overhead too. */
	size_t need = len + len / 4 + 65536;
	int value = need > INT32_MAX / 2 ? INT32_MAX / 2 : (int)need;
	int fd = mnl_socket_get_fd(ns->nl);

	if (len < 65536 || need <= ns->send_buffer)
		return 0;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &value, sizeof(value)) &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, sizeof(value)))
		return -errno;
	ns->send_buffer = need;
	return 0;
}
