/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/nearest.h"
#include "test.h"

#include <errno.h>
#include <mfw/packet.h>
#include <string.h>

struct probe_params {
	uint8_t n;
	uint8_t on;
	uint64_t wide;
	struct mfw_bytes_16 tag;
};

static struct param suffix_params[] = {
	{.pub = {.name = "bytes", .type = "bytes", .doc = "the last bytes", .min = 1, .max = 64},
	 .type = PARAM_BYTES,
	 .len = sizeof(struct mfw_bytes_64)},
};

static struct param probe_params[] = {
	{.pub = {.name = "n", .type = "int", .default_value = "64", .min = 1, .max = 200},
	 .type = PARAM_INT,
	 .offset = offsetof(struct probe_params, n),
	 .len = 1},
	{.pub = {.name = "on", .type = "bool", .default_value = "false", .max = 1},
	 .type = PARAM_BOOL,
	 .offset = offsetof(struct probe_params, on),
	 .len = 1},
	{.pub = {.name = "wide", .type = "int", .default_value = "0", .max = UINT64_MAX},
	 .type = PARAM_INT,
	 .offset = offsetof(struct probe_params, wide),
	 .len = 8},
	{.pub = {.name = "tag", .type = "bytes", .default_value = "\"\"", .max = 16},
	 .type = PARAM_BYTES,
	 .offset = offsetof(struct probe_params, tag),
	 .len = sizeof(struct mfw_bytes_16)},
};

/* As the catalog would read tests/matchers/fixtures/values.bpf.c. */
struct values_params {
	uint32_t mode;
	struct mfw_duration wait;
	struct mfw_rate speed;
	struct mfw_address peer;
	struct mfw_prefix net;
};

static const char *const modes[] = {"off", "half_on", "on"};
static uint32_t mode_numbers[] = {0, 5, 10};

#define VALUE(member, type_, ...)                                                                  \
	{                                                                                          \
		.pub = {.name = #member, .type = #type_, __VA_ARGS__}, .type = PARAM_##type_,      \
		.offset = offsetof(struct values_params, member),                                  \
		.len = sizeof(((struct values_params *)NULL)->member),                             \
	}

static struct param values_params[] = {
	VALUE(mode, ENUM, .default_value = "\"off\"", .n_words = 3, .words = modes),
	VALUE(wait, DURATION, .default_value = "0s", .max = 3600000000000),
	VALUE(speed, RATE, .default_value = "1/second", .min = 1, .max = 1000),
	VALUE(peer, ADDRESS, .default_value = "none"),
	VALUE(net, PREFIX, .default_value = "none"),
};
static struct values_params values_defaults = {.speed = {1, 1000000000}};

static unsigned char no_bytes[sizeof(struct mfw_bytes_64)];
static struct probe_params probe_defaults = {.n = 64};

static const struct field probe_fields[] = {
	{.name = "probe.size",
	 .type = FIELD_INT,
	 .kind = FIELD_OF_MATCHER,
	 .id = FIELD_OTHER,
	 .max = 999},
	{.name = "probe.text", .type = FIELD_BYTES, .kind = FIELD_OF_MATCHER, .id = FIELD_OTHER},
	{.name = "probe.good", .type = FIELD_BOOL, .kind = FIELD_OF_MATCHER, .id = FIELD_OTHER},
};

static const struct mfw_field probe_names[] = {
	{.name = "probe.size"}, {.name = "probe.text"}, {.name = "probe.good"}};
static const struct mfw_field *const probe_list[] = {&probe_names[0], &probe_names[1],
						     &probe_names[2]};

static const struct matcher matchers[] = {
	{.pub = {.name = "suffix", .n_params = 1},
	 .params = suffix_params,
	 .params_len = sizeof(no_bytes),
	 .defaults = no_bytes},
	{.pub = {.name = "probe",
		 .n_params = ARRAY_SIZE(probe_params),
		 .n_fields = ARRAY_SIZE(probe_list),
		 .fields = probe_list},
	 .params = probe_params,
	 .params_len = sizeof(probe_defaults),
	 .defaults = (unsigned char *)&probe_defaults},
	{.pub = {.name = "sip"}},
	{.pub = {.name = "values", .n_params = ARRAY_SIZE(values_params)},
	 .params = values_params,
	 .params_len = sizeof(values_defaults),
	 .defaults = (unsigned char *)&values_defaults},
};

static const struct matcher *find(void *ctx, const char *name, struct mfw_err **err)
{
	(void)ctx;
	values_params[0].numbers = mode_numbers;
	for (size_t i = 0; i < ARRAY_SIZE(matchers); i++)
		if (!strcmp(matchers[i].pub.name, name))
			return &matchers[i];
	if (!strcmp(name, "broken"))
		err_make(err, EINVAL, "matcher.broken", "the matcher 'broken' is broken");
	return NULL;
}

static const char *nearest_name(void *ctx, const char *name)
{
	struct nearest nearest = NEAREST_INIT(name);

	(void)ctx;
	for (size_t i = 0; i < ARRAY_SIZE(matchers); i++)
		nearest_try(&nearest, matchers[i].pub.name);
	for (size_t i = 0; i < ARRAY_SIZE(probe_fields); i++)
		nearest_try(&nearest, probe_fields[i].name);
	if (field_nearest(name))
		nearest_try(&nearest, field_nearest(name));
	return nearest.best;
}

static const struct field *find_field(void *ctx, const char *name)
{
	(void)ctx;
	for (size_t i = 0; i < ARRAY_SIZE(probe_fields); i++)
		if (!strcmp(probe_fields[i].name, name))
			return &probe_fields[i];
	return field_find(name);
}

static const char *node_text(void *ctx, const struct field *field)
{
	(void)ctx;
	return field->id == FIELD_NODE_NAME ? "sfo06" : NULL;
}

const struct scheme test_scheme = {
	.field = find_field,
	.matcher = find,
	.nearest = nearest_name,
	.node = node_text,
};
