/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands: help, completion, checks and suggestions all read this table. */
#include "cli/handlers.h"

#define ARG(label, member, ...)                                                                    \
	{                                                                                          \
		label, offsetof(struct config, member), __VA_ARGS__                                \
	}
#define NAME         ARG("NAME", name, 0, WORDS_CUSTOMER)
#define CUSTOMER     ARG("CUSTOMER", customer, ARG_TARGET, WORDS_CUSTOMER)
#define CHAIN        ARG("CHAIN", chain, ARG_TARGET, WORDS_CHAIN)
#define REF          ARG("REF", ref, 0, WORDS_REF)
#define REFS         ARG("REF...", words, ARG_REPEATED, WORDS_REF)
#define MODE         ARG("MODE", mode, 0, WORDS_NONE, mode_words)
#define MATCH        ARG("MATCH", match, ARG_MATCH, WORDS_EXPRESSION)
#define ACTION       ARG("ACTION...", words, ARG_REPEATED, WORDS_ACTION)
#define EXPRESSION   ARG("EXPRESSION", match, 0, WORDS_EXPRESSION)
#define DATA         ARG("DATA", type, 0, WORDS_NONE, geo_words)
#define ADDRESSES    ARG("ADDRESS...", words, ARG_REPEATED, WORDS_NONE)
#define OWNER        ARG("CUSTOMER", customer, ARG_OWNER, WORDS_CUSTOMER)
#define LIST         ARG("LIST", name, 0, WORDS_LIST)
#define ENTRIES      ARG("ENTRY...", words, ARG_REPEATED, WORDS_NONE)
#define MATCHER      ARG("MATCHER", name, 0, WORDS_MATCHER)
#define CAPTURE      ARG("CAPTURE", capture, 0, WORDS_PATH)
#define RULESETS     ARG("FILE...", words, ARG_REPEATED, WORDS_PATH)
#define MAY_RULESETS ARG("FILE...", words, ARG_REPEATED | ARG_OPTIONAL, WORDS_PATH)
#define MAY_CUSTOMER ARG("CUSTOMER", customer, ARG_TARGET | ARG_OPTIONAL, WORDS_CUSTOMER)
#define MAY_CHAIN    ARG("CHAIN", chain, ARG_TARGET | ARG_OPTIONAL, WORDS_CHAIN)
#define MAY_OWNER    ARG("CUSTOMER", customer, ARG_OWNER | ARG_OPTIONAL, WORDS_CUSTOMER)
#define MAY_LIST     ARG("LIST", name, ARG_OPTIONAL, WORDS_LIST)
#define MAY_ENTRIES  ARG("ENTRY...", words, ARG_REPEATED | ARG_OPTIONAL, WORDS_NONE)
#define MAY_MATCH    ARG("MATCH", match, ARG_MATCH | ARG_OPTIONAL, WORDS_EXPRESSION)
#define MAY_ACTION   ARG("ACTION...", words, ARG_REPEATED | ARG_OPTIONAL, WORDS_ACTION)
#define MAY_COMMAND  ARG("COMMAND...", words, ARG_REPEATED | ARG_OPTIONAL, WORDS_COMMAND)

#define RULE_OPTS (OPTS_DIRECT | OPTS_PROGRAM | OPT(REF) | OPT(COMMENT) | OPT(MODE))

static const char one_at_a_time[] =
	"it makes or removes a namespace, which no transaction can undo; run it by itself, before "
	"the file";
static const char whole_customers[] = "it concerns whole customers; run it by itself";
static const char not_nft[] = "it is no part of a namespace's transaction; run it by itself";
static const char not_a_change[] = "it changes nothing; run it by itself";

