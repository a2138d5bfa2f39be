/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "cli/findings.h"
#include "cli/handlers.h"
#include "cli/out.h"

static json_t *loaded_json(const struct mfw_explanation *x)
{
	json_t *object = json_object();

	if (!x->loaded) {
		out_set_text(object, "kind", mfw_err_kind(x->not_loaded));
		out_set_text(object, "message", mfw_err_message(x->not_loaded));
		out_set_text(object, "detail", mfw_err_detail(x->not_loaded));
		return object;
	}
	json_object_set_new(object, "processed", json_integer(x->processed));
	json_object_set_new(object, "instructions", json_integer(x->loaded_insns));
	json_object_set_new(object, "jited_bytes", json_integer(x->jited_len));
	json_object_set_new(object, "ns", json_integer(x->ns));
	return object;
}

/* Names with ", " between them. */
static json_t *names_json(const char *names)
{
	json_t *list = json_array();

	for (size_t len; *names; names += len, names += strspn(names, ", ")) {
		len = strcspn(names, ",");
		json_array_append_new(list, json_stringn(names, len));
	}
	return list;
}

static void put_json(const struct mfw_explanation *x, json_t *object)
{
	out_set_text(object, "tree", x->tree);
	out_set_text(object, "compiled", x->compiled);
	json_object_set_new(object, "matchers", names_json(x->matchers));
	json_object_set_new(object, "library", names_json(x->library));
	json_object_set_new(object, "instructions", json_integer(x->insns));
	json_object_set_new(object, "object_bytes", json_integer(x->object_len));
	json_object_set_new(object, x->loaded ? "loaded" : "not_loaded", loaded_json(x));
	out_json(object);
}

static void put_loaded(const struct mfw_explanation *x)
{
	printf("loaded:        %u instructions; the verifier went through %u\n", x->loaded_insns,
	       x->processed);
	if (x->jited_len)
		printf("machine code:  %u bytes\n", x->jited_len);
	else
		puts("machine code:  none, the kernel interprets it");
	printf("time:          %u ns for a packet (TCP SYN to port 443, IPv4)\n", x->ns);
}

static void put_text(const struct mfw_explanation *x)
{
	const char *detail;

	fputs(x->tree, stdout);
	printf("\ncompiled:      %s\n", x->compiled);
	printf("matchers:      %s\n", *x->matchers ? x->matchers : "none");
	printf("library:       %s\n", *x->library ? x->library : "none");
	printf("instructions:  %zu, without matchers and library\n", x->insns);
	printf("object:        %zu bytes\n", x->object_len);
	if (x->loaded) {
		put_loaded(x);
		return;
	}
	detail = mfw_err_detail(x->not_loaded);
	printf("not loaded:    %s\n%s", mfw_err_message(x->not_loaded), detail ? detail : "");
}

int expr_explain_command(struct session *session, struct fault *fault)
{
	struct mfw_explained *explained = NULL;
	json_t *object = session->config->json ? json_object() : NULL;
	struct mfw_err *err = NULL;

	if (session_open(session, fault))
		goto failed;
	if (mfw_expr_explain(session->mfw, session->config->match, &explained, &err)) {
		fault_take(fault, err);
		goto failed;
	}
	if (findings_warn(session, object, fault)) {
		mfw_explained_free(explained);
		goto failed;
	}
	if (object)
		put_json(mfw_explained_get(explained), object);
	else
		put_text(mfw_explained_get(explained));
	mfw_explained_free(explained);
	return STATUS_DONE;
failed:
	json_decref(object);
	return -1;
}
