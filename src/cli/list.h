/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the chains and rules of one target, or of every customer. */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include <jansson.h>

#include "cli/session.h"

struct table;

/* One target's listing, or why it could not be read. */
struct listed {
	struct mfw_listing *listing; /* NULL: see fault */
	struct fault fault;
	const char *customer; /* NULL: addressed directly */
	const char *netns;    /* name, path, or NULL: our own */
};

/* {} is empty. */
struct lists {
	struct listed **all;
	size_t n;
	size_t n_failed;
	struct mfw_customers *customers; /* what the names above belong to */
};

/*
 * Reads what the config asks for: one target (then a failure is the command's), or all customers
 * (then a customer that cannot be read is noted and the others are read).
 */
int lists_read(struct session *session, struct lists *lists, struct fault *fault);
/*
 * Reports the targets that could not be read: on stderr, or into `object` as "errors". Returns the
 * exit status.
 */
int lists_status(const struct session *session, const struct lists *lists, json_t *object);
void lists_clear(struct lists *lists);
#define cleanup_lists cleanup(lists_clear)

/* A chain's own keys. */
json_t *chain_json(const struct mfw_chain *chain, const char *customer);
/* Appends each chain of a listing, with "n_rules". */
void chains_add_json(const struct mfw_listing *listing, const char *customer, json_t *into);
void chain_table_init(struct table *table);
/* Non-zero without memory. */
int chain_table_add(struct table *table, const struct mfw_listing *listing, const char *customer);

#endif
