/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/retry.h"

#include <errno.h>
#include <time.h>

#define LEAST_TIMES     8
#define FIRST_PAUSE_US  250
#define LONGEST_DOUBLED 7 /* 32 ms */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

void retry_start(const struct mfw *mfw, struct retry *ret)
{
	uint64_t now = now_ns();

	*ret = (struct retry){.began_ns = now, .until_ns = now + mfw->lock_wait_ms * 1000000ull};
}

/* Most changes of others are over by the time that they are noticed: the first pause is none. */
static void pause_for_a_while(unsigned n)
{
	unsigned doubled = n - 1 < LONGEST_DOUBLED ? n - 1 : LONGEST_DOUBLED;
	struct timespec pause = {.tv_nsec = arc4random_uniform(FIRST_PAUSE_US << doubled) * 1000l};

	if (n)
		nanosleep(&pause, NULL);
}

bool retry_again(struct retry *retry)
{
	if (retry->n >= LEAST_TIMES && now_ns() >= retry->until_ns)
		return false;
	pause_for_a_while(retry->n++);
	return true;
}

int retry_refuse(const struct retry *retry, const char *what, struct mfw_err **err)
{
	return err_make(err, ERESTART, "nft.busy",
			"other programs changed the namespace's rules each time of %u, in %.1f s, "
			"while %s; nft monitor, in the namespace, shows who; try again, or longer "
			"with --wait",
			retry->n + 1, (now_ns() - retry->began_ns) / 1e9, what);
}
