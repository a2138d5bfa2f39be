/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catalog MATCHERS FIXTURES BROKEN: directories of objects. */
#include "catalog/catalog.h"
#include "catalog/read.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static const char *matchers_dir, *fixtures_dir, *broken_dir;

static struct catalog *open_catalog(const char *path)
{
	struct catalog *catalog = NULL;

	assert_int_equal(catalog_new(path, &catalog, NULL), 0);
	return catalog;
}

static const struct matcher *find(struct catalog *catalog, const char *name)
{
	struct mfw_err *err = NULL;
	const struct matcher *matcher;
	bool missing;

	matcher = catalog_find(catalog, name, &missing, &err);
	if (!matcher)
		fail_msg("%s: %s", name, err ? mfw_err_message(err) : "missing");
	assert_false(missing);
	return matcher;
}

static void assert_param(const struct matcher *matcher, size_t i, const char *name,
			 const char *type, const char *value, uint64_t min, uint64_t max)
{
	const struct mfw_param *param = matcher->pub.params[i];

	assert_string_equal(param->name, name);
	assert_string_equal(param->type, type);
	assert_true(param->doc && *param->doc);
	assert_true(param->min == min);
	assert_true(param->max == max);
	if (value)
		assert_string_equal(param->default_value, value);
	else
		assert_null(param->default_value);
}

static void reads_suffix(void **state)
{
	struct catalog *catalog = open_catalog(matchers_dir);
	const struct matcher *suffix = find(catalog, "suffix");

	(void)state;
	assert_string_equal(suffix->pub.summary, "payload of UDP or TCP ends with the given bytes");
	assert_int_equal(suffix->pub.n_params, 1);
	assert_param(suffix, 0, "bytes", "bytes", NULL, 1, 64);
	assert_int_equal(suffix->params_len, 72);
	assert_ptr_equal(find(catalog, "suffix"), suffix);
	catalog_free(catalog);
}

static void reads_names(void **state)
{
	struct catalog *catalog = open_catalog(matchers_dir);
	const struct matcher *dns = find(catalog, "dns");

	(void)state;
	assert_int_equal(dns->pub.n_params, 4);
	assert_param(dns, 3, "any_of", "names", "none", 0, 0);
	assert_string_equal(dns->params[3].names_of->name, "dns.qname");
	catalog_free(catalog);
}

static void reads_every_kind(void **state)
{
	struct catalog *catalog = open_catalog(fixtures_dir);
	const struct matcher *kinds = find(catalog, "kinds");

	(void)state;
	assert_int_equal(kinds->pub.n_params, 6);
	assert_param(kinds, 0, "u8", "int", "7", 1, 200);
	assert_param(kinds, 1, "on", "bool", "true", 0, 1);
	assert_param(kinds, 2, "u16", "int", "0", 0, 65535);
	assert_param(kinds, 3, "u32", "int", NULL, 0, UINT32_MAX);
	assert_param(kinds, 4, "u64", "int", "1099511627776", 0, UINT64_MAX);
	assert_param(kinds, 5, "tag", "bytes", "\"a\\\"\\x0a\"", 0, 8);
	assert_int_equal(find(catalog, "plain")->pub.n_params, 0);
	assert_int_equal(find(catalog, "plain")->params_len, 0);
	catalog_free(catalog);
}

static void assert_field(const struct matcher *matcher, size_t i, const char *name,
			 const char *type, uint64_t min, uint64_t max)
{
	const struct mfw_field *field = matcher->pub.fields[i];

	assert_string_equal(field->name, name);
	assert_string_equal(field->type, type);
	assert_true(field->doc && *field->doc);
	assert_true(field->min == min);
	assert_true(field->max == max);
}

static void reads_units_and_words(void **state)
{
	struct catalog *catalog = open_catalog(fixtures_dir);
	const struct matcher *values = find(catalog, "values");
	const struct mfw_param *mode = values->pub.params[0];

	(void)state;
	assert_int_equal(values->pub.n_params, 5);
	assert_param(values, 0, "mode", "enum", "\"on\"", 0, 0);
	assert_int_equal(mode->n_words, 3);
	assert_string_equal(mode->words[1], "half_on");
	assert_param(values, 1, "wait", "duration", "2s", 0, 3600000000000);
	assert_param(values, 2, "speed", "rate", "1/second", 1, 1000);
	assert_param(values, 3, "peer", "address", "none", 0, 0);
	assert_param(values, 4, "net", "prefix", NULL, 0, 0);
	catalog_free(catalog);
}

