"""A disk that fails at any call of the system leaves the old value or the new one, whole, and nothing else."""

from __future__ import annotations

import errno
import os
from itertools import count

import pytest

import deep_learner as dl

pytest.importorskip("deep_learner_serializers", reason="the formats are not installed")

NAMES = {"safetensors": "a.safetensors", "safetensors_sharded": "a.safetensors.index.json", "npz": "a.npz",
         "torch": "a.pt", "hdf5": "a.h5"}  # fmt: skip
FAILURES = {"fsync": errno.EIO, "replace": errno.EACCES, "open": errno.EMFILE}
OLD, NEW = [0.0] * 4, [1.0] * 4


def failing(call, allowed, number):
    """A call of the system that fails once, after so many that do not."""
    calls = count()

    def fail(*arguments, **options):
        if next(calls) == allowed:
            raise OSError(number, os.strerror(number))
        return call(*arguments, **options)

    return fail


@pytest.mark.skipif(os.name != "posix", reason="the calls of POSIX")
@pytest.mark.parametrize("call", FAILURES)
@pytest.mark.parametrize("format", NAMES)
def test_each_call_that_fails_leaves_a_whole_value(tmp_path, monkeypatch, format, call):
    if format == "hdf5":
        pytest.importorskip("h5py", reason="the library of the format")
    path = tmp_path / NAMES[format]
    dl.save({"x": dl.zeros(4)}, path)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    for allowed in count():
        with monkeypatch.context() as patch:
            patch.setattr(os, call, failing(getattr(os, call), allowed, FAILURES[call]))
            try:
                dl.save({"x": dl.ones(4)}, path)
            except OSError as error:
                failed = error.errno
            else:
                break
        assert failed == FAILURES[call]
        there = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
        assert there == before or (
            dl.load(path)["x"].tolist() == NEW and not any(name[0] == "." for name in there)
        )
    assert allowed > 0
    assert dl.load(path)["x"].tolist() == NEW


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")  # noqa: PTH110
@pytest.mark.parametrize("format", [name for name in NAMES if name != "safetensors_sharded"])
def test_a_full_device_is_an_error_and_is_not_replaced(format):
    if format == "hdf5":
        pytest.importorskip("h5py", reason="the library of the format")
    with pytest.raises(OSError, match="No space left"), open("/dev/full", "wb") as file:  # noqa: PTH123
        dl.save({"x": dl.zeros(1 << 16)}, file, format=format)
    with pytest.raises(OSError, match="not a regular file"):
        dl.save({"x": dl.zeros(4)}, "/dev/full", format=format)
