/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A rule: pub is what the caller gave or what a listing shows; the rest is what the rooms between
 * need. Reference-counted: a change, a view and a listing may hold the same rule.
 */
#ifndef MODEL_RULE_H
#define MODEL_RULE_H

#include "base/buf.h"
#include "base/err.h"

enum match_kind {
	MATCH_EXPR = 1, /* numbers are stored in the kernel with the rule: never change them */
	MATCH_OBJECT_PINNED = 2,
	MATCH_OBJECT = 3,
	MATCH_BYTECODE = 4,
};

/* Bytes of a program's hash, and its length in hexadecimal. */
#define PROGRAM_HASH_LEN 16
#define PROGRAM_HEX_LEN  (2 * PROGRAM_HASH_LEN)

/* A loaded program and the holder's pin of it. Reference-counted. */
struct program {
	unsigned refs;
	uint32_t id;
	unsigned char hash[PROGRAM_HASH_LEN];
	bool keeps_state; /* set where it is made: it is for one rule only */
	char hex[PROGRAM_HEX_LEN + 1];
	char pin[]; /* path */
};

struct rule {
	struct mfw_rule pub;
	unsigned refs;
	enum match_kind kind; /* 0: foreign */
	/*
	 * What the rule runs; NULL for bytecode, for the expression `true`, which needs no program,
	 * and for foreign rules.
	 */
	struct program *program;
	/* Within one transaction: a number to refer to a rule without a handle; 0: none. */
	uint32_t batch_id;
	/* In a transaction: the counter starts at pub.packets and pub.bytes instead of 0. */
	bool keep_count;
};

/*
 * A rule of what spec says, with copies of its texts and the action in canonical form.
 * Errors: name.bad, rule.match (none, or several), rule.comment, action.*, bytecode.*,
 * rule.mode, ENOMEM.
 */
int rule_new(const struct mfw_rule *spec, struct rule **ret, struct mfw_err **err);
/*
 * What rule_new_with() puts over a rule: everything in spec may be missing, what is there is
 * checked. Errors as rule_new().
 */
int rule_new_overlay(const struct mfw_rule *spec, struct rule **ret, struct mfw_err **err);
/* A copy of `old` in which what is set in `with` replaces what was; see mfw_change_rule_replace. */
int rule_new_with(const struct rule *old, const struct mfw_rule *with, const enum mfw_mode *mode,
		  struct rule **ret, struct mfw_err **err);
/* An empty one, with one reference; NULL without memory. */
struct rule *rule_alloc(void);
struct rule *rule_ref(struct rule *rule);
void rule_unref(struct rule *rule);

/* Replaces one of the rule's texts by a copy (NULL: none). 0 or -ENOMEM. */
int rule_set_text(const char **member, const char *text);

/* The kind of match that spec has; 0 for none, -1 for several. ret_text may be NULL. */
int rule_match_kind(const struct mfw_rule *spec, const char **ret_text);
/* The member of pub that holds the text of a match of that kind. */
const char **rule_match_text(struct rule *rule, enum match_kind kind);

struct program *program_new(const char *pin, const unsigned char hash[PROGRAM_HASH_LEN],
			    uint32_t id);
void program_hex(const unsigned char hash[PROGRAM_HASH_LEN], char ret[PROGRAM_HEX_LEN + 1]);
struct program *program_ref(struct program *program);
void program_unref(struct program *program);

DEFINE_CLEANUP(rule_cleanup, struct rule *, rule_unref)
#define cleanup_rule cleanup(rule_cleanup_p)
DEFINE_CLEANUP(program_cleanup, struct program *, program_unref)
#define cleanup_program cleanup(program_cleanup_p)

#endif
