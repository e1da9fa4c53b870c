"""A library with PyTorch's names, and how it is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..given import Given
from ..program import Program, training


class Way(NamedTuple):
    """A library, its compiler or what stands for it, and the order of images' elements in memory."""

    lib: Any
    compile: Callable[[Callable[..., Any]], Callable[..., Any]]
    channels_last: bool = False

    def laid_out(self, thing: Any) -> Any:
        """A tensor or a model in the order that was asked for."""
        images = self.channels_last and getattr(thing, "ndim", 4) == 4
        return thing.to(memory_format=self.lib.channels_last) if images else thing

    def tensors(self, given: Given) -> tuple[Any, ...]:
        """What a step is computed on."""
        return tuple(self.laid_out(self.lib.from_numpy(array)) for array in given.inputs)

    def loaded(self, model: Any, given: Given) -> Any:
        """The model with the initial weights."""
        with self.lib.no_grad():
            for name, parameter in model.named_parameters():
                parameter.copy_(self.lib.from_numpy(given.parameters[name]))
        return self.laid_out(model)


def trained(
    way: Way, model: Any, optimizer: Any, criterion: Callable[[Any, Any], Any], tensors: tuple[Any, Any]
) -> Program:
    """A model's training on one batch."""

    @way.compile
    def step(inputs: Any, targets: Any) -> Any:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return training(lambda: step(*tensors))
