"""``vmap``: a function of one member as a function of a whole batch."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from ..sequences import as_tuple, is_several
from ..tensor import Tensor, wrap
from ..utils._pytree import TreeSpec, tree_flatten, tree_leaves, tree_structure
from .batched import whole
from .levels import Level, entered

__all__ = ["vmap"]

RANDOMNESS = ("error", "different", "same")


def vmap(
    func: Callable[..., Any],
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """A function that applies ``func`` to each member of a batch, all at once.

    Parameters
    ----------
    func
        Takes trees (tuples, lists, dictionaries) of tensors, and returns such. It sees tensors without the batch
        dimension. Nothing in it may depend on the values of a mapped tensor but through operations.
    in_dims
        The dimension along which each input is mapped; None for one that all members share. One for all positional
        arguments, or a tree that matches them. Keyword arguments are shared.
    out_dims
        Where the batch stands in each result; None for one that is the same for all members.
    randomness
        What a random function does in ``func``: raise (``"error"``), draw for each member (``"different"``), or
        once for all (``"same"``).
    chunk_size
        How many members to compute at a time; all, unless given.

    Returns
    -------
    callable
        Takes and returns what ``func`` does, with the batch dimension.

    Raises
    ------
    ValueError
        If ``in_dims`` or ``out_dims`` do not fit, sizes differ, or ``func`` returns something else than tensors.
    RuntimeError
        If ``func`` asks for a value: ``item()``, ``if x.sum() > 0``; or draws at random and must not.

    Examples
    --------
    >>> vmap(dot)(a, b)  # (n, d), (n, d) -> (n,)
    """
    if randomness not in RANDOMNESS:
        raise RuntimeError(
            f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}"
        )
    if chunk_size is not None and chunk_size < 1:
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @functools.wraps(func)
    def mapped(*args: Any, **kwargs: Any) -> Any:
        leaves, structure = tree_flatten(args)
        dims = _input_dims(in_dims, args, leaves)
        size = _batch_size(leaves, dims)
        called = functools.partial(func, **kwargs)
        if chunk_size is None or size <= chunk_size:
            return _mapped(called, leaves, dims, structure, size, out_dims, randomness)
        parts: list[Any] = []
        for start in range(0, size, chunk_size):
            count = min(chunk_size, size - start)
            some = [
                leaf if dim is None else leaf.narrow(dim, start, count)
                for leaf, dim in zip(leaves, dims, strict=True)
            ]
            parts.append(_mapped(called, some, dims, structure, count, out_dims, randomness))
        return _joined(parts, out_dims)

    return mapped


def _input_dims(in_dims: Any, args: tuple[Any, ...], leaves: Sequence[Any]) -> list[int | None]:
    """The dimension of each leaf along which it is mapped, not negative.

    Raises
    ------
    ValueError
        If they do not fit.
    """
    if not issubclass(type(in_dims), int | tuple | list):
        raise ValueError(
            "vmap: expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, "
            f"got: {type(in_dims)}"
        )
    if not leaves:
        raise ValueError(
            "vmap: got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a function with no "
            "inputs. The latter is unsupported."
        )
    prefix: Any = as_tuple(in_dims) if is_several(in_dims) else in_dims
    dims = spread(prefix, args)
    if dims is None:
        raise ValueError(
            f"vmap: in_dims is not compatible with the structure of inputs. in_dims has the structure {in_dims!r}, but "
            f"there are {len(args)} positional arguments"
        )
    found: list[int | None] = []
    for leaf, dim in zip(leaves, dims, strict=True):
        if dim is not None and (not isinstance(dim, int) or isinstance(dim, bool)):
            raise ValueError(f"vmap: in_dims must hold ints or None. Got in_dim={dim!r} for an input")
        if isinstance(dim, int):
            if not isinstance(leaf, Tensor):
                raise ValueError(
                    f"vmap: Got in_dim={dim} for an input but the input is of type {type(leaf)}. We cannot vmap over "
                    "non-Tensor arguments, please use None as the respective in_dim"
                )
            if not -leaf.ndim <= dim < leaf.ndim:
                raise ValueError(
                    f"vmap: Got in_dim={dim} for some input, but that input is a Tensor of dimensionality {leaf.ndim} "
                    f"so expected in_dim to satisfy -{leaf.ndim} <= in_dim < {leaf.ndim}."
                )
            dim %= leaf.ndim
        found.append(dim)
    return found


def spread(prefix: Any, tree: Any) -> list[Any] | None:
    """One value of ``prefix`` for each leaf of a tree: where ``prefix`` ends, its leaf stands for all that follow.
    None where the two do not match.
    """
    values, structure = tree_flatten(prefix)
    try:
        parts = structure.flatten_up_to(tree)
    except ValueError:
        return None
    counts = [tree_structure(part).num_leaves for part in parts]
    return [value for value, count in zip(values, counts, strict=True) for _ in range(count)]


def _batch_size(leaves: Sequence[Any], dims: Sequence[int | None]) -> int:
    sizes = [leaf.shape[dim] for leaf, dim in zip(leaves, dims, strict=True) if dim is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over: all in_dims are None")
    if len(set(sizes)) > 1:
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes}"
        )
    return sizes[0]


def _mapped(
    func: Callable[..., Any], leaves: Sequence[Any], dims: Sequence[int | None], structure: TreeSpec, size: int,
    out_dims: Any, randomness: str,
) -> Any:  # fmt: skip
    sample = next(leaf for leaf, dim in zip(leaves, dims, strict=True) if dim is not None)
    with entered(size, sample, randomness) as level:
        inside = [
            leaf if dim is None else wrap(level.kind(leaf.moveaxis(dim, 0) if dim else leaf))
            for leaf, dim in zip(leaves, dims, strict=True)
        ]
        arrays = [one._array if isinstance(one, Tensor) else None for one in inside]
        made = func(*structure.unflatten(inside))
        for leaf, dim, one, array in zip(leaves, dims, inside, arrays, strict=True):
            if dim is not None and one._array is not array:  # the function wrote into its argument
                leaf.copy_(whole(one._array.value, size).moveaxis(0, dim))
    results, shape = tree_flatten(made)
    places = _output_dims(out_dims, made)
    return shape.unflatten(
        [_taken_out(one, place, level) for one, place in zip(results, places, strict=True)]
    )


def _output_dims(out_dims: Any, made: Any) -> list[Any]:
    """Where the batch stands in each result.

    Raises
    ------
    ValueError
        If ``out_dims`` does not match the results.
    """
    if type(made) is list and type(out_dims) is tuple:
        out_dims = list(as_tuple(out_dims))
    places = spread(out_dims, made)
    if places is None:
        raise ValueError(
            f"vmap: out_dims is not compatible with the structure of `outputs`. out_dims is {out_dims!r}, but the "
            f"function returned {len(tree_leaves(made))} tensor(s)"
        )
    return places


def _taken_out(result: Any, place: Any, level: Level) -> Tensor:
    """A result with its batch at dimension ``place``."""
    if not isinstance(result, Tensor):
        raise ValueError(f"vmap: `f` must only return Tensors, got type {type(result)} as a return.")
    if place is not None and not isinstance(place, int):
        raise ValueError(f"vmap: out_dims must hold ints or None. Got {place!r}")
    batched = isinstance(result._array, level.kind)
    value: Tensor = result._array.value if batched else result[None]
    if place is None:
        if value.shape[0] != 1:
            raise ValueError("vmap: `f` can not return a BatchedTensor when out_dim is None")
        return value[0] if batched else result
    if not -value.ndim <= place < value.ndim:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{-value.ndim}, {value.ndim - 1}], but got {place})"
        )
    return whole(value, level.size).moveaxis(0, place)


def _joined(parts: Sequence[Any], out_dims: Any) -> Any:
    """The results of the chunks as those of the whole."""
    from ..ops.registry import OPERATIONS

    columns = [tree_leaves(part) for part in parts]
    places: list[int | None] = _output_dims(out_dims, parts[0])
    rows = zip(*columns, strict=True)
    return tree_structure(parts[0]).unflatten(
        [
            row[0] if place is None else OPERATIONS["concat"](list(row), place)
            for row, place in zip(rows, places, strict=True)
        ]
    )
