"""What this distribution registers; importing it loads no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner.plugins import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register

KERNELS = ("convolution", "convolution_backward_weight")


@hookimpl
def register_kernels(register: Register) -> None:
    for name in KERNELS:
        register(f"numpy.{name}", f"deep_learner_onednn.convolution:{name}")
