/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/out.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
} color_when;

void out_color_init(const char *when)
{
	const char *no_color = getenv("NO_COLOR");

	if (when && !strcmp(when, "always"))
		color_when = COLOR_ALWAYS;
	else if ((when && !strcmp(when, "never")) || (no_color && *no_color))
		color_when = COLOR_NEVER;
}

const char *out_color(FILE *out, enum out_style style)
{
	static const char *const sequences[] = {
		[OUT_NORMAL] = "\033[0m",  [OUT_BOLD] = "\033[1m",   [OUT_RED] = "\033[31m",
		[OUT_YELLOW] = "\033[33m", [OUT_GREEN] = "\033[32m",
	};

	if (color_when == COLOR_NEVER)
		return "";
	if (color_when == COLOR_AUTO && !isatty(fileno(out)))
		return "";
	return sequences[style];
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

void out_plain(FILE *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (is_control(text[i]))
			fprintf(out, "\\x%02x", (unsigned char)text[i]);
		else
			fputc(text[i], out);
	}
}

size_t out_width(const char *text, size_t len)
{
	size_t width = 0;

	for (size_t i = 0; i < len; i++) {
		if (is_control(text[i]))
			width += 4;
		else
			width += ((unsigned char)text[i] & 0xc0) != 0x80;
	}
	return width;
}

/* Latin-1 reading of bytes that are not UTF-8: nothing is lost, and JSON stays valid. */
static json_t *mended_text(const char *text)
{
	char *mended = malloc(2 * strlen(text) + 1);
	size_t n = 0;
	json_t *string;

	if (!mended)
		return json_null();
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x80) {
			mended[n++] = (char)c;
			continue;
		}
		mended[n++] = (char)(0xc0 | c >> 6);
		mended[n++] = (char)(0x80 | (c & 0x3f));
	}
	mended[n] = '\0';
	string = json_string(mended);
	free(mended);
	return string;
}

json_t *out_text(const char *text)
{
	json_t *string;

	if (!text)
		return NULL;
	string = json_string(text);
	return string ? string : mended_text(text);
}

void out_set_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, out_text(text));
}

void out_json(json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(value);
}
