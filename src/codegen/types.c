/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * .BTF and .BTF.ext of the object. Structures need no more than a forward declaration: the linker
 * takes their members from the matchers' objects. btf__add_*() return an id, or a negative errno
 * which can be ENOMEM only, as ids and names are ours; it is noticed once, at the end, by `bad`.
 */
#include "codegen/codegen.h"
#include "codegen/image.h"
#include "codegen/room.h"

#include <errno.h>
#include <mfw/list.h>
#include <string.h>

struct types {
	struct btf *btf;
	bool bad;
	int int_, unsigned_, wide, char_, byte, index, skb, pkt, const_pkt, view, const_view, text;
	int number, value, const_value, any, address, list, room;
};

static int note(struct types *t, int id)
{
	t->bad |= id < 0;
	return id;
}

/* A pointer to a structure, or to a const one. */
static int add_pointer(struct types *t, const char *name, bool is_const)
{
	int id = note(t, btf__add_fwd(t->btf, name, BTF_FWD_STRUCT));

	if (is_const)
		id = note(t, btf__add_const(t->btf, id));
	return note(t, btf__add_ptr(t->btf, id));
}

static void add_base(struct types *t)
{
	t->int_ = note(t, btf__add_int(t->btf, "int", 4, BTF_INT_SIGNED));
	t->unsigned_ = note(t, btf__add_int(t->btf, "unsigned int", 4, 0));
	t->wide = note(t, btf__add_int(t->btf, "unsigned long long", 8, 0));
	t->char_ = note(t, btf__add_int(t->btf, "char", 1, BTF_INT_SIGNED));
	t->byte = note(t, btf__add_int(t->btf, "unsigned char", 1, 0));
	t->index = note(t, btf__add_int(t->btf, "__ARRAY_SIZE_TYPE__", 4, 0));
	t->skb = add_pointer(t, "__sk_buff", false);
	t->pkt = add_pointer(t, "mfw_pkt", false);
	t->const_pkt = add_pointer(t, "mfw_pkt", true);
	t->view = add_pointer(t, "mfw_view", false);
	t->const_view = add_pointer(t, "mfw_view", true);
	t->text = add_pointer(t, "mfw_text", true);
	t->value = add_pointer(t, "mfw_value", false);
	t->const_value = add_pointer(t, "mfw_value", true);
	t->any = note(t, btf__add_ptr(t->btf, 0));
	t->address = note(t, btf__add_const(t->btf, t->unsigned_));
	t->address = note(t, btf__add_ptr(t->btf, t->address));
	t->number = note(t, btf__add_int(t->btf, "unsigned long long", 8, 0));
	t->number = note(t, btf__add_ptr(t->btf, t->number));
}

static int add_proto(struct types *t)
{
	int id = note(t, btf__add_func_proto(t->btf, t->int_));

	note(t, btf__add_func_param(t->btf, "skb", t->skb));
	return id;
}

static int argument_type(const struct types *t, char letter)
{
	switch (letter) {
	case 's': return t->skb;
	case 'P': return t->pkt;
	case 'v': return t->const_view;
	case 'V': return t->view;
	case 't': return t->text;
	case 'm': return t->const_value;
	case 'M': return t->value;
	case 'l': return t->any;
	case 'a': return t->address;
	case 'i': return t->int_;
	default: return t->unsigned_;
	}
}

static void add_runtime(struct types *t, const struct runtime *runtime)
{
	int proto = note(t, btf__add_func_proto(t->btf, runtime->wide ? t->wide : t->int_));

	for (const char *arg = runtime->args; *arg; arg++)
		note(t, btf__add_func_param(t->btf, (char[]){*arg, 0}, argument_type(t, *arg)));
	note(t, btf__add_func(t->btf, runtime->name, BTF_FUNC_EXTERN, proto));
}

static void add_matcher(struct types *t, const struct matcher *matcher)
{
	char params[MFW_NAME_MAX + sizeof("_params")];
	int pointer = 0, proto;

	snprintf(params, sizeof(params), "%s_params", matcher->pub.name);
	if (matcher->params_len)
		pointer = add_pointer(t, params, true);
	proto = add_proto(t);
	note(t, btf__add_func_param(t->btf, "pkt", t->const_pkt));
	if (matcher->params_len)
		note(t, btf__add_func_param(t->btf, "p", pointer));
	note(t, btf__add_func(t->btf, matcher->pub.name, BTF_FUNC_EXTERN, proto));
}

