"""Checking derivatives against finite differences, in double precision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..namespaces.raw import NAMESPACES
from ..sequences import as_tuple
from ..tensor import Tensor, wrap
from . import grad
from .modes import enable_grad, no_grad


class GradcheckError(RuntimeError):
    """An analytical derivative and its numerical estimate disagree."""


def _outputs(func: Callable[..., Any], inputs: Sequence[Any]) -> list[Tensor]:
    result = func(*inputs)
    return [
        item
        for item in as_tuple(result)
        if isinstance(item, Tensor) and (item.dtype.is_floating_point or item.is_complex())
    ]


def _values(tensor: Tensor) -> list[float]:
    return tensor.detach().reshape(-1).tolist()


def _moved(tensor: Tensor, index: int, step: float) -> Tensor:
    """A copy of ``tensor`` with one element moved."""
    namespace = NAMESPACES[type(tensor._array)]
    flat = namespace.reshape(tensor._array, (-1,))
    device = namespace.backend.native_device(tensor.device)
    positions = namespace.arange(flat.shape[0], device=device)
    shifted = namespace.where(positions == index, flat + step, flat)
    return wrap(namespace.reshape(shifted, tensor._array.shape))


def _numerical(
    func: Callable[..., Any], inputs: Sequence[Any], which: int, index: int, eps: float
) -> list[list[float]]:
    """How each output moves with one element of one input: central differences."""
    results: list[list[list[float]]] = []
    for step in (eps, -eps):
        moved = list(inputs)
        moved[which] = _moved(inputs[which], index, step)
        with no_grad():
            results.append([_values(out) for out in _outputs(func, moved)])
    return [
        [(high - low) / (2 * eps) for high, low in zip(up, down, strict=True)]
        for up, down in zip(*results, strict=True)
    ]


def gradcheck(
    func: Callable[..., Any], inputs: Any, *, eps: float = 1e-6, atol: float = 1e-5, rtol: float = 1e-3,
    raise_exception: bool = True, check_grad_dtypes: bool = True, nondet_tol: float = 0.0,
) -> bool:  # fmt: skip
    """Compare the gradients of ``func`` with central finite differences, element by element.

    Parameters
    ----------
    func
        Takes the inputs and returns a Tensor or a tuple of Tensors.
    inputs
        A Tensor or a tuple; those that require a gradient are checked and should be float64.
    eps
        The step of the finite differences.
    atol, rtol
        Accepted: ``|analytical - numerical| <= atol + rtol * |numerical|``.
    raise_exception
        Raise in place of returning False.
    check_grad_dtypes
        Also demand that gradients have their input's dtype and shape.
    nondet_tol
        How far two backward passes may differ.

    Raises
    ------
    GradcheckError
        If they disagree.
    ValueError
        If no input requires a gradient.
    """
    given = as_tuple(inputs)
    checked = [i for i, x in enumerate(given) if isinstance(x, Tensor) and x.requires_grad]
    if not checked:
        raise ValueError("gradcheck expects at least one input tensor to require gradient")
    try:
        _check(func, given, checked, eps, atol, rtol, check_grad_dtypes, nondet_tol)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def _check(
    func: Callable[..., Any], inputs: tuple[Any, ...], checked: list[int], eps: float, atol: float, rtol: float,
    dtypes: bool, nondet_tol: float,
) -> None:  # fmt: skip
    with enable_grad():
        outputs = _outputs(func, inputs)
    targets = [inputs[i] for i in checked]
    for number, out in enumerate(outputs):
        if not out.requires_grad:
            continue
        rows: list[list[list[float]]] = []
        flat = out.reshape(-1)
        for position in range(out.numel()):
            first = grad(flat[position], targets, retain_graph=True, materialize_grads=True)
            again = grad(flat[position], targets, retain_graph=True, materialize_grads=True)
            for x, g, h in zip(targets, first, again, strict=True):
                assert g is not None and h is not None
                if dtypes and (g.dtype is not x.dtype or g.shape != x.shape):
                    raise GradcheckError(
                        f"the gradient of an input of shape {tuple(x.shape)}, {x.dtype.name} has shape "
                        f"{tuple(g.shape)}, {g.dtype.name}"
                    )
                if any(
                    abs(a - b) > nondet_tol for a, b in zip(_values(g), _values(h), strict=True) if a == a
                ):
                    raise GradcheckError("backward is not deterministic: two passes gave different gradients")
            rows.append([_values(g) for g in first if g is not None])
        for column, which in enumerate(checked):
            for index in range(inputs[which].numel()):
                numerical = _numerical(func, inputs, which, index, eps)[number]
                analytical = [row[column][index] for row in rows]
                for position, (a, n) in enumerate(zip(analytical, numerical, strict=True)):
                    if not abs(a - n) <= atol + rtol * abs(n):
                        raise GradcheckError(
                            f"the gradient of output {number}, element {position} with respect to input {which}, "
                            f"element {index} is {a!r} by the rules, {n!r} by finite differences"
                        )


def gradgradcheck(
    func: Callable[..., Any], inputs: Any, grad_outputs: Any = None, *, eps: float = 1e-6, atol: float = 1e-5,
    rtol: float = 1e-3, raise_exception: bool = True, nondet_tol: float = 0.0,
) -> bool:  # fmt: skip
    """Compare the second derivatives of ``func`` with finite differences of its first ones.

    Parameters
    ----------
    grad_outputs
        The gradients that the first backward pass starts from; fixed numbers between 0.5 and 1.5 by default.
    func, inputs, eps, atol, rtol, raise_exception, nondet_tol
        As for :func:`gradcheck`.
    """
    given = as_tuple(inputs)
    checked = [i for i, x in enumerate(given) if isinstance(x, Tensor) and x.requires_grad]
    with enable_grad():
        outputs = [out for out in _outputs(func, given) if out.requires_grad]
    if grad_outputs is None:
        starts = [_start(out) for out in outputs]
    else:
        starts = [start.detach().requires_grad_() for start in as_tuple(grad_outputs)]

    def first_derivatives(*args: Any) -> tuple[Tensor, ...]:
        xs, gs = args[: len(given)], args[len(given) :]
        tracked = list(xs)
        with enable_grad():
            for i in checked:
                if not tracked[i].requires_grad:
                    tracked[i] = tracked[i].detach().requires_grad_()
            outs = [out for out in _outputs(func, tracked) if out.requires_grad]
            found = grad(outs, [tracked[i] for i in checked], gs, create_graph=True, materialize_grads=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(
        first_derivatives, (*given, *starts), eps=eps, atol=atol, rtol=rtol, raise_exception=raise_exception,
        nondet_tol=nondet_tol,
    )  # fmt: skip


def _start(out: Tensor) -> Tensor:
    """A fixed gradient with different elements, to start from."""
    namespace = NAMESPACES[type(out._array)]
    device = namespace.backend.native_device(out.device)
    steps = namespace.arange(out.numel(), dtype=out._array.dtype, device=device)
    start = wrap(namespace.reshape(0.5 + (steps * 0.618033988749895) % 1.0, out._array.shape))
    start.requires_grad = True
    return start
