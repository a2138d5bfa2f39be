/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a namespace holds of the tables that concern us: filled from the kernel, changed by a plan,
 * read by listings. The rules of a chain are read when they are first needed.
 */
#ifndef MODEL_VIEW_H
#define MODEL_VIEW_H

#include "model/rule.h"

/* The table that holds a customer's chains. */
#define CUSTOMER_TABLE "mfw"

struct chain {
	struct mfw_chain pub; /* owns its texts */
	uint8_t family;       /* NFPROTO_* */
	uint8_t hooknum;      /* with pub.hook */
	bool loaded;          /* rules are here */
	/* The kernel holds rules of this chain whose handles we do not know. */
	bool stale;
	struct rule **rules;
	size_t n_rules, cap_rules;
	void *refs;         /* tsearch() tree of struct rule by pub.ref */
	uint32_t last_made; /* highest N of the refs rN */
};

struct table {
	uint8_t family;
	char *name;
};

struct view {
	uint32_t genid; /* the ruleset's generation that this is */
	struct table *tables;
	size_t n_tables;
	struct chain **chains;
	size_t n_chains;
};

struct view *view_new(void);
void view_free(struct view *view);

bool view_has_table(const struct view *view, uint8_t family, const char *name);
int view_add_table(struct view *view, uint8_t family, const char *name);
/* The chain of that name, NULL if there is none. */
struct chain *view_find(const struct view *view, const char *name);
/* Takes the chain. 0 or -ENOMEM (the chain stays the caller's). */
int view_add_chain(struct view *view, struct chain *chain);
/* Takes the chain out: it is the caller's then. */
void view_take_chain(struct view *view, struct chain *chain);

/* Copies what pub has; 0 or -ENOMEM. */
int chain_new(const struct mfw_chain *pub, uint8_t family, struct chain **ret);
/*
 * A customer's chain of what pub says, checked, with the defaults filled in. Errors: family.*,
 * hook.*, chain.policy, chain.type.
 */
int chain_of_customer(const struct mfw_chain *pub, struct chain **ret, struct mfw_err **err);
void chain_free(struct chain *chain);
/* Puts the rule (one more reference) at index; SIZE_MAX: at the end. 0 or -ENOMEM. */
int chain_insert(struct chain *chain, size_t index, struct rule *rule);
void chain_remove(struct chain *chain, size_t index);
void chain_clear(struct chain *chain);
/* The rule with that ref; NULL. ret_index may be NULL. */
struct rule *chain_find(const struct chain *chain, const char *ref, size_t *ret_index);
/* A ref that no rule of the chain has: "r1", "r2", ... above the highest. */
void chain_make_ref(const struct chain *chain, char ret[16]);

DEFINE_CLEANUP(view_cleanup, struct view *, view_free)
#define cleanup_view cleanup(view_cleanup_p)
DEFINE_CLEANUP(chain_cleanup, struct chain *, chain_free)
#define cleanup_chain cleanup(chain_cleanup_p)

#endif
