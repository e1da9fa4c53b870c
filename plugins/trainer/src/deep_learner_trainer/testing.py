"""For the authors of listeners: the contract that a test file subclasses. It needs pytest."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import pytest

import deep_learner
from deep_learner import Tensor
from deep_learner.nn import Module, Parameter
from deep_learner.optim import Optimizer
from deep_learner.plugins import registry
from deep_learner_trainer import Trainer, events

__all__ = ["ListenerContract"]

_INPUTS = [[[0.5, -1.0], [2.0, 0.25]], [[-0.5, 1.5], [1.0, 1.0]], [[0.0, -2.0], [0.75, 0.5]]]
_RIGHT = (1.0, -2.0)


class _Line(Module):
    """Two weights, from zero."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = Parameter(Tensor([0.0, 0.0]))

    def forward(self, input: Any) -> Any:
        return (input * self.weight).sum(1)


class _Descent(Optimizer):
    """Plain descent."""

    def rule(
        self, xp: Any, parameter: Any, gradient: Any, state: dict[str, Any], group: dict[str, Any]
    ) -> Any:
        return parameter - gradient * group["lr"]


def _squared(output: Any, targets: Any) -> Any:
    return ((output - targets) ** 2).mean()


class ListenerContract:
    """What every listener keeps to; a test file is a subclass that says which one and how it is made.

    Attributes
    ----------
    listener : str
        The name it is registered under.
    arguments : Mapping
        The arguments it is made with.
    stops : bool
        True if it may end a run before its last epoch.

    Examples
    --------
    >>> class TestNotes(ListenerContract):
    ...     listener = "Notes"
    ...     arguments = {"every": 2}
    """

    listener: ClassVar[str]
    arguments: ClassVar[Mapping[str, Any]] = {}
    stops: ClassVar[bool] = False

    def make(self) -> Any:
        """A new listener; overridden where it takes what must be made first."""
        return registry.get("listeners", self.listener)(**self.arguments)

    def trained(self, listeners: Sequence[object], *, epochs: int = 4, test: bool = True) -> Trainer:
        """A run of a few epochs, listened to; what went wrong in it is raised."""
        model = _Line()
        trainer = Trainer(model, _squared, _Descent(model.parameters(), {"lr": 0.1}), listeners=listeners)
        batches = [(Tensor(rows), Tensor([_total(row) for row in rows])) for rows in _INPUTS]
        trainer.fit(batches, batches[:1] if test else None, epochs=epochs)
        return trainer

    def test_it_is_registered_and_documented(self) -> None:
        kind = registry.get("listeners", self.listener)
        assert (kind.__doc__ or "").strip(), f"{kind} has no docstring"

    def test_it_listens_to_events_that_there_are(self) -> None:
        made = self.make()
        heard = [name for name in events.__all__ if hasattr(made, name)]
        assert heard, f"{self.listener} listens to none of {', '.join(events.__all__)}"
        for name in heard:
            known = inspect.signature(getattr(events, name)).parameters
            asked = inspect.signature(getattr(made, name)).parameters
            assert set(asked) <= set(known), f"{name} has {list(known)}, and {list(asked)} are asked for"
        Trainer(_Line(), _squared, _Descent([Parameter(Tensor([0.0]))], {"lr": 0.1}), listeners=[made])

    @pytest.mark.parametrize("test", [True, False])
    def test_it_leaves_the_training_as_it_is(self, test: bool, monkeypatch: Any, tmp_path: Any) -> None:
        monkeypatch.chdir(tmp_path)  # for what it writes
        state = deep_learner.get_rng_state()
        alone, heard = self.trained([], test=test), self.trained([self.make()], test=test)
        assert deep_learner.get_rng_state().tolist() == state.tolist(), "random numbers were drawn"
        count = len(heard.history)
        assert count == 4 or (self.stops and count), f"the run had {count} epochs instead of 4"
        expected = [metrics.loss for metrics in alone.history[:count]]
        assert [metrics.loss for metrics in heard.history] == expected, "the losses are others"

    def test_it_can_hear_of_two_runs(self, monkeypatch: Any, tmp_path: Any) -> None:
        monkeypatch.chdir(tmp_path)
        one = self.make()
        for _ in range(2):
            assert self.trained([one]).history

    def test_it_can_hear_of_a_run_that_breaks(self, monkeypatch: Any, tmp_path: Any) -> None:
        monkeypatch.chdir(tmp_path)

        class RunError(Exception):
            """Of the run, not of the listener."""

        class Breaking:
            """Breaks the run in its second epoch."""

            @deep_learner.hookimpl
            def epoch_started(self, epoch: int) -> None:
                if epoch == 2:
                    raise RunError

        with pytest.raises(RunError):
            self.trained([self.make(), Breaking()])


def _total(row: list[float]) -> float:
    return sum(value * right for value, right in zip(row, _RIGHT, strict=True))
