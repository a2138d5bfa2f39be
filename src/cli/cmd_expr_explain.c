/* SPDX-License-Identifier: GPL-2.0-or-later */
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

static void put_json(const struct mfw_explanation *x)
{
	json_t *object = json_object();

	out_set_text(object, "tree", x->tree);
	out_set_text(object, "compiled", x->compiled);
	out_set_text(object, "linked", x->linked);
	json_object_set_new(object, "instructions", json_integer(x->insns));
	json_object_set_new(object, "object_bytes", json_integer(x->object_len));
	json_object_set_new(object, x->loaded ? "loaded" : "not_loaded", loaded_json(x));
	out_json(object);
}

static void put_text(const struct mfw_explanation *x)
{
	fputs(x->tree, stdout);
	printf("\ncompiled:      %s\n", x->compiled);
	printf("linked:        %s\n", *x->linked ? x->linked : "nothing");
	printf("instructions:  %zu of its own\n", x->insns);
	printf("object:        %zu bytes\n", x->object_len);
	if (!x->loaded) {
		printf("not loaded:    %s\n", mfw_err_message(x->not_loaded));
		return;
	}
	printf("loaded:        %u instructions, %u processed by the verifier\n", x->loaded_insns,
	       x->processed);
	if (x->jited_len)
		printf("machine code:  %u bytes\n", x->jited_len);
	printf("time:          %u ns for a TCP SYN\n", x->ns);
}

int expr_explain_command(struct session *session, struct fault *fault)
{
	struct mfw_explained *explained = NULL;
	struct mfw_err *err = NULL;

	if (session_open(session, fault))
		return -1;
	if (mfw_expr_explain(session->mfw, session->config->match, &explained, &err))
		return fault_take(fault, err);
	if (session->config->json)
		put_json(mfw_explained_get(explained));
	else
		put_text(mfw_explained_get(explained));
	mfw_explained_free(explained);
	return STATUS_DONE;
}
