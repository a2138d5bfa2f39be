/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text is bytecode or refused; what is taken prints to text of the same instructions. */
#include <string.h>

#include "model/bytecode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_print(const struct sock_filter *code, size_t n)
{
	struct sock_filter again[BYTECODE_MAX];
	cleanup_buf struct buf text = {};
	size_t n_again;

	if (!n || n > BYTECODE_MAX || bytecode_print(code, n, &text) ||
	    bytecode_parse(text.data, again, &n_again, NULL) || n != n_again ||
	    memcmp(code, again, n * sizeof(*code)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = strndup((const char *)data, size);
	cleanup_err struct mfw_err *err = NULL;
	struct sock_filter code[BYTECODE_MAX];
	size_t n;

	if (!bytecode_parse(text, code, &n, &err))
		check_print(code, n);
	else if (!err || !*mfw_err_message(err))
		abort();
	return 0;
}
