"""Training files: what they may say, and what is answered to what they may not."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from deep_learner.errors import ConfigurationError
from deep_learner_trainer import Component, Config, Retention, load_config

MINIMAL = """
epochs = 3
output = "out"
dataset = "Points"
model = ["Doubling", { name = "Linear", in_features = 2, out_features = 2 }]
loss = { name = "CrossEntropyLoss" }
optimizer = { name = "SGD", lr = 0.5 }
"""


@pytest.fixture
def minimal(tmp_path: Path) -> Path:
    path = tmp_path / "minimal.toml"
    path.write_text(MINIMAL, encoding="utf-8")
    return path


def test_a_file_becomes_components_and_defaults(minimal: Path) -> None:
    config = load_config(minimal)
    assert config.dataset == Component("Points")
    assert config.model[1] == Component("Linear", {"in_features": 2, "out_features": 2})
    assert (config.seed, config.batch_size, config.scheduler, config.backend) == (0, 32, None, None)


def test_a_configuration_survives_becoming_plain_values(config: Config) -> None:
    assert Config.from_dict(config.to_dict()) == config
    retained = dataclasses.replace(config, checkpoints=Retention(every=2, metric="accuracy"))
    assert Config.from_dict(retained.to_dict()) == retained


@pytest.mark.parametrize(
    ("override", "read"),
    [
        ("epochs=7", lambda config: config.epochs == 7),
        ("optimizer.lr=1e-3", lambda config: config.optimizer.arguments["lr"] == 0.001),
        ("model.1.out_features = 5", lambda config: config.model[1].arguments["out_features"] == 5),
        ("scheduler.name=StepLR", lambda config: config.scheduler == Component("StepLR")),
        ("output='with spaces'", lambda config: config.output == "with spaces"),
        ("output=plain/text", lambda config: config.output == "plain/text"),
        ("model=['ReLU']", lambda config: config.model == (Component("ReLU"),)),
    ],
)
def test_overrides_reach_every_value(minimal: Path, override: str, read: Any) -> None:
    assert read(load_config(minimal, [override]))


def test_the_last_override_wins(minimal: Path) -> None:
    assert load_config(minimal, ["epochs=7", "epochs=8"]).epochs == 8


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("epoch=7", "unknown key 'epoch'; did you mean 'epochs'"),
        ("epochs", "written key=value"),
        ("=3", "written key=value"),
        ("epochs.x=7", "inside the value 3"),
        ("model.2.p=7", "positions are 0 to 1"),
        ("model.first.p=7", "positions are 0 to 1"),
        ("epochs=0", "epochs must be an integer of at least 1; received 0"),
        ("epochs=true", "epochs must be an integer"),
        ("epochs=ten", "epochs must be an integer of at least 1; received 'ten'"),
        ("batch_size=-1", "batch_size must be an integer of at least 1"),
        ("seed=1.5", "seed must be an integer"),
        ("output=1", "output must be a string"),
        ("output=", "output must be a string that is not empty"),
        ("backend=1", "backend must be a string"),
        ("model=[]", "at least one layer"),
        ("model=3", "model must be a list"),
        ("model.0=3", "model.0 must be a table with a name"),
        ("loss={ reduction = 'sum' }", "loss must be a table with a name"),
        ("checkpoints=3", "checkpoints must be a table"),
        ("checkpoints.keep=3", "unknown key 'checkpoints.keep'; did you mean 'keep_last'"),
        ("checkpoints.keep_last=0", "checkpoints.keep_last must be an integer of at least 1; received 0"),
        (
            "checkpoints.metric=f1",
            "checkpoints.metric must be one of loss, accuracy, test_loss, test_accuracy",
        ),
    ],
)
def test_what_cannot_be_is_answered_with_the_file_and_the_reason(
    minimal: Path, override: str, message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_config(minimal, [override])
    assert str(caught.value).startswith(f"{minimal}: ")
    assert message in str(caught.value)


def test_a_missing_key_is_named(table: dict[str, Any]) -> None:
    del table["optimizer"]
    with pytest.raises(ConfigurationError, match="'optimizer' is missing"):
        Config.from_dict(table)


@pytest.mark.parametrize("content", [b"epochs = ", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_an_error_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"broken\.toml: "):
        load_config(path)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_config(tmp_path / "absent.toml")
