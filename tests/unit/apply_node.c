/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The node's file and text, and what becomes of expressions that name the node. */
#include "apply/expression.h"
#include "apply/node.h"
#include "test.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static char path[64];

/* A file with this text, as long as fd is open. */
static int make_file(const char *text)
{
	int fd = memfd_create("node", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fd;
}

static void is_node(const struct node *node, const char *name, const char *region)
{
	assert_string_equal(node->name ? node->name : "-", name);
	assert_string_equal(node->region ? node->region : "-", region);
}

static void reads_files(void **state)
{
	static const struct {
		const char *text, *name, *region;
	} files[] = {
		{"{\"name\": \"sfo06\", \"region\": \"WNAM\"}", "sfo06", "WNAM"},
		{"{\"region\": \"WEUR\"}\n", "-", "WEUR"},
		{"{\"name\": \"ams 01\"}", "ams 01", "-"},
		{"{}", "-", "-"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		cleanup_close __attribute__((unused)) int fd = make_file(files[i].text);
		cleanup_node struct node node = {};

		assert_int_equal(node_read(path, &node, NULL), 0);
		is_node(&node, files[i].name, files[i].region);
	}
}

static void needs_no_file(void **state)
{
	cleanup_node struct node node = {};

	(void)state;
	assert_int_equal(node_read("/nowhere/node.json", &node, NULL), 0);
	is_node(&node, "-", "-");
}

#define LONG "0123456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *text, *part;
	unsigned line, column;
} broken[] = {
	{"", "is not JSON", 1, 1},
	{"{\"name\": \"a\"", "is not JSON", 1, 12},
	{"{\n \"name\": \"a\"\n \"region\": \"b\"}", "is not JSON", 3, 9},
	{"[]", "expected an object", 1, 1},
	{"\"sfo06\"", "expected an object", 1, 1},
	{"{\"name\": \"a\",\n\"zone\": \"b\"}", "there is no such key", 2, 1},
	{"{\"name\": 6}", "a label is a text", 1, 2},
	{"{\"name\": null}", "a label is a text", 1, 2},
	{"{\"region\": [\"a\"]}", "a label is a text", 1, 2},
	{"{\"name\": \"\"}", "1 to 63 bytes", 1, 2},
	{"{\"name\": \"" LONG "\"}", "1 to 63 bytes", 1, 2},
	{"{\"name\": \"a/b\"}", "neither control characters nor", 1, 2},
	{"{\"name\": \"a\\n\"}", "neither control characters nor", 1, 2},
	{"{\"name\": \"a\", \"name\": \"b\"}", "is not JSON", 1, 20},
	{"{\"name\": \"a\"} x", "is not JSON", 1, 15},
};

static void refuses_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		cleanup_close __attribute__((unused)) int fd = make_file(broken[i].text);
		cleanup_err struct mfw_err *err = NULL;
		cleanup_node struct node node = {};
		unsigned line, column;

		assert_int_equal(node_read(path, &node, &err), -EINVAL);
		assert_string_equal(mfw_err_kind(err), "node.file");
		mfw_err_place(err, &line, &column, NULL);
		if (!strstr(mfw_err_message(err), broken[i].part) || line != broken[i].line ||
		    column != broken[i].column)
			fail_msg("%s: %u:%u %s", broken[i].text, line, column,
				 mfw_err_message(err));
		is_node(&node, "-", "-");
	}
}

static void parses_texts(void **state)
{
	static const char *const texts[][3] = {{"sfo06/WNAM", "sfo06", "WNAM"},
					       {"sfo06", "sfo06", "-"},
					       {"sfo06/", "sfo06", "-"},
					       {"/WNAM", "-", "WNAM"}};
	static const char *const bad[] = {"", "/", "a/b/c", "a\n/b", LONG};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		cleanup_node struct node node = {};

		assert_int_equal(node_parse(texts[i][0], &node, NULL), 0);
		is_node(&node, texts[i][1], texts[i][2]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cleanup_node struct node node = {};

		assert_int_equal(node_parse(bad[i], &node, NULL), -EINVAL);
	}
}

/* What an expression is folded to on the node of the file; identity: of its program. */
static int fold(const char *text, unsigned char identity[CODEGEN_IDENTITY_LEN], struct buf *ret,
		struct mfw_err **err)
{
	struct mfw_options options = {MFW_SIZE(struct mfw_options), .matcher_path = TEST_PATH,
				      .node_file = path};
	cleanup_expression struct expression e = {};
	struct mfw *mfw = NULL;
	int r = context_open(&options, &mfw, NULL);

	assert_int_equal(r, 0);
	r = expression_open(&(struct scope){.mfw = mfw}, text, &e, err);
	if (!r) {
		assert_int_equal(expr_print(e.folded, ret), 0);
		assert_int_equal(codegen_identity(&e.input, identity), 0);
	}
	context_close(mfw);
	return r;
}

static void folds(void **state)
{
	const char *text = "cf.colo.region == \"WEUR\" and sip or node.name ne \"fra02\"";
	unsigned char here[CODEGEN_IDENTITY_LEN], there[CODEGEN_IDENTITY_LEN];
	cleanup_buf struct buf first = {}, second = {}, third = {};
	cleanup_close __attribute__((unused)) int fd =
		make_file("{\"name\": \"fra02\", \"region\": \"WEUR\"}");
	cleanup_close int other = -1;

	(void)state;
	assert_int_equal(fold(text, here, &first, NULL), 0);
	assert_string_equal(first.data, "sip");
	other = make_file("{\"name\": \"fra02\"}");
	assert_int_equal(fold(text, there, &second, NULL), 0);
	assert_string_equal(second.data, "false");
	assert_memory_not_equal(here, there, sizeof(here));
	snprintf(path, sizeof(path), "/nowhere");
	assert_int_equal(fold(text, there, &third, NULL), 0);
	assert_string_equal(third.data, "true");
}

/* A broken file is in the way of expressions that name the node only. */
static void refuses_when_asked(void **state)
{
	cleanup_close __attribute__((unused)) int fd = make_file("{\"name\": 1}");
	unsigned char identity[CODEGEN_IDENTITY_LEN];
	cleanup_err struct mfw_err *err = NULL;
	cleanup_buf struct buf text = {};

	(void)state;
	assert_int_equal(fold("sip", identity, &text, &err), 0);
	assert_int_equal(fold("sip and node.name == \"a\"", identity, &text, &err), -EINVAL);
	assert_string_equal(mfw_err_kind(err), "node.file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_files),   cmocka_unit_test(needs_no_file),
		cmocka_unit_test(refuses_files), cmocka_unit_test(parses_texts),
		cmocka_unit_test(folds),         cmocka_unit_test(refuses_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
