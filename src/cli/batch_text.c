/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/batch_text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/action.h"

#define NO_WORD ((size_t)-1)

static int cannot_read(const char *name, int code, struct fault *fault)
{
	return fault_make(fault, code, "file.read", "cannot read %s: %s", name, strerror(code));
}

static int make_room(struct batch_text *text, size_t *capacity, struct fault *fault)
{
	char *grown;

	if (text->len < *capacity)
		return 0;
	*capacity = *capacity ? 2 * *capacity : 64 * 1024;
	grown = realloc(text->data, *capacity);
	if (!grown)
		return fault_make(fault, ENOMEM, "memory", "out of memory");
	text->data = grown;
	return 0;
}

static int read_all(struct batch_text *text, int fd, struct fault *fault)
{
	size_t capacity = 0;
	ssize_t n;

	do {
		if (make_room(text, &capacity, fault))
			return -1;
		n = read(fd, text->data + text->len, capacity - text->len);
		if (n < 0 && errno != EINTR)
			return cannot_read(text->name, errno, fault);
		if (n > 0)
			text->len += (size_t)n;
	} while (n);
	return 0;
}

int batch_text_read(struct batch_text *text, const char *file, struct fault *fault)
{
	cleanup_close int fd = -1;

	if (!strcmp(file, "-")) {
		text->name = "standard input";
		return read_all(text, STDIN_FILENO, fault);
	}
	text->name = file;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return cannot_read(file, errno, fault);
	return read_all(text, fd, fault);
}

/* A line may begin with the command's own name, so that shell history can be pasted. */
static size_t own_name(const struct words *words)
{
	return words->n && !strcmp(words->argv[0], "mfwctl");
}

static int check_file_command(const struct parsed *parsed, struct fault *fault)
{
	const struct command *command = parsed->command;
	uint64_t general = parsed->config.given & (OPTS_GLOBAL | OPT(FILE) | OPT(VERSION));
	char name[32];

	if (general)
		return fault_usage(fault, "usage.option",
				   "%s belongs on the command line, not into a file",
				   options[__builtin_ctzll(general)].name);
	if (!command)
		return fault_usage(fault, "usage.command", "the line has options but no command");
	if (command->only_once)
		return fault_usage(fault, "usage.command", "'%s' cannot stand in a file: %s",
				   command_name(command, name, sizeof(name)), command->only_once);
	return 0;
}

int batch_text_parse(struct batch_text *text, size_t start, unsigned line, struct fault *fault)
{
	struct words *words = &text->words;
	size_t skip;

	text->start = start;
	text->line = line;
	text->parsed.command = NULL;
	text->parsed.bad_word = NO_WORD;
	text->parsed.config = (struct config){};
	if (words_split(words, text->data + start, text->len - start, &text->used, fault)) {
		words->n = 0; /* argv was not made */
		return -1;
	}
	words->bad = 0;
	skip = own_name(words);
	if (words->n == skip)
		return 0;
	if (options_parse(&text->parsed, words->argv + skip, words->n - skip, fault)) {
		if (text->parsed.bad_word != NO_WORD)
			text->parsed.bad_word += skip;
		return -1;
	}
	return check_file_command(&text->parsed, fault);
}

unsigned batch_text_lines(const struct batch_text *text)
{
	const char *p = text->data + text->start, *end = p + text->used;
	unsigned n = 0;

	while ((p = memchr(p, '\n', (size_t)(end - p)))) {
		n++;
		p++;
	}
	return n;
}

static size_t source_offset(const struct fault *fault)
{
	const char *p = fault->source;
	unsigned line = fault->line;

	while (line > 1 && (p = strchr(p, '\n'))) {
		p++;
		line--;
	}
	return (p ? (size_t)(p - fault->source) : 0) + (fault->column ? fault->column - 1 : 0);
}

/* Whether a word is the text that the fault counts in, or an option with that value. */
static bool holds_source(const char *word, const char *source, size_t *offset)
{
	const char *value = !strncmp(word, "--", 2) ? strchr(word, '=') : NULL;

	if (!strcmp(word, source))
		return true;
	if (!value || strcmp(value + 1, source) != 0)
		return false;
	*offset += (size_t)(value + 1 - word);
	return true;
}

static size_t word_in_action(const struct batch_text *text, const char *source, size_t *offset)
{
	const struct config *config = &text->parsed.config;
	cleanup_free char *joined = NULL;
	size_t which;

	if (!config->n_words)
		return NO_WORD;
	joined = action_join(config->words, config->n_words);
	if (!joined || strcmp(joined, source) != 0)
		return NO_WORD;
	which = action_locate(config->words, config->n_words, *offset, offset);
	for (size_t i = 0; i < text->words.n; i++) {
		if (text->words.argv[i] == config->words[which])
			return i;
	}
	return NO_WORD;
}

/* The word of the line that the fault is about, and where in it. */
static size_t guilty_word(const struct batch_text *text, const struct fault *fault, size_t *offset)
{
	const struct words *words = &text->words;

	*offset = 0;
	if (!fault->source || !fault->line)
		return text->parsed.bad_word;
	*offset = source_offset(fault);
	for (size_t i = 0; i < words->n; i++) {
		if (holds_source(words->argv[i], fault->source, offset))
			return i;
	}
	return word_in_action(text, fault->source, offset);
}

void batch_text_place(const struct batch_text *text, struct fault *fault)
{
	const char *raw = text->data + text->start;
	unsigned length = fault->line ? fault->length : 0;
	size_t offset, word = guilty_word(text, fault, &offset);
	size_t at = text->words.bad;
	unsigned line = text->line;
	const char *p, *start = raw;

	if (word != NO_WORD)
		at = words_locate(raw, text->used, word, offset);
	else if (!at)
		at = strspn(raw, " \t");
	if (!length && word != NO_WORD)
		length = (unsigned)strlen(text->words.argv[word]);
	while ((p = memchr(start, '\n', text->used - (size_t)(start - raw))) && p < raw + at) {
		start = p + 1;
		line++;
	}
	p = memchr(start, '\n', text->used - (size_t)(start - raw));
	fault_in_file(fault, text->name, start,
		      p ? (size_t)(p - start) : text->used - (size_t)(start - raw), line,
		      (unsigned)(raw + at - start) + 1, length ? length : 1);
}

void batch_text_clear(struct batch_text *text)
{
	free(text->data);
	words_clear(&text->words);
	parsed_clear(&text->parsed);
	*text = (struct batch_text){};
}
