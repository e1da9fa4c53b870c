"""What is built is kept, by all that it depends on, where nobody else can change it; without a compiler all goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import deep_learner as dl
import tests.c.needed  # noqa: F401
from deep_learner_c import compiler, executor
from deep_learner_c.executor import CExecutor

ONE = {"one.c": "int one(void) { return 1; }\n"}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache below a folder of the user's own."""
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "deep-learner" / "c"


def test_source_is_built_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = compiler.build("one", ONE)
    assert path.parent == cache
    assert [one.name for one in cache.iterdir()] == [path.name]
    monkeypatch.setattr(subprocess, "run", None)
    assert compiler.build("one", ONE) == path


def test_other_source_flags_or_compilers_are_built_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = {compiler.build("one", ONE), compiler.build("one", {"one.c": "int one(void) { return 2; }\n"})}
    for name, value in (("FLAGS", (*compiler.FLAGS, "-DOTHER")), ("command", lambda: ("cc", "-O0"))):
        with monkeypatch.context() as patch:
            patch.setattr(compiler, name, value)
            compiler.surroundings.cache_clear()
            paths.add(compiler.build("one", ONE))
    compiler.surroundings.cache_clear()
    assert len(paths) == 4


def test_the_cache_does_not_grow_without_end(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "KEPT", 3)
    for number in range(6):
        newest = compiler.build("one", {"one.c": f"int one(void) {{ return {number}; }}\n"})
        os.utime(newest, (number, number))
    assert newest in cache.iterdir()
    assert len([*cache.iterdir()]) == 3


def test_libraries_that_another_process_has_forgotten_meanwhile_are_no_error(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiler, "KEPT", 1)
    gone = compiler.build("one", ONE).with_name("gone.so")
    gone.symlink_to("removed")  # is listed, and is not there
    newest = compiler.build("two", ONE)
    assert [*cache.iterdir()] == [newest]


@pytest.mark.parametrize("where", ["deep-learner/c", "deep-learner", "."])
def test_a_folder_that_others_can_write_to_is_not_used(cache: Path, tmp_path: Path, where: str) -> None:
    assert compiler.folder() == cache
    (tmp_path / where).chmod(0o777)
    other = compiler.folder()
    assert other != cache
    assert other.stat().st_mode & 0o077 == 0
    assert compiler.build("one", ONE).parent == other


def test_source_that_is_wrong_is_an_error_with_the_compiler_s_words(cache: Path) -> None:
    with pytest.raises(compiler.CannotBuildError, match="error"):
        compiler.build("wrong", {"wrong.c": "int one(void) { return one two; }\n"})
    assert [*cache.iterdir()] == []


def test_processes_may_build_the_same_at_once(cache: Path) -> None:
    code = "from deep_learner_c import compiler; print(compiler.build('one', {'one.c': 'int one(void) { return 1; }'}))"
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    paths = {process.communicate()[0].strip() for process in running}
    assert [process.returncode for process in running] == [0] * 3
    assert [str(one) for one in cache.iterdir()] == [*paths]


@pytest.mark.parametrize("missing", [True, False])
def test_where_nothing_can_be_built_steps_run_in_numpy_and_one_warning_says_why(
    cache: Path, monkeypatch: pytest.MonkeyPatch, missing: bool
) -> None:
    command = () if missing else ("no-such-compiler",)
    monkeypatch.setenv("CC", "no-such-compiler")
    monkeypatch.setattr(compiler, "command", lambda: command)
    compiler.surroundings.cache_clear()
    monkeypatch.setattr(executor, "_warned", False)
    one = CExecutor(dl.backends.get("numpy"))
    steps = [dl.compile(lambda x: x.exp() + 1, fullgraph=True) for _ in range(2)]
    backend = dl.backends.get("numpy")
    monkeypatch.setitem(vars(backend), "executor", one)
    cure = "no C compiler.*install one" if missing else "no-such-compiler"
    steps[0](dl.zeros(2))
    with pytest.warns(UserWarning, match=cure):
        steps[0](dl.zeros(2))
    for step in steps:  # a further warning would be an error
        assert [step(dl.zeros(2)).tolist() for _ in range(2)] == [[2.0, 2.0]] * 2
