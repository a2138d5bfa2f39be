/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"

static const char *const color_words[] = {"auto", "always", "never", NULL};
static const char *const format_words[] = {"text", "json", "nft", NULL};
static const char *const policy_words[] = {"accept", "drop", NULL};
static const char *const priority_words[] = {"raw",      "mangle", "dstnat", "filter",
					     "security", "srcnat", "out",    NULL};

const char *const chain_type_words[] = {"filter", "nat", "route", NULL};
const char *const list_type_words[] = {"ip", "name", NULL};
const char *const family_words[] = {"inet", "ip", "ip6", "bridge", NULL};
const char *const geo_words[] = {"country", "asn", NULL};
const char *const hook_words[] = {"prerouting", "input", "forward", "output", "postrouting", NULL};
const char *const mode_words[] = {"enforce", "monitor", "disabled", NULL};

static int write_flag(const struct option *option, void *member, const char *value,
		      struct fault *fault)
{
	(void)option;
	(void)value;
	(void)fault;
	*(bool *)member = true;
	return 0;
}

static int write_text(const struct option *option, void *member, const char *value,
		      struct fault *fault)
{
	(void)option;
	(void)fault;
	*(const char **)member = value;
	return 0;
}

static int write_path(const struct option *option, void *member, const char *value,
		      struct fault *fault)
{
	if (!strcmp(value, "-"))
		return fault_usage(fault, "usage.value",
				   "%s names a file, not '-'; standard output is /dev/stdout",
				   option->name);
	return write_text(option, member, value, fault);
}

static int write_list(const struct option *option, void *member, const char *value,
		      struct fault *fault)
{
	struct config_lists *lists = member;

	if (lists->n == sizeof(lists->all) / sizeof(lists->all[0]))
		return fault_usage(fault, "usage.value", "%s is given more than %zu times",
				   option->name, lists->n);
	lists->all[lists->n++] = value;
	return 0;
}

static int write_word(const struct option *option, void *member, const char *value,
		      struct fault *fault)
{
	char list[128];

	if (!is_one_of(value, option->values))
		return fault_usage(fault, "usage.value", "%s is one of %s, not '%s'", option->name,
				   join_words(option->values, list, sizeof(list)), value);
	*(const char **)member = value;
	return 0;
}

static int write_number(const struct option *option, void *member, const char *value,
			struct fault *fault)
{
	uint64_t number = 0;
	const char *p = value;

	for (; *p >= '0' && *p <= '9' && number <= UINT32_MAX; p++)
		number = number * 10 + (unsigned)(*p - '0');
	if (*p || p == value || number > UINT32_MAX)
		return fault_usage(fault, "usage.value",
				   "%s takes a whole number (%s) from 0 to 4294967295, not '%s'",
				   option->name, option->argument, value);
	*(uint32_t *)member = (uint32_t)number;
	return 0;
}

/* Families and hooks are checked by the library, which knows why some cannot be used. */
#define AT(member) .offset = offsetof(struct config, member)

