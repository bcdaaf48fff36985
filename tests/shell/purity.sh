#!/bin/sh
# The library keeps no writable global, and calls nothing that prints, ends the process, reads a
# clock, a locale or the environment; memory comes from one file.
. "$(dirname "$0")/tap.sh"
archive=$CX_BUILD/.libs/libcxkit.a
[ -e "$archive" ] || { skip "purity of the library" "no static library in this build"; tap_end; }

if $NM "$archive" 2>/dev/null | grep -q '__asan_init'; then
    skip "purity of the library" "sanitizers add symbols of their own"
    tap_end
fi

# .data.rel.ro is written by the dynamic linker only.
writable=$(objdump -t "$archive" |
    $AWK '/^[^ ]*\.o:/ { file = $1 }
          /[ \t](\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ && !/[ \t]\.data\.rel\.ro/ && $NF !~ /^\./ { print file, $NF }')
empty "no writable object in lib/" "$writable"

undefined() { $NM -A -u "$archive" | sed 's/@.*//' | $AWK '{ split($1, part, ":"); print part[length(part) - 1], $NF }'; }

banned='exit|_exit|_Exit|quick_exit|abort|__assert_fail|printf|fprintf|sprintf|snprintf|vsnprintf|vfprintf|puts|putchar|fputs|fwrite|perror|stdout|stderr|stdin|fopen|open|read|write|getenv|secure_getenv|setenv|setlocale|newlocale|localeconv|strtod|strtof|strtold|atof|sscanf|signal|sigaction|raise|rand|srand|random|drand48|arc4random|getrandom|time|clock|clock_gettime|gettimeofday|localtime|gmtime|mktime|strftime|qsort|bsearch|strerror|strcoll|tolower|toupper|__ctype_b_loc|__ctype_tolower_loc|__ctype_toupper_loc|pthread_create|thrd_create|system|fork|longjmp|__longjmp_chk|setjmp|_setjmp|__errno_location|lgamma|lgamma_r|tgamma'
found=$(undefined | $AWK -v banned="^_*(${banned}|isoc99_sscanf)(_chk)?\$" '$2 ~ banned')
empty "lib/ calls no printing, ending, locale, clock, environment, random or sorting function" "$found"

found=$(undefined | $AWK '$2 ~ /^(malloc|calloc|realloc|free|aligned_alloc|posix_memalign|strdup|alloca)$/ && $1 !~ /alloc\.o$/')
empty "only lib/base/alloc.c calls malloc and its kin" "$found"
tap_end
