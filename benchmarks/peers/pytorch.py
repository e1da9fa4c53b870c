"""Deep Learner and PyTorch: the same programs, for either library, compiled or not."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

from ..given import Given
from ..models import cnn, fused_attention, gpt, mlp
from ..program import Program, differentiation, inference
from .network import chained, long_chained, neurons, single_weights
from .parts import PARTS
from .way import Way, trained


def chain(way: Way, given: Given) -> Program:
    """A chain of elementwise operations."""
    (x, y), length = way.tensors(given), given.sizes["length"]
    x.requires_grad_()

    @way.compile
    def step(x: Any, y: Any) -> Any:
        x.grad = None
        loss = chained(x, y, way.lib.sin, way.lib.tanh, length).sum()
        loss.backward()
        return loss.detach()

    return differentiation(lambda: step(x, y), lambda: [x.grad])


def long_chain(way: Way, given: Given) -> Program:
    """A chain too long for recursion, of which the backward pass is timed."""
    x, y = way.tensors(given)
    x.requires_grad_()
    root: list[Any] = []

    def prepare() -> None:
        x.grad = None
        root[:] = [long_chained(x, y, given.sizes["length"]).sum()]

    def step() -> Any:
        root[0].backward()
        return root[0].detach()

    return differentiation(step, lambda: [x.grad], prepare)


def scalars(way: Way, given: Given) -> Program:
    """A network of one tensor for each weight."""
    lib = way.lib
    layers = single_weights(given, functools.partial(lib.tensor, requires_grad=True))
    weights = [weight for layer in layers for row, bias in layer for weight in (*row, bias)]
    inputs = [lib.tensor(float(value)) for value in given.inputs[0]]
    target = lib.tensor(float(given.inputs[1]))

    @way.compile
    def step() -> Any:
        for weight in weights:
            weight.grad = None
        loss = (neurons(layers, inputs, lib.tanh) - target).square()
        loss.backward()
        return loss.detach()

    return differentiation(step, lambda: [[float(weight.grad) for weight in weights]])


def _mlp_model(way: Way, given: Given) -> Any:
    return way.loaded(mlp(way.lib, *given.sizes["widths"]), given)


def _cnn_model(way: Way, given: Given) -> Any:
    sizes = {name: size for name, size in given.sizes.items() if name not in ("channels", "batch")}
    return way.loaded(cnn(way.lib, *given.sizes["channels"], **sizes), given)


def _gpt_model(way: Way, given: Given) -> Any:
    sizes = {name: size for name, size in given.sizes.items() if name != "batch"}
    return way.loaded(gpt(way.lib, **sizes, attending=fused_attention), given)


def classifier(make: Callable[[Way, Given], Any], way: Way, given: Given) -> Program:
    """The training of a model that tells classes apart, by SGD."""
    model = make(way, given)
    optimizer = way.lib.optim.SGD(model.parameters(), lr=0.01)
    return trained(way, model, optimizer, way.lib.nn.functional.cross_entropy, way.tensors(given))


def language_model(way: Way, given: Given) -> Program:
    """The training of a GPT, by AdamW."""
    model = _gpt_model(way, given)
    optimizer = way.lib.optim.AdamW(model.parameters(), lr=6e-4)

    def criterion(logits: Any, targets: Any) -> Any:
        return way.lib.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())

    return trained(way, model, optimizer, criterion, way.tensors(given))


def lstm(way: Way, given: Given) -> Program:
    """A recurrent layer over a batch of sequences."""
    model = way.loaded(way.lib.nn.LSTM(given.sizes["features"], given.sizes["hidden"]), given)
    [inputs] = way.tensors(given)

    @way.compile
    def step(inputs: Any) -> Any:
        model.zero_grad()
        loss = model(inputs)[0].square().mean()
        loss.backward()
        return loss.detach()

    return differentiation(lambda: step(inputs), lambda: [parameter.grad for parameter in model.parameters()])


def inferred(make: Callable[[Way, Given], Any], way: Way, given: Given) -> Program:
    """A model's answer to a sample."""
    model, inputs = make(way, given).eval(), way.tensors(given)[0]

    @way.compile
    def forward(inputs: Any) -> Any:
        return model(inputs)

    def step() -> Any:
        with way.lib.inference_mode():
            return forward(inputs)

    return inference(step)


PROGRAMS: dict[str, Callable[[Way, Given], Program]] = {
    "chain": chain,
    "long_chain": long_chain,
    "scalars": scalars,
    "mlp": functools.partial(classifier, _mlp_model),
    "cnn": functools.partial(classifier, _cnn_model),
    "gpt": language_model,
    "lstm": lstm,
    "mlp_inference": functools.partial(inferred, _mlp_model),
    "gpt_inference": functools.partial(inferred, _gpt_model),
}


def programs(
    lib: str, compiler: dict[str, Any] | None = None, channels_last: bool = False
) -> dict[str, Callable[[Given], Program] | str]:
    """A library's programs, their steps compiled with these options, or not if they are None."""
    library = importlib.import_module(lib)
    importlib.import_module(f"{lib}.nn")

    def uncompiled(step: Callable[..., Any]) -> Callable[..., Any]:
        return step

    compile = uncompiled if compiler is None else functools.partial(library.compile, **compiler)
    way = Way(library, compile, channels_last)
    chosen = {"cnn": PROGRAMS["cnn"]} if channels_last else PROGRAMS | PARTS  # the others have no images
    found: dict[str, Callable[[Given], Program] | str] = {
        kind: functools.partial(program, way) for kind, program in chosen.items()
    }
    if compiler is not None:
        found["long_chain"] = "what is compiled is a whole step"
    return found


def fresh(lib: str) -> Any:
    """A new network's first result."""
    library = importlib.import_module(lib)
    importlib.import_module(f"{lib}.nn")
    model = mlp(library, 784, 128, 128, 10)
    return model(library.ones(64, 784))
