"""Kernels of convolutions: float32 by oneDNN, everything else left to the NumPy backend."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from deep_learner_onednn import library
from deep_learner_onednn.library import Handle, Primitive, UnimplementedError, layout, sizes

if TYPE_CHECKING:
    from deep_learner.typing import Array, Shape

library.load()


class Setting(NamedTuple):
    """A convolution from `large` to `small`, both (N, channels, *size), and what slides."""

    large: Shape
    small: Shape
    kernel: Shape
    stride: Shape
    padding: Shape
    dilation: Shape
    groups: int
    bias: bool = False

    @property
    def fits(self) -> bool:
        """Whether the windows that fit are those that there are, and there are any."""
        counts = [
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, k, s, p, d in zip(
                self.large[2:], self.kernel, self.stride, self.padding, self.dilation, strict=True
            )
        ]
        return counts == list(self.small[2:]) and 0 not in (*self.large, *self.small)

    @property
    def weight(self) -> Shape:
        """The weight's shape, with a dimension for the groups where there are several."""
        outgoing, incoming = self.small[1], self.large[1]
        if self.groups == 1:
            return (outgoing, incoming, *self.kernel)
        return (self.groups, outgoing // self.groups, incoming // self.groups, *self.kernel)


def _contiguous(shape: Shape) -> Shape:
    steps = [1]
    for n in shape[:0:-1]:
        steps.append(steps[-1] * n)
    return tuple(steps[::-1])


@lru_cache(maxsize=1024)
def _plain(shape: Shape) -> Handle:
    """Memory in the order of the dimensions."""
    return layout(shape, _contiguous(shape))


@lru_cache(maxsize=1024)
def _channels_last(shape: Shape) -> Handle:
    """Memory of (N, C, *size) in the order (N, *size, C)."""
    batch, channels, *size = shape
    outer, *between, last = _contiguous((batch, *size, channels))
    return layout(shape, (outer, last, *between))


@lru_cache(maxsize=1024)
def _slides(setting: Setting) -> tuple[Any, ...]:
    """Strides, dilations (from 0 on) and the padding on both sides, as oneDNN takes them."""
    dilation = sizes([d - 1 for d in setting.dilation])
    padding = sizes(setting.padding)
    return sizes(setting.stride), dilation, padding, padding


@lru_cache(maxsize=256)
def _forward(setting: Setting) -> Primitive:
    description = Handle(
        "primitive_desc", "convolution_forward_primitive_desc_create", library.engine(),
        library.FORWARD_TRAINING, library.DIRECT, _channels_last(setting.large), layout(setting.weight),
        _plain((setting.small[1],)) if setting.bias else None, _channels_last(setting.small),
        *_slides(setting), None,
    )  # fmt: skip
    return Primitive(description)


@lru_cache(maxsize=256)
def _backward(setting: Setting) -> Primitive:
    description = Handle(
        "primitive_desc", "convolution_backward_data_primitive_desc_create", library.engine(), library.DIRECT,
        _channels_last(setting.large), layout(setting.weight), _channels_last(setting.small),
        *_slides(setting), _forward(setting).description, None,
    )  # fmt: skip
    return Primitive(description)


@lru_cache(maxsize=256)
def _backward_weight(setting: Setting) -> Primitive:
    description = Handle(
        "primitive_desc", "convolution_backward_weights_primitive_desc_create", library.engine(), library.DIRECT,
        _channels_last(setting.large), layout(setting.weight), None, _channels_last(setting.small),
        *_slides(setting), _forward(setting).description, None,
    )  # fmt: skip
    return Primitive(description)


def _reorder(source: Any, target: Any) -> Primitive:
    engine = library.engine()
    return Primitive(
        Handle("primitive_desc", "reorder_primitive_desc_create", source, engine, target, engine, None)
    )


_copy = lru_cache(maxsize=256)(_reorder)


@lru_cache(maxsize=256)
def _weight_copy(primitive: Primitive, setting: Setting, query: int, back: bool) -> Primitive:
    """From the weight's plain memory to the primitive's, or back."""
    ends = _plain(setting.weight), primitive.layout(query)
    return _reorder(*(ends[::-1] if back else ends))


def _address(array: Array) -> int:
    return array.ctypes.data


def _in_order(x: Array) -> Array:
    """The elements of (N, C, *size) with the channels last in memory."""
    moved = x.transpose(0, *range(2, x.ndim), 1)
    if moved.flags.c_contiguous or not x.flags.c_contiguous:
        return np.ascontiguousarray(moved)
    memory = _made(x.shape)
    source, target = _plain(x.shape), _channels_last(x.shape)
    _copy(source, target)((library.SOURCE, source, _address(x)), (library.TARGET, target, _address(memory)))
    return memory


def _made(shape: Shape) -> Array:
    """Memory for (N, C, *size) with the channels last; no view, so that a leaf keeps it as its gradient."""
    dims = len(shape)
    prototype: Any = np.empty((2,) * dims, np.float32).transpose(0, dims - 1, *range(1, dims - 1))
    return np.empty_like(prototype, shape=shape)


def _arranged(weight: Array, primitive: Primitive, setting: Setting) -> Array:
    """The weight in the primitive's own layout."""
    plain = np.ascontiguousarray(weight)
    layout = primitive.layout(library.QUERY_WEIGHT)
    own: Any = np.empty(library.size_of(layout), np.uint8)
    _weight_copy(primitive, setting, library.QUERY_WEIGHT, False)(
        (library.SOURCE, _plain(setting.weight), _address(plain)), (library.TARGET, layout, _address(own))
    )
    return own


def convolution(
    input: Array,
    weight: Array,
    bias: Array | None,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    transposed: bool,
    output_padding: Shape,
    groups: int,
) -> Array:
    """The convolution, or the transposed one as the gradient of a convolution's input."""
    if input.dtype != np.float32:
        return NotImplemented
    kernel = weight.shape[2:]
    slides = tuple(stride), tuple(padding), tuple(dilation), groups
    sizes = zip(input.shape[2:], kernel, stride, padding, dilation, output_padding, strict=True)
    if transposed:
        size = [(n - 1) * s - 2 * p + d * (k - 1) + extra + 1 for n, k, s, p, d, extra in sizes]
        large = (input.shape[0], weight.shape[1] * groups, *size)
        setting = Setting(large, input.shape, kernel, *slides)
    else:
        size = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d, _ in sizes]
        small = (input.shape[0], weight.shape[0], *size)
        setting = Setting(input.shape, small, kernel, *slides, bias is not None)
    if not setting.fits:
        return NotImplemented
    try:
        primitive = _backward(setting) if transposed else _forward(setting)
    except UnimplementedError:
        return NotImplemented
    x, own = _in_order(input), _arranged(weight, primitive, setting)
    out = _made(setting.large if transposed else setting.small)
    incoming, outgoing = (
        (library.GRAD_TARGET, library.GRAD_SOURCE) if transposed else (library.SOURCE, library.TARGET)
    )
    arguments = [
        (incoming, _channels_last(input.shape), _address(x)),
        (library.WEIGHT, primitive.layout(library.QUERY_WEIGHT), _address(own)),
        (outgoing, _channels_last(out.shape), _address(out)),
    ]
    if setting.bias:
        plain = np.ascontiguousarray(bias)
        arguments.append((library.BIAS, _plain(plain.shape), _address(plain)))
    primitive(*arguments)
    if transposed and bias is not None:
        out += bias.reshape(1, -1, *([1] * len(kernel)))
    return out


