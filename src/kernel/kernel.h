/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The narrow door to the kernel: the only room with privileged calls. tests/unit/fake_kernel.c
 * stands in for all of it. Every function that takes err returns 0 or a negative errno with *err;
 * the others that return int, 0 or a plain negative errno.
 */
#ifndef KERNEL_KERNEL_H
#define KERNEL_KERNEL_H

#include <errno.h>

#include "base/buf.h"
#include "base/err.h"
#include "model/view.h"

/* ---- places ---- */

/* Where customers and locks are written: a tmpfs, so that it dies with what it speaks of. */
const char *kernel_run_dir(void);
/* Where programs are pinned, on bpffs. */
const char *kernel_pin_root(void);
/* Where iproute2 keeps named network namespaces. */
const char *kernel_netns_dir(void);

/* ---- network namespaces ---- */

/* A network namespace, entered: a netlink socket that lives in it. */
struct kernel_ns;

/*
 * Said by a thread that the library has started, and in which nothing else runs: it may be moved
 * into a namespace and back, which takes less time than a thread for it would.
 */
void kernel_netns_own_thread(void);

/* path NULL: the caller's own. Errors: netns.missing, netns.not, netns.denied. */
int kernel_ns_open(const char *path, struct kernel_ns **ret, struct mfw_err **err);
/* A new one without a name, which ends with kernel_ns_close(). Errors: netns.denied. */
int kernel_ns_open_new(struct kernel_ns **ret, struct mfw_err **err);
void kernel_ns_close(struct kernel_ns *ns);
uint64_t kernel_ns_inode(const struct kernel_ns *ns);
/*
 * A number that no other namespace has had since boot, while an inode's is given to the next one;
 * 0: the kernel has none (before Linux 5.14).
 */
uint64_t kernel_ns_cookie(const struct kernel_ns *ns);

/* Makes the named namespace PATH as `ip netns add` does. Errors: netns.exists, netns.denied. */
int kernel_netns_make(const char *path, struct mfw_err **err);
/* Removes it again; a path that is gone is no error. Errors: netns.busy, netns.denied. */
int kernel_netns_remove(const char *path, struct mfw_err **err);
/* Removes the name when no namespace stands behind it any more: its removal was cut short. */
void kernel_netns_forget(const char *path);
/* The inode of the namespace at path; -ENOENT: nothing there, -EINVAL: not a network namespace. */
int kernel_netns_inode(const char *path, uint64_t *ret);

DEFINE_CLEANUP(kernel_ns_cleanup, struct kernel_ns *, kernel_ns_close)
#define cleanup_ns cleanup(kernel_ns_cleanup_p)

/* ---- nftables ---- */

/* The number that every change of the namespace's nftables raises. */
int kernel_nft_genid(struct kernel_ns *ns, uint32_t *ret, struct mfw_err **err);
/* Tables and chains, without rules, of the table (family 0: in all families). */
int kernel_nft_chains(struct kernel_ns *ns, uint8_t family, const char *table, struct view **ret,
		      struct mfw_err **err);
/*
 * Reads the rules of a chain into it, replacing what it had. reset: each counter is set to 0 in
 * the kernel as it is read; nft.reset where the kernel cannot.
 */
int kernel_nft_rules(struct kernel_ns *ns, struct chain *chain, bool reset, struct mfw_err **err);
/* Calls seen for every pin path that a rule of the namespace names, in any table. */
int kernel_nft_pins(struct kernel_ns *ns, int (*seen)(void *ctx, const char *path), void *ctx,
		    struct mfw_err **err);

enum nft_op_kind {
	NFT_TABLE_ADD,
	NFT_TABLE_DEL,
	NFT_TABLE_STOP, /* its rules are out of force, but still there */
	NFT_CHAIN_ADD,
	NFT_CHAIN_POLICY,
	NFT_CHAIN_FLUSH,
	NFT_CHAIN_DEL,
	NFT_RULE_ADD,
	NFT_RULE_REPLACE,
	NFT_RULE_DEL,
};

enum nft_place { NFT_LAST, NFT_FIRST, NFT_BEFORE, NFT_AFTER };

/* One message of a transaction. What it points to outlives the transaction. */
struct nft_op {
	enum nft_op_kind kind;
	enum nft_place place;      /* NFT_RULE_ADD */
	uint8_t family;            /* NFT_TABLE_* */
	const char *table;         /* NFT_TABLE_* */
	const struct chain *chain; /* all others: where */
	const struct rule *rule;   /* to be added or deleted; the new one with NFT_RULE_REPLACE */
	const struct rule *anchor; /* NFT_BEFORE, NFT_AFTER; the old one with NFT_RULE_REPLACE */
	size_t step;               /* of the change that it comes from */
};