const struct command commands[] = {
	{
		.noun = "customer",
		.verb = "add",
		.summary = "make a customer with a namespace, or adopt one",
		.run = customer_add_command,
		.valid = OPT(NETNS),
		.arguments = {NAME},
		.only_once = one_at_a_time,
	},
	{
		.noun = "customer",
		.verb = "del",
		.summary = "delete a customer: rules, pins, and the namespace if we made it",
		.run = customer_del_command,
		.arguments = {NAME},
		.only_once = one_at_a_time,
	},
	{
		.noun = "customer",
		.verb = "list",
		.summary = "show all customers",
		.run = customer_list,
		.only_once = not_a_change,
	},
	{
		.noun = "customer",
		.verb = "show",
		.summary = "show one customer with its chains",
		.run = customer_show,
		.arguments = {NAME},
		.only_once = not_a_change,
	},
	{
		.noun = "chain",
		.verb = "add",
		.summary = "add a chain; with --hook a base chain",
		.step = chain_add_step,
		.valid = OPTS_BASECHAIN | OPT(FAMILY),
		.types = chain_type_words,
		.arguments = {CUSTOMER, CHAIN},
	},
	{
		.noun = "chain",
		.verb = "set",
		.summary = "change a base chain in place; its rules and counts stay",
		.step = chain_set_step,
		.valid = OPT(POLICY) | OPT(PRIORITY) | OPT(HOOK) | OPT(FAMILY),
		.needs_one = OPT(POLICY) | OPT(PRIORITY) | OPT(HOOK),
		.arguments = {CUSTOMER, CHAIN},
	},
	{
		.noun = "chain",
		.verb = "del",
		.summary = "delete an empty chain; with --flush any",
		.step = chain_del_step,
		.valid = OPT(FLUSH),
		.arguments = {CUSTOMER, CHAIN},
	},
	{
		.noun = "chain",
		.verb = "list",
		.summary = "show chains, of one customer or of all",
		.run = chain_list,
		.arguments = {MAY_CUSTOMER},
		.only_once = not_a_change,
	},
	{
		.noun = "rule",
		.verb = "add",
		.summary = "add a rule at the chain's end, or after rule --index",
		.step = rule_add_step,
		.valid = RULE_OPTS | OPTS_PLACE,
		.arguments = {CUSTOMER, CHAIN, MATCH, ACTION},
	},
	{
		.noun = "rule",
		.verb = "insert",
		.summary = "add a rule at the chain's start, or before rule --index",
		.step = rule_insert_step,
		.valid = RULE_OPTS | OPTS_PLACE,
		.arguments = {CUSTOMER, CHAIN, MATCH, ACTION},
	},
	{
		.noun = "rule",
		.verb = "replace",
		.summary = "change what is given of a rule; the rest stays",
		.step = rule_replace_step,
		.valid = RULE_OPTS | OPT(ACTION),
		.arguments = {CUSTOMER, CHAIN, REF, MAY_MATCH, MAY_ACTION},
	},
	{
		.noun = "rule",
		.verb = "move",
		.summary = "move a rule within its chain, to the position --index",
		.step = rule_move_step,
		.valid = OPTS_DIRECT | OPTS_PLACE,
		.needs_one = OPTS_PLACE,
		.arguments = {CUSTOMER, CHAIN, REF},
	},
	{
		.noun = "rule",
		.verb = "del",
		.summary = "delete rules",
		.step = rule_del_step,
		.valid = OPTS_DIRECT,
		.arguments = {CUSTOMER, CHAIN, REFS},
	},
	{
		.noun = "rule",
		.verb = "mode",
		.summary = "let a rule act, only count, or rest",
		.step = rule_mode_step,
		.valid = OPTS_DIRECT,
		.arguments = {CUSTOMER, CHAIN, REF, MODE},
	},
	{
		.noun = "rule",
		.verb = "list",
		.summary = "show rules with their counters, other tools' rules too",
		.run = rule_list,
		.valid = OPTS_DIRECT | OPT(FORMAT) | OPT(RESET),
		.arguments = {MAY_CUSTOMER, MAY_CHAIN},
		.only_once = not_a_change,
	},
	{
		.noun = "rule",
		.verb = "state",
		.summary = "show what the matchers of a rule remember",
		.run = rule_state,
		.valid = OPTS_DIRECT | OPT(RESET),
		.arguments = {CUSTOMER, CHAIN, REF},
		.only_once = not_a_change,
	},
	{
		.noun = "apply",
		.summary = "make customers have what rulesets say, and nothing else",
		.run = apply_command,
		.valid = OPT(CHECK) | OPT(DIFF) | OPT(ONLY) | OPT(PRUNE) | OPT(CONFIRM) | OPT(JOBS),
		.arguments = {RULESETS},
		.only_once = whole_customers,
	},
	{
		.noun = "boot",
		.summary = "apply what is to be there at boot, or else what was last good",
		.run = boot_command,
		.arguments = {MAY_RULESETS},
		.only_once = whole_customers,
	},
	{
		.noun = "confirm",
		.summary = "let an apply --confirm stay",
		.run = confirm_command,
		.only_once = whole_customers,
	},
	{
		.noun = "rollback",
		.summary = "go back to what was there before the last apply",
		.run = rollback_command,
		.valid = OPT(CHECK) | OPT(DIFF),
		.only_once = whole_customers,
	},
	{
		.noun = "guard",
		.summary = "wait for an apply --confirm, which starts this, and take it back",
		.run = guard_command,
		.unseen = true,
		.only_once = whole_customers,
	},
	{
		.noun = "save",
		.summary = "print what customers have, as a ruleset",
		.run = save_command,
		.valid = OPT(YAML) | OPT(BOOT),
		.arguments = {MAY_CUSTOMER},
		.only_once = not_a_change,
	},
	{
		.noun = "verify",
		.summary = "name what customers have otherwise than rulesets say",
		.run = verify_command,
		.valid = OPT(ONLY),
		.arguments = {RULESETS},
		.only_once = not_a_change,
	},
	{
		.noun = "flush",
		.summary = "remove rules; chains stay, and let everything pass",
		.run = flush_command,
		.valid = OPT(YES) | OPT(CHECK),
		.arguments = {MAY_CUSTOMER},
		.only_once = whole_customers,
	},
	{
		.noun = "expr",
		.verb = "check",
		.summary = "show an expression's errors and warnings",
		.run = expr_check_command,
		.valid = OPTS_KNOWN,
		.arguments = {EXPRESSION},
		.only_once = not_a_change,
	},
	{
		.noun = "expr",
		.verb = "print",
		.summary = "show how an expression is understood, in its canonical form",
		.run = expr_print_command,
		.valid = OPTS_LISTS,
		.arguments = {EXPRESSION},
		.only_once = not_a_change,
	},
	{
		.noun = "expr",
		.verb = "compile",
		.summary = "write an expression's program as an object file",
		.run = expr_compile_command,
		.valid = OPT(OUTPUT) | OPT(NODE) | OPTS_LISTS,
		.needs_one = OPT(OUTPUT),
		.arguments = {EXPRESSION},
		.only_once = not_a_change,
	},
	{
		.noun = "expr",
		.verb = "explain",
		.summary = "show what becomes of an expression, and what it costs",
		.run = expr_explain_command,
		.valid = OPTS_KNOWN,
		.arguments = {EXPRESSION},
		.only_once = not_a_change,
	},
	{
		.noun = "test",
		.summary = "show which packets of a capture an expression matches",
		.run = test_command,
		.valid = OPT(WRITE) | OPT(VERIFY) | OPTS_KNOWN,
		.arguments = {EXPRESSION, CAPTURE},
		.only_once = not_a_change,
	},
	{
		.noun = "list",
		.verb = "set",
		.summary = "make a list of addresses or names be what is given",
		.run = list_set_command,
		.valid = OPT(SHARED) | OPT(ENTRIES) | OPT(TYPE),
		.types = list_type_words,
		.arguments = {OWNER, LIST, MAY_ENTRIES},
		.only_once = not_nft,
	},
	{
		.noun = "list",
		.verb = "add",
		.summary = "add entries to a list",
		.run = list_add_command,
		.valid = OPT(SHARED) | OPT(ENTRIES),
		.arguments = {OWNER, LIST, MAY_ENTRIES},
		.only_once = not_nft,
	},
	{
		.noun = "list",
		.verb = "del",
		.summary = "delete entries of a list",
		.run = list_del_command,
		.valid = OPT(SHARED) | OPT(ENTRIES),
		.arguments = {OWNER, LIST, MAY_ENTRIES},
		.only_once = not_nft,
	},
	{
		.noun = "list",
		.verb = "show",
		.summary = "show the entries of a list; without LIST the lists",
		.run = list_show,
		.valid = OPT(SHARED),
		.arguments = {MAY_OWNER, MAY_LIST},
		.only_once = not_a_change,
	},
	{
		.noun = "list",
		.verb = "test",
		.summary = "show whether addresses or names are in a list",
		.run = list_test,
		.valid = OPT(SHARED),
		.arguments = {OWNER, LIST, ENTRIES},
		.only_once = not_a_change,
	},
	{
		.noun = "list",
		.verb = "drop",
		.summary = "delete a list that no rule looks into",
		.run = list_drop_command,
		.valid = OPT(SHARED),
		.arguments = {OWNER, LIST},
		.only_once = not_nft,
	},
	{
		.noun = "list",
		.summary = "show all lists of addresses and names",
		.run = list_command,
		.only_once = not_a_change,
	},
	{
		.noun = "geo",
		.verb = "set",
		.summary = "load what is known about addresses, for all customers",
		.run = geo_set_command,
		.valid = OPT(COUNTRY) | OPT(ASN),
		.needs_one = OPT(COUNTRY) | OPT(ASN),
		.only_once = not_nft,
	},
	{
		.noun = "geo",
		.verb = "show",
		.summary = "show which data about addresses is loaded",
		.run = geo_show,
		.only_once = not_a_change,
	},
	{
		.noun = "geo",
		.verb = "test",
		.summary = "show what the data says about addresses",
		.run = geo_test,
		.arguments = {ADDRESSES},
		.only_once = not_a_change,
	},
	{
		.noun = "geo",
		.verb = "del",
		.summary = "delete data about addresses that no rule asks for",
		.run = geo_del_command,
		.arguments = {DATA},
		.only_once = not_nft,
	},
	{
		.noun = "matcher",
		.verb = "list",
		.summary = "show the matchers that expressions can call",
		.run = matcher_list,
		.only_once = not_a_change,
	},
	{
		.noun = "matcher",
		.verb = "show",
		.summary = "show a matcher's parameters and documentation",
		.run = matcher_show,
		.arguments = {MATCHER},
		.only_once = not_a_change,
	},
	{
		.noun = "doctor",
		.summary = "check what the rules need of this machine",
		.run = doctor,
		.only_once = not_a_change,
	},
	{
		.noun = "version",
		.summary = "print the version",
		.run = version,
		.only_once = not_a_change,
	},
	{
		.noun = "help",
		.summary = "show commands; with a command's words, its usage",
		.run = help,
		.valid = OPT(ALL),
		.arguments = {MAY_COMMAND},
		.only_once = not_a_change,
	},
};

const size_t n_commands = ARRAY_SIZE(commands);
