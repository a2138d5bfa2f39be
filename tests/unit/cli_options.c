/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <string.h>

#include "cli/options.h"

#define PARSE(...)        parse((const char *const[]){__VA_ARGS__, NULL})
#define REFUSE(part, ...) refuse(part, (const char *const[]){__VA_ARGS__, NULL})

static struct parsed parsed;

static size_t count(const char *const *words)
{
	size_t n = 0;

	while (words[n])
		n++;
	return n;
}

static const struct config *parse(const char *const *words)
{
	cleanup_fault struct fault fault = {};
	int ret = options_parse(&parsed, words, count(words), &fault);

	if (ret)
		print_error("%s\n", fault.message);
	assert_int_equal(ret, 0);
	return &parsed.config;
}

static void refuse(const char *part, const char *const *words)
{
	cleanup_fault struct fault fault = {};

	assert_int_equal(options_parse(&parsed, words, count(words), &fault), -1);
	assert_int_equal(fault_status(&fault), STATUS_BAD_INPUT);
	if (!strstr(fault.message, part))
		print_error("'%s' is not in: %s\n", part, fault.message);
	assert_non_null(strstr(fault.message, part));
	/* One sentence, never the whole help. */
	assert_null(strchr(fault.message, '\n'));
	assert_true(strlen(fault.message) < 250);
}

static void binds_words(void **state)
{
	const struct config *c;

	(void)state;
	c = PARSE("rule", "add", "acme", "edge", "true", "reject", "with", "tcp", "reset");
	assert_string_equal(parsed.command->verb, "add");
	assert_string_equal(c->customer, "acme");
	assert_string_equal(c->chain, "edge");
	assert_string_equal(c->match, "true");
	assert_int_equal(c->n_words, 4);
	assert_string_equal(c->words[3], "reset");
	c = PARSE("rule", "list");
	assert_null(c->customer);
	c = PARSE("rule", "list", "acme");
	assert_null(c->chain);
	c = PARSE("rule", "mode", "acme", "edge", "r1", "monitor");
	assert_string_equal(c->mode, "monitor");
}

static void takes_options_anywhere(void **state)
{
	const struct config *c;

	(void)state;
	c = PARSE("--json", "rule", "--ref", "r", "add", "acme", "--index=3", "edge", "true",
		  "drop", "--comment", "--json");
	assert_true(c->json);
	assert_string_equal(c->new_ref, "r");
	assert_int_equal(c->index, 3);
	assert_string_equal(c->comment, "--json");
	c = PARSE("chain", "add", "acme", "edge", "--hook", "input", "--priority", "-10");
	assert_string_equal(c->priority, "-10");
	c = PARSE("rule", "add", "acme", "edge", "--", "--strange", "drop");
	assert_string_equal(c->match, "--strange");
	c = PARSE("rule", "add", "acme", "edge", "true", "drop", "--comment=");
	assert_string_equal(c->comment, "");
}

static void addresses_directly(void **state)
{
	const struct config *c;

	(void)state;
	c = PARSE("rule", "add", "--netns", "n", "--family", "ip", "--table", "filter", "--chain",
		  "INPUT", "true", "drop");
	assert_null(c->customer);
	assert_string_equal(c->chain, "INPUT");
	assert_string_equal(c->match, "true");
	c = PARSE("rule", "list", "--table", "filter");
	assert_null(c->chain);
	REFUSE("--table needs --chain", "rule", "add", "--table", "t", "true", "drop");
	REFUSE("needs --table", "rule", "add", "--netns", "n", "true", "drop");
	REFUSE("no use for 'edge'", "rule", "list", "--table", "t", "edge");
}

static void leaves_out_the_match(void **state)
{
	const struct config *c;

	(void)state;
	c = PARSE("rule", "add", "acme", "edge", "--object-pinned", "/p", "drop");
	assert_null(c->match);
	assert_int_equal(c->n_words, 1);
	c = PARSE("rule", "replace", "acme", "edge", "r", "--bytecode", "1,6 0 0 0");
	assert_int_equal(c->n_words, 0);
	REFUSE("exclude each other", "rule", "add", "a", "b", "--object", "x", "--bytecode", "y",
	       "drop");
}

static void refuses_options(void **state)
{
	(void)state;
	REFUSE("did you mean '--comment'", "rule", "add", "--coment", "x");
	REFUSE("takes no --hook", "rule", "del", "a", "b", "c", "--hook", "input");
	REFUSE("given twice", "rule", "add", "--ref", "a", "--ref", "b");
	REFUSE("needs a value", "rule", "add", "--ref");
	REFUSE("takes no value", "rule", "list", "--json=yes");
	REFUSE("enforce, monitor, disabled", "rule", "add", "--mode", "off");
	REFUSE("whole number", "rule", "add", "--index", "-1");
	REFUSE("whole number", "rule", "add", "--index", "4294967296");
	REFUSE("whole number", "rule", "add", "--index", "");
	REFUSE("exclude each other", "rule", "move", "a", "b", "c", "--before", "x", "--index",
	       "0");
	REFUSE("at least one of --before, --after, --index", "rule", "move", "a", "b", "c");
}

static void refuses_words(void **state)
{
	(void)state;
	REFUSE("did you mean 'rule'", "rules");
	REFUSE("did you mean 'list'", "rule", "lst");
	REFUSE("needs one of add,", "rule");
	REFUSE("needs ACTION", "rule", "add", "a", "b", "true");
	REFUSE("no use for 'c'", "chain", "del", "a", "b", "c");
	REFUSE("MODE is one of", "rule", "mode", "a", "b", "c", "off");
	REFUSE("there is no command 'xyzzy'", "xyzzy");
}

/* What loops over the tables relies on. */
static void tables_are_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < O_COUNT; i++) {
		assert_non_null(options[i].name);
		assert_non_null(options[i].help);
		assert_non_null(options[i].write);
		assert_ptr_equal(option_find(options[i].name), &options[i]);
	}
	for (size_t i = 0; i < n_commands; i++) {
		const struct command *c = &commands[i];

		assert_true(!c->run != !c->step);
		assert_true(c->step || c->only_once);
		assert_true((c->needs_one & ~c->valid) == 0);
		for (const struct argument *a = c->arguments; a->name; a++)
			assert_true(!(a->flags & ARG_REPEATED) || !a[1].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(binds_words),        cmocka_unit_test(takes_options_anywhere),
		cmocka_unit_test(addresses_directly), cmocka_unit_test(leaves_out_the_match),
		cmocka_unit_test(refuses_options),    cmocka_unit_test(refuses_words),
		cmocka_unit_test(tables_are_sound),
	};
	int ret = cmocka_run_group_tests(tests, NULL, NULL);

	parsed_clear(&parsed);
	return ret;
}
