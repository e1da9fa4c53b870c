"""What the campaigns know of each format: files to begin with, how to change them, what they may consist of."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

import deep_learner as dl
from tests.campaigns import foreign, mutators

__all__ = ["FORMATS", "Format"]


class Format(NamedTuple):
    """A format as the campaigns see it.

    Attributes
    ----------
    serializer : str
        The name it is registered under.
    suffix : str
        That of its files.
    seeds : callable
        Small files that are read, each different in kind.
    mutate : callable
        Changes one.
    tokens : tuple of bytes
        What its files are made of.
    beside : callable
        Files by name that stand in the folder of the one that changes, for formats of several files.
    variants : tuple of dict
        Options with which it is loaded besides.
    needs : tuple of str
        Packages without which it is not read.
    share : float
        How many of its files a campaign changes for each of another format's: fewer where reading takes long.
    events : tuple of str
        What reading it may do besides, by the beginnings of Python's audit events: talk to a process, for one.
    """

    serializer: str
    suffix: str
    seeds: Callable[[], Iterator[bytes]]
    mutate: mutators.Mutator
    tokens: tuple[bytes, ...] = ()
    beside: Callable[[], dict[str, bytes]] = dict
    variants: tuple[dict[str, Any], ...] = ()
    needs: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    share: float = 1.0


def scrambled(data: bytes, chance: random.Random, scramble: mutators.Scramble) -> bytes:
    """Bytes changed at random, where nothing is known of the frame."""
    return scramble(data)


def value() -> Any:
    """A value with everything in it that every format holds."""
    shared = dl.arange(6.0)
    return {
        "model": {
            "weight": shared,
            "view": shared.reshape(2, 3).T,
            "nothing": dl.zeros((0, 3)),
            "one": dl.tensor(7),
        },
        "groups": [{"lr": 0.1, "params": [0, 1], "nesterov": False, "far": float("inf")}, {}],
        "pair": (1, "ünï", None, -2.5),
        "state": {0: {"step": 3}, 1: {}},
    }


def saved(value: Any, format: str, **options: Any) -> bytes:
    """The bytes of a file."""
    file = io.BytesIO()
    dl.save(value, file, format=format, **options)
    return file.getvalue()


def of_every_dtype(leave: tuple[str, ...] = ()) -> dict[str, dl.Tensor]:
    """A tensor of each dtype."""
    names = ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "bfloat16",
             "float32", "float64", "complex64", "complex128")  # fmt: skip
    return {name: dl.ones(1, dtype=getattr(dl, name)) for name in names if name not in leave}


def safetensors_files() -> Iterator[bytes]:
    """Our own, and plain ones."""
    yield saved(value(), "safetensors")
    yield saved(of_every_dtype(leave=("complex128",)), "safetensors")
    for header, data in (
        (b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"format":"pt"}}', b"\0" * 8),
        (b'{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[],'
         b'"data_offsets":[4,5]}}  ', b"\0" * 5),
        (b'{"a":{"dtype":"I64","shape":[0,3],"data_offsets":[0,0]},"b":{"dtype":"F8_E4M3","shape":[1,2],'
         b'"data_offsets":[0,2]}}', b"\0" * 2),
        (b"{}", b""),
    ):  # fmt: skip
        yield struct.pack("<Q", len(header)) + header + data


def npz_files() -> Iterator[bytes]:
    """Our own, NumPy's compressed ones, arrays in the other orders."""
    yield saved(value(), "npz")
    yield saved(of_every_dtype(leave=("bfloat16",)), "npz")
    file = io.BytesIO()
    np.savez_compressed(file, a=np.asfortranarray(np.arange(6.0).reshape(2, 3)), b=np.array(7, ">i4"))
    yield file.getvalue()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        array = io.BytesIO()
        np.lib.format.write_array(array, np.zeros(2, np.float16), version=(2, 0))
        archive.writestr("x.npy", array.getvalue())
    yield file.getvalue()


