"""Registers data sets and what loads them; imports none of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner.plugins import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register

DATASETS = {"CIFAR10": "cifar", "Digits": "digits", "MNIST": "mnist"}
TOOLS = {
    "collate": ("default_collate", "default_convert"),
    "combine": ("ChainDataset", "ConcatDataset", "StackDataset"),
    "dataset": ("Dataset", "IterableDataset", "TensorDataset"),
    "distributed": ("DistributedSampler",),
    "loader": ("DataLoader",),
    "samplers": (
        "BatchSampler",
        "RandomSampler",
        "Sampler",
        "SequentialSampler",
        "SubsetRandomSampler",
        "WeightedRandomSampler",
    ),
    "subsets": ("Subset", "random_split"),
    "workers": ("get_worker_info",),
}


@hookimpl
def register_datasets(register: Register) -> None:
    """Register the data sets (``kind="dataset"``), which a training file may name, and the tools around
    them.
    """
    for name, module in DATASETS.items():
        register(name, f"deep_learner_data.datasets.{module}:{name}", kind="dataset")
    for module, names in TOOLS.items():
        for name in names:
            register(name, f"deep_learner_data.{module}:{name}", kind="tool")
