"""Sequences of different lengths: padded to one, and packed without padding.

Packed, a batch is the first elements of all sequences, then the second ones, and so on, the longest sequence first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

from ...ops.creation import tensor
from ...ops.joining import concat
from ...tensor import Tensor
from ...typing import Shape

__all__ = [
    "PackedSequence",
    "invert_permutation",
    "pack_padded_sequence",
    "pack_sequence",
    "pad_packed_sequence",
    "pad_sequence",
    "unpack_sequence",
    "unpad_sequence",
]


class _Packed(NamedTuple):
    data: Tensor
    batch_sizes: Tensor
    sorted_indices: Tensor | None
    unsorted_indices: Tensor | None


class PackedSequence(_Packed):
    """A batch of sequences without padding: what recurrent layers take in place of a padded one.

    Made by :func:`pack_sequence` and :func:`pack_padded_sequence`.

    Parameters
    ----------
    data
        (sum of lengths, *): all elements, by their place in their sequence.
    batch_sizes
        (longest length,), int64, on the CPU: how many sequences have an element at each place.
    sorted_indices
        (N,): which sequence of the batch comes first, second, ...; None if they were sorted.
    unsorted_indices
        The inverse permutation; made of `sorted_indices` unless given.

    Raises
    ------
    ValueError
        If `batch_sizes` are not on the CPU.
    """

    def __new__(
        cls,
        data: Any,
        batch_sizes: Tensor | None = None,
        sorted_indices: Tensor | None = None,
        unsorted_indices: Tensor | None = None,
    ) -> PackedSequence:
        if batch_sizes is None:
            if not isinstance(data, list | tuple) or len(cast(Any, data)) != 2:
                raise AssertionError("Expected data to be a list or tuple of length 2: data and batch_sizes")
            data, batch_sizes = cast(Any, data)
        elif batch_sizes.device.type != "cpu":
            raise ValueError(f"batch_sizes should always be on CPU. Received: {batch_sizes.device}")
        if unsorted_indices is None:
            unsorted_indices = invert_permutation(sorted_indices)
        return super().__new__(cls, data, cast(Tensor, batch_sizes), sorted_indices, unsorted_indices)

    def to(self, *args: Any, **kwargs: Any) -> PackedSequence:
        """The same sequences with their data in another dtype or place: arguments as of ``Tensor.to``."""
        data = self.data.to(*args, **kwargs)
        if data is self.data:
            return self
        where = {"device": data.device, "backend": data.backend}
        indices = [None if one is None else one.to(**where) for one in self[2:]]
        return type(self)(data, self.batch_sizes, *indices)

    def cpu(self) -> PackedSequence:
        """On the CPU."""
        return self.to("cpu")

    def cuda(self, device: Any = "cuda") -> PackedSequence:
        """On a CUDA device, the current one unless given."""
        return self.to(f"cuda:{device}" if isinstance(device, int) else device)

    def double(self) -> PackedSequence:
        """With data in float64."""
        return self.to(dtype="float64")

    def float(self) -> PackedSequence:
        """With data in float32."""
        return self.to(dtype="float32")

    def half(self) -> PackedSequence:
        """With data in float16."""
        return self.to(dtype="float16")

    def long(self) -> PackedSequence:
        """With data in int64."""
        return self.to(dtype="int64")

    def int(self) -> PackedSequence:
        """With data in int32."""
        return self.to(dtype="int32")

    def short(self) -> PackedSequence:
        """With data in int16."""
        return self.to(dtype="int16")

    def char(self) -> PackedSequence:
        """With data in int8."""
        return self.to(dtype="int8")

    def byte(self) -> PackedSequence:
        """With data in uint8."""
        return self.to(dtype="uint8")

    @property
    def is_cuda(self) -> bool:
        """Whether the data are on a CUDA device."""
        return self.data.device.type == "cuda"

    def is_pinned(self) -> bool:
        """Whether the data are in page-locked memory."""
        return self.data.is_pinned()

    def pin_memory(self) -> PackedSequence:
        """With data in page-locked memory."""
        return type(self)(self.data.pin_memory(), *self[1:])


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes another: (N,) -> (N,). None for None."""
    return None if permutation is None else permutation.argsort()


