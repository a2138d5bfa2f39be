/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "codegen/codegen.h"
#include "codegen/runtime.h"

#include <errno.h>
#include <sha256.h>
#include <stdio.h>
#include <string.h>

/* Goes up with every change of the code that is made of the same tree. */
#define GENERATOR "mfw generator 9"

/* What its text does not say: the matchers that a tree calls, what is asked of lists; in its order.
 */
static void add_digests(const struct expr *expr, SHA2_CTX *sha)
{
	const struct value *value = expr->value;
	const struct buf *asked = expr->list && expr->n_literals ? &expr->literals[0].bytes : NULL;

	for (size_t i = 0; i < expr->n_operands; i++)
		add_digests(expr->operands[i], sha);
	if (asked)
		SHA256Update(sha, (const uint8_t *)asked->data, asked->len);
	for (; value; value = value->of) {
		const struct matcher *matcher = value->matcher ? value->matcher
						: value->field ? value->field->matcher
							       : NULL;

		if (matcher)
			SHA256Update(sha, matcher->digest, sizeof(matcher->digest));
	}
}

/* Whether only matchers are asked: of `lib` nothing is linked then but the parser. */
static bool asks_matchers_only(const struct expr *expr)
{
	for (size_t i = 0; i < expr->n_operands; i++)
		if (!asks_matchers_only(expr->operands[i]))
			return false;
	return expr->n_operands || expr->kind == EXPR_CONST ||
	       (expr->kind == EXPR_TEST && expr->value->kind == VALUE_MATCHER && !expr->list);
}

/* The same text and another `lib` are another program: an update of the library, for example. */
static void add_stamps(const struct codegen_input *input, SHA2_CTX *sha)
{
	bool parser_only = asks_matchers_only(input->expr);

	for (enum runtime_object i = 0; i < RUNTIME_OBJECTS; i++) {
		char file[PATH_MAX];
		struct stat st;

		if ((parser_only && i != RUNTIME_OBJECT_PARSE) ||
		    runtime_path(input->path, i, file, &st))
			continue;
		SHA256Update(sha, (const uint8_t *)&st.st_size, sizeof(st.st_size));
		SHA256Update(sha, (const uint8_t *)&st.st_mtim, sizeof(st.st_mtim));
	}
}

int codegen_identity(const struct codegen_input *input, unsigned char ret[CODEGEN_IDENTITY_LEN])
{
	const char *source = input->source ? input->source : "";
	cleanup_buf struct buf text = {};
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA2_CTX sha;

	if (expr_print(input->expr, &text))
		return -ENOMEM;
	SHA256Init(&sha);
	SHA256Update(&sha, (const uint8_t *)GENERATOR, sizeof(GENERATOR));
	SHA256Update(&sha, (const uint8_t *)MFW_VERSION, sizeof(MFW_VERSION));
	/* With their NULs: where one ends and the next begins is part of what is hashed. */
	SHA256Update(&sha, (const uint8_t *)source, strlen(source) + 1);
	SHA256Update(&sha, (const uint8_t *)text.data, text.len + 1);
	add_digests(input->expr, &sha);
	add_stamps(input, &sha);
	for (size_t i = 0; i < input->n_maps; i++)
		SHA256Update(&sha, (const uint8_t *)&input->maps[i], sizeof(input->maps[i]));
	SHA256Final(digest, &sha);
	memcpy(ret, digest, CODEGEN_IDENTITY_LEN);
	return 0;
}

void codegen_list_map(const char *list, bool shared, char ret[CODEGEN_MAP_LEN])
{
	snprintf(ret, CODEGEN_MAP_LEN, "mfw_%s_%s", shared ? "shared" : "list", list);
}
