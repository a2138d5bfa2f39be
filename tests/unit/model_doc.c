/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <jansson.h>

#include "model/doc.h"

static void print_event(const struct doc_event *e, struct buf *out)
{
	static const char *const marks[] = {
		[DOC_LIST] = "[",    [DOC_LIST_END] = "]", [DOC_MAP] = "{",
		[DOC_MAP_END] = "}", [DOC_NULL] = "null",  [DOC_REAL] = "real"};

	buf_printf(out, "%s%u:%u+%u ", out->len ? " " : "", e->place.line, e->place.column,
		   e->place.length);
	if (e->kind == DOC_TEXT)
		buf_add_quoted(out, e->text, e->len);
	else if (e->kind == DOC_INT)
		buf_printf(out, "%lld", (long long)e->number);
	else if (e->kind == DOC_BOOL)
		buf_add_str(out, e->number ? "true" : "false");
	else
		buf_add_str(out, marks[e->kind]);
}

/* All events of the text, or the error's kind and place. */
static void print_all(const char *text, size_t len, enum doc_format format, struct buf *out)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_doc struct doc *doc = NULL;
	struct doc_event e;

	assert_int_equal(doc_open(text, len, format, &doc, NULL), 0);
	while (!doc_next(doc, &e, &err) && e.kind != DOC_END)
		print_event(&e, out);
	if (err)
		buf_printf(out, "%s%u:%u+%u %s", out->len ? " " : "", doc_error_place(doc).line,
			   doc_error_place(doc).column, doc_error_place(doc).length,
			   mfw_err_kind(err));
}

static const struct {
	enum doc_format format;
	const char *text, *events;
} cases[] = {
	{DOC_JSON, "1", "1:1+1 1"},
	{DOC_JSON, " {\n\t\"a\": [true, null]}",
	 "1:2+1 { 2:2+3 \"a\" 2:7+1 [ 2:8+4 true 2:14+4 "
	 "null 2:18+1 ] 2:19+1 }"},
	{DOC_JSON, "[]", "1:1+1 [ 1:2+1 ]"},
	{DOC_JSON, "{}", "1:1+1 { 1:2+1 }"},
	{DOC_JSON, "\xef\xbb\xbf[-1,-0,1.5,2e3,9223372036854775807,9223372036854775808]",
	 "1:4+1 [ 1:5+2 -1 1:8+2 0 1:11+3 real 1:15+3 real 1:19+19 9223372036854775807 1:39+19 "
	 "real 1:58+1 ]"},
	{DOC_JSON, "\"\\u00e9\\ud83d\\ude00\\/\"", "1:1+22 \"\\xc3\\xa9\\xf0\\x9f\\x98\\x80/\""},
	{DOC_JSON, "\"\xc3\xa9\"", "1:1+4 \"\\xc3\\xa9\""},
	{DOC_JSON, "", "1:1+1 doc.syntax"},
	{DOC_JSON, "[1", "1:1+1 [ 1:2+1 1 1:3+1 doc.syntax"},
	{DOC_JSON, "[1,]", "1:1+1 [ 1:2+1 1 1:4+1 doc.syntax"},
	{DOC_JSON, "{\"a\":1,}", "1:1+1 { 1:2+3 \"a\" 1:6+1 1 1:8+1 doc.syntax"},
	{DOC_JSON, "{\"a\" 1}", "1:1+1 { 1:6+1 doc.syntax"},
	{DOC_JSON, "{a:1}", "1:1+1 { 1:2+1 doc.syntax"},
	{DOC_JSON, "[1}", "1:1+1 [ 1:2+1 1 1:3+1 doc.syntax"},
	{DOC_JSON, "1 2", "1:1+1 1 1:3+1 doc.syntax"},
	{DOC_JSON, "tru", "1:1+1 doc.syntax"},
	{DOC_JSON, "01", "1:1+1 0 1:2+1 doc.syntax"},
	{DOC_JSON, "-", "1:2+1 doc.syntax"},
	{DOC_JSON, "1.", "1:3+1 doc.syntax"},
	{DOC_JSON, "1e+", "1:4+1 doc.syntax"},
	{DOC_JSON, "\"a", "1:1+1 doc.syntax"},
	{DOC_JSON, "\"a\nb\"", "1:3+1 doc.syntax"},
	{DOC_JSON, "\"\\x\"", "1:2+2 doc.syntax"},
	{DOC_JSON, "\"\\u0000\"", "1:2+2 doc.syntax"},
	{DOC_JSON, "\"\\ud800\"", "1:2+2 doc.syntax"},
	{DOC_JSON, "\"\\ude00\"", "1:2+2 doc.syntax"},
	{DOC_JSON, "\"\xc0\x80\"", "1:2+1 doc.encoding"},
	{DOC_JSON, "\"\xed\xa0\x80\"", "1:2+1 doc.encoding"},
	{DOC_JSON, "\"\xff\"", "1:2+1 doc.encoding"},
	{DOC_YAML, "a: 1\nb: [x, 'y']\n",
	 "1:1+1 { 1:1+1 \"a\" 1:4+1 1 2:1+1 \"b\" 2:4+1 [ 2:5+1 "
	 "\"x\" 2:8+3 \"y\" 2:11+1 ] 3:1+1 }"},
	{DOC_YAML, "- yes\n- true\n- \"true\"\n- ~\n- 0x1f\n- 1e3\n- .inf\n- 1.2.3.4\n",
	 "1:1+1 [ 1:3+3 \"yes\" 2:3+4 true 3:3+6 \"true\" 4:3+1 null 5:3+4 31 6:3+3 real 7:3+4 "
	 "real "
	 "8:3+7 \"1.2.3.4\" 9:1+1 ]"},
	{DOC_YAML, "on: off\n1: 2\n",
	 "1:1+1 { 1:1+2 \"on\" 1:5+3 \"off\" 2:1+1 \"1\" 2:4+1 2 3:1+1 "
	 "}"},
	{DOC_YAML, "\xc3\xa9: \xc3\xa9\xc3\xa9 \n",
	 "1:1+1 { 1:1+1 \"\\xc3\\xa9\" 1:5+2 "
	 "\"\\xc3\\xa9\\xc3\\xa9\" 2:1+1 }"},
	{DOC_YAML, "", ""},
	{DOC_YAML, "a: &x 1\nb: *x\n", "1:1+1 { 1:1+1 \"a\" 1:4+4 1 2:1+1 \"b\" 2:4+2 doc.alias"},
	{DOC_YAML, "a: 1\n---\nb: 1\n", "1:1+1 { 1:1+1 \"a\" 1:4+1 1 2:1+1 } 2:1+3 doc.syntax"},
	{DOC_YAML, "a: !x 1\n", "1:1+1 { 1:1+1 \"a\" 1:4+4 doc.syntax"},
	{DOC_YAML, "a: !!str 1\n", "1:1+1 { 1:1+1 \"a\" 1:4+7 \"1\" 2:1+1 }"},
	{DOC_YAML, "? [a]\n: 1\n", "1:1+1 { 1:3+1 doc.syntax"},
	{DOC_YAML, "a: \"x\\0y\"\n", "1:1+1 { 1:1+1 \"a\" 1:4+6 doc.encoding"},
	{DOC_YAML, "a: [1\n", "1:1+1 { 1:1+1 \"a\" 1:4+1 [ 1:5+1 1 2:1+1 doc.syntax"},
};