/* What the function of a field sets; 0: nothing, it answers. */
static int result_type(const struct types *t, const struct field *field)
{
	switch (field->type) {
	case FIELD_BOOL: return 0;
	case FIELD_INT: return t->number;
	default: return field->made ? t->value : t->view;
	}
}

static void add_field(struct types *t, const struct field *field)
{
	int result = result_type(t, field), proto = add_proto(t);

	note(t, btf__add_func_param(t->btf, "pkt", t->const_pkt));
	if (result)
		note(t, btf__add_func_param(t->btf, "v", result));
	note(t, btf__add_func(t->btf, field->function, BTF_FUNC_EXTERN, proto));
}

static void add_functions(struct types *t, const struct code *code)
{
	for (size_t i = 0; i < CODE_COUNT(code->functions, struct code_function); i++) {
		const struct code_function *f = CODE_AT(code->functions, struct code_function, i);

		if (f->field)
			add_field(t, f->field);
		else if (f->matcher)
			add_matcher(t, f->matcher);
		else
			add_runtime(t, runtime_at(f->runtime));
	}
}

/* ---- maps: what libbpf reads from their types ---- */

/* int (*name)[n]: the number stands in the type. */
struct map_number {
	const char *name;
	unsigned n;
};

static const struct map_number list_numbers[] = {
	{"type", BPF_MAP_TYPE_ARRAY_OF_MAPS},
	{"max_entries", 1},
	{"key_size", sizeof(uint32_t)},
};
static const struct map_number generation_numbers[] = {
	{"type", BPF_MAP_TYPE_ARRAY},
	{"max_entries", 1},
	{"key_size", sizeof(uint32_t)},
	{"value_size", MFW_LIST_CHUNK},
	{"map_flags", BPF_F_INNER_MAP | BPF_F_MMAPABLE},
};
static const struct map_number room_numbers[] = {
	{"type", BPF_MAP_TYPE_PERCPU_ARRAY},
	{"max_entries", 1},
	{"key_size", sizeof(uint32_t)},
	{"value_size", ROOMS * sizeof(struct room)},
};
_Static_assert(ARRAY_SIZE(list_numbers) * 8 == IMAGE_LIST_LEN, "a list's map has that type");
_Static_assert(ARRAY_SIZE(room_numbers) * 8 == IMAGE_ROOM_LEN, "the room has that type");

#define NUMBERS_MAX 5

/* values: the type of the maps in it; 0: it is no map of maps. */
static int add_map_type(struct types *t, const struct map_number *numbers, size_t n, int values)
{
	int members[NUMBERS_MAX], id;

	for (size_t i = 0; i < n; i++)
		members[i] = note(
			t, btf__add_ptr(t->btf, note(t, btf__add_array(t->btf, t->index, t->int_,
								       numbers[i].n))));
	if (values)
		values = note(t, btf__add_array(t->btf, t->index,
						note(t, btf__add_ptr(t->btf, values)), 0));
	id = note(t, btf__add_struct(t->btf, NULL, (uint32_t)n * 8));
	for (size_t i = 0; i < n; i++)
		t->bad |= btf__add_field(t->btf, numbers[i].name, members[i], (uint32_t)i * 64,
					 0) != 0;
	if (values)
		t->bad |= btf__add_field(t->btf, "values", values, (uint32_t)n * 64, 0) != 0;
	return id;
}

static void add_map_types(struct types *t)
{
	int generation = add_map_type(t, generation_numbers, ARRAY_SIZE(generation_numbers), 0);

	t->list = add_map_type(t, list_numbers, ARRAY_SIZE(list_numbers), generation);
	t->room = add_map_type(t, room_numbers, ARRAY_SIZE(room_numbers), 0);
}

static int add_var(struct types *t, const struct image_var *var)
{
	int linkage = var->local ? BTF_VAR_STATIC : BTF_VAR_GLOBAL_ALLOCATED, array;

	if (var->section == IMAGE_MAPS)
		return note(t, btf__add_var(t->btf, var->name, linkage,
					    var->len == IMAGE_ROOM_LEN ? t->room : t->list));
	array = note(t,
		     btf__add_array(t->btf, t->index, var->chars ? t->char_ : t->byte, var->len));
	if (var->section == IMAGE_RODATA)
		array = note(t, btf__add_const(t->btf, array));
	return note(t, btf__add_var(t->btf, var->name, linkage, array));
}

