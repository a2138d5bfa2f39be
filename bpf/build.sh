#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh SRCDIR INCLUDEDIR OUTDIR DEPFILE: compiles every SRCDIR/NAME.bpf.c to OUTDIR/NAME.bpf.o.
# The depfile names SRCDIR itself, so that a file dropped in or taken out is noticed. Each object is
# put in place whole; debug information is stripped, the tests' section and BTF are not.
# SRCDIR/lib, where there is one, goes to OUTDIR/lib: functions that programs call, no matchers.
set -eu

src=$1 include=$2 out=$3 dep=$4
clang=${CLANG:-clang}
strip=${LLVM_STRIP:-llvm-strip}
# <asm/types.h>, which `-target bpf` does not look for by itself
arch=$(${CC:-cc} -print-multiarch 2>/dev/null || true)

compile_all() { # FROM TO: every FROM/NAME.bpf.c to TO/NAME.bpf.o
	mkdir -p "$2"
	for file in "$1"/*.bpf.c; do
		name=$(basename "$file" .c)
		"$clang" -target bpf -mcpu=v3 -g -O2 -Wall -Wextra -Werror \
			-I "$include" ${arch:+-I/usr/include/$arch} \
			-ffile-prefix-map="$(dirname "$src")/"= -fdebug-compilation-dir=. \
			-MMD -MF "$dep.$name" -c "$file" -o "$2/.$name"
		"$strip" -g --keep-section=.debug_mfw_tests "$2/.$name"
		mv "$2/.$name" "$2/$name.o"
		sed -e 's/^[^:]*://' -e 's/\\$//' "$dep.$name" | tr '\n' ' ' >>"$dep.new"
		rm -f "$dep.$name"
	done
	for object in "$2"/*.bpf.o; do
		[ -e "$1/$(basename "$object" .o).c" ] || rm -f "$object"
	done
}

printf '%s: %s' "$out" "$src" >"$dep.new"
compile_all "$src" "$out"
if [ -d "$src/lib" ]; then
	printf ' %s ' "$src/lib" >>"$dep.new"
	compile_all "$src/lib" "$out/lib"
fi
echo >>"$dep.new"
mv "$dep.new" "$dep"
touch "$out"