static void reads_fields(void **state)
{
	struct catalog *catalog = open_catalog(fixtures_dir);
	const struct matcher *fields = find(catalog, "fields");

	(void)state;
	assert_int_equal(fields->pub.n_fields, 5);
	assert_field(fields, 0, "fields.bytes", "Bytes", 0, 0);
	assert_field(fields, 1, "fields.text", "Bytes", 0, 0);
	assert_field(fields, 3, "fields.first", "Int", 1, 200);
	assert_field(fields, 4, "fields.even", "Bool", 0, 0);
	assert_false(fields->fields[0].made);
	assert_true(fields->fields[1].made);
	assert_ptr_equal(catalog_field(catalog, "fields.first"), &fields->fields[3]);
	assert_null(catalog_field(catalog, "fields.nosuch"));
	assert_null(catalog_field(catalog, "fields"));
	assert_null(catalog_field(catalog, "nosuch.first"));
	assert_string_equal(catalog_nearest_field(catalog, "field.frist"), "fields.first");
	assert_int_equal(find(catalog, "plain")->pub.n_fields, 0);
	catalog_free(catalog);
}

/* Why each of the broken ones is. */
static const char *const reasons[][2] = {
	{"bad_default", "'n': expected a default in its range, in MFW_MAIN, found '4'"},
	{"bad_enum", "'n': expected __u8, __u16, __u32, __u64, bool, an enum NAME of NAME_..."},
	{"bad_range", "found '1..256'"},
	{"bitfield", "'n': expected a whole member"},
	{"field_args", "field 'field_args.x': expected a function as MFW_FIELD_*"},
	{"field_range", "field 'field_range.x': expected a range"},
	{"field_static", "field 'field_static.x': expected a global function"},
	{"field_twice", "field 'field_twice.x': expected field_twice_x"},
	{"long_default", "a default in its range"},
	{"lower", "'lower' is a function of the expression language"},
	{"names_field",
	 "MFW_NAMES: expected a parameter of its own name, a field of MFW_FIELD_TEXT"},
	{"no_doc", "'n': expected MFW_DOC(\"...\"), found 'none'"},
	{"no_matcher", "expected MFW_MATCHER"},
	{"no_summary", "expected a summary"},
	{"node", "'node' is a field of the expression language"},
	{"old_abi", "version 2, found 0"},
	{"other_args", "expected int other_args(struct __sk_buff *"},
	{"other_map", "map 'othermap': expected a name that begins with other_map_"},
	{"other_name", "expected a function 'other_name'"},
	{"pointer_member", "'n': expected __u8"},
	{"signed_int", "found 'int'"},
	{"unknown_tag", "found 'mfw:unit:ms'"},
	{"upper_case", "a name of a-z"},
};

static void read_fixture(const char *name, struct buf *ret)
{
	cleanup_free char *path = NULL;
	cleanup_close int fd = -1;

	assert_true(asprintf(&path, "%s/%s.bpf.o", fixtures_dir, name) > 0);
	fd = open(path, O_RDONLY);
	assert_int_equal(buf_read_fd(ret, fd, 1 << 20), 0);
}

/* Changes a name in the object's types, and elsewhere. */
static void change_name(struct buf *file, const char *from, const char *to)
{
	size_t len = strlen(from) + 1, n = 0;

	for (size_t i = 0; i + len <= file->len; i++) {
		if (memcmp(file->data + i, from, len))
			continue;
		memcpy(file->data + i, to, len);
		n++;
	}
	assert_true(n > 0);
}

/* A map's layout is what its entries mean, and nothing else. */
static void reads_maps(void **state)
{
	static const char *const changes[][2] = {
		{"packets", "packetz"}, {"source", "sauces"}, {"visits_total", "visits_tulip"}};
	struct catalog *catalog = open_catalog(fixtures_dir);
	const struct matcher *visits = find(catalog, "visits");

	(void)state;
	assert_true(visits->keeps_state && !find(catalog, "kinds")->keeps_state);
	assert_int_equal(visits->n_maps, 2);
	assert_string_equal(visits->maps[0].name, "visits_seen");
	assert_string_equal(visits->maps[1].name, "visits_total");
	assert_int_not_equal(visits->maps[0].layout, visits->maps[1].layout);
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		cleanup_matcher struct matcher *other = NULL;
		cleanup_buf struct buf file = {};

		read_fixture("visits", &file);
		change_name(&file, changes[i][0], changes[i][1]);
		assert_int_equal(read_matcher("visits", "", file.data, file.len, &other, NULL), 0);
		assert_int_equal(other->maps[0].layout == visits->maps[0].layout, i == 2);
		assert_int_equal(other->maps[1].layout, visits->maps[1].layout);
	}
	catalog_free(catalog);
}

