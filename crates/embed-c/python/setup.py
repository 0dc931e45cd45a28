"""A wheel for any Python of this machine: the library is loaded by ctypes, and depends on no interpreter."""

import os
import platform

from setuptools import setup
from setuptools.dist import Distribution

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:
    from wheel.bdist_wheel import bdist_wheel


class AnyPython(bdist_wheel):
    def get_tag(self):
        return "py3", "none", os.environ.get("AVMARKS_PLATFORM", f"linux_{platform.machine()}")


class WithLibrary(Distribution):
    def has_ext_modules(self):
        return True


version = os.environ.get("AVMARKS_VERSION", "0.0.0")
setup(
    version=version,
    # The command is a package of its own, so that what validates in production does not carry a server.
    extras_require={"emulator": [f"avmarks-emulator=={version}"]},
    cmdclass={"bdist_wheel": AnyPython},
    distclass=WithLibrary,
)
