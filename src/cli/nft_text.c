/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/nft_text.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cli/child.h"

/*
 * Loaded when it is needed, which is seldom: linking it would double the time that every mfwctl
 * takes to start. These are libnftables 1's functions, with its own names.
 */
struct libnftables {
	void *(*nft_ctx_new)(uint32_t flags);
	void (*nft_ctx_output_set_flags)(void *ctx, unsigned flags);
	int (*nft_ctx_buffer_output)(void *ctx);
	int (*nft_ctx_buffer_error)(void *ctx);
	int (*nft_run_cmd_from_buffer)(void *ctx, const char *command);
	const char *(*nft_ctx_get_output_buffer)(void *ctx);
};

#define NFT_CTX_OUTPUT_HANDLE (1 << 3)

/* Marks the beginning of a chain's text in the child's output. */
#define CHAIN_MARK "\001%zu\n"

static bool load(struct libnftables *lib)
{
	void *so = dlopen("libnftables.so.1", RTLD_NOW | RTLD_LOCAL);

	if (!so)
		return false;
#define SYMBOL(name) ((lib->name = (__typeof__(lib->name))dlsym(so, #name)) != NULL)
	return SYMBOL(nft_ctx_new) && SYMBOL(nft_ctx_output_set_flags) &&
	       SYMBOL(nft_ctx_buffer_output) && SYMBOL(nft_ctx_buffer_error) &&
	       SYMBOL(nft_run_cmd_from_buffer) && SYMBOL(nft_ctx_get_output_buffer);
#undef SYMBOL
}

struct work {
	const struct mfw_listing *listing;
	const bool *wanted;
};

/* In the child. */
static void print_chains(void *arg)
{
	const struct work *work = arg;
	struct libnftables lib;
	char command[512];
	void *ctx;

	if (!load(&lib) || !(ctx = lib.nft_ctx_new(0)))
		return;
	lib.nft_ctx_output_set_flags(ctx, NFT_CTX_OUTPUT_HANDLE);
	if (lib.nft_ctx_buffer_output(ctx) || lib.nft_ctx_buffer_error(ctx))
		return;
	for (size_t i = 0; i < mfw_listing_chain_count(work->listing); i++) {
		const struct mfw_chain *chain = mfw_listing_chain(work->listing, i);

		if (!work->wanted[i])
			continue;
		snprintf(command, sizeof(command), "list chain %s %s %s", chain->family,
			 chain->table, chain->name);
		if (lib.nft_run_cmd_from_buffer(ctx, command))
			continue;
		printf(CHAIN_MARK, i);
		fputs(lib.nft_ctx_get_output_buffer(ctx), stdout);
	}
}

/* "		ip saddr ... # handle 4": cuts the handle off. */
static bool take_line(char *line, uint64_t *ret_handle, const char **ret_text)
{
	static const char mark[] = " # handle ";
	char *at = NULL;

	if (strncmp(line, "\t\t", 2) != 0)
		return false;
	for (char *p = line; (p = strstr(p, mark)); p++)
		at = p;
	if (!at || sscanf(at + strlen(mark), "%" SCNu64, ret_handle) != 1)
		return false;
	*at = '\0';
	*ret_text = line + 2;
	return true;
}

static size_t count_lines(const char *text)
{
	size_t n = 1;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

static int compare(const void *a, const void *b)
{
	const struct nft_line *x = a, *y = b;

	if (x->chain != y->chain)
		return x->chain < y->chain ? -1 : 1;
	return x->handle < y->handle ? -1 : x->handle > y->handle;
}

static void take_lines(struct nft_texts *texts)
{
	char *state = NULL;
	size_t chain = 0;

	texts->lines = calloc(count_lines(texts->output), sizeof(*texts->lines));
	if (!texts->lines)
		return;
	for (char *line = strtok_r(texts->output, "\n", &state); line;
	     line = strtok_r(NULL, "\n", &state)) {
		struct nft_line *to = &texts->lines[texts->n];

		if (sscanf(line, "\001%zu", &chain) == 1)
			continue;
		to->chain = chain;
		texts->n += take_line(line, &to->handle, &to->text);
	}
	qsort(texts->lines, texts->n, sizeof(*texts->lines), compare);
}

void nft_texts_read(struct nft_texts *texts, const struct mfw_listing *listing, const bool *wanted,
		    const char *netns)
{
	struct work work = {.listing = listing, .wanted = wanted};
	size_t len;

	if (!child_capture(print_chains, &work, netns, &texts->output, &len))
		take_lines(texts);
}

const char *nft_texts_find(const struct nft_texts *texts, size_t chain, uint64_t handle)
{
	struct nft_line key = {.chain = chain, .handle = handle};
	const struct nft_line *found = NULL;

	if (texts->n)
		found = bsearch(&key, texts->lines, texts->n, sizeof(key), compare);
	return found ? found->text : NULL;
}

void nft_texts_clear(struct nft_texts *texts)
{
	free(texts->output);
	free(texts->lines);
	*texts = (struct nft_texts){};
}
