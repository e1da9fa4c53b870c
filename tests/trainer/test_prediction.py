"""Predictions from a checkpoint, for samples of the test set and for files."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.errors import ConfigurationError
from deep_learner_trainer import Config, Run, fit, predict
from tests.trainer.conftest import points


@pytest.fixture
def run(config: Config) -> Run:
    return fit(dataclasses.replace(config, epochs=1))


def expected(run: Run, inputs: dl.Tensor) -> np.ndarray:
    """The model's probabilities."""
    run.trainer.model.eval()
    with dl.no_grad():
        output = run.trainer.model(inputs).numpy().astype(np.float64)
    powers = np.exp(output - output.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def test_samples_of_the_test_set_are_predicted_beside_their_targets(run: Run) -> None:
    data = points(train=False)
    predictions = predict(run.checkpoint, [3, 0])
    probabilities = expected(run, dl.stack([data[3][0], data[0][0]]))
    assert [one.sample for one in predictions] == [3, 0]
    assert [one.target for one in predictions] == [str(data[3][1].item()), str(data[0][1].item())]
    for one, row in zip(predictions, probabilities, strict=True):
        np.testing.assert_allclose(one.output, row, rtol=1e-5)
        assert one.predicted == str(row.argmax())
        assert one.probability == max(one.output)


def test_the_first_ten_samples_are_predicted_unless_told_otherwise(run: Run) -> None:
    assert [one.sample for one in predict(run.checkpoint)] == list(range(10))


@pytest.mark.parametrize("name", ["inputs.npy", "inputs.npz", "inputs.safetensors"])
def test_inputs_are_read_from_a_file(run: Run, tmp_path: Path, name: str) -> None:
    inputs = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]], dtype=np.float32)
    if name.endswith(".npy"):
        np.save(tmp_path / name, inputs)
    else:
        dl.save({"inputs": dl.from_numpy(inputs)}, tmp_path / name)
    predictions = predict(run.checkpoint, file=tmp_path / name)
    np.testing.assert_allclose(
        [one.output for one in predictions], expected(run, dl.from_numpy(inputs)), rtol=1e-5
    )
    assert [one.target for one in predictions] == [None] * 3
    [last] = predict(run.checkpoint, [2], file=tmp_path / name)
    assert last.output == pytest.approx(predictions[2].output)


def test_classes_are_named_where_the_data_set_names_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from deep_learner.utils.data import TensorDataset

    monkeypatch.setattr(TensorDataset, "classes", ("above", "below"), raising=False)
    assert {one.target for one in predict(run.checkpoint)} == {"above", "below"}


def test_numbers_are_predicted_as_they_are(table: dict[str, Any], tmp_path: Path) -> None:
    table["dataset"] = {"name": "Slope"}
    table["model"] = [{"name": "Linear", "in_features": 2, "out_features": 1}]
    table["loss"] = {"name": "MSELoss"}
    run = fit(Config.from_dict(table))
    with pytest.raises(ConfigurationError, match="'Slope' has no test part; give a file"):
        predict(run.checkpoint)
    dl.save({"inputs": dl.zeros(1, 2)}, tmp_path / "zeros.npz")
    [one] = predict(run.checkpoint, file=tmp_path / "zeros.npz")
    assert one.output == run.trainer.model.get_parameter("0.bias").tolist()
    assert (one.predicted, one.probability) == (None, None)


@pytest.mark.parametrize("samples", [[48], [-1]])
def test_a_sample_that_is_not_there_is_an_error(run: Run, samples: list[int]) -> None:
    with pytest.raises(IndexError, match=rf"no sample {samples[0]}; its samples are 0 to 47"):
        predict(run.checkpoint, samples)


def test_a_file_of_several_arrays_is_ambiguous(run: Run, tmp_path: Path) -> None:
    dl.save({"a": dl.zeros(1, 2), "b": dl.zeros(1, 2)}, tmp_path / "two.npz")
    with pytest.raises(ConfigurationError, match="must hold one array of inputs; it holds 2"):
        predict(run.checkpoint, file=tmp_path / "two.npz")


def test_a_file_as_numpy_saves_it_by_default_is_read_in_the_models_dtype(run: Run, tmp_path: Path) -> None:
    inputs = np.array([[1.0, 2.0], [3.0, -1.0]])
    np.save(tmp_path / "inputs.npy", inputs)
    outputs = [one.output for one in predict(run.checkpoint, file=tmp_path / "inputs.npy")]
    np.testing.assert_allclose(outputs, expected(run, dl.tensor(inputs, dtype=dl.float32)), rtol=1e-5)


def test_a_file_of_a_single_number_is_refused(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "number.npy", np.float32(3))
    with pytest.raises(ConfigurationError, match="it holds a single number"):
        predict(run.checkpoint, file=tmp_path / "number.npy")
