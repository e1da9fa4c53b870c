"""A backend's kernels of optimizers' rules: a step by the kernel is the step by the rule."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from ... import backends
from ...errors import PluginError
from ...plugins import registry
from ...tensor import Tensor
from ..comparison import assert_close
from ..samples import normal
from .base import BackendTests

__all__ = ["StepTests"]

_SHAPES = ((3, 2), (5,), (), (0,), (33, 7))
_STEPS = 3


class StepTests(BackendTests):
    """Kernels are named by the rule that they stand in for: ``"module:Class.rule"``."""

    def test_each_kernel_of_an_optimizer_makes_the_step_that_its_rule_makes(self) -> None:
        keys = sorted(name for name in self.one.kernels if ":" in name)
        if not keys:
            pytest.skip(f"{self.backend} has no kernels of optimizers' rules")
        tested: set[str] = set()
        for name, kind in _optimizers():
            key = f"{kind.rule.__module__}:{kind.rule.__qualname__}"
            if key not in keys:
                continue
            tested.add(key)
            for device in self.devices:
                with backends.backend(self.backend, device):
                    for options in _variants(kind):
                        for dtype in (one for one in ("float32", "float64") if one in self.dtypes):
                            self._compare(name, kind, options, dtype)
        untested = [key for key in keys if key not in tested]
        assert not untested, f"kernels of rules that no registered optimizer has: {untested}"

    def _compare(self, name: str, kind: Any, options: dict[str, Any], dtype: str) -> None:
        """Several steps, once with the kernel and once with the rule."""
        ends: list[list[Tensor]] = []
        for fused in (None, False):
            parameters = [
                normal(shape, seed=seed, dtype=dtype).requires_grad_() for seed, shape in enumerate(_SHAPES)
            ]
            optimizer = kind(parameters, **{**options, "fused": fused})
            for step in range(_STEPS):
                for seed, parameter in enumerate(parameters):
                    parameter.grad = normal(parameter.shape, seed=100 * step + seed, dtype=dtype)
                optimizer.step()
            kept = [
                value
                for one in parameters
                for value in optimizer.state[one].values()
                if isinstance(value, Tensor)
            ]
            ends.append([*(one.detach() for one in parameters), *kept])
        assert len(ends[0]) == len(ends[1]), (
            f"{name}({options}): the kernel keeps another state than the rule"
        )
        for received, expected in zip(*ends, strict=True):
            assert_close(received, expected, msg=f"{name}({options}), by the kernel")


def _optimizers() -> Iterator[tuple[str, Any]]:
    """Those registered that have the option ``fused``, by which the rule can be asked for."""
    for entry in registry.entries("optimizers"):
        with contextlib.suppress(PluginError):  # a broken plugin is no fault of the backend
            kind = registry.get("optimizers", entry.full_name)
            if "fused" in inspect.signature(kind).parameters:
                yield entry.full_name, kind


def _variants(kind: Any) -> Iterator[dict[str, Any]]:
    """The defaults, and each option changed: switches turned over, zeros made a tenth; and momentum with them."""
    defaults = kind([normal((1,)).requires_grad_()]).defaults
    changed: list[dict[str, Any]] = [{}]
    for name, value in defaults.items():
        if isinstance(value, bool):
            changed += [{name: not value}] if name not in ("differentiable", "capturable") else []
        elif isinstance(value, int | float) and value == 0:
            changed.append({name: 0.1})
    momentum = {"momentum": 0.9} if "momentum" in defaults else {}
    for options in changed:
        for given in {tuple(options.items()), tuple((momentum | options).items())}:
            try:
                kind([normal((1,)).requires_grad_()], **dict(given))
            except (TypeError, ValueError):  # options that do not go together
                continue
            yield dict(given)
