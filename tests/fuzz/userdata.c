/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes are read as user data; what was read, written again, reads alike. */
#include <string.h>

#include "kernel/userdata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_write(const struct userdata *read)
{
	cleanup_rule struct rule *rule = rule_alloc();
	unsigned char bytes[USERDATA_MAX];
	struct userdata again;

	rule->kind = read->kind;
	if (rule_set_text(&rule->pub.ref, read->ref) ||
	    rule_set_text(&rule->pub.comment, read->comment))
		abort();
	if (read->has_program)
		rule->program = program_new("/x", read->hash, read->prog_id);
	userdata_read(bytes, userdata_write(rule, bytes), &again);
	if (strcmp(read->ref, again.ref) || strcmp(read->comment, again.comment) ||
	    read->kind != again.kind || read->has_program != again.has_program ||
	    (read->has_program && (read->prog_id != again.prog_id ||
				   memcmp(read->hash, again.hash, sizeof(again.hash)))))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct userdata read;

	userdata_read(data, size, &read);
	if (memchr(read.ref, 0, sizeof(read.ref)) && memchr(read.comment, 0, sizeof(read.comment)))
		check_write(&read);
	else
		abort();
	return 0;
}