/*
 * Sends ops as one transaction that counts only if the namespace is still at generation genid:
 * -ERESTART (no *err) if it is not. On success the generation is genid + 1, but for a jump over 0.
 * ret_op: which op an error is about, or n. Errors: nft.rejected, nft.denied, nft.pin,
 * nft.unsupported, nft.missing, nft.busy, nft.too_large, ENOMEM.
 */
int kernel_nft_commit(struct kernel_ns *ns, uint32_t genid, const struct nft_op *ops, size_t n,
		      size_t *ret_op, struct mfw_err **err);

/* Has the kernel judge ops likewise, and changes nothing. */
int kernel_nft_try(struct kernel_ns *ns, uint32_t genid, const struct nft_op *ops, size_t n,
		   size_t *ret_op, struct mfw_err **err);

/* ---- programs ---- */

struct prog_info {
	uint32_t id;
	bool socket_filter;
	char name[16];
	char type[32]; /* libbpf's word */
};

/*
 * A map that is there already, to be taken for the object's map of that name. fd -1: it is made
 * anew, and a descriptor of it is put here, which is then the caller's.
 */
struct prog_map {
	const char *name;
	int fd;
};

struct prog_source {
	const char *name; /* for messages */
	const void *elf;
	size_t len;
	const char *program;   /* the one to load; NULL: the only socket filter there is */
	bool speaks;           /* it has its text with it, which has to be readable afterwards */
	struct prog_map *maps; /* other maps of the object are made anew */
	size_t n_maps;
};

/*
 * Loads a socket-filter program of an ELF object. ret_processed (may be NULL): how many
 * instructions the verifier went through. Errors: bpf.verifier (with the log), bpf.object,
 * bpf.program (none, several, or of another type), bpf.map (one of maps does not fit, or the object
 * has none of that name), bpf.denied, bpf.load.
 */
int kernel_prog_load(const struct prog_source *source, int *ret_fd, unsigned *ret_processed,
		     struct mfw_err **err);
/* What a program costs: its sizes, and its time on a packet from the IP header on. */
struct prog_cost {
	uint32_t n_insns;   /* with all that is linked and loaded */
	uint32_t jited_len; /* bytes; 0: it is interpreted */
	uint32_t ns;        /* mean of many runs */
};
/* Errors: bpf.load. */
int kernel_prog_measure(int fd, const uint8_t *packet, size_t len, struct prog_cost *ret,
			struct mfw_err **err);

/* A loaded program that is asked about packets. */
struct kernel_run;

/* Longest packet that a program can be asked about, bytes. */
#define KERNEL_RUN_MAX 262144

/* fd stays the caller's, and stays open as long. 0 or -ENOMEM. */
int kernel_run_open(int fd, struct kernel_run **ret, struct mfw_err **err);
/*
 * Runs the program on a packet from the IP header on: by BPF_PROG_TEST_RUN, or as the filter of a
 * socket when the packet is too short or too long for that (*ret_by_socket). Errors: bpf.run. One
 * thread at a time.
 */
int kernel_run_packet(struct kernel_run *run, const uint8_t *packet, size_t len, bool *ret,
		      bool *ret_by_socket, struct mfw_err **err);
void kernel_run_close(struct kernel_run *run);

DEFINE_CLEANUP(kernel_run_cleanup, struct kernel_run *, kernel_run_close)
#define cleanup_run cleanup(kernel_run_cleanup_p)

/* Opens a pinned program. Errors: bpf.pin_missing, bpf.pin_denied, bpf.not_program. */
int kernel_prog_open(const char *path, int *ret_fd, struct mfw_err **err);
/* Opens a loaded program, pinned or not. */
int kernel_prog_by_id(uint32_t id, int *ret_fd);
int kernel_prog_info(int fd, struct prog_info *ret, struct mfw_err **err);
/* Appends the text that the program says it was built from (bpf_metadata_mfw_match); -ENOENT. */
int kernel_prog_source(int fd, struct buf *ret);

/*
 * How many programs may be freed together: by one transaction, or by unpinning. Linux (6.18, and
 * others that pack compiled programs) frees them in the system's workqueue, each waiting for a
 * mutex whose owner waits for work queued behind them; from some thousand on all of the workers
 * wait, and with them everything that uses BPF, until a reboot.
 */
