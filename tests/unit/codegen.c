/* SPDX-License-Identifier: GPL-2.0-or-later */
/* codegen MATCHERS FIXTURES: what the objects are, short of loading them. */
#include "codegen/codegen.h"
#include "catalog/catalog.h"
#include "expr/tree.h"
#include "test.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <mfw/list.h>
#include <pthread.h>
#include <string.h>

static char *path;

static const struct matcher *find(void *ctx, const char *name, struct mfw_err **err)
{
	bool missing;

	return catalog_find(ctx, name, &missing, err);
}

/* The same with what is not being tested filled in. */
static int make_object(const struct expr *expr, struct buf *ret, struct mfw_err **err)
{
	const struct codegen_input input = {.expr = expr, .path = TEST_PATH};

	return codegen_object(&input, ret, err);
}

static int make_identity(const struct expr *expr, unsigned char *ret)
{
	const struct codegen_input input = {.expr = expr, .path = TEST_PATH};

	return codegen_identity(&input, ret);
}

static const struct field *find_field(void *ctx, const char *name)
{
	(void)ctx;
	return field_find(name);
}

static struct expr *parse(struct catalog *catalog, const char *text)
{
	const struct scheme scheme = {.ctx = catalog, .field = find_field, .matcher = find};
	struct expr *expr = NULL;

	assert_int_equal(expr_parse(text, &scheme, &expr, NULL), 0);
	return expr;
}

static struct catalog *open_catalog(void)
{
	struct catalog *catalog = NULL;

	assert_int_equal(catalog_new(path, &catalog, NULL), 0);
	return catalog;
}

/* The text of a variable in .rodata. */
static const char *metadata(struct bpf_object *object, const char *name)
{
	const struct btf *btf = bpf_object__btf(object);
	const struct btf_type *sec =
		btf__type_by_id(btf, btf__find_by_name_kind(btf, ".rodata", BTF_KIND_DATASEC));
	struct bpf_map *map;
	size_t len;

	bpf_object__for_each_map (map, object) {
		if (!strstr(bpf_map__name(map), ".rodata"))
			continue;
		for (int i = 0; i < btf_vlen(sec); i++) {
			const struct btf_var_secinfo *var = &btf_var_secinfos(sec)[i];
			uint32_t off = btf__type_by_id(btf, var->type)->name_off;

			if (!strcmp(btf__name_by_offset(btf, off), name))
				return (const char *)bpf_map__initial_value(map, &len) +
				       var->offset;
		}
	}
	return "";
}

static void assert_object(struct catalog *catalog, const char *text)
{
	cleanup_expr struct expr *expr = parse(catalog, text);
	cleanup_buf struct buf object = {};
	struct bpf_program *program;
	struct bpf_object *opened;

	assert_int_equal(make_object(expr, &object, NULL), 0);
	opened = bpf_object__open_mem(object.data, object.len, NULL);
	assert_non_null(opened);
	program = bpf_object__next_program(opened, NULL);
	assert_string_equal(bpf_program__name(program), CODEGEN_PROGRAM);
	assert_int_equal(bpf_program__type(program), BPF_PROG_TYPE_SOCKET_FILTER);
	assert_null(bpf_object__next_program(opened, program));
	assert_string_equal(metadata(opened, "bpf_metadata_mfw_match"), text);
	assert_string_equal(metadata(opened, "bpf_metadata_mfw_version"), MFW_VERSION);
	bpf_object__close(opened);
}

static void makes_objects(void **state)
{
	struct catalog *catalog = open_catalog();

	(void)state;
	assert_object(catalog, "true");
	assert_object(catalog, "not false");
	assert_object(catalog, "plain");
	assert_object(catalog, "not kinds(u32=5)");
	assert_object(catalog, "suffix(bytes=\"xyzzy\")");
	catalog_free(catalog);
}

/* The same bytes for the same tree, others for another. */
static void is_reproducible(void **state)
{
	struct catalog *catalog = open_catalog();
	cleanup_expr struct expr *a = parse(catalog, "suffix(bytes=\"x\")");
	cleanup_expr struct expr *b = parse(catalog, "(suffix(bytes=78:79))");
	cleanup_expr struct expr *c = parse(catalog, "(suffix( bytes = \"\\x78\" ))");
	unsigned char id_a[CODEGEN_IDENTITY_LEN], id_b[sizeof(id_a)], id_c[sizeof(id_a)];
	cleanup_buf struct buf object_a = {}, object_c = {};

	(void)state;
	assert_int_equal(make_identity(a, id_a), 0);
	assert_int_equal(make_identity(b, id_b), 0);
	assert_int_equal(make_identity(c, id_c), 0);
	assert_memory_not_equal(id_a, id_b, sizeof(id_a));
	assert_memory_equal(id_a, id_c, sizeof(id_a));
	assert_int_equal(make_object(a, &object_a, NULL), 0);
	assert_int_equal(make_object(c, &object_c, NULL), 0);
	assert_int_equal(object_a.len, object_c.len);
	assert_memory_equal(object_a.data, object_c.data, object_a.len);
	catalog_free(catalog);
}

