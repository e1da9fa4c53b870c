"""From a list of samples to a batch."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

import deep_learner as dl

__all__ = ["default_collate", "default_convert"]


def default_collate(batch: Sequence[Any]) -> Any:
    """Put samples together: tensors and arrays are stacked, numbers become a tensor, containers keep their
    form.

    Parameters
    ----------
    batch : sequence
        Samples of one type: tensors (...) become a tensor (N, ...); floats one of float64, integers of int64;
        strings stay a list; mappings, named tuples and lists are collated entry by entry, and so are tuples,
        which become lists.

    Raises
    ------
    TypeError
        The samples are of a type that has no batch.
    RuntimeError
        Sequences in the batch differ in length, or tensors in shape.
    """
    first = batch[0]
    if isinstance(first, dl.Tensor):
        return dl.stack(list(batch))
    if isinstance(first, np.ndarray | np.bool_ | np.number):
        arrays = [np.asarray(item) for item in batch]
        if len({array.dtype for array in arrays}) == 1 and len({array.shape for array in arrays}) == 1:
            return _from_array(np.stack(arrays))
        return dl.stack([_from_array(array) for array in arrays])
    if isinstance(first, float):
        return dl.tensor(list(batch), dtype=dl.float64)
    if isinstance(first, int):
        return dl.tensor(list(batch))
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return rebuilt_mapping(first, lambda key: default_collate([sample[key] for sample in batch]))
    if isinstance(first, Sequence):
        if any(len(sample) != len(first) for sample in batch):
            raise RuntimeError("each element in list of batch should be of equal size")
        return rebuilt_sequence(first, [default_collate(entries) for entries in zip(*batch, strict=True)])
    raise TypeError(
        "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; "
        f"found {type(first)}; pass a collate_fn of your own"
    )


def default_convert(data: Any) -> Any:
    """Turn the NumPy arrays and scalars in a sample into tensors; the rest stays as it is.

    Parameters
    ----------
    data : object
        A sample. Tuples in it become lists, as in a batch.
    """
    if isinstance(data, np.ndarray | np.generic):
        array = np.asarray(data)
        return data if array.dtype.kind in "OSU" else _from_array(array)
    if isinstance(data, Mapping):
        return rebuilt_mapping(data, lambda key: default_convert(data[key]))
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return rebuilt_sequence(data, [default_convert(item) for item in data])
    return data


def _from_array(array: np.ndarray[Any, Any]) -> dl.Tensor:
    if array.dtype.kind in "OSU":
        raise TypeError(
            f"default_collate: arrays of dtype {array.dtype} have no tensor; pass a collate_fn of your own"
        )
    return dl.tensor(array.astype(array.dtype.newbyteorder("="), copy=False))


def rebuilt_mapping(pattern: Mapping[Any, Any], value: Callable[[Any], Any]) -> Any:
    """A mapping like `pattern` with other values; a dict if its type cannot be made so."""
    entries = {key: value(key) for key in pattern}
    try:
        if isinstance(pattern, MutableMapping):
            clone = copy.copy(pattern)
            clone.update(entries)
            return clone
        return type(pattern)(entries)  # type: ignore[call-arg]
    except TypeError:
        return entries


def rebuilt_sequence(pattern: Sequence[Any], items: list[Any]) -> Any:
    """A sequence like `pattern` with other items; a list for a tuple, or if its type cannot be made so."""
    if isinstance(pattern, tuple):
        return type(pattern)(*items) if hasattr(pattern, "_fields") else items
    try:
        if isinstance(pattern, MutableSequence):
            clone = copy.copy(pattern)
            clone[:] = items
            return clone
        return type(pattern)(items)  # type: ignore[call-arg]
    except TypeError:
        return items
