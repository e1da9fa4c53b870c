"""Running a program in this process as if Python itself had been told to: its path, ``__main__`` and tracebacks."""

from __future__ import annotations

import builtins
import re
import runpy
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any

from ..errors import did_you_mean
from .importing import install

_STARTERS = {runpy.__file__, "<frozen runpy>", str(Path(__file__).with_name("__main__.py"))}
_NO_NAME = re.compile(r"cannot import name '([^']+)' from '([^']+)'")
# This module's own names would be cleared with the module that the program's takes the place of.
_replaced: list[ModuleType] = []


def run_path(path: str, arguments: list[str]) -> None:
    """Run a file; standard input if `path` is ``-``; a folder or zip file with a ``__main__.py``."""
    if path == "-":
        _prepare("", ["-", *arguments])
        _run(sys.stdin.read(), "<stdin>", _main_module(None))
        return
    place = Path(path)
    if place.is_dir() or place.suffix == ".zip":
        _prepare(path, [path, *arguments])
        runpy.run_path(path, run_name="__main__")
        return
    try:
        source = place.read_bytes()
    except OSError as error:
        print(f"{sys.executable}: can't open file {str(place.absolute())!r}: [Errno {error.errno}] {error.strerror}",
              file=sys.stderr)  # fmt: skip
        raise SystemExit(2) from None
    _prepare(str(place.resolve().parent), [path, *arguments])
    main = _main_module(str(place.absolute()))
    main.__loader__ = SourceFileLoader("__main__", str(place.absolute()))
    _run(source, str(place.absolute()), main)


def run_command(code: str, arguments: list[str]) -> None:
    """Run a text, as ``python -c`` does."""
    _prepare("", ["-c", *arguments])
    _run(code, "<string>", _main_module(None))


def run_module(name: str, arguments: list[str]) -> None:
    """Run a module or package, as ``python -m`` does."""
    _prepare(str(Path.cwd()), ["-m", *arguments])
    runpy.run_module(name, run_name="__main__", alter_sys=True)


def _prepare(folder: str, arguments: list[str]) -> None:
    """The path, the arguments and the way of showing errors that a program expects, and PyTorch's name taken."""
    sys.argv[:] = arguments
    sys.path[0] = folder
    install()
    sys.excepthook = _show


def _main_module(file: str | None) -> ModuleType:
    """A fresh ``__main__`` in place of ours."""
    _replaced.append(sys.modules["__main__"])
    main = sys.modules["__main__"] = ModuleType("__main__")
    vars(main).update(__builtins__=builtins, __annotations__={}, __spec__=None, __package__=None)
    if file is not None:
        vars(main).update(__file__=file, __cached__=None)
    return main


def _run(source: str | bytes, name: str, main: ModuleType) -> None:
    exec(compile(source, name, "exec", dont_inherit=True), vars(main))


def _show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> Any:
    """What Python shows of an error that nothing caught, without the frames by which we ran and helped the program.

    In Python's development mode (``-X dev``) all are shown.
    """
    _advise(error)
    if not sys.flags.dev_mode:
        _clean(error, set())
        trace = error.__traceback__
    sys.__excepthook__(kind, error, trace)


def _clean(error: BaseException, known: set[int]) -> None:
    """Take our frames away: the first, and the last with the errors that were behind theirs."""
    known.add(id(error))
    trace = error.__traceback__
    while trace is not None and _is_ours(trace):
        trace = trace.tb_next
    last, step, raised_by_us = trace, trace, False
    while step is not None:
        raised_by_us = _is_ours(step)
        last = last if raised_by_us else step
        step = step.tb_next
    if last is not None:
        last.tb_next = None
    error.__traceback__ = trace
    if raised_by_us:
        error.__cause__, error.__suppress_context__ = None, True
    for behind in (error.__cause__, error.__context__):
        if behind is not None and id(behind) not in known:
            _clean(behind, known)


def _is_ours(trace: TracebackType) -> bool:
    name = trace.tb_frame.f_globals.get("__name__", "")
    return name.startswith("deep_learner") or trace.tb_frame.f_code.co_filename in _STARTERS


def _advise(error: BaseException) -> None:
    """Say what is nearest to a name that could not be imported."""
    match = isinstance(error, ImportError) and _NO_NAME.match(str(error))
    module = sys.modules.get(match[2]) if match else None
    if match and (match[2] + ".").startswith(("torch.", "deep_learner.")):
        error.add_note(
            f"Deep Learner's {match[2]!r} has no {match[1]!r}{did_you_mean(match[1], dir(module))}"
        )
