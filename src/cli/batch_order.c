/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/batch_targets.h"

/* A target with the namespace that it is in. */
struct located {
	struct batch_target *target;
	size_t number;
	dev_t dev;
	ino_t ino;
};

static bool has_direct(const struct targets *targets)
{
	for (size_t i = 0; i < targets->n; i++) {
		if (targets->all[i]->table)
			return true;
	}
	return false;
}

static const char *customer_netns(const struct mfw_customers *customers, const char *name)
{
	size_t n = customers ? mfw_customers_count(customers) : 0;

	for (size_t i = 0; i < n; i++) {
		const struct mfw_customer *customer = mfw_customers_get(customers, i);

		if (!strcmp(customer->name, name))
			return customer->netns;
	}
	return NULL;
}

/* What cannot be found gets a number that no namespace has; the change will say what is wrong. */
static void locate(struct located *located, const struct mfw_customers *customers)
{
	const struct batch_target *target = located->target;
	const char *netns =
		target->customer ? customer_netns(customers, target->customer) : target->netns;
	char path[4096];
	struct stat st;

	if (!netns && !target->customer)
		netns = "/proc/thread-self/ns/net";
	snprintf(path, sizeof(path), "%s%s", netns && strchr(netns, '/') ? "" : "/run/netns/",
		 netns ? netns : "");
	if (netns && !stat(path, &st)) {
		located->dev = st.st_dev;
		located->ino = st.st_ino;
	} else {
		located->dev = 0;
		located->ino = located->number;
	}
}

static int compare(const void *a, const void *b)
{
	const struct located *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

int targets_order(struct targets *targets, struct mfw *mfw)
{
	cleanup(customers_free_p) struct mfw_customers *customers = NULL;
	cleanup_free struct located *all = NULL;

	/* No two customers share a namespace. */
	if (targets->n < 2 || !has_direct(targets))
		return 0;
	all = calloc(targets->n, sizeof(*all));
	if (!all)
		return -1;
	if (mfw_customers_list(mfw, &customers, NULL))
		customers = NULL;
	for (size_t i = 0; i < targets->n; i++) {
		all[i].target = targets->all[i];
		all[i].number = i;
		locate(&all[i], customers);
	}
	qsort(all, targets->n, sizeof(*all), compare);
	for (size_t i = 1; i < targets->n; i++)
		all[i].target->follows =
			all[i].dev == all[i - 1].dev && all[i].ino == all[i - 1].ino;
	return 0;
}
