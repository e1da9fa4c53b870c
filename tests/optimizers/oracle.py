"""The same training in PyTorch and here: trajectories of parameters, states and learning rates."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

SHAPES = [(3, 4), (4,), ()]


def pair(dtype="float64", seed=0):
    """The same parameters, as leaves there and here."""
    arrays = [np.random.default_rng(seed).normal(size=shape).astype(dtype) for shape in SHAPES]
    theirs = [torch.tensor(array, requires_grad=True) for array in arrays]
    ours = [dl.tensor(array.tolist(), dtype=dl.__dict__[dtype], requires_grad=True) for array in arrays]
    return theirs, ours


def set_gradients(theirs, ours, step):
    """The same gradients for both; the second parameter gets none in every third step."""
    random = np.random.default_rng(1000 + step)
    for index, (there, here) in enumerate(zip(theirs, ours, strict=True)):
        array = random.normal(size=there.shape)
        if index == 1 and step % 3 == 1:
            there.grad = here.grad = None
        else:
            there.grad = torch.tensor(array, dtype=there.dtype)
            here.grad = dl.tensor(array.tolist(), dtype=here.dtype)


def array(tensor):
    return tensor.detach().numpy()


def assert_same(theirs, ours, rtol=1e-12):
    for there, here in zip(theirs, ours, strict=True):
        np.testing.assert_allclose(array(here), array(there), rtol=rtol, atol=1e-14)


def assert_same_state(theirs, ours, rtol=1e-12):
    """Equal state dictionaries: keys, order of keys, types, dtypes, shapes and values."""
    assert type(theirs) in (type(ours), torch.Tensor)
    if isinstance(theirs, torch.Tensor):
        assert isinstance(ours, dl.Tensor)
        assert str(theirs.dtype).removeprefix("torch.") == ours.dtype.name
        np.testing.assert_allclose(array(ours), array(theirs), rtol=rtol, atol=1e-14)
    elif isinstance(theirs, dict):
        assert list(theirs) == list(ours)
        for key in theirs:
            assert_same_state(theirs[key], ours[key], rtol)
    elif isinstance(theirs, list | tuple):
        assert len(theirs) == len(ours)
        for there, here in zip(theirs, ours, strict=True):
            assert_same_state(there, here, rtol)
    else:
        assert theirs == ours


def converted(value, to):
    """A state dictionary with each tensor turned into one of the other library."""
    if isinstance(value, dl.Tensor | torch.Tensor):
        return to(np.array(array(value)))
    if isinstance(value, dict):
        return {key: converted(entry, to) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(converted(entry, to) for entry in value)
    return value


def train(theirs, ours, their_optimizer, our_optimizer, steps=range(8), rtol=1e-12):
    """Take the steps in both and compare all parameters after each."""
    for step in steps:
        set_gradients(theirs, ours, step)
        their_optimizer.step()
        our_optimizer.step()
        assert_same(theirs, ours, rtol)


def check_options(name, options, rtol=1e-12):
    """Same parameters after each step and same state at the end, for an optimizer with these options."""
    theirs, ours = pair()
    there, here = getattr(torch.optim, name)(theirs, **options), getattr(dl.optim, name)(ours, **options)
    train(theirs, ours, there, here, rtol=rtol)
    assert_same_state(there.state_dict(), here.state_dict(), rtol)


def check_interchange(name, options, rtol=1e-12):
    """A state saved there goes on here, and one saved here goes on there."""
    theirs, ours = pair()
    there, here = getattr(torch.optim, name)(theirs, **options), getattr(dl.optim, name)(ours, **options)
    for step in range(4):
        set_gradients(theirs, ours, step)
        there.step()
        here.step()

    their_leaves = [torch.tensor(array(p), requires_grad=True) for p in ours]
    our_leaves = [dl.from_numpy(np.array(array(p))).requires_grad_() for p in theirs]
    there_again, here_again = getattr(torch.optim, name)(their_leaves), getattr(dl.optim, name)(our_leaves)
    there_again.load_state_dict(converted(here.state_dict(), torch.from_numpy))
    here_again.load_state_dict(converted(there.state_dict(), dl.from_numpy))
    train(their_leaves, our_leaves, there_again, here_again, range(4, 8), rtol)
    for step in range(4, 8):
        set_gradients(theirs, ours, step)
        there.step()
    assert_same(theirs, our_leaves, rtol)
    assert_same(theirs, their_leaves, rtol)
