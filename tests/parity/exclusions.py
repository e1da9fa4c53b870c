"""What of PyTorch's operator database is left out, and why: the table of docs/pytorch.md."""

from __future__ import annotations

from fnmatch import fnmatchcase

EXCLUDED = {
    "torch.*": "internal overloads of operators",
    "jiterator*": "kernels compiled for CUDA at run time, from PyTorch's own dialect",
    "_[!_]*": "private",
    "sparse.*": "sparse layouts",
    "to_sparse": "sparse layouts",
    "*_copy": "views as copies, made for PyTorch's compiler",
    "unsafe_*": "views without their safety, made for PyTorch's compiler",
    "resize*": "changes a tensor's storage",
    "as_strided*": "reads a tensor's storage by strides",
    "empty_strided": "strides are the array library's",
    "hash_tensor": "internal to PyTorch",
    "slice": "has no public name",
    "max_pool2d_with_indices_backward": "has no public name",
    "native_dropout_backward": "has no public name",
}
KEPT = frozenset({"index_copy"})  # an ordinary operation, though its name ends so


def reason(name: str) -> str | None:
    """Why an operator is left out; None if it is not."""
    if name in KEPT:
        return None
    return next((why for pattern, why in EXCLUDED.items() if fnmatchcase(name, pattern)), None)