/* An identity covers the object that is linked, not only its name. */
static void identity_has_digest(void **state)
{
	struct catalog *catalog = open_catalog();
	cleanup_expr struct expr *expr = parse(catalog, "plain");
	unsigned char before[CODEGEN_IDENTITY_LEN], after[sizeof(before)];
	struct matcher changed = *expr->value->matcher;

	(void)state;
	assert_int_equal(make_identity(expr, before), 0);
	changed.digest[0]++;
	expr->value->matcher = &changed;
	assert_int_equal(make_identity(expr, after), 0);
	assert_memory_not_equal(before, after, sizeof(before));
	catalog_free(catalog);
}

static const char *node_text(void *ctx, const struct field *field)
{
	(void)field;
	return ctx;
}

/* What is asked of a list does not stand in the text. */
static void identity_has_node(void **state)
{
	static const char *const names[] = {"a", "b", "b"};
	struct catalog *catalog = open_catalog();
	unsigned char ids[ARRAY_SIZE(names)][CODEGEN_IDENTITY_LEN];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct scheme scheme = {.ctx = (void *)names[i], .node = node_text};
		cleanup_expr struct expr *expr = parse(catalog, "lower(node.name) in $x and sip");

		assert_int_equal(expr_fold(&expr, &scheme), 0);
		assert_int_equal(expr_fold(&expr, &scheme), 0);
		assert_int_equal(make_identity(expr, ids[i]), 0);
	}
	assert_memory_not_equal(ids[0], ids[1], sizeof(ids[0]));
	assert_memory_equal(ids[1], ids[2], sizeof(ids[0]));
	catalog_free(catalog);
}

static void refuses_changed_object(void **state)
{
	struct catalog *catalog = open_catalog();
	cleanup_expr struct expr *expr = parse(catalog, "plain");
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf object = {};
	struct matcher changed = *expr->value->matcher;

	(void)state;
	changed.digest[0]++;
	expr->value->matcher = &changed;
	assert_int_equal(make_object(expr, &object, &err), -ESTALE);
	assert_string_equal(mfw_err_kind(err), "codegen.link");
	assert_non_null(strstr(mfw_err_message(err), "has changed"));
	assert_null(object.data);
	changed.pub.path = "/nosuch/plain.bpf.o";
	assert_int_equal(make_object(expr, &object, &err), -ENOENT);
	catalog_free(catalog);
}

static void keeps_long_source(void **state)
{
	const char *match;
	struct bpf_object *opened;
	cleanup_buf struct buf object = {};
	struct expr *expr = calloc(1, sizeof(*expr));

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct expr *not = calloc(1, sizeof(*not ));

		not ->kind = EXPR_NOT;
		assert_int_equal(expr_add_operand(not, expr), 0);
		expr = not ;
	}
	assert_int_equal(make_object(expr, &object, NULL), 0);
	opened = bpf_object__open_mem(object.data, object.len, NULL);
	assert_non_null(opened);
	match = metadata(opened, "bpf_metadata_mfw_match");
	assert_int_equal(strlen(match), 20000 * strlen("not ") + strlen("false"));
	assert_memory_equal(match, "not not ", 8);
	bpf_object__close(opened);
	expr_free(expr);
}

/* Each part that there is no program of, once, with its place: what codegen_object() says first. */
static void finds_all_parts(void **state)
{
	static const char text[] =
		"ip.ttl == 1 or\nnode.name == \"x\"\n or not node.region == \"y\"";
	struct catalog *catalog = open_catalog();
	cleanup_expr struct expr *expr = parse(catalog, text);
	const struct codegen_input input = {.expr = expr, .path = TEST_PATH, .written = text};
	cleanup_err_list struct err_list errors = {};
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf object = {};
	unsigned line, column, length;

	(void)state;
	assert_int_equal(codegen_check(&input, &errors), 0);
	assert_int_equal(errors.n, 2);
	mfw_err_place(errors.items[1], &line, &column, &length);
	assert_int_equal(line, 3);
	assert_int_equal(column, 9);
	assert_int_equal(length, strlen("node.region == \"y\""));
	assert_int_equal(codegen_object(&input, &object, &err), -EOPNOTSUPP);
	assert_string_equal(mfw_err_message(err), mfw_err_message(errors.items[0]));
	mfw_err_place(err, &line, &column, &length);
	assert_int_equal(line, 2);
	assert_int_equal(column, 1);
	catalog_free(catalog);
}

static void assert_refused(struct catalog *catalog, const char *text, const char *kind,
			   const char *part)
{
	cleanup_expr struct expr *expr = parse(catalog, text);
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf object = {};

	assert_true(make_object(expr, &object, &err) < 0);
	assert_string_equal(mfw_err_kind(err), kind);
	assert_non_null(strstr(mfw_err_message(err), part));
	assert_null(object.data);
}

