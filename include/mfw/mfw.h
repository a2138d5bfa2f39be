/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libmfw: packet-filter rules whose match is an eBPF program, in nftables chains, in one network
 * namespace per customer.
 *
 * Errors. A function that can fail for a reason worth a sentence returns 0 or a negative errno
 * value and takes `struct mfw_err **err` as its last parameter. On failure *err (if err is not
 * NULL) is a new value that the caller frees with mfw_err_free(); outputs are untouched. On
 * success *err is untouched. The library never prints, never exits and never logs.
 *
 * Threads. A struct mfw, and what was made from it, is used by one thread at a time; several
 * threads each open their own. No function changes the calling thread's network or mount
 * namespace, working directory, umask or signal mask.
 *
 * Privileges. Reading and changing rules needs CAP_NET_ADMIN, entering a namespace CAP_SYS_ADMIN,
 * programs and pins CAP_BPF and the owner of the pin directory: in practice, root of the initial
 * user namespace.
 *
 * Structures that are passed in start with `size`, set to their sizeof by the caller (MFW_SIZE):
 * they may grow at their end. Structures that come out belong to what returned them and are never
 * copied or embedded by callers. Strings are UTF-8 and end with NUL.
 */
#ifndef MFW_MFW_H
#define MFW_MFW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Initialises the first member of a structure that is passed to the library. */
#define MFW_SIZE(type) .size = sizeof(type)

/* Longest customer, chain, ref: [A-Za-z0-9_-]{1,63}. */
#define MFW_NAME_MAX    63
/* Longest comment in bytes; what nft allows (NFTNL_UDATA_COMMENT_MAXLEN). */
#define MFW_COMMENT_MAX 128

struct mfw;
struct mfw_applied;
struct mfw_change;
struct mfw_checked;
struct mfw_explained;
struct mfw_customers;
struct mfw_geo;
struct mfw_list_content;
struct mfw_listing;
struct mfw_lists;
struct mfw_matchers;
struct mfw_replay;
struct mfw_report;
struct mfw_ruleset;
struct mfw_state;

/* ---- errors ---- */

struct mfw_err;

/* The positive errno value. */
int mfw_err_code(const struct mfw_err *err);
/* A stable dotted word, for programs: "expr.syntax", "chain.missing", "nft.rejected", ... */
const char *mfw_err_kind(const struct mfw_err *err);
/* One sentence: what was tried on what, why it failed, what helps. */
const char *mfw_err_message(const struct mfw_err *err);
/* More text, of several lines, such as the verifier's log; NULL if there is none. */
const char *mfw_err_detail(const struct mfw_err *err);
/* The ref of the rule concerned; NULL if none is. */
const char *mfw_err_ref(const struct mfw_err *err);
/*
 * The place in the text that was parsed: line and column from 1 (column in bytes), and the length
 * in bytes; all 0 when the error has no place. Any output may be NULL.
 */
void mfw_err_place(const struct mfw_err *err, unsigned *ret_line, unsigned *ret_column,
		   unsigned *ret_length);
/*
 * The text that the place counts in; with a file, only the line that it is on. NULL when the error
 * has no place, or that line is too long to be shown.
 */
const char *mfw_err_source(const struct mfw_err *err);
/* The file that the place is in; NULL when it is in a text that was passed. */
const char *mfw_err_file(const struct mfw_err *err);
/* With a file of a ruleset: the JSON pointer (RFC 6901) of the value concerned; else NULL. */
const char *mfw_err_pointer(const struct mfw_err *err);
void mfw_err_free(struct mfw_err *err);

/* ---- the library ---- */

struct mfw_options {
	size_t size;
	/*
	 * Directories of matcher objects, separated by ':', searched in order. NULL: the directory
	 * "mfw" beside the library, then the one it was configured with.
	 */
	const char *matcher_path;
	/*
	 * How long to wait for another change to end, in milliseconds; 0: 10 000. As long, too, is
	 * a change made anew that other programs' changes of the same namespace get in the way of.
	 */
	unsigned lock_wait_ms;
	/* Who holds the lock, for the message that others get; NULL: the process's name. */
	const char *holder;
	/*
	 * The file that says what node.name and node.region are, {"name": "sfo06", "region":
	 * "WNAM"}; NULL: /etc/mfw/node.json. It is read when an expression names them.
	 */
	const char *node_file;
	/* Instead of that file: "NAME/REGION", "NAME" or "/REGION". */
	const char *node;
	/*
	 * Files that say what countries and autonomous systems addresses are in, instead of what
	 * mfw_geo_set() has loaded. For trying expressions: rules cannot use them.
	 */
	const char *country_file;
	const char *asnum_file;
	/* Whose own lists are named in expressions that are tried; NULL: nobody's. */
	const char *customer;
	/*
	 * Lists for trying expressions, "NAME=FILE" or "shared.NAME=FILE": they go before those
	 * that there are. A file is read when it is first asked for, as addresses or as names,
	 * whichever the expression wants. Without any, and without a customer, lists are empty.
	 */
	const char *const *lists;
	size_t n_lists;
	/*
	 * Where applied rulesets are kept, so that mfw_rollback() and a boot can go back to them;
	 * NULL: nowhere. mfwctl has /var/lib/mfw.
	 */
	const char *state_dir;
};