static void refuses_broken(void **state)
{
	struct catalog *catalog = open_catalog(broken_dir);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++) {
		cleanup_err struct mfw_err *err = NULL;
		bool missing;

		assert_null(catalog_find(catalog, reasons[i][0], &missing, &err));
		assert_false(missing);
		if (!err || strcmp(mfw_err_kind(err), "matcher.broken") ||
		    !strstr(mfw_err_message(err), reasons[i][0]) ||
		    !strstr(mfw_err_message(err), reasons[i][1]))
			fail_msg("%s: %s", reasons[i][0], err ? mfw_err_message(err) : "none");
	}
	catalog_free(catalog);
}

static void lists_broken(void **state)
{
	struct catalog *catalog = open_catalog(broken_dir);
	const struct matcher **all;
	size_t n;

	(void)state;
	assert_int_equal(catalog_all(catalog, &all, &n, NULL), 0);
	assert_int_equal(n, ARRAY_SIZE(reasons));
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(all[i]->pub.name, reasons[i][0]);
		assert_non_null(strstr(all[i]->pub.broken, reasons[i][1]));
	}
	free(all);
	catalog_free(catalog);
}

static void searches_in_order(void **state)
{
	cleanup_free char *path = NULL;
	const struct matcher **all;
	struct catalog *catalog;
	size_t n;

	(void)state;
	assert_true(asprintf(&path, "/nosuch::%s:%s/", fixtures_dir, fixtures_dir) > 0);
	catalog = open_catalog(path);
	assert_int_equal(catalog_all(catalog, &all, &n, NULL), 0);
	assert_int_equal(n, 12);
	assert_string_equal(all[2]->pub.name, "kinds");
	assert_null(all[2]->pub.broken);
	assert_string_equal(all[3]->pub.name, "kinds");
	assert_non_null(strstr(all[3]->pub.broken, "hidden by"));
	assert_ptr_equal(all[2], find(catalog, "kinds"));
	assert_string_equal(all[6]->pub.name, "plain");
	free(all);
	catalog_free(catalog);
}

static void misses(void **state)
{
	static const char *const names[] = {"nosuch", "", "../mfw/suffix", "Suffix", "a.b"};
	struct catalog *catalog = open_catalog(matchers_dir);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct mfw_err *err = NULL;
		bool missing = false;

		assert_null(catalog_find(catalog, names[i], &missing, &err));
		assert_null(err);
		assert_true(missing);
	}
	assert_string_equal(catalog_nearest(catalog, "sufix"), "suffix");
	assert_null(catalog_nearest(catalog, "quite_different"));
	catalog_free(catalog);
}

/* Every prefix of an object, and every object with a byte changed, is read or refused. */
static void survives_damage(void **state)
{
	cleanup_buf struct buf file = {};
	cleanup_free char *copy = NULL;
	const char *name = *state;
	size_t n_refused = 0;

	read_fixture(name, &file);
	copy = malloc(file.len);
	for (size_t i = 0; i < file.len; i += 7) {
		cleanup_matcher struct matcher *cut = NULL, *changed = NULL;

		memcpy(copy, file.data, file.len);
		n_refused += !!read_matcher(name, "", copy, i, &cut, NULL);
		memcpy(copy, file.data, file.len);
		copy[i] ^= 0xff;
		read_matcher(name, "", copy, file.len, &changed, NULL);
	}
	assert_true(n_refused > 100);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_suffix),
		cmocka_unit_test(reads_names),
		cmocka_unit_test(reads_every_kind),
		cmocka_unit_test(reads_fields),
		cmocka_unit_test(reads_units_and_words),
		cmocka_unit_test(refuses_broken),
		cmocka_unit_test(lists_broken),
		cmocka_unit_test(searches_in_order),
		cmocka_unit_test(misses),
		cmocka_unit_test(reads_maps),
		cmocka_unit_test_prestate(survives_damage, (void *)"kinds"),
		cmocka_unit_test_prestate(survives_damage, (void *)"visits"),
	};

	if (argc != 4)
		return 2;
	matchers_dir = argv[1];
	fixtures_dir = argv[2];
	broken_dir = argv[3];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
