"""Names of tensors as patterns: ``blocks.{n}.attention.*``.

``{n}`` (any word between braces) stands for text within one part of a name, between two dots; where it is repeated,
for the same text again. ``*`` stands for any text, dots included, as short as possible. All else stands for itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["check_pattern", "check_replacement", "fits", "replaced"]

_TOKEN = re.compile(r"(\{[^{}]*\}|\*)")
_WORD = re.compile(r"\{[A-Za-z_]\w*\}")


def fits(pattern: str, name: str) -> bool:
    """Whether a name is one that the pattern describes."""
    return _compiled(pattern).fullmatch(name) is not None


def replaced(pattern: str, replacement: str, name: str) -> str | None:
    """The name that `replacement` makes of `name`, with what `pattern` found in it; None where that does not fit."""
    match = _compiled(pattern).fullmatch(name)
    if match is None:
        return None
    stars = iter([text for key, text in zip(_groups(pattern), match.groups(), strict=True) if key == "*"])
    return "".join(
        next(stars) if token == "*" else match[token[1:-1]] if _WORD.fullmatch(token) else token
        for token in _TOKEN.split(replacement)
    )


def check_pattern(pattern: str) -> None:
    """Refuse what is no pattern.

    Raises
    ------
    ValueError
        It is empty, or a brace encloses no word.
    """
    if not pattern:
        raise ValueError("a pattern is empty")
    for token in _TOKEN.split(pattern):
        if token != "*" and not _WORD.fullmatch(token) and ("{" in token or "}" in token):
            raise ValueError(f"the pattern {pattern!r} has {token!r}: braces enclose one word, as in {{n}}")


def check_replacement(pattern: str, replacement: str) -> None:
    """Refuse a replacement that asks for what its pattern does not find.

    Raises
    ------
    ValueError
        One of the two is no pattern; the replacement has a ``{word}`` that the pattern lacks, or another number of
        ``*``.
    """
    check_pattern(pattern)
    check_pattern(replacement)
    given, wanted = _wildcards(pattern), _wildcards(replacement)
    unknown = sorted(set(wanted) - set(given) - {"*"})
    if unknown:
        raise ValueError(
            f"{pattern!r} cannot become {replacement!r}: there is no {unknown[0]} in {pattern!r}"
        )
    if given.count("*") != wanted.count("*"):
        raise ValueError(
            f"{pattern!r} cannot become {replacement!r}: there are {given.count('*')} stars in the one and "
            f"{wanted.count('*')} in the other"
        )


def _wildcards(pattern: str) -> list[str]:
    return [token for token in _TOKEN.split(pattern) if token == "*" or _WORD.fullmatch(token)]


def _groups(pattern: str) -> list[str]:
    """What each group of the compiled pattern stands for: repeated words have one group."""
    found = _wildcards(pattern)
    return [token for place, token in enumerate(found) if token == "*" or token not in found[:place]]


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    expression, seen = "", set[str]()
    for token in _TOKEN.split(pattern):
        word = token[1:-1]
        if token == "*":
            expression += "(.*?)"
        elif not _WORD.fullmatch(token):
            expression += re.escape(token)
        else:
            expression += f"(?P={word})" if word in seen else f"(?P<{word}>[^.]+)"
            seen.add(word)
    return re.compile(expression, re.DOTALL)
