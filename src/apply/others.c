/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/others.h"

#include <stdlib.h>

size_t others_going(const struct others *o)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n; i++)
		n += !o->all[i].stays;
	return n;
}

const struct other_list *others_goes(const struct others *o, size_t i)
{
	for (size_t k = 0; k < o->n; k++)
		if (!o->all[k].stays && !i--)
			return &o->all[k];
	return NULL;
}

void others_clear(struct others *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->all[i].name);
	free(o->all);
	*o = (struct others){};
}
