/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes to the screen: colours, text that cannot upset a terminal, and JSON. */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum out_style {
	OUT_NORMAL,
	OUT_BOLD,
	OUT_RED,
	OUT_YELLOW,
	OUT_GREEN,
};

/* when: "always", "never", or else on a terminal only, and not with NO_COLOR. */
void out_color_init(const char *when);
/* The escape sequence for this style on this stream, or "". */
const char *out_color(FILE *out, enum out_style style);

/* Writes text with control characters as \xHH. */
void out_plain(FILE *out, const char *text, size_t len);
/* How many columns out_plain() takes. */
size_t out_width(const char *text, size_t len);

/* A JSON string; what is not UTF-8 in it is replaced. NULL gives NULL. */
json_t *out_text(const char *text);
/* Sets a key unless text is NULL. */
void out_set_text(json_t *object, const char *key, const char *text);
/* Prints one JSON value with a newline on stdout, and gives it up. */
void out_json(json_t *value);

#endif