/*
 * Opens the library. opts may be NULL. Needs no privilege by itself.
 * Errors: ENOMEM, EINVAL (a size that is too small to be any version's), node.bad, geo.*,
 * list.given, name.bad and customer.missing (of options.customer).
 */
int mfw_open(const struct mfw_options *opts, struct mfw **ret, struct mfw_err **err);
/* Closes sockets and frees all that mfw owns. Changes, listings and so on are freed before. */
void mfw_close(struct mfw *mfw);
/* "MAJOR.MINOR.PATCH" of the library that runs. */
const char *mfw_version(void);

/* ---- where ---- */

/*
 * A customer, or a place addressed directly beside other tools' rules. Either customer is set and
 * nothing else, or table is (with netns and family as wanted). The strings need to live as long as
 * the call only.
 */
struct mfw_target {
	size_t size;
	const char *customer;
	/* A name under /run/netns, or a path (with a '/'); NULL: the caller's own namespace. */
	const char *netns;
	/* "inet" (also NULL), "ip", "ip6", "bridge". */
	const char *family;
	/* An nftables table, which must exist. */
	const char *table;
};

/* ---- customers ---- */

struct mfw_customer {
	size_t size;
	const char *name;
	/* The namespace's path, such as /run/netns/acme. */
	const char *netns;
	/* Whether we made the namespace (and delete it with the customer) or adopted it. */
	bool made;
	/* The namespace's inode when the customer was added. */
	uint64_t inode;
	/* NULL, or why the namespace is not what it was: missing, or replaced by another. */
	const char *drift;
};

/*
 * Adds a customer. netns NULL: makes /run/netns/NAME as iproute2 does; else adopts that namespace
 * (a name under /run/netns, or a path).
 * Errors: name.bad, customer.exists, netns.exists, netns.missing, netns.busy (adopted by another
 * customer), EPERM.
 */
int mfw_customer_add(struct mfw *mfw, const char *name, const char *netns, struct mfw_err **err);
/*
 * Deletes a customer: its rules, chains, tables and pins, and the namespace if we made it.
 * Errors: customer.missing, lock.busy, netns.busy.
 */
int mfw_customer_del(struct mfw *mfw, const char *name, struct mfw_err **err);
/* All customers by name; free with mfw_customers_free(). No customers: an empty list. */
int mfw_customers_list(struct mfw *mfw, struct mfw_customers **ret, struct mfw_err **err);
size_t mfw_customers_count(const struct mfw_customers *customers);
const struct mfw_customer *mfw_customers_get(const struct mfw_customers *customers, size_t i);
void mfw_customers_free(struct mfw_customers *customers);

/* ---- chains and rules ---- */

struct mfw_chain {
	size_t size;
	const char *name;
	/* "inet" (also NULL), "ip", "ip6", "bridge". */
	const char *family;
	/* "filter" (also NULL), "nat", "route"; base chains only. */
	const char *type;
	/* "prerouting", "input", "forward", "output", "postrouting"; NULL: a regular chain. */
	const char *hook;
	/* Lower runs first. */
	int32_t priority;
	/* "accept" (also NULL) or "drop"; base chains only. */
	const char *policy;

	/* Filled in lists, ignored otherwise. */
	const char *table;
	size_t n_rules;
};

enum mfw_mode {
	MFW_MODE_ENFORCE,  /* match, count, act */
	MFW_MODE_MONITOR,  /* match and count only */
	MFW_MODE_DISABLED, /* neither */
};

/* Whether the program that a rule runs is the one that its pin names now. */
enum mfw_drift {
	MFW_DRIFT_NONE,
	MFW_DRIFT_PIN_MISSING,  /* the pin is gone; the rule still runs its program */
	MFW_DRIFT_PIN_REPLACED, /* the pin names another program than the rule runs */
};

/* One nftables expression of a rule that is not ours. */
struct mfw_expr_info {
	size_t size;
	/* nftables' name of the expression: "match", "target", "payload", "cmp", ... */
	const char *name;
	/* libnftnl's text for it. */
	const char *text;
	/* For "match" and "target": the extension's name, revision and raw data in host order. */
	const char *xt_name;
	uint32_t xt_rev;
	const void *xt_info;
	uint32_t xt_len;
};

/*
 * A rule. It has exactly one match: an expression, a pinned program, an object file or classic
 * bytecode.
 */
struct mfw_rule {
	size_t size;
	/* Unique in its chain; NULL: one is made up. */
	const char *ref;
	/* An expression, such as `not suffix(bytes="xyzzy")`. */
	const char *match;
	/* The path of a pinned socket-filter program. */
	const char *object_pinned;
	/* The path of an ELF object with one socket-filter program, to be loaded and pinned. */
	const char *object;
	/* Classic BPF as `tcpdump -ddd` and iptables take it: "N,code jt jf k,...". */
	const char *bytecode;
	/* [log ...] [limit ...] VERDICT */
	const char *action;
	/* At most MFW_COMMENT_MAX bytes; NULL: none. */
	const char *comment;
	enum mfw_mode mode;

	/* Filled in lists, ignored otherwise. */
	uint32_t index;  /* position in the chain, from 0 */
	uint64_t handle; /* nftables' number for it */
	bool counted;    /* the rule has a counter */
	uint64_t packets;
	uint64_t bytes;
	/* Not made by us, or changed by another tool since: see exprs. ref and match are NULL. */
	bool foreign;
	size_t n_exprs;
	const struct mfw_expr_info *const *exprs;
	/* The program: its id (0: none), the path in the rule, our hash in hexadecimal. */
	uint32_t prog_id;
	const char *pin;
	const char *hash;
	enum mfw_drift drift;
	uint32_t pin_prog_id; /* with MFW_DRIFT_PIN_REPLACED: the program that the pin names now */
};

