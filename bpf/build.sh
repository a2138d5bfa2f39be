#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# build.sh SRCDIR INCLUDEDIR OUTDIR DEPFILE: compiles every SRCDIR/NAME.bpf.c to OUTDIR/NAME.bpf.o.
# The depfile names SRCDIR itself, so that a file dropped in or taken out is noticed. Each object is
# put in place whole; debug information is stripped, the tests' section and BTF are not.
set -eu

src=$1 include=$2 out=$3 dep=$4
clang=${CLANG:-clang}
strip=${LLVM_STRIP:-llvm-strip}
# <asm/types.h>, which `-target bpf` does not look for by itself
arch=$(${CC:-cc} -print-multiarch 2>/dev/null || true)

mkdir -p "$out"
printf '%s: %s' "$out" "$src" >"$dep.new"
for file in "$src"/*.bpf.c; do
	name=$(basename "$file" .c)
	"$clang" -target bpf -mcpu=v3 -g -O2 -Wall -Wextra -Werror \
		-I "$include" ${arch:+-I/usr/include/$arch} \
		-ffile-prefix-map="$(dirname "$src")/"= -fdebug-compilation-dir=. \
		-MMD -MF "$dep.$name" -c "$file" -o "$out/.$name"
	"$strip" -g --keep-section=.debug_mfw_tests "$out/.$name"
	mv "$out/.$name" "$out/$name.o"
	sed -e 's/^[^:]*://' -e 's/\\$//' "$dep.$name" | tr '\n' ' ' >>"$dep.new"
	rm -f "$dep.$name"
done
echo >>"$dep.new"
mv "$dep.new" "$dep"
for object in "$out"/*.bpf.o; do
	[ -e "$src/$(basename "$object" .o).c" ] || rm -f "$object"
done
touch "$out"