/* The section's variables, which must be in the types before. */
static void add_datasec(struct types *t, const struct image *image, const int *ids,
			enum image_section section)
{
	if (!image->bytes[section].len)
		return;
	note(t, btf__add_datasec(t->btf, image_section_name(section), image->bytes[section].len));
	for (size_t i = 0; i < CODE_COUNT(image->vars, struct image_var); i++) {
		const struct image_var *var = CODE_AT(image->vars, struct image_var, i);

		if (var->section == section)
			note(t, btf__add_datasec_var_info(t->btf, ids[i], var->offset, var->len));
	}
}

static int add_data(struct types *t, const struct image *image)
{
	size_t n = CODE_COUNT(image->vars, struct image_var);
	cleanup_free int *ids = calloc(n, sizeof(*ids));

	if (!ids)
		return -ENOMEM;
	if (image->bytes[IMAGE_MAPS].len)
		add_map_types(t);
	for (size_t i = 0; i < n; i++)
		ids[i] = add_var(t, CODE_AT(image->vars, struct image_var, i));
	add_datasec(t, image, ids, IMAGE_LICENSE);
	add_datasec(t, image, ids, IMAGE_RODATA);
	add_datasec(t, image, ids, IMAGE_MAPS);
	add_datasec(t, image, ids, IMAGE_DATA);
	return 0;
}

int image_add_types(struct image *image, const struct code *code)
{
	struct types t = {.btf = btf__new_empty()};

	image->btf = t.btf;
	if (!t.btf || btf__set_endianness(t.btf, BTF_LITTLE_ENDIAN))
		return -ENOMEM;
	add_base(&t);
	image->main_func =
		note(&t, btf__add_func(t.btf, CODEGEN_PROGRAM, BTF_FUNC_GLOBAL, add_proto(&t)));
	add_functions(&t, code);
	if (add_data(&t, image))
		return -ENOMEM;
	return t.bad ? -ENOMEM : 0;
}

/* The layout of .BTF.ext: a header, then func_info and line_info, each with one section's records.
 */
struct ext_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t hdr_len;
	uint32_t func_off, func_len, line_off, line_len;
};

struct ext_func {
	uint32_t rec_size, section, n, insn_off, type_id;
};

struct ext_line_head {
	uint32_t rec_size, section, n;
};

/* Sets can be long; the beginning says which part it is. */
#define LINE_TEXT_MAX 160

static int line_text(const struct expr *expr, struct buf *text)
{
	if (expr_print(expr, text))
		return -ENOMEM;
	if (text->len <= LINE_TEXT_MAX)
		return 0;
	text->len = LINE_TEXT_MAX;
	return buf_add_str(text, "...");
}

static int add_line(struct image *image, const struct code_line *line, int file)
{
	cleanup_buf struct buf text = {};
	struct bpf_line_info info = {
		.insn_off = line->insn * sizeof(struct bpf_insn),
		.file_name_off = file,
		.line_col = 1 << 10 | 1,
	};
	int at;

	if (line_text(line->expr, &text))
		return -ENOMEM;
	at = btf__add_str(image->btf, text.data);
	if (at < 0)
		return -ENOMEM;
	info.line_off = at;
	return buf_add(&image->bytes[IMAGE_BTF_EXT], &info, sizeof(info));
}

static int add_ext_heads(struct image *image, uint32_t n_lines, int section)
{
	const struct ext_func func = {sizeof(struct bpf_func_info), section, 1, 0,
				      image->main_func};
	const struct ext_line_head lines = {sizeof(struct bpf_line_info), section, n_lines};
	const struct ext_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.func_len = sizeof(func),
		.line_off = sizeof(func),
		.line_len = sizeof(lines) + n_lines * sizeof(struct bpf_line_info),
	};
	struct buf *out = &image->bytes[IMAGE_BTF_EXT];

	if (buf_add(out, &header, sizeof(header)) || buf_add(out, &func, sizeof(func)))
		return -ENOMEM;
	return buf_add(out, &lines, sizeof(lines));
}

/* Adds strings to the types, so .BTF is taken here. */
int image_add_btf_ext(struct image *image, const struct code *code)
{
	size_t n = CODE_COUNT(code->lines, struct code_line);
	int section = btf__add_str(image->btf, image_section_name(IMAGE_CODE));
	int file = btf__add_str(image->btf, "expression");
	const void *btf;
	uint32_t len;

	if (section < 0 || file < 0 || add_ext_heads(image, n, section))
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (add_line(image, CODE_AT(code->lines, struct code_line, i), file))
			return -ENOMEM;
	btf = btf__raw_data(image->btf, &len);
	return btf ? buf_add(&image->bytes[IMAGE_BTF], btf, len) : -ENOMEM;
}
