"""A wheel for every CPython from 3.8: one extension module with the static library in it, by the limited API."""

import os
import platform

from setuptools import Extension, setup

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:
    from wheel.bdist_wheel import bdist_wheel


class Wheel(bdist_wheel):
    def get_tag(self):
        # The oldest system that it runs on is known to who builds the library.
        return "cp38", "abi3", os.environ.get("AVMARKS_PLATFORM", f"linux_{platform.machine()}")


native = Extension(
    "avmarks._native",
    ["native.c"],
    include_dirs=["lib"],
    extra_objects=["lib/libavmarks.a"],
    libraries=["m", "dl", "pthread"],
    # What the module does not need of the library is left out: it gives out its own first function alone.
    extra_link_args=["-Wl,--gc-sections", "-Wl,--exclude-libs,ALL", "-s"],
    py_limited_api=True,
)
version = os.environ.get("AVMARKS_VERSION", "0.0.0")
setup(
    version=version,
    # The command is a package of its own, so that what validates in production does not carry a server.
    extras_require={"emulator": [f"avmarks-emulator=={version}"]},
    ext_modules=[native],
    cmdclass={"bdist_wheel": Wheel},
)
