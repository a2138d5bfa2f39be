/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an expression answers for a packet, plainly: the reference that programs are held against.
 * It follows expr.h and model/field.h sentence by sentence, on the tree as it was written, and
 * knows nothing of folding, order or instructions.
 */
#ifndef EXPR_EVAL_H
#define EXPR_EVAL_H

#include "expr/eval_packet.h"
#include "expr/expr.h"

/* What packets alone do not say. Any function may be NULL: then nothing is known of its kind. */
struct eval_hooks {
	void *ctx;
	/*
	 * The answer to a test or comparison of a matcher, or of a field that a matcher offers, for
	 * this packet. 0, or -errno with *err. NULL: refused, with kind eval.matcher.
	 */
	int (*matcher)(void *ctx, const struct expr *leaf, const struct eval_packet *packet,
		       bool *ret, struct mfw_err **err);
	/* Whether a list has an address; a name, exactly. NULL: lists are empty. */
	bool (*list_has_ip)(void *ctx, const char *list, bool shared, const struct ip *ip);
	bool (*list_has_name)(void *ctx, const char *list, bool shared, const void *name,
			      size_t len);
	/* The country of an address, as the data set writes it, or NULL: none is known. */
	const char *(*country)(void *ctx, const struct ip *ip);
	/* Its autonomous system number; false: none is known. */
	bool (*asnum)(void *ctx, const struct ip *ip, uint32_t *ret);
	/* The text of a FIELD_OF_NODE, or NULL: the node has none. */
	const char *(*node)(void *ctx, const struct field *field);
};

/*
 * bytes: from the IP header's first one to the last one that was found. Errors: eval.matcher,
 * ENOMEM, those of hooks->matcher.
 */
int eval(const struct expr *expr, const uint8_t *bytes, size_t len, const struct eval_hooks *hooks,
	 bool *ret, struct mfw_err **err);
/* Whether the expression asks a matcher, or compares what one has found. */
bool eval_asks_matcher(const struct expr *expr);

#endif