static void events(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_buf struct buf out = {};

		print_all(cases[i].text, strlen(cases[i].text), cases[i].format, &out);
		wrong += strcmp(out.data ? out.data : "", cases[i].events) != 0;
		if (strcmp(out.data ? out.data : "", cases[i].events))
			print_error("%zu: %s\n  expected %s\n  found    %s\n", i, cases[i].text,
				    cases[i].events, out.data);
	}
	assert_int_equal(wrong, 0);
}

static void deep(void **state)
{
	char text[2 * DOC_DEPTH + 3] = "";

	(void)state;
	for (int format = DOC_JSON; format <= DOC_YAML; format++) {
		cleanup_buf struct buf good = {}, bad = {};

		memset(text, '[', DOC_DEPTH);
		memset(text + DOC_DEPTH, ']', DOC_DEPTH);
		print_all(text, 2 * DOC_DEPTH, format, &good);
		assert_null(strstr(good.data, "doc."));
		memset(text, '[', DOC_DEPTH + 1);
		print_all(text, 2 * DOC_DEPTH, format, &bad);
		assert_non_null(strstr(bad.data, "1:33+1 doc.depth"));
	}
}

/* What jansson takes, and only that, is JSON; but for numbers that it has no room for. */
static void as_jansson(void **state)
{
	static const char parts[] = "{}[]\":,\\u0ae1-.+ \t\ntrufalsn\xc3\xa9\xed\xff\x01";
	unsigned seed = 1;
	size_t good = 0;

	(void)state;
	for (int n = 0; n < 200000; n++) {
		cleanup_buf struct buf out = {};
		char text[12] = "";
		size_t len = 1 + (seed >> 8) % 10;
		json_error_t why;
		json_t *root;

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1103515245 + 12345;
			text[i] = parts[(seed >> 16) % (sizeof(parts) - 1)];
		}
		root = json_loadb(text, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
		print_all(text, len, DOC_JSON, &out);
		good += !!root;
		if (!root == !strstr(out.data, "doc."))
			fail_msg("%s: %s, jansson: %s", text, out.data, root ? "good" : why.text);
		json_decref(root);
	}
	assert_true(good > 100);
}

static void places_in(void **state)
{
	static const char text[] = "  \"a\\u00e9\\ud83d\\ude00\\\"b\"";
	struct place at = {.offset = 2, .line = 1, .column = 3, .length = sizeof(text) - 3}, in;
	static const struct {
		size_t n, offset;
	} bytes[] = {{0, 3}, {1, 4}, {3, 10}, {7, 22}, {8, 24}, {9, 25}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++) {
		in = doc_place_in(text, strlen(text), DOC_JSON, at, "a\xc3\xa9\xf0\x9f\x98\x80\"b",
				  bytes[i].n);
		assert_int_equal(in.offset, bytes[i].offset);
		assert_int_equal(in.column, bytes[i].offset + 1);
	}
	at = (struct place){.offset = 3, .line = 1, .column = 4};
	assert_int_equal(doc_place_in("a: not b\n", 9, DOC_YAML, at, "not b", 4).column, 8);
	assert_int_equal(doc_place_in("a: 'not b'\n", 11, DOC_YAML, at, "not b", 4).column, 9);
	assert_int_equal(doc_place_in("a: 'it''s b'\n", 13, DOC_YAML, at, "it's b", 4).column, 4);
}

static void guesses(void **state)
{
	(void)state;
	assert_int_equal(doc_guess(" \n{", 3), DOC_JSON);
	assert_int_equal(doc_guess("version: 1", 10), DOC_YAML);
	assert_int_equal(doc_guess("", 0), DOC_JSON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events),     cmocka_unit_test(deep),
		cmocka_unit_test(as_jansson), cmocka_unit_test(places_in),
		cmocka_unit_test(guesses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
