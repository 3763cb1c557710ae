# SPDX-License-Identifier: MIT
# Compiler flags shared by all targets.
#
# Numbers: results must be the same bits from gcc and clang and at every optimisation level, so
# contraction into fused multiply-add is off and -ffast-math is never used. -fno-math-errno and
# -fno-trapping-math only give up errno and the exception flags, which nothing here reads; they let
# sqrt and comparisons be inlined and vectorised without changing a value. Exported functions may be
# inlined inside the library (-fno-semantic-interposition): nobody replaces one of them.

add_library(wick_build_flags INTERFACE)
set(WICK_LINK_OPTIONS "")
target_compile_options(wick_build_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
    -Wundef -Wvla -Wdouble-promotion
    -ffp-contract=off -fno-math-errno -fno-trapping-math -fno-semantic-interposition
    $<$<BOOL:${WICK_WERROR}>:-Werror>)
target_compile_definitions(wick_build_flags INTERFACE _XOPEN_SOURCE=700)

# -O3 keeps IEEE semantics; the vectoriser needs no flag of its own.
set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")

# Fuzzers need the library itself instrumented.
if(WICK_FUZZ AND NOT WICK_SANITIZE)
    set(WICK_SANITIZE address,undefined)
    if(CMAKE_C_COMPILER_ID MATCHES "Clang")
        set(WICK_SANITIZE fuzzer-no-link,address,undefined)
    endif()
endif()
if(WICK_SANITIZE)
    set(wick_san -fsanitize=${WICK_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g)
    target_compile_options(wick_build_flags INTERFACE ${wick_san})
    # Instrumented code makes gcc see uses of what is never used; the plain build keeps the warning,
    # and the sanitizer itself finds the real ones.
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
        target_compile_options(wick_build_flags INTERFACE -Wno-maybe-uninitialized)
    endif()
    set(WICK_LINK_OPTIONS ${wick_san})
endif()
