"""Files of tensors written into others."""

from __future__ import annotations

import itertools
import signal
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import deep_learner as dl
from deep_learner.errors import ConfigurationError, UnknownNameError
from deep_learner.serialization import open_file
from deep_learner_trainer import convert
from deep_learner_trainer.progress import BytesBar
from tests.trainer.test_info import run

WRITTEN = ["safetensors", "safetensors.index.json", "npz", "pt", "h5"]
READ = [*WRITTEN, "gguf", "onnx"]


def needed(suffix: str) -> None:
    """Skips what a library is missing for."""
    library = {"h5": "h5py", "gguf": "gguf", "onnx": "onnx"}.get(suffix)
    if library is not None:
        pytest.importorskip(library, reason=f"{library} is the other side")


@pytest.fixture(scope="module")
def plain() -> dict[str, dl.Tensor]:
    generator = dl.Generator().manual_seed(0)
    return {"layer.weight": dl.randn(3, 32, generator=generator), "layer.bias": dl.arange(3.0)}


def written(plain: dict[str, dl.Tensor], folder: Path, suffix: str) -> Path:
    """The tensors in a file that, where the format is only read, its own library writes."""
    path = folder / f"source.{suffix}"
    arrays = {name: tensor.numpy() for name, tensor in plain.items()}
    if suffix == "gguf":
        import gguf

        writer = gguf.GGUFWriter(path, "llama")
        for name, array in arrays.items():
            writer.add_tensor(name, array)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
    elif suffix == "onnx":
        import onnx

        kept = [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()]
        graph = onnx.helper.make_graph([], "weights", [], [], kept)
        onnx.save(onnx.helper.make_model(graph), path)
    else:
        dl.save(plain, path)
    return path


@pytest.mark.parametrize("source", READ)
def test_every_format_becomes_every_other(plain: dict[str, dl.Tensor], tmp_path: Path, source: str) -> None:
    needed(source)
    path = written(plain, tmp_path, source)
    for suffix in WRITTEN:
        needed(suffix)
        done = convert(path, tmp_path / f"target.{suffix}")
        assert (done.tensors, done.nbytes) == (2, 3 * 32 * 4 + 3 * 4)
        loaded = dl.load(done.path)
        assert loaded.keys() == plain.keys()
        assert all(dl.equal(loaded[name], tensor) for name, tensor in plain.items())


@pytest.mark.parametrize(
    ("source", "target"), [*itertools.permutations(["safetensors", "npz", "pt", "h5"], 2)]
)
def test_nested_values_stay(tmp_path: Path, source: str, target: str) -> None:
    for suffix in (source, target):
        needed(suffix)
    weight = dl.ones(2, 3)
    value: Any = {
        "model": {"w": weight, "tied": weight},
        "groups": [{"lr": 0.5}],
        "pair": (dl.zeros(0), None),
    }
    dl.save(value, tmp_path / f"a.{source}")
    convert(tmp_path / f"a.{source}", tmp_path / f"b.{target}", dtype="float64")
    loaded = dl.load(tmp_path / f"b.{target}")
    assert loaded["groups"] == [{"lr": 0.5}]
    assert loaded["pair"][1] is None
    assert dl.equal(loaded["model"]["w"], weight.double())
    assert dl.equal(loaded["model"]["tied"], weight.double())


