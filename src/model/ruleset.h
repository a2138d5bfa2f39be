/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ruleset: what files say that customers should have. See mfw-ruleset(5) for the format; this is
 * what it becomes, and what it is written from.
 */
#ifndef MODEL_RULESET_H
#define MODEL_RULESET_H

#include <jansson.h>

#include "base/err_list.h"
#include "model/doc.h"
#include "model/view.h"

#define RULESET_VERSION    1
/* Bytes of one file, rules of all files, errors that are told of at once. */
#define RULESET_FILE_MAX   (256u << 20)
#define RULESET_RULES_MAX  1000000
#define RULESET_ERRORS_MAX 20

/* A file that a part of the ruleset is from. */
struct ruleset_file {
	char *name;
	enum doc_format format;
	char *data; /* with NUL behind */
	size_t len;
};

struct ruleset_list {
	char *name;
	bool of_names;      /* of names instead of addresses */
	char *path;         /* of a file with the entries; NULL: they are here */
	struct buf entries; /* texts with a NUL behind each */
	size_t n_entries;
	const struct ruleset_file *file;
	struct place place;
};

struct ruleset_rule {
	struct rule *rule;
	char **nodes; /* names and regions of the machines that have this rule; none: all */
	size_t n_nodes;
	uint32_t index; /* in its chain's list in the file */
	struct place place, match, action;
};

struct ruleset_chain {
	/* Named, with hook and the rest as a chain of a customer has them, without rules. */
	struct chain *chain;
	struct ruleset_rule *rules;
	size_t n_rules, cap_rules;
	void *refs; /* tsearch() tree of the rules' refs */
	uint32_t index;
	struct place place;
};

struct ruleset_customer {
	char *name;
	char *netns; /* of an adopted one; NULL: it is made */
	struct ruleset_list *lists;
	size_t n_lists;
	struct ruleset_chain *chains;
	size_t n_chains;
	uint32_t index; /* in the file's list */
	const struct ruleset_file *file;
	struct place place;
};

/* The match of a rule that was not taken, as something else is wrong with it. */
struct ruleset_stray {
	char *match;
	char *pointer; /* of the match */
	char *ref;     /* NULL: it has none */
	const struct ruleset_file *file;
	struct place place;
};

/* {} is an empty one. */
struct ruleset {
	struct ruleset_file **files;
	size_t n_files;
	struct ruleset_list *lists; /* the shared ones */
	size_t n_lists;
	struct ruleset_customer **customers;
	size_t n_customers, cap_customers;
	void *names; /* tsearch() tree of the customers by name */
	size_t n_rules;
	struct ruleset_stray *strays; /* fewer than errors */
	size_t n_strays;
};

/*
 * Reads one more file. Takes data (of malloc(), len bytes and a NUL) also on failure. What is wrong
 * is added to errors, each with file, place and JSON pointer, at most RULESET_ERRORS_MAX of them;
 * kinds: ruleset.syntax (not JSON, not YAML), ruleset.key (unknown, missing, twice), ruleset.type,
 * ruleset.value, ruleset.double (customer, chain, list, ref), and those of names, rules, actions,
 * bytecode, families, hooks and chains. 0 also then; a negative errno without memory only.
 */
int ruleset_read(struct ruleset *ruleset, const char *name, enum doc_format format, char *data,
		 size_t len, struct err_list *errors);
/* After all files: jumps to chains that there are not, or that go round. 0 or -ENOMEM. */
int ruleset_check(const struct ruleset *ruleset, struct err_list *errors);
void ruleset_clear(struct ruleset *ruleset);
void ruleset_rule_clear(struct ruleset_rule *rule);
void ruleset_list_clear(struct ruleset_list *list);

struct ruleset_customer *ruleset_find(const struct ruleset *ruleset, const char *name);
struct ruleset_chain *ruleset_find_chain(const struct ruleset_customer *customer, const char *name);

/* For making one without a file: each takes what it is given. 0 or -ENOMEM. */
struct ruleset_customer *ruleset_add_customer(struct ruleset *ruleset, const char *name);
struct ruleset_chain *ruleset_add_chain(struct ruleset_customer *customer, struct chain *chain);
struct ruleset_rule *ruleset_add_rule(struct ruleset_chain *chain, struct rule *rule);

/* As JSON, to be written as that or as YAML; NULL without memory. */
json_t *ruleset_json(const struct ruleset *ruleset);
int ruleset_print_json(const struct ruleset *ruleset, struct buf *out);
int ruleset_print_yaml(const struct ruleset *ruleset, struct buf *out);

/* ---- where an error is ---- */

/* What a place belongs to, for its pointer: NULL where it does not go as deep. */
struct ruleset_where {
	const struct ruleset_customer *customer;
	const struct ruleset_chain *chain;
	const struct ruleset_rule *rule;
	const char *key;
};

/* Puts *err at a place of a file. */
void ruleset_place(struct mfw_err **err, const struct ruleset_file *file, struct place place,
		   const char *pointer);
/*
 * The same for a part of a ruleset. Has *err a place already, it is one in the text that stands
 * there, and is turned into that of the file.
 */
void ruleset_place_in(struct mfw_err **err, const struct ruleset_where *where, struct place place);
void ruleset_place_stray(struct mfw_err **err, const struct ruleset_stray *stray);

#define cleanup_ruleset cleanup(ruleset_clear)

#endif