/*
 * The chains of a target with their rules, in the kernel's order. chain NULL: all chains. reset:
 * sets every counter listed to zero as it is read (one step in the kernel; Linux 6.3 or later).
 * Errors: customer.missing, table.missing, chain.missing, netns.missing.
 */
int mfw_list(struct mfw *mfw, const struct mfw_target *target, const char *chain, bool reset,
	     struct mfw_listing **ret, struct mfw_err **err);
size_t mfw_listing_chain_count(const struct mfw_listing *listing);
const struct mfw_chain *mfw_listing_chain(const struct mfw_listing *listing, size_t chain);
const struct mfw_rule *mfw_listing_rule(const struct mfw_listing *listing, size_t chain,
					size_t rule);
void mfw_listing_free(struct mfw_listing *listing);

/* ---- changes ---- */

enum mfw_place_kind {
	MFW_PLACE_LAST, /* at the chain's end */
	MFW_PLACE_FIRST,
	MFW_PLACE_BEFORE, /* before the rule `ref` */
	MFW_PLACE_AFTER,
	MFW_PLACE_BEFORE_INDEX, /* before the rule at `index`, from 0 */
	MFW_PLACE_AFTER_INDEX,
};

struct mfw_place {
	size_t size;
	enum mfw_place_kind kind;
	const char *ref;
	uint32_t index;
};

/*
 * A change of one namespace: what is added to it happens in one netlink transaction at
 * mfw_change_commit(), wholly or not at all. The functions that add a step copy what they are
 * given and check what can be checked without the kernel; each step sees the effect of those
 * before it. A step that failed to be added leaves the change as it was.
 * Errors: name.bad, customer.missing, EINVAL (target).
 */
int mfw_change_new(struct mfw *mfw, const struct mfw_target *target, struct mfw_change **ret,
		   struct mfw_err **err);
void mfw_change_free(struct mfw_change *change);

/* Adds a chain, and the table `mfw` of its family when that is missing. Customers only. */
int mfw_change_chain_add(struct mfw_change *change, const struct mfw_chain *chain,
			 struct mfw_err **err);
enum mfw_chain_field {
	MFW_CHAIN_POLICY = 1 << 0,
	MFW_CHAIN_PRIORITY = 1 << 1,
	MFW_CHAIN_HOOK = 1 << 2,
};
/*
 * Changes the fields named in `fields` (a sum of enum mfw_chain_field) of the chain with
 * chain->name. The kernel cannot change hook or priority of a live chain: it is made anew in the
 * same transaction, with its rules and their counts.
 */
int mfw_change_chain_set(struct mfw_change *change, const struct mfw_chain *chain, unsigned fields,
			 struct mfw_err **err);
/* Deletes a chain. It must be empty unless flush is true. */
int mfw_change_chain_del(struct mfw_change *change, const char *chain, bool flush,
			 struct mfw_err **err);

/* Adds a rule at a place; NULL: at the end. */
int mfw_change_rule_add(struct mfw_change *change, const char *chain, const struct mfw_rule *rule,
			const struct mfw_place *place, struct mfw_err **err);
/*
 * Gives the rule `ref` what is set in `rule`: a match, an action, a comment ("" removes it), a new
 * ref; what is NULL there stays. `mode` NULL: stays. The counts are kept unless the match changes.
 */
int mfw_change_rule_replace(struct mfw_change *change, const char *chain, const char *ref,
			    const struct mfw_rule *rule, const enum mfw_mode *mode,
			    struct mfw_err **err);
/* Moves a rule within its chain; its counts are kept. An index is that of the result. */
int mfw_change_rule_move(struct mfw_change *change, const char *chain, const char *ref,
			 const struct mfw_place *place, struct mfw_err **err);
int mfw_change_rule_del(struct mfw_change *change, const char *chain, const char *ref,
			struct mfw_err **err);

/*
 * Does everything short of the transaction: takes the namespace's lock, reads it, checks every
 * step against it, loads and pins programs. mfw_change_commit() does it when it was not done.
 * With several changes: prepare all, then commit each.
 */
int mfw_change_prepare(struct mfw_change *change, struct mfw_err **err);
/*
 * Sends the transaction. On success the change is spent: it can be asked and freed, not used again.
 * On failure the old rules are in force, programs and pins made for the change are gone, and the
 * lock is released.
 * Errors: rule.exists, rule.missing, chain.missing, chain.exists, chain.busy, table.missing,
 * matcher.unknown, expr.*, object.*, bpf.*, nft.*, lock.busy, netns.*, programs.many.
 */
int mfw_change_commit(struct mfw_change *change, struct mfw_err **err);
/* The number of steps added. */
size_t mfw_change_count(const struct mfw_change *change);
/* After a commit: the ref of the rule that step `step` (from 0) added, replaced or moved. */
const char *mfw_change_ref(const struct mfw_change *change, size_t step);
/* Which step the last error was about; -1 when none in particular. */
long mfw_change_failed_step(const struct mfw_change *change);
/* Warning `i` about what was added so far, or NULL when there are no more. */
const char *mfw_change_warning(const struct mfw_change *change, size_t i);

