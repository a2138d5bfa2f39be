/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vectors DIR: the matchers' own tests, for every object in DIR: alone, as a rule's expression, and
 * under `not`. Refuses a matcher that has too few of them, no docs, or too many instructions.
 */
#include "base/buf.h"
#include "catalog/catalog.h"
#include "catalog/object.h"
#include "codegen/codegen.h"
#include "run.h"

#include <mfw/packet.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define INSNS_MAX             5000
#define INSNS_MAX_WITH_REASON 50000

static int n_checks;
static bool failed;

static bool ERR_PRINTF(2, 3) check(bool good, const char *fmt, ...)
{
	va_list ap;

	printf("%s %d - ", good ? "ok" : "not ok", ++n_checks);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	failed |= !good;
	return good;
}

struct vectors {
	const struct matcher *matcher;
	struct buf file;
	struct object object;
	const unsigned char *data;
	size_t n, stride, params_at;
};

static const struct mfw_test *vector_test(const struct vectors *v, size_t i)
{
	return (const struct mfw_test *)(v->data + i * v->stride);
}

static const unsigned char *vector_params(const struct vectors *v, size_t i)
{
	return v->data + i * v->stride + v->params_at;
}

/* From the types of NAME_tests: an array of { struct mfw_test test; struct NAME_params params; } */
static bool find_vectors(struct vectors *v)
{
	const struct btf *btf = v->object.btf;
	const struct btf_type *type;
	char name[MFW_NAME_MAX + 16];
	uint32_t type_id;
	int id;

	snprintf(name, sizeof(name), "%s_tests", v->matcher->pub.name);
	id = btf__find_by_name_kind(btf, name, BTF_KIND_VAR);
	if (id < 0)
		return false;
	type_id = btf__type_by_id(btf, id)->type;
	type = object_type(&v->object, &type_id);
	if (!type || !btf_is_array(type))
		return false;
	v->n = btf_array(type)->nelems;
	type_id = btf_array(type)->type;
	type = object_type(&v->object, &type_id);
	if (!type || !btf_is_struct(type))
		return false;
	v->stride = type->size;
	if (btf_vlen(type) > 1)
		v->params_at = btf_member_bit_offset(type, 1) / 8;
	v->data = object_symbol(&v->object, name, v->n * v->stride);
	return v->data;
}

static bool open_vectors(struct vectors *v)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_close int fd = open(v->matcher->pub.path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || buf_read_fd(&v->file, fd, 1 << 24))
		return false;
	return !object_open(&v->object, v->file.data, v->file.len, &err) && find_vectors(v);
}

static void check_coverage(const struct vectors *v)
{
	const char *name = v->matcher->pub.name;
	size_t match = 0, no_match = 0, cut = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct mfw_test *test = vector_test(v, i);

		cut += !!(test->flags & MFW_TEST_CUT);
		match += test->match && !(test->flags & MFW_TEST_CUT);
		no_match += !test->match && !(test->flags & MFW_TEST_CUT);
		if (test->len + test->text_len < 20 || test->len > MFW_TEST_PACKET_MAX ||
		    test->text_len > MFW_TEST_TEXT_MAX || !*test->name)
			check(false, "%s: vector %zu has a name, and at least 20 bytes", name, i);
	}
	check(match && no_match && cut,
	      "%s: has a matching (%zu), a non-matching (%zu) and a truncated (%zu) vector", name,
	      match, no_match, cut);
}

/* Puts the vector's parameters where the standalone program has its defaults. */
static bool set_standalone(struct run *run, const struct vectors *v, size_t i)
{
	const struct btf *btf = bpf_object__btf(run->object);
	int sec = btf__find_by_name_kind(btf, ".data", BTF_KIND_DATASEC);
	const struct btf_type *type = sec > 0 ? btf__type_by_id(btf, sec) : NULL;
	char name[MFW_NAME_MAX + 16];
	struct bpf_map *map;
	size_t len;

	if (!v->matcher->params_len)
		return true;
	snprintf(name, sizeof(name), "%s_defaults", v->matcher->pub.name);
	bpf_object__for_each_map (map, run->object) {
		unsigned char *data = (unsigned char *)bpf_map__initial_value(map, &len);

		if (!strstr(bpf_map__name(map), ".data") || !data || !type)
			continue;
		for (int j = 0; j < btf_vlen(type); j++) {
			const struct btf_var_secinfo *var = &btf_var_secinfos(type)[j];
			uint32_t name_off = btf__type_by_id(btf, var->type)->name_off;

			if (strcmp(btf__name_by_offset(btf, name_off), name))
				continue;
			memcpy(data + var->offset, vector_params(v, i), v->matcher->params_len);
			return true;
		}
	}
	return false;
}

static void check_answer(const struct run *run, const struct mfw_test *test, bool expected,
			 const char *matcher, const char *form)
{
	uint8_t packet[MFW_TEST_PACKET_MAX + MFW_TEST_TEXT_MAX];
	int answer;

	memcpy(packet, test->packet, test->len);
	memcpy(packet + test->len, test->text, test->text_len);
	answer = run_packet(run, packet, test->len + test->text_len, NULL);

	check(answer == expected, "%s, %s: %s (expected %d, is %d)", matcher, form, test->name,
	      expected, answer);
}

