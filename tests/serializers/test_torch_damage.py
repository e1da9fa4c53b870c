"""Damaged checkpoints are a value or one clear error, and take no more memory than their size warrants."""

from __future__ import annotations

import contextlib
import io
import random
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deep_learner as dl
from deep_learner.serialization import SerializationError
from deep_learner_serializers.pytorch.archive import write_archive
from deep_learner_serializers.pytorch.legacy import write_legacy
from deep_learner_serializers.pytorch.pickling import Call, Name, Outside, Pickler

FORMATS = ["zip", "legacy"]
HUGE = 1 << 40


def content(form, value=None):
    file = io.BytesIO()
    shared = dl.arange(6.0)
    value = value or {
        "a": shared,
        "b": shared.reshape(2, 3).T,
        "c": [(1, 2.5, "text", None)],
        "d": {"e": dl.ones(2)},
    }
    dl.save(value, file, format="torch", legacy=form == "legacy")
    return file.getvalue()


def load(data):
    return dl.load(io.BytesIO(data), format="torch", weights_only=False)


def tensor(offset, size, stride, *, count=4, kind="FloatStorage", key="0", location="cpu", identity=()):
    """The pickle of a tensor as a file may state it."""
    outside = Outside(("storage", Name(f"torch.{kind}"), key, location, count, *identity))
    arguments = (outside, offset, size, stride, False, Call("collections.OrderedDict"))
    return Pickler(None).dump(Call("torch._utils._rebuild_tensor_v2", arguments))


def stated(form, pickled, storages=1):
    """A file of this pickle, and storages of four float32 each."""
    file = io.BytesIO()
    values = [np.arange(4, dtype="float32")] * storages
    if form == "zip":
        write_archive(file, pickled, values)
    else:
        write_legacy(file, pickled, values, storages)
    return file.getvalue()


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_cut_short_anywhere_is_refused(form):
    whole = content(form)
    load(whole)
    for length in range(len(whole)):
        with pytest.raises(SerializationError):
            load(whole[:length])


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=200, deadline=None, derandomize=True)
@given(data=st.data())
def test_changed_bytes_make_a_value_or_one_clear_error(form, data):
    whole = bytearray(content(form))
    for place in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=4)):
        whole[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(SerializationError):
        load(bytes(whole))


@pytest.mark.parametrize("form", FORMATS)
def test_changed_pickles_make_a_value_or_one_clear_error(form):
    """The checksum of the record is made anew, so that the changes reach the unpickler."""
    chance = random.Random(0)
    value = {"a": dl.arange(4.0), "n": {1, 2}, "o": dl.Size([2]), "p": dl.nn.Parameter(dl.ones(4))}
    with zipfile.ZipFile(io.BytesIO(content("zip", value))) as archive:
        pickled = archive.read("archive/data.pkl")
    for _ in range(300):
        changed = bytearray(pickled)
        for _ in range(chance.randint(1, 3)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        with contextlib.suppress(SerializationError):
            load(stated(form, bytes(changed), 2))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("pickled", "message"),
    [
        (tensor(0, (5,), (1,)), "reaches beyond"),
        (tensor(1, (4,), (1,)), "reaches beyond"),
        (tensor(5, (0,), (1,)), "reaches beyond"),
        (tensor(0, (2, 2), (3, 1)), "reaches beyond"),
        (tensor(-1, (2,), (1,)), "no valid numbers"),
        (tensor(0, (-1,), (1,)), "no valid numbers"),
        (tensor(0, (2,), (-1,)), "no valid numbers"),
        (tensor(0, (True,), (1,)), "no valid numbers"),
        (tensor(0, (1.0,), (1,)), "no valid numbers"),
        (tensor(0, (1 << 70,), (0,)), "no valid numbers"),
        (tensor(0, (1 << 40, 1 << 40), (0, 0)), "reaches beyond"),
        (tensor(0, (1,) * 65, (1,) * 65), "65 sizes"),
        (tensor(0, (1,), ()), "1 sizes and 0 strides"),
        (tensor(0, 1, 1), "no tuple"),
        (tensor(0, (2,) * 40, (0, 1) + (0,) * 38, count=4), None),
        (tensor(0, (2, 1 << 30), (1, 0)), None),
        (tensor(0, (HUGE,), (1,), count=HUGE), "bytes|elements"),
        (tensor(0, (4,), (1,), count=HUGE), "bytes|elements"),
        (tensor(0, (4,), (1,), count=-1), "number of elements"),
        (tensor(0, (4,), (1,), count="4"), "number of elements"),
        (tensor(0, (4,), (1,), kind="DoubleStorage"), "DoubleStorage"),
        (tensor(0, (4,), (1,), key="7"), "7'|'0'"),
        (tensor(0, (4,), (1,), key="../../etc/passwd"), "etc/passwd|'0'"),
        (tensor(0, (4,), (1,), key=0), "no text"),
        (tensor(0, (4,), (1,), identity=(("x", 0, 1),)), "view of another"),
        (tensor(0, (4,), (1,), kind="float32"), "storage of no type"),
    ],
)
def test_a_layout_is_checked_against_the_storage(form, pickled, message):
    if message is None:  # an expanded tensor, of whatever size, takes no memory
        assert load(stated(form, pickled)).numel() > 1 << 30
        return
    file = stated(form, pickled)
    tracemalloc.start()
    try:
        with pytest.raises(SerializationError, match=message):
            load(file)
        assert tracemalloc.get_traced_memory()[1] < 1 << 22
    finally:
        tracemalloc.stop()


def rewritten(change):
    """A file whose records are written anew, each as `change(archive, entry, content)` writes it."""
    source, target = zipfile.ZipFile(io.BytesIO(content("zip"))), io.BytesIO()
    with source, zipfile.ZipFile(target, "w") as archive:
        for entry in source.infolist():
            plain = zipfile.ZipInfo(entry.filename)
            change(archive, plain, source.read(entry))
    return target.getvalue()


def renamed(old, new):
    def change(archive, entry, data):
        entry.filename = new if entry.filename == old else entry.filename
        archive.writestr(entry, data)

    return change


def compressed(archive, entry, data):
    archive.writestr(entry, data, zipfile.ZIP_DEFLATED)


def oversized(archive, entry, data):
    archive.writestr(entry, data)
    entry.file_size = entry.compress_size = HUGE


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (renamed("", ""), None),
        (renamed("archive/version", "archive/data/0"), "two records"),
        (renamed("archive/version", "../version"), "top folders"),
        (renamed("archive/version", "archive/../version"), "impossible name"),
        (renamed("archive/version", "archive//version"), "impossible name"),
        (renamed("archive/version", "archive/a\\b"), "impossible name"),
        (renamed("archive/data/0", "archive/data/9"), r"no record 'data/0'"),
        (renamed("archive/data.pkl", "archive/other.pkl"), r"no record 'data\.pkl'"),
        (compressed, "is compressed"),
        (oversized, "larger, taken together, than the file"),
    ],
)
def test_an_archive_is_checked_before_it_is_read(change, message):
    if message is None:
        assert load(rewritten(change))["b"].tolist() == [[0, 3], [1, 4], [2, 5]]
        return
    with pytest.raises(SerializationError, match=message):
        load(rewritten(change))


def test_a_record_that_was_changed_is_noticed():
    whole = content("zip", {"a": dl.tensor([1.5, 2.5])})
    place = whole.index(np.array([1.5, 2.5], "float32").tobytes())
    with pytest.raises(SerializationError, match=r"'data/0' is damaged: its checksum differs"):
        load(whole[:place] + b"\x01" + whole[place + 1 :])
