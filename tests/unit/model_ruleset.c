/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "check.h"

#include <errno.h>

#include "model/ruleset.h"

#define HEAD     "{\"version\": 1, \"customers\": [{\"name\": \"acme\", \"chains\": ["
#define CHAIN    HEAD "{\"name\": \"edge\", \"rules\": [\n"
#define TAIL     "]}]}]}"
#define RULE     "{\"ref\": \"a\", \"match\": \"true\", \"action\": \"drop\"}"
#define EDGE     "{\"name\": \"edge\", \"hook\": \"input\"}"
#define NONE(c)  "{\"version\": 1, \"customers\": [" c "]}"
#define LISTS(l) "{\"version\": 1,\n\"lists\": " l "}"

static void read_text(struct ruleset *rs, const char *name, const char *text,
		      struct err_list *errors)
{
	assert_int_equal(ruleset_read(rs, name, doc_guess(text, strlen(text)), strdup(text),
				      strlen(text), errors),
			 0);
}

static void print_errors(const struct err_list *errors, struct buf *out)
{
	for (size_t i = 0; i < errors->n; i++) {
		const struct mfw_err *err = errors->items[i];
		unsigned line, column, length;

		mfw_err_place(err, &line, &column, &length);
		buf_printf(out, "%s%u:%u+%u %s %s", i ? "; " : "", line, column, length,
			   mfw_err_pointer(err), mfw_err_kind(err));
		assert_string_equal(mfw_err_file(err), "f");
		assert_int_equal(mfw_err_code(err) > 0, true);
	}
}