def checkpoints(legacy: bool) -> Iterator[bytes]:
    """Plain values, tensors of all kinds, everything else that is kept."""
    import argparse
    import collections
    import datetime
    import pathlib

    plain = [{1, 2}, 2j, b"bytes", bytearray(b"b"), frozenset({3}), 2**70, slice(1, None), range(3), dl.float32,
             dl.Size([2, 3]), dl.Device("cpu"), datetime.datetime(2020, 1, 2), datetime.timedelta(1),
             pathlib.PurePosixPath("a"), argparse.Namespace(a=1), collections.OrderedDict(a=1),
             collections.Counter("aab"), collections.defaultdict(list, a=[1]), collections.deque([1], 2),
             np.arange(3.0), np.float32(1.5)]  # fmt: skip
    leaf = dl.nn.Parameter(dl.ones(2))
    rows = dl.arange(6.0).reshape(2, 3)
    loop: list[Any] = [1]
    loop.append(loop)
    sparse = dl.sparse_coo_tensor(dl.tensor([[0, 2]]), dl.tensor([1.0, 2.0]), (3,))
    dtypes = of_every_dtype(leave=("uint16", "uint32", "uint64") if legacy else ())
    for one in (value(), dtypes, plain, [leaf, rows.T, rows[:, 1], sparse], loop):
        yield saved(one, "torch", legacy=legacy)


def checkpoint_tokens() -> tuple[bytes, ...]:
    """Opcodes' arguments: names that a file may use, and some that it may not."""
    from deep_learner_serializers.pytorch.rules import _VALUES

    names = [
        *_VALUES,
        "posix.system",
        "builtins.eval",
        "torch._utils._rebuild_tensor_v2",
        "deep_learner.load",
    ]
    return tuple(f"c{name.rpartition('.')[0]}\n{name.rpartition('.')[2]}\n".encode() for name in names)


NPY = (
    b"\x93NUMPY\x01\x00", b"'descr': ", b"'fortran_order': ", b"'shape': ", b"True", b"(", b",)", b"'<f8'", b"'|O'",
    b"'>i4'", b"'<U3'", b"[('a', '<f4')]", b"'|V8'", b"'<M8[s]'", b"{", b"}", b"PK\x03\x04", b"PK\x01\x02",
)  # fmt: skip
HDF5 = (b"\x89HDF\r\n\x1a\n", b"TREE", b"HEAP", b"SNOD", b"OHDR", b"OCHK", b"FRHP", b"BTHD", b"GCOL")
ONNX = (b"values.bin", b"location", b"offset", b"length", b"../x")
MAPPED, PROGRAM = {"mmap": True}, {"weights_only": False}
FORMATS: dict[str, Format] = {
    "safetensors": Format(
        "safetensors", ".safetensors", safetensors_files, mutators.json_header, variants=(MAPPED,)
    ),
    "safetensors_sharded": Format(
        "safetensors_sharded", ".safetensors.index.json", foreign.indices, mutators.json_text,
        beside=foreign.shards, variants=(MAPPED,),
    ),
    "npz": Format("npz", ".npz", npz_files, mutators.zip_of(scrambled), NPY),
    "torch": Format(
        "torch", ".pt", lambda: checkpoints(False), mutators.zip_of(mutators.pickles), checkpoint_tokens(),
        variants=(PROGRAM, MAPPED),
    ),
    "torch-legacy": Format(
        "torch", ".pt", lambda: checkpoints(True), mutators.pickles, checkpoint_tokens(), variants=(PROGRAM,)
    ),
    "gguf": Format(
        "gguf", ".gguf", foreign.gguf_files, scrambled, (b"GGUF",),
        variants=({"dequantize": False},), needs=("gguf",),
    ),
    "hdf5": Format(
        "hdf5", ".h5", foreign.hdf5_files, scrambled, HDF5, needs=("h5py",), events=("socket.",), share=0.1
    ),
    "onnx": Format(
        "onnx", ".onnx", foreign.onnx_models, mutators.protobuf, ONNX,
        beside=foreign.values_beside, needs=("onnx",),
    ),
}  # fmt: skip
