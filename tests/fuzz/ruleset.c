/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes are a ruleset, or refused with places in them; what is taken is written, in both
 * formats, so that it is read as the same again.
 */
#include <string.h>

#include "model/ruleset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_one(struct ruleset *rs, enum doc_format format, const char *data, size_t size,
		     struct err_list *errors)
{
	char *copy = malloc(size + 1);

	memcpy(copy, data, size);
	copy[size] = 0;
	if (ruleset_read(rs, "f", format, copy, size, errors) || ruleset_check(rs, errors))
		abort();
}

static void check_errors(const struct err_list *errors, const char *data, size_t size)
{
	unsigned lines = 2;

	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' || data[i] == '\r' || data[i] < 0;
	if (errors->n > RULESET_ERRORS_MAX)
		abort();
	for (size_t i = 0; i < errors->n; i++) {
		unsigned line, column, length;

		mfw_err_place(errors->items[i], &line, &column, &length);
		if (!line || line > lines || !column || column > size + 1 || !length ||
		    !mfw_err_pointer(errors->items[i]) || !*mfw_err_message(errors->items[i]))
			abort();
	}
}

static void check_again(const struct buf *text, const struct buf *written, enum doc_format format)
{
	cleanup_ruleset struct ruleset again = {};
	cleanup_err_list struct err_list errors = {};
	cleanup_buf struct buf out = {};

	read_one(&again, format, written->data, written->len, &errors);
	if (errors.n || ruleset_print_json(&again, &out) || strcmp(out.data, text->data))
		abort();
}

static void check_written(const struct ruleset *rs)
{
	cleanup_buf struct buf json = {}, yaml = {};

	if (ruleset_print_json(rs, &json) || ruleset_print_yaml(rs, &yaml))
		abort();
	check_again(&json, &json, DOC_JSON);
	check_again(&json, &yaml, DOC_YAML);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (int format = DOC_JSON; format <= DOC_YAML; format++) {
		cleanup_ruleset struct ruleset rs = {};
		cleanup_err_list struct err_list errors = {};

		read_one(&rs, format, (const char *)data, size, &errors);
		check_errors(&errors, (const char *)data, size);
		if (!errors.n)
			check_written(&rs);
	}
	return 0;
}