const struct option options[O_COUNT] = {
	[O_JSON] = {"--json", NULL, "print JSON, also for errors", write_flag, AT(json)},
	[O_HELP] = {"--help", NULL, "show the usage of the command", write_flag, AT(help)},
	[O_VERSION] = {"--version", NULL, "print the version", write_flag, AT(version)},
	[O_ALL] = {"--all", NULL, "every command with its options", write_flag, AT(all)},
	[O_MATCHER_PATH] = {"--matcher-path", "DIR[:DIR...]",
			    "where matcher objects are (else $MFW_MATCHER_PATH)", write_text,
			    AT(matcher_path), .completes = WORDS_PATH},
	[O_COLOR] = {"--color", "WHEN", "colour: auto (on a terminal), always, never", write_word,
		     AT(color), .values = color_words},
	[O_WAIT] = {"--wait", "SECONDS", "how long to wait for another change (10)", write_number,
		    AT(wait_s)},
	[O_FILE] = {"-f", "FILE", "do the commands in FILE ('-': standard input) as one change",
		    write_text, AT(file), .completes = WORDS_PATH},
	[O_NETNS] = {"--netns", "NAME|PATH", "a network namespace", write_text, AT(netns),
		     .completes = WORDS_NETNS},
	[O_FAMILY] = {"--family", "FAMILY", "inet (default), ip, ip6 or bridge", write_text,
		      AT(family), .values = family_words},
	[O_TABLE] = {"--table", "TABLE", "address this nftables table instead of a customer",
		     write_text, AT(table)},
	[O_CHAIN] = {"--chain", "CHAIN", "the chain in that table", write_text, AT(chain)},
	[O_TYPE] = {"--type", "TYPE",
		    "of a chain: filter (default), nat, route; of a list: ip (default), name",
		    write_text, AT(type)},
	[O_HOOK] = {"--hook", "HOOK", "makes a base chain: where packets enter it", write_text,
		    AT(hook), .values = hook_words},
	[O_PRIORITY] = {"--priority", "PRIORITY",
			"a number (default 0), or NAME[+N|-N]; lower runs first", write_text,
			AT(priority), .values = priority_words},
	[O_POLICY] = {"--policy", "POLICY", "what happens at the chain's end: accept or drop",
		      write_word, AT(policy), .values = policy_words},
	[O_FLUSH] = {"--flush", NULL, "with the rules in it", write_flag, AT(flush)},
	[O_REF] = {"--ref", "REF", "the rule's name, unique in its chain", write_text, AT(new_ref)},
	[O_COMMENT] = {"--comment", "TEXT", "at most 128 bytes; \"\" removes it", write_text,
		       AT(comment)},
	[O_MODE] = {"--mode", "MODE", "enforce, monitor (only count) or disabled", write_word,
		    AT(mode), .values = mode_words},
	[O_BEFORE] = {"--before", "REF", "before this rule", write_text, AT(before),
		      .rejects = OPTS_PLACE, .completes = WORDS_REF},
	[O_AFTER] = {"--after", "REF", "after this rule", write_text, AT(after),
		     .rejects = OPTS_PLACE, .completes = WORDS_REF},
	[O_INDEX] = {"--index", "N", "by position, from 0", write_number, AT(index),
		     .rejects = OPTS_PLACE},
	[O_OBJECT_PINNED] = {"--object-pinned", "PATH", "match: a pinned program", write_text,
			     AT(object_pinned), .rejects = OPTS_PROGRAM, .completes = WORDS_PATH},
	[O_OBJECT] = {"--object", "FILE", "match: an object file, loaded and pinned for you",
		      write_text, AT(object), .rejects = OPTS_PROGRAM, .completes = WORDS_PATH},
	[O_BYTECODE] = {"--bytecode", "'N,...'", "match: classic BPF as tcpdump -ddd prints it",
			write_text, AT(bytecode), .rejects = OPTS_PROGRAM},
	[O_ACTION] = {"--action", "ACTION", "a new action; the match stays", write_text, AT(action),
		      .completes = WORDS_ACTION},
	[O_OUTPUT] = {"-o", "FILE", "the file to write", write_path, AT(output),
		      .completes = WORDS_PATH},
	[O_FORMAT] = {"--format", "FORMAT", "text (default), json or nft", write_word, AT(format),
		      .values = format_words},
	[O_WRITE] = {"-w", "FILE", "write the packets as pcapng, each with the answer as comment",
		     write_path, AT(write), .completes = WORDS_PATH},
	[O_VERIFY] = {"--verify", NULL, "ask the evaluator too, and show where they differ",
		      write_flag, AT(verify)},
	[O_RESET] = {"--reset", NULL, "set counters to zero, or forget state, as it is read",
		     write_flag, AT(reset)},
	[O_NODE] = {"--node", "NAME/REGION", "node.name and node.region, instead of this node's",
		    write_text, AT(node)},
	[O_COUNTRY] = {"--country", "FILE", "what countries addresses are in", write_text,
		       AT(country), .completes = WORDS_PATH},
	[O_ASN] = {"--asn", "FILE", "what autonomous systems addresses are in", write_text, AT(asn),
		   .completes = WORDS_PATH},
	[O_SHARED] = {"--shared", NULL, "the list is everybody's, rather than a customer's",
		      write_flag, AT(shared)},
	[O_CUSTOMER] = {"--customer", "CUSTOMER", "whose lists the expression names", write_text,
			AT(customer), .completes = WORDS_CUSTOMER},
	[O_LIST] = {"--list", "NAME=FILE", "what a list has; shared.NAME for a shared one",
		    write_list, AT(lists), .repeated = true},
	[O_ENTRIES] = {"--file", "FILE", "entries, one a line ('-': standard input)", write_text,
		       AT(entries), .completes = WORDS_PATH},
	[O_CHECK] = {"--check", NULL, "change nothing; exit status 3 if something would change",
		     write_flag, AT(check)},
	[O_DIFF] = {"--diff", NULL, "show what differs, rule by rule", write_flag, AT(diff)},
	[O_ONLY] = {"--only", "CUSTOMER", "only this customer of the ruleset's", write_text,
		    AT(only), .rejects = OPT(PRUNE), .completes = WORDS_CUSTOMER},
	[O_YES] = {"--yes", NULL, "do not ask", write_flag, AT(yes)},
	[O_CONFIRM] = {"--confirm", "SECONDS", "take it back unless 'mfwctl confirm' comes in time",
		       write_number, AT(confirm_s), .rejects = OPT(CHECK)},
	[O_JOBS] = {"--jobs", "N", "work on N customers at a time", write_number, AT(jobs)},
	[O_BOOT] = {"--boot", NULL, "write it to where a boot finds it, instead", write_flag,
		    AT(boot)},
	[O_YAML] = {"--yaml", NULL, "print YAML instead of JSON", write_flag, AT(yaml)},
	[O_PRUNE] = {"--prune", NULL, "delete customers that are not in the ruleset", write_flag,
		     AT(prune), .rejects = OPT(ONLY)},
};
