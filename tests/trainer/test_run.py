"""A whole run: what it leaves behind, and that an interruption leaves no trace in the result."""

from __future__ import annotations

import dataclasses
import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

import deep_learner as dl
from deep_learner import hookimpl, serialization
from deep_learner.errors import ConfigurationError, UnknownNameError
from deep_learner.serialization import SerializationError
from deep_learner_trainer import Config, Retention, Run, Trainer, fit, load_checkpoint
from tests.trainer.conftest import Acme


def result(run: Run) -> dict[str, Any]:
    """What two runs have in common if they are the same: everything but the time they took."""
    state = run.trainer.state_dict()
    for metrics in state["history"]:
        del metrics["seconds"]
    return _plain(state)


def _plain(value: Any) -> Any:
    if isinstance(value, dl.Tensor):
        return value.tolist()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def interrupt(event: str, at: dict[str, int]) -> Any:
    """For `Acme.heard`: the signal of Ctrl-C at one moment."""

    def hear(name: str, **arguments: Any) -> None:
        if name == event and all(arguments[key] == value for key, value in at.items()):
            signal.raise_signal(signal.SIGINT)

    return hear


def test_a_run_leaves_checkpoint_metrics_and_plot(config: Config) -> None:
    pytest.importorskip("matplotlib", reason="the plot is drawn with matplotlib")
    run = fit(config)
    assert sorted(path.name for path in Path(config.output).iterdir()) == [
        "checkpoint.safetensors",
        "curves.png",
        "metrics.jsonl",
    ]
    assert run.plot is not None
    assert run.plot.read_bytes().startswith(b"\x89PNG")
    lines = [json.loads(line) for line in run.metrics.read_text().splitlines()]
    assert lines == [metrics.to_dict() for metrics in run.history]
    assert load_checkpoint(run.checkpoint).config == config


def test_without_matplotlib_there_is_no_plot(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    run = fit(config)
    assert run.plot is None
    assert not (Path(config.output) / "curves.png").exists()


def test_the_same_configuration_gives_the_same_result(config: Config) -> None:
    assert result(fit(config)) == result(fit(config))


def test_another_seed_gives_another_result(config: Config) -> None:
    assert result(fit(config)) != result(fit(dataclasses.replace(config, seed=1)))


@pytest.mark.parametrize("moment", [("step_ended", {"epoch": 3, "step": 2}), ("epoch_started", {"epoch": 3})])
def test_a_run_interrupted_and_resumed_gives_the_identical_result(
    config: Config, acme: Acme, moment: tuple[str, dict[str, int]]
) -> None:
    whole = result(fit(config))
    acme.heard = interrupt(*moment)
    with pytest.raises(KeyboardInterrupt):
        fit(config)
    acme.heard = lambda event, **_: None
    checkpoint = load_checkpoint(Path(config.output) / "checkpoint.safetensors")
    assert checkpoint.epoch == 2
    dl.manual_seed(99)  # nothing of the new process's own state may matter
    resumed = fit(config, resume=True)
    assert result(resumed) == whole
    epochs = [json.loads(line)["epoch"] for line in resumed.metrics.read_text().splitlines()]
    assert epochs == [1, 2, 3, 4]


def kept(config: Config) -> list[str]:
    return sorted(path.name for path in Path(config.output).glob("*.safetensors"))


def test_the_last_and_the_best_epochs_are_kept_and_resumed_from(config: Config, acme: Acme) -> None:
    config = dataclasses.replace(config, epochs=7, checkpoints=Retention(every=2, keep_last=2, metric="loss"))
    whole = fit(config)
    assert whole.checkpoint.name == "epoch-0007.safetensors"
    losses = {epoch: whole.history[epoch - 1].loss for epoch in (2, 4, 6, 7)}
    best = min(losses, key=lambda epoch: losses[epoch])
    assert kept(config) == [f"epoch-{epoch:04d}.safetensors" for epoch in sorted({best, 6, 7})]
    acme.heard = interrupt("step_ended", {"epoch": 6, "step": 2})
    with pytest.raises(KeyboardInterrupt):
        fit(config)  # which takes the place of the earlier run with its first checkpoint
    assert kept(config)[-1] == "epoch-0004.safetensors"
    acme.heard = lambda event, **_: None
    dl.manual_seed(99)
    resumed = fit(config, resume=True)
    assert result(resumed) == result(whole)
    assert kept(config) == [f"epoch-{epoch:04d}.safetensors" for epoch in sorted({best, 6, 7})]
    checkpoint = serialization.load_checkpoint(resumed.checkpoint)
    assert (checkpoint.epoch, checkpoint.step) == (7, 7 * 5)
    assert checkpoint.metrics["test_loss"] == resumed.history[-1].test_loss


def test_the_best_by_a_test_that_is_not_there_is_an_error_before_training(table: dict[str, Any]) -> None:
    table |= {"dataset": {"name": "Slope"}, "checkpoints": {"metric": "test_loss"}}
    with pytest.raises(
        ConfigurationError, match=r"checkpoints\.metric is 'test_loss', and the data set has no test part"
    ):
        fit(Config.from_dict(table))


def test_a_finished_run_can_be_given_more_epochs(config: Config) -> None:
    fit(dataclasses.replace(config, epochs=2))
    assert result(fit(config, resume=True)) == result(fit(config))


def test_a_crash_while_saving_leaves_the_checkpoint_before(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    replace, calls = os.replace, []

    def fail_the_third_time(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 3:
            raise OSError("power cut")
        replace(*arguments)

    monkeypatch.setattr(os, "replace", fail_the_third_time)
    with pytest.raises(OSError, match="power cut"):
        fit(config)
    assert load_checkpoint(Path(config.output) / "checkpoint.safetensors").epoch == 2


def test_resuming_where_there_is_nothing_is_an_error(config: Config) -> None:
    with pytest.raises(FileNotFoundError, match=r"checkpoint\.safetensors"):
        fit(config, resume=True)


def test_resuming_another_run_is_an_error_that_names_the_difference(config: Config) -> None:
    fit(dataclasses.replace(config, epochs=1))
    with pytest.raises(ConfigurationError, match="batch_size was 10 and is now 12"):
        fit(dataclasses.replace(config, batch_size=12), resume=True)


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-40], lambda content: b"", lambda content: b"x" * 400]
)
def test_a_damaged_checkpoint_is_one_clear_error(config: Config, damage: Any) -> None:
    run = fit(dataclasses.replace(config, epochs=1))
    run.checkpoint.write_bytes(damage(run.checkpoint.read_bytes()))
    with pytest.raises(SerializationError, match=r"checkpoint\.safetensors"):
        fit(config, resume=True)


