/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "kernel/encode.h"
#include "kernel/explain.h"
#include "kernel/socket.h"

/*
 * The transaction as it is sent: one sendmsg() of messages that stand in chunks. Chunks are not
 * moved once written, so that a large batch is never copied.
 */
#define CHUNK_LEN (1024 * 1024)
#define FIRST_LEN (ENCODE_ROOM + 16 * 1024)
/*
 * libmnl 1.0.4 leaves the padding of attributes as it finds it, and no message of ours is longer
 * than this: what is sent must not carry what stood in the heap.
 */
#define CLEAN_LEN 4096

struct chunks {
	struct iovec *iov;
	size_t n;
	size_t cap;   /* bytes of the last chunk */
	size_t total; /* bytes written */
};

static void chunks_clear(struct chunks *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->iov[i].iov_base);
	free(c->iov);
}

/* Where the next message goes: room for `need` bytes. NULL without memory. */
static char *chunks_room(struct chunks *c, size_t need)
{
	struct iovec *last = c->n ? &c->iov[c->n - 1] : NULL;
	struct iovec *more;

	if (last && c->cap - last->iov_len >= need)
		return (char *)last->iov_base + last->iov_len;
	more = reallocarray(c->iov, c->n + 1, sizeof(*more));
	if (!more)
		return NULL;
	c->iov = more;
	c->cap = c->n ? CHUNK_LEN : FIRST_LEN;
	more[c->n].iov_base = malloc(c->cap);
	more[c->n].iov_len = 0;
	return more[c->n].iov_base ? more[c->n++].iov_base : NULL;
}

static void chunks_advance(struct chunks *c, size_t len)
{
	c->iov[c->n - 1].iov_len += len;
	c->total += len;
}

/* The index-th message of the batch. */
static struct nlmsghdr *chunks_find(struct chunks *c, size_t index)
{
	for (size_t i = 0; i < c->n; i++) {
		char *at = c->iov[i].iov_base, *end = at + c->iov[i].iov_len;

		for (; at < end; at += ((struct nlmsghdr *)at)->nlmsg_len)
			if (!index--)
				return (struct nlmsghdr *)at;
	}
	return NULL;
}

static int add_frame(struct chunks *c, uint16_t type, uint32_t seq, const uint32_t *genid)
{
	char *at = chunks_room(c, CLEAN_LEN);
	struct nlmsghdr *h;

	if (!at)
		return -ENOMEM;
	memset(at, 0, CLEAN_LEN);
	/* Its nfgenmsg says which subsystem the batch is for. */
	h = type == NFNL_MSG_BATCH_BEGIN ? nftnl_batch_begin(at, seq) : nftnl_batch_end(at, seq);
	if (genid)
		mnl_attr_put_u32(h, NFNL_BATCH_GENID, htonl(*genid));
	chunks_advance(c, h->nlmsg_len);
	return 0;
}

/*
 * Message 0 is the begin, message i + 1 is op i; their sequence numbers count up likewise. Without
 * its end the kernel goes through a batch, and then undoes it.
 */
static int build(struct chunks *c, uint32_t genid, const struct nft_op *ops, size_t n, uint32_t seq,
		 bool ends, size_t *ret_op)
{
	int r = add_frame(c, NFNL_MSG_BATCH_BEGIN, seq, &genid);

	for (size_t i = 0; i < n && !r; i++) {
		char *at = chunks_room(c, ENCODE_ROOM);
		uint32_t len;

		*ret_op = i;
		if (at)
			memset(at, 0, CLEAN_LEN);
		r = at ? encode_op(&ops[i], at, seq + 1 + i, &len) : -ENOMEM;
		if (r)
			return r;
		/* One answer to wait for: errors come anyway, and more would overrun the buffer. */
		if (i + 1 == n)
			((struct nlmsghdr *)at)->nlmsg_flags |= NLM_F_ACK;
		chunks_advance(c, len);
	}
	*ret_op = n;
	return r || !ends ? r : add_frame(c, NFNL_MSG_BATCH_END, seq + 1 + n, NULL);
}

static int send_all(struct kernel_ns *ns, struct chunks *c)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct msghdr msg = {.msg_name = &kernel,
			     .msg_namelen = sizeof(kernel),
			     .msg_iov = c->iov,
			     .msg_iovlen = c->n};

	socket_reserve(ns, c->total);
	return sendmsg(mnl_socket_get_fd(ns->nl), &msg, 0) < 0 ? -errno : 0;
}

/* The kernel's answer to one message. */
struct answer {
	int code; /* positive errno; 0: done */
	uint32_t seq;
	uint32_t offset;
	char text[256];
};

static void read_answer(const struct nlmsghdr *h, struct answer *ret)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(h);
	const struct nlattr *attr;

	*ret = (struct answer){.code = -e->error, .seq = h->nlmsg_seq};
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	/* The header of our message comes back (NETLINK_CAP_ACK), then the attributes. */
	mnl_attr_for_each (attr, h, sizeof(*e)) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_OFFS)
			ret->offset = mnl_attr_get_u32(attr);
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			snprintf(ret->text, sizeof(ret->text), "%s", mnl_attr_get_str(attr));
	}
}

