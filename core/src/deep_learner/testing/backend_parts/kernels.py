"""A backend's kernels: each gives what the operation's generic form gives."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from ...ops import registry as operations
from ..conformance import kernels
from .base import BackendTests, load_operations

__all__ = ["KernelTests"]


class KernelTests(BackendTests):
    """Faster versions of operations. Those of optimizers' rules have a colon in their name."""

    def test_each_kernel_replaces_an_operation_and_takes_its_arguments(self) -> None:
        load_operations()
        for name, kernel in self._of_operations().items():
            function: Any = operations.find(name)
            assert function is not None, f"there is no operation {name!r}"
            operation = function.operation
            try:
                signature = inspect.signature(kernel)
            except ValueError:  # a function compiled without a signature
                continue
            by_position = operation.parameters[: operation.positional]
            last = max(operation.operands, default=-1) + 1
            try:  # the engine gives what it can by position, other operations give options by name
                signature.bind(*by_position, **dict.fromkeys(operation.keywords))
                signature.bind(*operation.parameters[:last], **dict.fromkeys(operation.parameters[last:]))
            except TypeError as error:
                raise AssertionError(
                    f"the kernel {name}{signature} does not take {operation.parameters}: {error}"
                ) from None

    def test_each_kernel_gives_what_the_generic_form_gives(self) -> None:
        load_operations()
        exempted: list[str] = []
        wrong: list[str] = []
        for name, kernel in sorted(self._of_operations().items()):
            try:
                self.judge(f"kernel {name}", self._failures(name, kernel))
            except AssertionError as error:
                wrong.append(str(error))
            except pytest.skip.Exception as skipped:
                exempted.append(str(skipped))
        assert not wrong, "kernels that differ from the operation's generic form:\n" + "\n".join(wrong)
        if exempted:
            pytest.skip("; ".join(exempted))

    def test_kernels_without_samples_are_listed(self) -> None:
        load_operations()
        untested = [
            name
            for name, kernel in sorted(self._of_operations().items())
            if next(iter(self._failures(name, kernel)), "none") == "none"
        ]
        if untested:
            pytest.skip(f"kernels without samples, so untested: {', '.join(untested)}; set `samples`")

    def _of_operations(self) -> dict[str, Any]:
        return {name: kernel for name, kernel in self.one.kernels.items() if ":" not in name}

    def _failures(self, name: str, kernel: Any) -> Any:
        function: Any = operations.find(name)
        if function is None:
            return
        found = kernels.samples_of(function.operation, self.samples)
        for stage in self.stages():
            yield from kernels.failures(stage, function.operation, kernel, found)
