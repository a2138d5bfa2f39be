/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/table.h"

#define KINDS 2

/* What people write and read; the keys of JSON too. */
static const char *const kind_names[] = {[MFW_GEO_COUNTRY] = "country", [MFW_GEO_ASNUM] = "asn"};

/* ---- set and del ---- */

static int done(const struct session *session)
{
	json_t *object;

	if (session->config->json) {
		object = json_object();
		json_object_set_new(object, "changed", json_true());
		out_json(object);
	}
	return STATUS_DONE;
}

int geo_set_command(struct session *session, struct fault *fault)
{
	const char *const files[] = {[MFW_GEO_COUNTRY] = session->config->country,
				     [MFW_GEO_ASNUM] = session->config->asn};
	struct mfw_err *err = NULL;

	if (session_open(session, fault))
		return -1;
	for (int kind = 0; kind < KINDS; kind++)
		if (files[kind] && mfw_geo_set(session->mfw, kind, files[kind], &err))
			return fault_take(fault, err);
	return done(session);
}

int geo_del_command(struct session *session, struct fault *fault)
{
	bool country = !strcmp(session->config->type, kind_names[MFW_GEO_COUNTRY]);
	struct mfw_err *err = NULL;

	if (session_open(session, fault))
		return -1;
	if (mfw_geo_del(session->mfw, country ? MFW_GEO_COUNTRY : MFW_GEO_ASNUM, &err))
		return fault_take(fault, err);
	return done(session);
}

/* ---- show ---- */

/* The data sets that are there: NULL for one that is not. */
struct sets {
	struct mfw_geo *all[KINDS];
};

static void sets_clear(struct sets *sets)
{
	for (int kind = 0; kind < KINDS; kind++)
		mfw_geo_free(sets->all[kind]);
}

static int read_sets(struct session *session, struct sets *sets, struct fault *fault)
{
	if (session_open(session, fault))
		return -1;
	for (int kind = 0; kind < KINDS; kind++) {
		struct mfw_err *err = NULL;

		if (!mfw_geo_read(session->mfw, kind, &sets->all[kind], &err))
			continue;
		if (strcmp(mfw_err_kind(err), "geo.missing") != 0)
			return fault_take(fault, err);
		mfw_err_free(err);
	}
	return 0;
}

static void time_text(uint64_t seconds, char ret[32])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(ret, 32, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(ret, 32, "?");
}

static json_t *set_json(int kind, const struct mfw_geo_info *info)
{
	json_t *object = json_object();
	char when[32];

	time_text(info->loaded, when);
	out_set_text(object, "kind", kind_names[kind]);
	out_set_text(object, "file", info->file);
	out_set_text(object, "loaded", when);
	json_object_set_new(object, "ranges4", json_integer((json_int_t)info->ranges4));
	json_object_set_new(object, "ranges6", json_integer((json_int_t)info->ranges6));
	json_object_set_new(object, "bytes", json_integer((json_int_t)info->bytes));
	return object;
}

static void show_json(const struct sets *sets)
{
	json_t *object = json_object(), *list = json_array();

	for (int kind = 0; kind < KINDS; kind++)
		if (sets->all[kind])
			json_array_append_new(list, set_json(kind, mfw_geo_get(sets->all[kind])));
	json_object_set_new(object, "geo", list);
	out_json(object);
}

static int add_row(struct table *table, int kind, const struct mfw_geo_info *info)
{
	char when[32];
	int r;

	time_text(info->loaded, when);
	r = table_add(table, kind_names[kind]);
	r |= table_printf(table, "%" PRIu64, info->ranges4);
	r |= table_printf(table, "%" PRIu64, info->ranges6);
	r |= table_printf(table, "%.1f MB", (double)info->bytes / (1 << 20));
	r |= table_add(table, when);
	return r | table_add(table, info->file);
}

