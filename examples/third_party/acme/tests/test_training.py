"""Everything together: named in a training file's table, and from Python."""

from __future__ import annotations

import pytest

import deep_learner as dl
from deep_learner import nn
from deep_learner.utils.data import DataLoader, TwoSpirals
from deep_learner_trainer import Config, Trainer, fit

WIDTH = 32
EPOCHS = 20


@pytest.fixture
def config(tmp_path):
    table = {
        "dataset": {"name": "TwoSpirals", "count": 1024, "turns": 1.0},
        "model": [
            {"name": "Linear", "in_features": 2, "out_features": WIDTH},
            {"name": "Snake", "features": WIDTH},
            {"name": "Linear", "in_features": WIDTH, "out_features": 2},
        ],
        "loss": {"name": "CrossEntropyLoss"},
        "optimizer": {"name": "Lion", "lr": 5e-3},
        "scheduler": {"name": "InverseSqrtLR", "warmup": 4},
        "listeners": [{"name": "CsvLog", "path": str(tmp_path / "epochs.csv")}],
        "epochs": EPOCHS,
        "output": str(tmp_path / "run"),
    }
    return Config.from_dict(table)


def test_a_run_that_names_them_learns(config, tmp_path):
    history = fit(config).history
    assert history[-1].test_accuracy > 0.95
    assert len((tmp_path / "epochs.csv").read_text(encoding="utf-8").splitlines()) == 1 + EPOCHS


def test_the_same_from_python_gives_the_same(config, tmp_path):
    dl.manual_seed(0)
    train, test = (
        DataLoader(TwoSpirals(train=part, count=1024, turns=1.0), batch_size=32, shuffle=part)
        for part in (True, False)
    )
    model = nn.Sequential(nn.Linear(2, WIDTH), nn.Snake(WIDTH), nn.Linear(WIDTH, 2))
    optimizer = dl.optim.Lion(model.parameters(), lr=5e-3)
    scheduler = dl.optim.lr_scheduler.InverseSqrtLR(optimizer, warmup=4)
    trainer = Trainer(model, nn.CrossEntropyLoss(), optimizer, scheduler=scheduler)
    history = trainer.fit(train, test, epochs=EPOCHS)
    assert [one.loss for one in history] == [one.loss for one in fit(config).history]

    dl.save(model.state_dict(), tmp_path / "weights.json")
    assert dl.load(tmp_path / "weights.json")["0.weight"].tolist() == model[0].weight.tolist()
