"""Others' readers of the same files: what they accept is accepted here, with the same values, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import safetensors

import deep_learner as dl

__all__ = ["ORACLES"]

# (content, whether it was read, the tensors, what was said) gives what differs, or None.
Oracle = Callable[[bytes, bool, dict[str, dl.Tensor] | None, str], str | None]
# What the library reads and this reader refuses nevertheless, with these words: a damaged structure of our own, dtypes
# that there are not here, an unknown word twice in an entry, an entry that is a list, a
# shape that no array has.
EXCEPTIONS = (
    "the structure of the saved value",
    "which is not supported",
    "stands there twice",
    "is no dictionary of",
    "none that an array can have",
)


def by_safetensors(content: bytes, read: bool, tensors: dict[str, dl.Tensor] | None, said: str) -> str | None:
    """The format's own library."""
    try:
        entries = dict(safetensors.deserialize(content))
    except (safetensors.SafetensorError, ValueError) as error:
        return f"the library refuses it ({error})" if read else None
    if not read:
        return None if any(words in said for words in EXCEPTIONS) else f"the library accepts it; here: {said}"
    if tensors is None or entries.keys() != tensors.keys():
        return f"the library finds {list(entries)!r:.200}"
    for name, entry in entries.items():
        if tuple(entry["shape"]) != tuple(tensors[name].shape):
            return f"the library finds the shape {entry['shape']} of {name!r:.100}"
        ours = np.asarray(tensors[name].numpy()).tobytes()
        if entry["dtype"] not in ("BF16", "BOOL") and bytes(entry["data"]) != ours:
            return f"the library finds other values of {name!r:.100}"
    return None


ORACLES: dict[str, Oracle] = {"safetensors": by_safetensors}