static const struct {
	const char *text, *errors, *says;
} bad[] = {
	{"", "1:1+1  doc.syntax", "the file is empty"},
	{"# nothing\n", "2:1+1  ruleset.type", "and this is nothing"},
	{"[]", "1:1+1  ruleset.type", "a ruleset is an object, and this is a list"},
	{"{}", "1:1+1  ruleset.key", "needs the key 'version'"},
	{"{\"version\": 1} 2", "1:16+1  doc.syntax", NULL},
	{"{\"version\": 2}", "1:13+1 /version ruleset.value", "version 2"},
	{"{\"version\": \"1\"}", "1:13+3 /version ruleset.type", "is a whole number"},
	{"{\"version\": 1, \"version\": 1}", "1:16+9 /version ruleset.key", "a second time"},
	{"{\"version\": 1, \"custmers\": [{}, 1]}", "1:16+10  ruleset.key",
	 "did you mean 'customers'?"},
	{"{\"version\": 1, \"customers\": {}}", "1:29+1 /customers ruleset.type",
	 "list of customers is a list"},
	{NONE("{}"), "1:30+1 /customers/0 ruleset.key", "a customer needs the key 'name'"},
	{NONE("{\"name\": 1}"), "1:39+1 /customers/0/name ruleset.type", "stands in quotes"},
	{NONE("{\"name\": \"a b\"}"), "1:30+1 /customers/0/name name.bad", NULL},
	{NONE("{\"name\": \"a\"},\n {\"name\": \"b\"}, {\"name\": \"a\"}"),
	 "2:17+1 /customers/2/name ruleset.double", "in f, line 1"},
	{NONE("{\"name\": \"a\", \"netns\": null}"), "1:53+4 /customers/0/netns ruleset.type",
	 NULL},
	{HEAD "{}" TAIL, "1:58+1 /customers/0/chains/0 ruleset.key; 1:64+1  doc.syntax", NULL},
	{HEAD "{\"name\": \"edge\", \"hook\": \"inptu\"}]}]}",
	 "1:83+7 /customers/0/chains/0/hook hook.unknown", NULL},
	{HEAD "{\"name\": \"edge\", \"family\": \"arp\"}]}]}",
	 "1:85+5 /customers/0/chains/0/family family.unsupported", NULL},
	{HEAD "{\"name\": \"edge\", \"policy\": \"drop\"}]}]}",
	 "1:58+1 /customers/0/chains/0 chain.hook", "without a hook"},
	{HEAD "{\"name\": \"edge\", \"hook\": \"input\", \"policy\": \"no\"}]}]}",
	 "1:102+4 /customers/0/chains/0/policy chain.policy", NULL},
	{HEAD "{\"name\": \"edge\", \"hook\": \"input\", \"type\": \"x\"}]}]}",
	 "1:100+3 /customers/0/chains/0/type chain.type", NULL},
	{HEAD "{\"name\": \"edge\", \"hook\": \"input\", \"priority\": 3000000000}]}]}",
	 "1:104+10 /customers/0/chains/0/priority ruleset.value", "2147483647"},
	{HEAD "{\"name\": \"edge\", \"hook\": \"input\", \"priority\": 1.5}]}]}",
	 "1:104+3 /customers/0/chains/0/priority ruleset.type", "and this is a number"},
	{HEAD EDGE ", " EDGE "]}]}", "1:102+6 /customers/0/chains/1/name ruleset.double", NULL},
	{CHAIN "{\"match\": \"true\"}" TAIL,
	 "2:1+1 /customers/0/chains/0/rules/0 ruleset.key; "
	 "2:1+1 /customers/0/chains/0/rules/0 ruleset.key",
	 "needs the key 'ref'"},
	{CHAIN RULE ",\n" RULE TAIL, "3:9+3 /customers/0/chains/0/rules/1/ref ruleset.double",
	 "a rule 'a' already"},
	{CHAIN
	 "{\"ref\": \"a\", \"match\": \"true\", \"object\": \"o\", \"action\": \"drop\"}" TAIL,
	 "2:41+3 /customers/0/chains/0/rules/0/object rule.match", NULL},
	{CHAIN "{\"ref\": \"a\", \"action\": \"drop\"}" TAIL,
	 "2:1+1 /customers/0/chains/0/rules/0 rule.match", "no match"},
	{CHAIN "{\"ref\": \"a\", \"match\": true, \"action\": \"drop\"}" TAIL,
	 "2:23+4 /customers/0/chains/0/rules/0/match ruleset.type", "a text stands in quotes"},
	{CHAIN
	 "{\"ref\": \"a\", \"match\": \"true\", \"action\": \"log prefix \\\"x\\\" dorp\"}" TAIL,
	 "2:59+4 /customers/0/chains/0/rules/0/action action.syntax", "drop"},
	{CHAIN "{\"ref\": \"a\", \"bytecode\": \"1,6 0 0\", \"action\": \"drop\"}" TAIL,
	 "2:34+1 /customers/0/chains/0/rules/0/bytecode bytecode.syntax", NULL},
	{CHAIN "{\"ref\": \"a\", \"match\": \"true\", \"action\": \"drop\", \"mode\": \"on\"}" TAIL,
	 "2:57+4 /customers/0/chains/0/rules/0/mode rule.mode", NULL},
	{CHAIN
	 "{\"ref\": \"a\", \"match\": \"true\", \"action\": \"drop\", \"comment\": \"\\t\"}" TAIL,
	 "2:60+4 /customers/0/chains/0/rules/0/comment rule.comment", NULL},
	{CHAIN
	 "{\"ref\": \"a\", \"match\": \"true\", \"action\": \"drop\", \"nodes\": [\"\", 1]}" TAIL,
	 "2:59+2 /customers/0/chains/0/rules/0/nodes/0 ruleset.value; "
	 "2:63+1 /customers/0/chains/0/rules/0/nodes/1 ruleset.type",
	 NULL},
	{CHAIN "{\"ref\": \"a\", \"match\": \"true\", \"action\": \"jump nowhere\"}" TAIL,
	 "2:41+14 /customers/0/chains/0/rules/0/action ruleset.jump", "no chain 'nowhere'"},
	{HEAD EDGE ", {\"name\": \"x\", \"rules\": [{\"ref\": \"a\", \"match\": \"true\", "
		   "\"action\": \"jump edge\"}]}]}]}",
	 "1:157+11 /customers/0/chains/1/rules/0/action ruleset.jump", "a hook of its own"},
	{HEAD "{\"name\": \"x\", \"family\": \"ip\"}, {\"name\": \"y\", \"rules\": [\n{\"ref\": "
	      "\"a\", \"match\": \"true\", \"action\": \"jump x\"}]}]}]}",
	 "2:41+8 /customers/0/chains/1/rules/0/action ruleset.jump", "of the family ip"},
	{HEAD
	 "{\"name\": \"x\", \"rules\": [\n{\"ref\": \"a\", \"match\": \"true\", \"action\": "
	 "\"jump y\"}]}, {\"name\": \"y\", \"rules\": [\n{\"ref\": \"a\", \"match\": \"true\", "
	 "\"action\": \"goto x\"}]}]}]}",
	 "3:41+8 /customers/0/chains/1/rules/0/action ruleset.loop", "jumps go round"},
	{LISTS("{\"Bad\": []}"), "2:11+5 /lists/Bad name.bad", NULL},
	{LISTS("{\"a/b\": 1, \"ok\": []}"),
	 "2:11+5 /lists/a~1b name.bad; 2:18+1 /lists/a~1b ruleset.type", NULL},
	{LISTS("{\"a\": [], \"a\": []}"), "2:20+3 /lists/a ruleset.double", NULL},
	{LISTS("{\"a\": 1}"), "2:16+1 /lists/a ruleset.type", NULL},
	{LISTS("{\"a\": [1, \"\"]}"),
	 "2:17+1 /lists/a/0 ruleset.type; 2:20+2 /lists/a/1 "
	 "ruleset.value",
	 NULL},
	{LISTS("{\"a\": {\"file\": \"x\", \"entries\": [\"y\"], \"type\": \"no\"}}"),
	 "2:56+4 /lists/a/type ruleset.value; 2:16+1 /lists/a ruleset.value", NULL},
	{CHAIN "{\"ref\": \"a b\", \"match\": \"udp\", \"action\": \"drp\", \"mode\": \"x\", "
	       "\"comment\": \"\\n\", \"bytecode\": \"1\"}" TAIL,
	 "2:57+3 /customers/0/chains/0/rules/0/mode rule.mode; "
	 "2:91+3 /customers/0/chains/0/rules/0/bytecode rule.match; "
	 "2:9+5 /customers/0/chains/0/rules/0/ref name.bad; "
	 "2:43+3 /customers/0/chains/0/rules/0/action action.syntax; "
	 "2:73+4 /customers/0/chains/0/rules/0/comment rule.comment; "
	 "2:93+1 /customers/0/chains/0/rules/0/bytecode bytecode.syntax",
	 "monitor"},
	{"version: 1\ncustomers:\n- name: acme\n  chains:\n  - name: edge\n    rules:\n    - ref: "
	 "a\n      match: \"true\"\n      action: log prefix x dorp\n",
	 "9:28+4 /customers/0/chains/0/rules/0/action action.syntax", NULL},
	{"version: 1\ncustomers: *all\n", "2:12+4 /customers doc.alias", NULL},
};

