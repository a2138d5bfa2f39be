/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The object's image as an ELF file. */
#include "codegen/image.h"

#include <errno.h>
#include <libelf.h>
#include <string.h>

struct shape {
	Elf64_Word type;
	Elf64_Xword flags;
	Elf64_Word link;
	Elf64_Xword entsize;
	Elf64_Xword align;
	Elf_Type data;
};

static const struct shape shapes[IMAGE_N] = {
	[IMAGE_STRTAB] = {SHT_STRTAB, 0, 0, 0, 1, ELF_T_BYTE},
	[IMAGE_SYMTAB] = {SHT_SYMTAB, 0, IMAGE_STRTAB, sizeof(Elf64_Sym), 8, ELF_T_SYM},
	[IMAGE_CODE] = {SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, 0, 8, ELF_T_BYTE},
	[IMAGE_RELOCS] = {SHT_REL, SHF_INFO_LINK, IMAGE_SYMTAB, sizeof(Elf64_Rel), 8, ELF_T_REL},
	[IMAGE_BTF] = {SHT_PROGBITS, 0, 0, 0, 8, ELF_T_BYTE},
	[IMAGE_BTF_EXT] = {SHT_PROGBITS, 0, 0, 0, 8, ELF_T_BYTE},
	[IMAGE_LICENSE] = {SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 0, 1, ELF_T_BYTE},
	[IMAGE_RODATA] = {SHT_PROGBITS, SHF_ALLOC, 0, 0, 8, ELF_T_BYTE},
	[IMAGE_MAPS] = {SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 0, 8, ELF_T_BYTE},
	[IMAGE_DATA] = {SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 0, 8, ELF_T_BYTE},
};

static const struct buf *section_bytes(const struct image *image, const struct code *code,
				       enum image_section section)
{
	return section == IMAGE_CODE ? &code->insns : &image->bytes[section];
}

static bool add_section(Elf *elf, const struct image *image, const struct code *code,
			enum image_section section, Elf64_Word name)
{
	const struct buf *bytes = section_bytes(image, code, section);
	const struct shape *shape = &shapes[section];
	Elf_Scn *scn = elf_newscn(elf);
	Elf_Data *data = scn ? elf_newdata(scn) : NULL;
	Elf64_Shdr *header = scn ? elf64_getshdr(scn) : NULL;

	if (!data || !header)
		return false;
	data->d_buf = bytes->data;
	data->d_size = bytes->len;
	data->d_type = shape->data;
	data->d_align = shape->align;
	data->d_version = EV_CURRENT;
	header->sh_name = name;
	header->sh_type = shape->type;
	header->sh_flags = shape->flags;
	header->sh_link = shape->link;
	header->sh_info = section == IMAGE_SYMTAB   ? image->n_local
			  : section == IMAGE_RELOCS ? (size_t)IMAGE_CODE
						    : 0;
	header->sh_entsize = shape->entsize;
	header->sh_addralign = shape->align;
	return true;
}

static bool add_header(Elf *elf)
{
	Elf64_Ehdr *header = elf64_newehdr(elf);

	if (!header)
		return false;
	header->e_ident[EI_DATA] = ELFDATA2LSB;
	header->e_machine = EM_BPF;
	header->e_type = ET_REL;
	header->e_version = EV_CURRENT;
	header->e_shstrndx = IMAGE_STRTAB;
	return true;
}

/* Section names stand in .strtab behind the symbols'; names[i] is where. */
static int name_sections(struct buf *strings, Elf64_Word *names)
{
	for (int i = IMAGE_STRTAB; i < IMAGE_N; i++) {
		const char *name = image_section_name(i);

		names[i] = strings->len;
		if (buf_add(strings, name, strlen(name) + 1))
			return -ENOMEM;
	}
	return 0;
}

/*
 * The sections' numbers are constants, so an empty .relsocket stays. The last two, which loaders
 * would mention when they are empty, can go.
 */
static bool add_sections(Elf *elf, const struct image *image, const struct code *code,
			 const Elf64_Word *names)
{
	for (int i = IMAGE_STRTAB; i < IMAGE_N; i++)
		if (image_section_number(image, i) && !add_section(elf, image, code, i, names[i]))
			return false;
	return true;
}

int image_write(struct image *image, const struct code *code, int fd, struct mfw_err **err)
{
	Elf64_Word names[IMAGE_N] = {};
	bool done;
	Elf *elf;

	if (name_sections(&image->bytes[IMAGE_STRTAB], names))
		return err_nomem(err);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_WRITE, NULL);
	done = elf && add_header(elf) && add_sections(elf, image, code, names) &&
	       elf_update(elf, ELF_C_WRITE) >= 0;
	elf_end(elf);
	if (done)
		return 0;
	return err_make(err, EIO, "codegen.link", "cannot write the program's object: %s",
			elf_errmsg(-1));
}
