"""Operations that divide a tensor into several views.

One rule joins the gradients of all parts at once: a rule for each part would touch the whole tensor each
time.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, cast

from ..typing import Array, Namespace, Shape
from .dims import wrap_dim
from .operation import op


def _parts(input: Array, bounds: Sequence[tuple[int, int]], dim: int) -> tuple[Array, ...]:
    """Slices of `input` along `dim`; an empty one starts at 0, as the standard leaves other starts open."""
    before = (slice(None),) * dim
    return tuple(
        [input[(*before, slice(start, stop) if start < stop else slice(0, 0), ...)] for start, stop in bounds]
    )


def _splittable(name: str, input: Array, dim: int) -> int:
    if input.ndim == 0:
        raise RuntimeError(f"{name} expects at least a 1-dimensional tensor")
    return wrap_dim(dim, input.ndim)


@op(view=True)
def split(
    xp: Namespace, input: Array, split_size_or_sections: int | Sequence[int], dim: int = 0
) -> tuple[Array, ...]:
    """Views of parts of one size (the last may be smaller) or of several: (3, n) by 2 -> (2, n), (1, n).

    Raises RuntimeError for a 0-d tensor, negative sizes, or sizes that do not add up; IndexError for a wrong
    `dim`.
    """
    dim = _splittable("split", input, dim)
    size = input.shape[dim]
    if isinstance(split_size_or_sections, int):
        step = split_size_or_sections
        if step < 0 or (step == 0 and size):
            raise RuntimeError(
                f"split expects split_size be positive, but got split_size={step} for size {size}"
            )
        starts = range(0, size, step) if size else range(1)
        return _parts(input, [(start, min(start + step, size)) for start in starts], dim)
    sections = list(split_size_or_sections)
    if sum(sections) != size or any(section < 0 for section in sections):
        raise RuntimeError(
            f"split_with_sizes expects split_sizes to be non-negative and sum exactly to {size} "
            f"(input tensor's size at dimension {dim}), but got split_sizes={sections}"
        )
    stops = [sum(sections[: number + 1]) for number in range(len(sections))]
    return _parts(input, [(stop - part, stop) for part, stop in zip(sections, stops, strict=True)], dim)


@split.vjp("input")
def _(xp: Namespace, g: Sequence[Array], dim: int) -> Array:
    return xp.concat(list(g), axis=wrap_dim(dim, g[0].ndim))


@op(view=True)
def chunk(xp: Namespace, input: Array, chunks: int, dim: int = 0) -> tuple[Array, ...]:
    """At most `chunks` views of equal size but for the last: (5, n) in 3 -> (2, n), (2, n), (1, n).

    Raises RuntimeError for a 0-d tensor or fewer than one chunk, IndexError for a dimension that does not
    exist.
    """
    dim = _splittable("chunk", input, dim)
    if chunks < 1:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    size = input.shape[dim]
    return xp.split(input, -(-size // chunks), dim) if size else xp.split(input, [0] * chunks, dim)


@op(view=True)
def tensor_split(
    xp: Namespace, input: Array, indices_or_sections: int | Sequence[int], dim: int = 0
) -> tuple[Array, ...]:
    """Views of nearly equal size (larger ones first), or cut at given places: (5, n) in 2 -> (3, n), (2, n).

    Raises RuntimeError for a 0-d tensor or fewer than one section, IndexError for a dimension that does not
    exist.
    """
    dim = _splittable("tensor_split", input, dim)
    size = input.shape[dim]
    if hasattr(indices_or_sections, "tolist"):
        indices_or_sections = cast(Any, indices_or_sections).tolist()  # PyTorch takes them as a tensor, too
    if not isinstance(indices_or_sections, int):
        cuts = [slice(None, cut).indices(size)[1] for cut in indices_or_sections]
        return xp.tensor_cuts(input, [0, *cuts, size], dim)
    if indices_or_sections < 1:
        raise RuntimeError(f"number of sections must be larger than 0, got {indices_or_sections}")
    small, larger = divmod(size, indices_or_sections)
    return xp.split(input, [small + (number < larger) for number in range(indices_or_sections)], dim)


@op(view=True)
def vsplit(xp: Namespace, input: Array, indices_or_sections: int | Sequence[int]) -> tuple[Array, ...]:
    """`tensor_split` along dimension 0 into equal views.

    Raises RuntimeError below two dimensions or if unequal.
    """
    return _even_split(xp, "vsplit", input, indices_or_sections, 0, 2)


@op(view=True)
def hsplit(xp: Namespace, input: Array, indices_or_sections: int | Sequence[int]) -> tuple[Array, ...]:
    """`tensor_split` along dimension 1 (0 if there is no other) into equal views; errors as `vsplit`."""
    return _even_split(xp, "hsplit", input, indices_or_sections, 0 if input.ndim == 1 else 1, 1)


@op(view=True)
def dsplit(xp: Namespace, input: Array, indices_or_sections: int | Sequence[int]) -> tuple[Array, ...]:
    """`tensor_split` along dimension 2 into equal views; errors as `vsplit`, below three dimensions."""
    return _even_split(xp, "dsplit", input, indices_or_sections, 2, 3)


def _even_split(
    xp: Namespace, name: str, input: Array, parts: int | Sequence[int], dim: int, least: int
) -> tuple[Array, ...]:
    if input.ndim < least:
        raise RuntimeError(
            f"{name} requires a tensor with at least {least} dimension(s), but got {input.ndim}"
        )
    if isinstance(parts, int) and (parts < 1 or input.shape[dim] % parts):
        raise RuntimeError(f"{name}: size {input.shape[dim]} of dimension {dim} is not divisible by {parts}")
    return xp.tensor_split(input, parts, dim)


@op(view=True)
def tensor_cuts(xp: Namespace, input: Array, cuts: Sequence[int], dim: int) -> tuple[Array, ...]:
    """Views between consecutive `cuts`; parts may overlap or be empty where the cuts do not rise."""
    return _parts(input, list(itertools.pairwise(cuts)), dim)


@op(view=True)
def unstack(xp: Namespace, input: Array, dim: int = 0) -> tuple[Array, ...]:
    """Views along a dimension, without it: (3, n) -> three of (n,); PyTorch's `unbind`.

    Raises IndexError for a dimension that does not exist; a 0-d tensor has none.
    """
    if input.ndim == 0:
        raise IndexError("unbind needs a dimension, but the tensor is 0-d")
    dim = wrap_dim(dim, input.ndim)
    before = (slice(None),) * dim
    return tuple([input[(*before, position, ...)] for position in range(input.shape[dim])])


@unstack.vjp("input")
def _(xp: Namespace, g: Sequence[Array], input_shape: Shape, dim: int) -> Array:
    return xp.stack(list(g), axis=wrap_dim(dim, len(input_shape)))
