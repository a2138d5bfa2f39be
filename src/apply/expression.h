/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An expression on its way to a program. */
#ifndef APPLY_EXPRESSION_H
#define APPLY_EXPRESSION_H

#include "apply/scope.h"
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
	struct scope_lists lists; /* that it names, as they are now */
};

/* Parses and folds, and opens the lists. Errors: as expr_parse(), node.file, list.*. */
int expression_open(struct scope *scope, const char *text, struct expression *ret,
		    struct mfw_err **err);
/*
 * Opens what its program looks into: what is known about the addresses that it asks about, and the
 * lists that it names. Errors: geo.*, bpf.*.
 */
int expression_bind(const struct scope *scope, struct expression *e, struct mfw_err **err);
void expression_clear(struct expression *e);

/*
 * expr_check(), and what there is no program of (codegen.*), as errors of the report. text: {}, the
 * canonical one unless there are errors; NULL: it is not wanted. 0 also with errors, or -ENOMEM.
 */
int expression_check(struct mfw *mfw, const struct scheme *scheme, const char *text,
		     struct expr_report *report, struct buf *ret_text);

#define cleanup_expression cleanup(expression_clear)

#endif
