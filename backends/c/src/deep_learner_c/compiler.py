"""Building C source with the system's compiler, and keeping what was built."""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import shlex
import shutil
import stat
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path

__all__ = ["CannotBuildError", "build", "command", "folder", "surroundings", "why_not"]

# Infinities and NaN stay what they are; that an operation on them may trap, or set errno, matters to nobody.
FLAGS = (
    "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast", "-fopenmp-simd", "-fwrapv",
    "-fno-strict-aliasing", "-fvisibility=hidden", "-std=gnu11", "-fPIC", "-shared", "-pthread", "-w",
)  # fmt: skip
CANDIDATES = ("cc", "gcc", "clang")
KEPT = 1000  # libraries in the cache, those used last


class CannotBuildError(RuntimeError):
    """There is no compiler, or it fails."""


@functools.cache
def command() -> tuple[str, ...]:
    """The compiler: what the environment's ``CC`` says, else the first of cc, gcc and clang; empty if there is none."""
    chosen = shlex.split(os.environ.get("CC", ""))
    if chosen:
        return tuple(chosen) if shutil.which(chosen[0]) else ()
    found = next(filter(shutil.which, CANDIDATES), None)
    return () if found is None else (found,)


def why_not() -> str | None:
    """What is missing, and the cure; None if source can be built."""
    if os.name != "posix":
        return "the executor 'c' needs POSIX threads; it works on Linux and macOS"
    if not command():
        chosen = os.environ.get("CC")
        wanted = f"CC={chosen!r} names no program" if chosen else "none of cc, gcc and clang is there"
        return (
            f"the executor 'c' finds no C compiler: {wanted}; install one ('apt install gcc', "
            "'xcode-select --install'), or name it by the environment variable CC"
        )
    return None


def build(name: str, sources: dict[str, str], *, undefined: bool = False) -> Path:
    """The shared library of some source, built unless it is in the cache.

    Parameters
    ----------
    name
        What its file's name begins with.
    sources
        The text of each file, by its name. Headers are this package's.
    undefined
        Whether functions may be missing that a library loaded before provides.

    Raises
    ------
    CannotBuildError
        If the compiler cannot be run, or fails.
    """
    try:
        return _built(folder(), name, sources, undefined)
    except OSError as error:
        raise CannotBuildError(
            f"{shlex.join(command())} cannot be run, or the cache not be written: {error}"
        ) from error


def _built(cache: Path, name: str, sources: dict[str, str], undefined: bool) -> Path:
    path = cache / f"{name}-{_key(sources)}.so"
    try:
        os.utime(path)  # those used last are kept
    except FileNotFoundError:
        pass
    else:
        return path
    with tempfile.TemporaryDirectory(dir=cache) as place:
        written = [Path(place, file) for file in sources]
        for file, text in zip(written, sources.values(), strict=True):
            file.write_text(text, encoding="utf-8")
        made = Path(place, "made.so")
        lookup = ["-undefined", "dynamic_lookup"] if undefined and platform.system() == "Darwin" else []
        program, *own = command()  # whose flags have the last word
        call = [program, *FLAGS, *own, f"-I{_headers()}", *map(str, written), "-o", str(made), "-lm", *lookup]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CannotBuildError(f"{shlex.join(command())} fails:\n{done.stderr.strip()[:2000]}")
        made.replace(path)  # at once, whoever else builds the same
    _forget_old(cache)
    return path


def folder() -> Path:
    """Where libraries are kept: a folder of the user's own that nobody else can write to.

    ``$XDG_CACHE_HOME/deep-learner/c``, or ``~/.cache/deep-learner/c``; where others could put something into it, a new
    temporary folder for this process.
    """
    base = os.environ.get("XDG_CACHE_HOME")
    place = (Path(base) if base else Path.home() / ".cache") / "deep-learner" / "c"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return _temporary()
    return place if _is_ours(place) and os.access(place, os.W_OK) else _temporary()


def _is_ours(place: Path) -> bool:
    """Whether a folder, and all that it is in, belongs to the user or to root and can be written to by nobody else."""
    for one in (place, *place.resolve().parents):
        found = one.stat()
        shared = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not found.st_mode & stat.S_ISVTX
        if found.st_uid not in (os.getuid(), 0) or shared:
            return False
    return place.stat().st_uid == os.getuid() and not place.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@functools.cache
def _temporary() -> Path:
    import atexit

    place = tempfile.mkdtemp(prefix="deep-learner-c-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return Path(place)


@functools.cache
def _headers() -> str:
    return str(files("deep_learner_c") / "support")


@functools.cache
def surroundings() -> bytes:
    """What else a library depends on: the headers, the compiler, its flags and the processor."""
    version = subprocess.run([*command(), "--version"], capture_output=True, text=True, check=False).stdout
    texts = [file.read_text(encoding="utf-8") for file in sorted(Path(_headers()).rglob("*.*"))]
    return repr((texts, version, command(), FLAGS, platform.machine(), _processor())).encode()


def _processor() -> str:
    """What of the processor the compiler's choice of instructions may depend on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return "".join(dict.fromkeys(one for one in lines if one.startswith(("model name", "flags", "Features"))))


def _key(sources: dict[str, str]) -> str:
    return hashlib.sha256(surroundings() + repr(sorted(sources.items())).encode()).hexdigest()[:32]


def _forget_old(cache: Path) -> None:
    libraries = [*cache.glob("*.so")]
    if len(libraries) > KEPT:
        for path in sorted(libraries, key=_last_used)[: len(libraries) - KEPT]:
            path.unlink(missing_ok=True)


def _last_used(library: Path) -> float:
    try:
        return library.stat().st_mtime
    except FileNotFoundError:  # another process forgets old ones, too
        return 0.0
