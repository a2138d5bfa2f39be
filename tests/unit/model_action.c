/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"
#include "model/action.h"

#define X32  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X127 X32 X32 X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X63  X32 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

/* The canonical text; NULL: as it was. */
static const struct {
	const char *text, *canonical;
} good[] = {
	{"accept", NULL},
	{"  drop\t\n", "drop"},
	{"continue", NULL},
	{"return", NULL},
	{"jump side", NULL},
	{"goto " X63, NULL},
	{"reject", NULL},
	{"reject with tcp reset", NULL},
	{"reject with icmp port-unreachable", NULL},
	{"reject with icmp type net-prohibited", "reject with icmp net-prohibited"},
	{"reject with icmpv6 policy-fail", NULL},
	{"reject with icmpv6 admin-prohibited", NULL},
	{"reject with icmpx admin-prohibited", NULL},
	{"reject with icmpx type no-route", "reject with icmpx no-route"},
	{"log accept", NULL},
	{"log prefix \"mfw: \" drop", NULL},
	{"log prefix word drop", "log prefix \"word\" drop"},
	{"log prefix \"\" drop", "log drop"},
	{"log prefix \"a \\\"b\\\" \\\\c\\d\" drop", "log prefix \"a \\\"b\\\" \\\\cd\" drop"},
	{"log prefix \"" X127 "\" drop", NULL},
	{"log group 0 drop", NULL},
	{"log group 65535 drop", NULL},
	{"log group 2 prefix \"x\" drop", "log prefix \"x\" group 2 drop"},
	{"log prefix \"log drop\" accept", NULL},
	{"limit rate 10/second accept", NULL},
	{"limit rate over 1/minute drop", NULL},
	{"limit rate over 4294967295/hour burst 0 drop", NULL},
	{"limit rate 10/second burst 5 accept", "limit rate 10/second accept"},
	{"limit rate 10/second burst 7 packets accept", "limit rate 10/second burst 7 accept"},
	{"limit rate 10/second burst 4294967295 accept", NULL},
	{"log prefix \"x\" group 9 limit rate over 3/hour burst 4 jump side", NULL},
	{"limit rate 007/second accept", "limit rate 7/second accept"},
};

static void roundtrip(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		const char *canonical = good[i].canonical ? good[i].canonical : good[i].text;
		cleanup_buf struct buf first = {}, second = {};
		cleanup_err struct mfw_err *err = NULL;
		struct action a, b;

		if (action_parse(good[i].text, &a, &err))
			fail_msg("%s: %s", good[i].text, mfw_err_message(err));
		assert_int_equal(action_print(&a, &first), 0);
		assert_string_equal(first.data, canonical);
		assert_int_equal(action_parse(first.data, &b, NULL), 0);
		assert_int_equal(action_print(&b, &second), 0);
		assert_string_equal(second.data, canonical);
	}
}

