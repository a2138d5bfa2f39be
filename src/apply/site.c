/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/site.h"

#include <errno.h>
#include <limits.h>
#include <search.h>
#include <string.h>

#include "apply/customer_file.h"
#include "apply/lock.h"
#include "model/family.h"
#include "model/name.h"

static void site_free(struct site *site)
{
	if (!site)
		return;
	view_free(site->view);
	kernel_ns_close(site->ns);
	free(site->customer);
	free(site->netns);
	free(site->table);
	free(site->lock_name);
	free(site->pin_dir);
	free(site);
}

DEFINE_CLEANUP(site_cleanup, struct site *, site_free)

int site_netns_path(const char *netns, char ret[512], struct mfw_err **err)
{
	/* iproute2 allows more characters in a name than we do, a dot for one. */
	bool name = *netns && !strchr(netns, '/');

	if (name && (!strcmp(netns, ".") || !strcmp(netns, "..")))
		return err_make(err, EINVAL, "netns.bad", "'%s' is no namespace's name", netns);
	if (!*netns || strlen(netns) > 400)
		return err_make(
			err, EINVAL, "netns.bad",
			"a namespace is given by a name that ip netns list shows, or a path");
	snprintf(ret, 512, "%s%s%s", name ? kernel_netns_dir() : "", name ? "/" : "", netns);
	return 0;
}