/* Whether the case is refused as it is to be. */
static bool is_refused(size_t i)
{
	cleanup_ruleset struct ruleset rs = {};
	cleanup_err_list struct err_list errors = {};
	cleanup_buf struct buf out = {};

	read_text(&rs, "f", bad[i].text, &errors);
	assert_int_equal(ruleset_check(&rs, &errors), 0);
	print_errors(&errors, &out);
	if (out.data && !strcmp(out.data, bad[i].errors) &&
	    (!bad[i].says || strstr(mfw_err_message(errors.items[0]), bad[i].says)))
		return true;
	print_error("%s\n  expected %s (%s)\n  found    %s (%s)\n", bad[i].text, bad[i].errors,
		    bad[i].says, out.data, errors.n ? mfw_err_message(errors.items[0]) : "");
	return false;
}

static void refuses(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		wrong += !is_refused(i);
	assert_int_equal(wrong, 0);
}

static const char whole[] =
	"{\n"
	"  \"version\": 1,\n"
	"  \"lists\": {\n"
	"    \"all\": [\n"
	"      \"192.0.2.0/24\",\n"
	"      \"2001:db8::/32\"\n"
	"    ],\n"
	"    \"names\": {\n"
	"      \"type\": \"name\",\n"
	"      \"file\": \"/etc/names\"\n"
	"    }\n"
	"  },\n"
	"  \"customers\": [\n"
	"    {\n"
	"      \"name\": \"acme\",\n"
	"      \"netns\": \"blue\",\n"
	"      \"lists\": {\n"
	"        \"bad\": []\n"
	"      },\n"
	"      \"chains\": [\n"
	"        {\n"
	"          \"name\": \"edge\",\n"
	"          \"hook\": \"forward\",\n"
	"          \"priority\": -10,\n"
	"          \"policy\": \"accept\",\n"
	"          \"rules\": [\n"
	"            {\n"
	"              \"ref\": \"a\",\n"
	"              \"match\": \"udp.dstport == 5060 # \\\"x\\\" \\n\\u0001\",\n"
	"              \"action\": \"log prefix \\\"x\\\" jump side\",\n"
	"              \"mode\": \"monitor\",\n"
	"              \"comment\": \"since Tuesday: yes\",\n"
	"              \"nodes\": [\n"
	"                \"fra1\",\n"
	"                \"eu\"\n"
	"              ]\n"
	"            },\n"
	"            {\n"
	"              \"ref\": \"b\",\n"
	"              \"bytecode\": \"1,6 0 0 65535\",\n"
	"              \"action\": \"drop\"\n"
	"            }\n"
	"          ]\n"
	"        },\n"
	"        {\n"
	"          \"name\": \"side\",\n"
	"          \"family\": \"inet\",\n"
	"          \"rules\": []\n"
	"        }\n"
	"      ]\n"
	"    },\n"
	"    {\n"
	"      \"name\": \"globex\",\n"
	"      \"chains\": []\n"
	"    }\n"
	"  ]\n"
	"}\n";

static void good(const char *text, struct ruleset *rs)
{
	cleanup_err_list struct err_list errors = {};

	read_text(rs, "f", text, &errors);
	assert_int_equal(ruleset_check(rs, &errors), 0);
	if (errors.n)
		fail_msg("%s\n%s", mfw_err_message(errors.items[0]), text);
}

