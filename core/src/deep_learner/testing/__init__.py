"""For the authors of plugins: contracts that a test file subclasses, and a plugin host of a test's own.

`BackendContract`, `LayerContract`, `OptimizerContract`, `SchedulerContract`, `SerializerContract` and
`DatasetContract` hold the tests that all of their kind must pass; a test file is a subclass and three attributes.
They need pytest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..autograd.gradient_check import GradcheckError, gradcheck, gradgradcheck
from .comparison import assert_close
from .isolation import PluginDistribution, isolated

if TYPE_CHECKING:
    from .backends import BackendContract
    from .datasets import DatasetContract
    from .layers import LayerContract
    from .optimizers import OptimizerContract
    from .schedulers import SchedulerContract
    from .serializers import SerializerContract

__all__ = [
    "BackendContract",
    "DatasetContract",
    "GradcheckError",
    "LayerContract",
    "OptimizerContract",
    "PluginDistribution",
    "SchedulerContract",
    "SerializerContract",
    "assert_close",
    "gradcheck",
    "gradgradcheck",
    "isolated",
]

_CONTRACTS = {
    "BackendContract": "backends",
    "DatasetContract": "datasets",
    "LayerContract": "layers",
    "OptimizerContract": "optimizers",
    "SchedulerContract": "schedulers",
    "SerializerContract": "serializers",
}


def __getattr__(name: str) -> Any:
    """The contracts, imported when asked for: they need pytest, and the rest does not."""
    if name in _CONTRACTS:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_CONTRACTS[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