static int show_text(const struct sets *sets, struct fault *fault)
{
	static const struct column columns[] = {
		{"DATA"},
		{"IPV4", COLUMN_RIGHT},
		{"IPV6", COLUMN_RIGHT},
		{"MEMORY", COLUMN_RIGHT},
		{"LOADED"},
		{"FILE"},
	};
	cleanup_table struct table table;
	size_t n = 0;
	int r = 0;

	table_init(&table, columns, ARRAY_SIZE(columns));
	for (int kind = 0; kind < KINDS; kind++)
		if (sets->all[kind] && ++n)
			r |= add_row(&table, kind, mfw_geo_get(sets->all[kind]));
	if (r)
		return fault_make(fault, ENOMEM, "memory", "out of memory");
	if (n)
		table_print(&table, stdout);
	else
		puts("nothing is loaded: mfwctl geo set --country FILE, or --asn FILE");
	return STATUS_DONE;
}

int geo_show(struct session *session, struct fault *fault)
{
	cleanup(sets_clear) struct sets sets = {};

	if (read_sets(session, &sets, fault))
		return -1;
	if (!session->config->json)
		return show_text(&sets, fault);
	show_json(&sets);
	return STATUS_DONE;
}

/* ---- test ---- */

/* What the sets say of an address; NULL where they say nothing. */
static int find(const struct sets *sets, const char *address, const char *ret[KINDS],
		struct fault *fault)
{
	struct mfw_err *err = NULL;

	for (int kind = 0; kind < KINDS; kind++) {
		ret[kind] = NULL;
		if (sets->all[kind] && mfw_geo_find(sets->all[kind], address, &ret[kind], &err))
			return fault_take(fault, err);
	}
	return 0;
}

static int test_json(const struct session *session, const struct sets *sets, struct fault *fault)
{
	json_t *object = json_object(), *list = json_array(), *one;
	const char *said[KINDS];

	json_object_set_new(object, "addresses", list);
	for (size_t i = 0; i < session->n_words; i++) {
		if (find(sets, session->words[i], said, fault)) {
			json_decref(object);
			return -1;
		}
		one = json_object();
		out_set_text(one, "address", session->words[i]);
		json_object_set_new(one, "country",
				    said[MFW_GEO_COUNTRY] ? out_text(said[MFW_GEO_COUNTRY])
							  : json_null());
		json_object_set_new(one, "asn",
				    said[MFW_GEO_ASNUM]
					    ? json_integer(strtoll(said[MFW_GEO_ASNUM], NULL, 10))
					    : json_null());
		json_array_append_new(list, one);
	}
	out_json(object);
	return STATUS_DONE;
}

static int test_text(const struct session *session, const struct sets *sets, struct fault *fault)
{
	static const struct column columns[] = {{"ADDRESS"}, {"COUNTRY"}, {"AS"}};
	const char *said[KINDS];
	cleanup_table struct table table;
	int r = 0;

	table_init(&table, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; i < session->n_words; i++) {
		if (find(sets, session->words[i], said, fault))
			return -1;
		r |= table_add(&table, session->words[i]);
		r |= table_add(&table, said[MFW_GEO_COUNTRY] ? said[MFW_GEO_COUNTRY] : "-");
		r |= table_add(&table, said[MFW_GEO_ASNUM] ? said[MFW_GEO_ASNUM] : "-");
	}
	if (r)
		return fault_make(fault, ENOMEM, "memory", "out of memory");
	table_print(&table, stdout);
	return STATUS_DONE;
}

int geo_test(struct session *session, struct fault *fault)
{
	cleanup(sets_clear) struct sets sets = {};

	if (read_sets(session, &sets, fault))
		return -1;
	if (!sets.all[MFW_GEO_COUNTRY] && !sets.all[MFW_GEO_ASNUM])
		return fault_make(fault, ENOENT, "geo.missing",
				  "nothing is loaded: mfwctl geo set --country FILE, or --asn "
				  "FILE");
	return session->config->json ? test_json(session, &sets, fault)
				     : test_text(session, &sets, fault);
}
