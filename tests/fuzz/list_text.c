/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any file of entries is refused with a place, or read; and what was read, printed, is read as the
 * same again. The first byte chooses the kind.
 */
#include <string.h>

#include "list/combine.h"
#include "list/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(enum mfw_list_kind kind, const struct entries *entries)
{
	cleanup_entries struct entries again = {};
	cleanup_buf struct buf text = {};

	for (size_t i = 0; i < entries_count(entries); i++)
		if (text_print(entries, i, &text) || buf_add_str(&text, "\n"))
			abort();
	if (text_read(kind, "f", text.data ? text.data : "", text.len, &again, NULL) ||
	    entries_tidy(&again, NULL) || !entries_same(entries, &again))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum mfw_list_kind kind = size && data[0] == 'n' ? MFW_LIST_NAME : MFW_LIST_IP;
	cleanup_entries struct entries entries = {};
	cleanup_err struct mfw_err *err = NULL;

	if (!size)
		return 0;
	if (text_read(kind, "f", (const char *)data + 1, size - 1, &entries, &err)) {
		if (!err || strncmp(mfw_err_message(err), "f:", 2))
			abort();
		return 0;
	}
	if (entries_tidy(&entries, NULL))
		abort();
	check_again(kind, &entries);
	return 0;
}