/* What there are no programs of is refused, and the part of the expression named. */
static void refuses_parts(void **state)
{
	struct catalog *catalog = open_catalog();
	cleanup_buf struct buf text = {};

	(void)state;
	assert_refused(catalog, "ip.ttl == 1 or node.name in $bad", "codegen.unsupported",
		       "'node.name in $bad': this node has no configuration");
	assert_refused(catalog,
		       "ip.src in $a or ip.src in $b or ip.src in $c or ip.src in $d or ip.src in "
		       "$e or ip.src in $f or ip.src in $g or ip.src in $h or ip.dst in $shared.a",
		       "codegen.unsupported", "8 lists");
	assert_refused(catalog, "node.name == \"x\"", "codegen.unsupported",
		       "'node.name == \"x\"'");
	buf_add_str(&text, "udp contains \"");
	for (int i = 0; i < 257; i++)
		buf_add_str(&text, "x");
	buf_add_str(&text, "\"");
	assert_refused(catalog, text.data, "codegen.unsupported", "256 bytes");
	catalog_free(catalog);
}

/* More than a jump can leap over. */
static void refuses_long_ones(void **state)
{
	struct catalog *catalog = open_catalog();
	cleanup_buf struct buf text = {};

	(void)state;
	buf_add_str(&text, "sip");
	for (int i = 0; i < 2400; i++)
		buf_printf(&text, " or udp contains \"%x\"", i);
	assert_refused(catalog, text.data, "codegen.too_long", "several rules");
	catalog_free(catalog);
}

/* A list that is named twice is one map, which libbpf finds under its name. */
static void maps_of_lists(void **state)
{
	struct catalog *catalog = open_catalog();
	cleanup_expr struct expr *expr =
		parse(catalog, "ip.src in $bad and not ip.dst in $bad or udp in $shared.bad");
	cleanup_buf struct buf object = {};
	struct bpf_object *opened;
	struct bpf_map *map;
	size_t n = 0;

	(void)state;
	assert_int_equal(make_object(expr, &object, NULL), 0);
	opened = bpf_object__open_mem(object.data, object.len, NULL);
	assert_non_null(opened);
	bpf_object__for_each_map (map, opened)
		n += bpf_map__type(map) == BPF_MAP_TYPE_ARRAY_OF_MAPS;
	assert_int_equal(n, 2);
	map = bpf_object__find_map_by_name(opened, "mfw_list_bad");
	assert_non_null(map);
	map = bpf_map__inner_map(map);
	assert_int_equal(bpf_map__value_size(map), MFW_LIST_CHUNK);
	assert_int_equal(bpf_map__map_flags(map), BPF_F_INNER_MAP | BPF_F_MMAPABLE);
	assert_non_null(bpf_object__find_map_by_name(opened, "mfw_shared_bad"));
	bpf_object__close(opened);
	catalog_free(catalog);
}

/* The parts of an expression are the program's source lines. */
static void names_parts(void **state)
{
	static const char *const parts[] = {"tcp.dstport == 443", "udp contains \"x\"",
					    "ip.ttl < 5"};
	struct catalog *catalog = open_catalog();
	cleanup_expr struct expr *expr = NULL;
	cleanup_buf struct buf object = {};

	(void)state;
	expr = parse(catalog, "(tcp.dstport == 443 xor udp contains \"x\") and not ip.ttl lt 5");
	assert_int_equal(make_object(expr, &object, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		assert_non_null(memmem(object.data, object.len, parts[i], strlen(parts[i]) + 1));
	catalog_free(catalog);
}

static void *work(void *arg)
{
	struct catalog *catalog = NULL;
	const struct scheme scheme = {.matcher = find};
	struct scheme own = scheme;
	struct expr *expr = NULL;
	struct buf object = {};
	size_t bad = 0;

	(void)arg;
	bad += !!catalog_new(path, &catalog, NULL);
	own.ctx = catalog;
	bad += !!expr_parse("not suffix(bytes=\"xyzzy\")", &own, &expr, NULL);
	for (int i = 0; i < 30 && !bad; i++) {
		bad += !!make_object(expr, &object, NULL);
		buf_clear(&object);
	}
	expr_free(expr);
	catalog_free(catalog);
	return (void *)bad;
}

static void works_in_threads(void **state)
{
	pthread_t threads[4];
	void *bad;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		pthread_join(threads[i], &bad);
		assert_null(bad);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_objects),       cmocka_unit_test(is_reproducible),
		cmocka_unit_test(identity_has_digest), cmocka_unit_test(refuses_changed_object),
		cmocka_unit_test(refuses_parts),       cmocka_unit_test(refuses_long_ones),
		cmocka_unit_test(maps_of_lists),       cmocka_unit_test(names_parts),
		cmocka_unit_test(keeps_long_source),   cmocka_unit_test(works_in_threads),
		cmocka_unit_test(finds_all_parts),     cmocka_unit_test(identity_has_node),
	};

	if (argc != 3 || asprintf(&path, "%s:%s", argv[1], argv[2]) < 0)
		return 2;
	libbpf_set_print(NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
