"""Runs data-apis' array-api-tests on the Tensor namespace and on those of the backends.

Run by `tox -e array_api` as: python tests/array_api/run.py FOLDER [NAME ...] [OPTION ...]

The suite is fetched into FOLDER, once. Names are those of NAMESPACES, all of them by default; options are pytest's.
What is not run is in the text files beside this one, with the reasons: a line is a test of the suite, and other lines
are not read. Where PyTorch and the standard differ in more than signatures, PyTorch decides.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SUITE = "https://github.com/data-apis/array-api-tests"
COMMIT = "55fcc60179efa2680ddd6cd926ddf17b83530e2b"
_BACKEND = "exec('from tests.array_api import backend_namespace; xp = backend_namespace.{}()')"
NAMESPACES = {
    "tensor": "deep_learner.namespaces.tensor",
    **{name: _BACKEND.format(name) for name in ("numpy", "strict", "cupy")},
}
OPTIONS = (
    "--quiet",
    "--max-examples=20",
    "--derandomize",
    "--disable-deadline",
    "--numprocesses=auto",
    "-p",
    "no:cacheprovider",
)


def fetch(folder: Path) -> None:
    """The suite at its commit, and the standard's specification in it."""
    suite = folder / "array-api-tests"
    if not suite.exists():
        git("clone", "--quiet", "--no-checkout", SUITE, str(suite))
    git("-C", str(suite), "checkout", "--quiet", COMMIT)
    git("-C", str(suite), "submodule", "update", "--quiet", "--init")


def git(*command: str) -> None:
    """Runs Git; what it says of a failure is shown."""
    subprocess.run(["git", *command], check=True)


def skips(folder: Path, name: str) -> Path:
    """A file of what is not run on a namespace, made of those beside this one, which also say why."""
    parts = ("numbers", name) if name == "tensor" else ("numbers", "backends", name)
    file = folder / f"{name}.txt"
    file.write_text(
        "\n".join((HERE / f"{part}.txt").read_text(encoding="utf-8") for part in parts), encoding="utf-8"
    )
    return file


def passes(folder: Path, name: str, options: list[str]) -> bool:
    """Whether a namespace passes."""
    print(f"\n{name}", flush=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "array_api_tests",
        f"--skips-file={skips(folder, name)}",
        *OPTIONS,
    ]
    if name == "tensor":
        command += ["-p", "tests.array_api.operands"]
    environment = {
        **os.environ,
        "ARRAY_API_TESTS_MODULE": NAMESPACES[name],
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "strict_plugin" / "src")]),
    }
    done = subprocess.run([*command, *options], check=False, cwd=folder / "array-api-tests", env=environment)
    return done.returncode == 0


def main(folder: str, *arguments: str) -> int:
    """0 if all namespaces pass."""
    place = Path(folder).resolve()
    fetch(place)
    names = [argument for argument in arguments if argument in NAMESPACES] or list(NAMESPACES)
    options = [argument for argument in arguments if argument not in NAMESPACES]
    failed = [name for name in names if not passes(place, name, options)]
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall namespaces pass")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