void site_pin_dir(const char *customer, uint64_t inode, char ret[256])
{
	if (customer)
		snprintf(ret, 256, "%s/customer/%s", kernel_pin_root(), customer);
	else
		snprintf(ret, 256, "%s/netns/%llu", kernel_pin_root(), (unsigned long long)inode);
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* What a target means, before the namespace is entered. */
struct where {
	const char *customer, *table;
	char netns[512]; /* "": the caller's own */
	uint8_t family;
	uint64_t inode, cookie; /* that the namespace must have; 0: any */
	bool made;
};

static int refuse_drift(const char *customer, const char *netns, const char *drift,
			struct mfw_err **err)
{
	return err_make(err, ESTALE, "netns.drift",
			"the namespace %s of customer %s cannot be used: %s; mfwctl customer del "
			"%s, then add it again",
			netns, customer, drift, customer);
}

static int resolve_customer(const char *name, struct where *ret, struct mfw_err **err)
{
	cleanup_customer struct customer *c = NULL;
	int r = name_check("customer", name, err);

	r = r ? r : customer_read(name, &c, err);
	if (r)
		return r;
	*ret = (struct where){.customer = name,
			      .table = CUSTOMER_TABLE,
			      .inode = c->pub.inode,
			      .cookie = c->cookie,
			      .made = c->pub.made};
	snprintf(ret->netns, sizeof(ret->netns), "%s", c->pub.netns);
	return 0;
}

static int resolve_direct(const struct mfw_target *t, struct where *ret, struct mfw_err **err)
{
	*ret = (struct where){.table = t->table};
	if (strlen(t->table) > MFW_NAME_MAX * 4)
		return err_make(err, EINVAL, "target.bad", "the table's name is too long");
	if (t->netns) {
		int r = site_netns_path(t->netns, ret->netns, err);

		if (r)
			return r;
	}
	return family_parse(t->family, &ret->family, err);
}

static int resolve(const struct mfw_target *target, struct where *ret, struct mfw_err **err)
{
	struct mfw_target t = {};

	memcpy(&t, target, target->size < sizeof(t) ? target->size : sizeof(t));
	if (!t.customer == !t.table || (t.customer && (t.netns || t.family)))
		return err_make(err, EINVAL, "target.bad",
				"give a customer, or a table (with netns and family), not both and "
				"not neither");
	return t.customer ? resolve_customer(t.customer, ret, err) : resolve_direct(&t, ret, err);
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static int site_new(const struct where *w, struct kernel_ns *ns, struct site **ret)
{
	cleanup(site_cleanup_p) struct site *s = calloc(1, sizeof(*s));
	char lock_name[128], pin_dir[256];

	if (!s)
		return -ENOMEM;
	s->inode = kernel_ns_inode(ns);
	s->family = w->family;
	s->made = w->made;
	if (w->customer)
		snprintf(lock_name, sizeof(lock_name), "customer-%s", w->customer);
	else
		snprintf(lock_name, sizeof(lock_name), "netns-%llu", (unsigned long long)s->inode);
	site_pin_dir(w->customer, s->inode, pin_dir);
	s->customer = copy(w->customer);
	s->netns = copy(*w->netns ? w->netns : NULL);
	s->table = copy(w->table);
	s->lock_name = copy(lock_name);
	s->pin_dir = copy(pin_dir);
	if (!s->table || !s->lock_name || !s->pin_dir || (w->customer && !s->customer))
		return -ENOMEM;
	*ret = steal_ptr(s);
	return 0;
}

static int by_customer(const void *a, const void *b)
{
	return strcmp(((const struct site *)a)->customer, ((const struct site *)b)->customer);
}

/* Whether it is still the namespace that it was. */
static bool is_same(const struct site *s)
{
	uint64_t inode;

	return !kernel_netns_inode(s->netns ? s->netns : "/proc/thread-self/ns/net", &inode) &&
	       inode == s->inode;
}

int site_check(const struct site *s, struct mfw_err **err)
{
	uint64_t inode;
	int r = s->customer ? kernel_netns_inode(s->netns, &inode) : -EAGAIN;

	/* What cannot be known now is no reason. */
	if (r ? r != -ENOENT && r != -EINVAL : inode == s->inode)
		return 0;
	return refuse_drift(s->customer, s->netns, r ? "the namespace is gone" : DRIFT_OTHER, err);
}

/* Of a customer there is one. One that has another namespace by now is let go of. */
static struct site *find_customer(struct mfw *mfw, const struct where *w)
{
	struct site key = {.customer = (char *)w->customer}, **found;

	found = tfind(&key, &mfw->by_customer, by_customer);
	if (!found)
		return NULL;
	if (same((*found)->netns, *w->netns ? w->netns : NULL) && (*found)->inode == w->inode &&
	    is_same(*found))
		return *found;
	if (!(*found)->busy)
		site_close(mfw, w->customer);
	return NULL;
}

/* A site that was entered before and is still what it was. */
static struct site *find(struct mfw *mfw, const struct where *w)
{
	if (w->customer)
		return find_customer(mfw, w);
	for (struct site *s = mfw->sites; s; s = s->next) {
		if (s->customer || s->family != w->family || strcmp(s->table, w->table) ||
		    !same(s->netns, *w->netns ? w->netns : NULL) || !is_same(s))
			continue;
		return s;
	}
	return NULL;
}

/* Enters the namespace, which has to be the one that the customer has. */
static int open_site(const struct where *w, struct kernel_ns **ret, struct mfw_err **err)
{
	cleanup_err struct mfw_err *why = NULL;
	cleanup_ns struct kernel_ns *ns = NULL;
	int r = kernel_ns_open(*w->netns ? w->netns : NULL, &ns, &why);
	const char *drift = r && w->customer ? customer_drift(w->netns, w->inode) : NULL;

	if (!r && ((w->inode && w->inode != kernel_ns_inode(ns)) ||
		   (w->cookie && w->cookie != kernel_ns_cookie(ns))))
		drift = DRIFT_OTHER;
	if (drift)
		return refuse_drift(w->customer, w->netns, drift, err);
	if (r && err)
		*err = steal_ptr(why);
	if (!r)
		*ret = steal_ptr(ns);
	return r;
}

int site_get(struct mfw *mfw, const struct mfw_target *target, struct site **ret,
	     struct mfw_err **err)
{
	cleanup_ns struct kernel_ns *ns = NULL;
	struct where where;
	struct site *site;
	int r = resolve(target, &where, err);

	if (r)
		return r;
	site = find(mfw, &where);
	if (!site) {
		r = open_site(&where, &ns, err);
		if (r)
			return r;
		if (site_new(&where, ns, &site))
			return err_nomem(err);
		site->ns = steal_ptr(ns);
		if (site->customer && !tsearch(site, &mfw->by_customer, by_customer)) {
			site_free(site);
			return err_nomem(err);
		}
		site->next = mfw->sites;
		mfw->sites = site;
	}
	*ret = site;
	return 0;
}

int site_trial(const char *customer, const char *netns, struct site **ret, struct mfw_err **err)
{
	struct where where = {.customer = customer, .table = CUSTOMER_TABLE, .made = !netns};
	cleanup_ns struct kernel_ns *ns = NULL;
	int r = netns ? site_netns_path(netns, where.netns, err) : 0;

	if (!r)
		r = netns ? kernel_ns_open(where.netns, &ns, err) : kernel_ns_open_new(&ns, err);
	if (r)
		return r;
	if (site_new(&where, ns, ret))
		return err_nomem(err);
	(*ret)->ns = steal_ptr(ns);
	return 0;
}

void site_trial_end(struct site *site)
{
	if (site)
		lock_remove(site->lock_name);
	site_free(site);
}

void site_forget_view(struct site *site)
{
	view_free(site->view);
	site->view = NULL;
}

void site_leave(struct mfw *mfw, const char *customer)
{
	struct site key = {.customer = (char *)customer}, **found, **at = &mfw->sites, *site;

	if (!mfw->keeps_sources) {
		site_close(mfw, customer);
		return;
	}
	found = tfind(&key, &mfw->by_customer, by_customer);
	if (!found)
		return;
	site = *found;
	while (*at != site)
		at = &(*at)->next;
	*at = site->next;
	tdelete(site, &mfw->by_customer, by_customer);
	site->next = mfw->left;
	mfw->left = site;
}

void site_close_left(struct mfw *mfw)
{
	while (mfw->left) {
		struct site *site = mfw->left;

		mfw->left = site->next;
		site_free(site);
	}
}

void site_close(struct mfw *mfw, const char *customer)
{
	struct site **at = &mfw->sites;

	while (*at) {
		struct site *s = *at;

		if (customer && !same(s->customer, customer)) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		if (s->customer)
			tdelete(s, &mfw->by_customer, by_customer);
		site_free(s);
	}
}
