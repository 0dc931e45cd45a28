"""A wheel for any Python of this machine. The command lies beside this file as `avmarks`, and is installed as a script, as it is."""

import os
import platform
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.dist import Distribution

# Of setuptools, which puts its own in the place of Python's.
from distutils.command.build_scripts import build_scripts  # isort: skip

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:
    from wheel.bdist_wheel import bdist_wheel


class AnyPython(bdist_wheel):
    def get_tag(self):
        return "py3", "none", os.environ.get("AVMARKS_PLATFORM", f"linux_{platform.machine()}")


class AsTheyAre(build_scripts):
    """Copies, where the class above reads scripts as text to mend their first line."""

    def run(self):
        Path(self.build_dir).mkdir(parents=True, exist_ok=True)
        for script in self.scripts:
            shutil.copy(script, self.build_dir)


class WithProgram(Distribution):
    def has_ext_modules(self):
        return True


setup(
    version=os.environ.get("AVMARKS_VERSION", "0.0.0"),
    scripts=["avmarks"],
    cmdclass={"bdist_wheel": AnyPython, "build_scripts": AsTheyAre},
    distclass=WithProgram,
)
