/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line as two const tables. Parsing, checks, usage, help, completion and suggestions
 * are loops over them: a new command is one entry in commands.c and its handler, a new option one
 * entry in options.c and a member of struct config.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/config.h"
#include "cli/fault.h"

enum option_id {
	O_JSON,
	O_HELP,
	O_VERSION,
	O_ALL,
	O_MATCHER_PATH,
	O_COLOR,
	O_WAIT,
	O_FILE,
	O_NETNS,
	O_FAMILY,
	O_TABLE,
	O_CHAIN,
	O_TYPE,
	O_HOOK,
	O_PRIORITY,
	O_POLICY,
	O_FLUSH,
	O_REF,
	O_COMMENT,
	O_MODE,
	O_BEFORE,
	O_AFTER,
	O_INDEX,
	O_OBJECT_PINNED,
	O_OBJECT,
	O_BYTECODE,
	O_ACTION,
	O_OUTPUT,
	O_FORMAT,
	O_RESET,
	O_WRITE,
	O_VERIFY,
	O_NODE,
	O_COUNTRY,
	O_ASN,
	O_SHARED,
	O_ENTRIES,
	O_CHECK,
	O_DIFF,
	O_ONLY,
	O_PRUNE,
	O_CUSTOMER,
	O_LIST,
	O_YES,
	O_YAML,
	O_CONFIRM,
	O_JOBS,
	O_BOOT,
	O_COUNT,
};

#define OPT(id)        (1ULL << O_##id)
#define OPTS_GLOBAL    (OPT(JSON) | OPT(HELP) | OPT(MATCHER_PATH) | OPT(COLOR) | OPT(WAIT))
#define OPTS_DIRECT    (OPT(NETNS) | OPT(FAMILY) | OPT(TABLE) | OPT(CHAIN))
#define OPTS_PROGRAM   (OPT(OBJECT_PINNED) | OPT(OBJECT) | OPT(BYTECODE))
#define OPTS_LISTS     (OPT(CUSTOMER) | OPT(LIST))
#define OPTS_KNOWN     (OPT(NODE) | OPT(COUNTRY) | OPT(ASN) | OPTS_LISTS)
#define OPTS_PLACE     (OPT(BEFORE) | OPT(AFTER) | OPT(INDEX))
#define OPTS_BASECHAIN (OPT(TYPE) | OPT(HOOK) | OPT(PRIORITY) | OPT(POLICY))

/* What completion offers for a word. */
enum wordlist {
	WORDS_NONE,
	WORDS_CUSTOMER,
	WORDS_CHAIN,
	WORDS_REF,
	WORDS_MATCHER,
	WORDS_EXPRESSION,
	WORDS_COMMAND,
	WORDS_ACTION,
	WORDS_PATH,
	WORDS_NETNS,
	WORDS_LIST,
};

struct option {
	const char *name;     /* with its dashes */
	const char *argument; /* NULL: takes none */
	const char *help;
	/* Writes the value into its member of struct config, at `offset`. */
	int (*write)(const struct option *option, void *member, const char *value,
		     struct fault *fault);
	size_t offset;
	const char *const *values; /* NULL, or the words that the value is one of */
	uint64_t rejects;          /* options that contradict this one */
	enum wordlist completes;
	bool repeated; /* may be given more than once */
};

extern const struct option options[O_COUNT];

enum argument_flags {
	ARG_OPTIONAL = 1 << 0,
	ARG_REPEATED = 1 << 1, /* takes all words that are left; the last argument */
	ARG_TARGET = 1 << 2,   /* not there with direct addressing (--table) */
	ARG_MATCH = 1 << 3,    /* not there when an option gives the match */
	ARG_OWNER = 1 << 4,    /* not there with --shared */
};

/* A positional word. */
struct argument {
	const char *name; /* as the synopsis shows it */
	size_t offset;    /* of its member in struct config; unused when repeated */
	unsigned flags;
	enum wordlist completes;
	const char *const *values;
};

#define MAX_ARGUMENTS 5

struct session;
struct mfw_change;

struct command {
	const char *noun;
	const char *verb; /* NULL: the noun alone is the command */
	const char *summary;
	/* Does the command; returns its exit status, or -1 with a fault. */
	int (*run)(struct session *session, struct fault *fault);
	/* Instead of run: adds the command's steps to a change. Such a command may stand in a file.
	 */
	int (*step)(const struct config *config, struct mfw_change *change, struct fault *fault);
	uint64_t valid;           /* beside OPTS_GLOBAL */
	uint64_t needs_one;       /* of these at least one has to be given; 0: none */
	const char *const *types; /* what --type may be */
	struct argument arguments[MAX_ARGUMENTS + 1];
	bool unseen;           /* mfwctl starts it itself: nobody is shown it */
	const char *only_once; /* why it cannot stand in a file, with what to do; NULL: plain */
};

extern const struct command commands[];
extern const size_t n_commands;

extern const char *const geo_words[];
extern const char *const chain_type_words[];
extern const char *const list_type_words[];
extern const char *const hook_words[];
extern const char *const family_words[];
extern const char *const mode_words[];

/* The command that words[0..] begin with, and how many of them name it. */
const struct command *command_find(const char *const *words, size_t n_words, size_t *ret_used,
				   struct fault *fault);
/* "rule add". */
const char *command_name(const struct command *command, char *buf, size_t size);

#endif
