/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text of rules that others made, for one listing. */
#ifndef CLI_FOREIGN_H
#define CLI_FOREIGN_H

#include "cli/nft_text.h"

/* {} is empty. */
struct foreign {
	struct nft_texts nft;
	/* For the rules of the listing, chain after chain; NULL where nft's text does. */
	char **texts;
	size_t *first; /* where each chain begins in texts */
	size_t n;
};

/* Nothing is done when no rule is foreign. 0, or -1 without memory. */
int foreign_read(struct foreign *foreign, const struct mfw_listing *listing, const char *netns);
/* *ret_nft: it is text that nft would take. */
const char *foreign_text(const struct foreign *foreign, const struct mfw_listing *listing,
			 size_t chain, size_t rule, bool *ret_nft);
void foreign_clear(struct foreign *foreign);
#define cleanup_foreign cleanup(foreign_clear)

#endif
