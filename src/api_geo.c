/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public functions: data sets about addresses. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "apply/geodata.h"

struct mfw_geo {
	struct mfw_geo_info pub;
	enum geo_kind kind;
	struct kernel_array array;
	struct mfw_geo_head head;
	char value[16];
};

static int check_kind(enum mfw_geo_kind kind, enum geo_kind *ret, struct mfw_err **err)
{
	*ret = kind == MFW_GEO_COUNTRY ? GEO_COUNTRY : GEO_ASNUM;
	if (kind != MFW_GEO_COUNTRY && kind != MFW_GEO_ASNUM)
		return err_make(err, EINVAL, "geo.kind", "there is no such kind of data");
	return 0;
}

int mfw_geo_set(struct mfw *mfw, enum mfw_geo_kind kind, const char *file, struct mfw_err **err)
{
	enum geo_kind k;
	int r = check_kind(kind, &k, err);

	return r ? r : geodata_set(mfw, k, file, err);
}

int mfw_geo_del(struct mfw *mfw, enum mfw_geo_kind kind, struct mfw_err **err)
{
	enum geo_kind k;
	int r = check_kind(kind, &k, err);

	return r ? r : geodata_del(mfw, k, err);
}

int mfw_geo_read(struct mfw *mfw, enum mfw_geo_kind kind, struct mfw_geo **ret,
		 struct mfw_err **err)
{
	struct mfw_geo *geo;
	enum geo_kind k;
	int r = check_kind(kind, &k, err);

	(void)mfw;
	if (r)
		return r;
	geo = calloc(1, sizeof(*geo));
	if (!geo)
		return err_nomem(err);
	r = geodata_read(k, &geo->array, err);
	if (r) {
		free(geo);
		return r;
	}
	geo->kind = k;
	geo->head = geo_head(geo->array.data);
	geo->pub = (struct mfw_geo_info){
		MFW_SIZE(struct mfw_geo_info), .file = geo->head.file,
		.loaded = geo->head.loaded,    .ranges4 = geo->head.ranges4,
		.ranges6 = geo->head.ranges6,  .bytes = geo->array.len,
	};
	*ret = geo;
	return 0;
}

const struct mfw_geo_info *mfw_geo_get(const struct mfw_geo *geo)
{
	return &geo->pub;
}

int mfw_geo_find(struct mfw_geo *geo, const char *address, const char **ret, struct mfw_err **err)
{
	int family = strchr(address, ':') ? 6 : 4;
	uint8_t bytes[16];
	uint64_t said;

	if (inet_pton(family == 4 ? AF_INET : AF_INET6, address, bytes) != 1)
		return err_make(err, EINVAL, "geo.address",
				"'%.80s' is no address: write all of it, such as 192.0.2.1 or "
				"2001:db8::1",
				address);
	said = geo_find(geo->array.data, geo->array.n, family, address_of_bytes(family, bytes));
	if (said)
		geo_value_text(geo->kind, (uint32_t)(said - 1), geo->value);
	*ret = said ? geo->value : NULL;
	return 0;
}

void mfw_geo_free(struct mfw_geo *geo)
{
	if (!geo)
		return;
	kernel_array_close(&geo->array);
	free(geo);
}
