"""Finding and reading the files of data sets."""

from __future__ import annotations

import gzip
import io

import pytest

from deep_learner_data.files import find, open_file, read_at_most, read_exactly


def test_a_file_is_found_in_the_root_or_in_a_folder_compressed_or_not(tmp_path):
    (tmp_path / "raw").mkdir()
    compressed = tmp_path / "raw" / "a.gz"
    compressed.touch()
    assert find(tmp_path, ["raw"], "a") == compressed
    plain = tmp_path / "raw" / "a"
    plain.touch()
    assert find(str(tmp_path), ["raw"], "a") == plain
    (tmp_path / "a").touch()
    assert find(tmp_path, ["raw"], "a") == tmp_path / "a"


def test_a_missing_file_lists_where_it_was_looked_for(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"no file a \(or a\.gz\) in .*, .*raw: .*nothing is downloaded"
    ):
        find(tmp_path, ["raw"], "a")


@pytest.mark.parametrize("name", ["a", "a.gz"])
def test_content_decides_whether_a_file_is_decompressed(tmp_path, name):
    for content in (b"plain text", gzip.compress(b"plain text")):
        (tmp_path / name).write_bytes(content)
        with open_file(tmp_path / name) as file:
            assert file.read() == b"plain text"


def test_reading_takes_what_is_there(tmp_path):
    assert read_at_most(io.BytesIO(b"abc"), 10**15, tmp_path) == b"abc"
    assert read_exactly(io.BytesIO(b"abcd"), 3, tmp_path, "it") == b"abc"
    with pytest.raises(ValueError, match="is truncated: the rest takes 9 bytes, and 3 are there"):
        read_exactly(io.BytesIO(b"abc"), 9, tmp_path, "the rest")
