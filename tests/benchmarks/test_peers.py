"""Every library that is installed runs the benchmarks' programs, and finds what is found by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from benchmarks.given import given
from benchmarks.peers import PEERS, by_hand
from benchmarks.process import Worker, environment
from benchmarks.race import difference
from benchmarks.works import WORKS, sizes

KINDS = {work.kind: work for work in WORKS.values()}
COMPILERS = (
    "deep_learner_c",
    "jax",
    "tinygrad",
    "torch_compiled",
)  # they take seconds for each program: one is enough


@pytest.fixture(scope="module")
def by_hand_numbers() -> dict[str, list[float]]:
    builds = by_hand.programs()
    return {kind: builds[kind](given(kind, sizes(work, tiny=True))).numbers() for kind, work in KINDS.items()}


@pytest.fixture(params=[name for name in PEERS if name != "numpy"])
def peer(request: pytest.FixtureRequest) -> Iterator[tuple[str, Worker]]:
    """A peer in a process of its own, as in the benchmarks: each brings a pool of threads along."""
    name: str = request.param
    if reason := PEERS[name].missing():
        pytest.skip(reason)
    found = environment(threads=1) | {
        "TORCHDYNAMO_DISABLE": "1"
    }  # PyTorch's compiler would take all the time
    worker = Worker("benchmarks.worker", name, "1", environment=found, quiet=True)
    yield name, worker
    worker.close()


def test_peers_agree_with_what_is_computed_by_hand(
    peer: tuple[str, Worker], by_hand_numbers: dict[str, list[float]]
) -> None:
    name, worker = peer
    wanted = ["mlp"] if name in COMPILERS else list(KINDS)
    answers = {kind: worker.ask("start", kind, sizes(KINDS[kind], tiny=True), limit=60) for kind in wanted}
    if name == "tinygrad" and "clang" in answers["mlp"].get("error", ""):
        pytest.skip(answers["mlp"]["error"])
    numbers = {kind: answer["numbers"] for kind, answer in answers.items() if "numbers" in answer}
    reasons = {answer["error"] for answer in answers.values() if "error" in answer}
    assert numbers
    assert reasons <= {"no such program", "what is compiled is a whole step"}
    apart = {kind: difference(found, by_hand_numbers[kind]) for kind, found in numbers.items()}
    assert {kind: far for kind, far in apart.items() if far > KINDS[kind].tolerance} == {}
    assert worker.ask("round")["seconds"] > 0
