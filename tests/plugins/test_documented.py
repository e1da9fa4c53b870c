"""What an author may write stands in the documentation: every hook as it is called, every attribute of a backend."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

from deep_learner.backends import Backend
from deep_learner.plugins import hookspecs
from deep_learner.testing import __all__ as TESTING

DOCS = Path(__file__).parents[2] / "docs"
INTERNAL = {
    "extended",
    "name",
    "namespace",
    "array_types",
}  # the engine's own, and what every backend must set


def page(name: str) -> str:
    """The text of a page, tables' escapes undone."""
    return (DOCS / name).read_text(encoding="utf-8").replace("\\|", "|")


def calls(module: ModuleType) -> list[str]:
    """Each hook of a module as it is written in its definition."""
    functions = [getattr(module, name) for name in module.__all__ if name[0].islower()]
    return [f"{one.__name__}{inspect.signature(one)}".replace("'", "") for one in functions]


@pytest.mark.parametrize("call", calls(hookspecs))
def test_the_signature_of_each_hook_stands_in_the_guide(call: str) -> None:
    assert f"`{call}`" in page("authors.md")


def test_the_signature_of_each_event_stands_in_the_guide() -> None:
    events = pytest.importorskip("deep_learner_trainer.events", reason="core alone is being tested")
    found = calls(events)
    assert len(found) >= 5
    assert [call for call in found if f"`{call}`" not in page("authors.md")] == []


def test_the_guide_names_no_hook_that_does_not_exist() -> None:
    named = re.findall(r"`(register_\w+)", page("authors.md") + page("plugins.md"))
    assert set(named) == {name for name in hookspecs.__all__ if name.startswith("register_")}


def test_the_table_of_a_backends_attributes_is_complete_and_has_no_other() -> None:
    attributes = {name for name in {**vars(Backend), **inspect.get_annotations(Backend)} if name[0] != "_"}
    rows = [line for line in page("backends.md").splitlines() if line.startswith("| `")]
    first_cells = {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert attributes - INTERNAL - named == set()
    assert first_cells - attributes == set()


def test_each_contract_is_described() -> None:
    contracts = [name for name in TESTING if name.endswith("Contract")]
    assert len(contracts) >= 6
    assert [name for name in contracts if f"| `{name}` |" not in page("testing.md")] == []
