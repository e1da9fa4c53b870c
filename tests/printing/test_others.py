"""Shapes, dtypes, devices, results, modules and optimizers print as in PyTorch where its word holds."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import config
from deep_learner.printing import get_printoptions, printoptions

pytestmark = pytest.mark.needs("deep_learner_numpy", "deep_learner_layers", "deep_learner_optimizers")

X = [[3.0, 1.0], [1.0, 2.0]]
THINGS = {
    "size": lambda lib: [lib.ones(2, 3).shape, lib.Size([]), lib.ones(2, 3).size()[1:]],
    "size in a text": lambda lib: f"{lib.Size([2])}",
    "dtypes": lambda lib: [lib.float32, lib.bool, lib.int64, lib.bfloat16, f"{lib.complex64}"],
    "devices": lambda lib: [lib.device("cpu"), lib.device("cuda:1"), str(lib.device("cuda", 0))],
    "a tensor's device": lambda lib: f"{lib.ones(1).device}",
    "finfo": lambda lib: [lib.finfo(getattr(lib, n)) for n in ("float16", "bfloat16", "float32", "float64")],
    "iinfo": lambda lib: [lib.iinfo(getattr(lib, n)) for n in ("uint8", "int8", "int16", "int32", "int64")],
    "types": lambda lib: [type(lib.ones(1)), type(lib.nn.Parameter(lib.ones(1)))],
    "names of types": lambda lib: [lib.ones(1, dtype=d).type() for d in (lib.float32, lib.int64, lib.complex64)],
    "storage": lambda lib: lib.tensor([1, 2], dtype=lib.int16).untyped_storage(),
    "max": lambda lib: lib.tensor(X).max(1),
    "min with a graph": lambda lib: lib.tensor(X, requires_grad=True).min(0),
    "sort": lambda lib: lib.tensor(X).sort(1),
    "topk": lambda lib: lib.topk(lib.tensor(X), 1),
    "kthvalue": lambda lib: lib.kthvalue(lib.tensor(X), 2),
    "median": lambda lib: lib.median(lib.tensor(X, requires_grad=True), 0),
    "mode": lambda lib: lib.mode(lib.tensor(X)),
    "cummax": lambda lib: lib.cummax(lib.tensor(X), 0),
    "aminmax": lambda lib: lib.aminmax(lib.tensor(X)),
    "frexp": lambda lib: lib.frexp(lib.tensor(X)),
    "slogdet": lambda lib: lib.linalg.slogdet(lib.tensor(X)),
    "cholesky_ex": lambda lib: lib.linalg.cholesky_ex(lib.tensor(X)),
    "lu_factor": lambda lib: lib.linalg.lu_factor(lib.tensor(X)),
    "histogram": lambda lib: lib.histogram(lib.tensor(X), 2),
    "parameters": lambda lib: lib.nn.ParameterList([lib.nn.Parameter(lib.ones(2, 3))]),
    "state": lambda lib: lib.nn.Linear(1, 1).state_dict().keys(),
    "keys": lambda lib: lib.nn.Linear(1, 1).load_state_dict({}, strict=False),
    "packed": lambda lib: lib.nn.utils.rnn.pack_sequence([lib.ones(2)]),
    "optimizer": lambda lib: lib.optim.Adam([lib.ones(1)], lr=lib.tensor(0.25)),
    "groups": lambda lib: lib.optim.SGD(
        [{"params": [lib.ones(1)]}, {"params": [lib.ones(2)], "lr": 1e-3}], lr=0.1
    ),
    "layout": lambda lib: lib.ones(1).layout,
    "sparse layout": lambda lib: lib.sparse_coo_tensor([[0]], [1.0], (1,), check_invariants=True).layout,
}  # fmt: skip


@pytest.mark.parametrize("name", THINGS)
def test_a_thing_prints_as_in_pytorch(name: str, both) -> None:
    theirs, ours = both(THINGS[name])
    assert ours == theirs


def test_native_forms_stay() -> None:
    assert repr(dl.Size([2])) == "Size([2])" and repr(dl.float32) == "deep_learner.float32"
    assert repr(dl.Device("cuda:1")) == str(dl.Device("cuda:1")) == "Device.CUDA:1"
    assert repr(dl.iinfo(dl.int8)) == "IntegerInformation(bits=8, max=127, min=-128, dtype=deep_learner.int8)"
    assert repr(dl.tensor([1, 2]).max(0)).startswith("ValuesIndices(values=Tensor(")
    assert repr(dl.Tensor) == "<class 'deep_learner.tensor.Tensor'>"
    assert dl.ones(1).type() == "float32" and repr(dl.ones(1).untyped_storage()).startswith(
        "UntypedStorage(4 bytes"
    )


def test_results_are_pickled_with_their_names() -> None:
    for leaf in (False, True):  # computed as one operation, and as operations that are recorded
        result = dl.tensor([1.0, 2.0], requires_grad=leaf).max(0)
        again = pickle.loads(pickle.dumps(type(result)(*(part.detach() for part in result))))
        assert type(again) is type(result) and again.indices.item() == 1
    with config.using(semantics="torch"):
        assert repr(again) == "torch.return_types.max(\nvalues=tensor(2.),\nindices=tensor(1))"


def test_options_are_what_was_set_and_are_restored() -> None:
    before = get_printoptions()
    with printoptions(profile="short", linewidth=100, sci_mode=True):
        held = {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 100, "sci_mode": True}
        assert dl.get_printoptions() == held
        dl.set_printoptions(precision=7)
        assert get_printoptions() == {**held, "precision": 7, "sci_mode": None}  # as PyTorch, it is not kept
        dl.set_printoptions(**held)
        assert get_printoptions() == held
    assert get_printoptions() == before


def test_only_floating_point_results_of_casts_are_in_the_graph(both) -> None:
    def cast(lib: Any) -> Any:
        x = lib.ones(2, requires_grad=True)
        return [x.bool(), x.long(), x.to(lib.uint8), x.double(), x.type_as(lib.ones(1, dtype=lib.int32))]

    theirs, ours = both(cast)
    assert ours == theirs


@pytest.mark.filterwarnings("ignore")  # PyTorch's own, about what its samples ask for
def test_every_layer_prints_as_in_pytorch(both) -> None:
    pytest.importorskip("torch.testing._internal.common_modules", reason="PyTorch came without its tests")
    from torch.testing._internal.common_modules import module_db

    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    from tests.parity.carrying import Side

    wrong, printed = {}, 0
    for info in module_db:
        made = info.module_inputs_func(info, "cpu", torch.float32, requires_grad=False, training=True)
        for given in {str(sample.constructor_input): sample.constructor_input for sample in made}.values():
            args, kwargs = (given.args, given.kwargs) if given else ((), {})
            try:
                carried = Side().carry((tuple(args), dict(kwargs)))
            except AttributeError:  # an argument that is a module, which does not know how it was made
                continue
            theirs, ours = (
                info.module_cls(*args, **kwargs),
                Side().lookup(info.name)(*carried[0], **carried[1]),
            )
            printed += 1
            if repr(ours) != repr(theirs):
                wrong[info.name] = repr(ours)
    assert printed > 300 and wrong == {}
