"""Optimization: the base class of optimizers, and every optimizer that an installed plugin registers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..plugins.facade import facade
from . import lr_scheduler
from .optimizer import Optimizer

if TYPE_CHECKING:  # so that type checkers and editors know the project's own
    from deep_learner_optimizers.adam import Adam as Adam
    from deep_learner_optimizers.adam import AdamW as AdamW
    from deep_learner_optimizers.sgd import SGD as SGD

__all__ = ["Optimizer", "lr_scheduler"]

__getattr__, __dir__ = facade(__name__, "optimizers")
