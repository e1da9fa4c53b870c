"""A run resumed from a checkpoint is the run that it would have been: for every optimizer and schedule."""

from __future__ import annotations

import random

import pytest

import deep_learner as dl
from deep_learner import nn, optim
from deep_learner.optim import lr_scheduler, swa_utils
from deep_learner.plugins import registry
from deep_learner.serialization import Checkpoints
from deep_learner.utils import data
from tests.serialization.bits import bits

pytestmark = pytest.mark.needs(
    "deep_learner_serializers", "deep_learner_optimizers", "deep_learner_layers", "deep_learner_data"
)

OPTIMIZERS = {
    "ASGD": [{"t0": 1.0}], "Adadelta": [{}], "Adafactor": [{}], "Adagrad": [{"lr_decay": 0.1}],
    "Adam": [{"lr": 0.01}, {"lr": 0.01, "amsgrad": True}], "AdamW": [{"lr": 0.01}], "Adamax": [{}],
    "LBFGS": [{"max_iter": 3}], "Muon": [{}],
    "NAdam": [{}], "RAdam": [{"lr": 0.01}], "RMSprop": [{"momentum": 0.5, "centered": True}],
    "Rprop": [{}], "SGD": [{"lr": 0.1}, {"lr": 0.1, "momentum": 0.9, "dampening": 0.1},
            {"lr": 0.1, "momentum": 0.9, "nesterov": True}],
    "SparseAdam": [{}],
}  # fmt: skip
SCHEDULERS = {
    "ConstantLR": lambda of: lr_scheduler.ConstantLR(of, total_iters=3),
    "LinearLR": lambda of: lr_scheduler.LinearLR(of, total_iters=6),
    "ExponentialLR": lambda of: lr_scheduler.ExponentialLR(of, 0.9),
    "StepLR": lambda of: lr_scheduler.StepLR(of, 3),
    "MultiStepLR": lambda of: lr_scheduler.MultiStepLR(of, [2, 5]),
    "PolynomialLR": lambda of: lr_scheduler.PolynomialLR(of, total_iters=9),
    "CosineAnnealingLR": lambda of: lr_scheduler.CosineAnnealingLR(of, 5),
    "CosineAnnealingWarmRestarts": lambda of: lr_scheduler.CosineAnnealingWarmRestarts(of, 3),
    "LambdaLR": lambda of: lr_scheduler.LambdaLR(of, lambda epoch: 1 / (1 + epoch)),
    "MultiplicativeLR": lambda of: lr_scheduler.MultiplicativeLR(of, lambda epoch: 0.9),
    "CyclicLR": lambda of: lr_scheduler.CyclicLR(of, 0.01, 0.2, step_size_up=3),
    "OneCycleLR": lambda of: lr_scheduler.OneCycleLR(of, 0.2, total_steps=20),
    "ReduceLROnPlateau": lambda of: lr_scheduler.ReduceLROnPlateau(of, patience=1),
    "ChainedScheduler": lambda of: lr_scheduler.ChainedScheduler(
        [lr_scheduler.ConstantLR(of, total_iters=3), lr_scheduler.ExponentialLR(of, 0.9)]
    ),
    "SequentialLR": lambda of: lr_scheduler.SequentialLR(
        of, [lr_scheduler.ConstantLR(of, total_iters=3), lr_scheduler.ExponentialLR(of, 0.9)], [4]
    ),
    "SWALR": lambda of: swa_utils.SWALR(of, swa_lr=0.05, anneal_epochs=5),
}  # fmt: skip


