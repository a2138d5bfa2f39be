/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules in nft's own words, by handle, through libnftables where it is installed. */
#ifndef CLI_NFT_TEXT_H
#define CLI_NFT_TEXT_H

#include <mfw/mfw.h>

/* {} is empty: nothing is found in it. */
struct nft_texts {
	char *output;
	struct nft_line {
		size_t chain; /* its number in the listing */
		uint64_t handle;
		const char *text; /* in output */
	} * lines;                /* sorted */
	size_t n;
};

/* Reads the chains marked in `wanted`. What cannot be read is not there: nothing is an error. */
void nft_texts_read(struct nft_texts *texts, const struct mfw_listing *listing, const bool *wanted,
		    const char *netns);
/* The rule's text, NULL if nft did not say. */
const char *nft_texts_find(const struct nft_texts *texts, size_t chain, uint64_t handle);
void nft_texts_clear(struct nft_texts *texts);

#endif
