"""Registers the optimizers and the schedules; imports none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner.plugins import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register

OPTIMIZERS = {
    "ASGD": "asgd",
    "Adadelta": "adadelta",
    "Adafactor": "adafactor",
    "Adagrad": "adagrad",
    "Adam": "adam",
    "AdamW": "adam",
    "Adamax": "adamax",
    "LBFGS": "lbfgs",
    "Muon": "muon",
    "NAdam": "nadam",
    "RAdam": "radam",
    "RMSprop": "rmsprop",
    "Rprop": "rprop",
    "SGD": "sgd",
    "SparseAdam": "sparse_adam",
}
SCHEDULES = {
    "ChainedScheduler": "combined",
    "ConstantLR": "warmup",
    "CosineAnnealingLR": "annealing",
    "CosineAnnealingWarmRestarts": "annealing",
    "CyclicLR": "cyclic",
    "ExponentialLR": "decay",
    "LambdaLR": "lambda_lr",
    "LinearLR": "warmup",
    "MultiStepLR": "decay",
    "MultiplicativeLR": "lambda_lr",
    "OneCycleLR": "one_cycle",
    "PolynomialLR": "decay",
    "ReduceLROnPlateau": "plateau",
    "SequentialLR": "combined",
    "StepLR": "decay",
}


@hookimpl
def register_optimizers(register: Register) -> None:
    """Register each optimizer under PyTorch's name."""
    for name, module in OPTIMIZERS.items():
        register(name, f"deep_learner_optimizers.{module}:{name}")


@hookimpl
def register_schedulers(register: Register) -> None:
    """Register each schedule under PyTorch's name."""
    for name, module in SCHEDULES.items():
        register(name, f"deep_learner_optimizers.{module}:{name}")
