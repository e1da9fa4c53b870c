"""The command line: its exit codes, its one-line errors, and what it prints."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deep_learner_trainer import Config, load_checkpoint
from deep_learner_trainer.cli import main
from tests.trainer.conftest import Acme


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs the command line: exit code, output, error output."""

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        output = capsys.readouterr()
        return caught.value.code, output.out, output.err  # type: ignore[return-value]

    return run


def test_train_says_how_good_and_where(run: Any, file: Path, config: Config) -> None:
    code, out, err = run("train", file)
    assert (code, err) == (0, "")
    assert "4 epochs in" in out
    assert "test accuracy" in out
    assert str(Path(config.output) / "checkpoint.safetensors") in out
    assert str(Path(config.output) / "metrics.jsonl") in out


def test_set_and_backend_override_the_file(run: Any, file: Path, config: Config) -> None:
    assert run("train", file, "--set", "epochs=1", "--set", "optimizer.lr=0.5", "--backend", "numpy")[0] == 0
    saved = load_checkpoint(Path(config.output) / "checkpoint.safetensors").config
    assert (saved.epochs, saved.optimizer.arguments["lr"], saved.backend) == (1, 0.5, "numpy")


def test_a_second_run_says_that_it_will_replace_the_first(run: Any, file: Path) -> None:
    run("train", file, "--set", "epochs=1")
    assert "the earlier run" in run("train", file)[1]
    assert "the earlier run" not in run("train", file, "--resume")[1]


def test_ctrl_c_leaves_the_last_epoch_and_says_where(
    run: Any, file: Path, acme: Acme, config: Config
) -> None:
    def interrupt(event: str, **arguments: Any) -> None:
        if event == "step_ended" and arguments["epoch"] == 3:
            signal.raise_signal(signal.SIGINT)

    acme.heard = interrupt
    code, out, err = run("train", file)
    assert (code, err) == (130, "")
    checkpoint = Path(config.output) / "checkpoint.safetensors"
    assert f"epoch 2 was the last finished one; its checkpoint is {checkpoint}" in out
    assert load_checkpoint(checkpoint).epoch == 2
    acme.heard = lambda event, **_: None
    assert run("train", file, "--resume")[0] == 0
    assert load_checkpoint(checkpoint).epoch == 4


@pytest.mark.parametrize(
    ("epoch", "said"),
    [
        (2, "before a checkpoint was due: nothing was saved"),
        (4, "epoch 3 was the last finished one; the last checkpoint, of epoch 2, is"),
    ],
)
def test_ctrl_c_between_checkpoints_names_the_one_before(
    run: Any, file: Path, acme: Acme, config: Config, epoch: int, said: str
) -> None:
    def interrupt(event: str, **arguments: Any) -> None:
        if event == "step_ended" and arguments["epoch"] == epoch:
            signal.raise_signal(signal.SIGINT)

    earlier = ("train", file, "--set", "checkpoints.keep_best=2", "--set", "epochs=1")
    assert run(*earlier)[0] == 0  # whose checkpoint is none of the next run's
    acme.heard = interrupt
    code, out, _ = run("train", file, "--set", "checkpoints.every=2")
    assert code == 130
    assert said in out
    assert (str(Path(config.output) / "epoch-0002.safetensors") in out) == (epoch == 4)


def test_ctrl_c_in_the_first_epoch_saves_nothing_and_says_so(run: Any, file: Path, acme: Acme) -> None:
    acme.heard = lambda event, **_: signal.raise_signal(signal.SIGINT)
    code, out, _ = run("train", file)
    assert code == 130
    assert "interrupted before an epoch was finished: nothing was saved" in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["train", "absent.toml"], 2, "error: absent.toml: No such file or directory"),
        (["train", "FILE", "--set", "epoch=1"], 2, "unknown key 'epoch'; did you mean 'epochs'"),
        (["train", "FILE", "--set", "model.1.name=ReLUU"], 2, "did you mean 'ReLU'"),
        (["train", "FILE", "--set", "model.0.out_feature=3"], 2, "did you mean 'out_features'"),
        (["train", "FILE", "--backend", "abacus"], 2, "abacus"),
        (["train", "FILE", "--set", "model.0.in_features=3"], 1, "error: "),
        (["train", "FILE", "--resume"], 2, "checkpoint.safetensors: No such file or directory"),
        (["predict", "FILE"], 1, "none of the known formats"),
        (["info", "absent.npz"], 2, "error: absent.npz: No such file or directory"),
        (["train"], 2, "Missing argument"),
        (["trian"], 2, "No such command"),
        (["train", "FILE", "--epochs", "3"], 2, "No such option"),
    ],
)
def test_errors_are_short_and_show_no_traceback(
    run: Any, file: Path, arguments: list[str], code: int, message: str
) -> None:
    received, _, err = run(*(file if argument == "FILE" else argument for argument in arguments))
    assert received == code
    assert message in err
    assert "Traceback" not in err


def test_debug_raises_the_error(file: Path) -> None:
    with pytest.raises(FileNotFoundError):
        main(["train", "absent.toml", "--debug"])


def test_predict_shows_the_samples_asked_for(run: Any, file: Path, config: Config) -> None:
    run("train", file)
    checkpoint = Path(config.output) / "checkpoint.safetensors"
    code, out, _ = run("predict", checkpoint, "--index", "7", "--index", "3", "--json")
    assert code == 0
    assert [one["sample"] for one in json.loads(out)] == [7, 3]
    code, out, _ = run("predict", checkpoint)
    assert code == 0
    assert out.count(" %") == 10
    assert run("predict", checkpoint, "--index", "1000")[0] == 1


def test_info_lists_the_tensors(run: Any, file: Path, config: Config) -> None:
    run("train", file)
    checkpoint = Path(config.output) / "checkpoint.safetensors"
    code, out, _ = run("info", checkpoint, "--json")
    assert code == 0
    shapes = {one["name"]: one["shape"] for one in json.loads(out)["tensors"]}
    assert shapes["model.0.weight"] == [8, 2]
    code, out, _ = run("info", checkpoint)
    assert code == 0
    assert "model.0.weight" in out
    assert "(8, 2)" in out


def test_plugins_lists_what_is_installed(run: Any) -> None:
    code, out, _ = run("plugins", "--json")
    assert code == 0
    rows = {row["distribution"]: row for row in json.loads(out)}
    assert rows["acme"]["provides"] == {"layers": ["Around", "Doubling"], "datasets": ["Points", "Slope"]}
    assert rows["deep-learner-trainer"]["hooks"] == ["register_hookspecs", "register_listeners"]
    code, out, _ = run("plugins")
    assert code == 0
    assert all(distribution in out for distribution in rows)


def test_a_closed_output_is_no_error(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    code, _, err = run("plugins")
    assert (code, err) == (0, "")


def test_what_is_wrong_with_a_plugin_is_shown(run: Any) -> None:
    from deep_learner.plugins import host

    host().plugins[0].failed("call register_layers", "it broke")
    code, out, _ = run("plugins")
    assert code == 0
    assert "it broke" in out


@pytest.mark.parametrize("command", ["train", "predict", "info", "convert", "plugins", "new"])
def test_every_command_explains_itself(run: Any, command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "--debug" in out


def test_help_imports_neither_arrays_nor_tables() -> None:
    code = """
import sys
from deep_learner_trainer.cli import main
try:
    main(["--help"])
except SystemExit:
    print("loaded:", *{"numpy", "rich", "matplotlib"}.intersection(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "loaded:"
