/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel in memory that stands in for all of src/kernel: namespaces with their nftables, and
 * bpffs with programs. Customers' files and locks are real files, in the run directory that the
 * test gives.
 *
 * The state is one flat piece of memory shared with child processes: it is saved and put back by
 * copying, and a child that is killed in the middle of a call leaves what a kernel would keep.
 * Every function of kernel.h that can fail is one operation; operations are counted, and from the
 * n-th on they can fail or kill the calling process.
 */
#ifndef TESTS_UNIT_FAKE_KERNEL_H
#define TESTS_UNIT_FAKE_KERNEL_H

#include "kernel/kernel.h"

#define FAKE_NAMESPACES 16
#define FAKE_TABLES     4
#define FAKE_CHAINS     5
#define FAKE_RULES      12
#define FAKE_FILES      160
#define FAKE_PROGRAMS   4096
#define FAKE_MAPS       4096

#define FAKE_PROGRAM_MAPS 8
/* In what is pinned, the mark of a map's number. */
#define FAKE_MAP          0x80000000u
/* See kernel_programs_at_once(). */
#define FAKE_AT_ONCE      3

struct fake_rule {
	char ref[MFW_NAME_MAX + 1]; /* "": somebody else's rule */
	char comment[MFW_COMMENT_MAX + 1];
	char action[192];
	char bytecode[64];
	char pin[192]; /* "": no program */
	unsigned char hash[PROGRAM_HASH_LEN];
	enum match_kind kind;
	enum mfw_mode mode;
	uint32_t named_id; /* the program that the user data names */
	uint32_t runs_id;  /* the program that the pin was when the rule was made */
	uint32_t batch_id;
	uint64_t handle, packets, bytes;
};

struct fake_chain {
	bool used;
	uint8_t family, hooknum;
	int32_t priority;
	char table[32], name[MFW_NAME_MAX + 1], type[16], hook[16], policy[8];
	struct fake_rule rules[FAKE_RULES];
	size_t n_rules;
};

struct fake_table {
	uint8_t family; /* 0: not used */
	bool stopped;
	char name[32];
};

struct fake_ns {
	bool used;
	char path[128]; /* "": it has lost its name */
	unsigned opened;
	uint64_t inode;
	uint32_t genid;
	uint64_t last_handle;
	struct fake_table tables[FAKE_TABLES];
	struct fake_chain chains[FAKE_CHAINS];
};

enum fake_kind { FAKE_NONE, FAKE_DIR, FAKE_PIN, FAKE_NOTE };

struct fake_file {
	enum fake_kind kind;
	char path[192];
	uint32_t inode;   /* of a pin: links share it */
	uint32_t prog_id; /* or FAKE_MAP | number */
	char text[320];   /* of a note */
};

struct fake_program {
	bool other_type; /* not a socket filter */
	char source[96];
	uint32_t maps[FAKE_PROGRAM_MAPS]; /* that it names; 0: none */
};

struct fake_map {
	size_t size, n;
	bool slot;      /* an array otherwise */
	uint32_t holds; /* a slot: the array's number; 0: none */
	uint64_t offset;
};

enum fake_fault {
	FAKE_SOUND,
	FAKE_FAIL,     /* operation n */
	FAKE_FAIL_ALL, /* operation n and all after it */
	FAKE_KILL,     /* the process, instead of operation n */
};

struct fake {
	struct fake_ns namespaces[FAKE_NAMESPACES];
	struct fake_file files[FAKE_FILES];
	struct fake_program programs[FAKE_PROGRAMS]; /* by id; 0 is none */
	struct fake_map maps[FAKE_MAPS];             /* by number; 0 is none */
	uint32_t n_programs, n_maps, last_inode;
	uint64_t map_bytes;
	size_t operations;
	enum fake_fault fault;
	size_t fault_at; /* from 1 */
	int fault_code;  /* positive errno */
	unsigned intrusions;
	/* Programs freed since the last pause: now, and the most there were. */
	size_t freed, most_freed;
};

/* The state; for saving, putting back, and looking. */
extern struct fake *fake;

/* Maps an empty state; run_dir is where customers' files and locks go. */
void fake_start(const char *run_dir);
void fake_stop(void);

/* Counts operations from 0 and has the fault at the n-th. */
void fake_arm(enum fake_fault fault, size_t n, int code);
/* No more faults; whether the one that was armed has come. */
bool fake_disarm(void);

/* The namespace of that name under kernel_netns_dir(), "" for the caller's own. */
struct fake_ns *fake_netns(const char *name);
/* Makes a namespace as `ip netns add` does. */
void fake_netns_add(const char *name);
struct fake_chain *fake_chain(const char *netns, const char *chain);
/* Another program adds a table and a base chain. */
void fake_foreign_chain(const char *netns, uint8_t family, const char *table, const char *chain);
/* Another program appends a rule of its own. */
void fake_foreign_rule(const char *netns, const char *chain);
/* The next n transactions find that another program has just added a rule to the chains. */
void fake_intrude(unsigned n);
/* Somebody pins a program of his own at path. Its id. */
uint32_t fake_user_pin(const char *path, bool socket_filter);

/*
 * Everything that lives on, as text: named namespaces with chains and rules, pins, link counts and
 * notes, customers, and locks that say that they are held. Numbers that differ from run to run
 * (handles, ids, inodes, generations) are left out; what they are compared for is said in words.
 */
void fake_dump(struct buf *out);
/* Only what is in lists: a line for each. */
void fake_dump_lists(struct buf *out);
/* Only the rules of the namespace. */
void fake_dump_rules(const struct fake_ns *ns, struct buf *out);

/* ---- between the files of the fake ---- */

struct kernel_ns {
	struct fake_ns *ns;
	uint64_t inode;
	int fd;
};

/* A program has lost its last holder. */
void fake_freed(size_t n);
/* One operation: 0, or -errno, or no return. */
int fake_operation(void);
/* The same for a function that takes err. */
int fake_fallible(struct mfw_err **err);
void fake_lock(void);
void fake_unlock(int *unused);
#define FAKE_LOCKED cleanup(fake_unlock) __attribute__((unused)) int fake_locked = (fake_lock(), 0)
struct fake_file *fake_file(const char *path);
/* What a descriptor of a program or of a map holds; 0: it is neither. */
uint32_t fake_id_of(int fd);
/* The memory of the array that a slot holds, n values; NULL: it is none, or empty. */
void *fake_slot_data(uint32_t number, size_t *ret_n);
/* That of all maps: fake->map_bytes bytes. */
void *fake_memory(void);
void fake_start_maps(void);
void fake_stop_maps(void);
/* Notes the maps that a program is loaded with; those that are not there are made. 0 or -EMFILE. */
int fake_bind_maps(uint32_t program, const struct prog_source *source);
/* Copies, and aborts when it does not fit. */
void fake_copy(char *to, size_t size, const char *text);
#define FAKE_COPY(to, text) fake_copy((to), sizeof(to), (text))

#endif
