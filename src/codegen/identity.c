/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codegen/codegen.h"

#include <errno.h>
#include <sha256.h>
#include <string.h>

/* Goes up with every change of the code that is made of the same tree. */
#define GENERATOR "mfw generator 1"

/* The matchers that a tree calls, in its order. */
static void add_digests(const struct expr *expr, SHA2_CTX *sha)
{
	const struct value *value = expr->value;

	for (size_t i = 0; i < expr->n_operands; i++)
		add_digests(expr->operands[i], sha);
	for (; value; value = value->of)
		if (value->matcher)
			SHA256Update(sha, value->matcher->digest, sizeof(value->matcher->digest));
}

int codegen_identity(const struct expr *expr, unsigned char ret[CODEGEN_IDENTITY_LEN])
{
	cleanup_buf struct buf text = {};
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA2_CTX sha;

	if (expr_print(expr, &text))
		return -ENOMEM;
	SHA256Init(&sha);
	SHA256Update(&sha, (const uint8_t *)GENERATOR, sizeof(GENERATOR));
	SHA256Update(&sha, (const uint8_t *)MFW_VERSION, sizeof(MFW_VERSION));
	/* With its NUL: where the text ends and the digests begin is part of what is hashed. */
	SHA256Update(&sha, (const uint8_t *)text.data, text.len + 1);
	add_digests(expr, &sha);
	SHA256Final(digest, &sha);
	memcpy(ret, digest, CODEGEN_IDENTITY_LEN);
	return 0;
}
