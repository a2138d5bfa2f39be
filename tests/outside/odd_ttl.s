# SPDX-License-Identifier: GPL-2.0-or-later
# A matcher without a compiler: odd_ttl, true when TTL or hop limit is odd. What makes it one is in
# its types: three decl tags on a global function of the right arguments. To assemble it:
#
#	clang -target bpf -c odd_ttl.s -o odd_ttl.bpf.o
#
# struct mfw_pkt is only as large as it is here: of its members only the TTL is looked at, byte 2.

	.text
	.globl	odd_ttl
	.type	odd_ttl, @function
odd_ttl:
	if r2 == 0 goto none		# the verifier wants to see that
	r1 = *(u8 *)(r2 + 0)		# version: 0 when there is no IP header
	if r1 == 0 goto none
	r0 = *(u8 *)(r2 + 2)
	r0 &= 1
	exit
none:
	r0 = 0
	exit
end:
	.size	odd_ttl, end - odd_ttl

	.section	license,"aw",@progbits
	.globl	_license
	.type	_license, @object
_license:
	.asciz	"GPL"
	.size	_license, 4

# Kinds of types, as they stand in the upper byte of a word; the lower bytes are a number of members.
	.set	INT, 1 << 24
	.set	PTR, 2 << 24
	.set	STRUCT, 4 << 24
	.set	FUNC, 12 << 24
	.set	PROTO, 13 << 24
	.set	TAG, 17 << 24
	.set	GLOBAL, 1

	.section	.BTF,"",@progbits
	.short	0xeb9f			# magic
	.byte	1			# version
	.byte	0
	.long	24			# length of this header
	.long	0
	.long	strings - types
	.long	strings - types
	.long	strings_end - strings
types:
# 1: int
	.long	s_int - strings, INT, 4, 1 << 24 | 32
# 2: unsigned char
	.long	s_char - strings, INT, 1, 8
# 3: struct __sk_buff, of whose members nothing is said; 4: a pointer to it
	.long	s_skb - strings, STRUCT, 192
	.long	0, PTR, 3
# 5: unsigned char[64]; 6: struct mfw_pkt; 7: a pointer to it
	.long	0, 3 << 24, 0, 2, 1, 64
	.long	s_pkt - strings, STRUCT | 1, 64, s_bytes - strings, 5, 0
	.long	0, PTR, 6
# 8: int (struct __sk_buff *skb, struct mfw_pkt *pkt); 9: odd_ttl
	.long	0, PROTO | 2, 1, s_a - strings, 4, s_b - strings, 7
	.long	s_name - strings, FUNC | GLOBAL, 8
# 10 to 12: what MFW_MATCHER_PLAIN says
	.long	s_matcher - strings, TAG, 9, -1
	.long	s_summary - strings, TAG, 9, -1
	.long	s_doc - strings, TAG, 9, -1
strings:
	.byte	0
s_int:	.asciz	"int"
s_char:	.asciz	"unsigned char"
s_skb:	.asciz	"__sk_buff"
s_pkt:	.asciz	"mfw_pkt"
s_bytes: .asciz	"bytes"
s_a:	.asciz	"skb"
s_b:	.asciz	"pkt"
s_name:	.asciz	"odd_ttl"
s_text:	.asciz	".text"
s_file:	.asciz	"odd_ttl.s"
s_line:	.asciz	"odd_ttl:"
s_matcher: .asciz "mfw:matcher:2"
s_summary: .asciz "mfw:summary:TTL or hop limit is odd"
s_doc:	.asciz	"mfw:doc:True when the lowest bit of TTL or hop limit is set."
strings_end:

# Which function is of which type, and which line it begins with: libbpf asks for both.
	.section	.BTF.ext,"",@progbits
	.short	0xeb9f
	.byte	1
	.byte	0
	.long	24
	.long	0, func_end - func	# functions
	.long	func_end - func, line_end - func_end	# lines of source
func:
	.long	8			# size of a record
	.long	s_text - strings, 1
	.long	0, 9			# the instruction, the type
func_end:
	.long	16
	.long	s_text - strings, 1
	.long	0, s_file - strings, s_line - strings, 1 << 10 | 1
line_end:
