"""Padding and packing sequences, beside PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

import deep_learner as dl
from deep_learner.nn.utils import rnn

torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")
BOTH = ((dl, rnn), (torch, torch.nn.utils.rnn))
LENGTHS = [2, 4, 1]
SEQUENCES = [np.random.default_rng(length).normal(size=(length, 3)) for length in LENGTHS]


def assert_alike(ours, theirs):
    """Tensors, None, and tuples or lists of them."""
    if isinstance(theirs, tuple | list):
        assert len(ours) == len(theirs)
        for mine, other in zip(ours, theirs, strict=True):
            assert_alike(mine, other)
    elif theirs is None:
        assert ours is None
    else:
        assert ours.dtype.name == str(theirs.dtype).removeprefix("torch.")
        np.testing.assert_array_equal(ours.detach().numpy(), theirs.detach().numpy())


def packed(library, utilities, **options):
    return utilities.pack_sequence(
        [library.tensor(one) for one in SEQUENCES], enforce_sorted=False, **options
    )


CALLS = {
    "padded": lambda lib, u: u.pad_sequence([lib.tensor(one) for one in SEQUENCES]),
    "padded on the left": lambda lib, u: u.pad_sequence(
        [lib.tensor(one) for one in SEQUENCES], True, -1.5, padding_side="left"
    ),
    "padded whole numbers": lambda lib, u: u.pad_sequence(
        [lib.tensor([1, 2]), lib.tensor([3])], padding_value=7
    ),
    "rows of a tensor": lambda lib, u: u.pad_sequence(lib.tensor([[1.0, 2.0], [3.0, 4.0]])),
    "nothing to pad": lambda lib, u: u.pad_sequence([lib.zeros(0, 2), lib.zeros(0, 2)], batch_first=True),
    "packed": lambda lib, u: packed(lib, u),
    "packed in order": lambda lib, u: u.pack_sequence([lib.tensor(one) for one in SEQUENCES[1:]]),
    "packed from lengths": lambda lib, u: u.pack_padded_sequence(
        lib.arange(12).reshape(3, 4), lib.tensor([4, 2, 1]), batch_first=True
    ),
    "unpacked": lambda lib, u: u.unpack_sequence(packed(lib, u)),
    "padded again": lambda lib, u: u.pad_packed_sequence(packed(lib, u)),
    "padded to a length": lambda lib, u: u.pad_packed_sequence(packed(lib, u), True, -1.0, total_length=6),
    "unpadded": lambda lib, u: u.unpad_sequence(
        lib.arange(12).reshape(3, 4), lib.tensor([3, 1, 4]), batch_first=True
    ),
    "inverted": lambda lib, u: u.invert_permutation(lib.tensor([2, 0, 1])),
    "inverted nothing": lambda lib, u: u.invert_permutation(None),
    "made of parts": lambda lib, u: u.PackedSequence(lib.ones(3), lib.tensor([2, 1]), lib.tensor([1, 0])),
    "made of a pair": lambda lib, u: u.PackedSequence((lib.ones(3), lib.tensor([2, 1]))),
    "in another dtype": lambda lib, u: [
        packed(lib, u).to(lib.float16),
        packed(lib, u).float(),
        packed(lib, u).double(),
        packed(lib, u).half(),
        packed(lib, u).int(),
        packed(lib, u).long(),
        packed(lib, u).short(),
        packed(lib, u).char(),
        packed(lib, u).byte(),
        packed(lib, u).cpu(),
    ],
}


@pytest.mark.parametrize("name", CALLS)
def test_results_agree(name):
    ours, theirs = (CALLS[name](*both) for both in BOTH)
    assert_alike(ours, theirs)


def test_gradients_reach_the_elements_and_not_the_padding():
    found = []
    for library, utilities in BOTH:
        leaves = [library.tensor(one, requires_grad=True) for one in SEQUENCES]
        sequence = utilities.pack_sequence(leaves, enforce_sorted=False)
        padded, _ = utilities.pad_packed_sequence(sequence, padding_value=2.0)
        (padded * padded).sum().backward()
        found.append([leaf.grad for leaf in leaves])
    assert_alike(*found)


def test_a_packed_sequence_that_is_there_already_is_returned_as_it_is():
    sequence = packed(dl, rnn)
    assert sequence.cpu() is sequence
    assert sequence.to(dl.float64) is sequence
    assert not sequence.is_cuda
    assert not sequence.is_pinned()


@pytest.mark.parametrize(
    "misuse",
    [
        lambda lib, u: u.pad_sequence([]),
        lambda lib, u: u.pad_sequence(3),
        lambda lib, u: u.pad_sequence([lib.ones(2, 3), lib.ones(2, 4)]),
        lambda lib, u: u.pad_sequence([lib.ones(2)], padding_side="above"),
        lambda lib, u: u.pack_padded_sequence(lib.ones(4, 2), [3, 4]),
        lambda lib, u: u.pack_padded_sequence(lib.ones(4, 2), [3]),
        lambda lib, u: u.pack_padded_sequence(lib.ones(4, 2), [3, 0]),
        lambda lib, u: u.pack_padded_sequence(lib.ones(0, 2), [1, 1]),
        lambda lib, u: u.pack_padded_sequence(lib.ones(4, 2), lib.tensor([[4, 2]])),
        lambda lib, u: u.pad_packed_sequence(packed(lib, u), total_length=3),
        lambda lib, u: u.PackedSequence(lib.ones(3)),
    ],
)
def test_what_does_not_fit_is_refused(misuse):
    raised = []
    for both in BOTH:
        with pytest.raises(Exception) as info:  # whatever PyTorch raises
            misuse(*both)
        raised.append(info.type.__name__)
    assert raised[0] == raised[1]


def test_lengths_beyond_the_input_are_refused():
    with pytest.raises(RuntimeError, match="exceeds the 4 steps"):
        rnn.pack_padded_sequence(dl.ones(4, 2), [5, 4])
