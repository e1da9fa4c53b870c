"""`multinomial`: indices drawn with given weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..dtypes import int64
from ..ops._placement import place_of_tensor
from ..ops.out import with_out
from ..tensor import Tensor
from ..typing import Array
from .defaults import chosen
from .delivery import deliver, host_array
from .exponential import exponential
from .generator import Generator
from .host import find_host
from .members import per_member
from .uniform import unit_doubles

if TYPE_CHECKING:
    from ..backends import Backend

__all__ = ["multinomial"]


@per_member("whole")
@with_out
def multinomial(
    input: Tensor, num_samples: int, replacement: bool = False, *, generator: Generator | None = None
) -> Tensor:
    """Indices drawn with probabilities proportional to the weights in each row of `input`.

    Parameters
    ----------
    input : Tensor
        Weights, of shape (n,) or (m, n), float32 or float64; they need not sum to one.
    num_samples : int
        How many to draw of each row.
    replacement : bool, default False
        Whether an index may be drawn again.
    generator : Generator, optional
        The default one unless given.

    Returns
    -------
    Tensor
        int64, of shape (num_samples,) or (m, num_samples).

    Raises
    ------
    RuntimeError
        If the shape or dtype is another, a weight is negative or not finite, a row has no positive one, or
        more samples are asked for than there are.

    Notes
    -----
    Without replacement, index i ranks by its weight divided by an exponentially distributed number of its own
    (Efraimidis and Spirakis, Information Processing Letters 97, 2006); with it, a uniform number is looked
    up in the cumulative sums. As in PyTorch, a single sample is drawn the first way.
    """
    shape = tuple(input.shape)
    if len(shape) not in (1, 2):
        raise RuntimeError(f"multinomial takes weights of shape (n,) or (m, n). Received: {shape}")
    if input.dtype.name not in ("float32", "float64"):
        raise RuntimeError(f"multinomial takes weights of dtype float32 or float64. Received: {input.dtype}")
    if num_samples <= 0:
        raise RuntimeError(f"multinomial draws one sample or more. Received: num_samples={num_samples}")
    if not replacement and num_samples > shape[-1]:
        raise RuntimeError(
            f"multinomial cannot draw {num_samples} of {shape[-1]} indices without replacement; "
            "pass replacement=True"
        )
    host = find_host()
    xp = host.namespace
    weights = xp.reshape(host_array(host, input), (-1, shape[-1]))
    if not bool(xp.all((weights >= 0) & xp.isfinite(weights))):
        raise RuntimeError("multinomial takes finite weights >= 0. Received a tensor with others in it")
    if not bool(xp.all(xp.any(weights > 0, axis=1))):
        raise RuntimeError(
            "multinomial takes weights with a positive one in each row. Received a row of zeros"
        )
    source = chosen(generator)
    if replacement and num_samples > 1:
        found = _looked_up(host, source, weights, num_samples)
    else:
        found = _ranked(host, source, weights, input.dtype.name, num_samples)
    return deliver(
        host, xp.reshape(found, (-1,)), (*shape[:-1], num_samples), int64, place_of_tensor(input, None)
    )


def _ranked(host: Backend, generator: Generator, weights: Array, dtype: str, count: int) -> Array:
    xp = host.namespace
    waits = exponential(host, generator, weights.shape[0] * weights.shape[1], dtype)
    scores = weights / xp.reshape(waits, weights.shape)
    if count == 1:
        return xp.argmax(scores, axis=1)
    return xp.argsort(-scores, axis=1)[:, :count]


def _looked_up(host: Backend, generator: Generator, weights: Array, count: int) -> Array:
    xp = host.namespace
    rows, last = weights.shape[0], weights.shape[1] - 1
    sums = xp.cumulative_sum(weights, axis=1)
    parts = xp.astype(sums / sums[:, -1:], xp.float64)
    units = xp.reshape(unit_doubles(host, generator, rows * count), (rows, count))
    # Whatever rounding did to the sums, the last one counts as 1: it need not be looked at.
    return (
        xp.stack([xp.searchsorted(parts[row, :last], units[row, :]) for row in range(rows)])
        if rows
        else units
    )
