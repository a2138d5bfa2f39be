/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/handlers.h"
#include "cli/out.h"
#include "cli/table.h"

DEFINE_CLEANUP(content_free, struct mfw_list_content *, mfw_list_free)

static struct mfw_list_id id_of(const struct config *config)
{
	return (struct mfw_list_id){
		MFW_SIZE(struct mfw_list_id),
		.customer = config->customer,
		.name = config->name,
	};
}

static const char *type_name(enum mfw_list_type type)
{
	return type == MFW_LIST_TYPE_IP ? "ip" : "name";
}

static const char *plural(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

/* ---- changes ---- */

/* What a change is about, and what it is called in the end. */
struct verb {
	const char *name, *done, *not_done;
};

static const struct verb set_verb = {"set", "set", "given twice"};
static const struct verb add_verb = {"add", "added", "there already"};
static const struct verb del_verb = {"del", "deleted", "not there"};

static int take_input(const struct session *session, const struct verb *verb,
		      struct mfw_list_input *ret, struct fault *fault)
{
	const struct config *config = session->config;

	*ret = (struct mfw_list_input){
		MFW_SIZE(struct mfw_list_input),
		.entries = session->words,
		.n_entries = session->n_words,
		.file = config->entries,
	};
	if (ret->n_entries || ret->file)
		return 0;
	if (verb == &del_verb)
		return fault_usage(fault, "usage.missing",
				   "'list del' needs the entries to be deleted; all of the list is "
				   "deleted by: mfwctl list drop %s %s",
				   config->customer ? config->customer : "--shared", config->name);
	return fault_usage(fault, "usage.missing",
			   "'list %s' needs entries, or --file FILE with one a line", verb->name);
}

static void put_change(const struct config *config, const struct verb *verb,
		       const struct mfw_list_change *change)
{
	json_t *object;

	if (config->json) {
		object = json_object();
		json_object_set_new(object, "changed", json_boolean(change->changed > 0));
		json_object_set_new(object, "count", json_integer((json_int_t)change->entries));
		json_object_set_new(object, verb->done, json_integer((json_int_t)change->changed));
		json_object_set_new(object, "unchanged",
				    json_integer((json_int_t)change->unchanged));
		json_object_set_new(object, "covered", json_integer((json_int_t)change->covered));
		out_json(object);
		return;
	}
	if (verb != &set_verb && change->unchanged)
		fprintf(stderr, "mfwctl: %" PRIu64 " of the entries %s %s\n", change->unchanged,
			plural(change->unchanged, "was", "were"), verb->not_done);
}

typedef int (*change_function)(struct mfw *mfw, const struct mfw_list_id *id,
			       const struct mfw_list_input *input, struct mfw_list_change *ret,
			       struct mfw_err **err);

static int change(struct session *session, const struct verb *verb, change_function function,
		  struct fault *fault)
{
	struct mfw_list_change done = {MFW_SIZE(struct mfw_list_change)};
	struct mfw_list_id id = id_of(session->config);
	struct mfw_list_input input;
	struct mfw_err *err = NULL;

	if (take_input(session, verb, &input, fault) || session_open(session, fault))
		return -1;
	if (function(session->mfw, &id, &input, &done, &err))
		return fault_take(fault, err);
	put_change(session->config, verb, &done);
	return STATUS_DONE;
}

int list_add_command(struct session *session, struct fault *fault)
{
	return change(session, &add_verb, mfw_list_add, fault);
}

int list_del_command(struct session *session, struct fault *fault)
{
	return change(session, &del_verb, mfw_list_del, fault);
}

int list_set_command(struct session *session, struct fault *fault)
{
	struct mfw_list_change done = {MFW_SIZE(struct mfw_list_change)};
	const char *type = session->config->type;
	struct mfw_list_id id = id_of(session->config);
	struct mfw_list_input input;
	struct mfw_err *err = NULL;
	enum mfw_list_type number = 0;

	if (type)
		number = !strcmp(type, "ip") ? MFW_LIST_TYPE_IP : MFW_LIST_TYPE_NAME;
	if (take_input(session, &set_verb, &input, fault) || session_open(session, fault))
		return -1;
	if (mfw_list_set(session->mfw, &id, number, &input, &done, &err))
		return fault_take(fault, err);
	put_change(session->config, &set_verb, &done);
	return STATUS_DONE;
}

int list_drop_command(struct session *session, struct fault *fault)
{
	struct mfw_list_id id = id_of(session->config);
	struct mfw_err *err = NULL;
	json_t *object;

	if (session_open(session, fault))
		return -1;
	if (mfw_list_drop(session->mfw, &id, &err))
		return fault_take(fault, err);
	if (session->config->json) {
		object = json_object();
		json_object_set_new(object, "changed", json_true());
		out_json(object);
	}
	return STATUS_DONE;
}

/* ---- all lists ---- */

static json_t *info_json(const struct mfw_list_info *info)
{
	json_t *object = json_object();

	json_object_set_new(object, "customer",
			    info->customer ? out_text(info->customer) : json_null());
	out_set_text(object, "list", info->name);
	out_set_text(object, "type", type_name(info->type));
	json_object_set_new(object, "count", json_integer((json_int_t)info->entries));
	json_object_set_new(object, "bytes", json_integer((json_int_t)info->bytes));
	return object;
}

/* The shared ones come first. */
static const struct mfw_list_info *get_info(const struct config *config,
					    const struct mfw_lists *lists, size_t i)
{
	const struct mfw_list_info *info = mfw_lists_get(lists, i);

	return info && info->customer && config->given & OPT(SHARED) ? NULL : info;
}

static void lists_json(const struct config *config, const struct mfw_lists *lists)
{
	json_t *object = json_object(), *all = json_array();
	const struct mfw_list_info *info;

	for (size_t i = 0; (info = get_info(config, lists, i)); i++)
		json_array_append_new(all, info_json(info));
	json_object_set_new(object, "lists", all);
	out_json(object);
}

static int add_row(struct table *table, const struct mfw_list_info *info)
{
	int r = table_add(table, info->customer ? info->customer : "(all)");

	r |= table_printf(table, "$%s%s", info->customer ? "" : "shared.", info->name);
	r |= table_add(table, type_name(info->type));
	r |= table_printf(table, "%" PRIu64, info->entries);
	return r | table_printf(table, "%" PRIu64 " kB", (info->bytes + 1023) / 1024);
}

static int lists_text(const struct config *config, const struct mfw_lists *lists,
		      struct fault *fault)
{
	static const struct column columns[] = {
		{"CUSTOMER"},
		{"LIST"},
		{"TYPE"},
		{"ENTRIES", COLUMN_RIGHT},
		{"MEMORY", COLUMN_RIGHT},
	};
	const struct mfw_list_info *info;
	cleanup_table struct table table;
	int r = 0;

	table_init(&table, columns, ARRAY_SIZE(columns));
	for (size_t i = 0; (info = get_info(config, lists, i)); i++)
		r |= add_row(&table, info);
	if (r)
		return fault_make(fault, ENOMEM, "memory", "out of memory");
	if (get_info(config, lists, 0))
		table_print(&table, stdout);
	else
		printf("there are no lists: mfwctl list set %s NAME ENTRY...\n",
		       config->given & OPT(SHARED) ? "--shared" : "CUSTOMER");
	return STATUS_DONE;
}

static int show_lists(struct session *session, struct fault *fault)
{
	cleanup(lists_free_p) struct mfw_lists *lists = NULL;
	struct mfw_err *err = NULL;

	if (session_open(session, fault))
		return -1;
	if (mfw_lists_read(session->mfw, session->config->customer, &lists, &err))
		return fault_take(fault, err);
	if (!session->config->json)
		return lists_text(session->config, lists, fault);
	lists_json(session->config, lists);
	return STATUS_DONE;
}

int list_command(struct session *session, struct fault *fault)
{
	int r = show_lists(session, fault);

	if (r == STATUS_DONE && !session->config->json)
		puts("rules: mfwctl rule list");
	return r;
}

/* ---- one list ---- */

static int open_content(struct session *session, struct mfw_list_content **ret, struct fault *fault)
{
	struct mfw_list_id id = id_of(session->config);
	struct mfw_err *err = NULL;

	if (session_open(session, fault))
		return -1;
	return mfw_list_read(session->mfw, &id, ret, &err) ? fault_take(fault, err) : 0;
}

static void content_json(struct mfw_list_content *content)
{
	json_t *object = info_json(mfw_list_get(content)), *all = json_array();
	const char *entry;

	for (uint64_t i = 0; (entry = mfw_list_entry(content, i)); i++)
		json_array_append_new(all, out_text(entry));
	json_object_set_new(object, "entries", all);
	out_json(object);
}

int list_show(struct session *session, struct fault *fault)
{
	cleanup(content_free_p) struct mfw_list_content *content = NULL;
	const struct config *config = session->config;
	const char *entry;

	if (!config->name)
		return show_lists(session, fault);
	if (open_content(session, &content, fault))
		return -1;
	if (config->json) {
		content_json(content);
		return STATUS_DONE;
	}
	for (uint64_t i = 0; (entry = mfw_list_entry(content, i)); i++)
		puts(entry);
	return STATUS_DONE;
}

/* ---- test ---- */

static int test_all(const struct session *session, const struct mfw_list_content *content,
		    bool *found, struct fault *fault)
{
	struct mfw_err *err = NULL;

	for (size_t i = 0; i < session->n_words; i++)
		if (mfw_list_has(content, session->words[i], &found[i], &err))
			return fault_take(fault, err);
	return 0;
}

static void test_json(const struct session *session, const bool *found)
{
	json_t *object = json_object(), *all = json_array(), *one;

	for (size_t i = 0; i < session->n_words; i++) {
		one = json_object();
		out_set_text(one, "entry", session->words[i]);
		json_object_set_new(one, "found", json_boolean(found[i]));
		json_array_append_new(all, one);
	}
	json_object_set_new(object, "entries", all);
	out_json(object);
}

static void test_text(const struct session *session, const bool *found)
{
	for (size_t i = 0; i < session->n_words; i++)
		printf("%s %s\n", session->words[i], found[i] ? "is in the list" : "is not");
}

/* STATUS_DIFFERENT unless all are in it. */
int list_test(struct session *session, struct fault *fault)
{
	cleanup_free bool *found = calloc(session->n_words + 1, sizeof(*found));
	cleanup(content_free_p) struct mfw_list_content *content = NULL;
	bool all = true;

	if (!found)
		return fault_make(fault, ENOMEM, "memory", "out of memory");
	if (open_content(session, &content, fault) || test_all(session, content, found, fault))
		return -1;
	for (size_t i = 0; i < session->n_words; i++)
		all &= found[i];
	if (session->config->json)
		test_json(session, found);
	else
		test_text(session, found);
	return all ? STATUS_DONE : STATUS_DIFFERENT;
}
