"""Neural networks: `Module`, `Parameter` and `Buffer`, and every layer that an installed plugin registers.

Layers such as ``nn.Linear`` are looked up when they are first used; `dir` lists what is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..plugins.facade import facade
from . import functional as functional
from . import init as init
from . import utils as utils
from ._lazy import LazyModuleMixin as LazyModuleMixin
from .module import Module as Module
from .parameter import Buffer as Buffer
from .parameter import Parameter as Parameter
from .parameter import UninitializedBuffer as UninitializedBuffer
from .parameter import UninitializedParameter as UninitializedParameter

if TYPE_CHECKING:  # so that type checkers and editors know the project's own
    from deep_learner_layers.layers import *  # noqa: F403
else:  # to a type checker, nothing but this would be public
    __all__ = [
        "Buffer",
        "LazyModuleMixin",
        "Module",
        "Parameter",
        "UninitializedBuffer",
        "UninitializedParameter",
        "functional",
        "init",
        "utils",
    ]

__getattr__, __dir__ = facade(__name__, "layers")
