"""The libraries that are compared, and how each of them writes the programs.

A module here is one library's: ``programs(**options)`` has for each kind of work a function that makes the program from
what is given to it, or says why there is none, and ``fresh(**options)`` builds a new network and runs it once.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ..given import Given
from ..program import Program

Build = Callable[[Given], Program]
Programs = Mapping[str, Build | str]


class Peer(NamedTuple):
    """One of those compared: a title, a module of this package with options for it, what must be installed, and what
    its process finds in its environment beside what all find."""

    title: str
    module: str
    options: dict[str, Any]
    requires: tuple[str, ...]
    environment: Mapping[str, str] = MappingProxyType({})

    @property
    def library(self) -> str:
        """The distribution that it comes in."""
        return self.requires[0].replace("_", "-") if self.requires else "numpy"

    def missing(self) -> str | None:
        """Why it cannot be run here; None if it can."""
        absent = [name for name in self.requires if importlib.util.find_spec(name) is None]
        return f"{' and '.join(absent)} not installed" if absent else None

    def programs(self) -> Programs:
        """Its program for each kind of work, or why there is none, imported now."""
        return importlib.import_module(f"{__name__}.{self.module}").programs(**self.options)

    def fresh(self) -> Any:
        """The first result of a new network."""
        return importlib.import_module(f"{__name__}.{self.module}").fresh(**self.options)


OURS, PYTORCH = {"lib": "deep_learner"}, {"lib": "torch"}
C_EXECUTOR = {"fullgraph": True, "executor": "c"}

PEERS = {
    "deep_learner": Peer("Deep Learner", "pytorch", OURS, ("deep_learner",)),
    "deep_learner_eager_c": Peer(
        "Deep Learner, accelerated", "pytorch", OURS, ("deep_learner_c",), {"DEEP_LEARNER_EXECUTOR": "c"}
    ),
    "deep_learner_compiled": Peer(
        "Deep Learner, compiled", "pytorch", OURS | {"compiler": {"fullgraph": True}}, ("deep_learner",)
    ),
    "deep_learner_c": Peer(
        "Deep Learner, compiled, accelerated", "pytorch", OURS | {"compiler": C_EXECUTOR}, ("deep_learner_c",)
    ),
    "torch": Peer("PyTorch", "pytorch", PYTORCH, ("torch",)),
    "torch_channels_last": Peer(
        "PyTorch, `channels_last`", "pytorch", PYTORCH | {"channels_last": True}, ("torch",)
    ),
    "torch_compiled": Peer("`torch.compile`", "pytorch", PYTORCH | {"compiler": {}}, ("torch",)),
    "jax": Peer("`jax.jit`", "jax", {}, ("jax",)),
    "autograd": Peer("autograd", "autograd", {}, ("autograd",)),
    "mygrad": Peer("MyGrad", "mygrad", {}, ("mygrad",)),
    "tinygrad": Peer("tinygrad", "tinygrad", {}, ("tinygrad",)),
    "numpy": Peer("NumPy by hand", "by_hand", {}, ()),
}
OURS_AND_PYTORCH = (
    "deep_learner",
    "deep_learner_eager_c",
    "deep_learner_compiled",
    "deep_learner_c",
    "torch",
)
WITH_PARTS = (
    *OURS_AND_PYTORCH,
    "torch_channels_last",
    "torch_compiled",
)  # that have programs of single parts
