/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"
#include "model/rule.h"

#include <errno.h>

static const unsigned char hash[PROGRAM_HASH_LEN] = {0, 1, 0x7f, 0x80, 0xff};

static void copies(void **state)
{
	char ref[] = "r", match[] = "true", action[] = " log   drop", comment[] = "c";
	struct mfw_rule spec = {MFW_SIZE(struct mfw_rule), .ref = ref, .match = match,
				.action = action, .comment = comment, .mode = MFW_MODE_MONITOR,
				/* Of lists only. */
				.packets = 5, .pin = "/x", .foreign = true};
	cleanup_rule struct rule *rule = NULL;

	(void)state;
	assert_int_equal(rule_new(&spec, &rule, NULL), 0);
	*ref = *match = *action = *comment = 0;
	assert_string_equal(rule->pub.ref, "r");
	assert_string_equal(rule->pub.match, "true");
	assert_string_equal(rule->pub.action, "log drop");
	assert_string_equal(rule->pub.comment, "c");
	assert_int_equal(rule->pub.mode, MFW_MODE_MONITOR);
	assert_int_equal(rule->kind, MATCH_EXPR);
	assert_int_equal(rule->pub.packets, 0);
	assert_null(rule->pub.pin);
	assert_false(rule->pub.foreign);
	assert_ptr_equal(rule_match_text(rule, MATCH_EXPR), &rule->pub.match);
	assert_null(rule_match_text(rule, 9));
}

/* A caller of an older version knows less of the structure. */
static void older_structures(void **state)
{
	struct mfw_rule spec = {.size = offsetof(struct mfw_rule, comment),
				.match = "true",
				.action = "drop",
				.comment = (char *)1,
				.mode = 99};
	cleanup_rule struct rule *rule = NULL;

	(void)state;
	assert_int_equal(rule_new(&spec, &rule, NULL), 0);
	assert_null(rule->pub.comment);
	assert_int_equal(rule->pub.mode, MFW_MODE_ENFORCE);
}

static void refused(void **state)
{
	char comment[MFW_COMMENT_MAX + 2];
	const struct {
		struct mfw_rule spec;
		const char *kind, *words;
	} cases[] = {
		{{.action = "drop"}, "rule.match", "no match"},
		{{.match = "true", .object = "x", .action = "drop"}, "rule.match", "more than one"},
		{{.object_pinned = "x", .bytecode = "1,6 0 0 1", .action = "drop"},
		 "rule.match",
		 "more than one"},
		{{.match = "true"}, "action.syntax", "no action"},
		{{.match = "true", .action = "dorp"}, "action.syntax", NULL},
		{{.match = "true", .action = "drop", .ref = "a b"}, "name.bad", NULL},
		{{.match = "true", .action = "drop", .ref = ""}, "name.bad", NULL},
		{{.match = "true", .action = "drop", .mode = 3}, "rule.mode", NULL},
		{{.match = "true", .action = "drop", .mode = -1}, "rule.mode", NULL},
		{{.bytecode = "1", .action = "drop"}, "bytecode.syntax", NULL},
		{{.match = "true", .action = "drop", .comment = comment}, "rule.comment", "129"},
		{{.match = "true", .action = "drop", .comment = "a\nb"}, "rule.comment", "0x0a"},
		{{.match = "true", .action = "drop", .comment = "\x7f"}, "rule.comment", "0x7f"},
	};

	(void)state;
	memset(comment, 'c', sizeof(comment));
	comment[sizeof(comment) - 1] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mfw_rule spec = cases[i].spec;
		cleanup_err struct mfw_err *err = NULL;
		struct rule *rule = NULL;

		spec.size = sizeof(spec);
		check_refused(rule_new(&spec, &rule, &err), &err, cases[i].kind, cases[i].words);
		assert_null(rule);
		assert_true(rule_new(&spec, &rule, NULL) < 0);
	}
}

static void error_names_rule(void **state)
{
	struct mfw_rule spec = {MFW_SIZE(struct mfw_rule), .ref = "mine", .match = "true"};
	cleanup_err struct mfw_err *err = NULL;
	struct rule *rule;

	(void)state;
	assert_int_equal(rule_new(&spec, &rule, &err), -EINVAL);
	assert_string_equal(mfw_err_ref(err), "mine");
}

static struct rule *pinned(void)
{
	struct mfw_rule spec = {MFW_SIZE(struct mfw_rule), .ref = "r", .object_pinned = "/x",
				.action = "drop", .comment = "c"};
	struct rule *rule;

	assert_int_equal(rule_new(&spec, &rule, NULL), 0);
	rule->program = program_new("/pin", hash, 5);
	rule->pub.packets = 3;
	rule->pub.bytes = 4;
	return rule;
}

static void put_over(void **state)
{
	cleanup_rule struct rule *old = pinned(), *rule = NULL, *other = NULL;
	struct mfw_rule with = {MFW_SIZE(struct mfw_rule), .comment = "", .action = "accept"};
	enum mfw_mode mode = MFW_MODE_DISABLED;

	(void)state;
	assert_int_equal(rule_new_with(old, &with, &mode, &rule, NULL), 0);
	assert_string_equal(rule->pub.ref, "r");
	assert_string_equal(rule->pub.action, "accept");
	assert_null(rule->pub.comment);
	assert_int_equal(rule->pub.mode, MFW_MODE_DISABLED);
	assert_ptr_equal(rule->program, old->program);
	assert_int_equal(rule->program->refs, 2);
	assert_true(rule->keep_count);
	assert_int_equal(rule->pub.packets, 3);
	assert_int_equal(rule->kind, MATCH_OBJECT_PINNED);

	/* Another match: another program, and counts from 0. */
	with = (struct mfw_rule){MFW_SIZE(struct mfw_rule), .match = "true"};
	assert_int_equal(rule_new_with(old, &with, NULL, &other, NULL), 0);
	assert_null(other->program);
	assert_null(other->pub.object_pinned);
	assert_string_equal(other->pub.match, "true");
	assert_int_equal(other->kind, MATCH_EXPR);
	assert_false(other->keep_count);
	assert_string_equal(other->pub.comment, "c");
}

static void overlay_may_lack(void **state)
{
	struct mfw_rule nothing = {MFW_SIZE(struct mfw_rule)};
	struct mfw_rule bad = {MFW_SIZE(struct mfw_rule), .action = "dorp"};
	cleanup_rule struct rule *rule = NULL;
	cleanup_err struct mfw_err *err = NULL;
	struct rule *none;

	(void)state;
	assert_int_equal(rule_new_overlay(&nothing, &rule, NULL), 0);
	assert_int_equal(rule->kind, 0);
	check_refused(rule_new_overlay(&bad, &none, &err), &err, "action.syntax", NULL);
}

static void programs(void **state)
{
	struct program *program = program_new("/sys/fs/bpf/x", hash, 7);

	(void)state;
	assert_string_equal(program->hex, "00017f80ff0000000000000000000000");
	assert_string_equal(program->pin, "/sys/fs/bpf/x");
	assert_ptr_equal(program_ref(program), program);
	program_unref(program);
	program_unref(program);
	program_unref(NULL);
	assert_null(program_ref(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies),   cmocka_unit_test(older_structures),
		cmocka_unit_test(refused),  cmocka_unit_test(error_names_rule),
		cmocka_unit_test(put_over), cmocka_unit_test(overlay_may_lack),
		cmocka_unit_test(programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
