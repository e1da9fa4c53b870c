"""Tensors print as in PyTorch, to the character."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deep_learner as dl
from deep_learner import config
from deep_learner.printing import get_printoptions
from deep_learner.printing.pytorch import pytorch_text

pytestmark = pytest.mark.needs("deep_learner_numpy", "deep_learner_layers")

TENSORS = {
    "integers": lambda lib: lib.tensor([[1, -20], [300, 4]]),
    "whole": lambda lib: lib.tensor([1.0, -2.0, 30.0]),
    "fractions": lambda lib: lib.tensor([[1.5, -2.25], [1e-3, 300.125]]),
    "powers": lambda lib: lib.tensor([1e-5, 1.0, -12345.678]),
    "whole and large": lambda lib: lib.tensor([1.0, 2e9]),
    "ratio of 1000": lambda lib: lib.tensor([[0.5, 500.0], [1.0, 0.75]]),
    "beyond a ratio of 1000": lambda lib: lib.tensor([0.5, 500.5]),
    "not finite": lambda lib: lib.tensor([math.nan, math.inf, -math.inf, 1.5]),
    "not finite and whole": lambda lib: lib.tensor([math.nan, math.inf, -math.inf, 1.0]),
    "nothing finite": lambda lib: lib.tensor([math.nan, -math.inf]),
    "negative zero": lambda lib: lib.tensor([-0.0, 0.0, 1.0]),
    "zeros": lambda lib: lib.zeros(2, 3),
    "subnormal": lambda lib: lib.tensor([1e-42, 2e-45]),
    "largest": lambda lib: lib.tensor([1.7e308, 5e-324], dtype=lib.float64),
    "bool": lambda lib: lib.tensor([[True, False], [False, False]]),
    "bytes": lambda lib: lib.tensor([0, 255], dtype=lib.uint8),
    "int64 extremes": lambda lib: lib.tensor([-(2**63), 2**63 - 1]),
    "int32": lambda lib: lib.tensor([[1], [2]], dtype=lib.int32),
    "half": lambda lib: lib.tensor([0.1, 65504.0], dtype=lib.float16),
    "brain": lambda lib: lib.tensor([0.1, 3.0], dtype=lib.bfloat16),
    "double": lambda lib: lib.tensor([[0.1]], dtype=lib.float64),
    "complex": lambda lib: lib.tensor([1 + 2j, -0.5 - 3e-7j, complex(math.nan, -math.inf)]),
    "complex double": lambda lib: lib.tensor([[1 + 0j], [complex(-0.0, -0.0)]], dtype=lib.complex128),
    "scalar": lambda lib: lib.tensor(2.5),
    "scalar integer": lambda lib: lib.tensor(-7),
    "scalar complex": lambda lib: lib.tensor(1.5 - 2j),
    "scalar bool": lambda lib: lib.tensor(True),
    "scalar byte": lambda lib: lib.tensor(3, dtype=lib.uint8),
    "empty": lambda lib: lib.zeros(0),
    "empty matrix": lambda lib: lib.zeros(0, 3),
    "empty integers": lambda lib: lib.zeros(2, 0, 1, dtype=lib.int64),
    "empty bool": lambda lib: lib.zeros(0, dtype=lib.bool),
    "three dimensions": lambda lib: lib.arange(24).reshape(2, 3, 4),
    "four dimensions": lambda lib: lib.arange(16.0).reshape(2, 2, 2, 2) / 7,
    "wrapped": lambda lib: lib.arange(100) * 12345,
    "wrapped rows": lambda lib: lib.arange(120.0).reshape(2, 60) / 7,
    "wide numbers": lambda lib: lib.arange(30, dtype=lib.float64) * 1e12,
    "long": lambda lib: lib.arange(1001),
    "at the threshold": lambda lib: lib.arange(1000).reshape(10, 100),
    "summarised matrix": lambda lib: lib.arange(10000.0).reshape(100, 100) / 3,
    "summarised in part": lambda lib: lib.arange(2000.0).reshape(4, 500),
    "summarised cube": lambda lib: lib.arange(8000).reshape(20, 20, 20),
    "summarised complex": lambda lib: lib.arange(1200) * (1 + 2j) / 3,
    "long vectors, few": lambda lib: lib.arange(1200).reshape(1, 1, 1200),
    "view": lambda lib: lib.arange(6).reshape(2, 3).T[1:, ::1],
    "leaf": lambda lib: lib.ones(2, requires_grad=True),
    "leaf at the margin": lambda lib: lib.ones(8, dtype=lib.float64, requires_grad=True) / 1.1,
    "in the graph": lambda lib: lib.ones(2, 2, dtype=lib.float64, requires_grad=True) + 1,
    "facts on a new line": lambda lib: (lib.arange(9.0, requires_grad=True) / 7).double() * 1,
    "empty leaf": lambda lib: lib.zeros(0, 2, requires_grad=True),
    "parameter": lambda lib: lib.nn.Parameter(lib.ones(2, 2)),
    "buffer": lambda lib: lib.nn.Buffer(lib.ones(2)),
    "in a list": lambda lib: [lib.ones(2), {"a": lib.tensor(1)}],
    "sparse": lambda lib: lib.sparse_coo_tensor(
        [[0, 2], [1, 0]], [1.0, 2.5], (3, 2), check_invariants=True
    ),
    "sparse, no elements": lambda lib: lib.sparse_coo_tensor(
        lib.zeros(1, 0, dtype=lib.int64), lib.zeros(0, dtype=lib.float64), (3,), check_invariants=True
    ),
}  # fmt: skip
OPTIONS = [
    {}, {"precision": 2}, {"precision": 0}, {"sci_mode": True}, {"sci_mode": False}, {"linewidth": 40},
    {"linewidth": 1}, {"threshold": 5}, {"threshold": 0, "edgeitems": 1}, {"threshold": 3, "edgeitems": 0},
    {"edgeitems": 0}, {"profile": "short"}, {"profile": "full"}, {"profile": "short", "precision": 6, "linewidth": 120},
]  # fmt: skip


@pytest.mark.parametrize("name", TENSORS)
def test_a_tensor_prints_as_in_pytorch(name: str, both) -> None:
    theirs, ours = both(TENSORS[name])
    assert ours == theirs


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_options_change_what_is_printed_as_in_pytorch(options: dict[str, Any], both) -> None:
    both(lambda lib: lib.set_printoptions(**options))
    for name, make in TENSORS.items():
        theirs, ours = both(make)
        assert ours == theirs, name


FLOATS = st.one_of(
    st.floats(width=32), st.integers(-(10**6), 10**6).map(float), st.floats(-1000, 1000, width=32),
    st.sampled_from([0.0, -0.0, 1e-4, 1e8, 1000.0, 0.1, 99999.5, 9.99995, -1.0]),
)  # fmt: skip


@given(
    st.lists(FLOATS, max_size=40),
    st.sampled_from(["float32", "float64", "float16", "bfloat16", "complex64"]),
    st.integers(0, 6),
    st.sampled_from([None, True, False]),
    st.integers(1, 130),
)
def test_any_numbers_print_as_in_pytorch(values, dtype, precision, sci_mode, linewidth) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    options = {"precision": precision, "sci_mode": sci_mode, "linewidth": linewidth, "threshold": 20}
    before = get_printoptions()
    with np.errstate(over="ignore"):
        ours = dl.tensor(np.array(values, dtype=np.float32)).to(dtype)
    theirs = torch.tensor(values, dtype=torch.float32).to(getattr(torch, dtype))
    try:
        dl.set_printoptions(**options)
        torch.set_printoptions(**options)
        assert pytorch_text(ours) == str(theirs)
    finally:
        dl.set_printoptions(**before)
        torch.set_printoptions(profile="default")


def test_formatting_is_that_of_the_number_in_no_dimensions(both) -> None:
    for make in (lambda lib: f"{lib.tensor(2.5):.3f} {lib.tensor(3)} {lib.ones(2)}",):
        theirs, ours = both(make)
        assert ours == theirs


def test_subclasses_print_their_names(both) -> None:
    def made(lib: Any) -> str:
        class Named(lib.Tensor):
            pass

        class Learned(lib.nn.Parameter):
            pass

        named = Named([1.0, 2.0])
        return f"{named!r}\n{Learned(lib.ones(1))!r}\n{named.__repr__(tensor_contents='...')}"

    theirs, ours = both(made)
    assert ours == theirs


def test_printing_touches_what_it_shows_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    original = dl.Tensor.tolist
    monkeypatch.setattr(dl.Tensor, "tolist", lambda self: (seen.append(self.numel()), original(self))[1])
    pytorch_text(dl.zeros(300, 300))
    assert seen == [36]


def test_other_devices_are_named(both) -> None:
    assert str(dl.ones(2).to("strict:1")) == "tensor([1., 1.], device='strict:1')"


def test_members_of_a_batch_print_what_the_batch_holds(both) -> None:
    def shown(lib: Any) -> str:
        texts: list[str] = []
        lib.func.vmap(lambda x: (texts.append(str(x)), x)[1])(lib.arange(4.0).reshape(2, 2))
        return texts[0]

    theirs, ours = both(shown)
    assert ours == theirs


def test_the_native_form_stays_where_pytorchs_word_does_not_hold() -> None:
    assert str(dl.ones(2)) == "Tensor(\n       [1. 1.],\ndevice=Device.CPU)"
    with config.using(semantics="torch"):
        assert str(dl.ones(2)) == "tensor([1., 1.])"
    assert dl.ones(2).__repr__(tensor_contents="...").startswith("Tensor(\n       ...,")
