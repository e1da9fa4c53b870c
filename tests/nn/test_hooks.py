"""Forward and backward hooks: the same calls, in the same order, with the same gradients as in PyTorch."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest

import deep_learner as dl
from deep_learner import nn
from tests.nn.oracle import both, message, values


def doubling(library):
    class Doubling(library.nn.Module):
        def forward(self, x, shift=0):
            return x * 2 + shift

    return Doubling()


def test_forward_hooks_change_arguments_and_output_in_order():
    def run(library):
        module, calls = doubling(library), []
        module.register_forward_pre_hook(lambda m, args: calls.append("pre 1") or (args[0] + 1,))
        module.register_forward_pre_hook(lambda m, args: calls.append("pre 0"), prepend=True)
        module.register_forward_pre_hook(lambda m, args: calls.append("one value") or args[0] + 1)
        module.register_forward_hook(lambda m, args, out: calls.append("post") or out + 100)
        module.register_forward_hook(lambda m, args, out: calls.append(("first", float(out))), prepend=True)
        return float(module(library.tensor(1.0))), calls

    theirs, ours = both(run)
    assert ours == theirs
    assert ours[0] == 106.0


def test_hooks_see_keywords_when_they_ask():
    def run(library):
        module = doubling(library)
        module.register_forward_pre_hook(
            lambda m, a, k: (a, {**k, "shift": k["shift"] + 1}), with_kwargs=True
        )
        module.register_forward_hook(lambda m, a, k, out: out * k["shift"], with_kwargs=True)
        return float(module(library.tensor(1.0), shift=2))

    theirs, ours = both(run)
    assert ours == theirs == 15.0


def test_a_keyword_hook_must_return_both():
    def run(library):
        module = doubling(library)
        module.register_forward_pre_hook(lambda m, a, k: 3, with_kwargs=True)
        return message(lambda: module(library.tensor(1.0)))

    theirs, ours = both(run)
    assert ours == theirs


def test_removed_hooks_are_not_called():
    module, calls = doubling(dl), []
    handle = module.register_forward_hook(lambda m, args, out: calls.append(1))
    with module.register_forward_hook(lambda m, args, out: calls.append(2)):
        module(dl.tensor(1.0))
    handle.remove()
    handle.remove()
    module(dl.tensor(1.0))
    assert calls == [1, 2]


def test_a_hook_may_remove_itself():
    module, calls = doubling(dl), []

    def once(module, args, out):
        calls.append(1)
        handle.remove()

    handle = module.register_forward_hook(once)
    module(dl.tensor(1.0))
    module(dl.tensor(1.0))
    assert calls == [1]


def test_some_hooks_are_called_even_after_a_failure():
    def run(library):
        class Failing(library.nn.Module):
            def forward(self, x):
                raise ValueError("broken")

        module, calls = Failing(), []
        module.register_forward_hook(lambda m, args, out: calls.append("never"))
        module.register_forward_hook(lambda m, args, out: calls.append(("always", out)), always_call=True)
        return message(lambda: module(1)), calls

    theirs, ours = both(run)
    assert ours == theirs
    assert ours[1] == [("always", None)]


def test_a_failure_in_such_a_hook_is_a_warning():
    class Failing(nn.Module):
        def forward(self, x):
            raise ValueError("broken")

    def fails(module, args, out):
        raise KeyError("second")

    module = Failing()
    module.register_forward_hook(fails, always_call=True)
    with pytest.warns(UserWarning, match="silenced"), pytest.raises(ValueError, match="broken"):
        module(1)


def gradients(tensors):
    return [None if tensor is None else values(tensor).tolist() for tensor in tensors]


def backward(library, hook=None, pre_hook=None, requires_grad=True):
    """Two inputs, one of them no tensor, through a linear layer; what the hooks saw and the gradients."""

    class Weighted(library.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = library.nn.Parameter(library.tensor([1.0, 2.0]))

        def forward(self, x, factor, y):
            return x * self.weight * factor, y + 1

    module, seen = Weighted(), []
    if hook is not None:
        module.register_full_backward_hook(
            lambda m, gi, go: seen.append((gradients(gi), gradients(go))) or hook(gi)
        )
    if pre_hook is not None:
        module.register_full_backward_pre_hook(lambda m, go: seen.append(gradients(go)) or pre_hook(go))
    x = library.tensor([3.0, 4.0], requires_grad=requires_grad)
    y = library.tensor([5.0, 6.0], requires_grad=requires_grad)
    first, second = module(x * 1.0, 10, y * 1.0)
    ((first * library.tensor([1.0, 10.0])).sum() + second.sum()).backward()
    return seen, gradients([x.grad] if requires_grad else []), gradients([module.weight.grad])


HOOKS = {
    "watching": {"hook": lambda gi: None},
    "replacing the input's gradient": {"hook": lambda gi: (gi[0] * 2, None, gi[2])},
    "replacing the output's gradient": {"pre_hook": lambda go: (go[0] * 3, go[1])},
    "both": {"hook": lambda gi: (gi[0] * 2, None, gi[2]), "pre_hook": lambda go: (go[0] * 3, go[1])},
    "without a gradient of the input": {"hook": lambda gi: None, "requires_grad": False},
}


@pytest.mark.filterwarnings("ignore:Full backward hook is firing")  # PyTorch's; there is no reason to worry
@pytest.mark.parametrize("options", HOOKS.values(), ids=HOOKS.keys())
def test_backward_hooks_see_and_change_what_they_do_in_pytorch(options):
    theirs, ours = both(lambda library: backward(library, **options))
    assert ours == theirs


@pytest.mark.filterwarnings("ignore:Full backward hook is firing")
@pytest.mark.parametrize(
    "options",
    [
        {"hook": lambda gi: (gi[0],)},
        {"pre_hook": lambda go: (go[0], None, None)},
        {"hook": lambda gi: (gi[0], 1, None), "requires_grad": False},
    ],
)
def test_backward_hooks_that_answer_wrongly_are_refused(options):
    theirs, ours = both(lambda library: message(lambda: backward(library, **options)))
    assert ours[0] == theirs[0] == "RuntimeError"


def test_backward_hooks_get_none_for_what_has_no_gradient():
    class Both(nn.Module):
        def forward(self, x, number, constant):
            return x * number * constant, constant

    module, seen = Both(), []
    module.register_full_backward_hook(lambda m, gi, go: seen.append((gradients(gi), gradients(go))))
    module(dl.ones(1, requires_grad=True) * 1, 2, dl.full((1,), 3.0))[0].backward()
    assert seen == [([[6.0], None, None], [[1.0], None])]


def test_backward_hooks_of_a_single_output_get_a_tuple():
    module, seen = nn.Linear(2, 1), []
    module.register_full_backward_hook(lambda m, gi, go: seen.append((len(gi), len(go), tuple(go[0].shape))))
    module(dl.ones(3, 2, requires_grad=True)).sum().backward()
    assert seen == [(1, 1, (3, 1))]


def test_backward_hooks_can_be_differentiated_through():
    module = doubling(dl)
    module.register_full_backward_hook(lambda m, gi, go: (gi[0] * gi[0], *gi[1:]))
    x = dl.tensor(3.0, requires_grad=True)
    out = module(x * x)
    (first,) = dl.autograd.grad(out, x, create_graph=True)
    # The hook makes 4 of the 2 that leaves the module, so first = 4 * 2x.
    assert first.item() == 24.0
    (second,) = dl.autograd.grad(first, x)
    assert second.item() == 8.0


def test_backward_hooks_are_not_run_without_gradients():
    module, seen = doubling(dl), []
    module.register_full_backward_hook(lambda m, gi, go: seen.append(1))
    with dl.no_grad():
        assert module(dl.ones(1, requires_grad=True)).item() == 2.0
    assert module(dl.ones(1)).item() == 2.0
    assert seen == []


def test_a_module_with_hooks_is_freed_by_reference_counting():
    module = doubling(dl)
    module.register_full_backward_hook(lambda m, gi, go: None)
    module.register_forward_hook(lambda m, args, out: None)
    gone = weakref.ref(module)
    out = module(dl.ones(1, requires_grad=True))
    out.backward()
    gc.disable()
    try:
        del out, module
        assert gone() is None
    finally:
        gc.enable()


def test_results_are_the_same_with_hooks_that_only_watch():
    x = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    layer = nn.Linear(3, 2)
    plain = values(layer(dl.tensor(x)))
    layer.register_forward_hook(lambda m, args, out: None)
    layer.register_full_backward_hook(lambda m, gi, go: None)
    np.testing.assert_array_equal(values(layer(dl.tensor(x))), plain)
