"""PyTorch's own names and words over Deep Learner: ``import deep_learner.torch as torch``.

Importing it makes PyTorch's semantics the default of the process (see :mod:`deep_learner.semantics`), below whatever
the configuration says. ``python -m deep_learner.torch train.py`` runs a program that says ``import torch``.
"""

from __future__ import annotations

import importlib
from typing import Any

from .. import config as _config
from .. import functions as _functions
from .finder import attach as _attach
from .importing import install as install
from .missing import missing as _missing
from .names import MODULES as _MODULES
from .names import NAMES as _NAMES
from .names import NOT_TORCH as _NOT_TORCH
from .version import __version__ as __version__

_deep_learner: Any = importlib.import_module("..", __name__)
_config.assume("the import of deep_learner.torch", semantics="torch")
_attach()

# Operations are looked up often: they are there at once, all else when first asked for.
globals().update(
    {name: getattr(_deep_learner, name) for name in _functions.__all__ if name not in _NOT_TORCH}
)

_TOP = frozenset(name for name in _MODULES if "." not in name)

_names: set[str] = {*_deep_learner.__all__, *_NAMES, *_TOP, "__version__", "install"}  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
__all__ = sorted(_names - _NOT_TORCH)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        home, _, attribute = _NAMES[name].partition(":")
        value = getattr(importlib.import_module(home), attribute)
    elif name in _TOP:
        value = importlib.import_module(f"{__name__}.{name}")
    elif name in _NOT_TORCH or name.startswith("_"):
        raise _missing(name, __all__)
    else:
        try:
            return getattr(_deep_learner, name)  # not kept: plugins may come and go
        except AttributeError:
            raise _missing(name, __all__) from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
