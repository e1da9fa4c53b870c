"""Workers that make batches ahead, in processes and in threads."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time

import pytest

import deep_learner as dl
from deep_learner.utils.data import DataLoader, Dataset, IterableDataset, get_worker_info

pytestmark = [
    pytest.mark.filterwarnings("ignore:This DataLoader will create:UserWarning"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded, use of fork:DeprecationWarning"),
]
KINDS = ["fork", "spawn", "thread"]
both = pytest.mark.parametrize("kind", ["fork", "thread"])


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    threads = threading.active_count()
    yield
    if multiprocessing.active_children() or threading.active_count() != threads:
        gc.collect()  # pytest.raises keeps the exception, whose traceback keeps the test's iterator
    assert multiprocessing.active_children() == []
    assert threading.active_count() == threads


class Numbers(Dataset):
    """Its samples are what `make` says of a number."""

    def __init__(self, make=int, size=10):
        self.make, self.size = make, size

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        return self.make(index)


class Parts(IterableDataset):
    """Each worker gives every so-manieth number, of some sizes of its own; who gave it comes along."""

    def __init__(self, sizes):
        self.sizes = sizes

    def __iter__(self):
        info = get_worker_info()
        for step in range(self.sizes[info.id]):
            yield 10 * info.id + step


def loaded(*args, **options):
    return [batch.tolist() for batch in DataLoader(*args, **options)]


def large(index):
    return dl.full((2**17,), float(index)), dl.full((300, 301), index, dtype=dl.int64), str(index)


def broken(index):
    if index == 5:
        raise ZeroDivisionError("sample 5")
    return index


@pytest.mark.parametrize("kind", KINDS)
def test_batches_come_in_order_and_whole(kind):
    batches = list(DataLoader(Numbers(large), batch_size=2, num_workers=2, multiprocessing_context=kind))
    assert [batch[2] for batch in batches] == [(str(i), str(i + 1)) for i in range(0, 10, 2)]
    for number, (floats, integers, _) in enumerate(batches):
        assert (tuple(floats.shape), floats.dtype) == ((2, 2**17), dl.float32)
        assert (tuple(integers.shape), integers.dtype) == ((2, 300, 301), dl.int64)
        assert [row.unique().tolist() for row in floats] == [[2.0 * number], [2.0 * number + 1]]
        assert (
            integers.amin(dim=(1, 2)).tolist()
            == integers.amax(dim=(1, 2)).tolist()
            == [2 * number, 2 * number + 1]
        )
        floats.add_(1)  # the memory can be written to


@both
@pytest.mark.parametrize("workers", [1, 2])
def test_a_stream_is_shared_out_by_its_workers(kind, workers):
    stream = Parts([5, 3])
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")

    class Theirs(torch.utils.data.IterableDataset):
        def __iter__(self):
            info = torch.utils.data.get_worker_info()
            return iter([10 * info.id + step for step in range(stream.sizes[info.id])])

    for options in ({"batch_size": 2}, {"batch_size": 2, "drop_last": True}, {"batch_size": None}):
        theirs = torch.utils.data.DataLoader(Theirs(), num_workers=workers, **options)
        expected = [batch if isinstance(batch, int) else batch.tolist() for batch in theirs]
        ours = DataLoader(stream, num_workers=workers, multiprocessing_context=kind, **options)
        assert [batch if isinstance(batch, int) else batch.tolist() for batch in ours] == expected


@both
def test_persistent_workers_stay_and_can_begin_anew_at_any_time(kind):
    def who(_index):
        return f"{os.getpid()} {threading.get_ident()}"

    loader = DataLoader(
        Numbers(who), None, num_workers=2, persistent_workers=True, multiprocessing_context=kind
    )
    first = set(loader)
    for _ in loader:
        break  # what was under way is not seen by the next pass
    numbers = DataLoader(range(7), None, num_workers=2, persistent_workers=True, multiprocessing_context=kind)
    next(iter(numbers))
    assert [list(numbers), list(numbers)] == [list(range(7))] * 2
    assert set(loader) == first and len(first) == 2
    stream = DataLoader(
        Parts([2, 1]), 1, num_workers=2, persistent_workers=True, multiprocessing_context=kind
    )
    assert [[batch.item() for batch in stream] for _ in range(2)] == [[0, 10, 1]] * 2


@both
def test_two_passes_may_run_at_the_same_time(kind):
    loader = DataLoader(range(3), None, num_workers=1, multiprocessing_context=kind)
    assert list(zip(loader, loader, strict=True)) == [(0, 0), (1, 1), (2, 2)]


@both
def test_a_slow_worker_does_not_hold_up_the_others_if_the_order_is_free(kind):
    context = multiprocessing.get_context("fork")
    release = context.Event() if kind == "fork" else threading.Event()

    def wait_for_the_others(index):
        return index if index or release.wait(30) else -1

    loader = DataLoader(
        Numbers(wait_for_the_others, 4), None, num_workers=2, in_order=False, multiprocessing_context=kind
    )
    batches = iter(loader)
    assert next(batches) in (1, 3)
    release.set()
    assert sorted(batches)[0] == 0


@both
def test_no_more_than_the_given_number_of_batches_is_under_way(kind):
    class Taken(list):
        def __iter__(self):
            for number in range(20):
                self.append(number)
                yield number

    taken = Taken()
    loader = DataLoader(
        range(20), None, sampler=taken, num_workers=2, prefetch_factor=3, multiprocessing_context=kind
    )
    batches = iter(loader)
    assert taken == list(range(6))
    assert next(batches) == 0
    assert taken == list(range(7))


def test_an_error_in_a_process_comes_with_its_type_and_its_traceback():
    batches = iter(DataLoader(Numbers(broken), 2, num_workers=2, multiprocessing_context="fork"))
    assert [next(batches).tolist(), next(batches).tolist()] == [[0, 1], [2, 3]]
    with pytest.raises(ZeroDivisionError) as caught:
        next(batches)
    message = str(caught.value)
    assert message.startswith("Caught ZeroDivisionError in DataLoader worker process 0.\nOriginal Traceback")
    assert 'raise ZeroDivisionError("sample 5")' in message
    assert next(batches).tolist() == [6, 7]  # it goes on after it, as PyTorch does


def test_an_error_in_a_thread_is_that_error():
    batches = iter(DataLoader(Numbers(broken), 6, num_workers=1, multiprocessing_context="thread"))
    with pytest.raises(ZeroDivisionError, match=r"^sample 5$"):
        next(batches)


class SpecialError(Exception):
    def __init__(self, one, other):
        super().__init__(one, other)


@pytest.mark.parametrize(
    ("make_error", "kind", "start"),
    [
        (lambda: KeyError("key"), KeyError, "Caught KeyError in DataLoader"),
        (lambda: SpecialError(1, 2), RuntimeError, "Caught SpecialError in DataLoader"),
        (lambda: type("Local", (ValueError,), {})("text"), RuntimeError, "Caught Local in DataLoader"),
    ],
    ids=["KeyError", "arguments", "local"],
)
def test_errors_that_cannot_be_made_again_from_a_text_come_too(make_error, kind, start):
    def fail(_index):
        raise make_error()

    with pytest.raises(kind) as caught:
        loaded(Numbers(fail), num_workers=1, multiprocessing_context="fork")
    assert str(caught.value).startswith(start)


@both
def test_an_error_when_a_worker_starts_comes_with_its_first_batch(kind):
    def refuse(worker):
        raise PermissionError(f"worker {worker}")

    with pytest.raises(PermissionError, match="worker 0"):
        loaded(range(4), num_workers=2, worker_init_fn=refuse, multiprocessing_context=kind)


def test_a_sample_that_cannot_be_sent_is_told_of():
    with pytest.raises(Exception, match="in DataLoader worker process 0"):
        list(DataLoader(Numbers(lambda _: lambda: 0), None, num_workers=1, multiprocessing_context="fork"))


def test_a_worker_that_is_killed_is_missed_at_once():
    def die(index):
        if index == 4:  # given out once the first batch is there
            os.kill(os.getpid(), signal.SIGKILL)
        return index

    batches = iter(DataLoader(Numbers(die), None, num_workers=2, multiprocessing_context="fork"))
    assert next(batches) == 0
    begin = time.monotonic()
    with pytest.raises(
        RuntimeError, match=r"DataLoader worker \(pid\(s\) \d+\) exited unexpectedly"
    ) as caught:
        list(batches)
    assert time.monotonic() - begin < 4
    assert "is killed by signal: Killed" in caught.value.__notes__[0]


@both
def test_a_batch_that_takes_too_long_is_given_up(kind):
    release = threading.Event()

    def wait(index):
        release.wait(0.5)
        return index

    batches = iter(DataLoader(Numbers(wait), 1, num_workers=1, timeout=0.05, multiprocessing_context=kind))
    with pytest.raises(RuntimeError, match=r"DataLoader timed out after 0\.05 seconds"):
        next(batches)
    release.set()


@both
def test_a_pass_left_early_ends_its_workers(kind):
    for number, _ in DataLoader(
        Numbers(lambda index: (index, large(index)), 100), None, num_workers=2, multiprocessing_context=kind
    ):
        if number == 1:
            break
    assert multiprocessing.active_children() == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("deep-learner-data")]


def test_a_worker_ends_with_its_main_process():
    reader, writer = os.pipe()

    def tell(index):
        os.write(writer, f"{os.getpid()} ".encode())
        return index

    def main():
        batches = iter(DataLoader(Numbers(tell, 100), None, num_workers=2, multiprocessing_context="fork"))
        next(batches)
        next(batches)
        os.kill(os.getpid(), signal.SIGKILL)

    process = multiprocessing.get_context("fork").Process(target=main)
    process.start()
    process.join()
    os.close(writer)
    with os.fdopen(reader) as pipe:  # it ends when the last worker has closed its side
        workers = set(pipe.read().split())
    assert len(workers) == 2


@both
def test_workers_know_who_they_are(kind):
    def ask(_index):
        info = get_worker_info()
        return [info.id, info.num_workers, info.seed, info.worker_method, info.rng is None]

    generator = dl.Generator().manual_seed(3)
    seed = dl.empty((), dtype=dl.int64).random_(generator=dl.Generator().manual_seed(3)).item()
    loader = DataLoader(Numbers(ask), None, num_workers=2, generator=generator, multiprocessing_context=kind)
    method = "thread" if kind == "thread" else "multiprocessing"
    expected = [[number, 2, seed + number, method, kind == "fork"] for number in range(2)]
    assert list(loader) == expected * 5
    assert get_worker_info() is None


def test_a_thread_has_random_numbers_of_its_own():
    def draw(_index):
        rng = get_worker_info().rng
        torch_number = dl.rand((), generator=rng.torch_generator).item()
        return f"{torch_number} {rng.random_generator.random()} {rng.numpy_generator.random()}"

    def drawn():
        dl.manual_seed(4)
        return list(DataLoader(Numbers(draw), None, num_workers=2, multiprocessing_context="thread"))

    first = drawn()
    assert first == drawn()
    assert len(set(first)) == 10


@pytest.mark.parametrize("kind", KINDS)
def test_settings_are_those_of_the_program(kind):
    with dl.config.using(default_dtype="float64"):
        loader = DataLoader(Numbers(ones), num_workers=1, multiprocessing_context=kind)
        assert next(iter(loader)).dtype is dl.float64


def ones(_index):
    return dl.ones(2)