/* ---- lists ---- */

enum mfw_list_type {
	MFW_LIST_TYPE_IP = 1, /* addresses and networks, of IPv4 and IPv6 */
	MFW_LIST_TYPE_NAME,   /* texts of 1 to 255 bytes */
};

/*
 * Which list: `$NAME` in a customer's expressions is his own, `$shared.NAME` everybody's. Names are
 * of a-z 0-9 _, at most MFW_NAME_MAX.
 */
struct mfw_list_id {
	size_t size;
	const char *customer; /* NULL: everybody's */
	const char *name;
};

/*
 * Entries as texts: "192.0.2.1", "2001:db8::/32"; names as they are, or as one of the language's
 * strings ("\"a\\x20b\""). All that is given here together. See mfwctl(8) for files.
 */
struct mfw_list_input {
	size_t size;
	const char *const *entries;
	size_t n_entries;
	const char *file; /* one entry a line; "-": standard input; NULL: none */
};

/* What a change came to; size is set by the caller. */
struct mfw_list_change {
	size_t size;
	uint64_t entries;   /* in the list now */
	uint64_t changed;   /* entries that were set, came or went; 0: the list was so already */
	uint64_t unchanged; /* entries that were given twice, or added and there, or deleted and not
			     */
	uint64_t covered;   /* with several entries: in the list, inside of wider ones in it */
};

/*
 * The list becomes what the input says, from one packet to the next, and is made if there is none;
 * rules need not change. type 0: that of the list that is there; a new one is of addresses. Whoever
 * is killed leaves the old list or the new one.
 * ret may be NULL. Errors: name.bad, customer.missing, list.read, list.entry (with FILE:LINE:COLUMN
 * in the message, and further ones, one a line, as the detail), list.type (the list that is there
 * is of the other type), list.full, list.too_large, list.denied, lock.*, bpf.*, bpffs.*.
 */
int mfw_list_set(struct mfw *mfw, const struct mfw_list_id *id, enum mfw_list_type type,
		 const struct mfw_list_input *input, struct mfw_list_change *ret,
		 struct mfw_err **err);
/*
 * Adds entries, or deletes them, all at once. One of them takes the same time whatever the list
 * has; for several the list is built anew. A network is an entry of its own: to delete it leaves
 * what is inside. Errors: those of mfw_list_set(), list.missing.
 */
int mfw_list_add(struct mfw *mfw, const struct mfw_list_id *id, const struct mfw_list_input *input,
		 struct mfw_list_change *ret, struct mfw_err **err);
int mfw_list_del(struct mfw *mfw, const struct mfw_list_id *id, const struct mfw_list_input *input,
		 struct mfw_list_change *ret, struct mfw_err **err);
/* Deletes the list. Errors: list.missing, list.busy (rules' programs look into it), lock.*. */
int mfw_list_drop(struct mfw *mfw, const struct mfw_list_id *id, struct mfw_err **err);

struct mfw_list_info {
	size_t size;
	const char *customer; /* NULL: everybody's */
	const char *name;
	enum mfw_list_type type;
	uint64_t entries;
	uint64_t bytes; /* of kernel memory */
};

/*
 * A list as it is now, with what was entered: free with mfw_list_free(). Errors: list.missing,
 * list.denied, list.broken.
 */
int mfw_list_read(struct mfw *mfw, const struct mfw_list_id *id, struct mfw_list_content **ret,
		  struct mfw_err **err);
const struct mfw_list_info *mfw_list_get(const struct mfw_list_content *list);
/*
 * Entry `i` as it can be given to mfw_list_set(), networks before addresses, IPv4 before IPv6, each
 * in order; NULL: there are no more, or there is no memory. Good until the next call.
 */
const char *mfw_list_entry(struct mfw_list_content *list, uint64_t i);
/* Whether an address, or a name, is in it, as for a packet. Errors: list.entry. */
int mfw_list_has(const struct mfw_list_content *list, const char *entry, bool *ret,
		 struct mfw_err **err);
void mfw_list_free(struct mfw_list_content *list);

/*
 * The lists of one customer, by name; customer NULL: the shared ones, then those of all customers.
 * Free with mfw_lists_free(). Errors: customer.missing, list.denied.
 */
int mfw_lists_read(struct mfw *mfw, const char *customer, struct mfw_lists **ret,
		   struct mfw_err **err);
/* List `i`; NULL when there are no more. */
const struct mfw_list_info *mfw_lists_get(const struct mfw_lists *lists, size_t i);
void mfw_lists_free(struct mfw_lists *lists);

/* ---- rulesets ---- */

/*
 * A ruleset says what customers are to have: see mfw-ruleset(5). It is read from files, several of
 * which together may be one, and then applied as a whole. Free with mfw_ruleset_free(), after what
 * mfw_apply() made of it. Errors: ENOMEM.
 */
int mfw_ruleset_new(struct mfw *mfw, struct mfw_ruleset **ret, struct mfw_err **err);
/*
 * Reads a file, the files of a directory that end in .json, .yaml or .yml, by name, or "-"
 * (standard input). Wrong contents are no failure: see mfw_ruleset_error(). Errors: ruleset.read,
 * ruleset.checked (it is too late), ENOMEM.
 */
