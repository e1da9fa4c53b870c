"""Objects between processes: whole, writable, without descriptors left over."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path

import numpy as np
import pytest

import deep_learner as dl
from deep_learner_data import transport

VALUES = [
    np.arange(200_000.0),
    np.arange(300_000).reshape(500, 600).T,
    np.ones((3, 400_000), "float32")[:, ::2],
    np.zeros((0, 5)),
    np.arange(5),
]


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def through(value):
    here, there = multiprocessing.Pipe(duplex=True)
    with here, there:
        sender = threading.Thread(target=transport.pack(value).send, args=(there,))
        sender.start()
        received = transport.receive(here)
        sender.join()
        return received


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "by value"])
def test_arrays_arrive_as_they_were_and_are_the_receivers_own(shared, monkeypatch):
    if not shared:
        monkeypatch.delattr(os, "memfd_create", raising=False)
    received, text = through((VALUES, "text"))
    assert text == "text"
    for value, other in zip(VALUES, received, strict=True):
        assert (value.dtype, value.flags.f_contiguous) == (other.dtype, other.flags.f_contiguous)
        np.testing.assert_array_equal(value, other)
        assert not np.shares_memory(value, other)
        other[...] = 7
        assert (other == 7).all()


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="memory without a name is Linux's")
def test_descriptors_go_with_the_arrays_and_are_few(monkeypatch):
    monkeypatch.setattr(transport, "KEPT", 2)
    before = descriptors()
    kept = [through(dl.full((100_000,), number)) for number in range(5)]
    assert descriptors() - before == 2
    assert [tensor.unique().tolist() for tensor in kept] == [[number] for number in range(5)]
    del kept
    assert descriptors() == before


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="memory without a name is Linux's")
def test_a_packet_that_cannot_be_sent_leaves_no_descriptor():
    before = descriptors()
    here, there = multiprocessing.Pipe(duplex=True)
    packet = transport.pack(VALUES[0])
    here.close()
    with there, pytest.raises(OSError, match="Broken pipe"):
        packet.send(there)
    assert descriptors() == before


def test_what_is_packed_is_the_object_as_it_was():
    array = np.zeros(100_000)
    here, there = multiprocessing.Pipe(duplex=True)
    with here, there:
        packet = transport.pack(array)
        array[:] = 1
        packet.send(there)
        assert not transport.receive(here).any()
