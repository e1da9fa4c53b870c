"""Optimization: the base class of optimizers, and every optimizer that an installed plugin registers."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..compiler.number import as_number
from ..plugins.facade import facade
from . import lr_scheduler
from .optimizer import Optimizer

if TYPE_CHECKING:  # so that type checkers and editors know the project's own
    from deep_learner_optimizers.adadelta import Adadelta as Adadelta
    from deep_learner_optimizers.adafactor import Adafactor as Adafactor
    from deep_learner_optimizers.adagrad import Adagrad as Adagrad
    from deep_learner_optimizers.adam import Adam as Adam
    from deep_learner_optimizers.adam import AdamW as AdamW
    from deep_learner_optimizers.adamax import Adamax as Adamax
    from deep_learner_optimizers.asgd import ASGD as ASGD
    from deep_learner_optimizers.lbfgs import LBFGS as LBFGS
    from deep_learner_optimizers.muon import Muon as Muon
    from deep_learner_optimizers.nadam import NAdam as NAdam
    from deep_learner_optimizers.radam import RAdam as RAdam
    from deep_learner_optimizers.rmsprop import RMSprop as RMSprop
    from deep_learner_optimizers.rprop import Rprop as Rprop
    from deep_learner_optimizers.sgd import SGD as SGD
    from deep_learner_optimizers.sparse_adam import SparseAdam as SparseAdam

    from . import swa_utils as swa_utils

__all__ = ["Optimizer", "as_number", "lr_scheduler", "swa_utils"]

_registered, __dir__ = facade(__name__, "optimizers")


def __getattr__(name: str) -> Any:
    """What plugins registered; averaging is imported when it is first used."""
    return import_module(".swa_utils", __name__) if name == "swa_utils" else _registered(name)