int mfw_ruleset_read(struct mfw_ruleset *ruleset, const char *path, struct mfw_err **err);
/* The same from memory: len bytes; name is what messages call it, and ends as a file's would. */
int mfw_ruleset_read_text(struct mfw_ruleset *ruleset, const char *name, const char *text,
			  size_t len, struct mfw_err **err);
/*
 * After the last file: checks what needs all of it, and every expression; what is for other
 * machines (`nodes`) goes. Needs no kernel. Wrong contents are no failure here either.
 * Errors: node.file, ENOMEM.
 */
int mfw_ruleset_check(struct mfw_ruleset *ruleset, struct mfw_err **err);
/*
 * Mistake `i` with file, place and JSON pointer; NULL when there are no more. After 20 nothing more
 * is looked for. Kinds: ruleset.*, doc.*, expr.*, matcher.*, action.*, name.bad, and others that
 * adding a chain or rule has.
 */
const struct mfw_err *mfw_ruleset_error(const struct mfw_ruleset *ruleset, size_t i);
/*
 * Warning `i` likewise. Kinds: expr.*, action.limit, ruleset.nodes; after it was applied,
 * ruleset.list (rules look into lists that it does not have).
 */
const struct mfw_err *mfw_ruleset_warning(const struct mfw_ruleset *ruleset, size_t i);
void mfw_ruleset_free(struct mfw_ruleset *ruleset);

/*
 * What customers have now, as a ruleset: of one, or of all (NULL), by name. It can be printed, and
 * applied: then it changes nothing. Rules of other tools are left out, with a warning (kind
 * ruleset.foreign); a customer that cannot be read is an error of the ruleset when all were asked
 * for. Errors: customer.missing, netns.*, nft.*, ruleset.unreadable (a rule whose program says no
 * longer what it was made from).
 */
int mfw_ruleset_current(struct mfw *mfw, const char *customer, struct mfw_ruleset **ret,
			struct mfw_err **err);
/*
 * The same with chains that have no rules and accept: to be applied, it flushes. Errors as above,
 * without ruleset.unreadable.
 */
int mfw_ruleset_bare(struct mfw *mfw, const char *customer, struct mfw_ruleset **ret,
		     struct mfw_err **err);
/*
 * Makes what the ruleset says be what a boot falls back on, for all customers: those that are not
 * in it have nothing there any more. Errors: history.*.
 */
int mfw_ruleset_keep(const struct mfw_ruleset *ruleset, struct mfw_err **err);
enum mfw_format { MFW_FORMAT_JSON, MFW_FORMAT_YAML };
/* As a text that mfw_ruleset_read_text() reads; free() it. */
int mfw_ruleset_print(const struct mfw_ruleset *ruleset, enum mfw_format format, char **ret,
		      struct mfw_err **err);

struct mfw_apply_options {
	size_t size;
	/* Only this customer of the ruleset's; NULL: all of them. Errors: ruleset.customer. */
	const char *only;
	/*
	 * Customers that are not in the ruleset are deleted, and everybody's lists that are neither
	 * in it nor looked into by its rules; not with only.
	 */
	bool prune;
	/*
	 * Change nothing: programs are loaded, and the kernel judges each transaction without its
	 * end. What needs lists that are not there yet, the kernel is not asked about.
	 */
	bool check;
	/* Only compare: nothing is loaded, and the kernel is not asked. Takes no lock. */
	bool look;
	/* Also read what rules match now, for who is to see it: mfw_delta.before->match. */
	bool texts;
	/* It may be taken back: what a boot begins with stays as it was until mfw_confirm(). */
	bool unconfirmed;
	/* Makes no entry of the history: there is nothing worth going back to. */
	bool unrecorded;
	/*
	 * Called when all is ready and before anything is sent, with the entry of the history that
	 * goes back; not 0: nothing is done (apply.given_up). NULL: not.
	 */
	int (*ready)(void *ctx, uint64_t entry);
	void *ready_ctx;
	/* Called now and then: how many of how many parts are done. NULL: not. */
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *progress_ctx;
	/*
	 * So many customers are worked on at a time, each by a thread of the library's own; the
	 * functions above are called by the caller's. 0: by the numbers of customers and of
	 * processors. At most 256.
	 */
	unsigned jobs;
};

/* What was done, or with check would be done, to one customer. */
struct mfw_applied_customer {
	size_t size;
	const char *name;
	bool changed;
	bool made;    /* it was not there before */
	bool deleted; /* by prune */
	size_t chains_added, chains_changed, chains_deleted;
	size_t rules_added, rules_replaced, rules_moved, rules_deleted;
	size_t lists_added, lists_changed;
	size_t batches; /* transactions sent to its namespace; with check none counts */
	/* NULL, or why its transaction failed: then it has the rules that it had before. */
	const struct mfw_err *error;
	size_t lists_deleted; /* that no rule of the ruleset looks into */
};

enum mfw_delta_kind {
	MFW_DELTA_CHAIN_ADD,
	MFW_DELTA_CHAIN_SET,
	MFW_DELTA_CHAIN_DELETE, /* of its rules nothing more is said */
	MFW_DELTA_RULE_ADD,
	MFW_DELTA_RULE_REPLACE,
	MFW_DELTA_RULE_MOVE,
	MFW_DELTA_RULE_DELETE,
	MFW_DELTA_LIST_ADD,
	MFW_DELTA_LIST_CHANGE, /* it had other entries */
	MFW_DELTA_LIST_DELETE,
};

