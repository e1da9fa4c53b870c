"""Training from a TOML file, from the command line or as a call.

>>> from deep_learner_trainer import fit, load_config
>>> run = fit(load_config("examples/digits.toml"))
>>> run.history[-1].test_accuracy
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deep_learner_trainer.checkpoint import Checkpoint, load_checkpoint
    from deep_learner_trainer.config import Component, Config, load_config
    from deep_learner_trainer.conversion import Conversion, convert
    from deep_learner_trainer.info import FileInfo, describe
    from deep_learner_trainer.loop import Trainer
    from deep_learner_trainer.metrics import EpochMetrics
    from deep_learner_trainer.new import new_package
    from deep_learner_trainer.prediction import Prediction, predict
    from deep_learner_trainer.retention import Retention
    from deep_learner_trainer.run import Run, fit
    from deep_learner_trainer.stopping import EarlyStopping

__all__ = [
    "Checkpoint",
    "Component",
    "Config",
    "Conversion",
    "EarlyStopping",
    "EpochMetrics",
    "FileInfo",
    "Prediction",
    "Retention",
    "Run",
    "Trainer",
    "convert",
    "describe",
    "fit",
    "load_checkpoint",
    "load_config",
    "new_package",
    "predict",
]

# A module is imported when something of its is asked for: the plugin host imports this package for its hooks.
_MODULES = {
    "checkpoint": ("Checkpoint", "load_checkpoint"),
    "config": ("Component", "Config", "load_config"),
    "run": ("Run", "fit"),
    "conversion": ("Conversion", "convert"),
    "info": ("FileInfo", "describe"),
    "loop": ("Trainer",),
    "metrics": ("EpochMetrics",),
    "new": ("new_package",),
    "prediction": ("Prediction", "predict"),
    "retention": ("Retention",),
    "stopping": ("EarlyStopping",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
