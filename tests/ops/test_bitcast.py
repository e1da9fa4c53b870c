"""Truths about memory read as other elements: view(dtype), asarray of buffers, and the bytes behind tensors."""

from __future__ import annotations

import array

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.storage import UntypedStorage

pytestmark = pytest.mark.needs("deep_learner_numpy")

NUMBERS = np.arange(24, dtype="float32").reshape(4, 6)


def test_a_view_of_another_dtype_shares_the_memory() -> None:
    x = dl.tensor([1.0, 2.0])
    bits = x.view(dl.int32)
    assert bits.tolist() == [0x3F800000, 0x40000000] and x.view(dtype=dl.int32).equal(bits)
    bits[0] = 0x40400000
    assert x.tolist() == [3.0, 2.0]


def test_a_view_of_another_dtype_has_no_gradient() -> None:
    assert not dl.ones(2, requires_grad=True).view(dl.int32).requires_grad


def test_bfloat16_is_the_upper_half_of_float32() -> None:
    words = dl.tensor([1.0, -2.5]).view(dl.int16)[1::2]
    assert words.view(dl.bfloat16).tolist() == [1.0, -2.5]


@pytest.mark.parametrize(
    "call",
    [
        lambda lib, x: x.T.view(lib.uint8),
        lambda lib, x: x[:, :5].contiguous().view(lib.float64),
        lambda lib, x: x[0, 0].view(lib.int16),
        lambda lib, x: x[:, ::2].view(lib.float64),
    ],
)
def test_what_pytorch_refuses_to_view_is_refused(call) -> None:
    from tests.ops.refusals import assert_refused_alike

    assert_refused_alike(call, NUMBERS)


@pytest.mark.parametrize(
    "make", [bytearray, bytes, lambda raw: array.array("f", np.frombuffer(raw, "f")), memoryview]
)
def test_asarray_reads_buffers(make) -> None:
    raw = NUMBERS.tobytes()
    assert dl.asarray(make(raw)).tolist() == NUMBERS.ravel().tolist()
    assert dl.asarray(make(raw), dtype=dl.uint8).tolist() == list(raw)


def test_asarray_shares_a_buffer_unless_told_to_copy() -> None:
    memory = bytearray(4)
    shared, copied = dl.asarray(memory, dtype=dl.uint8), dl.asarray(memory, dtype=dl.uint8, copy=True)
    memory[1] = 7
    assert shared.tolist() == [0, 7, 0, 0] and copied.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("dtype", ["bfloat16", "complex64"])
def test_frombuffer_reads_what_python_has_no_letter_for(dtype) -> None:
    x = dl.tensor([1.0, -2.0], dtype=dtype)
    assert dl.frombuffer(bytes(x.view(dl.uint8).tolist()), dtype=dtype).equal(x)


@pytest.mark.parametrize("view", [lambda x: x, lambda x: x[1:, 2], lambda x: x.T, lambda x: x.view(dl.int16)])
def test_views_have_one_storage(view) -> None:
    x = dl.tensor(NUMBERS)
    storage = view(x).untyped_storage()
    assert storage.data_ptr() == x.data_ptr() and storage.nbytes() == NUMBERS.nbytes
    assert bytes(storage.tolist()) == NUMBERS.tobytes()
    storage[3] = 0x40
    assert x[0, 0] == 2


def test_a_file_is_read_as_storage_and_written_only_if_shared(tmp_path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(bytes(range(8)))
    private = UntypedStorage.from_file(path, nbytes=6)
    private[0] = 9
    assert dl.asarray(private[:4], dtype=dl.uint8).tolist() == [9, 1, 2, 3] and path.read_bytes()[0] == 0
    shared = UntypedStorage.from_file(path, shared=True, nbytes=10)
    shared[9] = 1
    assert path.read_bytes() == bytes([*range(8), 0, 1])
    with pytest.raises(RuntimeError, match="10 bytes, fewer than the 11"):
        UntypedStorage.from_file(path, nbytes=11)
