"""Which file a path on the command line means."""

from __future__ import annotations

from pathlib import Path

from deep_learner.errors import ConfigurationError
from deep_learner.plugins import registry

__all__ = ["found", "known_suffixes"]

_STANDARD = "-"
_INDEX = ".index.json"
_SHOWN = 10


def known_suffixes() -> dict[str, str]:
    """Suffixes of files, and the format that registered each."""
    return {
        suffix: entry.name
        for entry in registry.entries("serializers")
        for suffix in entry.metadata.get("suffixes", ())
    }


def found(path: Path) -> Path:
    """A path, or the file of tensors in the folder that it is: an index, or else the only one.

    Raises
    ------
    FileNotFoundError
        If there is no such file, and none in the folder.
    ConfigurationError
        If there are several, or the path is ``-``: files are read from places all over them, which a pipe has not.
    """
    if str(path) == _STANDARD:
        raise ConfigurationError(
            "a pipe cannot be read as a file of tensors: give a path (./- for a file named -)"
        )
    if not path.is_dir():
        return path
    suffixes = tuple(known_suffixes())
    files = sorted(file for file in path.iterdir() if file.name.lower().endswith(suffixes) and file.is_file())
    files = [file for file in files if file.name.lower().endswith(_INDEX)] or files
    if not files:
        raise FileNotFoundError(f"{path} is a folder without a file of tensors ({', '.join(suffixes)})")
    if len(files) > 1:
        names = ", ".join(file.name for file in files[:_SHOWN]) + (", ..." if len(files) > _SHOWN else "")
        raise ConfigurationError(
            f"{path} is a folder with {len(files)} files of tensors: name one of {names}"
        )
    return files[0]