size_t kernel_programs_at_once(void);
/* Waits until those that were let go of are freed. The kernel tells nobody: it takes a while. */
void kernel_programs_settle(void);

/* ---- maps ---- */

/*
 * An array map of n values of `size` bytes each (a multiple of 8), with its memory: what is written
 * there programs see. It is to be put into a slot: a map of maps with one place, which programs
 * name, and which outlives what lies in it.
 */
struct kernel_array {
	int fd;
	size_t size, n;
	void *data;
	size_t len; /* of data: a little more than the values */
};

#define KERNEL_NO_ARRAY ((struct kernel_array){.fd = -1})

/* All values are 0. Errors: bpf.map, bpf.denied. */
int kernel_array_new(size_t size, size_t n, struct kernel_array *ret, struct mfw_err **err);
/* Ends our use of it; in a slot it lives on. */
void kernel_array_close(struct kernel_array *array);

/* An empty slot for arrays of such values. Errors: bpf.map, bpf.denied. */
int kernel_slot_new(size_t size, int *ret_fd, struct mfw_err **err);
/* In the place of the one that was there: programs see it from one packet to the next. */
int kernel_slot_put(int slot, const struct kernel_array *array);
/* What is there; -ENOENT: nothing. */
int kernel_slot_get(int slot, bool writable, struct kernel_array *ret);

/* Opens a pinned map. */
int kernel_map_open(const char *path, int *ret_fd);
/* A number that no other map has as long as this one lives. */
int kernel_map_id(int fd, uint32_t *ret);
#define KERNEL_PROG_MAPS_MAX 256
/* Whether the program names the map: 1, 0, or a negative errno. */
int kernel_prog_uses_map(int fd, uint32_t map_id);

/* What a map holds. */
struct map_content {
	uint32_t key_len;
	uint32_t value_len; /* of one CPU */
	uint32_t n_cpus;    /* 0: the map has one value for all of them */
	uint32_t limit;     /* entries at most */
	/* Types of keys and values, as the kernel has them; empty: none. */
	struct buf btf;
	uint32_t key_type, value_type;
	/* Keys, each with its value behind it, or its values, 8-aligned. Zeros of arrays are left
	 * out. */
	struct buf entries;
	size_t n;
	uint64_t now; /* when it was read: bpf_ktime_get_ns() */
};

/* {} before; map_content_clear() after, also on failure. Errors: bpf.map. */
int kernel_map_read(int fd, struct map_content *ret, struct mfw_err **err);
/* Removes every entry; of an array, zeroes them. Errors: bpf.map. */
int kernel_map_empty(int fd, struct mfw_err **err);

static inline void map_content_clear(struct map_content *content)
{
	buf_clear(&content->btf);
	buf_clear(&content->entries);
}
#define cleanup_map_content cleanup(map_content_clear)

/* Whether a program that is loaded now is compiled: 1, 0, or a negative errno. */
int kernel_jit_works(void);

/* ---- pins ---- */

bool kernel_bpffs_mounted(void);

/*
 * Makes ready the pin root and the directory path under it, all 0700, and mounts bpffs when it is
 * missing. Errors: bpffs.mount, bpffs.denied, bpffs.unsafe (a directory that others may write).
 */
int kernel_pin_dir(const char *path, struct mfw_err **err);
int kernel_pin(int fd, const char *path);
int kernel_pin_link(const char *from, const char *to);
int kernel_pin_remove(const char *path);
int kernel_pin_remove_dir(const char *path);
/* How many names the pinned program has. */
int kernel_pin_links(const char *path, unsigned *ret);
/* What is pinned there, as a number that links of it share, and nothing else there is. */
int kernel_pin_id(const char *path, uint64_t *ret);
/* What helps when one of these has failed with that errno: "; ...", or "". */
static inline const char *kernel_pin_remedy(int code)
{
	switch (code) {
	case EPERM:
	case EACCES: return "; run as root";
	case EROFS: return "; mount -o remount,rw /sys/fs/bpf lets it be written";
	case ENOSPC:
	case EDQUOT: return "; bpffs is full: mfwctl doctor shows left-over pins";
	case ENOMEM: return "; the machine, or the control group, is short of memory";
	}
	return "";
}

/* A note beside the pins: a symbolic link whose target is the text. */
int kernel_pin_note(const char *path, const char *text);
int kernel_pin_read_note(const char *path, struct buf *ret);
/* Calls seen with the name of each entry of the directory; a missing one is empty. */
int kernel_pin_each(const char *dir, int (*seen)(void *ctx, const char *name), void *ctx);

#endif
