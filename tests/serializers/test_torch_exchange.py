"""Files that go between PyTorch and Deep Learner, in both directions: PyTorch is the oracle."""

from __future__ import annotations

import argparse
import collections
import pathlib
import zipfile

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.layout import layout
from deep_learner_serializers.pytorch import archive

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

pytestmark = pytest.mark.needs("deep_learner_numpy", "deep_learner_layers", "deep_learner_optimizers")

FORMATS = ["zip", "mapped", "legacy"]
BOTH = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64",
        "complex64", "complex128"]  # fmt: skip
ONLY_IN_ZIP = ["uint16", "uint32", "uint64"]
LAYOUTS = {
    "0-d": lambda t: t[3],
    "empty": lambda t: t[:0].reshape(3, 0, 2),
    "transposed": lambda t: t.reshape(4, 6).T,
    "a slice": lambda t: t[5:17],
    "with gaps": lambda t: t.reshape(2, 3, 4)[:, 1:, ::2],
    "expanded": lambda t: t[:3].reshape(3, 1).expand(3, 5),
    "channels last": lambda t: t.reshape(1, 2, 3, 4).permute(0, 2, 3, 1),
}
VALUES = {
    "nothing": None, "truth": True, "integers": [0, 255, 256, -1, 70000, -(2**31), 2**31, -(2**100), 2**1000],
    "floats": [0.1, float("inf"), -0.0], "complex": 1 - 2j, "text": "ünï\nco\ud800de", "bytes": bytes(range(256)),
    "bytearray": bytearray(b"xyz"), "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, (2, 3), 4, 5)],
    "set": {1, "a"}, "nested": {"a": [{"b": ({},)}], 3: None, (1, "x"): []},
    "ordered": collections.OrderedDict(b=1, a=2), "counter": collections.Counter("abca"),
}  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "checkpoint.pt")


def read(value, path, form):
    """Deep Learner's view of what PyTorch saved, in a file of its own: PyTorch may still have mapped the other."""
    path = f"{path}h"
    torch.save(value, path, _use_new_zipfile_serialization=form != "legacy")
    return dl.load(path, mmap=form == "mapped")


def written(value, path, form):
    """PyTorch's view of what Deep Learner saved; it trusts neither."""
    dl.save(value, path, legacy=form == "legacy")
    return torch.load(path, weights_only=True, mmap=form == "mapped")


def elements(name):
    return (np.arange(24) % 2 if name == "bool" else np.arange(24)).astype(name)


def same(ours, theirs):
    assert ours.dtype.name == str(theirs.dtype).removeprefix("torch.")
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert ours.requires_grad == theirs.requires_grad
    np.testing.assert_array_equal(ours.detach().numpy(), theirs.detach().numpy())


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("shown", LAYOUTS)
def test_every_layout_of_every_dtype_goes_both_ways(path, form, shown):
    names = BOTH if form == "legacy" else [*BOTH, *ONLY_IN_ZIP]
    ours = {name: LAYOUTS[shown](dl.from_numpy(elements(name))) for name in names}
    theirs = {name: LAYOUTS[shown](torch.from_numpy(elements(name))) for name in names}
    there, here = written(ours, path, form), read(theirs, path, form)
    for name in names:
        same(ours[name], there[name])
        same(here[name], theirs[name])


@pytest.mark.parametrize("form", FORMATS)
def test_bfloat16_goes_both_ways(path, form):
    pytest.importorskip("ml_dtypes", reason="bfloat16 comes from there")
    theirs = torch.tensor([1.5, -2.0, 3e38], dtype=torch.bfloat16)
    here = read(theirs, path, form)
    assert here.dtype is dl.bfloat16
    assert here.float().tolist() == theirs.float().tolist()
    there = written(here, path, form)
    assert there.dtype is torch.bfloat16
    assert torch.equal(there, theirs)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", VALUES)
def test_plain_values_go_both_ways(path, form, name):
    value = VALUES[name]
    for one in (written(value, path, form), read(value, path, form)):
        assert one == value
        assert type(one) is type(value)


