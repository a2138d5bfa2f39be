/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Large sets of texts, as tables. The hash of what is asked for is looked for among the texts',
 * which are in order and all different; the text in its place is what it has to be.
 *
 * All texts of a table take as much room as its longest one: so there is one for texts of one
 * block, and one for the longer ones that can be compared in one.
 */
#include "codegen/texts.h"
#include "codegen/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* As many are compared with one after the other. */
#define CHAIN_MAX 32
#define SEEDS_MAX 64

/* Longest texts of each class; those of the one before are shorter. */
static const size_t longest[TEXTS_CLASSES] = {64, MFW_TEXT_MAX};

/* TEXTS_CLASSES: there is none for that length. */
static size_t class_of(size_t len)
{
	size_t class = len ? 0 : TEXTS_CLASSES;

	while (class < TEXTS_CLASSES && len > longest[class])
		class ++;
	return class;
}

struct texts texts_of(const struct expr *compare)
{
	struct texts texts = {.compare = compare};

	for (size_t i = 0; i < compare->n_literals; i++) {
		size_t class = class_of(compare->literals[i].bytes.len);

		if (class < TEXTS_CLASSES)
			texts.n[class]++;
	}
	return texts;
}

bool texts_in_table(const struct texts *texts, size_t len)
{
	size_t class = class_of(len);

	return class < TEXTS_CLASSES && texts->n[class] > CHAIN_MAX;
}

/* ---- a table ---- */

struct entry {
	const struct buf *text;
	uint32_t hash;
};

struct table {
	struct entry *entries; /* by hash */
	size_t n;
	size_t size; /* a power of two */
	size_t max;  /* the length of the longest text */
	uint32_t seed;
};

static void table_clear(struct table *table)
{
	free(table->entries);
}

static uint32_t hash_of(const struct buf *text, uint32_t seed)
{
	uint64_t words[MFW_TEXT_MAX / 8] = {}, hash = mfw_text_hash_begin(seed, text->len);

	memcpy(words, text->data, text->len);
	for (size_t i = 0; i < MFW_TEXT_HASHED(text->len) / 8; i++)
		hash = mfw_text_hash_word(hash, words[i]);
	return mfw_text_hash_end(hash);
}

