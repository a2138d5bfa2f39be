/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply/doctor.h"

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/netfilter.h>
#include <stdarg.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "apply/customer_file.h"
#include "apply/site.h"
#include "model/family.h"

void doctor_free(struct mfw_report *report)
{
	if (!report)
		return;
	for (size_t i = 0; i < report->n; i++) {
		free((char *)report->findings[i].message);
		free((char *)report->findings[i].remedy);
	}
	free(report->findings);
	free(report);
}

DEFINE_CLEANUP(report_cleanup, struct mfw_report *, doctor_free)

/* Adds a finding; remedy may be NULL. A finding that finds no memory is left out. */
static void find(struct mfw_report *report, const char *check, enum mfw_health health,
		 const char *remedy, const char *fmt, ...) ERR_PRINTF(5, 6);
static void find(struct mfw_report *report, const char *check, enum mfw_health health,
		 const char *remedy, const char *fmt, ...)
{
	struct mfw_finding *more =
		reallocarray(report->findings, report->n + 1, sizeof(*report->findings));
	char *message = NULL;
	va_list ap;

	if (!more)
		return;
	report->findings = more;
	va_start(ap, fmt);
	if (vasprintf(&message, fmt, ap) < 0)
		message = NULL;
	va_end(ap);
	if (!message)
		return;
	more[report->n++] =
		(struct mfw_finding){MFW_SIZE(struct mfw_finding), .check = check, .health = health,
				     .message = message, .remedy = remedy ? strdup(remedy) : NULL};
}

/* ---- the kernel, by trying ---- */

static void check_kernel(struct mfw_report *report)
{
	struct utsname name;

	if (!uname(&name))
		find(report, "kernel", MFW_HEALTH_OK, NULL, "Linux %s", name.release);
}

static void check_capabilities(struct mfw_report *report)
{
	static const struct {
		int bit;
		const char *name;
	} needed[] = {{CAP_NET_ADMIN, "CAP_NET_ADMIN"},
		      {CAP_SYS_ADMIN, "CAP_SYS_ADMIN"},
		      {CAP_BPF, "CAP_BPF"}};
	cleanup_fclose FILE *f = fopen("/proc/self/status", "re");
	unsigned long long effective = 0;
	cleanup_buf struct buf missing = {};
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "CapEff: %llx", &effective);
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (!(effective >> needed[i].bit & 1))
			buf_printf(&missing, "%s%s", missing.len ? ", " : "", needed[i].name);
	if (missing.len)
		find(report, "capabilities", MFW_HEALTH_FAIL, "run as root, or with sudo",
		     "this process lacks %s", missing.data);
	else
		find(report, "capabilities", MFW_HEALTH_OK, NULL,
		     "CAP_NET_ADMIN, CAP_SYS_ADMIN and CAP_BPF are there");
}

/* One rule with an xt_bpf match, in a table, in a chain at the hook forward. */
static int try_family(struct kernel_ns *ns, uint8_t family, struct mfw_err **err)
{
	struct mfw_rule spec = {MFW_SIZE(struct mfw_rule), .ref = "try", .bytecode = "1,6 0 0 1",
				.action = "accept"};
	struct mfw_chain pub = {.name = "try",
				.table = CUSTOMER_TABLE,
				.family = family_name(family),
				.hook = "forward",
				.type = "filter"};
	cleanup_chain struct chain *chain = NULL;
	cleanup_rule struct rule *rule = NULL;
	uint32_t genid;
	size_t failed;
	int r;

	if (chain_new(&pub, family, &chain))
		return err_nomem(err);
	chain->hooknum = NF_INET_FORWARD;
	r = rule_new(&spec, &rule, err);
	r = r ? r : kernel_nft_genid(ns, &genid, err);
	if (r)
		return r;
	return kernel_nft_commit(
		ns, genid,
		(struct nft_op[]){
			{.kind = NFT_TABLE_ADD, .family = family, .table = CUSTOMER_TABLE},
			{.kind = NFT_CHAIN_ADD, .chain = chain},
			{.kind = NFT_RULE_ADD, .chain = chain, .rule = rule},
		},
		3, &failed, err);
}

static void check_families(struct mfw_report *report, struct kernel_ns *ns)
{
	static const uint8_t families[] = {NFPROTO_INET, NFPROTO_IPV4, NFPROTO_IPV6,
					   NFPROTO_BRIDGE};
	cleanup_buf struct buf taken = {};

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		cleanup_err struct mfw_err *why = NULL;

		if (!try_family(ns, families[i], &why)) {
			buf_printf(&taken, " %s", family_name(families[i]));
			continue;
		}
		find(report, "xt_bpf",
		     families[i] == NFPROTO_BRIDGE ? MFW_HEALTH_WARN : MFW_HEALTH_FAIL,
		     "modprobe nft_compat xt_bpf; a kernel needs CONFIG_NFT_COMPAT and "
		     "CONFIG_NETFILTER_XT_MATCH_BPF",
		     "no rule with an xt_bpf match in family %s: %s", family_name(families[i]),
		     why ? mfw_err_message(why) : "out of memory");
	}
	if (taken.len)
		find(report, "xt_bpf", MFW_HEALTH_OK, NULL,
		     "nft_compat and xt_bpf take a match in the families:%s", taken.data);
}

