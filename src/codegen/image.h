/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The relocatable object in the making: bytes of its sections, its symbols, its types. Filled by
 * sections.c and types.c, written by elf.c.
 */
#ifndef CODEGEN_IMAGE_H
#define CODEGEN_IMAGE_H

#include <bpf/btf.h>
#include <elf.h>

#include "base/buf.h"
#include "base/err.h"
#include "codegen/code.h"
#include "codegen/codegen.h"

enum image_section {
	IMAGE_STRTAB = 1,
	IMAGE_SYMTAB,
	IMAGE_CODE,
	IMAGE_RELOCS,
	IMAGE_BTF,
	IMAGE_BTF_EXT,
	IMAGE_LICENSE,
	IMAGE_RODATA,
	IMAGE_MAPS, /* each of the two is absent when it is empty */
	IMAGE_DATA, /* what is lent to functions */
	IMAGE_N,
};

/* Bytes of the type of a list's map, and of the room's: pointers. */
#define IMAGE_LIST_LEN 24
#define IMAGE_ROOM_LEN 32

/* What ends up in a data section. */
struct image_var {
	enum image_section section;
	char name[CODEGEN_MAP_LEN];
	uint32_t offset, len;
	bool chars; /* text rather than bytes, for those who print it */
	bool local;
};

struct image {
	struct buf bytes[IMAGE_N]; /* [IMAGE_CODE] stays empty: it is code->insns */
	struct buf vars;           /* struct image_var */
	size_t n_local;            /* symbols before the first global one */
	struct btf *btf;
	int32_t main_func; /* its BTF id */
};

/* {} before; image_clear() after, also on failure. All: 0 or -ENOMEM. */
int image_fill(struct image *image, const struct code *code, const char *source);
/* The steps of image_fill(), in this order. */
int image_add_data(struct image *image, const struct code *code, const char *source);
int image_add_symbols(struct image *image, const struct code *code);
int image_add_types(struct image *image, const struct code *code);
int image_add_btf_ext(struct image *image, const struct code *code);

/* Writes the ELF file. Errors: codegen.link. */
int image_write(struct image *image, const struct code *code, int fd, struct mfw_err **err);
void image_clear(struct image *image);

/* The number of a section in the file; 0: it is absent. */
unsigned image_section_number(const struct image *image, enum image_section section);
/* The name of a section; of a function. */
const char *image_section_name(enum image_section section);
const char *image_function(const struct code_function *function);

#define cleanup_image cleanup(image_clear)

#endif
