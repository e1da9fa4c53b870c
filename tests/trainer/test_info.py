"""What a file holds, told without a model and without reading its tensors."""

from __future__ import annotations

import json
import math
import os
import resource
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import deep_learner as dl
from deep_learner_trainer import describe
from deep_learner_trainer.cli import main
from deep_learner_trainer.texts import printable, shortened, size


@pytest.mark.parametrize("suffix", ["npz", "safetensors", "pt", "safetensors.index.json"])
def test_tensors_and_values_are_found_by_dotted_names(tmp_path: Path, suffix: str) -> None:
    value = {
        "model": {"weight": dl.ones(2, 3), "steps": dl.tensor(4)},
        "groups": [{"lr": 0.5, "params": [0, 1]}, {"lr": 0.25, "params": []}],
        "pair": (dl.zeros(0), None),
        "empty": {},
    }
    path = tmp_path / f"file.{suffix}"
    dl.save(value, path)
    found = describe(path)
    assert {one.name: (one.shape, one.dtype, one.nbytes) for one in found.tensors} == {
        "model.weight": ((2, 3), "float32", 24),
        "model.steps": ((), "int64", 8),
        "pair.0": ((0,), "float32", 0),
    }
    assert (found.elements, found.nbytes) == (7, 32)
    assert (
        found.metadata.items()
        >= {
            "groups.0.lr": 0.5,
            "groups.0.params": [0, 1],
            "groups.1.lr": 0.25,
            "groups.1.params": [],
            "pair.1": None,
            "empty": {},
        }.items()
    )


def sparse(path: Path, gibibytes: int) -> None:
    """A safetensors file of which almost nothing is on the disk."""
    shape = [gibibytes, 1 << 28]
    entry = {"dtype": "F32", "shape": shape, "data_offsets": [0, 4 * math.prod(shape)]}
    header = json.dumps({"weight": entry}).encode()
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + 4 * math.prod(shape))


def test_a_file_of_many_gibibytes_is_described_without_reading_it(tmp_path: Path) -> None:
    sparse(tmp_path / "large.safetensors", 6)
    command = "import sys; from deep_learner_trainer.cli import main; main(sys.argv[1:])"
    limited = subprocess.run(
        [sys.executable, "-c", command, "info", str(tmp_path / "large.safetensors"), "--json"],
        capture_output=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30)),
    )
    assert json.loads(limited.stdout)["totals"] == {"tensors": 1, "elements": 6 << 28, "nbytes": 6 << 30}


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int | str | None, str, str]:
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return caught.value.code, output.out, output.err


def test_long_values_are_short_in_the_table_and_whole_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [f"word{number}" for number in range(3000)]
    dl.save({"w": dl.ones(2), "words": words, "evil\x1b[31m[red]": "a\nb"}, tmp_path / "model.npz")
    code, out, _ = run(capsys, "info", tmp_path / "model.npz")
    assert code == 0
    assert "'word7', ... (3000 items)" in out
    assert r"evil\x1b[31m[red]" in out
    assert r"a\nb" in out
    assert "word8" not in out
    assert "1 tensors with 2 elements, 8 B" in out
    code, out, _ = run(capsys, "info", tmp_path / "model.npz", "--json")
    assert code == 0
    assert json.loads(out)["metadata"]["words"] == words
    assert json.loads(out)["format"] == "npz"


def test_a_folder_stands_for_the_file_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "info", tmp_path)
    assert (code, "a folder without a file of tensors" in err) == (2, True)
    dl.save({"a": dl.ones(4), "b": dl.ones(4)}, tmp_path / "model.safetensors.index.json", max_shard_size=16)
    assert len(list(tmp_path.iterdir())) == 3
    assert [tensor.name for tensor in describe(tmp_path).tensors] == ["a", "b"]
    (tmp_path / "model.safetensors.index.json").unlink()
    code, _, err = run(capsys, "info", tmp_path)
    assert code == 2
    assert "a folder with 2 files of tensors: name one of model-00001-of-00002.safetensors," in err


def test_names_that_are_no_text_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(os.fsdecode(bytes(tmp_path / "caf") + b"\xe9.npz"))
    dl.save({"w": dl.ones(2)}, path)
    code, out, _ = run(capsys, "info", path)
    assert code == 0
    assert r"caf\udce9.npz" in out


def test_a_reader_who_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    dl.save({f"w{number}": dl.ones(1) for number in range(3000)}, tmp_path / "model.npz")
    command = "from deep_learner_trainer.cli import main; main()"
    for arguments in (["--json"], []):
        writer = subprocess.Popen(
            [sys.executable, "-c", command, "info", str(tmp_path / "model.npz"), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        writer.stdout.close()
        assert writer.stderr is not None
        assert writer.stderr.read() == b""
        writer.stderr.close()
        assert writer.wait() == 1


def test_a_pipe_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "info", "-")
    assert (code, "a pipe cannot be read" in err) == (2, True)


def test_sizes_and_values_are_written_for_people() -> None:
    assert [size(count) for count in (0, 999, 1000, 999_949, 999_950, 7 << 40)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "999.9 kB",
        "1.0 MB",
        "7.7 TB",
    ]
    assert printable("naïve 語 \u202e\x00") == r"naïve 語 \u202e\x00"
    assert shortened("x" * 500).endswith("... (500 characters)")
