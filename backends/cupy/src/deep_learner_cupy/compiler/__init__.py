"""Compiled steps on CuPy: generated kernels beside the library's functions, in a captured CUDA graph."""
