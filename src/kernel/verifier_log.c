/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel/verifier_log.h"
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

/* How much of the log is shown: its end says why. */
#define SHOWN 4000

unsigned verifier_log_processed(const char *log)
{
	const char *found = strstr(log, "processed ");

	return found ? strtoul(found + strlen("processed "), NULL, 10) : 0;
}

/* The log's end, from the beginning of a line. */
static const char *log_end(const char *log)
{
	size_t len = strlen(log);
	const char *at = len > SHOWN ? log + len - SHOWN : log;
	const char *line = at == log ? NULL : strchr(at, '\n');

	return line ? line + 1 : at;
}

/* Behind the last line's beginning that is this word; NULL: no line begins with it. */
static const char *last_behind(const char *log, const char *word)
{
	const char *last = NULL;

	for (const char *at = strstr(log, word); at; at = strstr(at + 1, word))
		if (at == log || at[-1] == '\n')
			last = at + strlen(word);
	return last;
}

/* Global functions are looked at one by one, after the program itself. */
static void add_function(const char *at, struct buf *out)
{
	size_t len = strcspn(at, "(\n");

	buf_printf(out, ", in %.*s()", (int)len, at);
}

/* Newer kernels put " @ FILE:LINE" behind a source line. */
static void add_line(const char *at, struct buf *out)
{
	size_t len = strcspn(at, "\n");

	for (size_t i = len; i >= 3; i--)
		if (!strncmp(at + i - 3, " @ ", 3)) {
			len = i - 3;
			break;
		}
	if (len)
		buf_printf(out, ", at '%.*s'", (int)len, at);
}

/* What is behind the reason: "verification time", "stack depth", "processed". */
static bool is_count(const char *line)
{
	static const char *const beginnings[] = {"processed ", "verification time ",
						 "stack depth "};

	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (!strncmp(line, beginnings[i], strlen(beginnings[i])))
			return true;
	return false;
}

/*
 * The last line that is no count: the number that the kernel gives may be about the log, which is
 * longer than what there is room for.
 */
static void add_reason(const char *log, int r, struct buf *out)
{
	const char *end = log + strlen(log), *line;
	size_t len = 0;

	while (end > log && !len) {
		for (line = --end; line > log && line[-1] != '\n';)
			line--;
		if (!is_count(line))
			len = (size_t)(end - line);
		end = line;
	}
	while (len && (end[len - 1] == '.' || end[len - 1] == '\n'))
		len--;
	if (len)
		buf_printf(out, "%.*s", (int)len, end);
	else
		buf_add_str(out, strerror(-r));
}

int verifier_log_refuse(int r, const char *path, const char *log, struct mfw_err **err)
{
	const char *function = last_behind(log, "Validating "), *line = last_behind(log, "; ");
	cleanup_buf struct buf where = {}, reason = {};

	if (function)
		add_function(function, &where);
	if (line && line > function)
		add_line(line, &where);
	add_reason(log, r, &reason);
	err_make(err, -r, "bpf.verifier",
		 "the kernel's verifier refuses the program of %s%s: %s; the end of its log says "
		 "more",
		 path, where.len ? where.data : "", reason.len ? reason.data : strerror(-r));
	err_set_detail(err, log_end(log));
	return r;
}
