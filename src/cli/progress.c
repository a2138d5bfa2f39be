/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* What is done sooner shows nothing. */
#define FIRST_NS  500000000
#define EVERY_NS  200000000
#define SECOND_NS 1000000000
/* Characters of a bar. */
#define BAR       24

static struct timespec later(long ns)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_nsec += ns;
	time.tv_sec += time.tv_nsec / SECOND_NS;
	time.tv_nsec %= SECOND_NS;
	return time;
}

static bool is_due(const struct timespec *when)
{
	struct timespec now = later(0);

	return now.tv_sec > when->tv_sec ||
	       (now.tv_sec == when->tv_sec && now.tv_nsec >= when->tv_nsec);
}

void progress_begin(struct progress *progress)
{
	*progress = (struct progress){.wanted = isatty(STDERR_FILENO), .next = later(FIRST_NS)};
}

static void shown(struct progress *progress)
{
	fflush(stderr);
	progress->shown = true;
	progress->next = later(EVERY_NS);
}

static uint64_t percent(uint64_t done, uint64_t all)
{
	return done >= all ? 100 : (uint64_t)((double)done * 100 / (double)all);
}

void progress_show(struct progress *progress, uint64_t done, uint64_t all)
{
	if (!progress->wanted || !is_due(&progress->next))
		return;
	fprintf(stderr, "\r%" PRIu64 " MB", done / 1000000);
	if (all)
		fprintf(stderr, " of %" PRIu64 " MB, %" PRIu64 " %%", all / 1000000,
			percent(done, all));
	shown(progress);
}

void progress_count(struct progress *progress, uint64_t done, uint64_t all)
{
	unsigned full = all ? (unsigned)(percent(done, all) * BAR / 100) : 0;

	if (!progress->wanted || !is_due(&progress->next))
		return;
	fprintf(stderr, "\r[%.*s%.*s] %" PRIu64 " %%", (int)full, "########################",
		(int)(BAR - full), "........................", percent(done, all));
	shown(progress);
}

/* Takes the line away. */
void progress_end(struct progress *progress)
{
	if (progress->shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	progress->shown = false;
}
