/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What went wrong, in the words of the command line: made from the library's error value, or by
 * the CLI itself, and printed in one place. A function of this room that can fail returns 0 or -1
 * and takes a `struct fault *`, which it fills on failure.
 */
#ifndef CLI_FAULT_H
#define CLI_FAULT_H

#include <errno.h>

#include <mfw/mfw.h>

#include "base/cleanup.h"

/* Exit status; also what handlers of commands return. */
enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_BAD_INPUT = 2,
	STATUS_DIFFERENT = 3,
};

/* {} is an empty one. Every string is owned, or NULL. */
struct fault {
	int code; /* positive errno; 0: nothing went wrong */
	char *kind;
	char *message;
	char *detail;
	char *ref;
	char *file;
	char *pointer; /* JSON pointer of what is concerned in it */
	/* The text that line and column (from 1, in bytes) count in; NULL: no place. */
	char *source;
	unsigned line;
	unsigned column;
	unsigned length;
};

void fault_clear(struct fault *fault);
#define cleanup_fault cleanup(fault_clear)

/* Fills *fault and returns -1. kind is one of the stable dotted words. */
int fault_make(struct fault *fault, int code, const char *kind, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* The same for a mistake in how a command is written: EINVAL. */
#define fault_usage(fault, kind, ...) fault_make(fault, EINVAL, kind, __VA_ARGS__)
/* Fills *fault from err, which is freed, and returns -1. */
int fault_take(struct fault *fault, struct mfw_err *err);
/* Fills *fault from err, which stays the caller's. */
void fault_copy(struct fault *fault, const struct mfw_err *err);
/* Puts the fault into a line of a file: where it is, and that line's text (copied). */
void fault_in_file(struct fault *fault, const char *file, const char *text, size_t len,
		   unsigned line, unsigned column, unsigned length);

/* STATUS_BAD_INPUT when what was typed is wrong, STATUS_FAILED when the world is. */
enum status fault_status(const struct fault *fault);

#endif
