"""Modules print as in PyTorch, to the character."""

from __future__ import annotations

import pytest

from tests.nn.oracle import both, tower


def custom(library):
    class Custom(library.nn.Module):
        def __init__(self, extra):
            super().__init__()
            self.extra = extra

        def extra_repr(self):
            return self.extra

    return Custom


MODULES = {
    "empty": lambda lib: lib.nn.Module(),
    "tower": tower,
    "nested": lambda lib: lib.nn.Sequential(lib.nn.Sequential(lib.nn.Linear(2, 3)), lib.nn.Sequential()),
    "one line": lambda lib: custom(lib)("a=1"),
    "several lines": lambda lib: custom(lib)("a=1\nb=2"),
    "lines and children": lambda lib: with_child(lib, "a=1"),
    "absent child": lambda lib: with_child(lib, "", absent=True),
}


def with_child(lib, extra, absent=False):
    module = custom(lib)(extra)
    module.add_module("child", None if absent else lib.nn.Linear(2, 3, bias=False))
    return module


@pytest.mark.parametrize("make", MODULES.values(), ids=MODULES.keys())
def test_modules_print_as_in_pytorch(make):
    theirs, ours = both(lambda library: repr(make(library)))
    assert ours == theirs
