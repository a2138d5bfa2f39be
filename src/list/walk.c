/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list/walk.h"

static const uint32_t *host_at(const struct walk *w, size_t i)
{
	return i < ENTRIES_N(w->entries->hosts, uint32_t)
		       ? ENTRIES_AT(w->entries->hosts, uint32_t, i)
		       : NULL;
}

/* The next network of more than 16 bits. */
static const struct net4 *net_at(struct walk *w, size_t *i)
{
	for (; *i < ENTRIES_N(w->entries->nets, struct net4); ++*i)
		if (ENTRIES_AT(w->entries->nets, struct net4, *i)->length > 16)
			return ENTRIES_AT(w->entries->nets, struct net4, *i);
	return NULL;
}

bool walk_next(struct walk *w)
{
	const uint32_t *host = host_at(w, w->host);
	const struct net4 *net = net_at(w, &w->net);
	size_t i = w->host, j = w->net;

	if (!host && !net)
		return false;
	w->base = (!net || (host && *host < net->address) ? *host : net->address) & 0xffff0000;
	w->part = (struct part){.hosts = host, .nets = net};
	for (; host && *host >> 16 == w->base >> 16; host = host_at(w, ++i))
		w->part.n_hosts++;
	/* None of up to 16 bits is between those of one /16: they come first in it. */
	for (; net && net->address >> 16 == w->base >> 16; j++, net = net_at(w, &j))
		w->part.n_nets++;
	w->host = i;
	w->net = j;
	return true;
}
