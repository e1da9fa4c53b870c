"""`deep-learner new`: a package for an author to begin with, which installs and whose tests pass at once."""

from __future__ import annotations

import keyword
import re
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path
from string import Template

from deep_learner.errors import ConfigurationError, did_you_mean

__all__ = ["FIRST_PARTY", "KINDS", "new_package"]

KINDS = ("backend", "plugin")
FIRST_PARTY = (
    "deep-learner",
    "deep-learner-c",
    "deep-learner-core",
    "deep-learner-cupy",
    "deep-learner-data",
    "deep-learner-layers",
    "deep-learner-numpy",
    "deep-learner-onednn",
    "deep-learner-onnx",
    "deep-learner-optimizers",
    "deep-learner-serializers",
    "deep-learner-trainer",
)
SUFFIX = ".template"  # so that no tool takes a template for what it makes

_NAME = re.compile(r"[a-z0-9]|[a-z0-9][a-z0-9._-]*[a-z0-9]", re.IGNORECASE)
_OURS = re.compile(r"^deep-learner-|-deep-learner$")


def new_package(kind: str, name: str, into: str | Path = ".") -> Path:
    """Writes a package: its `pyproject.toml`, its sources and its tests.

    Parameters
    ----------
    kind : str
        `"backend"`: array_api_strict as a backend with devices of its own, to be replaced by another library;
        `"plugin"`: a layer and an optimizer.
    name : str
        The distribution's name, such as `"acme-layers"`. The package is called `acme_layers`; what it registers
        bears the name without `deep-learner-` before or `-deep-learner` after it.
    into : str or Path
        The folder to write it to.

    Returns
    -------
    Path
        The new folder, `into / name`. It is written in one step: there is all of it or nothing.

    Raises
    ------
    ConfigurationError
        If the name is not one that a distribution can have, is one of Deep Learner's own, would hide a module
        that is installed, or names a folder that exists.
    FileNotFoundError
        If there is no folder `into`.
    """
    if kind not in KINDS:
        raise ConfigurationError(f"there is no template for a {kind!r}{did_you_mean(kind, KINDS)}")
    values = _names(name)
    target = Path(into) / name
    if target.exists():
        raise ConfigurationError(
            f"{target} exists already: choose another name, or another folder with --into"
        )
    with tempfile.TemporaryDirectory(dir=into, prefix=".new-") as folder:
        written = Path(folder) / name
        for path, text in _filled(files("deep_learner_trainer") / "templates" / kind, values):
            file = written / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        written.rename(target)
    return target


def _names(name: str) -> dict[str, str]:
    """The distribution's name in all the forms that the templates use, once it has been found good."""
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} is no name of a distribution: it has letters, digits, '-', '_' and '.', and begins and "
            "ends with a letter or a digit"
        )
    normal = re.sub(r"[-_.]+", "-", name).lower()
    if normal in FIRST_PARTY:
        raise ConfigurationError(f"{name!r} is a distribution of Deep Learner itself; choose another name")
    short = _OURS.sub("", normal)
    package, registered = normal.replace("-", "_"), short.replace("-", "_")
    for word in (package, registered):
        if not word.isidentifier() or keyword.iskeyword(word):
            raise ConfigurationError(f"{name!r} cannot be used: {word!r} is no name in Python")
    if find_spec(package) is not None:
        other = f"deep-learner-{short}"
        raise ConfigurationError(
            f"the package {package!r} would hide the installed module of that name; choose another name"
            + ("" if other in FIRST_PARTY else f", such as {other!r}")
        )
    return {
        "distribution": name,
        "version": version("deep-learner-core"),
        "package": package,
        "name": registered,
        "Name": "".join(part.capitalize() for part in short.split("-")),
    }


def _filled(folder: Traversable, values: dict[str, str], inside: str = "") -> Iterator[tuple[str, str]]:
    """Path and text of every file below a folder of templates."""
    for entry in folder.iterdir():
        path = inside + Template(entry.name).substitute(values)
        if entry.is_dir():
            yield from _filled(entry, values, f"{path}/")
        else:
            yield path.removesuffix(SUFFIX), Template(entry.read_text(encoding="utf-8")).substitute(values)
