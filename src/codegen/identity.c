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
	while (expr->kind == EXPR_NOT)
		expr = expr->operand;
	if (expr->kind == EXPR_CALL)
		SHA256Update(sha, expr->matcher->digest, sizeof(expr->matcher->digest));
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