enum mfw_rule_field {
	MFW_RULE_MATCH = 1 << 0,
	MFW_RULE_ACTION = 1 << 1,
	MFW_RULE_MODE = 1 << 2,
	MFW_RULE_COMMENT = 1 << 3,
	/* The rule's pin is gone, or names another program than the rule runs. */
	MFW_RULE_PIN = 1 << 4,
};

/* One step of what was done, in the order in which it was. */
struct mfw_delta {
	size_t size;
	enum mfw_delta_kind kind;
	/* What differs: of enum mfw_chain_field, or of enum mfw_rule_field. */
	unsigned fields;
	/* As it was and as it is to be; NULL where it was not, or is not to be. */
	const struct mfw_chain *chain_before;
	const struct mfw_chain *chain;
	const struct mfw_rule *before; /* foreign ones have no ref */
	const struct mfw_rule *rule;
	const char *after; /* where it is put: behind this ref; NULL: first */
	const char *list;  /* its name */
};

/*
 * Makes the customers of the ruleset have what it says, and nothing else: chains and rules that are
 * not in it go, also those that mfw_change_rule_add() made. Customers that are not in it stay as
 * they are. Everything is checked, compiled, loaded and pinned before anything is sent; then each
 * namespace gets one transaction, unless it has all that already. Counts stay with rules whose
 * match stays; what matchers remember, while ref, matcher and layout are the same.
 *
 * Fails when something cannot be had before the first transaction: then nothing has changed. When
 * one of the transactions fails, the others are done all the same, and *ret says which it was.
 * The ruleset has to be without mistakes. Free *ret with mfw_applied_free().
 * Errors: the ruleset's first mistake; ruleset.customer, customer.netns (it is there with another
 * namespace), apply.jobs (too many), apply.given_up, list.*, and those of mfw_change_prepare().
 */
int mfw_apply(struct mfw *mfw, struct mfw_ruleset *ruleset, const struct mfw_apply_options *options,
	      struct mfw_applied **ret, struct mfw_err **err);
/* Customer `i`, by the ruleset's order, deleted ones last; NULL when there are no more. */
const struct mfw_applied_customer *mfw_applied_get(const struct mfw_applied *applied, size_t i);
/* i for everybody's lists. */
#define MFW_APPLIED_SHARED ((size_t)-1)
/*
 * Step `step` of customer i's, lists first; NULL when there are no more. It is good until the next
 * call, and lives no longer than the ruleset.
 */
const struct mfw_delta *mfw_applied_delta(struct mfw_applied *applied, size_t i, size_t step);
/* How many of everybody's lists were added, changed, and (with prune) deleted. */
void mfw_applied_lists(const struct mfw_applied *applied, size_t *ret_added, size_t *ret_changed,
		       size_t *ret_deleted);
/*
 * NULL, or why what was done could not be written down for the next boot, or why one of everybody's
 * lists could not be deleted.
 */
const struct mfw_err *mfw_applied_error(const struct mfw_applied *applied);
void mfw_applied_free(struct mfw_applied *applied);

/*
 * Goes back: customers get what they had before an apply changed them, those that it made are
 * deleted, those that it deleted are made again; and its entry is removed. entry 0: the last one.
 * Errors: history.*, and those of mfw_apply().
 */
int mfw_rollback(struct mfw *mfw, uint64_t entry, const struct mfw_apply_options *options,
		 struct mfw_applied **ret, struct mfw_err **err);
/* What the customers of an unconfirmed apply have now is good. Errors: history.*, those of saving.
 */
int mfw_confirm(struct mfw *mfw, uint64_t entry, struct mfw_err **err);

/* ---- what is known about addresses ---- */

enum mfw_geo_kind {
	MFW_GEO_COUNTRY, /* ip.src.country, ip.dst.country */
	MFW_GEO_ASNUM,   /* ip.src.asnum, ip.dst.asnum */
};

/*
 * Loads a data set, for all customers, in the place of the one before: programs see it from one
 * packet to the next. The file has one range of addresses a line, RANGE,VALUE: see mfwctl(8).
 * Errors: geo.read, geo.syntax, geo.value, geo.overlap (with FILE:LINE:COLUMN in the message, and
 * further ones, one a line, as the detail), geo.too_large, bpf.map, bpf.denied, bpffs.*, lock.*.
 */
int mfw_geo_set(struct mfw *mfw, enum mfw_geo_kind kind, const char *file, struct mfw_err **err);
/* Deletes it. Errors: geo.missing, geo.busy (programs look into it), lock.*. */
int mfw_geo_del(struct mfw *mfw, enum mfw_geo_kind kind, struct mfw_err **err);

struct mfw_geo_info {
	size_t size;
	const char *file;          /* where it was read from */
	uint64_t loaded;           /* seconds since 1970 */
	uint64_t ranges4, ranges6; /* of IPv4 and IPv6, in the file */
	uint64_t bytes;            /* of kernel memory */
};

/* The data set as it is now. Free with mfw_geo_free(). Errors: geo.missing, geo.denied, geo.broken.
 */
int mfw_geo_read(struct mfw *mfw, enum mfw_geo_kind kind, struct mfw_geo **ret,
		 struct mfw_err **err);