def test_a_file_of_tensors_is_no_checkpoint(tmp_path: Path) -> None:
    dl.save({"weight": dl.ones(2)}, tmp_path / "weights.safetensors")
    with pytest.raises(SerializationError, match="no checkpoint of a training run: it holds weight"):
        load_checkpoint(tmp_path / "weights.safetensors")


def test_an_unknown_layer_ends_before_anything_is_written(table: dict[str, Any]) -> None:
    table["model"][1]["name"] = "ReLUU"
    with pytest.raises(UnknownNameError, match="ReLU"):
        fit(Config.from_dict(table))
    assert not Path(table["output"]).exists()


def test_an_unknown_backend_is_an_error(config: Config) -> None:
    with pytest.raises(LookupError, match="abacus"):
        fit(dataclasses.replace(config, backend="abacus"))


def test_a_data_set_without_a_test_part_trains_without_one(table: dict[str, Any]) -> None:
    table["dataset"] = {"name": "Slope"}
    table["model"] = [{"name": "Linear", "in_features": 2, "out_features": 1}]
    table["loss"] = {"name": "MSELoss"}
    run = fit(Config.from_dict(table))
    assert run.history[-1].loss < run.history[0].loss
    assert run.history[-1].test_loss is None


def test_listeners_find_the_epoch_on_the_disk(config: Config) -> None:
    epochs: list[int] = []

    class Listener:
        @hookimpl
        def epoch_ended(self, trainer: Trainer) -> None:
            epochs.append(load_checkpoint(Path(config.output) / "checkpoint.safetensors").epoch)

    fit(config, listeners=[Listener()])
    assert epochs == [1, 2, 3, 4]


def test_settings_outside_the_run_stay_as_they_were(config: Config) -> None:
    before = dl.backends.current()
    fit(dataclasses.replace(config, backend="numpy", device="cpu", epochs=1))
    assert dl.backends.current() is before


@pytest.mark.parametrize("part", ["model", "optimizer", "history", "config"])
def test_a_checkpoint_that_lacks_a_part_is_damaged(config: Config, part: str) -> None:
    path = fit(dataclasses.replace(config, epochs=1)).checkpoint
    state = dl.load(path)
    del state[part]
    dl.save(state, path)
    with pytest.raises(SerializationError, match=f"checkpoint.*is damaged: it lacks {part}"):
        load_checkpoint(path)


@pytest.mark.parametrize("written", ["text", {"later": 1}])
def test_a_checkpoint_with_another_config_is_named(config: Config, written: Any) -> None:
    path = fit(dataclasses.replace(config, epochs=1)).checkpoint
    dl.save({**dl.load(path), "config": written}, path)
    with pytest.raises(SerializationError, match=r"checkpoint\.safetensors .*config"):
        load_checkpoint(path)


def test_a_loss_of_many_numbers_is_refused_before_anything_is_trained(config: Config) -> None:
    each = dataclasses.replace(config.loss, arguments={"reduction": "none"})
    with pytest.raises(ValueError, match="must be one number"):
        fit(dataclasses.replace(config, loss=each))


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("abacus", "no installed backend serves Device.ABACUS"),
        ("cpu:3", "the backend 'numpy' has no Device.CPU:3"),
    ],
)
def test_a_device_that_is_not_there_is_blamed_on_no_part_of_the_run(
    config: Config, device: str, message: str
) -> None:
    with pytest.raises(RuntimeError) as caught:
        fit(dataclasses.replace(config, device=device))
    assert str(caught.value).startswith(message)
