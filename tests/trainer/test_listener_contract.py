"""The contract of a listener: ours keep to it, and planted faults are caught."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import hookimpl
from deep_learner.plugins import host, registry

contracts = pytest.importorskip("deep_learner_trainer.testing", reason="the trainer is not installed")


class TestEarlyStopping(contracts.ListenerContract):
    listener = "EarlyStopping"
    arguments = {"patience": 2}  # noqa: RUF012
    stops = True


def test_every_listener_that_the_trainer_registers_has_a_contract():
    ours = {e.name for e in registry.entries("listeners") if e.distribution == "deep-learner-trainer"}
    assert ours == {TestEarlyStopping.listener}


class Listener:
    """Counts epochs."""

    @hookimpl
    def epoch_ended(self, trainer):
        pass


class Undocumented(Listener):
    __doc__ = None


class Deaf:
    """Hears of nothing."""


class Asking(Listener):
    """Asks for what is not told."""

    @hookimpl
    def epoch_ended(self, trainer, accuracy):
        pass


class Meddling(Listener):
    """Changes the rate."""

    @hookimpl
    def epoch_ended(self, trainer):
        trainer.optimizer.param_groups[0]["lr"] = 0.01


class Drawing(Listener):
    """Draws random numbers."""

    @hookimpl
    def step_ended(self, trainer):
        dl.rand(1)


class Impatient(Listener):
    """Ends the run without having said so."""

    @hookimpl
    def epoch_ended(self, trainer):
        trainer.stop()


class Once(Listener):
    """Hears of one run alone."""

    runs = 0

    @hookimpl
    def training_started(self, trainer):
        self.runs += 1
        assert self.runs == 1


class Fragile(Listener):
    """Cannot bear an error."""

    @hookimpl
    def training_ended(self, error):
        if error is not None:
            raise RuntimeError("no metrics")


FAULTS = {
    Undocumented: "test_it_is_registered_and_documented",
    Deaf: "test_it_listens_to_events_that_there_are",
    Asking: "test_it_listens_to_events_that_there_are",
    Meddling: "test_it_leaves_the_training_as_it_is",
    Drawing: "test_it_leaves_the_training_as_it_is",
    Impatient: "test_it_leaves_the_training_as_it_is",
    Once: "test_it_can_hear_of_two_runs",
    Fragile: "test_it_can_hear_of_a_run_that_breaks",
}


class Listeners:
    @hookimpl
    def register_listeners(self, register):
        for one in (Listener, *FAULTS):
            register(f"Planted{one.__name__}", one)


@pytest.fixture
def planted():
    from deep_learner.plugins.host import Host, activate

    before = activate(Host())
    host().add(Listeners(), distribution="acme")
    yield
    activate(before)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_caught(fault, planted, monkeypatch, tmp_path):
    contract = type("Planted", (contracts.ListenerContract,), {"listener": f"Planted{fault.__name__}"})()
    name = FAULTS[fault]
    fixtures = (
        {"monkeypatch": monkeypatch, "tmp_path": tmp_path} if "run" in name or "training" in name else {}
    )
    arguments = {"test": True} if "training" in name else {}
    with pytest.raises((AssertionError, RuntimeError)):
        getattr(contract, name)(**arguments, **fixtures)


def test_a_sound_listener_passes(planted, monkeypatch, tmp_path):
    contract = type("Sound", (contracts.ListenerContract,), {"listener": "PlantedListener"})()
    contract.test_it_is_registered_and_documented()
    contract.test_it_listens_to_events_that_there_are()
    contract.test_it_leaves_the_training_as_it_is(True, monkeypatch, tmp_path)
    contract.test_it_can_hear_of_two_runs(monkeypatch, tmp_path)
    contract.test_it_can_hear_of_a_run_that_breaks(monkeypatch, tmp_path)
