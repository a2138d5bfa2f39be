/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far something long has come: one line on stderr, on a terminal, that goes away again. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct progress {
	bool wanted; /* stderr is a terminal */
	bool shown;
	struct timespec next; /* when it is shown again */
};

void progress_begin(struct progress *progress);
/* done of `all` parts. */
void progress_count(struct progress *progress, uint64_t done, uint64_t all);
/* done of `all` bytes; all 0: nobody knows. */
void progress_show(struct progress *progress, uint64_t done, uint64_t all);
void progress_end(struct progress *progress);

#endif
