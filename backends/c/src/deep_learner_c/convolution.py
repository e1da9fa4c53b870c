"""Convolutions over one or two dimensions, and their weights' gradients."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from deep_learner.compiler import Constant, Node, Value
from deep_learner_c.kernel import FLOATS, Kernel, bound, writes_rows
from deep_learner_c.loops import body
from deep_learner_c.part import dtype_of, shape_of
from deep_learner_c.products import ROOM
from deep_learner_c.views import strides_of

if TYPE_CHECKING:
    from deep_learner_c.part import Place, Places

__all__ = ["convolution", "convolution_weight"]

SPEED = 40  # multiplications in a nanosecond
FEW = 16  # channels, for which tiles are not worth while
TILES = 48  # as in winograd.h
_FORWARD = (
    "input", "weight", "bias", "stride", "padding", "dilation", "transposed", "output_padding", "groups",
)  # fmt: skip
_WEIGHT = ("input", "grad", "kernel", "stride", "padding", "dilation", "groups")


class _Windows(NamedTuple):
    """What ``windows`` is in ``convolution.h``."""

    channels: int
    height: int
    width: int
    outputs: int
    out_height: int
    out_width: int
    kernel_height: int
    kernel_width: int
    down: int
    across: int
    top: int
    left: int
    bottom: int
    right: int

    @property
    def kernel(self) -> int:
        """How many elements each has."""
        return self.kernel_height * self.kernel_width * self.channels

    @property
    def padded(self) -> int:
        """The elements of an image with the zeros around it."""
        return self.channels * (self.top + self.height + self.bottom) * (self.left + self.width + self.right)

    @property
    def output(self) -> int:
        """The elements of a result's image."""
        return self.outputs * self.out_height * self.out_width

    @property
    def suits_tiles(self) -> bool:
        """Whether tiles of 2 x 2 results take less time than windows."""
        steps = (self.kernel_height, self.kernel_width, self.down, self.across)
        return (
            steps == (3, 3, 1, 1)
            and min(self.channels, self.outputs) >= FEW
            and min(self.out_height, self.out_width) > 2
        )

    def with_tiles(self) -> _Windows:
        """With as many zeros as whole tiles need."""
        missing = (self.out_height % 2, self.out_width % 2)
        return self._replace(bottom=self.bottom + missing[0], right=self.right + missing[1])

    @property
    def tiled(self) -> int:
        """The elements of room for tiles: of the image and of the result."""
        columns = (self.out_width + 1) // 2
        together = min(max(TILES // columns, 1), (self.out_height + 1) // 2)
        return 16 * together * columns * (self.channels + self.outputs)

    def declared(self) -> str:
        """The line that describes them in C."""
        return f"const windows w = {{{', '.join(map(str, self))}}};"


def _two(sizes: Any, missing: int) -> tuple[int, int]:
    """The sizes of two dimensions, of which the first may be missing."""
    return (missing, *sizes) if len(sizes) == 1 else tuple(sizes)  # type: ignore[return-value]


def _windows(
    image: tuple[int, ...], result: tuple[int, ...], kernel: Any, stride: Any, padding: Any
) -> _Windows:
    sizes = [_two(image[2:], 1), _two(result[2:], 1), _two(kernel, 1), _two(stride, 1), _two(padding, 0)]
    return _Windows(image[1], *sizes[0], result[1], *sizes[1], *sizes[2], *sizes[3], *sizes[4], *sizes[4])


class _Convolution(Kernel):
    """A convolution; a transposed one in steps of 1 is one with the kernel turned around."""

    def __init__(self, node: Node, given: dict[str, Any], threads: int) -> None:
        self.transposed = given["transposed"]
        weight = shape_of(given["weight"])
        padding = given["padding"]
        if self.transposed:
            padding = [size - 1 - before for size, before in zip(weight[2:], padding, strict=True)]
        out = node.outputs[0].shape
        self.windows = _windows(shape_of(given["input"]), out, weight[2:], given["stride"], padding)
        self.images = out[0]
        operands = {key: given[key] for key in ("input", "weight", "bias")}
        dtype = dtype_of(given["input"])
        work = math.prod(out) * self.windows.kernel / SPEED
        super().__init__(
            node, ("products", "convolution", "winograd"), operands, dtype, threads, work, free=("input",)
        )

    def prepare(self, places: Places) -> None:
        super().prepare(places)
        w = self.windows
        to = places.of(self.node.outputs[0])
        self.tiles = w.suits_tiles and to.strides[1] == self.dtype.itemsize
        if self.tiles:
            self.windows = w = w.with_tiles()
        self.copies = _needs_copy(places.of(self.operands["input"]), w)
        lines = w.tiled + w.channels * ROOM if self.tiles else w.out_width * w.outputs + w.kernel * ROOM
        self.room = w.padded + lines
        self.matrix = (16 if self.tiles else w.kernel // w.channels) * w.channels * w.outputs
        self.blocks["room"] = self.threads * self.room * self.dtype.itemsize
        self.blocks["matrix"] = self.matrix * self.dtype.itemsize

    def code(self, places: Places) -> str:
        w = self.windows
        name, weight = ("winograd", "winograd_weight") if self.tiles else ("convolution", "weight_matrix")
        lines = self.opening(places, ["output"])
        lines += [
            w.declared(),
            _steps("s", places.of(self.operands["input"])),
            _steps("to", places.of(self.node.outputs[0])),
            self.memory(places, "matrix", (self.matrix,), self.dtype),
            self.memory(places, "room", (self.threads, self.room), self.dtype),
            f"{weight}{self.bits}(&w, {self._weight()}, matrix, t, {self.sharers});",
            *([] if self.alone else ["dl_barrier(all);"]),
            f"{name}{self.bits}(&w, {self.images}, input, &s, {int(self.copies)}, matrix, bias, output, &to, "
            f"room + t * {self.room}L, t, {self.sharers});",
        ]
        return body(lines)

    def _weight(self) -> str:
        """Where the weight's elements lie: the first, and the steps between outputs, channels, rows and columns."""
        w = self.windows
        kernel = w.kernel_height * w.kernel_width
        if self.transposed:
            return f"weight + {kernel - 1}, {kernel}L, {w.outputs * kernel}L, -{w.kernel_width}L, -1L"
        return f"weight, {w.channels * kernel}L, {kernel}L, {w.kernel_width}L, 1L"


class _Weight(Kernel):
    """The gradient of a convolution's weight."""

    def __init__(self, node: Node, given: dict[str, Any], threads: int) -> None:
        image, grad = shape_of(given["input"]), shape_of(given["grad"])
        self.windows = _windows(image, grad, given["kernel"], given["stride"], given["padding"])
        self.images = image[0]
        operands = {key: given[key] for key in ("input", "grad")}
        dtype = dtype_of(given["input"])
        work = math.prod(grad) * self.windows.kernel / SPEED
        super().__init__(
            node,
            ("products", "convolution", "winograd"),
            operands,
            dtype,
            threads,
            work,
            free=("input", "grad"),
        )

    def prepare(self, places: Places) -> None:
        w = self.windows
        self.tiles = w.suits_tiles and places.of(self.operands["grad"]).strides[1] == self.dtype.itemsize
        if self.tiles:
            self.windows = w = w.with_tiles()
        self.copies = _needs_copy(places.of(self.operands["input"]), w)
        lines = (
            w.tiled + max(TILES, w.out_width) * ROOM
            if self.tiles
            else w.output + w.out_height * w.out_width * ROOM
        )
        self.room = w.padded + lines
        self.apart = (16 if self.tiles else w.kernel // w.channels) * w.channels * w.outputs
        self.blocks["room"] = self.threads * self.room * self.dtype.itemsize
        self.blocks["sums"] = self.threads * self.apart * self.dtype.itemsize

    def code(self, places: Places) -> str:
        w = self.windows
        apart = self.apart
        name = "winograd_sums" if self.tiles else "convolution_weight"
        total = "winograd_weight_total" if self.tiles else "convolution_weight_total"
        lines = self.opening(places, ["weight"])
        lines += [
            w.declared(),
            _steps("s", places.of(self.operands["input"])),
            _steps("g", places.of(self.operands["grad"])),
            self.memory(places, "sums", (self.threads, apart), self.dtype),
            self.memory(places, "room", (self.threads, self.room), self.dtype),
            f"{name}{self.bits}(&w, {self.images}, input, &s, {int(self.copies)}, grad, &g, "
            f"sums + t * {apart}L, room + t * {self.room}L, t, {self.sharers});",
            *([] if self.alone else ["dl_barrier(all);"]),
            f"{total}{self.bits}(&w, sums, {apart}L, weight, t, {self.sharers});",
        ]
        return body(lines)


def _steps(name: str, place: Place) -> str:
    """The line that says how far apart an image's elements lie."""
    image, channel, *rest = (stride // place.dtype.itemsize for stride in place.strides)
    row, column = _two(rest, 0)
    return f"const steps {name} = {{{image}L, {channel}L, {row}L, {column}L}};"


def _needs_copy(place: Place, w: _Windows) -> bool:
    """Whether a window's rows do not follow each other in memory, or have zeros around them."""
    size = place.dtype.itemsize
    follow = place.strides[-1] == w.channels * size or (w.width == 1 and not w.left)
    return (
        any((w.top, w.left, w.bottom, w.right)) or not follow or (w.channels > 1 and place.strides[1] != size)
    )


def _fits(node: Node, arrays: list[Value | Constant | None], dilation: Any, groups: int) -> bool:
    """Whether these arrays are of one type of float, and windows have neither gaps nor groups."""
    given = [one for one in arrays if one is not None]
    dtype = dtype_of(given[0])
    return (
        str(dtype) in FLOATS
        and all(dtype_of(one) == dtype for one in given)
        and len(shape_of(given[0])) in (3, 4)
        and groups == 1
        and all(one == 1 for one in dilation)
        and all(0 not in shape_of(one) for one in given)
        and 0 not in node.outputs[0].shape
        and all(stride % dtype.itemsize == 0 for stride in strides_of(node.outputs[0]))
    )


def convolution(node: Node, threads: int) -> Kernel | None:
    """The part that computes a convolution."""
    if node.operation != "ops.convolution":
        return None
    given = bound(node, _FORWARD)
    fits = _fits(node, [given["input"], given["weight"], given["bias"]], given["dilation"], given["groups"])
    if fits and given["transposed"]:
        sizes = shape_of(given["weight"])[2:]
        fits = (
            all(step == 1 for step in given["stride"])
            and not any(given["output_padding"])
            and all(before < size for before, size in zip(given["padding"], sizes, strict=True))
        )
    return _Convolution(node, given, threads) if fits else None


def convolution_weight(node: Node, threads: int) -> Kernel | None:
    """The part that computes the gradient of a convolution's weight."""
    if node.operation != "ops.convolution_backward_weight":
        return None
    given = bound(node, _WEIGHT)
    fits = _fits(node, [given["input"], given["grad"]], given["dilation"], given["groups"])
    return _Weight(node, given, threads) if fits and writes_rows(node) else None
