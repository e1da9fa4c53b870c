"""The documentation says which operators are left out, and why, as the tests do."""

from __future__ import annotations

import re
from pathlib import Path

from tests.parity.exclusions import EXCLUDED

PAGE = Path(__file__).parents[2] / "docs/pytorch.md"


def test_the_page_has_each_exclusion_with_its_reason() -> None:
    text = PAGE.read_text(encoding="utf-8")
    part = text[text.index("| operators | reason |") : text.index("## Where they are")]
    assert dict(re.findall(r"^\| `(.+?)` \| (.+?) \|$", part, re.MULTILINE)) == EXCLUDED
