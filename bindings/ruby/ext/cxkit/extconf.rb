# frozen_string_literal: true

require "mkmf"

# A fused multiply-add rounds once where the formulas round twice: results would depend on the
# processor.
$CFLAGS << " -std=gnu11 -ffp-contract=off -fvisibility=hidden"
# SWIG reads the types from the headers: another one is a defect of the wrapper.
%w[-Werror=incompatible-pointer-types -Werror=int-conversion].each do |flag|
  $CFLAGS << " #{flag}" if try_cflags(flag)
end

# The library inside calls itself, whatever other copy the process has loaded.
bound = "-Wl,-Bsymbolic-functions"
$DLDFLAGS << " #{bound}" if try_ldflags(bound)

if ENV["CXKIT_SYSTEM"] == "1"
  pkg_config("cxkit") or abort "cxkit: pkg-config does not know the installed library"
  $srcs = %w[cxkit_wrap.c]
else
  $INCFLAGS = "-I$(srcdir) #{$INCFLAGS}"
  $srcs = %w[cxkit.c cxkit_wrap.c]
  have_library("m")
end

create_makefile("cxkit/cxkit_native")
