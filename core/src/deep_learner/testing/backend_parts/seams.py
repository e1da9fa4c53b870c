"""What a backend says beside its namespace: memory, errors, page-locked arrays, and its machine."""

from __future__ import annotations

import pytest

from ...device import Device
from ...errors import OutOfMemoryError
from ...random.engine import MersenneTwister
from .base import BackendTests

__all__ = ["SeamTests"]


class SeamTests(BackendTests):
    """The optional parts of a backend."""

    def test_figures_about_memory_are_bytes_by_name(self) -> None:
        for device in map(Device, self.devices):
            figures = self.one.memory(device)
            assert all(isinstance(name, str) and isinstance(size, int) for name, size in figures.items())
            assert all(size >= 0 for size in figures.values()), f"memory is negative: {figures}"
            assert figures.get("free", 0) <= figures.get("total", figures.get("free", 0)), (
                "more free than there is"
            )
            assert figures.get("allocated", 0) <= figures.get("reserved", figures.get("allocated", 0)), (
                "arrays hold more than was reserved"
            )

    def test_a_device_is_resolved_once(self) -> None:
        for device in map(Device, self.devices):
            meant = self.one.resolved(device)
            assert self.one.resolved(meant) == meant, f"{device} means {meant}, which means another"
            assert self.one.device_of(self.one.asarray([1.0], device=device)) == meant

    def test_a_lack_of_memory_is_explained_and_other_errors_stay(self) -> None:
        explained = self.one.explained(MemoryError("no room"))
        assert isinstance(explained, OutOfMemoryError), f"a MemoryError became {type(explained).__name__}"
        assert "no room" in str(explained)
        assert self.one.explained(explained) is explained
        other = ValueError("of another kind")
        assert self.one.explained(other) is other

    def test_details_are_texts_by_name(self) -> None:
        details = self.one.details()
        assert all(isinstance(name, str) and isinstance(text, str) for name, text in details.items())

    def test_the_words_and_states_of_its_engine_are_the_mersenne_twisters(self) -> None:
        engine, expected = self.one.mersenne_twister(), MersenneTwister(5489)
        expected.words(1000)
        engine.restore(*expected.state())
        counts = (0, 1, 247, 1, 623, 2, 625, 3, 624, 10_000, 0, 32_768, 5)
        for seed in (None, 3, 2**64 - 1):
            if seed is not None:
                engine.seed(seed)
                expected.seed(seed)
            for count in counts:
                words = engine.words(count)
                assert words.format == "I" and words.tolist() == expected.words(count).tolist()
                assert engine.state() == expected.state(), f"another state after {count} words"
                pairs = engine.pairs(count)
                assert (
                    pairs.format in ("L", "Q")
                    and pairs.itemsize == 8
                    and pairs.tolist() == expected.pairs(count).tolist()
                )
                assert engine.state() == expected.state(), f"another state after {count} pairs"

    def test_page_locked_memory_holds_the_values(self) -> None:
        numpy = pytest.importorskip("numpy", reason="NumPy arrays are what is exchanged")
        given = numpy.asarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype="float32")
        assert not self.one.is_pinned(given)
        try:
            pinned = self.one.pinned(given)
        except RuntimeError as error:
            pytest.skip(f"{self.backend} pins no memory here: {error}")
        assert isinstance(pinned, numpy.ndarray)
        assert pinned.dtype == given.dtype and (pinned == given).all()
        assert self.one.is_pinned(pinned) and not self.one.is_pinned(given)

    def test_every_precision_of_matrix_products_is_taken(self) -> None:
        for precision in ("high", "medium", "highest"):
            self.one.set_float32_matmul_precision(precision)

    def test_a_number_of_threads_is_kept_or_refused(self) -> None:
        before = self.one.get_num_threads()
        assert before >= 1
        try:
            self.one.set_num_threads(before + 1)
        except RuntimeError:
            assert self.one.get_num_threads() == before
        else:
            assert self.one.get_num_threads() == before + 1
        finally:
            self.one.set_num_threads(before)
        assert self.one.get_num_threads() == before
