"""Compiled steps on NumPy: a Python function of calls that write into planned buffers."""
