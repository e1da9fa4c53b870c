"""Listening to training runs: those that name the listener, and all."""

from __future__ import annotations

import csv
import logging

import pytest
from acme_deep_learner.csv_log import CsvLog

import deep_learner as dl
from deep_learner.testing import PluginDistribution, isolated
from deep_learner.utils.data import DataLoader, TensorDataset
from deep_learner_trainer import Trainer
from deep_learner_trainer.testing import ListenerContract


class TestCsvLog(ListenerContract):
    listener = "CsvLog"
    arguments = {"path": "epochs.csv"}  # noqa: RUF012

    @pytest.fixture(autouse=True)
    def _somewhere_else(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)  # it writes


@pytest.fixture
def trainer(tmp_path):
    def make():
        dl.manual_seed(0)
        model = dl.nn.Linear(2, 1)
        optimizer = dl.optim.SGD(model.parameters(), lr=0.1)
        return Trainer(
            model, dl.nn.MSELoss(), optimizer, listeners=[CsvLog(tmp_path / "logs" / "epochs.csv")]
        )

    return make


def batches():
    inputs = dl.randn(16, 2, generator=dl.Generator().manual_seed(0))
    return DataLoader(TensorDataset(inputs, inputs[:, :1]), batch_size=8)


def rows(tmp_path):
    with (tmp_path / "logs" / "epochs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_epoch_has_a_row(trainer, tmp_path):
    history = trainer().fit(batches(), epochs=3)
    found = rows(tmp_path)
    assert [int(row["epoch"]) for row in found] == [1, 2, 3]
    assert [float(row["loss"]) for row in found] == [metrics.loss for metrics in history]


def test_what_was_not_measured_is_left_empty(trainer, tmp_path):
    trainer().fit(batches(), epochs=1)
    assert rows(tmp_path)[0]["test_loss"] == ""


def test_a_resumed_run_keeps_its_earlier_rows(trainer, tmp_path):
    first, second = trainer(), trainer()
    first.fit(batches(), epochs=2)
    before = rows(tmp_path)
    second.load_state_dict(first.state_dict())
    second.fit(batches(), epochs=3)
    assert rows(tmp_path)[:2] == before
    assert len(rows(tmp_path)) == 3


def test_every_run_is_told_of_in_pythons_log(trainer, caplog):
    with caplog.at_level(logging.INFO, "acme_deep_learner"):
        history = trainer().fit(batches(), epochs=2)
    assert caplog.messages == [f"epoch {one.epoch}: loss {one.loss:.4f}" for one in history]


def test_without_the_trainer_the_plugin_is_sound():
    with isolated(PluginDistribution("acme-deep-learner", {"acme": "acme_deep_learner.hooks"})) as host:
        assert host.failures == []
        assert host.catalogue.names("layers") == ["Snake"]
