/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a typed tree to a relocatable eBPF object with one socket-filter program, linked with the
 * matchers that the tree calls. Pure: no privilege, no global state.
 *
 * The program returns 1 for a match, 0 otherwise, and carries its source in the .rodata strings
 * bpf_metadata_mfw_match (canonical text, at most CODEGEN_SOURCE_MAX bytes, cut beyond) and
 * bpf_metadata_mfw_version.
 */
#ifndef CODEGEN_CODEGEN_H
#define CODEGEN_CODEGEN_H

#include "base/buf.h"
#include "expr/expr.h"

#define CODEGEN_SOURCE_MAX   15360
#define CODEGEN_IDENTITY_LEN 16

/* The program's name in the object: what is loaded of it. */
#define CODEGEN_PROGRAM "mfw_main"

/*
 * What the object is made of, as a hash: canonical text, digests of the matchers' objects, version
 * of the generator. Equal identities are equal programs. 0 or -ENOMEM.
 */
int codegen_identity(const struct expr *expr, unsigned char ret[CODEGEN_IDENTITY_LEN]);
/* The ELF object. Errors: codegen.link, codegen.unsupported, ENOMEM. */
int codegen_object(const struct expr *expr, struct buf *ret, struct mfw_err **err);

#endif