class Run:
    """A training in which all that has a state takes part."""

    def __init__(self, optimizer, scheduler=SCHEDULERS["StepLR"]):
        name, arguments = optimizer
        sparse = name == "SparseAdam"
        self.model = nn.Embedding(12, 4, sparse=True) if sparse else _layers(matrices=name == "Muon")
        self.optimizer = getattr(optim, name)(self.model.parameters(), **arguments)
        self.scheduler = scheduler(self.optimizer)
        self.average = swa_utils.AveragedModel(self.model, multi_avg_fn=swa_utils.get_ema_multi_avg_fn(0.9))
        self.scaler = dl.amp.GradScaler(
            "cpu", init_scale=1024.0, growth_interval=3, enabled=name != "LBFGS" and not sparse
        )
        self.shuffle = dl.Generator().manual_seed(5)
        inputs = dl.arange(12) if sparse else dl.arange(48.0).reshape(12, 4).cos()
        pairs = data.TensorDataset(inputs, dl.arange(48.0).reshape(12, 4).sin())
        self.batches = data.DataLoader(pairs, batch_size=5, shuffle=True, generator=self.shuffle)
        self.noisy = data.DataLoader(pairs, batch_size=12, shuffle=True)
        self.steps = 0

    @property
    def parts(self):
        return {
            "model": self.model, "optimizer": self.optimizer, "scheduler": self.scheduler, "average": self.average,
            "scaler": self.scaler, "shuffle": self.shuffle, "steps": self.steps,
        }  # fmt: skip

    def epochs(self, count):
        for _ in range(count):
            for input, target in [*self.batches, *self.noisy]:
                target = target + 0.01 * random.gauss(0, 1)
                loss = self.step(input, target)
                self.average.update_parameters(self.model)
                self.steps += 1
            metrics = [loss.item()] if isinstance(self.scheduler, lr_scheduler.ReduceLROnPlateau) else []
            self.scheduler.step(*metrics)
        return self

    def step(self, input, target):
        def closure():
            self.optimizer.zero_grad()
            loss = nn.functional.mse_loss(self.model(input), target)
            self.scaler.scale(loss).backward()
            return loss

        if isinstance(self.optimizer, optim.LBFGS):
            return self.optimizer.step(closure)
        loss = closure()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return loss

    def bits(self):
        return bits(
            {name: part.state_dict() for name, part in self.parts.items() if hasattr(part, "state_dict")}
        )


def _layers(matrices):
    """Some that draw numbers and some with buffers; all parameters matrices if asked for."""
    return nn.Sequential(
        nn.Linear(4, 6, bias=not matrices),
        nn.Dropout(0.2),
        nn.BatchNorm1d(6, affine=not matrices),
        nn.Linear(6, 4, bias=False),
    )


def begin():
    dl.manual_seed(3)
    random.seed(3)


CASES = [
    ((name, arguments), SCHEDULERS["StepLR"]) for name, several in OPTIMIZERS.items() for arguments in several
]
CASES += [(("SGD", {"lr": 0.1, "momentum": 0.9}), make) for make in SCHEDULERS.values()]
TITLES = [f"{name}-{'-'.join(arguments)}" for name, several in OPTIMIZERS.items() for arguments in several]


@pytest.mark.parametrize(("optimizer", "scheduler"), CASES, ids=TITLES + list(SCHEDULERS))
def test_a_run_resumed_from_its_file_is_the_same_to_the_bit(tmp_path, optimizer, scheduler):
    begin()
    whole = Run(optimizer, scheduler).epochs(4).bits()
    following = dl.rand(3).tolist(), random.random()
    begin()
    first = Run(optimizer, scheduler).epochs(2)
    Checkpoints(tmp_path).save(first.parts, step=first.steps, epoch=2)
    dl.manual_seed(77)
    random.seed(77)
    second = Run(optimizer, scheduler)
    info = Checkpoints(tmp_path).restore(second.parts)
    assert (info.epoch, info.step, info.values) == (2, first.steps, {"steps": first.steps})
    assert second.bits() == first.bits()
    assert second.epochs(2).bits() == whole
    assert (dl.rand(3).tolist(), random.random()) == following


def test_every_optimizer_and_schedule_is_resumed_in_these_tests():
    ours = "deep-learner-optimizers"
    assert set(OPTIMIZERS) == {one.name for one in registry.entries("optimizers") if one.distribution == ours}
    registered = {one.name for one in registry.entries("schedulers") if one.distribution == ours}
    assert set(SCHEDULERS) == registered | {"SWALR"}
