"""Convolutions as PyTorch has them: in one, two and three dimensions, for batches and single inputs, checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from deep_learner import Tensor, op
from deep_learner.typing import Array, Namespace, Shape

from .convolution import transposed_size
from .patches import window_counts

__all__ = [
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_tbc",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
]


def _sizes(name: str, value: Any, dims: int, least: int) -> Shape:
    """One number for each dimension, none of them below `least`."""
    given: list[Any] = (
        [value] if isinstance(value, int) else list(cast(Any, value) if isinstance(value, Sequence) else ())
    )
    if not given or not all(isinstance(one, int) for one in given):
        raise TypeError(f"{name} must be an integer or a sequence of {dims}; received {value!r}")
    if len(given) not in (1, dims):
        raise RuntimeError(
            f"expected {name} to be a single integer value or a list of {dims} values to match the convolution "
            f"dimensions, but got {name}={given}"
        )
    if min(given) < least:
        kind = "negative" if least == 0 else "non-positive"
        raise RuntimeError(f"{kind} {name} is not supported; received {name}={given}")
    return tuple(given * dims if len(given) == 1 else given)


def _general(
    xp: Namespace,
    dims: int,
    input: Array,
    weight: Array,
    bias: Array | None,
    stride: int | Sequence[int],
    padding: int | Sequence[int] | str,
    dilation: int | Sequence[int],
    transposed: bool,
    output_padding: int | Sequence[int],
    groups: int,
) -> Array:
    """Any of the six public functions: their arguments checked and completed."""
    name = f"conv_transpose{dims}d" if transposed else f"conv{dims}d"
    if weight.ndim != dims + 2 or input.ndim not in (dims + 1, dims + 2):
        raise RuntimeError(
            f"Expected {dims + 1}D (unbatched) or {dims + 2}D (batched) input to {name} and a weight of {dims + 2} "
            f"dimensions, but got input of size: {list(input.shape)} and weight of size: {list(weight.shape)}"
        )
    _check_dtypes(xp, name, input, weight, bias, transposed)
    steps = _sizes("stride", stride, dims, 1)
    spread = _sizes("dilation", dilation, dims, 1)
    extra = _sizes("output_padding", output_padding, dims, 0)
    kernel = tuple(weight.shape[2:])
    batched = input if input.ndim == dims + 2 else xp.expand_dims(input, axis=0)
    if isinstance(padding, str) and not transposed:
        batched, margin = _by_name(xp, padding, batched, kernel, steps, spread)
    else:
        margin = _sizes("padding", padding, dims, 0)
    _check_channels(batched.shape, weight.shape, bias, transposed, groups)
    if transposed:
        size = transposed_size(batched.shape[2:], kernel, steps, margin, spread, extra)
        if any(more >= max(s, d) for more, s, d in zip(extra, steps, spread, strict=True)):
            raise RuntimeError(
                "output padding must be smaller than either stride or dilation, but got output_padding "
                f"{extra}, stride {steps}, dilation {spread}"
            )
    else:
        size = window_counts(batched.shape[2:], kernel, spread, margin, steps)
    if min(size) < (0 if transposed else 1) or 0 in batched.shape[2:] or 0 in kernel:
        reach = [d * (k - 1) + 1 for d, k in zip(spread, kernel, strict=True)]
        raise RuntimeError(
            f"{name}() would give an output of size {list(size)} for an input of size {list(batched.shape)} with "
            f"padding {list(margin)}: Kernel size can't be greater than actual input size. Kernel size: {reach} with "
            "its dilation"
        )
    out = xp.convolution(batched, weight, bias, steps, margin, spread, transposed, extra, groups)
    return out if input.ndim == dims + 2 else xp.squeeze(out, axis=0)


def _check_dtypes(
    xp: Namespace, name: str, input: Array, weight: Array, bias: Array | None, transposed: bool
) -> None:
    for other, what in ((weight, "weight"), (bias, "bias")):
        if not hasattr(other, "dtype") and other is not None:
            raise TypeError(f"{name}(): {what} must be a Tensor; received {type(other).__name__}")
        if other is not None and other.dtype != input.dtype:
            raise RuntimeError(
                f"Input type ({input.dtype}) and {what} type ({other.dtype}) should be the same; cast with .to(dtype)"
            )
    integral = xp.isdtype(input.dtype, "integral")
    if xp.isdtype(input.dtype, "bool") or (transposed and integral and input.dtype != xp.int64):
        raise NotImplementedError(
            f"{name}() is not implemented for {input.dtype}; convert with .to(deep_learner.float32)"
        )


def _check_channels(size: Shape, weight: Shape, bias: Array | None, transposed: bool, groups: int) -> None:
    """Raises RuntimeError if the channels of input, weight and bias do not fit together."""
    if groups < 1:
        raise RuntimeError(f"non-positive groups is not supported; received groups={groups}")
    if weight[0] == 0 or weight[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0 and divisible by it, "
            f"but got weight of size {list(weight)} instead"
        )
    incoming, outgoing = (weight[0], weight[1] * groups) if transposed else (weight[1] * groups, weight[0])
    if size[1] != incoming:
        raise RuntimeError(
            f"Given {'transposed=1, ' if transposed else ''}groups={groups}, weight of size {list(weight)}, expected "
            f"input{list(size)} to have {incoming} channels, but got {size[1]} channels instead"
        )
    if bias is not None and tuple(bias.shape) != (outgoing,):
        raise RuntimeError(
            f"Given weight of size {list(weight)}, expected bias to be 1-dimensional with {outgoing} elements, "
            f"but got bias of size {list(bias.shape)} instead"
        )


def _by_name(
    xp: Namespace, padding: str, input: Array, kernel: Shape, stride: Shape, dilation: Shape
) -> tuple[Array, Shape]:
    """What "same" or "valid" means: the padding, and the input, which is padded already where one side has more."""
    if padding == "valid":
        return input, (0,) * len(kernel)
    if padding != "same":
        raise RuntimeError(f'Invalid padding string: {padding!r}; there are "same" and "valid"')
    if any(step != 1 for step in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    totals = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
    if any(total % 2 for total in totals):
        input = xp.constant_pad_nd(
            input, tuple([amount for total in reversed(totals) for amount in (0, total % 2)])
        )
    return input, tuple([total // 2 for total in totals])


@op(autocast="lower")
def conv1d(
    xp: Namespace,
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Array:
    """Convolution along one dimension: (N, C, L) -> (N, O, L'); arguments and errors as of :func:`conv2d`."""
    return _general(xp, 1, input, weight, bias, stride, padding, dilation, False, 0, groups)


@op(autocast="lower")
def conv2d(
    xp: Namespace,
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Array:
    """Convolution of images: out[n, o] = bias[o] + sum_c weight[o, c] * input[n, c], with * the cross-correlation.

    Parameters
    ----------
    input
        (N, C, H, W) or (C, H, W).
    weight
        (O, C / groups, kernel height, kernel width).
    bias
        (O,).
    stride
        How far the window moves; here as below one number, or one for each dimension.
    padding
        Zeros at either side; "valid" for none, "same" for as many as keep the size where `stride` is 1.
    dilation
        The distance between the elements of a window.
    groups
        How many parts the channels fall into; each is convolved by itself.

    Returns
    -------
    Tensor
        (N, O, H', W') or (O, H', W'), with H' = floor((H + 2 padding - dilation (kernel height - 1) - 1) / stride) + 1.

    Raises
    ------
    RuntimeError
        If shapes, dtypes or settings do not fit together, or the window is larger than the padded input.
    NotImplementedError
        For booleans, and for other integers than int64 if transposed.

    References
    ----------
    Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016), https://arxiv.org/abs/1603.07285.
    """
    return _general(xp, 2, input, weight, bias, stride, padding, dilation, False, 0, groups)


@op(autocast="lower")
def conv3d(
    xp: Namespace,
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Array:
    """Convolution of volumes: (N, C, D, H, W) -> (N, O, D', H', W'); arguments and errors as of :func:`conv2d`."""
    return _general(xp, 3, input, weight, bias, stride, padding, dilation, False, 0, groups)


@op(autocast="lower")
def conv_transpose1d(
    xp: Namespace,
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Array:
    """Transposed convolution along one dimension: (N, C, L) -> (N, O, L'); see :func:`conv_transpose2d`."""
    return _general(xp, 1, input, weight, bias, stride, padding, dilation, True, output_padding, groups)


@op(autocast="lower")
def conv_transpose2d(
    xp: Namespace,
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Array:
    """Transposed convolution of images: the adjoint of :func:`conv2d` with the same weight, which enlarges.

    Parameters
    ----------
    input
        (N, C, H, W) or (C, H, W).
    weight
        (C, O / groups, kernel height, kernel width).
    bias
        (O,).
    stride, padding, dilation, groups
        Those of the convolution whose adjoint it is.
    output_padding
        How much larger the output is than it must be, since several sizes have the same convolution's size; less
        than `stride` or `dilation`.

    Returns
    -------
    Tensor
        (N, O, H', W') or (O, H', W'), with
        H' = (H - 1) stride - 2 padding + dilation (kernel height - 1) + output_padding + 1.

    Raises
    ------
    RuntimeError, NotImplementedError
        As :func:`conv2d`.
    """
    return _general(xp, 2, input, weight, bias, stride, padding, dilation, True, output_padding, groups)


@op(autocast="lower")
def conv_transpose3d(
    xp: Namespace,
    input: Array,
    weight: Array,
    bias: Array | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Array:
    """Transposed convolution of volumes: (N, C, D, H, W) -> (N, O, D', H', W'); see :func:`conv_transpose2d`."""
    return _general(xp, 3, input, weight, bias, stride, padding, dilation, True, output_padding, groups)


@op(autocast="lower")
def conv_tbc(xp: Namespace, input: Array, weight: Array, bias: Array, pad: int = 0) -> Array:
    """Convolution along time, with the channels last: (T, B, C), weight (kernel, C, O), bias (O,) -> (T', B, O).

    T' = T + 2 pad - kernel + 1. Raises RuntimeError if the shapes do not fit.
    """
    if input.ndim != 3 or weight.ndim != 3 or tuple(bias.shape) != tuple(weight.shape[2:]):
        raise RuntimeError(
            "conv_tbc() expects an input (time, batch, in channels), a weight (kernel, in channels, out channels) and "
            f"a bias (out channels,). Received: {list(input.shape)}, {list(weight.shape)}, {list(bias.shape)}"
        )
    if input.shape[2] != weight.shape[1] or input.shape[0] + 2 * pad - weight.shape[0] + 1 < 0:
        raise RuntimeError(
            f"conv_tbc(): input {list(input.shape)} with pad {pad} does not fit weight {list(weight.shape)}: "
            "the input channels must be the same, and the kernel no longer than the time"
        )
    moved = xp.permute_dims(input, (1, 2, 0)), xp.permute_dims(weight, (2, 1, 0))
    out = xp.convolution(*moved, bias, (1,), (pad,), (1,), False, (0,), 1)
    return xp.permute_dims(out, (2, 0, 1))


def convolution(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Sequence[int],
    padding: Sequence[int] | str,
    dilation: Sequence[int],
    transposed: bool,
    output_padding: Sequence[int],
    groups: int,
) -> Tensor:
    """Any of the convolutions, by the number of the weight's dimensions; see :func:`conv2d`, :func:`conv_transpose2d`.

    Raises RuntimeError for a weight of fewer than three dimensions or more than five, too.
    """
    dims = weight.ndim - 2
    if not 1 <= dims <= 3:
        raise RuntimeError(
            f"weight should have three, four or five dimensions; received shape {list(weight.shape)}"
        )
    if transposed:
        enlarging: Any = (conv_transpose1d, conv_transpose2d, conv_transpose3d)[dims - 1]
        return enlarging(input, weight, bias, stride, padding, output_padding, groups, dilation)
    return (conv1d, conv2d, conv3d)[dims - 1](input, weight, bias, stride, padding, dilation, groups)
