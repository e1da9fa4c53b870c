"""The training loop: what it does in which order, and who hears of it."""

from __future__ import annotations

from typing import Any

import pluggy
import pytest

import deep_learner as dl
from deep_learner import hookimpl, nn, optim
from deep_learner.errors import PluginWarning
from deep_learner.plugins import host
from deep_learner.utils.data import DataLoader, TensorDataset
from deep_learner_trainer import Trainer
from deep_learner_trainer.events import __all__ as EVENTS
from tests.trainer.conftest import Acme, points, slope


def make(*listeners: object, lr: float = 0.1, scheduled: bool = False) -> Trainer:
    """A linear classifier's trainer."""
    dl.manual_seed(0)
    model = nn.Linear(2, 2)
    optimizer = optim.SGD(model.parameters(), lr=lr)
    scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5) if scheduled else None
    return Trainer(model, nn.CrossEntropyLoss(), optimizer, scheduler=scheduler, listeners=listeners)


def batches(train: bool = True) -> DataLoader:
    return DataLoader(points(train), batch_size=16)


class Recorder:
    """Hears everything."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []

    @hookimpl
    def training_started(self, trainer: Trainer) -> None:
        self.events.append(("training_started", trainer.epoch))

    @hookimpl
    def epoch_started(self, epoch: int, steps: int | None) -> None:
        self.events.append(("epoch_started", epoch, steps))

    @hookimpl
    def step_ended(self, epoch: int, step: int, loss: dl.Tensor) -> None:
        assert not loss.requires_grad
        self.events.append(("step_ended", epoch, step))

    @hookimpl
    def epoch_ended(self, trainer: Trainer, metrics: Any) -> None:
        assert trainer.history[-1] is metrics
        self.events.append(("epoch_ended", metrics.epoch))

    @hookimpl
    def training_ended(self, error: BaseException | None) -> None:
        self.events.append(("training_ended", type(error).__name__))


def test_training_lowers_the_loss() -> None:
    history = make().fit(batches(), epochs=20)
    assert history[-1].loss < 0.5 * history[0].loss


def test_a_hand_written_loop_gives_the_same_parameters() -> None:
    trainer = make()
    trainer.fit(batches(), epochs=2)
    dl.manual_seed(0)
    model = nn.Linear(2, 2)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    for _ in range(2):
        for inputs, targets in batches():
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), targets).backward()
            optimizer.step()
    assert trainer.model.weight.tolist() == model.weight.tolist()


def test_events_come_in_order() -> None:
    recorder = Recorder()
    make(recorder).fit(batches(), epochs=2)
    epochs = [
        [
            ("epoch_started", epoch, 3),
            *(("step_ended", epoch, step) for step in (1, 2, 3)),
            ("epoch_ended", epoch),
        ]
        for epoch in (1, 2)
    ]
    assert recorder.events == [
        ("training_started", 0),
        *epochs[0],
        *epochs[1],
        ("training_ended", "NoneType"),
    ]
    assert {event[0] for event in recorder.events} == set(EVENTS)


def test_listeners_are_called_in_the_order_given_and_before_installed_plugins(acme: Acme) -> None:
    calls: list[str] = []
    acme.heard = lambda event, **_: calls.append("installed")

    class Listener:
        def __init__(self, name: str) -> None:
            self.name = name

        @hookimpl
        def epoch_started(self) -> None:
            calls.append(self.name)

    make(Listener("first"), Listener("second")).fit(DataLoader(points(), batch_size=48), epochs=1)
    assert calls[:3] == ["first", "second", "installed"]


def test_a_plugin_that_raises_is_left_out_and_remembered(acme: Acme) -> None:
    def fail(event: str, **_: Any) -> None:
        raise ZeroDivisionError("oh")

    acme.heard = fail
    trainer = make()
    with pytest.warns(
        PluginWarning, match=r"acme 1\.0 failed at 'call epoch_started': ZeroDivisionError: oh"
    ) as seen:
        trainer.fit(batches(), epochs=2)
    assert len(seen) == 1
    assert trainer.epoch == 2
    assert [failure.stage for failure in host().failures] == ["call epoch_started"]


def test_a_misspelt_event_of_a_listener_is_refused() -> None:
    class Misspelt:
        @hookimpl
        def epoch_end(self) -> None: ...

    with pytest.raises(pluggy.PluginValidationError, match="epoch_end"):
        make(Misspelt())


def test_the_error_of_a_listener_ends_the_run_and_is_announced() -> None:
    recorder = Recorder()

    class Failing:
        @hookimpl
        def epoch_ended(self) -> None:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        make(recorder, Failing()).fit(batches(), epochs=2)
    assert recorder.events[-1] == ("training_ended", "OSError")


def test_stop_makes_the_epoch_the_last() -> None:
    class Stop:
        @hookimpl
        def epoch_started(self, trainer: Trainer, epoch: int) -> None:
            if epoch == 2:
                trainer.stop()

    trainer = make(Stop())
    assert len(trainer.fit(batches(), epochs=5)) == 2
    assert len(trainer.fit(batches(), epochs=5)) == 5


def test_epochs_are_counted_in_all() -> None:
    trainer = make()
    trainer.fit(batches(), epochs=2)
    assert [metrics.epoch for metrics in trainer.fit(batches(), epochs=3)] == [1, 2, 3]


def test_metrics_are_those_of_the_data() -> None:
    trainer = make()
    [metrics] = trainer.fit(batches(), batches(train=False), epochs=1)
    data = points(train=False)
    inputs, targets = (
        dl.stack(list(column)) for column in zip(*(data[i] for i in range(len(data))), strict=True)
    )
    with dl.no_grad():
        output = trainer.model(inputs)
    right = sum(a == b for a, b in zip(output.argmax(1).tolist(), targets.tolist(), strict=True))
    assert metrics.test_accuracy == right / len(data)
    assert metrics.test_loss == pytest.approx(nn.functional.cross_entropy(output, targets).item(), rel=1e-6)


def test_accuracy_is_left_out_where_targets_are_no_classes() -> None:
    model = nn.Linear(2, 1)
    trainer = Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1))
    [metrics] = trainer.fit(DataLoader(slope(), batch_size=16), epochs=1)
    assert (metrics.accuracy, metrics.test_accuracy, metrics.test_loss) == (None, None, None)


def test_the_schedule_moves_once_an_epoch() -> None:
    history = make(scheduled=True).fit(batches(), epochs=3)
    assert [metrics.learning_rate for metrics in history] == [0.1, 0.05, 0.025]


def test_the_model_trains_in_training_mode_and_is_measured_in_evaluation_mode() -> None:
    modes: list[bool] = []
    trainer = make()
    trainer.model.register_forward_pre_hook(lambda module, _inputs: modes.append(module.training))
    trainer.model.eval()
    trainer.fit(DataLoader(points(), batch_size=48), DataLoader(points(False), batch_size=48), epochs=1)
    assert modes == [True, False]
    assert trainer.model.training


def test_evaluating_keeps_the_mode_and_records_no_graph() -> None:
    trainer = make()
    recorded: list[bool] = []
    trainer.model.register_forward_hook(
        lambda _module, _inputs, output: recorded.append(output.requires_grad)
    )
    trainer.model.eval()
    trainer.evaluate(batches())
    assert not trainer.model.training
    assert not any(recorded)


def test_a_diverging_training_ends_with_advice() -> None:
    inputs = dl.tensor([[float("inf"), 0.0]])
    data = DataLoader(TensorDataset(inputs, dl.tensor([0])), batch_size=1)
    with pytest.raises(FloatingPointError, match="the loss of epoch 1 is nan; lower the learning rate"):
        make().fit(data, epochs=3)


def test_a_loader_without_batches_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to train on: epoch 1 had no batch"):
        make().fit([], epochs=1)