static const struct {
	const char *text, *kind, *words;
	unsigned column, length;
} bad[] = {
	{"", "action.syntax", "ends without a verdict", 1, 1},
	{"   ", "action.syntax", "ends without a verdict", 4, 1},
	{"dorp", "action.syntax", "no verdict", 1, 4},
	{"DROP", "action.syntax", "no verdict", 1, 4},
	{"drop it", "action.syntax", "nothing can follow", 6, 2},
	{"drop log", "action.syntax", "nothing can follow", 6, 3},
	{"limit rate 1/second log drop", "action.syntax", "once, before limit", 21, 3},
	{"jump", "name.bad", "empty", 5, 1},
	{"jump a/b", "name.bad", "'/'", 6, 3},
	{"jump x" X63, "name.bad", "at most 63", 6, 64},
	{"goto \"\"", "name.bad", "empty", 6, 2},
	{"log", "action.syntax", "ends without a verdict", 4, 1},
	{"log prefix", "action.syntax", "needs a text", 11, 1},
	{"log prefix \"x", "action.syntax", "has no end", 12, 2},
	{"log prefix \"x\\", "action.syntax", "has no end", 12, 3},
	{"log prefix \"x" X127 "\" drop", "action.value", "at most 127", 12, 130},
	{"log prefix x" X127 " drop", "action.value", "at most 127", 12, 128},
	{"log group", "action.value", "0 to 65535", 10, 1},
	{"log group 65536 drop", "action.value", "0 to 65535", 11, 5},
	{"log group -1 drop", "action.value", "0 to 65535", 11, 2},
	{"log group 1x drop", "action.value", "0 to 65535", 11, 2},
	{"limit 10/second drop", "action.syntax", "followed by: rate", 7, 9},
	{"limit rate drop", "action.value", "10/second", 12, 4},
	{"limit rate 0/second drop", "action.value", "10/second", 12, 8},
	{"limit rate 10/day drop", "action.value", "10/second", 12, 6},
	{"limit rate 10 drop", "action.value", "10/second", 12, 2},
	{"limit rate 4294967296/second drop", "action.value", "10/second", 12, 17},
	{"limit rate over drop", "action.value", "10/second", 17, 4},
	{"limit rate 1/second burst drop", "action.value", "burst", 27, 4},
	{"limit rate 1/second burst 4294967296 drop", "action.value", "burst", 27, 10},
	{"reject with", "action.syntax", "followed by", 12, 1},
	{"reject with rst", "action.syntax", "followed by", 13, 3},
	{"reject with tcp", "action.syntax", "reset", 16, 1},
	{"reject with tcp rst", "action.syntax", "reset", 17, 3},
	{"reject with icmp no-route", "action.value", "port-unreachable", 18, 8},
	{"reject with icmp", "action.value", "port-unreachable", 17, 1},
	{"reject with icmpv6 net-unreachable", "action.value", "no-route, admin-prohibited, addr-",
	 20, 15},
	{"reject with icmpx frag-needed", "action.value",
	 "it has no-route, port-unreachable, host-unreachable, admin-prohibited", 19, 11},
	{"reject with icmpx type", "action.value", "port-unreachable", 23, 1},
};

static void refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		cleanup_err struct mfw_err *err = NULL;
		struct action a = {.limit_burst = 77};
		unsigned line, column, length;
		int r = action_parse(bad[i].text, &a, &err);

		if (!r)
			fail_msg("'%s' was taken", bad[i].text);
		mfw_err_place(err, &line, &column, &length);
		if (line != 1 || column != bad[i].column || length != bad[i].length)
			fail_msg("'%s': %u:%u+%u", bad[i].text, line, column, length);
		assert_string_equal(mfw_err_source(err), bad[i].text);
		assert_int_equal(a.limit_burst, 77);
		check_refused(r, &err, bad[i].kind, bad[i].words);
	}
}

static void long_words(void **state)
{
	cleanup_err struct mfw_err *err = NULL;
	struct action a;
	char text[2000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	check_refused(action_parse(text, &a, &err), &err, "action.syntax", "too long");
	memcpy(text, "log prefix \"", 12);
	check_refused(action_parse(text, &a, &err), &err, "action.syntax", "has no end");
	text[1000] = '"';
	check_refused(action_parse(text, &a, &err), &err, "action.syntax", "too long");
	for (size_t i = 12; i < 1000; i++) /* escaped quotes up to the end of what is kept */
		text[i] = i % 2 ? '"' : '\\';
	check_refused(action_parse(text, &a, &err), &err, "action.syntax", "too long");
}

static void warnings(void **state)
{
	static const struct {
		const char *text;
		bool warns;
	} cases[] = {{"limit rate 1/second drop", true},
		     {"limit rate 1/second reject", true},
		     {"limit rate over 1/second drop", false},
		     {"limit rate 1/second accept", false},
		     {"drop", false}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct action a;

		assert_int_equal(action_parse(cases[i].text, &a, NULL), 0);
		assert_int_equal(!!action_warning(&a), cases[i].warns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roundtrip),
		cmocka_unit_test(refused),
		cmocka_unit_test(long_words),
		cmocka_unit_test(warnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
