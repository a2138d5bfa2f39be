/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a rule's match is made into: the hash of its program, and how to come by that. */
#ifndef APPLY_SOURCE_H
#define APPLY_SOURCE_H

#include "apply/expression.h"
#include "apply/state.h"

struct source {
	enum match_kind kind;
	const char *text; /* of the match */
	unsigned char hash[PROGRAM_HASH_LEN];
	struct expression expr; /* MATCH_EXPR */
	bool everything;        /* it matches all packets, and needs no program */
	bool keeps_state;       /* the program is one rule's only */
	struct state state;     /* of the matchers that the expression calls */
	struct buf object;      /* MATCH_OBJECT: the file's bytes */
	int fd;                 /* MATCH_OBJECT_PINNED: the user's program */
	char *origin;           /* for the two: the path, absolute */
};

#define SOURCE_NONE ((struct source){.fd = -1})

/*
 * text stays the caller's. customer: whose lists it names; NULL: nobody's. place NULL: what is
 * remembered is left out; where keeps_state is set, the hash is then none of a program's. Errors:
 * expr.*, matcher.*, list.*, object.*, bpf.*.
 */
int source_open(struct mfw *mfw, const char *customer, const struct state_place *place,
		enum match_kind kind, const char *text, struct source *ret, struct mfw_err **err);
/* A new descriptor of the program, which is not pinned yet. Errors: bpf.*, codegen.*. */
int source_load(struct source *source, int *ret_fd, struct mfw_err **err);
void source_clear(struct source *source);

/* What is kept of a source, for all rules of the same match. */
struct kept_source {
	enum match_kind kind;
	bool everything, keeps_state;
	bool tried; /* the kernel takes it */
	/* Its program, and what is pinned, once there is a link to it; 0: not yet. */
	uint32_t prog_id;
	uint64_t pin_id;
	unsigned char hash[PROGRAM_HASH_LEN];
	char *origin;
	char *canonical; /* MATCH_EXPR: the text as it is stored with the program */
	char *customer;  /* MATCH_EXPR that names one of his lists; otherwise NULL */
	const char *text;
	char room[]; /* of text */
};

/*
 * What the match is made into, without its place; opened once while mfw->keeps_sources is set,
 * since ten thousand rules can be of ten expressions. Errors as source_open().
 */
int source_keep(struct mfw *mfw, const char *customer, enum match_kind kind, const char *text,
		struct kept_source **ret, struct mfw_err **err);
void source_forget(struct mfw *mfw);

#define cleanup_source cleanup(source_clear)

#endif
