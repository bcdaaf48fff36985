"""Builds the C extension: the library in one file beside the wrapper that SWIG made.

CXKIT_SYSTEM=1 links the installed library instead, found by pkg-config.
"""

import os
import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup

WRAPPER = Path("csrc/_cxkit_wrap.c")
FLAGS = ["-std=c11", "-O2", "-g0", "-ffp-contract=off", "-fvisibility=hidden"]
LIMITED = "0x030b0000"  # the stable interface of Python 3.11: one wheel for all later ones


def stable_interface() -> bool:
    """Wrappers of SWIG 4.2 and later keep to it; builds without the interpreter lock have none."""
    if sysconfig.get_config_var("Py_GIL_DISABLED") or not WRAPPER.exists():
        return False
    with WRAPPER.open() as lines:
        for line in lines:
            found = re.search(r"#define SWIG_VERSION (0x[0-9A-Fa-f]+)|Version (\d+)\.(\d+)", line)
            if found and found[1]:
                return int(found[1], 16) >= 0x040200
            if found:
                return (int(found[2]), int(found[3])) >= (4, 2)
    return False


def package_config(option: str) -> list[str]:
    output = subprocess.run(
        ["pkg-config", option, "cxkit"], check=True, capture_output=True, text=True
    )
    return shlex.split(output.stdout)


def extension(limited: bool) -> Extension:
    system = os.environ.get("CXKIT_SYSTEM") == "1"
    sources = [str(WRAPPER)] if system else [str(WRAPPER), "csrc/cxkit.c"]
    flags = [] if sys.platform == "win32" else FLAGS
    return Extension(
        "cxkit._cxkit",
        sources,
        include_dirs=[] if system else ["csrc"],
        depends=[] if system else ["csrc/cxkit.h"],
        libraries=[] if system or sys.platform == "win32" else ["m"],
        define_macros=[("Py_LIMITED_API", LIMITED)] if limited else [],
        py_limited_api=limited,
        extra_compile_args=flags + (package_config("--cflags") if system else []),
        extra_link_args=package_config("--libs") if system else [],
    )


limited = stable_interface()
setup(
    ext_modules=[extension(limited)],
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if limited else {},
)
