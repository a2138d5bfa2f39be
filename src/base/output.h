/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that appears whole: it is written beside its place, and moved there when it is finished.
 * What stands there and is no plain file (a pipe, a device, a link, such as /dev/stdout) is written
 * to as it is, and stays.
 */
#ifndef BASE_OUTPUT_H
#define BASE_OUTPUT_H

#include "base/cleanup.h"
#include "base/err.h"

struct output {
	FILE *out;
	char *path, *beside; /* beside: NULL when the place itself is written to */
};

/* {} before; output_clear() after, also on failure. Errors: file.write, ENOMEM. */
int output_open(struct output *output, const char *path, struct mfw_err **err);
int output_write(struct output *output, const void *data, size_t len, struct mfw_err **err);
int output_finish(struct output *output, struct mfw_err **err);
/* Without output_finish() before, nothing is left of a file. */
void output_clear(struct output *output);
#define cleanup_output cleanup(output_clear)

#endif
