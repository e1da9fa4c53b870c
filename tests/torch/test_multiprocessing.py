"""Processes as PyTorch's programs start them, and tensors between them."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import time

import pytest

import deep_learner as dl
import deep_learner.torch.multiprocessing as mp

pytestmark = [
    pytest.mark.needs("deep_learner_numpy"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    yield
    assert multiprocessing.active_children() == []


def double(index, queue, tensor):
    queue.put((index, tensor * 2))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_are_told_their_number_and_tensors_come_back(method):
    queue = mp.get_context(method).SimpleQueue()
    assert mp.start_processes(double, (queue, dl.arange(3.0)), nprocs=2, start_method=method) is None
    results = dict(queue.get() for _ in range(2))
    assert {index: tensor.tolist() for index, tensor in results.items()} == {0: [0, 2, 4], 1: [0, 2, 4]}


def act(index, action):
    if index == 0:
        time.sleep(60)
    action()


def fail():
    raise ValueError("on purpose")


def leave():
    os._exit(3)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("action", "kind", "message", "code"),
    [
        (
            fail,
            "Raised",
            r"-- Process 1 terminated with the following error:\nTraceback[\s\S]*ValueError: on purpose",
            None,
        ),
        (leave, "Exited", "process 1 terminated with exit code 3", 3),
        (die, "Exited", "process 1 terminated with signal.SIGKILL", -signal.SIGKILL),
    ],
)
def test_one_that_fails_ends_the_others_and_is_told_of(action, kind, message, code):
    begin = time.monotonic()
    with pytest.raises(getattr(mp, f"Process{kind}Exception"), match=message) as caught:
        mp.start_processes(act, (action,), nprocs=2, start_method="fork")
    assert time.monotonic() - begin < 20
    error = caught.value
    assert error.error_index == 1
    assert getattr(error, "exit_code", None) == code
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)


def test_processes_can_be_waited_for_later():
    context = mp.start_processes(time.sleep, nprocs=2, join=False, start_method="fork")
    assert len(set(context.pids())) == 2
    while not context.join(timeout=5):
        continue
    assert context.join()


def test_spawn_spawns():
    with pytest.warns(FutureWarning, match="only supports start_method=spawn"):
        mp.spawn(time.sleep, nprocs=0, start_method="fork")


def test_all_of_multiprocessing_is_there():
    assert {
        name for name in multiprocessing.__all__ if getattr(mp, name) != getattr(multiprocessing, name)
    } == set()
    with pytest.raises(AttributeError, match="has no attribute 'Spoon'"):
        mp.Spoon  # noqa: B018


def test_strategies_of_sharing_are_accepted():
    before = mp.get_sharing_strategy()
    for name in mp.get_all_sharing_strategies():
        mp.set_sharing_strategy(name)
        assert mp.get_sharing_strategy() == name
    with pytest.raises(AssertionError, match="invalid sharing strategy"):
        mp.set_sharing_strategy("none")
    mp.set_sharing_strategy(before)
