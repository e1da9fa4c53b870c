"""What a model is called with: names, dynamic axes, and the sizes that stand for them while it is traced."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from deep_learner import Tensor
from deep_learner_onnx.array import SymbolicArray
from deep_learner_onnx.graph import Graph
from deep_learner_onnx.sizes import DynamicSize
from deep_learner_onnx.trees import mapped, tensors_of

__all__ = ["Axes", "DynamicAxes", "Inputs", "arguments_of", "labels_of"]

DynamicAxes: TypeAlias = Mapping[str, Mapping[int, str] | Sequence[int]]
Axes: TypeAlias = dict[str, dict[int, str]]


def arguments_of(example_inputs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Positional and named arguments: of a tuple, whose last item may be a dictionary, of a dictionary, or one."""
    if isinstance(example_inputs, Mapping):
        return (), dict(example_inputs)
    if not isinstance(example_inputs, tuple):
        return (example_inputs,), {}
    if example_inputs and isinstance(example_inputs[-1], dict):
        return example_inputs[:-1], example_inputs[-1]
    return example_inputs, {}


def labels_of(dynamic_axes: DynamicAxes | None, ranks: Mapping[str, int]) -> Axes:
    """The label of each dynamic axis of the tensors named, counted from the front."""
    found: Axes = {}
    for name, axes in (dynamic_axes or {}).items():
        if name not in ranks:
            raise ValueError(f"dynamic_axes names {name!r}, but there are {', '.join(map(repr, ranks))}")
        labels = axes if isinstance(axes, Mapping) else {axis: f"{name}_dynamic_axes_{axis}" for axis in axes}
        for axis, label in labels.items():
            if not -ranks[name] <= axis < ranks[name]:
                raise ValueError(f"{name!r} has {ranks[name]} dimensions; dynamic_axes names its axis {axis}")
            found.setdefault(name, {})[axis % ranks[name]] = label
    return found


@dataclass
class Inputs:
    """The tensors among a model's arguments, under names.

    Attributes
    ----------
    names
        Of the tensors, in order.
    examples
        Their values.
    axes
        Which of their axes are dynamic, and what these are called; axes of one name have one size.
    """

    names: list[str]
    examples: list[Tensor]
    axes: Axes
    _arguments: Any

    @classmethod
    def of(
        cls,
        model: Callable[..., Any],
        example_inputs: Any,
        names: Sequence[str] | None,
    ) -> Inputs:
        """Find the tensors in what a model is called with.

        Raises
        ------
        ValueError
            If there is none, or their number is not that of the names.
        """
        arguments = arguments_of(example_inputs)
        tensors = tensors_of(arguments)
        if not tensors:
            raise ValueError(
                "example_inputs hold no tensor: give what the model is called with, tensors in a tuple"
            )
        chosen = list(_named(model, *arguments)) if names is None else list(names)
        if len(chosen) != len(tensors) or len({*chosen}) < len(chosen):
            raise ValueError(f"input_names must name {len(tensors)} tensors. Received: {chosen}")
        return cls(chosen, tensors, {}, arguments)

    def make_dynamic(self, dynamic_axes: DynamicAxes | None) -> None:
        """Make axes of the inputs dynamic; what is said of other tensors is passed over.

        Raises
        ------
        ValueError
            If an axis does not exist.
        """
        ranks = {name: example.ndim for name, example in zip(self.names, self.examples, strict=True)}
        self.axes = labels_of(
            {name: axes for name, axes in (dynamic_axes or {}).items() if name in ranks}, ranks
        )

    def sizes(self) -> dict[str, int]:
        """The size of the examples by the names of dynamic axes.

        Raises
        ------
        ValueError
            If two axes of one name have different ones.
        """
        found: dict[str, int] = {}
        for name, example in zip(self.names, self.examples, strict=True):
            for axis, label in self.axes.get(name, {}).items():
                size = int(example.shape[axis])
                if found.setdefault(label, size) != size:
                    raise ValueError(f"the dynamic axes {label!r} have the sizes {found[label]} and {size}")
        return found

    def symbolic(self, graph: Graph, sizes: Mapping[str, int], wrap: Callable[[Any], Tensor]) -> Any:
        """The arguments with symbolic tensors, whose dynamic axes have these sizes."""
        terms: dict[str, DynamicSize] = {}
        tensors: list[Tensor] = []
        for name, example in zip(self.names, self.examples, strict=True):
            shape = [int(size) for size in example.shape]
            for axis, label in self.axes.get(name, {}).items():
                if label not in terms:
                    term = (((("axis", name, axis),), 1),)
                    terms[label] = DynamicSize(sizes[label], graph, term)
                shape[axis] = terms[label]
            graph.unused(name)
            tensors.append(wrap(SymbolicArray(graph, name, tuple(shape), np.dtype(example.dtype.name))))
        waiting = iter(tensors)
        return mapped(self._arguments, lambda leaf: next(waiting) if isinstance(leaf, Tensor) else leaf)


def _named(model: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Iterator[str]:
    """Names of the tensors: those of the parameters, with numbers where one holds several."""
    forward = getattr(model, "forward", model)
    try:
        bound = inspect.signature(forward).bind(*args, **kwargs).arguments
    except (TypeError, ValueError):
        bound = {"input": (*args, *kwargs.values())}
    for name, value in bound.items():
        single = isinstance(value, Tensor)
        yield from (name if single else f"{name}_{number}" for number, _ in enumerate(tensors_of(value)))
