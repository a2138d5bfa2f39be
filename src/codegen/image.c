/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data and symbols of the object. */
#include "codegen/image.h"
#include "codegen/codegen.h"
#include "codegen/room.h"

#include <errno.h>
#include <string.h>

#define MEMBER_ALIGN 8
/* Relocations of BPF that glibc's <elf.h> does not name. */
#define R_BPF_64_64_ 1
#define R_BPF_64_32_ 10

const char *image_section_name(enum image_section section)
{
	static const char *const names[IMAGE_N] = {
		[IMAGE_STRTAB] = ".strtab",  [IMAGE_SYMTAB] = ".symtab",
		[IMAGE_CODE] = "socket",     [IMAGE_RELOCS] = ".relsocket",
		[IMAGE_BTF] = ".BTF",        [IMAGE_BTF_EXT] = ".BTF.ext",
		[IMAGE_LICENSE] = "license", [IMAGE_RODATA] = ".rodata",
		[IMAGE_MAPS] = ".maps",      [IMAGE_DATA] = ".data",
	};

	return names[section];
}

unsigned image_section_number(const struct image *image, enum image_section section)
{
	bool optional = section == IMAGE_MAPS || section == IMAGE_DATA;

	if (optional && !image->bytes[section].len)
		return 0;
	return section - (section > IMAGE_MAPS && !image->bytes[IMAGE_MAPS].len);
}

const char *image_function(const struct code_function *function)
{
	return function->field     ? function->field->function
	       : function->matcher ? function->matcher->pub.name
				   : runtime_at(function->runtime)->name;
}

static int add_var(struct image *image, struct image_var var, const void *data)
{
	static const char zeros[MEMBER_ALIGN];
	struct buf *bytes = &image->bytes[var.section];

	if (buf_add(bytes, zeros, -bytes->len % MEMBER_ALIGN))
		return -ENOMEM;
	var.offset = bytes->len;
	if (buf_add(bytes, data, var.len))
		return -ENOMEM;
	return buf_add(&image->vars, &var, sizeof(var));
}

static int add_datas(struct image *image, const struct code *code)
{
	for (size_t i = 0; i < CODE_COUNT(code->datas, struct code_data); i++) {
		const struct code_data *data = CODE_AT(code->datas, struct code_data, i);
		struct image_var var = {
			.section = data->read_only ? IMAGE_RODATA : IMAGE_DATA,
			.len = data->bytes.len,
			.local = true,
		};

		snprintf(var.name, sizeof(var.name), "mfw_data_%zu", i);
		if (add_var(image, var, data->bytes.data))
			return -ENOMEM;
	}
	return 0;
}

/* What a map is like stands in its type (types.c); here are as many zeros as that has bytes. */
static int add_maps(struct image *image, const struct code *code)
{
	static const char zeros[IMAGE_ROOM_LEN];

	for (size_t i = 0; i < CODE_COUNT(code->maps, struct code_map); i++) {
		const struct code_map *map = CODE_AT(code->maps, struct code_map, i);
		struct image_var var = {.section = IMAGE_MAPS,
					.len = map->list ? IMAGE_LIST_LEN : IMAGE_ROOM_LEN};

		if (map->list)
			codegen_list_map(map->list, map->shared, var.name);
		else
			snprintf(var.name, sizeof(var.name), ROOM_MAP);
		if (add_var(image, var, zeros))
			return -ENOMEM;
	}
	return 0;
}

static int add_text(struct image *image, enum image_section section, const char *name,
		    const char *text)
{
	struct image_var var = {.section = section, .len = strlen(text) + 1, .chars = true};

	snprintf(var.name, sizeof(var.name), "%s", name);
	return add_var(image, var, text);
}

/* The code's data comes first, datas[i] is vars[i], and then its maps. */
int image_add_data(struct image *image, const struct code *code, const char *source)
{
	if (add_datas(image, code) || add_maps(image, code) ||
	    add_text(image, IMAGE_LICENSE, "_license", "GPL") ||
	    add_text(image, IMAGE_RODATA, "bpf_metadata_mfw_match", source))
		return -ENOMEM;
	return add_text(image, IMAGE_RODATA, "bpf_metadata_mfw_version", MFW_VERSION);
}