const struct mfw_geo_info *mfw_geo_get(const struct mfw_geo *geo);
/*
 * What it says about an address: "BR", or "64500"; NULL: nothing. The text is good until the next
 * call. Errors: geo.address.
 */
int mfw_geo_find(struct mfw_geo *geo, const char *address, const char **ret, struct mfw_err **err);
void mfw_geo_free(struct mfw_geo *geo);

/* ---- expressions ---- */

/*
 * Checks an expression without any kernel: one without errors can be compiled. A wrong one is no
 * failure: then there are errors in what is returned. Free with mfw_checked_free(). Errors: ENOMEM.
 */
int mfw_expr_check(struct mfw *mfw, const char *text, struct mfw_checked **ret,
		   struct mfw_err **err);
/*
 * Error `i`, with its place, in the order of the text; NULL when there are no more. Kinds: expr.*,
 * matcher.*, list.*, and of what is otherwise sound codegen.*, node.file. After an error of syntax
 * nothing more is looked for.
 */
const struct mfw_err *mfw_checked_error(const struct mfw_checked *checked, size_t i);
/*
 * Warning `i`, of an expression without errors. Kinds: expr.octal, expr.protocol (no protocol has
 * that name), expr.always and expr.never (true), expr.overlap (items of a set), expr.missing (also
 * true for packets of other protocols).
 */
const struct mfw_err *mfw_checked_warning(const struct mfw_checked *checked, size_t i);
/* The expression in its canonical form; NULL when there are errors. */
const char *mfw_checked_text(const struct mfw_checked *checked);
void mfw_checked_free(struct mfw_checked *checked);

/*
 * Writes the program of an expression as an object file that has nothing but it, for
 * `bpftool prog load`. Errors: expr.*, matcher.*, codegen.*, file.write.
 */
int mfw_expr_compile(struct mfw *mfw, const char *text, const char *path, struct mfw_err **err);

/* What becomes of an expression. */
struct mfw_explanation {
	size_t size;
	/* The typed tree: a line for each part, what it is made of indented below. */
	const char *tree;
	/* What is compiled of it: constants are gone. */
	const char *compiled;
	/* Which matchers, and which parts of libmfw, are linked: ", " between them, or "". */
	const char *matchers;
	const char *library;
	size_t insns;      /* of the expression itself */
	size_t object_len; /* of the object, bytes */
	/* Whether the kernel took the program; if not, why: without privilege there is no trying.
	 */
	bool loaded;
	const struct mfw_err *not_loaded;
	/* If it did: what the verifier went through, and the size of all. */
	unsigned processed;
	unsigned loaded_insns;
	unsigned jited_len; /* bytes of machine code; 0: interpreted */
	unsigned ns;        /* for a TCP SYN over IPv4, by the kernel's test run */
};

/* Free with mfw_explained_free(). Errors: expr.*, matcher.*, codegen.*. */
int mfw_expr_explain(struct mfw *mfw, const char *text, struct mfw_explained **ret,
		     struct mfw_err **err);
const struct mfw_explanation *mfw_explained_get(const struct mfw_explained *explained);
void mfw_explained_free(struct mfw_explained *explained);

/* ---- captures ---- */

struct mfw_replay_options {
	size_t size;
	/* A file of pcap or pcapng; "-": standard input. It is read as a stream. */
	const char *capture;
	/*
	 * Where the packets are written as pcapng, each with the answer as its comment; NULL:
	 * nowhere. The file appears when it is whole.
	 */
	const char *output;
	/* Ask the evaluator, which is the meaning of the language, beside the program. */
	bool verify;
	/* Called now and then: bytes read so far, of how many (0: nobody knows). NULL: not. */
	void (*progress)(void *ctx, uint64_t done, uint64_t all);
	void *progress_ctx;
};

/* What a replay has found. Packets are numbered from 1, in the file's order. */
struct mfw_replay_summary {
	size_t size;
	uint64_t packets;
	uint64_t matched;
	uint64_t not_ip;    /* no IP packets: no rule sees them, and they match nothing */
	uint64_t cut;       /* the capture has less of them than there was */
	uint64_t by_socket; /* too short or too long for the kernel's test run: see below */
	uint64_t different; /* with verify: program and evaluator differ */
	bool broken_off;    /* the capture ends in the middle of a packet */
	/* Why no program was run, and the evaluator answered; NULL: a program was. */
	const struct mfw_err *no_program;
};

enum mfw_replay_set {
	MFW_REPLAY_MATCHED,
	MFW_REPLAY_NOT_IP,
	/* The program was run as the filter of a socket that the packet went through. */
	MFW_REPLAY_BY_SOCKET,
	MFW_REPLAY_DIFFERENT,
	MFW_REPLAY_SETS,
};

/* A packet on which program and evaluator differ. */
struct mfw_difference {
	size_t size;
	uint64_t packet;
	bool program;
	bool evaluator;
	const void *bytes; /* from the IP header on */
	size_t len;
};

/*
 * Runs the program of an expression on each packet of a capture (Ethernet, raw IP, Linux cooked,
 * BSD loopback). Without privilege to load programs, or where programs cannot say the expression,
 * the evaluator answers, but for matchers: those only the kernel runs. Nothing is sent anywhere.
 * Free with mfw_replay_free().
 * Errors: expr.*, matcher.*, codegen.*, bpf.*, capture.open, capture.format, capture.damaged,
 * capture.link, capture.read, file.write, test.matcher (no program, and a matcher is asked),
 * test.state (verify, and a matcher that keeps state).
 */