def test_pytorch_reads_what_was_converted(plain: dict[str, dl.Tensor], tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    st = pytest.importorskip("safetensors.torch", reason="safetensors is the other side")
    given = {name: torch.from_numpy(tensor.numpy().copy()) for name, tensor in plain.items()}
    st.save_file(given, tmp_path / "a.safetensors", metadata={"licence": "MIT"})
    convert(tmp_path / "a.safetensors", tmp_path / "b.pt")
    loaded = torch.load(tmp_path / "b.pt", weights_only=True)
    assert all(torch.equal(loaded[name], tensor) for name, tensor in given.items())
    torch.save(given, tmp_path / "c.pth")
    convert(tmp_path / "c.pth", tmp_path / "d.safetensors")
    back = st.load_file(tmp_path / "d.safetensors")
    assert all(torch.equal(back[name], tensor) for name, tensor in given.items())
    convert(tmp_path / "a.safetensors", tmp_path / "e.safetensors")
    with open_file(tmp_path / "e.safetensors") as file:
        assert file.metadata["licence"] == "MIT"


def test_tensors_are_read_one_by_one(tmp_path: Path) -> None:
    one = 1 << 20
    dl.save({f"w{number}": dl.ones(one) for number in range(16)}, tmp_path / "a.safetensors")
    convert(tmp_path / "a.safetensors", tmp_path / "warm.npz")
    for suffix in ("safetensors", "npz", "safetensors.index.json"):
        tracemalloc.start()
        try:
            convert(tmp_path / "a.safetensors", tmp_path / f"b.{suffix}", dtype="float64")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 3.5 * 8 * one  # bytes of a tensor, of what it becomes, and of the one before; of 16
        with open_file(tmp_path / f"b.{suffix}") as file:
            assert file.tensors["w7"].dtype == "float64"


# The NumPy backend ignores the cast's warning, and pytest replaces its filter.
@pytest.mark.filterwarnings("ignore:overflow encountered in cast:RuntimeWarning")
def test_floats_become_another_dtype_and_the_rest_stays(tmp_path: Path) -> None:
    dl.save({"w": dl.tensor([1.0, 1e6]), "n": dl.arange(3)}, tmp_path / "a.npz")
    with pytest.warns(UserWarning, match="'w': values too large for float16 became infinite"):
        convert(tmp_path / "a.npz", tmp_path / "b.npz", dtype="float16")
    loaded = dl.load(tmp_path / "b.npz")
    assert loaded["w"].tolist() == [1.0, float("inf")]
    assert (loaded["w"].dtype, loaded["n"].dtype) == (dl.float16, dl.int64)
    with pytest.raises(ConfigurationError, match="no floating-point dtype"):
        convert(tmp_path / "a.npz", tmp_path / "c.npz", dtype="int64")


def test_names_are_mapped_and_weights_transposed(tmp_path: Path) -> None:
    dl.save({"model": {"h.0.w": dl.arange(6).reshape(2, 3)}, "epoch": 3}, tmp_path / "a.npz")
    (tmp_path / "names.toml").write_text(
        'strip_prefix = "model."\ntranspose = ["*.w"]\ndrop = ["mask"]\nrename = { "h.{n}.w" = "blocks.{n}.weight" }'
    )
    with pytest.warns(UserWarning, match="no name fits 'mask'"):
        convert(tmp_path / "a.npz", tmp_path / "b.safetensors", mapping=tmp_path / "names.toml")
    loaded = dl.load(tmp_path / "b.safetensors")
    assert list(loaded) == ["blocks.0.weight"]
    assert loaded["blocks.0.weight"].tolist() == [[0, 3], [1, 4], [2, 5]]


def test_nothing_is_replaced_unless_told_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = tmp_path / "a.npz", tmp_path / "b.npz"
    dl.save({"w": dl.ones(2)}, a)
    dl.save({"w": dl.zeros(2)}, b)
    before = b.read_bytes()
    code, _, err = run(capsys, "convert", a, b)
    assert (code, err) == (1, f"error: {b} is there already: --force replaces it\n")
    assert b.read_bytes() == before
    code, out, err = run(capsys, "convert", a, b, "--force")
    assert (code, out, err) == (0, f"{b}: 1 tensors, 8 B (npz)\n", "")
    assert dl.load(b)["w"].tolist() == [1.0, 1.0]
    assert run(capsys, "convert", a, a, "--force", "--dtype", "float64")[0] == 0
    assert dl.load(a)["w"].dtype is dl.float64


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["absent.npz", "b.npz"], 2, "absent.npz: No such file"),
        (["a.npz", "b.xyz"], 2, "cannot tell the format of 'b.xyz' from its suffix"),
        (["a.npz", "-"], 2, "cannot tell the format"),
        (["-", "b.npz"], 2, "a pipe cannot be read"),
        (["a.npz", "."], 2, "is a folder: name the file to write in it"),
        (["a.npz", "b.npz", "--to", "pickle"], 2, "pickle"),
        (["a.npz", "absent/b.npz"], 2, "there is no folder"),
        (["a.npz", "b.npz", "--max-shard-size", "2GB"], 2, "npz writes one file"),
        (["a.npz", "b.safetensors.index.json", "--max-shard-size", "many"], 1, "a size is"),
        (["a.npz", "b.npz", "--mapping", "absent.toml"], 2, "absent.toml: No such file"),
        (["a.npz", "b.npz", "--from", "safetensors"], 1, "cannot load a.npz as safetensors"),
        (["damaged.npz", "b.npz"], 1, "damaged.npz"),
        (["a.npz", "b.gguf"], 1, "GGUF files are read, not written"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    dl.save({"w": dl.ones(4)}, "a.npz")
    Path("damaged.npz").write_bytes(
        Path("a.npz").read_bytes().replace(dl.ones(4).numpy().tobytes(), bytes(16))
    )
    before = sorted(tmp_path.iterdir())
    received, out, err = run(capsys, "convert", *arguments)
    assert (received, out) == (code, "")
    assert message in err
    assert err.count("\n") == 1
    assert sorted(tmp_path.iterdir()) == before


def test_unknown_formats_are_refused(tmp_path: Path) -> None:
    dl.save({"w": dl.ones(4)}, tmp_path / "a.npz")
    with pytest.raises(UnknownNameError):
        convert(tmp_path / "a.npz", tmp_path / "b.npz", source_format="pickle")


def test_ctrl_c_leaves_the_old_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    a, b = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    dl.save({"v": dl.ones(2), "w": dl.ones(2)}, a)
    dl.save({"w": dl.zeros(2)}, b)
    monkeypatch.setattr(BytesBar, "update", lambda *_: signal.raise_signal(signal.SIGINT))
    code, out, err = run(capsys, "convert", a, b, "--force")
    assert (code, out, err.strip()) == (130, "", "interrupted")
    assert dl.load(b)["w"].tolist() == [0.0, 0.0]
    assert sorted(tmp_path.iterdir()) == [a, b]


@pytest.mark.parametrize(("terminal", "total"), [(True, 80_000_000), (True, 80_000), (False, 80_000_000)])
def test_a_bar_is_shown_on_a_terminal_while_much_is_written(
    terminal: bool, total: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with BytesBar("model.npz", Console(stderr=True, force_terminal=terminal, width=100)) as bar:
        bar.update(total // 2, total)
        bar.update(total, total)
    output = capsys.readouterr()
    assert output.out == ""
    assert ("80.0/80.0 MB" in output.err) == (terminal and total > 1_000_000)
    assert bool(output.err) == (terminal and total > 1_000_000)