@pytest.mark.parametrize("form", FORMATS)
def test_pytorchs_own_values_go_both_ways(path, form):
    ours = (dl.Size([2, 3]), dl.int64, dl.Device("cuda:1"), layout.SPARSE_COO)
    theirs = (torch.Size([2, 3]), torch.int64, torch.device("cuda:1"), torch.sparse_coo)
    assert written(ours, path, form) == theirs
    here = read(theirs, path, form)
    assert here == ours
    assert type(here[0]) is dl.Size


@pytest.mark.parametrize("form", FORMATS)
def test_what_pytorch_reads_only_with_trust_is_read(path, form):
    value = {
        "arguments": argparse.Namespace(lr=0.1, layers=[3, 4]),
        "defaults": collections.defaultdict(list, a=[1]),
        "number": np.float64(2.5),
        "array": np.arange(6.0).reshape(2, 3).T,
        "slice": slice(1, None, 2),
        "frozen": frozenset("a"),
    }
    dl.save(value, path, legacy=form == "legacy")
    for one in (torch.load(path, weights_only=False), read(value, path, form)):
        assert [type(item) for item in one.values()] == [type(item) for item in value.values()]
        np.testing.assert_array_equal(one.pop("array"), value["array"])
        assert one == {name: item for name, item in value.items() if name != "array"}


@pytest.mark.parametrize("form", FORMATS)
def test_tensors_that_share_memory_share_it_again(path, form):
    theirs = torch.arange(6.0)
    here = read([theirs, theirs.reshape(2, 3).T, theirs[4:]], path, form)
    here[0].mul_(10)
    assert here[1].tolist() == [[0, 30], [10, 40], [20, 50]]
    assert here[2].tolist() == [40, 50]
    there = written(here, path, form)
    there[2].zero_()
    assert there[0].tolist() == [0, 10, 20, 30, 0, 0]
    assert there[1].tolist() == [[0, 30], [10, 0], [20, 0]]


def test_memory_is_stored_once(tmp_path):
    whole = dl.zeros(100_000)
    dl.save(
        [whole, whole[5:], whole.reshape(100, 1000).T, whole.detach(), nn.Parameter(whole)], tmp_path / "a.pt"
    )
    assert (tmp_path / "a.pt").stat().st_size < 410_000


def test_records_of_the_size_that_needs_64_bits_go_both_ways(path, monkeypatch):
    monkeypatch.setattr(archive, "LARGE", 8)
    ours = [dl.arange(5.0), dl.arange(3)]
    for one, other in zip(ours, written(ours, path, "mapped"), strict=True):
        same(one, other)
    for one, other in zip(ours, dl.load(path, mmap=True), strict=True):
        assert one.tolist() == other.tolist()


def test_storages_begin_where_pytorchs_do(path):
    dl.save([dl.arange(5.0), dl.arange(3)], path)
    data = pathlib.Path(path).read_bytes()
    for tensor in (dl.arange(5.0), dl.arange(3)):
        assert data.index(tensor.numpy().tobytes()) % 64 == 0


def test_arrays_that_do_not_share_memory_are_stored_once_where_they_are_one(tmp_path):
    weight = dl.zeros(100_000, device="strict")
    dl.save({"a": weight, "b": weight.detach()}, tmp_path / "a.pt")
    assert (tmp_path / "a.pt").stat().st_size < 410_000
    with dl.backend("strict"):
        loaded = dl.load(tmp_path / "a.pt")
    loaded["a"].add_(1)
    assert loaded["b"][0] == 1


@pytest.mark.parametrize("form", FORMATS)
def test_parameters_and_required_gradients_are_kept(path, form):
    there = written(
        [nn.Parameter(dl.ones(2)), nn.Parameter(dl.ones(2), False), dl.ones(2, requires_grad=True)],
        path,
        form,
    )
    assert [type(one) for one in there] == [torch.nn.Parameter, torch.nn.Parameter, torch.Tensor]
    here = read(there, path, form)
    assert [type(one) for one in here] == [nn.Parameter, nn.Parameter, dl.Tensor]
    for one in (there, here):
        assert [tensor.requires_grad for tensor in one] == [True, False, True]