def pack_padded_sequence(
    input: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Pack a padded batch.

    Parameters
    ----------
    input
        (T, N, *), or (N, T, *) if `batch_first`.
    lengths
        (N,): the length of each sequence; what lies beyond is left out.
    batch_first
        Whether sequences, not steps, are along the first dimension.
    enforce_sorted
        Whether the lengths must fall already. If false, the sequences are sorted, and the packed one remembers how.

    Raises
    ------
    RuntimeError
        If the input is empty, or the lengths are not one for each sequence, not positive, too large, or do not fall.
    """
    rows = input.transpose(0, 1) if batch_first else input
    if input.numel() == 0:
        raise RuntimeError(f"Cannot pack empty tensors. Received: input of shape {tuple(input.shape)}")
    if isinstance(lengths, Tensor) and lengths.ndim != 1:
        raise RuntimeError(f"'lengths' argument should be a 1D tensor, but got {lengths.ndim}D")
    sizes = [int(n) for n in (lengths.tolist() if isinstance(lengths, Tensor) else lengths)]
    steps, count = rows.shape[:2]
    if len(sizes) != count:
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(sizes)} (batch_size={count})"
        )
    order = list(range(count))
    if not enforce_sorted:
        order.sort(key=lambda number: -sizes[number])
    falling = [sizes[number] for number in order]
    if any(a < b for a, b in itertools.pairwise(falling)):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. "
            f"Received: {sizes}; pass enforce_sorted=False to have the sequences sorted"
        )
    if falling[-1] <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if falling[0] > steps:
        raise RuntimeError(f"a length of {falling[0]} exceeds the {steps} steps of the input")
    batch_sizes = [sum(size > step for size in falling) for step in range(falling[0])]
    index = [step * count + number for step, size in enumerate(batch_sizes) for number in order[:size]]
    data = _picked(rows.reshape(steps * count, *rows.shape[2:]), index, (len(index),))
    sorted_indices = None if enforce_sorted else _placed(order, input)
    return PackedSequence(data, tensor(batch_sizes, device="cpu"), sorted_indices)


def pad_packed_sequence(
    sequence: PackedSequence,
    batch_first: bool = False,
    padding_value: float = 0.0,
    total_length: int | None = None,
) -> tuple[Tensor, Tensor]:
    """Pad a packed batch: the inverse of :func:`pack_padded_sequence`.

    Parameters
    ----------
    sequence
        N packed sequences.
    batch_first
        Whether sequences, not steps, shall be along the first dimension.
    padding_value
        What shall lie beyond a sequence's end.
    total_length
        How many steps there shall be; by default as many as the longest sequence has.

    Returns
    -------
    tuple of Tensor
        (T, N, *), or (N, T, *) if `batch_first`, in the order that the batch had before it was packed; and the lengths,
        (N,), on the CPU.

    Raises
    ------
    ValueError
        If `total_length` is less than the longest sequence.
    """
    sizes = [int(size) for size in sequence.batch_sizes.tolist()]
    steps = len(sizes) if total_length is None else total_length
    if steps < len(sizes):
        raise ValueError(
            "Expected total_length to be at least the length of the longest sequence in input, but got "
            f"total_length={steps} and max sequence length being {len(sizes)}"
        )
    order = range(sizes[0])
    if sequence.unsorted_indices is not None:
        order = [int(number) for number in sequence.unsorted_indices.tolist()]
    lengths = [sum(size > number for size in sizes) for number in order]
    starts = [sum(sizes[:step]) for step in range(len(sizes))]
    nowhere = sequence.data.shape[0]

    def place(step: int, number: int) -> int:
        return starts[step] + number if step < len(sizes) and number < sizes[step] else nowhere

    made = _laid_out(sequence.data, place, steps, order, batch_first, padding_value)
    return made, tensor(lengths, device="cpu")


def pad_sequence(
    sequences: Tensor | Iterable[Tensor],
    batch_first: bool = False,
    padding_value: float = 0.0,
    padding_side: str = "right",
) -> Tensor:
    """Stack sequences that are padded to the length of the longest.

    Parameters
    ----------
    sequences
        N tensors (length, *), alike but for their lengths; the dtype is that of the first.
    batch_first
        Whether sequences, not steps, shall be along the first dimension.
    padding_value
        What shall fill the rest.
    padding_side
        ``"right"``: after the sequences; ``"left"``: before them.

    Returns
    -------
    Tensor
        (T, N, *), or (N, T, *) if `batch_first`.

    Raises
    ------
    RuntimeError
        If there are no sequences, they differ in other sizes, or `padding_side` is neither.
    """
    if not isinstance(cast(Any, sequences), Iterable):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}"
        )
    given = list(sequences)
    if not given:
        raise RuntimeError("received an empty list of sequences")
    if padding_side not in ("right", "left"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    first = given[0]
    for one in given:
        if not one.ndim or one.shape[1:] != first.shape[1:]:
            raise RuntimeError(
                "sequences must be (length, *) with the same sizes *. Received: shapes "
                f"{tuple(first.shape)} and {tuple(one.shape)}"
            )
    lengths = [one.shape[0] for one in given]
    starts = [sum(lengths[:number]) for number in range(len(given))]
    steps = max(lengths)

    def place(step: int, number: int) -> int:
        along = step if padding_side == "right" else step - steps + lengths[number]
        return starts[number] + along if 0 <= along < lengths[number] else sum(lengths)

    rows = concat([one.to(dtype=first.dtype) for one in given], 0)
    return _laid_out(rows, place, steps, range(len(given)), batch_first, padding_value)


def unpad_sequence(
    padded_sequences: Tensor, lengths: Tensor | Sequence[int], batch_first: bool = False
) -> list[Tensor]:
    """The sequences of a padded batch, (T, N, *) or (N, T, *), each with its own length.

    Raises
    ------
    ValueError
        If there are not as many lengths as sequences.
    """
    each = padded_sequences if batch_first else padded_sequences.transpose(0, 1)
    sizes = lengths.tolist() if isinstance(lengths, Tensor) else lengths
    return [one[: int(size)] for one, size in zip(each.unbind(0), sizes, strict=True)]


def pack_sequence(sequences: Sequence[Tensor], enforce_sorted: bool = True) -> PackedSequence:
    """Pack sequences (length, *): the lengths must fall unless `enforce_sorted` is false.

    Raises
    ------
    RuntimeError
        As :func:`pad_sequence` and :func:`pack_padded_sequence`.
    """
    lengths = [one.shape[0] for one in sequences]
    return pack_padded_sequence(pad_sequence(sequences), lengths, enforce_sorted=enforce_sorted)


def unpack_sequence(packed_sequences: PackedSequence) -> list[Tensor]:
    """The sequences of a packed batch, in the order that they had before."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)


def _laid_out(
    rows: Tensor, place: Any, steps: int, order: Iterable[int], batch_first: bool, padding_value: float
) -> Tensor:
    """Rows as a padded batch: ``place(step, number)`` is the row that belongs there, or the one after the last."""
    numbers = list(order)
    padding = rows.new_full((1, *rows.shape[1:]), padding_value)
    along = range(steps)
    if batch_first:
        index, shape = [place(step, number) for number in numbers for step in along], (len(numbers), steps)
    else:
        index, shape = [place(step, number) for step in along for number in numbers], (steps, len(numbers))
    return _picked(concat([rows, padding], 0), index, shape)


def _picked(rows: Tensor, index: Sequence[int], shape: Shape) -> Tensor:
    """The rows of an index, in a shape."""
    return rows.index_select(0, _placed(index, rows)).reshape(*shape, *rows.shape[1:])


def _placed(index: Sequence[int], like: Tensor) -> Tensor:
    return like.new_tensor(list(index), dtype="int64")
