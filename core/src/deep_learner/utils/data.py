"""Data sets and loaders: everything that installed plugins register under ``datasets``."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from typing import TYPE_CHECKING, Any, Final

from ..plugins.facade import facade

if TYPE_CHECKING:  # so that type checkers and editors know the project's own
    from deep_learner_data.collate import default_collate as default_collate
    from deep_learner_data.collate import default_convert as default_convert
    from deep_learner_data.combine import ChainDataset as ChainDataset
    from deep_learner_data.combine import ConcatDataset as ConcatDataset
    from deep_learner_data.combine import StackDataset as StackDataset
    from deep_learner_data.dataset import Dataset as Dataset
    from deep_learner_data.dataset import IterableDataset as IterableDataset
    from deep_learner_data.dataset import TensorDataset as TensorDataset
    from deep_learner_data.datasets.cifar import CIFAR10 as CIFAR10
    from deep_learner_data.datasets.digits import Digits as Digits
    from deep_learner_data.datasets.mnist import MNIST as MNIST
    from deep_learner_data.distributed import DistributedSampler as DistributedSampler
    from deep_learner_data.loader import DataLoader as DataLoader
    from deep_learner_data.samplers import BatchSampler as BatchSampler
    from deep_learner_data.samplers import RandomSampler as RandomSampler
    from deep_learner_data.samplers import Sampler as Sampler
    from deep_learner_data.samplers import SequentialSampler as SequentialSampler
    from deep_learner_data.samplers import SubsetRandomSampler as SubsetRandomSampler
    from deep_learner_data.samplers import WeightedRandomSampler as WeightedRandomSampler
    from deep_learner_data.subsets import Subset as Subset
    from deep_learner_data.subsets import random_split as random_split
    from deep_learner_data.workers import get_worker_info as get_worker_info

__getattr__, __dir__ = facade(__name__, "datasets")

# PyTorch's programs import the same names from its modules of them, too.
_MODULES: Final = ("dataloader", "dataset", "distributed", "sampler")
for _module in _MODULES:
    _part: Any = module_from_spec(ModuleSpec(f"{__name__}.{_module}", None))
    _part.__doc__ = f"Names of {__name__}."
    _part.__getattr__, _part.__dir__ = facade(_part.__name__, "datasets")
    sys.modules[_part.__name__] = globals()[_module] = _part