static int by_hash(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

static bool same_text(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/*
 * With this seed: texts that stand there twice once, false when two others have the same hash. The
 * greatest is that of the places that are left.
 */
static bool try_seed(struct table *table, uint32_t seed)
{
	struct entry *e = table->entries;
	size_t kept = 0;

	for (size_t i = 0; i < table->n; i++)
		e[i].hash = hash_of(e[i].text, seed);
	qsort(e, table->n, sizeof(*e), by_hash);
	for (size_t i = 1; i < table->n; i++) {
		if (e[i].hash != e[kept].hash)
			e[++kept] = e[i];
		else if (!same_text(e[i].text, e[kept].text))
			return false;
	}
	table->n = kept + 1;
	table->seed = seed;
	return e[kept].hash != UINT32_MAX;
}

/* 0 or -errno. */
static int make_table(const struct texts *texts, size_t class, struct table *ret)
{
	uint32_t seed = 0;

	ret->entries = calloc(texts->n[class], sizeof(*ret->entries));
	if (!ret->entries)
		return -ENOMEM;
	for (size_t i = 0; i < texts->compare->n_literals; i++) {
		const struct buf *text = &texts->compare->literals[i].bytes;

		if (class_of(text->len) != class)
			continue;
		ret->entries[ret->n++].text = text;
		ret->max = text->len > ret->max ? text->len : ret->max;
	}
	while (!try_seed(ret, seed))
		if (++seed == SEEDS_MAX)
			return -E2BIG;
	for (ret->size = 2; ret->size < ret->n;)
		ret->size *= 2;
	return 0;
}

/* How far apart texts are, in bytes: they are compared in whole blocks. */
static size_t stride(const struct table *table)
{
	return offsetof(struct mfw_text, data) + MFW_TEXT_HASHED(table->max);
}

/* r4 = 4 times the place of the one text that it can be; w1 has the hash. */
static int find_place(struct asker *a, const struct table *table)
{
	cleanup_free uint32_t *hashes = calloc(table->size, sizeof(*hashes));

	if (!hashes)
		return -ENOMEM;
	for (size_t i = 0; i < table->size; i++)
		hashes[i] = i < table->n ? table->entries[i].hash : UINT32_MAX;
	ask_place(a, hashes, table->size);
	return 0;
}

/* r5 = the text there. Whoever reads the last one may read to the end of a longest one. */
static int set_text(struct asker *a, const struct table *table, bool fold)
{
	size_t step = stride(table), len = table->size * step + sizeof(struct mfw_text);
	cleanup_free char *data = calloc(1, len);

	if (!data)
		return -ENOMEM;
	for (size_t i = 0; i < table->n; i++) {
		const struct buf *text = table->entries[i].text;
		struct mfw_text head = {.len = text->len, .fold = fold};

		memcpy(data + i * step, &head, offsetof(struct mfw_text, data));
		memcpy(data + i * step + offsetof(struct mfw_text, data), text->data, text->len);
	}
	code_alu64(a->code, BPF_MUL, BPF_REG_4, (int32_t)(step / 4));
	code_set_data(a->code, BPF_REG_5, data, len, false);
	code_alu64_reg(a->code, BPF_ADD, BPF_REG_5, BPF_REG_4);
	return 0;
}

/* w1 = the hash of the view. */
static void load_hash(struct asker *a, const struct table *table, bool fold)
{
	view_set_bytes(a);
	ask_set_frame(a, BPF_REG_2, FRAME_VIEW);
	if (a->made) {
		code_set(a->code, BPF_REG_3, (int32_t)table->seed);
	} else {
		code_set(a->code, BPF_REG_3, fold);
		code_set(a->code, BPF_REG_4, (int32_t)table->seed);
	}
	code_call_runtime(a->code, a->made ? RUNTIME_VALUE_HASH : RUNTIME_BYTES_HASH);
	code_alu32_reg(a->code, BPF_MOV, BPF_REG_1, BPF_REG_0);
}

/* What has no length of this class leads to `other`. */
static void require_length(struct asker *a, size_t class, const struct table *table, uint32_t other)
{
	view_len(a);
	code_jump32(a->code, BPF_JLE, BPF_REG_1, class ? longest[class - 1] : 0, other);
	code_jump32(a->code, BPF_JGT, BPF_REG_1, table->max, other);
}

/* Whether the view is the text that r5 has. */
static void ask_text(struct asker *a, struct ways ways)
{
	struct code *code = a->code;

	view_len(a);
	code_load(code, 2, BPF_REG_3, BPF_REG_5, offsetof(struct mfw_text, len));
	code_jump64(code, BPF_JNE, BPF_REG_1, BPF_REG_3, ways.no);
	view_set_bytes(a);
	code_load(code, 4, BPF_REG_2, BPF_REG_10, VIEW(off));
	code_load(code, 4, BPF_REG_3, BPF_REG_10, VIEW(end));
	code_move(code, BPF_REG_4, BPF_REG_5);
	code_call_runtime(code, a->made ? RUNTIME_VALUE_AT : RUNTIME_TEXT_AT);
	ask_end_jump32(a, BPF_JNE, BPF_REG_0, 0, ways);
}

static void ask_class(struct asker *a, const struct texts *texts, size_t class, bool fold,
		      struct ways ways)
{
	cleanup(table_clear) struct table table = {};
	uint32_t other = code_label(a->code);
	int r = make_table(texts, class, &table);

	if (!r) {
		require_length(a, class, &table, other);
		load_hash(a, &table, fold);
		r = find_place(a, &table);
	}
	r = r ? r : set_text(a, &table, fold);
	if (!r)
		ask_text(a, (struct ways){ways.yes, ways.no, other});
	else if (!a->code->error)
		a->code->error = r;
	code_place(a->code, other);
}

void ask_texts(struct asker *a, const struct texts *texts, bool fold, struct ways ways)
{
	for (size_t class = 0; class < TEXTS_CLASSES; class ++)
		if (texts->n[class] > CHAIN_MAX)
			ask_class(a, texts, class, fold, ways);
	ask_end(a, false, ways);
}
