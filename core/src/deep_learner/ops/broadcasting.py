"""Operations that repeat size-1 dimensions without copying, or add them."""

from __future__ import annotations

from collections.abc import Sequence

from ..typing import Array, Namespace, Shape
from .operation import op


def broadcast_shapes(*shapes: int | Sequence[int]) -> Shape:
    """The shape that all of `shapes` broadcast to.

    Raises
    ------
    RuntimeError
        If two sizes differ and neither is 1.
    """
    result: list[int] = []
    tuples = [(shape,) if isinstance(shape, int) else tuple(shape) for shape in shapes]
    for position in range(1, 1 + max([len(shape) for shape in tuples], default=0)):
        sizes = {shape[-position] for shape in tuples if len(shape) >= position} - {1}
        if len(sizes) > 1:
            listed = ", ".join(str(list(shape)) for shape in tuples)
            raise RuntimeError(f"shape mismatch: shapes {listed} cannot be broadcast together")
        result.append(sizes.pop() if sizes else 1)
    return tuple(reversed(result))


@op(view=True)
def broadcast_to(xp: Namespace, input: Array, size: int | Sequence[int]) -> Array:
    """Repeat size-1 dimensions, and new ones in front, to `size`: (3, 1) -> (2, 3, 4); -1 keeps a size.

    Nothing is copied. Raises RuntimeError if another size than 1 would have to change.
    """
    shape, target = input.shape, (size,) if isinstance(size, int) else tuple(size)
    new = len(target) - len(shape)
    if new < 0:
        raise RuntimeError(
            f"cannot expand shape {list(shape)} to {list(target)}: sizes for all dimensions are needed"
        )
    if -1 in target[:new]:
        raise RuntimeError(
            f"cannot expand to {list(target)}: -1 keeps a size, but a new leading dimension has none"
        )
    sizes = target[:new] + tuple(
        [old if wish == -1 else wish for wish, old in zip(target[new:], shape, strict=True)]
    )
    for dim, (wish, old) in enumerate(zip(sizes[new:], shape, strict=True), new):
        if wish != old != 1:
            raise RuntimeError(
                f"The expanded size of the tensor ({wish}) must match the existing size ({old}) at "
                f"non-singleton dimension {dim}.  Target sizes: {list(target)}.  Tensor sizes: {list(shape)}"
            )
    return xp.broadcast_to(input, sizes)


@broadcast_to.vjp("input")
def _(xp: Namespace, g: Array, input_shape: Shape) -> Array:
    new = g.ndim - len(input_shape)
    repeated = [new + dim for dim, size in enumerate(input_shape) if size == 1 != g.shape[new + dim]]
    if new or repeated:
        g = xp.sum(g, axis=(*range(new), *repeated), dtype=g.dtype)
    return xp.reshape(g, input_shape)


@op(view=True)
def expand_as(xp: Namespace, input: Array, other: Array) -> Array:
    """`input` broadcast to the shape of `other`. Raises RuntimeError if it does not broadcast to it."""
    return xp.broadcast_to(input, other.shape)


@op(view=True)
def broadcast_tensors(xp: Namespace, tensors: Sequence[Array]) -> tuple[Array, ...]:
    """Each of `tensors` broadcast to their common shape. Raises RuntimeError if there is none."""
    shape = broadcast_shapes(*[tensor.shape for tensor in tensors])
    return tuple([xp.broadcast_to(tensor, shape) for tensor in tensors])


@op(view=True)
def atleast_1d(xp: Namespace, input: Array) -> Array:
    """A 0-d tensor as (1,), others as they are."""
    return xp.reshape(input, (1,)) if input.ndim == 0 else xp.reshape(input, input.shape)


@op(view=True)
def atleast_2d(xp: Namespace, input: Array) -> Array:
    """() -> (1, 1), (n,) -> (1, n), others as they are."""
    return xp.reshape(input, (1,) * (2 - input.ndim) + input.shape)


@op(view=True)
def atleast_3d(xp: Namespace, input: Array) -> Array:
    """() -> (1, 1, 1), (n,) -> (1, n, 1), (m, n) -> (m, n, 1), others as they are."""
    leading = (1,) if input.ndim < 2 else ()
    return xp.reshape(input, (*leading, *input.shape, *((1,) * (3 - input.ndim - len(leading)))))
