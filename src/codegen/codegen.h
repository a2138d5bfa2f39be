/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a typed tree to a relocatable eBPF object with one socket-filter program, linked with the
 * matchers that the tree calls and with what it needs of bpf/lib. No privilege, no global state.
 *
 * The program returns 1 for a match, 0 otherwise, and carries its source in the .rodata strings
 * bpf_metadata_mfw_match (canonical text, all of it: what is listed and saved is read from there)
 * and bpf_metadata_mfw_version.
 */
#ifndef CODEGEN_CODEGEN_H
#define CODEGEN_CODEGEN_H

#include "base/buf.h"
#include "expr/expr.h"

#define CODEGEN_IDENTITY_LEN 16

/*
 * A list's map in the object: a map of maps with one place, which has the list as mfw/list.h
 * describes it. With nothing there the program matches nothing.
 */
#define CODEGEN_MAP_LEN 96
void codegen_list_map(const char *list, bool shared, char ret[CODEGEN_MAP_LEN]);
/* Most lists that one expression can name; those named twice count once. */
#define CODEGEN_LISTS_MAX 8

/* The program's name in the object: what is loaded of it. */
#define CODEGEN_PROGRAM "mfw_main"

struct codegen_input {
	/* What is asked, by expr_fold() or not. */
	const struct expr *expr;
	/* The canonical text of what was asked, before expr_fold(); NULL: expr's. */
	const char *source;
	/* What expr was parsed of, for the places of errors; NULL: they have none. */
	const char *written;
	/* Directories with ':' between them; DIR/lib/NAME.bpf.o are the functions of bpf/lib. */
	const char *path;
	/* Numbers of the maps that it will be bound to: part of what the program is. */
	const uint32_t *maps;
	size_t n_maps;
};

/*
 * What the object is made of, as a hash: both texts, digests of the matchers' objects, versions of
 * the generator and of the library. Equal identities are equal programs. 0 or -ENOMEM.
 */
int codegen_identity(const struct codegen_input *input, unsigned char ret[CODEGEN_IDENTITY_LEN]);
/* The ELF object. Errors: codegen.link, codegen.unsupported, codegen.too_long, ENOMEM. */
int codegen_object(const struct codegen_input *input, struct buf *ret, struct mfw_err **err);
/*
 * What codegen_object() refuses of the expression, the same errors in the order of the text. 0 also
 * with some; -ENOMEM.
 */
int codegen_check(const struct codegen_input *input, struct err_list *errors);

/* What a program is made of, for people. */
struct codegen_summary {
	size_t insns; /* of the program itself, without what is linked */
	/* What is linked, names with ", " between them; empty: nothing. */
	struct buf matchers;
	struct buf library; /* of bpf/lib */
};

/* Errors as codegen_object(). */
int codegen_summarize(const struct codegen_input *input, struct codegen_summary *ret,
		      struct mfw_err **err);
void codegen_summary_clear(struct codegen_summary *summary);

#endif
