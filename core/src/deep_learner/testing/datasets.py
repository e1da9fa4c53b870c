"""The contract of a data set."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, ClassVar, cast

import pytest

from ..plugins import registry
from ..tensor import Tensor
from .comparison import assert_close

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["DatasetContract"]


class DatasetContract:
    """What every data set keeps to; a test file is a subclass that says which one, how made, and how many samples.

    Attributes
    ----------
    dataset : str
        The name it is registered under, with ``kind="dataset"``.
    arguments : Mapping
        The arguments it is made with; `make` is overridden where files must be written first.
    length : int
        How many samples it has then.
    shapes : sequence of tuple of int
        The shape of each part of a sample; ``()`` for a number.

    Examples
    --------
    >>> class TestSpirals(DatasetContract):
    ...     dataset = "Spirals"
    ...     arguments = {"count": 100}
    ...     length = 100
    ...     shapes = [(2,), ()]
    """

    dataset: ClassVar[str]
    arguments: ClassVar[Mapping[str, Any]] = {}
    length: ClassVar[int]
    shapes: ClassVar[Sequence[tuple[int, ...]]]

    def make(self, tmp_path: Path) -> Any:
        """A new data set; `tmp_path` is an empty folder, for those that read files."""
        return registry.get("datasets", self.dataset)(**self.arguments)

    def test_it_is_registered_as_a_documented_data_set(self) -> None:
        kind = registry.get("datasets", self.dataset)
        assert (kind.__doc__ or "").strip(), f"{kind} has no docstring"
        said = registry.entry("datasets", self.dataset).metadata.get("kind")
        assert said == "dataset", f"registered with kind={said!r}; a training file finds kind='dataset'"

    def test_it_has_as_many_samples_as_stated(self, tmp_path: Path) -> None:
        assert len(self.make(tmp_path)) == self.length

    def test_each_sample_has_the_stated_parts(self, tmp_path: Path) -> None:
        dataset = self.make(tmp_path)
        for index in self._some():
            shapes = [tuple(getattr(part, "shape", ())) for part in _parts(dataset[index])]
            assert shapes == [tuple(shape) for shape in self.shapes], f"sample {index} has parts of {shapes}"

    def test_a_sample_is_the_same_each_time(self, tmp_path: Path) -> None:
        dataset = self.make(tmp_path)
        for index in self._some():
            _same(dataset[index], dataset[index], f"sample {index}, asked for twice")

    def test_a_sample_that_is_changed_leaves_the_data_as_they_were(self, tmp_path: Path) -> None:
        dataset, untouched = self.make(tmp_path), self.make(tmp_path)
        for part in _parts(dataset[0]):
            if isinstance(part, Tensor):
                part.copy_(part == 0)  # no element stays what it is, whatever the dtype
        _same(dataset[0], untouched[0], "sample 0, after it was changed")

    def test_there_is_nothing_behind_the_last_sample(self, tmp_path: Path) -> None:
        dataset = self.make(tmp_path)
        for index in (self.length, self.length + 5):
            with pytest.raises(IndexError):
                dataset[index]

    def test_going_through_it_gives_every_sample(self, tmp_path: Path) -> None:
        dataset = self.make(tmp_path)
        count = 0
        for index, sample in enumerate(dataset):
            count += 1
            if index in self._some():
                _same(sample, dataset[index], f"sample {index}, on the way through")
        assert count == self.length, f"going through gives {count} samples"

    def test_batches_made_at_once_are_the_samples(self, tmp_path: Path) -> None:
        dataset = self.make(tmp_path)
        take = getattr(dataset, "take_batch", None)
        batch = None if take is None else take(self._some())
        if batch is None:
            pytest.skip(f"{self.dataset} makes no batches at once")
        for row, index in enumerate(self._some()):
            for part, single in zip(batch, _parts(dataset[index]), strict=True):
                _same(part[row], single, f"row {row} of a batch, and sample {index}")

    def test_a_process_of_its_own_can_have_it(self, tmp_path: Path) -> None:
        dataset = self.make(tmp_path)
        other = pickle.loads(pickle.dumps(dataset))
        assert len(other) == len(dataset)
        for index in self._some():
            _same(other[index], dataset[index], f"sample {index}, after pickling")

    def test_it_can_be_loaded_in_batches(self, tmp_path: Path) -> None:
        if "DataLoader" not in registry.names("datasets"):
            pytest.skip("no DataLoader is installed")
        loader = registry.get("datasets", "DataLoader")(self.make(tmp_path), batch_size=2)
        batch = _parts(next(iter(loader)))
        assert [tuple(part.shape) for part in batch] == [
            (min(2, self.length), *shape) for shape in self.shapes
        ], f"a batch of two has parts of {[tuple(part.shape) for part in batch]}"

    def _some(self) -> list[int]:
        """A few places, the first and the last among them."""
        return sorted({0, self.length // 3, self.length // 2, self.length - 1})


def _parts(sample: Any) -> list[Any]:
    """The parts of a sample; of a dictionary its values, of one that is alone itself."""
    if isinstance(sample, dict):
        return list(cast("dict[Any, Any]", sample).values())
    return list(cast("Sequence[Any]", sample)) if isinstance(sample, tuple | list) else [sample]


def _same(received: Any, expected: Any, where: str) -> None:
    """Refuses samples that differ in type or value; a row of a batch may be a tensor in place of a number."""
    for one, other in zip(_parts(received), _parts(expected), strict=True):
        if isinstance(one, Tensor) and isinstance(other, Tensor):
            assert_close(one, other, rtol=0, atol=0, equal_nan=True, msg=where)
        else:
            value = one.item() if isinstance(one, Tensor) and not one.ndim else one
            assert value == other, f"{where}: {one!r} in place of {other!r}"