@pytest.mark.parametrize("form", FORMATS)
def test_attributes_of_parameters_are_kept(path, form):
    parameter = nn.Parameter(dl.ones(2))
    parameter.no_decay = True
    there = written(parameter, path, form)
    assert there.no_decay is True
    assert read(there, path, form).no_decay is True


@pytest.mark.parametrize("form", FORMATS)
def test_conjugate_and_sparse_tensors_go_over(path, form):
    theirs = [torch.tensor([1 + 2j]).conj(), torch.tensor([[0.0, 3.0], [0.0, 0.0]]).to_sparse()]
    here = read(theirs, path, form)
    assert here[0].tolist() == [1 - 2j]
    assert here[1].is_coalesced()
    there = written(here, path, form)
    assert there[1].is_coalesced()
    assert here[1].to_dense().tolist() == there[1].to_dense().tolist() == [[0, 3], [0, 0]]


def test_the_other_byte_order_is_read(path):
    value = [torch.tensor([1.5, -2.0]), torch.tensor([1 + 2j]), torch.tensor([258], dtype=torch.int16)]
    torch.save(value, path)
    with zipfile.ZipFile(path) as file:
        records = {entry.filename: file.read(entry) for entry in file.infolist()}
    swapped = {f"data/{key}": tensor.numpy().byteswap().tobytes() for key, tensor in enumerate(value)}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in records.items():
            _, _, record = name.partition("/")
            file.writestr(name, {"byteorder": b"big", **swapped}.get(record, content))
    for ours, theirs, expected in zip(dl.load(path), torch.load(path), value, strict=True):
        assert torch.equal(theirs, expected)
        same(ours, expected)


def test_names_and_versions_of_a_state_dictionary_are_kept(path):
    ours = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    there = written(ours.state_dict(), path, "zip")
    assert type(there) is collections.OrderedDict
    assert there._metadata == theirs.state_dict()._metadata
    theirs.load_state_dict(there)
    here = read(theirs.state_dict(), path, "zip")
    assert here._metadata == theirs.state_dict()._metadata
    for name, tensor in theirs.state_dict().items():
        same(here[name], tensor)
        same(ours.state_dict()[name], tensor)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("SGD", "zip"),
        ("Adam", "zip"),
        ("Adam", "mapped"),
        ("Adam", "legacy"),
        ("AdamW", "zip"),
        ("RMSprop", "zip"),
    ],
)
def test_a_training_goes_on_in_the_other_library(path, form, name):
    """Three steps here or there, the checkpoint, three steps in the other: as six steps in one."""
    options = {"lr": 0.1, "momentum": 0.9} if name in ("SGD", "RMSprop") else {"lr": 0.1}
    inputs = np.random.default_rng(0).normal(size=(6, 4, 3)).astype("float32")

    def made(library):
        model = library.nn.Linear(3, 2)
        return model, getattr(library.optim, name)(model.parameters(), **options)

    def train(library, model, optimizer, batches):
        for batch in batches:
            optimizer.zero_grad()
            (model(library.tensor(batch)) ** 2).sum().backward()
            optimizer.step()

    def state(model, optimizer):
        return {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3}

    libraries = {"ours": dl, "theirs": torch}
    start = torch.nn.Linear(3, 2).state_dict()
    ends = {}
    for before in libraries:
        for after in libraries:
            model, optimizer = made(libraries[before])
            model.load_state_dict(start if before == "theirs" else read(start, path, form))
            train(libraries[before], model, optimizer, inputs[:3])
            checkpoint = state(model, optimizer)
            if before == after == "theirs":
                torch.save(checkpoint, path)
                loaded = torch.load(path)
            elif before == after:
                dl.save(checkpoint, path, legacy=form == "legacy")
                loaded = dl.load(path)
            else:
                loaded = (written if before == "ours" else read)(checkpoint, path, form)
            model, optimizer = made(libraries[after])
            model.load_state_dict(loaded["model"])
            optimizer.load_state_dict(loaded["optimizer"])
            train(libraries[after], model, optimizer, inputs[3:])
            ends[before, after] = [one.detach().numpy() for one in model.parameters()]
    for end in ends.values():
        for one, expected in zip(end, ends["theirs", "theirs"], strict=True):
            np.testing.assert_allclose(one, expected, rtol=1e-4, atol=1e-6)