/*
 * Reads what the kernel answered: it did so before sendmsg() returned. The answer of the first
 * message refused, else the last message's; -EIO if there is none.
 */
static int collect(struct kernel_ns *ns, uint32_t first, uint32_t last, struct answer *ret)
{
	bool answered = false;
	ssize_t n;

	*ret = (struct answer){};
	while ((n = recv(mnl_socket_get_fd(ns->nl), ns->buffer, sizeof(ns->buffer), MSG_DONTWAIT)) >
	       0) {
		struct nlmsghdr *h = (struct nlmsghdr *)ns->buffer;
		int left = n;

		for (; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left)) {
			struct answer a;

			if (h->nlmsg_type != NLMSG_ERROR || h->nlmsg_seq - first > last - first)
				continue;
			read_answer(h, &a);
			if (!answered || (a.code && !ret->code))
				*ret = a;
			answered = true;
		}
	}
	/* More errors than the buffer holds are still errors. */
	if (n < 0 && errno == ENOBUFS && !ret->code)
		return -ENOBUFS;
	return answered ? 0 : -EIO;
}

static int exchange(struct kernel_ns *ns, struct chunks *c, uint32_t seq, size_t n,
		    struct answer *ret)
{
	int r = send_all(ns, c);

	return r ? r : collect(ns, seq, seq + n + 1, ret);
}

/*
 * In the family inet the kernel does not load the module of an xt match by itself: it makes the
 * module's name of the family's prefix, and inet has none. A question after the match in the family
 * ip, as iptables asks it, loads it for all. Whatever the answer, the transaction's next one
 * counts.
 */
static void ask_for_match(struct kernel_ns *ns)
{
	struct nlmsghdr *h = mnl_nlmsg_put_header(ns->buffer);
	struct nfgenmsg *nfg;

	h->nlmsg_type = NFNL_SUBSYS_NFT_COMPAT << 8 | NFNL_MSG_COMPAT_GET;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	h->nlmsg_seq = ++ns->seq;
	nfg = mnl_nlmsg_put_extra_header(h, sizeof(*nfg));
	nfg->nfgen_family = NFPROTO_IPV4;
	nfg->version = NFNETLINK_V0;
	mnl_attr_put_strz(h, NFTA_COMPAT_NAME, "bpf");
	mnl_attr_put_u32(h, NFTA_COMPAT_REV, htonl(1));
	mnl_attr_put_u32(h, NFTA_COMPAT_TYPE, htonl(0)); /* a match, not a target */
	socket_ask(ns, h, NULL, NULL);
	ns->asked_for_match = true;
}

static int judge(struct chunks *c, const struct nft_op *ops, size_t n, uint32_t seq,
		 const struct answer *a, size_t *ret_op, struct mfw_err **err)
{
	size_t message = a->seq - seq;

	if (!a->code)
		return 0;
	if (a->code == ERESTART)
		return -ERESTART;
	if (!message || message > n)
		return explain_batch(a->code, c->total, err);
	*ret_op = message - 1;
	return explain(&ops[message - 1], chunks_find(c, message), a->code, a->offset,
		       *a->text ? a->text : NULL, err);
}

static int refuse_build(int r, const struct nft_op *op, struct mfw_err **err)
{
	if (r == -ENOMEM)
		return err_nomem(err);
	err_make(err, -r, "nft.too_large",
		 "the rule's expressions have more than 64 KiB, which the kernel would take for "
		 "another, shorter rule; split it");
	if (op->rule)
		err_set_ref(err, op->rule->pub.ref);
	return r;
}

static int send_batch(struct kernel_ns *ns, uint32_t genid, const struct nft_op *ops, size_t n,
		      bool ends, size_t *ret_op, struct mfw_err **err)
{
	cleanup(chunks_clear) struct chunks c = {};
	uint32_t seq = ns->seq + 1;
	struct answer answer;
	int r;

	if (!n)
		return 0;
	ns->seq += n + 2;
	r = build(&c, genid, ops, n, seq, ends, ret_op);
	if (r)
		return refuse_build(r, &ops[*ret_op < n ? *ret_op : 0], err);
	*ret_op = n;
	r = exchange(ns, &c, seq, n, &answer);
	if (!r && answer.code == ENOENT && !ns->asked_for_match) {
		ask_for_match(ns);
		r = exchange(ns, &c, seq, n, &answer);
	}
	if (r)
		return explain_batch(-r, c.total, err);
	return judge(&c, ops, n, seq, &answer, ret_op, err);
}

int kernel_nft_commit(struct kernel_ns *ns, uint32_t genid, const struct nft_op *ops, size_t n,
		      size_t *ret_op, struct mfw_err **err)
{
	return send_batch(ns, genid, ops, n, true, ret_op, err);
}

int kernel_nft_try(struct kernel_ns *ns, uint32_t genid, const struct nft_op *ops, size_t n,
		   size_t *ret_op, struct mfw_err **err)
{
	return send_batch(ns, genid, ops, n, false, ret_op, err);
}
