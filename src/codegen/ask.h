/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Questions about the packet as instructions: each jumps to one of two places, by its answer.
 *
 * r6 holds the skb; r0 to r5 are free between questions. Fields are loaded from memory for every
 * question anew: what the verifier knows about a register it would carry, path by path, through all
 * questions behind it; what lies in memory that a function has written it knows nothing about.
 */
#ifndef CODEGEN_ASK_H
#define CODEGEN_ASK_H

#include <mfw/packet.h>
#include <mfw/runtime.h>

#include "codegen/code.h"
#include "codegen/codegen.h"

/* ---- the program's stack, from the top down ---- */

#define SCRATCH_LEN 32

#define FRAME_PKT     (-(int)sizeof(struct mfw_pkt))
#define FRAME_VIEW    (FRAME_PKT - (int)sizeof(struct mfw_view))
#define FRAME_SCRATCH (FRAME_VIEW - SCRATCH_LEN)
/* The headers as they are, only where a program begins: the same place as all but the packet's. */
#define FRAME_HEAD    (FRAME_PKT - 64)
/*
 * Below the scratch, what matchers have found (struct slots), and parities of xors, one byte for
 * each that is inside of another one.
 */

#define PKT(member) (FRAME_PKT + (int)offsetof(struct mfw_pkt, member))

/* Where the answers lead, and which of the two follows immediately (or another place does). */
struct ways {
	uint32_t yes, no;
	uint32_t next;
};

/* What is known about the packet at a place in the code, because of earlier answers. */
enum known {
	KNOWN_IP = 1 << 0, /* version is not 0 */
	KNOWN_IP4 = 1 << 1,
	KNOWN_IP6 = 1 << 2,
	KNOWN_TCP = 1 << 3, /* its header is there */
	KNOWN_UDP = 1 << 4,
	KNOWN_ICMP = 1 << 5,
};

/*
 * A field of a matcher that is compared more than once is asked for once: a byte says whether it
 * was, and what the answer is.
 */
struct slot {
	const struct field *field;
	int place; /* of its struct mfw_view or __u64 */
	int state; /* that byte. Made values have one in common: what the buffer holds */
	/* What the byte is when it was asked; 0: it was not. */
	uint8_t missing, there;
};

#define SLOTS_MAX 8

/* A list of the program, and where the generation is that the packet is looked for in. */
struct list_slot {
	struct code_map list;
	int place;
};

struct slots {
	struct slot items[SLOTS_MAX];
	size_t n;
	struct list_slot lists[CODEGEN_LISTS_MAX];
	size_t n_lists;
	bool many_lists; /* there are more */
	int value;       /* where the address of the struct mfw_value is; 0: none is needed */
	int holds;       /* the byte that says whose it is; 0: there is none */
	int bottom;      /* the lowest byte of the stack that is used */
};

struct asker {
	struct code *code;
	unsigned known; /* enum known */
	unsigned xors;  /* around this place */
	bool made;      /* the bytes that are asked for are in memory, not in the packet */
	struct slots slots;
};

/* ---- fields of matchers (ask_field.c, slots.c) ---- */

/* Gives places to what the expression compares. */
void slots_plan(const struct expr *expr, struct slots *ret);
/* NULL: the field is not kept. */
const struct slot *slots_find(const struct slots *slots, const struct field *field);

/* The list that is looked into; NULL: it is one of too many. */
const struct list_slot *slots_list(const struct slots *slots, const struct expr *compare);

/* At the program's beginning: nothing was asked yet. */
void ask_field_begin(struct asker *a);
/* Sets the view of Bytes, or FRAME_SCRATCH to the number; falls through when it is there. */
void ask_field_load(struct asker *a, const struct field *field, uint32_t missing);
/* A test of a Bool. */
void ask_field_test(struct asker *a, const struct field *field, struct ways ways);
/* A..Z to a..z in the value that was made: it is not the field's any more. */
void ask_field_fold(struct asker *a, const struct field *field);

/* ---- room for what matchers make (ask_room.c) ---- */