static void check_nftables(struct mfw_report *report)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_ns struct kernel_ns *ns = NULL;
	uint32_t genid;

	if (kernel_ns_open_new(&ns, &err) || kernel_nft_genid(ns, &genid, &err)) {
		find(report, "nf_tables", MFW_HEALTH_FAIL, "run as root; modprobe nf_tables",
		     "nf_tables could not be tried in a namespace of its own: %s",
		     err ? mfw_err_message(err) : "out of memory");
		return;
	}
	find(report, "nf_tables", MFW_HEALTH_OK, NULL,
	     "nf_tables answers in a network namespace of its own");
	check_families(report, ns);
}

/* ---- BPF ---- */

static void check_bpffs(struct mfw_report *report)
{
	if (kernel_bpffs_mounted())
		find(report, "bpffs", MFW_HEALTH_OK, NULL, "bpffs is mounted on /sys/fs/bpf");
	else
		find(report, "bpffs", MFW_HEALTH_WARN,
		     "mount -t bpf bpf /sys/fs/bpf; the first rule that needs it does that",
		     "no bpffs is mounted on /sys/fs/bpf (ip netns exec hides it)");
}

static void check_jit(struct mfw_report *report)
{
	int jited = kernel_jit_works();

	if (jited > 0)
		find(report, "jit", MFW_HEALTH_OK, NULL, "the BPF JIT compiler is on");
	else if (!jited)
		find(report, "jit", MFW_HEALTH_WARN, "sysctl -w net.core.bpf_jit_enable=1",
		     "the BPF JIT compiler is off: programs run several times slower");
	else
		find(report, "jit", MFW_HEALTH_FAIL, "run as root",
		     "no program could be loaded: %s", strerror(-jited));
}

/* Since Linux 5.11 BPF memory counts for the control group, not for this limit. */
static bool memlock_matters(void)
{
	struct utsname name;
	int major, minor;

	if (uname(&name) || sscanf(name.release, "%d.%d", &major, &minor) != 2)
		return true;
	return major < 5 || (major == 5 && minor < 11);
}

static void check_memlock(struct mfw_report *report)
{
	struct rlimit limit;

	if (!memlock_matters() || getrlimit(RLIMIT_MEMLOCK, &limit) ||
	    limit.rlim_cur == RLIM_INFINITY)
		find(report, "memlock", MFW_HEALTH_OK, NULL,
		     "the limit of locked memory does not bind programs and maps");
	else
		find(report, "memlock", MFW_HEALTH_WARN,
		     "ulimit -l unlimited, or LimitMEMLOCK=infinity in the service",
		     "locked memory is limited to %llu bytes, and this kernel counts BPF memory "
		     "there",
		     (unsigned long long)limit.rlim_cur);
}

/* ---- what was left behind ---- */

struct leftovers {
	size_t shared, holders;
};

static int count_shared(void *ctx, const char *name)
{
	struct leftovers *left = ctx;
	char path[512];
	unsigned links;

	snprintf(path, sizeof(path), "%s/prog/%s", kernel_pin_root(), name);
	if (!kernel_pin_links(path, &links) && links == 1)
		left->shared++;
	return 0;
}

static int count_customer(void *ctx, const char *name)
{
	cleanup_customer struct customer *customer = NULL;
	struct leftovers *left = ctx;

	if (customer_read(name, &customer, NULL))
		left->holders++;
	return 0;
}

static void check_pins(struct mfw_report *report)
{
	struct leftovers left = {};
	char dir[256], remedy[512];

	snprintf(dir, sizeof(dir), "%s/prog", kernel_pin_root());
	snprintf(remedy, sizeof(remedy),
		 "rules that run them keep them; to remove them: find %s -links 1 -delete", dir);
	kernel_pin_each(dir, count_shared, &left);
	snprintf(dir, sizeof(dir), "%s/customer", kernel_pin_root());
	kernel_pin_each(dir, count_customer, &left);
	if (!left.shared && !left.holders)
		find(report, "pins", MFW_HEALTH_OK, NULL, "no left-over pins");
	if (left.shared)
		find(report, "pins", MFW_HEALTH_WARN, remedy,
		     "%zu pinned program%s that nobody holds, under %s/prog", left.shared,
		     left.shared == 1 ? "" : "s", kernel_pin_root());
	if (left.holders)
		find(report, "pins", MFW_HEALTH_WARN,
		     "if no rule uses them: rm -r the directories of customers that mfwctl "
		     "customer list does not show",
		     "%zu director%s of pins under %s/customer without a customer", left.holders,
		     left.holders == 1 ? "y" : "ies", kernel_pin_root());
}

/* ---- configuration ---- */

static void check_node(struct mfw_report *report, const char *path)
{
	cleanup_err struct mfw_err *err = NULL;
	cleanup_node struct node node = {};
	unsigned line, column;

	if (!node_read(path, &node, &err)) {
		find(report, "node", MFW_HEALTH_OK, NULL, "node.name is %s, node.region is %s (%s)",
		     node.name ? node.name : "missing", node.region ? node.region : "missing",
		     path);
		return;
	}
	mfw_err_place(err, &line, &column, NULL);
	find(report, "node", MFW_HEALTH_WARN, "mend the file, or remove it",
	     "rules that name node.name or node.region cannot be made: %s (line %u, column %u)",
	     mfw_err_message(err), line, column);
}

int doctor_examine(struct mfw *mfw, struct mfw_report **ret, struct mfw_err **err)
{
	cleanup(report_cleanup_p) struct mfw_report *report = calloc(1, sizeof(*report));

	if (!report)
		return err_nomem(err);
	check_kernel(report);
	check_capabilities(report);
	check_nftables(report);
	check_bpffs(report);
	check_jit(report);
	check_memlock(report);
	check_pins(report);
	check_node(report, mfw->node_file);
	*ret = steal_ptr(report);
	return 0;
}
