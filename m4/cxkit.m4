# CX_FLAG(VARIABLE, FLAG): adds a compiler flag when the compiler takes it.
AC_DEFUN([CX_FLAG], [
  AS_VAR_PUSHDEF([cx_flag], [cx_cv_flag_$2])
  AC_CACHE_CHECK([whether $CC takes $2], [cx_flag], [
    cx_save_CFLAGS=$CFLAGS
    CFLAGS="$CFLAGS -Werror $2"
    AC_COMPILE_IFELSE([AC_LANG_SOURCE([[int cx_flag_probe;]])],
                      [AS_VAR_SET([cx_flag], [yes])], [AS_VAR_SET([cx_flag], [no])])
    CFLAGS=$cx_save_CFLAGS
  ])
  AS_VAR_IF([cx_flag], [yes], [$1="${$1} $2"])
  AS_VAR_POPDEF([cx_flag])
  AC_SUBST([$1])
])

# CX_FLAG_REQUIRED(VARIABLE, FLAG): the same; the results depend on it.
AC_DEFUN([CX_FLAG_REQUIRED], [
  CX_FLAG([$1], [$2])
  AS_CASE([" ${$1} "], [*" $2 "*], [], [AC_MSG_ERROR([$CC does not take $2])])
])

# CX_PYTHON: PYTHON is a Python of at least 3.11; with --enable-python it can also build and test.
AC_DEFUN([CX_PYTHON], [
  AC_ARG_VAR([PYTHON], [Python interpreter, 3.11 or later])
  AS_IF([test -z "$PYTHON"], [AC_PATH_PROGS([PYTHON], [python3])])
  AS_IF([test "x$enable_python" = xyes], [
    AC_MSG_CHECKING([whether $PYTHON can build and test the binding])
    AS_IF(["$PYTHON" -c 'import sys, os, sysconfig, setuptools, pip, pytest
assert sys.version_info >= (3, 11)
assert os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h"))' 2>&AS_MESSAGE_LOG_FD],
          [AC_MSG_RESULT([yes])],
          [AC_MSG_RESULT([no])
           AC_MSG_ERROR([--enable-python needs a Python of at least 3.11 with its headers, pip, setuptools and pytest: PYTHON=/path/of/one])])
    CX_WRAPPER([wrap/python/_cxkit_wrap.c])
  ])
])

# CX_RUBY: RUBY and GEM; with --enable-ruby with headers and minitest.
AC_DEFUN([CX_RUBY], [
  AC_ARG_VAR([RUBY], [Ruby interpreter, 3.1 or later])
  AS_IF([test -z "$RUBY"], [AC_PATH_PROGS([RUBY], [ruby])])
  AS_IF([test "x$enable_ruby" = xyes], [
    AC_MSG_CHECKING([whether $RUBY can build and test the binding])
    AS_IF(["$RUBY" -e 'require "rbconfig"; require "minitest"; require "rubygems/package"
abort unless File.exist?(File.join(RbConfig::CONFIG.fetch("rubyhdrdir"), "ruby.h"))' 2>&AS_MESSAGE_LOG_FD],
          [AC_MSG_RESULT([yes])],
          [AC_MSG_RESULT([no])
           AC_MSG_ERROR([--enable-ruby needs Ruby with its headers and minitest: RUBY=/path/of/one])])
    CX_WRAPPER([wrap/ruby/cxkit_wrap.c])
  ])
])

# CX_WRAPPER(FILE): a tarball has the wrapper; a checkout needs SWIG to make it.
AC_DEFUN([CX_WRAPPER], [
  AS_IF([test "$SWIG" = no && test ! -f "$srcdir/$1"],
        [AC_MSG_ERROR([$1 is not here and there is no SWIG to make it])])
])
