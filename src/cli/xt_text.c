/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/xt_text.h"

#include <dlfcn.h>
#include <getopt.h>
#include <string.h>
#include <xtables.h>

#include "base/cleanup.h"
#include "cli/child.h"

/* Enough for a struct ipt_ip or ip6t_ip6: the address part of a rule that extensions may look at.
 * Ours is all zero: a rule in nftables has none. */
static const char no_address[512] __attribute__((aligned(16)));

__attribute__((noreturn, format(printf, 2, 3))) static void leave(enum xtables_exittype status,
								  const char *fmt, ...)
{
	(void)status;
	(void)fmt;
	_exit(1);
}

/* The kernel runs that revision already: it need not be asked whether it could. */
static int any_revision(const char *name, uint8_t rev, int opt)
{
	(void)name;
	(void)rev;
	(void)opt;
	return 1;
}

static struct option no_options[] = {{}};

static struct xtables_globals globals = {
	.program_name = "mfwctl",
	.program_version = XTABLES_VERSION,
	.orig_opts = (void *)no_options,
	.exit_err = leave,
	.compat_rev = any_revision,
};

/*
 * Loaded in the child, where it is needed, which is seldom: linked, it would make every start of
 * mfwctl slower by a tenth of a millisecond. XTABLES_VERSION is the name of the library's file.
 */
static struct {
	__typeof__(xtables_init) *init;
	__typeof__(xtables_set_nfproto) *set_nfproto;
	__typeof__(xtables_set_params) *set_params;
	__typeof__(xtables_find_match) *find_match;
	__typeof__(xtables_find_match_revision) *find_match_revision;
	__typeof__(xtables_find_target) *find_target;
	__typeof__(xtables_find_target_revision) *find_target_revision;
} xt;

static bool load(void)
{
	/* Global: the extensions take their functions from it. */
	void *so = dlopen(XTABLES_VERSION, RTLD_NOW | RTLD_GLOBAL);

	if (!so)
		return false;
#define SYMBOL(name) ((xt.name = (__typeof__(xt.name))dlsym(so, "xtables_" #name)) != NULL)
	return SYMBOL(init) && SYMBOL(set_nfproto) && SYMBOL(set_params) && SYMBOL(find_match) &&
	       SYMBOL(find_match_revision) && SYMBOL(find_target) && SYMBOL(find_target_revision);
#undef SYMBOL
}

static uint8_t nfproto_of(const char *family)
{
	if (!strcmp(family, "ip6"))
		return NFPROTO_IPV6;
	return strcmp(family, "bridge") != 0 ? NFPROTO_IPV4 : NFPROTO_BRIDGE;
}

static bool is_match(const struct mfw_expr_info *expr)
{
	return !strcmp(expr->name, "match");
}

static bool save_match(const struct mfw_expr_info *expr)
{
	struct xtables_match *match = xt.find_match(expr->xt_name, XTF_TRY_LOAD, NULL);
	struct xt_entry_match *entry;

	if (match)
		match = xt.find_match_revision(expr->xt_name, XTF_DONT_LOAD, match,
					       (int)expr->xt_rev);
	if (!match || XT_ALIGN(match->size) != XT_ALIGN(expr->xt_len))
		return false;
	entry = calloc(1, sizeof(*entry) + XT_ALIGN(expr->xt_len));
	if (!entry)
		return false;
	snprintf(entry->u.user.name, sizeof(entry->u.user.name), "%s", expr->xt_name);
	entry->u.user.revision = (uint8_t)expr->xt_rev;
	entry->u.match_size = (uint16_t)(sizeof(*entry) + XT_ALIGN(expr->xt_len));
	memcpy(entry->data, expr->xt_info, expr->xt_len);
	printf("-m %s", match->alias ? match->alias(entry) : match->name);
	/* ebtables' extensions have no save function; what they print is in the same form. */
	if (match->save)
		match->save(no_address, entry);
	else if (match->print) {
		putchar(' ');
		match->print(no_address, entry, 1);
	}
	free(entry);
	return true;
}

static bool save_target(const struct mfw_expr_info *expr)
{
	struct xtables_target *target = xt.find_target(expr->xt_name, XTF_TRY_LOAD);
	struct xt_entry_target *entry;

	if (target)
		target = xt.find_target_revision(expr->xt_name, XTF_DONT_LOAD, target,
						 (int)expr->xt_rev);
	if (!target || XT_ALIGN(target->size) != XT_ALIGN(expr->xt_len))
		return false;
	entry = calloc(1, sizeof(*entry) + XT_ALIGN(expr->xt_len));
	if (!entry)
		return false;
	snprintf(entry->u.user.name, sizeof(entry->u.user.name), "%s", expr->xt_name);
	entry->u.user.revision = (uint8_t)expr->xt_rev;
	entry->u.target_size = (uint16_t)(sizeof(*entry) + XT_ALIGN(expr->xt_len));
	memcpy(entry->data, expr->xt_info, expr->xt_len);
	printf("-j %s", target->alias ? target->alias(entry) : target->name);
	if (target->save)
		target->save(no_address, entry);
	else if (target->print) {
		putchar(' ');
		target->print(no_address, entry, 1);
	}
	free(entry);
	return true;
}

static void put_plain(FILE *out, const struct mfw_expr_info *expr)
{
	fprintf(out, "xt %s %s rev %u (%u bytes)", expr->name, expr->xt_name, expr->xt_rev,
		expr->xt_len);
}

struct work {
	struct xt_item *items;
	size_t n;
	size_t from;
};

static void start(void)
{
	xt.init();
	xt.set_nfproto(NFPROTO_IPV4);
	xt.set_params(&globals);
}

static bool save(const struct mfw_expr_info *expr, const char *family)
{
	xt.set_nfproto(nfproto_of(family));
	return is_match(expr) ? save_match(expr) : save_target(expr);
}

/* In the child: one text after the other, each ended by NUL. */
static void print_items(void *arg)
{
	const struct work *work = arg;

	bool loaded = load();

	if (loaded)
		start();
	for (size_t i = work->from; i < work->n; i++) {
		const struct mfw_expr_info *expr = work->items[i].expr;

		alarm(CHILD_SECONDS);
		if (!loaded || !save(expr, work->items[i].family))
			put_plain(stdout, expr);
		putchar('\0');
		fflush(stdout);
	}
}

static char *plain_text(const struct mfw_expr_info *expr)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	put_plain(out, expr);
	fclose(out);
	return text;
}

static char *trimmed(const char *text, size_t len)
{
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\n'))
		len--;
	return strndup(text, len);
}

/* Takes the texts that are complete; returns how many they are. */
static size_t take_texts(struct work *work, const char *data, size_t len)
{
	const char *end = data + len, *stop;
	size_t n = 0;

	while (data < end && (stop = memchr(data, '\0', (size_t)(end - data))) &&
	       work->from + n < work->n) {
		work->items[work->from + n++].text = trimmed(data, (size_t)(stop - data));
		data = stop + 1;
	}
	return n;
}

void xt_text_fill(struct xt_item *items, size_t n, const char *netns)
{
	struct work work = {.items = items, .n = n};

	while (work.from < n) {
		cleanup_free char *data = NULL;
		size_t len = 0;

		if (!child_capture(print_items, &work, netns, &data, &len))
			work.from += take_texts(&work, data, len);
		/* The child died of this one. */
		if (work.from < n) {
			items[work.from].text = plain_text(items[work.from].expr);
			work.from++;
		}
	}
}
