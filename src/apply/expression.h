/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An expression on its way to a program. */
#ifndef APPLY_EXPRESSION_H
#define APPLY_EXPRESSION_H

#include "apply/context.h"
#include "codegen/codegen.h"

/* {} is an empty one. */
struct expression {
	struct expr *written;
	struct expr *folded; /* what is compiled */
	struct buf text;     /* of what was written, canonical */
	struct codegen_input input;
	/* What is looked into: maps' names in the object, slots, and their numbers. */
	struct prog_map *maps;
	uint32_t *map_ids;
	size_t n_maps;
};

/* Parses and folds. Errors: as expr_parse(), node.file. */
int expression_open(struct mfw *mfw, const char *text, struct expression *ret,
		    struct mfw_err **err);
/*
 * Opens what is known about the addresses that it asks about, to be looked into by its program.
 * trial: the data that was given when the library was opened goes before, and where there is none
 * nothing is known; otherwise it is what is loaded, or refused. Errors: geo.*, bpf.*.
 */
int expression_bind(struct mfw *mfw, struct expression *e, bool trial, struct mfw_err **err);
void expression_clear(struct expression *e);

#define cleanup_expression cleanup(expression_clear)

#endif