static int add_symbol(struct image *image, const char *name, Elf64_Sym symbol)
{
	symbol.st_name = image->bytes[IMAGE_STRTAB].len;
	if (buf_add(&image->bytes[IMAGE_STRTAB], name, strlen(name) + 1))
		return -ENOMEM;
	return buf_add(&image->bytes[IMAGE_SYMTAB], &symbol, sizeof(symbol));
}

static int add_var_symbols(struct image *image, bool local)
{
	for (size_t i = 0; i < CODE_COUNT(image->vars, struct image_var); i++) {
		const struct image_var *var = CODE_AT(image->vars, struct image_var, i);
		unsigned char bind = local ? STB_LOCAL : STB_GLOBAL;
		Elf64_Sym symbol = {
			.st_info = ELF64_ST_INFO(bind, STT_OBJECT),
			.st_shndx = image_section_number(image, var->section),
			.st_value = var->offset,
			.st_size = var->len,
		};

		if (var->local == local && add_symbol(image, var->name, symbol))
			return -ENOMEM;
	}
	return 0;
}

static int add_reloc(struct image *image, uint32_t insn, size_t symbol, unsigned type)
{
	Elf64_Rel rel = {
		.r_offset = (uint64_t)insn * sizeof(struct bpf_insn),
		.r_info = ELF64_R_INFO(symbol, type),
	};

	return buf_add(&image->bytes[IMAGE_RELOCS], &rel, sizeof(rel));
}

/* first: the symbol of number 0 of each kind. */
static int add_relocs(struct image *image, const struct code *code, const size_t *first)
{
	for (size_t i = 0; i < CODE_COUNT(code->relocs, struct code_reloc); i++) {
		const struct code_reloc *reloc = CODE_AT(code->relocs, struct code_reloc, i);

		if (add_reloc(image, reloc->insn, first[reloc->kind] + reloc->index,
			      reloc->kind == RELOC_CALL ? R_BPF_64_32_ : R_BPF_64_64_))
			return -ENOMEM;
	}
	return 0;
}

static int add_functions(struct image *image, const struct code *code)
{
	const Elf64_Sym external = {.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE)};

	for (size_t i = 0; i < CODE_COUNT(code->functions, struct code_function); i++)
		if (add_symbol(image,
			       image_function(CODE_AT(code->functions, struct code_function, i)),
			       external))
			return -ENOMEM;
	return 0;
}

int image_add_symbols(struct image *image, const struct code *code)
{
	const Elf64_Sym program = {
		.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
		.st_shndx = IMAGE_CODE,
		.st_size = code->insns.len,
	};
	/* The data's stand behind the null symbol, the maps' behind the program's. */
	size_t first[] = {[RELOC_DATA] = 1, [RELOC_MAP] = 0, [RELOC_CALL] = 0};

	if (add_symbol(image, "", (Elf64_Sym){}) || add_var_symbols(image, true))
		return -ENOMEM;
	image->n_local = CODE_COUNT(image->bytes[IMAGE_SYMTAB], Elf64_Sym);
	first[RELOC_MAP] = image->n_local + 1;
	if (add_symbol(image, CODEGEN_PROGRAM, program) || add_var_symbols(image, false))
		return -ENOMEM;
	first[RELOC_CALL] = CODE_COUNT(image->bytes[IMAGE_SYMTAB], Elf64_Sym);
	if (add_functions(image, code))
		return -ENOMEM;
	return add_relocs(image, code, first);
}

int image_fill(struct image *image, const struct code *code, const char *source)
{
	if (image_add_data(image, code, source) || image_add_symbols(image, code) ||
	    image_add_types(image, code))
		return -ENOMEM;
	return image_add_btf_ext(image, code);
}

void image_clear(struct image *image)
{
	for (int i = 0; i < IMAGE_N; i++)
		buf_clear(&image->bytes[i]);
	buf_clear(&image->vars);
	btf__free(image->btf);
	*image = (struct image){};
}