int mfw_replay_run(struct mfw *mfw, const char *text, const struct mfw_replay_options *options,
		   struct mfw_replay **ret, struct mfw_err **err);
const struct mfw_replay_summary *mfw_replay_get(const struct mfw_replay *replay);
/* The first packet of the set behind packet `after`; 0 when there are no more. */
uint64_t mfw_replay_next(const struct mfw_replay *replay, enum mfw_replay_set set, uint64_t after);
/* The first hundred packets of MFW_REPLAY_DIFFERENT; NULL when there are no more. */
const struct mfw_difference *mfw_replay_difference(const struct mfw_replay *replay, size_t i);
void mfw_replay_free(struct mfw_replay *replay);

/* ---- matchers ---- */

struct mfw_param {
	size_t size;
	const char *name;
	/* "bytes", "int", "bool", "enum", "duration", "rate", "address", "prefix", "names" */
	const char *type;
	const char *doc;
	/* As it is written in an expression; NULL: the parameter is required. */
	const char *default_value;
	/*
	 * Of "int": the range; of "bytes": the least and greatest length in bytes; of "duration":
	 * nanoseconds; of "rate": the count.
	 */
	uint64_t min;
	uint64_t max;
	size_t n_words; /* of "enum": what it may be, without the quotes */
	const char *const *words;
};

/* A value of packets, to be compared in expressions: of all of them, or what a matcher finds. */
struct mfw_field {
	size_t size;
	const char *name; /* "ip.src", "sip.method" */
	const char *type; /* "Int", "Bool", "Bytes"; of those without a matcher also "IP" */
	const char *doc;  /* one line */
	uint64_t min;     /* of an Int, inclusive */
	uint64_t max;
};

struct mfw_matcher {
	size_t size;
	const char *name;
	const char *summary; /* one line */
	const char *doc;     /* several lines */
	const char *path;    /* the object file */
	size_t n_params;
	const struct mfw_param *const *params;
	/* NULL, or why this object cannot be used; then only name and path are set. */
	const char *broken;
	size_t n_fields;
	const struct mfw_field *const *fields;
};

/*
 * The matchers that the matcher path offers, by name. An object that cannot be read, or whose name
 * an earlier directory has taken, is listed as broken.
 */
int mfw_matchers_list(struct mfw *mfw, struct mfw_matchers **ret, struct mfw_err **err);
size_t mfw_matchers_count(const struct mfw_matchers *matchers);
const struct mfw_matcher *mfw_matchers_get(const struct mfw_matchers *matchers, size_t i);
void mfw_matchers_free(struct mfw_matchers *matchers);
/*
 * Field `i` of those that need no matcher, in the manual's order; ret->size is set by the caller,
 * the strings stay for ever. false: there are no more.
 */
bool mfw_field_get(size_t i, struct mfw_field *ret);

/* ---- what the matchers of a rule remember ---- */

/* A piece of each entry of a map. */
struct mfw_state_column {
	size_t size;
	const char *name;
	bool is_key;    /* it is one of those that tell entries apart */
	bool is_number; /* its texts are decimal numbers */
};

/* A map of one of the matchers; maps are called as their matcher, with more behind it. */
struct mfw_state_map {
	size_t size;
	const char *name;
	size_t n_entries;
	size_t max_entries; /* beyond that the least recently used ones are forgotten */
	size_t n_columns;
	const struct mfw_state_column *const *columns;
};

/*
 * What the matchers of a rule remember, which keep state (rate, amqp_consumers, ...); free with
 * mfw_state_free(). reset: forgets it after reading; what packets change in between is lost.
 * Errors: rule.missing, rule.no_state (nothing in it remembers anything), chain.missing,
 * customer.missing, bpf.state, bpf.map.
 */
int mfw_rule_state(struct mfw *mfw, const struct mfw_target *target, const char *chain,
		   const char *ref, bool reset, struct mfw_state **ret, struct mfw_err **err);
/* Map `map`, from 0; NULL when there are no more. */
const struct mfw_state_map *mfw_state_map(const struct mfw_state *state, size_t map);
/* The text of a column of an entry; NULL: there is none. Times are in seconds from now. */
const char *mfw_state_text(const struct mfw_state *state, size_t map, size_t entry, size_t column);
void mfw_state_free(struct mfw_state *state);

/* ---- doctor ---- */

enum mfw_health {
	MFW_HEALTH_OK,
	MFW_HEALTH_WARN, /* works, but see the remedy */
	MFW_HEALTH_FAIL, /* rules cannot be used until it is mended */
};

struct mfw_finding {
	size_t size;
	const char *check; /* a stable word: "nf_tables", "xt_bpf", "bpffs", ... */
	enum mfw_health health;
	const char *message;
	const char *remedy; /* NULL when there is nothing to do */
};

/*
 * Checks what the rules need of this machine, by trying it in a namespace of its own; changes
 * nothing, not even a missing mount.
 */
int mfw_doctor(struct mfw *mfw, struct mfw_report **ret, struct mfw_err **err);
size_t mfw_report_count(const struct mfw_report *report);
const struct mfw_finding *mfw_report_get(const struct mfw_report *report, size_t i);
void mfw_report_free(struct mfw_report *report);

#ifdef __cplusplus
}
#endif

#endif
