"""Reductions in C: a variable that elements are gathered in."""

from __future__ import annotations

from typing import Any

from deep_learner_c.expressions import REGISTERS, literal

__all__ = ["Reducer"]


class Reducer:
    """One reduction.

    Parameters
    ----------
    operation
        Its name in the standard.
    dtype
        What is gathered: of the result, or wider.
    name
        Of the variable.
    """

    def __init__(self, operation: str, dtype: Any, name: str) -> None:
        self.operation = operation
        self.dtype = dtype
        self.name = name
        self._sees_nan = operation in ("max", "min") and dtype.kind == "f"

    @property
    def adds(self) -> bool:
        """Whether it is a sum of floats, for which many elements in one variable are too many."""
        return self.operation in ("sum", "mean") and self.dtype.kind == "f"

    @property
    def identity(self) -> str:
        """What it begins with."""
        if self.operation in ("max", "min"):
            sign = -1 if self.operation == "max" else 1
            if self.dtype.kind == "f":
                return literal(sign * float("inf"), self.dtype)
            name = str(self.dtype).upper()
            if self.dtype.kind == "u" and sign < 0:
                return "0"
            return f"{name}_{'MIN' if sign < 0 else 'MAX'}"
        return "1" if self.operation in ("prod", "all") else "0"

    def declared(self) -> list[str]:
        """The lines before a loop."""
        lines = [f"{REGISTERS[str(self.dtype)]} {self.name} = {self.identity};"]
        return [*lines, f"int nan_{self.name} = 0;"] if self._sees_nan else lines

    def clause(self) -> str:
        """Of the directive that makes vector instructions of a loop."""
        symbol = {"sum": "+", "mean": "+", "prod": "*", "all": "&", "any": "|"}.get(
            self.operation, self.operation
        )
        more = f" reduction(| : nan_{self.name})" if self._sees_nan else ""
        return f"reduction({symbol} : {self.name}){more}"

    def gathered(self, text: str) -> list[str]:
        """The lines that take an element, a variable of the dtype."""
        name = self.name
        if self.operation in ("max", "min"):
            sign = ">" if self.operation == "max" else "<"
            lines = [f"{name} = {text} {sign} {name} ? {text} : {name};"]
            return [*lines, f"nan_{name} |= {text} != {text};"] if self._sees_nan else lines
        if self.operation in ("all", "any"):
            return [f"{name} {'&' if self.operation == 'all' else '|'}= {text} != 0;"]
        return [f"{name} {'*' if self.operation == 'prod' else '+'}= {text};"]

    def result(self) -> str:
        """What came of it, before a mean is divided."""
        return f"nan_{self.name} ? NAN : {self.name}" if self._sees_nan else self.name

    def merged(self, target: str, text: str) -> str:
        """The statement that adds an element, or what was gathered elsewhere, to what is in memory."""
        if self.operation in ("max", "min"):
            sign = ">=" if self.operation == "max" else "<="
            nan = f" || {text} != {text}" if self._sees_nan else ""
            return f"{target} = {text} {sign} {target}{nan} ? {text} : {target};"
        if self.operation in ("all", "any"):
            return f"{target} {'&' if self.operation == 'all' else '|'}= {text} != 0;"
        return f"{target} {'*' if self.operation == 'prod' else '+'}= {text};"
