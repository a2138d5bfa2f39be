/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What packets alone do not say, and who is asked for it. Fields, operators: golden/answers.txt. */
#include "expr/eval.h"
#include "test.h"

#include <errno.h>
#include <string.h>

/* UDP 192.0.2.1:5060 > 198.51.100.2:53 */
static const uint8_t packet[] = {
	0x45, 0, 0,   28, 0,   1, 0,    0,    64, 17, 0, 0, 192, 0,
	2,    1, 198, 51, 100, 2, 0x13, 0xc4, 0,  53, 0, 8, 0,   0,
};

struct world {
	unsigned asked; /* how often a matcher was */
	bool answer;
};

static int ask_matcher(void *ctx, const struct expr *leaf, const struct eval_packet *p, bool *ret,
		       struct mfw_err **err)
{
	struct world *world = ctx;

	if (!strcmp(leaf->value->matcher->pub.name, "probe"))
		return err_make(err, EIO, "test.probe", "it does not answer");
	assert_int_equal(p->l4, 20);
	world->asked++;
	*ret = world->answer;
	return 0;
}

static bool has_ip(void *ctx, const char *list, bool shared, const struct ip *ip)
{
	(void)ctx;
	return shared == !strcmp(list, "malware") && ip->family == 4 && ip->bytes[0] == 192;
}

static bool has_name(void *ctx, const char *list, bool shared, const void *name, size_t len)
{
	(void)ctx;
	(void)shared;
	return !strcmp(list, "names") && len == 3 && !memcmp(name, "udp", len);
}

static const char *country(void *ctx, const struct ip *ip)
{
	(void)ctx;
	return ip->bytes[0] == 192 ? "BR" : NULL;
}

static bool asnum(void *ctx, const struct ip *ip, uint32_t *ret)
{
	(void)ctx;
	*ret = 64500;
	return ip->bytes[0] == 192;
}

static const char *node(void *ctx, const struct field *field)
{
	(void)ctx;
	return field->id == FIELD_NODE_NAME ? "sfo06" : NULL;
}

static bool ask(const char *text, struct world *world)
{
	const struct eval_hooks none = {}, all = {.ctx = world,
						  .matcher = ask_matcher,
						  .list_has_ip = has_ip,
						  .list_has_name = has_name,
						  .country = country,
						  .asnum = asnum,
						  .node = node};
	cleanup_err struct mfw_err *err = NULL;
	cleanup_expr struct expr *expr = NULL;
	bool answer = false;

	if (expr_parse(text, &test_scheme, &expr, &err) ||
	    eval(expr, packet, sizeof(packet), world ? &all : &none, &answer, &err))
		fail_msg("%s: %s", text, mfw_err_message(err));
	return answer;
}

static void knows_by_hooks(void **unused)
{
	static const char *const hold[] = {
		"ip.src in $bad",
		"ip.src in $shared.malware",
		"not ip.dst in $bad",
		"ip.proto in $names",
		"ip.src.country == \"BR\"",
		"lower(ip.src.country) == \"br\"",
		"ip.dst.country ne \"BR\"",
		"not ip.dst.country in {\"BR\" \"DE\"}",
		"ip.src.asnum in {64496..64511}",
		"ip.dst.asnum ne 64500",
		"node.name == \"sfo06\"",
		"cf.colo.name contains \"fo\"",
		"node.region ne \"\"",
		"len(node.name) == 5",
	};
	struct world world = {};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(hold); i++)
		if (!ask(hold[i], &world))
			fail_msg("%s", hold[i]);
}

static void knows_nothing_without(void **unused)
{
	static const char *const hold[] = {
		"not ip.src in $bad",
		"not ip.proto in $names",
		"ip.src.country ne \"BR\"",
		"not len(ip.src.country) in {0..9}",
		"not ip.src.asnum in {0..4294967295}",
		"node.name ne \"sfo06\"",
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(hold); i++)
		if (!ask(hold[i], NULL))
			fail_msg("%s", hold[i]);
}

/* Those that nothing depends on any more are not asked, but for xor's. */
static void asks_matchers_in_order(void **unused)
{
	static const struct {
		const char *text;
		unsigned no, yes;
	} cases[] = {
		{"sip", 1, 1},
		{"sip and sip and sip", 1, 3},
		{"sip or sip or sip", 3, 1},
		{"sip xor sip xor sip", 3, 3},
		{"false and sip", 0, 0},
		{"ip.ttl == 64 or sip", 0, 0},
		{"not (sip or false) and sip", 2, 1},
	};

	(void)unused;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct world no = {}, yes = {.answer = true};

		ask(cases[i].text, &no);
		ask(cases[i].text, &yes);
		if (no.asked != cases[i].no || yes.asked != cases[i].yes)
			fail_msg("%s: asked %u and %u times", cases[i].text, no.asked, yes.asked);
	}
}

static int refusal(const char *text, const struct eval_hooks *hooks, struct mfw_err **err)
{
	cleanup_expr struct expr *expr = NULL;
	bool answer = true;
	int r;

	assert_int_equal(expr_parse(text, &test_scheme, &expr, NULL), 0);
	assert_true(eval_asks_matcher(expr));
	r = eval(expr, packet, sizeof(packet), hooks, &answer, err);
	assert_true(answer);
	return r;
}

static void refuses_matchers(void **unused)
{
	cleanup_err struct mfw_err *alone = NULL, *failed = NULL;
	struct world world = {};
	const struct eval_hooks hooks = {.ctx = &world, .matcher = ask_matcher};

	(void)unused;
	assert_int_equal(refusal("true and not sip", &(struct eval_hooks){}, &alone), -EOPNOTSUPP);
	assert_string_equal(mfw_err_kind(alone), "eval.matcher");
	assert_int_equal(refusal("false xor (sip or probe(n=1))", &hooks, &failed), -EIO);
	assert_string_equal(mfw_err_kind(failed), "test.probe");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_by_hooks),
		cmocka_unit_test(knows_nothing_without),
		cmocka_unit_test(asks_matchers_in_order),
		cmocka_unit_test(refuses_matchers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