/* What is written is read back as the same, from both formats. */
static void writes(void **state)
{
	cleanup_ruleset struct ruleset first = {}, json = {}, yaml = {};
	cleanup_buf struct buf text = {}, again = {}, as_yaml = {}, from_yaml = {};

	(void)state;
	good(whole, &first);
	assert_int_equal(ruleset_print_json(&first, &text), 0);
	good(text.data, &json);
	assert_int_equal(ruleset_print_json(&json, &again), 0);
	assert_string_equal(again.data, text.data);
	assert_int_equal(ruleset_print_yaml(&first, &as_yaml), 0);
	assert_int_equal(doc_guess(as_yaml.data, as_yaml.len), DOC_YAML);
	good(as_yaml.data, &yaml);
	assert_int_equal(ruleset_print_json(&yaml, &from_yaml), 0);
	assert_string_equal(from_yaml.data, text.data);
	assert_int_equal(text.len, strlen(whole) - strlen("          \"family\": \"inet\",\n"));
}

static void reads(void **state)
{
	cleanup_ruleset struct ruleset rs = {};
	const struct ruleset_customer *acme;
	const struct ruleset_rule *a;

	(void)state;
	good(whole, &rs);
	assert_int_equal(rs.n_customers, 2);
	assert_int_equal(rs.n_rules, 2);
	assert_int_equal(rs.lists[0].n_entries, 2);
	assert_true(rs.lists[1].of_names);
	acme = ruleset_find(&rs, "acme");
	assert_string_equal(acme->netns, "blue");
	assert_string_equal(ruleset_find_chain(acme, "edge")->chain->pub.type, "filter");
	a = &ruleset_find_chain(acme, "edge")->rules[0];
	assert_int_equal(a->rule->pub.mode, MFW_MODE_MONITOR);
	assert_int_equal(a->rule->kind, MATCH_EXPR);
	assert_string_equal(a->nodes[1], "eu");
	assert_null(ruleset_find(&rs, "nobody"));
}

static void several_files(void **state)
{
	cleanup_ruleset struct ruleset rs = {};
	cleanup_err_list struct err_list errors = {};

	(void)state;
	read_text(&rs, "f", NONE("{\"name\": \"a\"}"), &errors);
	read_text(&rs, "g", "version: 1\ncustomers: [{name: b}]\n", &errors);
	assert_int_equal(errors.n, 0);
	read_text(&rs, "h", "version: 1\ncustomers: [{name: a}]\n", &errors);
	assert_int_equal(errors.n, 1);
	assert_string_equal(mfw_err_file(errors.items[0]), "h");
	assert_non_null(strstr(mfw_err_message(errors.items[0]), "in f, line 1"));
	assert_int_equal(rs.n_customers, 2);
}

static void stops(void **state)
{
	cleanup_ruleset struct ruleset rs = {};
	cleanup_err_list struct err_list errors = {};
	cleanup_buf struct buf text = {};

	(void)state;
	buf_add_str(&text, "{\"version\": 1, \"customers\": [1");
	for (int i = 0; i < 100; i++)
		buf_add_str(&text, ",1");
	buf_add_str(&text, "]}");
	read_text(&rs, "f", text.data, &errors);
	assert_int_equal(errors.n, RULESET_ERRORS_MAX);
	read_text(&rs, "g", "[", &errors);
	assert_int_equal(errors.n, RULESET_ERRORS_MAX);
}

/* An error in an expression is put where it stands in the file. */
static void places(void **state)
{
	cleanup_ruleset struct ruleset rs = {};
	const struct ruleset_rule *a;
	struct mfw_err *err = NULL;
	struct ruleset_where where;
	unsigned line, column, length;

	(void)state;
	good(whole, &rs);
	a = &rs.customers[0]->chains[0].rules[0];
	where = (struct ruleset_where){rs.customers[0], &rs.customers[0]->chains[0], a, "match"};
	err_make(&err, EINVAL, "expr.syntax", "no");
	err_at_offset(&err, a->rule->pub.match, 22, 3);
	ruleset_place_in(&err, &where, a->match);
	mfw_err_place(err, &line, &column, &length);
	assert_int_equal(line, 29);
	assert_int_equal(column, 25 + 22);
	assert_int_equal(length, 5);
	assert_string_equal(mfw_err_pointer(err), "/customers/0/chains/0/rules/0/match");
	assert_string_equal(mfw_err_ref(err), "a");
	assert_non_null(strstr(mfw_err_source(err), "5060"));
	assert_null(strchr(mfw_err_source(err), '\n'));
	mfw_err_free(err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses),       cmocka_unit_test(writes), cmocka_unit_test(reads),
		cmocka_unit_test(several_files), cmocka_unit_test(stops),  cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
