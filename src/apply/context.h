/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a struct mfw holds: options, matchers, and the namespaces it has entered. */
#ifndef APPLY_CONTEXT_H
#define APPLY_CONTEXT_H

#include "apply/node.h"
#include "catalog/catalog.h"
#include "expr/expr.h"
#include "geo/geo.h"
#include "kernel/kernel.h"
#include "list/list.h"

/*
 * One namespace's rules as one holder of programs: a customer, or a namespace addressed directly.
 * Kept from change to change, so that a later one needs neither a new socket nor a new dump.
 */
struct site {
	struct site *next;
	char *customer; /* NULL: addressed directly */
	char *netns;    /* path; NULL: the caller's own */
	char *table;
	uint8_t family; /* 0: every one (a customer's) */
	bool made;      /* a customer's: we made the namespace */
	uint64_t inode;
	char *lock_name;
	char *pin_dir;    /* the holder's links to programs */
	bool has_pin_dir; /* it was made, and not removed since */
	struct kernel_ns *ns;
	/* What was last seen or made there; NULL when unknown. */
	struct view *view;
	/* A change holds the site's lock and view: another one cannot be prepared meanwhile. */
	bool busy;
};

/* A list that was given when the library was opened. */
struct given_list {
	char *name, *path;
	bool shared;
	/* As it is asked for first; lines NULL: not yet. */
	enum mfw_list_kind kind;
	struct area area;
};

/* Whose lists an expression names, and what goes before what is loaded. */
struct scope {
	struct mfw *mfw;
	const char *customer; /* whose own ones are; NULL: nobody's */
	/*
	 * What was given when the library was opened goes before what is loaded, and of what there
	 * is not nothing is known: an expression that is looked at, rather than made a rule of.
	 */
	bool trial;
};

struct mfw {
	char *holder;
	unsigned lock_wait_ms;
	char *matcher_path;
	struct catalog *catalog; /* of it */
	char *lib_path; /* where the functions are that programs call: see struct codegen_input */
	struct scheme scheme; /* in no scope: any list will do */
	struct scope no_scope;
	char *state_dir; /* NULL: nothing is kept */
	char *node_file;
	/* From node_file when it is first asked for: see context_node(). */
	struct node node;
	bool node_known;
	/* What is known about addresses, instead of what is loaded: see geo_build(). */
	struct buf given_geo[GEO_KINDS];
	struct given_list *given_lists;
	size_t n_given_lists;
	/* Whose lists are named where no rule says it; NULL: nobody's. */
	char *customer;
	struct site *sites;
	struct site *left; /* to be closed: see site_leave() */
	void *by_customer; /* tsearch() tree of those that have one */
	/* What matches were made into, while it is kept: see source_keep(). */
	bool keeps_sources;
	bool has_prog_dir; /* meanwhile: it was made */
	void *sources;
};

/* See mfw_open() and mfw_close(). */
int context_open(const struct mfw_options *options, struct mfw **ret, struct mfw_err **err);
/*
 * Another one for another thread, which makes the same rules: without what was given for looking at
 * expressions. Errors: ENOMEM.
 */
int context_again(const struct mfw *mfw, struct mfw **ret, struct mfw_err **err);
void context_close(struct mfw *mfw);

/*
 * Makes mfw->node be what it is, for an expression that names it: the scheme's node() has no way to
 * say what is wrong with the file. Errors: node.file.
 */
int context_node(struct mfw *mfw, const struct expr *expr, struct mfw_err **err);
/* The same without an expression. */
int context_know_node(struct mfw *mfw, struct mfw_err **err);

/*
 * The site of a target, entered, and checked to be the namespace that it was.
 * Errors: target.bad, name.bad, customer.missing, netns.*, family.*.
 */
int site_get(struct mfw *mfw, const struct mfw_target *target, struct site **ret,
	     struct mfw_err **err);
void site_forget_view(struct site *site);
/* Whether a customer's path still names the namespace that was entered. Errors: netns.drift. */
int site_check(const struct site *site, struct mfw_err **err);
/* Closes and frees the customer's sites (NULL: all). */
void site_close(struct mfw *mfw, const char *customer);
/*
 * The same for one whose rules are gone. Closing its socket waits until the kernel has freed them,
 * so while mfw->keeps_sources is set that is put off: by then all have been, at the same time.
 */
void site_leave(struct mfw *mfw, const char *customer);
void site_close_left(struct mfw *mfw);

#endif