/* At the program's beginning, when a matcher makes something. */
void ask_room_begin(struct asker *a, uint32_t no);
/* A register, none of r0, = the struct mfw_value. */
void ask_room_set(struct asker *a, int reg);
/* At each of its ends behind that. */
void ask_room_end(struct asker *a);

/* ---- values of some type; missing ones lead to `no`, OP_NE is not among them ---- */

void ask_number(struct asker *a, const struct expr *compare, struct ways ways);
void ask_address(struct asker *a, const struct expr *compare, struct ways ways);
/* A test or comparison of bytes of a header. */
void ask_bytes(struct asker *a, const struct expr *expr, struct ways ways);
/* A test or comparison of what ip.proto says, through functions too. */
void ask_proto(struct asker *a, const struct expr *expr, struct ways ways);
/* The same of what a country's field says. */
void ask_country(struct asker *a, const struct expr *expr, struct ways ways);
/* w1 = the number of a country, from 0. */
void ask_load_country(struct asker *a, const struct field *field, uint32_t missing);
/* w1 = the number of an autonomous system. */
void ask_load_asnum(struct asker *a, const struct field *field, uint32_t missing);

/* Jumps to missing unless the packet has what a field of that header needs. */
void ask_present(struct asker *a, enum field_l4 l4, uint32_t missing);
/* What a value that is there says about the packet. */
unsigned ask_known(const struct value *value);

/* ---- lists (ask_list.c, slots.c) ---- */

/* At the program's beginning: takes the generation of each list, once for the packet. */
void ask_list_begin(struct asker *a, uint32_t no);
/* Whether the test's list has what the matcher's field of PARAM_NAMES is, by its dots. */
void ask_names(struct asker *a, const struct expr *test, struct ways ways);
/* That field: the list is the last of the parameters. */
const struct field *names_field(const struct matcher *matcher);
void ask_list(struct asker *a, const struct expr *compare, struct ways ways);

/* Why there is no program of a field of a node: expr_fold() was not told what it says. */
#define NODE_UNKNOWN "this node has no configuration"

/* ---- ends of questions ---- */

void ask_end(struct asker *a, bool answer, struct ways ways);
/* yes when the compare holds. */
void ask_end_jump32(struct asker *a, int op, int reg, uint32_t value, struct ways ways);

/* r1 = address of the packet's description and so on. */
void ask_set_frame(struct asker *a, int reg, int offset);
/* Loads n bytes of the packet, from r2 on, into the scratch; r0 is 0 when they are there. */
void ask_load_scratch(struct asker *a, int n);

/* ---- sets of numbers ---- */

struct range {
	uint32_t low, high;
};

/* Inclusive ranges, in order, apart from each other; {} is empty. */
struct ranges {
	struct buf items; /* struct range */
};

/* Sorts and merges. */
void ranges_add(struct code *code, struct ranges *ranges, uint32_t low, uint32_t high);
void ranges_tidy(struct ranges *ranges);
bool ranges_have(const struct ranges *ranges, uint32_t value);
void ranges_clear(struct ranges *ranges);
#define cleanup_ranges cleanup(ranges_clear)

/* Whether w1 is in them; it is at most max. Uses r1 to r4. */
void ask_ranges(struct asker *a, const struct ranges *ranges, uint32_t max, struct ways ways);

/*
 * r4 = 4 times the place of the last of n numbers in order that is at most w1; 0: it may be that
 * none is. n is a power of two, at least 2. Uses r1 to r4.
 */
void ask_place(struct asker *a, const uint32_t *table, size_t n);

/* The same as ask_ranges(), of numbers with 128 bits. */
struct wide {
	uint64_t high, low;
};

struct range6 {
	struct wide first, last;
};

struct ranges6 {
	struct buf items; /* struct range6 */
};

/* What op says of first; with OP_EQ and OP_IN first..last. */
void ranges6_add(struct code *code, struct ranges6 *ranges, enum expr_op op, struct wide first,
		 struct wide last);
void ranges6_tidy(struct ranges6 *ranges);
void ranges6_clear(struct ranges6 *ranges);
/* Whether the number is in them, which are some: its upper half is in r1, its lower one in r2. */
void ask_ranges6(struct asker *a, const struct ranges6 *ranges, struct ways ways);

#endif