/* Vector i and those that are asked after it. */
static void check_answers(const struct run *run, const struct vectors *v, size_t i, bool invert,
			  const char *form)
{
	do
		check_answer(run, vector_test(v, i), vector_test(v, i)->match != invert,
			     v->matcher->pub.name, form);
	while (++i < v->n && vector_test(v, i)->flags & MFW_TEST_THEN);
}

/* Of a matcher that says no to packets that are cut off, a part of none that matches does either.
 */
static bool looks_at_whole(const struct vectors *v)
{
	bool whole = !v->matcher->keeps_state;

	for (size_t i = 0; i < v->n; i++)
		whole &= !(vector_test(v, i)->flags & MFW_TEST_CUT && vector_test(v, i)->match);
	return whole;
}

/* How many bytes the IP header says that there are; all of them where it says nothing. */
static size_t claimed(const uint8_t *packet, size_t len)
{
	size_t six = 40u + (packet[4] << 8 | packet[5]), four = packet[2] << 8 | packet[3];
	size_t says = packet[0] >> 4 == 6 ? six : four;

	return says >= 20 && says < len ? says : len;
}

static void check_cuts(const struct run *run, const struct vectors *v, size_t i)
{
	const struct mfw_test *test = vector_test(v, i);
	uint8_t packet[MFW_TEST_PACKET_MAX + MFW_TEST_TEXT_MAX];
	size_t len = test->len + test->text_len, n_wrong = 0;

	/* Behind the end that the header claims there is padding, which may well be gone. */
	memcpy(packet, test->packet, test->len);
	memcpy(packet + test->len, test->text, test->text_len);
	len = claimed(packet, len);
	for (size_t cut = 20; cut < len; cut++)
		n_wrong += run_packet(run, packet, cut, NULL) != 0;
	check(!n_wrong, "%s: %s, cut after 20 to %zu bytes: %zu match", v->matcher->pub.name,
	      test->name, len - 1, n_wrong);
}

static void check_standalone(const struct vectors *v, size_t i)
{
	struct run run;

	if (run_open(&run, v->file.data, v->file.len) || !set_standalone(&run, v, i) ||
	    run_load(&run))
		check(false, "%s: the object loads alone", v->matcher->pub.name);
	else
		check_answers(&run, v, i, false, "alone");
	if (run.fd >= 0 && vector_test(v, i)->match && looks_at_whole(v))
		check_cuts(&run, v, i);
	run_close(&run);
}

/* Whether the matcher says why it needs many instructions. */
static bool has_reason(const struct vectors *v)
{
	int id = btf__find_by_name_kind(v->object.btf, v->matcher->pub.name, BTF_KIND_FUNC);
	const char *tag;
	uint32_t at = 0;

	while (id > 0 && (tag = object_tag(&v->object, id, -1, &at)))
		if (!strncmp(tag, "mfw:insns:", 10) && tag[10])
			return true;
	return false;
}

/* nots: how many of them stand before the call. */
static void check_expr(const struct vectors *v, size_t i, int nots)
{
	unsigned max = has_reason(v) ? INSNS_MAX_WITH_REASON : INSNS_MAX;
	struct value value = {
		.kind = VALUE_MATCHER,
		.type = FIELD_BOOL,
		.matcher = v->matcher,
		.params = (unsigned char *)vector_params(v, i),
	};
	struct expr call = {.kind = EXPR_TEST, .value = &value}, *of_once = &call;
	struct expr once = {.kind = EXPR_NOT, .operands = &of_once, .n_operands = 1};
	struct expr *of_twice = &once;
	struct expr twice = {.kind = EXPR_NOT, .operands = &of_twice, .n_operands = 1};
	const struct expr *exprs[] = {&call, &once, &twice};
	static const char *const forms[] = {"as an expression", "not", "not not"};
	struct run run;

	if (run_expr(&run, exprs[nots]))
		check(false, "%s: its program loads", v->matcher->pub.name);
	else
		check_answers(&run, v, i, nots % 2, forms[nots]);
	if (!i && !nots)
		check(run.insns && run.insns < max, "%s: %u instructions processed, below %u",
		      v->matcher->pub.name, run.insns, max);
	run_close(&run);
}

static void check_matcher(const struct matcher *matcher)
{
	struct vectors v = {.matcher = matcher};

	if (check(!matcher->pub.broken, "%s: is sound, with docs (%s)", matcher->pub.name,
		  matcher->pub.broken ? matcher->pub.broken : "yes") &&
	    check(open_vectors(&v), "%s: has MFW_TESTS", matcher->pub.name)) {
		check_coverage(&v);
		for (size_t i = 0; i < v.n; i++) {
			if (i && vector_test(&v, i)->flags & MFW_TEST_THEN)
				continue;
			check_standalone(&v, i);
			for (int nots = 0; nots <= 2; nots++)
				check_expr(&v, i, nots);
		}
	}
	object_close(&v.object);
	buf_clear(&v.file);
}

int main(int argc, char **argv)
{
	cleanup_err struct mfw_err *err = NULL;
	struct catalog *catalog = NULL;
	const struct matcher **all = NULL;
	size_t n;

	run_quiet();
	if (argc != 2 || catalog_new(argv[1], &catalog, &err) ||
	    catalog_all(catalog, &all, &n, &err)) {
		fprintf(stderr, "usage: vectors DIRECTORY\n");
		return 2;
	}
	check(n > 0, "there are matchers in %s", argv[1]);
	for (size_t i = 0; i < n; i++)
		check_matcher(all[i]);
	printf("1..%d\n", n_checks);
	free(all);
	catalog_free(catalog);
	return failed;
}
