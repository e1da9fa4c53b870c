"""A training saved on one backend goes on on another as if it had never moved."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

import deep_learner as dl
from tests.swap.places import PLACES, Place
from tests.swap.reference import REFERENCE, reference
from tests.swap.training import PROGRAMS, STEPS, Outcome, assert_agree, start

DTYPE = "float64"
ROUND = [REFERENCE, *(place for place in PLACES if place != REFERENCE)]
MOVES = list(zip(ROUND, [*ROUND[1:], ROUND[0]], strict=True))  # each saves once, each resumes once
HALF = STEPS // 2


def moved(program: str, source: Place, target: Place, path: Path) -> Outcome:
    """What comes of a program whose second half runs elsewhere."""
    with source.chosen():
        first = start(program, dl, DTYPE)
        losses = first.run(HALF)
        first.save(path)
    with target.chosen():
        second = start(program, dl, DTYPE)
        second.resume(path)
        rest = second.outcome(STEPS - HALF)
    for parameter in second.model.parameters():
        assert parameter.backend == target.backend
    return Outcome(losses + rest.losses, rest.parameters)


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(("source", "target"), MOVES, ids=str)
def test_a_checkpoint_moves(program: str, source: Place, target: Place, tmp_path: Path) -> None:
    outcome = moved(program, source, target, tmp_path / "checkpoint.safetensors")
    assert_agree(outcome, reference(program, DTYPE), DTYPE)


@pytest.mark.parametrize("suffix", ["safetensors", "npz"])
@pytest.mark.parametrize(("source", "target"), list(itertools.permutations(PLACES, 2)), ids=str)
def test_a_checkpoint_moves_between_any_two_in_every_format(
    source: Place, target: Place, suffix: str, tmp_path: Path
) -> None:
    outcome = moved("mlp", source, target, tmp_path / f"checkpoint.{suffix}")
    assert_agree(outcome, reference("mlp", DTYPE), DTYPE)


def test_a_checkpoint_without_its_optimizer_is_noticed(tmp_path: Path) -> None:
    """The comparison sees a momentum that was forgotten."""
    with REFERENCE.chosen():
        first = start("mlp", dl, DTYPE)
        losses = first.run(HALF)
        fresh = first.optimizer.__class__(first.model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-3)
        first.optimizer.load_state_dict(fresh.state_dict())
        rest = first.outcome(STEPS - HALF)
    with pytest.raises(AssertionError):
        assert_agree(Outcome(losses + rest.losses, rest.parameters), reference("mlp", DTYPE), DTYPE)
