"""`torch.compile` keeps what PyTorch promises of it."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
import deep_learner.torch as torch
from deep_learner import nn
from deep_learner.compiler import CannotTrace


def made() -> Any:
    dl.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))


def close(one: Any, other: Any) -> None:
    np.testing.assert_allclose(one.numpy(force=True), other.numpy(force=True), rtol=1e-5, atol=1e-6)


def test_a_compiled_module_trains_as_the_module_itself() -> None:
    losses: list[list[float]] = []
    for compiles in (False, True):
        model = made()
        run = torch.compile(model, fullgraph=True) if compiles else model
        optimizer = dl.optim.SGD(run.parameters(), lr=0.1, momentum=0.9)
        dl.manual_seed(1)
        x, y = dl.randn(6, 3), dl.randn(6, 2)
        losses.append([])
        for epoch in range(6):
            run.train(epoch % 3 != 2)
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(run(x), y)
            loss.backward()
            optimizer.step()
            losses[-1].append(loss.item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_a_compiled_module_is_the_module_in_all_else() -> None:
    model = made()
    compiled = torch.compile(model)
    assert compiled._orig_mod is model
    assert [*compiled.parameters()] == [*model.parameters()]
    assert [*compiled.state_dict()] == [f"_orig_mod.{key}" for key in model.state_dict()]
    compiled.load_state_dict({key: value * 2 for key, value in compiled.state_dict().items()})
    assert compiled.eval() is compiled
    assert not model.training
    assert not compiled.training
    assert not model[2].training
    compiled.training = True
    assert model.training
    compiled.note = "kept"
    assert model.note == compiled.note == "kept"
    del compiled.note
    assert not hasattr(model, "note")
    assert len(compiled) == 4
    assert isinstance(compiled, nn.Module)
    with pytest.raises(AttributeError, match="no attribute 'missing'"):
        compiled.missing  # noqa: B018


def test_it_is_called_through_its_hooks() -> None:
    model = made().eval()
    compiled = torch.compile(model)
    x = dl.ones(2, 3)
    expected = model(x)
    handle = model.register_forward_hook(lambda module, args, output: output + 1)
    outer = compiled.register_forward_hook(lambda module, args, output: output * 2)
    for _ in range(2):
        close(compiled(x), (expected + 1) * 2)
    handle.remove()
    outer.remove()
    close(compiled(x), expected)


def test_a_module_that_is_compiled_in_place() -> None:
    model = made().eval()
    x = dl.ones(2, 3)
    expected = model(x)
    model.compile(fullgraph=True)
    for one in (model, model, copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert type(one) is nn.Sequential
        assert [*one.state_dict()] == [*made().state_dict()]
        for _ in range(2):
            close(one(x), expected)
        assert one.forward.traces == 1
    model[0].weight.data.zero_()
    assert model(x).tolist() != expected.tolist()


@pytest.mark.parametrize("way", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_copies_are_compiled_and_their_own(way: Any) -> None:
    compiled = torch.compile(made().eval(), fullgraph=True)
    x = dl.ones(2, 3)
    other = way(compiled)
    with dl.no_grad():
        expected = compiled(x).clone()
        compiled._orig_mod[0].weight.zero_()
        for _ in range(2):
            close(other(x), expected)
    assert type(other) is type(compiled)


def test_decorators_with_and_without_arguments() -> None:
    @torch.compile
    def first(x: Any) -> Any:
        """Twice."""
        return x * 2

    @torch.compile(mode="max-autotune", dynamic=True, fullgraph=True)
    def second(x: Any, *, shift: float = 0.0) -> Any:
        return x * 2 + shift

    class Scaled:
        def __init__(self, scale: float) -> None:
            self.scale = scale

        @torch.compile(fullgraph=True)
        def applied(self, x: Any) -> Any:
            return x * self.scale

    x = dl.ones(2)
    one, other = Scaled(2.0), Scaled(3.0)
    for _ in range(3):
        assert first(x).tolist() == second(x).tolist() == one.applied(x).tolist() == [2.0, 2.0]
        assert second(x, shift=1.0).tolist() == other.applied(x).tolist() == [3.0, 3.0]
    other.scale = 5.0
    assert other.applied(x).tolist() == [5.0, 5.0]
    assert first.__doc__ == "Twice."
    assert first.__name__ == "first"
    assert first(3) == 6


def test_backends_are_executors() -> None:
    def doubled(x: Any) -> Any:
        return x * 2

    assert torch.compile(doubled, backend="eager") is doubled
    assert torch.compile(doubled, disable=True) is doubled
    for name in (None, "inductor"):
        assert torch.compile(doubled, backend=name)(dl.ones(1)).item() == 2.0
    for name in dl.plugins.registry.names("executors"):
        assert torch.compile(doubled, backend=name).executor == name
    with pytest.raises(RuntimeError, match=r"Invalid backend: 'nowhere'; there are 'eager', .*'inductor'"):
        torch.compile(doubled, backend="nowhere")
    with pytest.raises(RuntimeError, match="PyTorch's own graphs"):
        torch.compile(doubled, backend=lambda graph, inputs: graph)
    with pytest.raises(RuntimeError, match="Unrecognized mode=fast"):
        torch.compile(doubled, mode="fast")
    assert "inductor" in torch.compiler.list_backends()
    assert "eager" in torch.compiler.list_backends(exclude_tags=())


def test_functions_that_are_kept_out() -> None:
    calls: list[Any] = []

    @torch.compiler.disable(reason="it counts")
    def counted(x: Any) -> Any:
        calls.append(torch.compiler.is_compiling())
        return x * 2

    compiled = torch.compile(lambda x: counted(x) + 1)
    with pytest.warns(UserWarning, match="it counts"):
        assert compiled(dl.ones(1)).item() == 3.0
    assert compiled(dl.ones(1)).item() == 3.0
    assert calls == [True, False]
    with pytest.raises(CannotTrace, match=r"torch\.compiler\.disable"):
        torch.compile(counted, fullgraph=True)(dl.ones(1))


def test_what_is_compiled_can_be_forgotten() -> None:
    compiled = torch.compile(lambda x: x * 2, fullgraph=True)
    compiled(dl.ones(1))
    torch.compiler.reset()
    assert compiled(dl.ones(1)).item() == 2.0
    assert compiled.traces == 2
