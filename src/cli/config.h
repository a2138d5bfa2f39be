/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command line says, after parsing: the only thing that handlers of commands read. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strings point into the words that were parsed. */
struct config {
	uint64_t given; /* mask of the options that were given, see OPT() */

	bool json;
	bool help;
	bool version;
	bool all;
	const char *matcher_path;
	const char *color;
	const char *file;
	uint32_t wait_s;

	const char *name;
	const char *customer;
	const char *netns;
	const char *family;
	const char *table;
	const char *chain;

	const char *type;
	const char *hook;
	const char *priority;
	const char *policy;
	bool flush;

	const char *ref;     /* the rule meant */
	const char *new_ref; /* --ref */
	const char *comment;
	const char *mode;
	const char *before;
	const char *after;
	uint32_t index;
	const char *match;
	const char *object_pinned;
	const char *object;
	const char *bytecode;
	const char *action;

	const char *output;  /* a file to write */
	const char *capture; /* a file of packets */
	const char *write;   /* a capture to write */
	bool verify;
	const char *node;
	const char *country; /* files */
	const char *asn;
	bool shared;         /* everybody's list */
	const char *entries; /* a file of them */
	struct config_lists {
		const char *all[32]; /* NAME=FILE */
		size_t n;
	} lists;
	const char *format;
	bool reset;
	bool check; /* rulesets: only look */
	bool diff;
	bool prune;
	bool yes;
	bool yaml;
	uint32_t confirm_s;
	uint32_t jobs; /* 0: it was not said */
	bool boot;
	const char *only;

	/* What is left of a positional that may be repeated. */
	const char *const *words;
	size_t n_words;
};

#endif
