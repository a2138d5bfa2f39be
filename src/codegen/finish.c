/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last step: dead code out, distances in. */
#include "codegen/code.h"

#include <errno.h>
#include <string.h>

struct flow {
	struct code *code;
	size_t n;
	uint32_t *target; /* where the jump at an instruction leads */
	uint32_t
		*place; /* the instruction's new number; while looking: 1 when a path leads there */
	uint32_t *todo;
	size_t n_todo;
};

static void flow_clear(struct flow *flow)
{
	free(flow->target);
	free(flow->place);
	free(flow->todo);
}

static struct bpf_insn *insn_at(const struct flow *flow, size_t i)
{
	return CODE_AT(flow->code->insns, struct bpf_insn, i);
}

static void reach(struct flow *flow, uint32_t insn)
{
	if (insn >= flow->n || flow->place[insn])
		return;
	flow->place[insn] = 1;
	flow->todo[flow->n_todo++] = insn;
}

static bool is_jump(const struct bpf_insn *insn)
{
	int class = BPF_CLASS(insn->code), op = BPF_OP(insn->code);

	return (class == BPF_JMP || class == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT;
}

static void follow(struct flow *flow, uint32_t i)
{
	const struct bpf_insn *insn = insn_at(flow, i);

	if (insn->code == (BPF_JMP | BPF_EXIT))
		return;
	if (is_jump(insn))
		reach(flow, flow->target[i]);
	if (insn->code != (BPF_JMP | BPF_JA))
		reach(flow, i + 1);
}

static void find_live(struct flow *flow)
{
	const struct code *code = flow->code;

	for (size_t i = 0; i < CODE_COUNT(code->jumps, struct code_jump); i++) {
		const struct code_jump *jump = CODE_AT(code->jumps, struct code_jump, i);

		flow->target[jump->insn] = *CODE_AT(code->labels, uint32_t, jump->label);
	}
	reach(flow, 0);
	while (flow->n_todo)
		follow(flow, flow->todo[--flow->n_todo]);
}

/* Jumps to what follows anyway go too; backwards, as what follows is known by then. */
static void drop_short_jumps(struct flow *flow)
{
	uint32_t live = flow->n;

	for (size_t i = flow->n; i--;) {
		if (!flow->place[i])
			continue;
		if (insn_at(flow, i)->code == (BPF_JMP | BPF_JA) && flow->target[i] > i &&
		    flow->target[i] <= live)
			flow->place[i] = 0;
		else
			live = i;
	}
}

#define GONE UINT32_MAX

/* place[i] becomes the new number; that of what is gone, the next live one's. */
static uint32_t number(struct flow *flow)
{
	uint32_t n = 0;

	for (size_t i = 0; i < flow->n; i++) {
		bool live = flow->place[i];

		flow->place[i] = n;
		if (live)
			*insn_at(flow, n++) = *insn_at(flow, i);
		else
			flow->todo[i] = GONE;
	}
	return n;
}

/* Records of instructions that are gone go with them. Every record begins with its instruction. */
static void renumber(const struct flow *flow, struct buf *records, size_t size)
{
	char *to = records->data;

	for (size_t at = 0; at < records->len; at += size) {
		uint32_t *insn = (uint32_t *)(void *)(records->data + at);

		if (flow->todo[*insn] == GONE)
			continue;
		*insn = flow->place[*insn];
		memmove(to, insn, size);
		to += size;
	}
	if (records->data)
		records->len = to - records->data;
}

/* A line whose first instruction is gone begins at the next; of several there, the last counts. */
static void renumber_lines(const struct flow *flow, struct code *code)
{
	size_t n = CODE_COUNT(code->lines, struct code_line), kept = 0;
	struct code_line *lines = CODE_AT(code->lines, struct code_line, 0);

	for (size_t i = 0; i < n; i++) {
		const struct code_line line = {flow->place[lines[i].insn], lines[i].expr};

		if (line.insn >= code_here(code))
			break;
		if (kept && lines[kept - 1].insn == line.insn)
			kept--;
		lines[kept++] = line;
	}
	code->lines.len = kept * sizeof(*lines);
}

static void set_distances(struct flow *flow)
{
	struct code *code = flow->code;

	for (size_t i = 0; i < CODE_COUNT(code->jumps, struct code_jump); i++) {
		const struct code_jump *jump = CODE_AT(code->jumps, struct code_jump, i);
		uint32_t label = *CODE_AT(code->labels, uint32_t, jump->label);
		int64_t distance = (int64_t)flow->place[label] - jump->insn - 1;

		if (distance > INT16_MAX && !code->error)
			code->error = -E2BIG;
		insn_at(flow, jump->insn)->off = distance;
	}
}

void code_finish(struct code *code)
{
	cleanup(flow_clear) struct flow flow = {.code = code, .n = code_here(code)};

	if (code->error)
		return;
	flow.target = calloc(flow.n, sizeof(*flow.target));
	flow.place = calloc(flow.n, sizeof(*flow.place));
	flow.todo = calloc(flow.n, sizeof(*flow.todo));
	if (!flow.target || !flow.place || !flow.todo) {
		code->error = -ENOMEM;
		return;
	}
	find_live(&flow);
	drop_short_jumps(&flow);
	code->insns.len = number(&flow) * sizeof(struct bpf_insn);
	renumber(&flow, &code->relocs, sizeof(struct code_reloc));
	renumber_lines(&flow, code);
	renumber(&flow, &code->jumps, sizeof(struct code_jump));
	set_distances(&flow);
}
