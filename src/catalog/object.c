/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalog/object.h"

#include <errno.h>
#include <gelf.h>
#include <string.h>

#include "base/libbpf_words.h"
#include "base/siphash.h"

/* const, volatile and typedef upon each other; a ring of them ends here too. */
#define CHAIN_MAX 32

static bool is_bpf_object(Elf *elf)
{
	GElf_Ehdr header;

	return elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &header) &&
	       header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == ELFDATA2LSB &&
	       header.e_machine == EM_BPF && header.e_type == ET_REL;
}

static Elf_Scn *find_section(Elf *elf, const char *name, GElf_Shdr *ret)
{
	Elf_Scn *section = NULL;
	size_t strings;

	if (elf_getshdrstrndx(elf, &strings))
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		const char *found;

		if (!gelf_getshdr(section, ret))
			return NULL;
		found = elf_strptr(elf, strings, ret->sh_name);
		if (found && !strcmp(found, name))
			return section;
	}
	return NULL;
}

static int open_btf(struct object *object, struct mfw_err **err)
{
	GElf_Shdr header;
	Elf_Scn *section = find_section(object->elf, ".BTF", &header);
	Elf_Data *data = section ? elf_rawdata(section, NULL) : NULL;
	cleanup_buf struct buf words = {};

	LISTEN_TO_LIBBPF(&words);
	if (!data || !data->d_buf)
		return err_make(err, EINVAL, OBJECT_BROKEN,
				"expected a section .BTF, found none: compile it with -g");
	object->btf = btf__new(data->d_buf, data->d_size);
	if (!object->btf)
		return err_make(err, EINVAL, OBJECT_BROKEN, "its section .BTF is damaged: %s",
				strerror(errno));
	return 0;
}

int object_open(struct object *object, char *data, size_t len, struct mfw_err **err)
{
	struct object opened = {};
	int r;

	elf_version(EV_CURRENT);
	opened.elf = elf_memory(data, len);
	if (!opened.elf || !is_bpf_object(opened.elf)) {
		object_close(&opened);
		return err_make(
			err, EINVAL, OBJECT_BROKEN,
			"expected a relocatable ELF file for BPF (clang -target bpf -c), found "
			"something else");
	}
	r = open_btf(&opened, err);
	if (r)
		object_close(&opened);
	else
		*object = opened;
	return r;
}

void object_close(struct object *object)
{
	btf__free(object->btf);
	elf_end(object->elf);
	*object = (struct object){};
}

/* Debugging information, among it the tests' vectors, and what says which line is where. */
static bool is_beside_program(const char *section)
{
	return !strncmp(section, ".debug", 6) || !strncmp(section, ".rel.debug", 10) ||
	       !strcmp(section, ".BTF.ext") || !strcmp(section, ".rel.BTF.ext");
}

static int add_section(Elf *elf, size_t strings, Elf_Scn *section, struct siphash *sum)
{
	const char *name;
	GElf_Shdr header;
	Elf_Data *data;
	uint64_t about[4];

	if (!gelf_getshdr(section, &header))
		return -EINVAL;
	name = elf_strptr(elf, strings, header.sh_name);
	data = elf_rawdata(section, NULL);
	if (!name || !data)
		return -EINVAL;
	if (is_beside_program(name))
		return 0;
	about[0] = header.sh_type;
	about[1] = header.sh_link;
	about[2] = header.sh_info;
	about[3] = header.sh_size;
	siphash_add(sum, name, strlen(name) + 1);
	siphash_add(sum, about, sizeof(about));
	if (data->d_buf)
		siphash_add(sum, data->d_buf, data->d_size);
	return 0;
}

static int add_sections(Elf *elf, struct siphash *sum)
{
	Elf_Scn *section = NULL;
	size_t strings;
	int r = elf && !elf_getshdrstrndx(elf, &strings) ? 0 : -EINVAL;

	while (!r && (section = elf_nextscn(elf, section)))
		r = add_section(elf, strings, section, sum);
	return r;
}

/*
 * Not a cryptographic digest: objects are root's own, and it would be 40 % of the instructions of
 * adding a rule.
 */
void object_digest(char *data, size_t len, unsigned char ret[OBJECT_DIGEST_LEN])
{
	static const unsigned char key[16] = "mfw object";
	struct siphash sum;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_memory(data, len);
	siphash_init(&sum, key);
	if (add_sections(elf, &sum)) {
		/* No object at all, but still not another one. */
		siphash_init(&sum, key);
		siphash_add(&sum, data, len);
	}
	siphash_end(&sum, ret);
	elf_end(elf);
}

static bool find_symbol(const struct object *object, const char *name, GElf_Sym *ret)
{
	GElf_Shdr header;
	Elf_Scn *section = find_section(object->elf, ".symtab", &header);
	Elf_Data *data = section ? elf_getdata(section, NULL) : NULL;

	if (!data || header.sh_type != SHT_SYMTAB || header.sh_entsize != sizeof(Elf64_Sym))
		return false;
	for (size_t i = 0; i < data->d_size / sizeof(Elf64_Sym); i++) {
		const char *found;

		if (!gelf_getsym(data, i, ret))
			return false;
		found = elf_strptr(object->elf, header.sh_link, ret->st_name);
		if (found && !strcmp(found, name))
			return true;
	}
	return false;
}

const void *object_symbol(const struct object *object, const char *name, size_t len)
{
	Elf_Scn *section;
	Elf_Data *data;
	GElf_Sym symbol;

	if (!find_symbol(object, name, &symbol) || symbol.st_size != len)
		return NULL;
	section = elf_getscn(object->elf, symbol.st_shndx);
	data = section ? elf_rawdata(section, NULL) : NULL;
	if (!data || !data->d_buf || symbol.st_value > data->d_size ||
	    len > data->d_size - symbol.st_value)
		return NULL;
	return (const char *)data->d_buf + symbol.st_value;
}

const struct btf_type *object_type(const struct object *object, uint32_t *id)
{
	for (int i = 0; i < CHAIN_MAX; i++) {
		const struct btf_type *type = btf__type_by_id(object->btf, *id);

		if (!type || (!btf_is_mod(type) && !btf_is_typedef(type)))
			return type;
		*id = type->type;
	}
	return NULL;
}

const char *object_name(const struct object *object, uint32_t offset)
{
	const char *name = btf__str_by_offset(object->btf, offset);

	return name ? name : "";
}

bool object_points_to(const struct object *object, uint32_t id, const char *name, uint32_t *ret)
{
	const struct btf_type *type = object_type(object, &id);

	if (!type || !btf_is_ptr(type))
		return false;
	id = type->type;
	type = object_type(object, &id);
	if (!type || !btf_is_struct(type) || strcmp(object_name(object, type->name_off), name))
		return false;
	*ret = id;
	return true;
}

bool object_returns_int(const struct object *object, const struct btf_type *proto)
{
	uint32_t id = proto->type;
	const struct btf_type *type = object_type(object, &id);

	return type && btf_is_int(type) && type->size == sizeof(int);
}

const char *object_tag(const struct object *object, uint32_t type, int component, uint32_t *at)
{
	uint32_t n = btf__type_cnt(object->btf);

	while (++*at < n) {
		const struct btf_type *tag = btf__type_by_id(object->btf, *at);

		if (tag && btf_is_decl_tag(tag) && tag->type == type &&
		    btf_decl_tag(tag)->component_idx == component)
			return object_name(object, tag->name_off);
	}
	return NULL;
}
