"""The contract of a serializer."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from .. import backends, serialization
from ..plugins import registry
from ..serialization import SerializationError, Serializer
from ..tensor import Tensor
from .comparison import assert_close
from .everywhere import here
from .samples import normal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["SerializerContract"]


class SerializerContract:
    """What every serializer keeps to; a test file is a subclass that says which one.

    Attributes
    ----------
    serializer : str
        The name it is registered under.
    suffix : str
        A suffix it is chosen for.
    dtypes : sequence of str
        The dtypes it holds.
    needs_path : bool
        Whether it writes several files, and so takes paths alone.

    Examples
    --------
    >>> class TestLines(SerializerContract):
    ...     serializer = "lines"
    ...     suffix = ".lines"
    ...     dtypes = ["float32", "int64"]
    """

    serializer: ClassVar[str]
    suffix: ClassVar[str]
    dtypes: ClassVar[Sequence[str]] = ("float32", "float64", "int64", "bool")
    needs_path: ClassVar[bool] = False

    def value(self) -> Any:
        """A value with everything in it that a serializer must hold."""
        value: dict[str, Any] = {
            "model": {"weight": normal((2, 3)), "nothing": normal((0, 3)), "one": normal(())},
            "groups": [{"lr": 0.1, "params": [0, 1], "nesterov": False}, {}],
            "pair": (1, "text with ünïcode", None, -2.5),
            "a.b/c": [[], {"": 0}],
            "state": {0: {"step": 3, "average": normal((2,), seed=1)}, 1: {}},
        }
        return value

    def test_it_is_registered_as_a_documented_serializer_with_its_suffix(self) -> None:
        kind = registry.get("serializers", self.serializer)
        assert issubclass(kind, Serializer), f"{kind} is no deep_learner.serialization.Serializer"
        assert (kind.__doc__ or "").strip(), f"{kind} has no docstring"
        assert self.suffix in registry.entry("serializers", self.serializer).metadata.get("suffixes", ())

    def test_what_is_saved_under_its_suffix_is_loaded_again(self, tmp_path: Path) -> None:
        path = tmp_path / f"file{self.suffix}"
        serialization.save(self.value(), path)
        _same(serialization.load(path), self.value())

    def test_what_is_saved_by_its_name_is_recognised_by_its_content(self, tmp_path: Path) -> None:
        path = tmp_path / "file"
        serialization.save(self.value(), path, format=self.serializer)
        _same(serialization.load(path), self.value())

    def test_a_file_object_is_written_and_read_as_a_path_is(self, tmp_path: Path) -> None:
        file, path = io.BytesIO(), tmp_path / f"file{self.suffix}"
        if self.needs_path:
            with pytest.raises(ValueError, match="path"):
                serialization.save(self.value(), file, format=self.serializer)
            return
        serialization.save(self.value(), file, format=self.serializer)
        serialization.save(self.value(), path)
        assert path.read_bytes() == file.getvalue()
        file.seek(0)
        _same(serialization.load(file), self.value())

    def test_every_dtype_comes_back(self, tmp_path: Path) -> None:
        for dtype in self.dtypes:
            tensor = Tensor([[0, 1], [1, 0], [1, 1]]).to(dtype)
            _same(self._there_and_back({"tensor": tensor}, tmp_path), {"tensor": tensor}, dtype)

    def test_special_values_come_back(self, tmp_path: Path) -> None:
        tensor = Tensor([float("inf"), float("-inf"), -0.0, 5e-324], dtype="float64")
        back = self._there_and_back({"tensor": tensor}, tmp_path)["tensor"]
        assert [repr(one) for one in back.tolist()] == [repr(one) for one in tensor.tolist()]

    def test_every_shape_comes_back(self, tmp_path: Path) -> None:
        for shape in ((), (0,), (1,), (3, 0, 2), (2, 3, 4)):
            value = {"tensor": normal(shape)}
            _same(self._there_and_back(value, tmp_path), value, str(shape))

    def test_tensors_of_every_backend_are_saved_as_their_values_and_arrive_on_it(
        self, tmp_path: Path
    ) -> None:
        expected = normal((2, 3))
        path = tmp_path / f"file{self.suffix}"
        for one in backends.available():
            with backends.backend(one.name):
                serialization.save({"tensor": here(expected)}, path)
                assert serialization.load(path)["tensor"].backend == one.name
            back = serialization.load(path)["tensor"]
            _same(here(back), here(expected), f"a tensor of {one.name}")

    def test_an_opened_file_has_the_tensors_by_their_paths_and_the_rest_as_metadata(
        self, tmp_path: Path
    ) -> None:
        path = tmp_path / f"file{self.suffix}"
        serialization.save(self.value(), path)
        with serialization.open_file(path) as file:
            assert {"model.weight", "model.nothing", "model.one", "state.0.average"} == {*file}
            assert file.metadata.get("groups.0.lr") == 0.1 and file.metadata["pair"][0] == 1
            for name, told in file.tensors.items():
                tensor = file[name]
                assert (told.name, told.shape) == (name, tuple(tensor.shape))
                assert (told.dtype, told.nbytes) == (tensor.dtype.name, tensor.nbytes)
            _same(file["model.weight"], normal((2, 3)))
            with pytest.raises(KeyError, match="nobody"):
                file["nobody"]

    def test_a_loaded_tensor_can_be_changed_and_the_file_stays(self, tmp_path: Path) -> None:
        path = tmp_path / f"file{self.suffix}"
        serialization.save({"tensor": normal((2, 3))}, path)
        serialization.load(path)["tensor"].add_(1.0)
        _same(serialization.load(path), {"tensor": normal((2, 3))})

    def test_transposed_and_recorded_tensors_are_saved_as_their_values(self, tmp_path: Path) -> None:
        tensor = normal((2, 3), requires_grad=True)
        back = self._there_and_back({"tensor": tensor.T * 2.0}, tmp_path)["tensor"]
        _same(back, (tensor.T * 2.0).detach())
        assert not back.requires_grad

    def test_equal_values_make_equal_files(self, tmp_path: Path) -> None:
        first, second = (tmp_path / folder / f"file{self.suffix}" for folder in ("a", "b"))
        for path in (first, second):
            path.parent.mkdir()
            serialization.save(self.value(), path)
        assert first.read_bytes() == second.read_bytes()

    def test_what_it_cannot_hold_is_a_type_error_and_leaves_the_old_file(self, tmp_path: Path) -> None:
        path = tmp_path / f"file{self.suffix}"
        serialization.save({"tensor": normal((2,))}, path)
        before = {one: one.read_bytes() for one in tmp_path.iterdir()}
        with pytest.raises(TypeError):
            serialization.save({"tensor": normal((2,)), "function": print}, path)
        after = {one: one.read_bytes() for one in tmp_path.iterdir()}
        assert after == before, "the old file was damaged, or something was left behind"

    def test_a_file_cut_short_anywhere_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / f"file{self.suffix}"
        serialization.save(self.value(), path)
        whole = path.read_bytes()
        for length in sorted({0, 1, *(len(whole) * part // 16 for part in range(16)), len(whole) - 1}):
            path.write_bytes(whole[:length])
            with pytest.raises(SerializationError, match=path.name):
                serialization.load(path, format=self.serializer)

    def test_a_damaged_file_is_a_value_or_one_clear_error(self, tmp_path: Path) -> None:
        path = tmp_path / f"file{self.suffix}"
        serialization.save(self.value(), path)
        whole = path.read_bytes()
        for place in range(0, len(whole), max(1, len(whole) // 300)):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
            with contextlib.suppress(SerializationError):
                serialization.load(path, format=self.serializer)

    def test_a_foreign_file_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / f"file{self.suffix}"
        for content in (b"\x80\x04N.", b"hello, world", bytes(range(256)) * 4):
            path.write_bytes(content)
            with pytest.raises(SerializationError):
                serialization.load(path)

    def _there_and_back(self, value: Any, folder: Path) -> Any:
        path = folder / f"file{self.suffix}"
        serialization.save(value, path)
        return serialization.load(path)


def _same(received: Any, expected: Any, where: str = "value") -> None:
    """Refuses what is not the same in type, structure and values."""
    if isinstance(expected, Tensor):
        assert isinstance(received, Tensor), f"{where}: {type(received).__name__} in place of a Tensor"
        assert_close(received, expected, rtol=0, atol=0, msg=where)
        return
    assert type(received) is type(expected), f"{where}: {received!r} in place of {expected!r}"
    if isinstance(expected, dict):
        assert list(received) == list(expected), f"{where}: keys {list(received)}"  # pyright: ignore[reportUnknownArgumentType]
        for key in expected:  # pyright: ignore[reportUnknownVariableType]
            _same(received[key], expected[key], f"{where}[{key!r}]")
    elif isinstance(expected, list | tuple):
        assert len(received) == len(expected), f"{where}: {len(received)} items"  # pyright: ignore[reportUnknownArgumentType]
        for index, (one, other) in enumerate(zip(received, expected, strict=True)):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            _same(one, other, f"{where}[{index}]")
    else:
        assert received == expected, f"{where}: {received!r} in place of {expected!r}"