def convolution_backward_weight(
    input: Array,
    grad_output: Array,
    kernel_size: Shape,
    stride: Shape,
    padding: Shape,
    dilation: Shape,
    groups: int,
) -> Array:
    """The gradient of a convolution's weight."""
    setting = Setting(
        input.shape,
        grad_output.shape,
        tuple(kernel_size),
        tuple(stride),
        tuple(padding),
        tuple(dilation),
        groups,
    )
    if input.dtype != np.float32 or not setting.fits:
        return NotImplemented
    try:
        primitive = _backward_weight(setting)
    except UnimplementedError:
        return NotImplemented
    x, grad = _in_order(input), _in_order(grad_output)
    layout = primitive.layout(library.QUERY_GRAD_WEIGHT)
    own: Any = np.empty(library.size_of(layout), np.uint8)
    primitive(
        (library.SOURCE, _channels_last(input.shape), _address(x)),
        (library.GRAD_TARGET, _channels_last(grad_output.shape), _address(grad)),
        (library.GRAD_WEIGHT, layout, _address(own)),
    )
    out: Any = np.empty((grad_output.shape[1], input.shape[1] // groups, *kernel_size), np.float32)
    _weight_copy(primitive, setting, library.QUERY_GRAD_WEIGHT, True)(
        (library.SOURCE, layout, _address(own)), (library.TARGET, _plain(setting.weight), _address(out))
    )
    return out
