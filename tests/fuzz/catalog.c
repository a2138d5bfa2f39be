/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes are a matcher's object, or are refused with a reason. */
#include "catalog/read.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_as(const char *name, const uint8_t *data, size_t size)
{
	cleanup_matcher struct matcher *matcher = NULL;
	cleanup_err struct mfw_err *err = NULL;
	cleanup_free char *copy = malloc(size + 1);

	if (size)
		memcpy(copy, data, size);
	if (read_matcher(name, "fuzz.bpf.o", copy, size, &matcher, &err)) {
		if (!err || !*mfw_err_message(err))
			abort();
		return;
	}
	for (size_t i = 0; i < matcher->pub.n_params; i++)
		if (!*matcher->params[i].pub.name || !*matcher->pub.params[i]->doc)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_as("suffix", data, size);
	read_as("kinds", data, size);
	return 0;
}
