"""GGUF, the format of llama.cpp: metadata, then tensors, most of them quantised; read, not written.

Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. The types' tables and their dequantisation are those
of the format's own library; the header is read here, as that library trusts what a file says of its sizes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

import numpy as np
import numpy.typing as npt

from deep_learner.serialization import SerializationError, Serializer, TensorFile, TensorInfo, placing
from deep_learner_serializers.arrays import as_tensor, viewed
from deep_learner_serializers.gguf_header import MAGIC, Entry, Kind, read_header
from deep_learner_serializers.regions import Regions

if TYPE_CHECKING:
    import deep_learner as dl
    from deep_learner.typing import DeviceLike

__all__ = ["Gguf", "GgufFile"]

DTYPES = {
    "F32": "float32", "F16": "float16", "BF16": "bfloat16", "F64": "float64",
    "I8": "int8", "I16": "int16", "I32": "int32", "I64": "int64",
}  # fmt: skip
# Where a block has numbers of two bytes, for files whose bytes are the other way round; the library converts these.
_HALVES: dict[str, tuple[int, ...]] = {
    "Q4_0": (0,), "Q8_0": (0,), "Q4_K": (0, 2), "Q6_K": (208,), "MXFP4": (), "NVFP4": (),
}  # fmt: skip
_PORTION = 1 << 18  # elements dequantised at once, which take several times their memory on the way


class Gguf(Serializer):
    """Models of llama.cpp and its relatives, versions 2 and 3 of the format, in either byte order.

    Notes
    -----
    Shapes are PyTorch's: the rows' length comes last, where the format has it first. Quantised tensors become
    ``float32``. A model in several files (``-00001-of-00003.gguf``) is read file by file.
    """

    places: ClassVar[bool] = True

    @staticmethod
    def recognises(head: bytes) -> bool:
        """The four letters."""
        return head.startswith(MAGIC)

    def write(self, value: Any, file: BinaryIO) -> None:
        """Refuse: which names and metadata a GGUF file needs depends on the program that is to run it.

        Raises
        ------
        NotImplementedError
            Always.
        """
        raise NotImplementedError(
            "GGUF files are read, not written: save as safetensors, which llama.cpp's convert_hf_to_gguf.py takes"
        )

    def read(
        self, file: BinaryIO, *, map_location: DeviceLike = None, dequantize: bool = True
    ) -> dict[str, dl.Tensor]:
        """Read a flat dictionary of tensors.

        Parameters
        ----------
        file
            As in every format.
        map_location
            The device on which tensors arrive, by default the default device.
        dequantize
            Whether quantised tensors become ``float32``. Otherwise they are the file's blocks as ``uint8``, the
            last dimension being the bytes of a row, as the `gguf` library has them.
        """
        opened, place = self.open(file, dequantize=dequantize), placing(map_location)
        return {name: place(opened.read_tensor(name)) for name in opened.tensors}

    def open(self, file: BinaryIO, *, dequantize: bool = True) -> GgufFile:
        """Read the header."""
        return GgufFile(file, dequantize)


class GgufFile(TensorFile):
    """A file whose tensors are read one by one.

    Parameters
    ----------
    file
        Open for reading, at its start.
    dequantize
        Whether quantised tensors become ``float32``.
    """

    def __init__(self, file: BinaryIO, dequantize: bool = True) -> None:
        header = read_header(file, _kinds())
        self.entries = header.entries
        self.metadata = header.metadata
        self.tensors = {
            name: TensorInfo(
                name,
                entry.shape if dequantize else _stored_shape(entry),
                DTYPES.get(entry.kind.name, entry.kind.name),
                entry.nbytes,
            )
            for name, entry in header.entries.items()
        }
        self._regions = Regions(file)
        self._swapped = header.big_endian
        self._dequantize = dequantize

    def read_tensor(self, name: str) -> dl.Tensor:
        """The tensor on the CPU."""
        entry = self.entries[name]
        content = self._regions.read(entry.start, entry.nbytes)
        kind = entry.kind
        if kind.name in DTYPES:
            if self._swapped:
                content = content.view(f"u{kind.nbytes}").byteswap().view(np.uint8)
            return as_tensor(viewed(content, DTYPES[kind.name], entry.shape), name)
        if not self._dequantize:
            return as_tensor(content.reshape(_stored_shape(entry)), name)
        blocks = content.reshape(-1, kind.nbytes)
        if self._swapped:
            _swap(blocks, kind.name)
        try:
            return as_tensor(_dequantized(blocks, kind).reshape(entry.shape), name)
        except NotImplementedError:
            raise SerializationError(
                f"the tensor {name!r:.100} is quantised as {kind.name}, which the gguf library does not undo: "
                "dequantize=False gives its bytes"
            ) from None


def _kinds() -> dict[int, Kind]:
    """The library's table of types."""
    try:
        from gguf import constants
    except ImportError as error:
        raise ImportError(
            "GGUF files are read with the gguf package: pip install 'deep-learner-serializers[gguf]'"
        ) from error
    return {int(kind): Kind(kind.name, *sizes) for kind, sizes in constants.GGML_QUANT_SIZES.items()}


def _stored_shape(entry: Entry) -> tuple[int, ...]:
    if not entry.shape or entry.kind.name in DTYPES:
        return entry.shape
    return (*entry.shape[:-1], entry.shape[-1] // entry.kind.elements * entry.kind.nbytes)


def _swap(blocks: npt.NDArray[np.uint8], kind: str) -> None:
    """Bring the blocks of a big-endian file into the byte order that the library reads."""
    if kind not in _HALVES:
        raise SerializationError(
            f"big-endian tensors of {kind} are not read; of the quantised types, these are: {', '.join(_HALVES)}"
        )
    for place in _HALVES[kind]:
        blocks[:, place : place + 2] = blocks[:, place : place + 2][:, ::-1].copy()


def _dequantized(blocks: npt.NDArray[np.uint8], kind: Kind) -> npt.NDArray[np.float32]:
    """The blocks' elements, portion by portion."""
    from gguf import GGMLQuantizationType, quants

    values = np.empty((len(blocks), kind.elements), np.float32)
    step = max(1, _PORTION // kind.elements)
    with np.errstate(all="ignore"):  # scales may be infinite
        for first in range(0, len(blocks), step):
            portion = blocks[first : first + step]
            row = quants.dequantize(portion.reshape(1, -1), GGMLQuantizationType[kind.name])
            values[first : first + step] = row.reshape(portion.shape[0], -1)
    return values
