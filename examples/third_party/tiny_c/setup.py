"""What pyproject.toml cannot say: there is C to compile."""

from setuptools import setup

setup(cffi_modules=["build_library.py:ffi"])
