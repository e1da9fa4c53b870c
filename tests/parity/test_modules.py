"""Every module of PyTorch's database has PyTorch's state, outputs, buffers afterwards and gradients here."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.parity.carrying import DoubleReference, Reference, Side, tensors
from tests.parity.comparing import assert_same, chosen, cotangent, rounding

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
pytest.importorskip("torch.testing._internal.common_modules", reason="PyTorch came without its tests")
from torch.testing._internal.common_modules import module_db  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # PyTorch's own, about what its samples do


def arguments(side: Side, given: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """A database entry's arguments on a side."""
    return ((), {}) if given is None else side.carry((tuple(given.args), dict(given.kwargs)))


class Run:
    """One module on one side: built, given the reference's state, applied to one input."""

    def __init__(self, side: Side, info: Any, sample: Any, training: bool, state: Any = None) -> None:
        args, kwargs = arguments(side, sample.constructor_input)
        self.side = side
        self.module = side.lookup(info.name)(*args, **kwargs)
        self.module.train(training)
        if isinstance(side, DoubleReference):
            self.module.double()
        self.args, self.kwargs = arguments(side, sample.forward_input)
        if info.is_lazy:  # parameters exist from the first call on
            self.module(*self.args, **self.kwargs)
        if state is not None:
            ours = {key: tuple(value.shape) for key, value in self.module.state_dict().items()}
            assert ours == {key: tuple(value.shape) for key, value in state.items()}
            self.module.load_state_dict({key: side.carry(value) for key, value in state.items()})

    def forward(self) -> None:
        """Apply the module; outputs are followed by the state afterwards."""
        self.pairs, self.outputs = self.side.flat(self.module(*self.args, **self.kwargs))
        state = {f"state {key}": value for key, value in sorted(self.module.state_dict().items())}
        self.outputs += [(key, self.side.array(value)) for key, value in state.items()]

    def gradients(self, starts: dict[int, Any]) -> list[tuple[str, Any]]:
        """Gradients of the inputs and of the parameters."""
        named = [(f"gradient of input {i}", x) for i, x in enumerate(self.side.inputs)]
        named += [(f"gradient of {name}", p) for name, p in sorted(self.module.named_parameters())]
        return self.side.backward(self.pairs, starts, named)


def perturb(module: Any) -> None:
    """Move parameters and running statistics away from initial values such as 0 and 1."""
    with torch.no_grad():
        for parameter in module.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
        for name, buffer in module.named_buffers():
            if name.endswith("running_mean"):
                buffer.normal_()
            elif name.endswith("running_var"):
                buffer.uniform_(0.5, 2)


@pytest.mark.parametrize("info", [pytest.param(info, id=info.name) for info in module_db])
def test_module(info: Any, samples: int) -> None:
    ran = 0
    modes = (True, False) if info.train_and_eval_differ else (True,)
    for dtype, training in itertools.product((torch.float32, torch.float64), modes):
        if dtype is torch.float64 and ran:
            break  # it is for modules that PyTorch cannot run in single precision
        torch.manual_seed(0)
        made = info.module_inputs_func(info, "cpu", dtype, requires_grad=True, training=training)
        for sample in chosen(list(made), samples, _is_empty):
            ran += check(info, sample, training)
    assert ran, "PyTorch ran none of its samples"


def _is_empty(sample: Any) -> bool:
    given = sample.forward_input
    return any(t.numel() == 0 for t in tensors([given.args, given.kwargs]))


def check(info: Any, sample: Any, training: bool) -> bool:
    """Compare one sample; False where PyTorch itself rejects it."""
    try:
        reference = Run(Reference(), info, sample, training)
        perturb(reference.module)
        state = {key: value.detach().clone() for key, value in reference.module.state_dict().items()}
        before = torch.get_rng_state()
        reference.forward()
    except Exception:
        return False
    values = torch.equal(before, torch.get_rng_state())  # else the module draws random numbers
    try:
        double = Run(DoubleReference(), info, sample, training, state)
        double.forward()
    except Exception:
        double = None
    actual = Run(Side(), info, sample, training, state)
    actual.forward()
    slack = rounding(reference.outputs, double.outputs) if double else {}
    assert_same(reference.outputs, actual.outputs, slack, values=values)
    starts = {
        i: cotangent(i, reference.outputs[i][1][0])
        for i, (_, x) in enumerate(reference.pairs)
        if values and isinstance(x, torch.Tensor) and x.requires_grad
    }
    if starts:
        expected = reference.gradients(starts)
        slack = rounding(expected, double.gradients(starts)) if double else {}
        assert_same(expected, actual.gradients(starts), slack)
    return True
