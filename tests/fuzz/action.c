/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text is an action, or refused with a place in it; what is taken prints to its own equal. */
#include <string.h>

#include "model/action.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_place(const char *text, const struct mfw_err *err)
{
	unsigned line, column, length;

	mfw_err_place(err, &line, &column, &length);
	if (!line || !column || !length || column > strlen(text) + 1 || !*mfw_err_message(err))
		abort();
}

static void check_print(const struct action *action)
{
	cleanup_buf struct buf first = {}, second = {};
	struct action again;

	if (action_print(action, &first) || action_parse(first.data, &again, NULL) ||
	    action_print(&again, &second) || strcmp(first.data, second.data))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = strndup((const char *)data, size);
	cleanup_err struct mfw_err *err = NULL;
	struct action action;

	if (action_parse(text, &action, &err))
		check_place(text, err);
	else
		check_print(&action);
	return 0;
}
