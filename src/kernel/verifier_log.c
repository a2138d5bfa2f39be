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

	for (size_t i = len; i > 3; i--)
		if (!strncmp(at + i - 3, " @ ", 3)) {
			len = i - 3;
			break;
		}
	if (len)
		buf_printf(out, ", at '%.*s'", (int)len, at);
}

int verifier_log_refuse(int r, const char *path, const char *log, struct mfw_err **err)
{
	const char *function = last_behind(log, "Validating "), *line = last_behind(log, "; ");
	cleanup_buf struct buf where = {};

	if (function)
		add_function(function, &where);
	if (line && line > function)
		add_line(line, &where);
	err_make(err, -r, "bpf.verifier",
		 "the kernel's verifier refuses the program of %s%s: %s; the end of its log says "
		 "why",
		 path, where.len ? where.data : "", strerror(-r));
	err_set_detail(err, log_end(log));
	return r;
}
