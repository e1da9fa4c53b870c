"""The function by which a recording is called.

It asks whether the trace fits, reads the inputs, runs the plan, and puts results where they belong. So often is this
done that all is compared by identity first, in one expression that is written for the step. Only where that fails do
the guards look with care; if the trace fits nevertheless, the expression learns of the new objects.
"""

# What programs hold is of any type.
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ..autograd.versions import stamp
from ..tensor import wrap
from ..utils._pytree import TreeSpec
from .arguments import check_arguments, is_simple, unpack
from .conditions import Conditions
from .inputs import TensorInput
from .joint import joined
from .places import Places
from .plan import locate
from .stamps import Stamps
from .traced import Entry, Gradient, Made, Traced
from .writer import Writer

if TYPE_CHECKING:
    from .backward import Backward
    from .graph import Value
    from .guards import Guards
    from .inputs import NumberInput
    from .late import Late

__all__ = ["MISFIT", "Leaving", "call_of"]

MISFIT: Any = object()
"""What a recording gives in place of a result where its trace does not fit."""


class Leaving(NamedTuple):
    """The graph that leaves a step.

    Attributes
    ----------
    backward : Backward
    saved : list of Value
        What the call keeps for it.
    edges : list of TensorInput
    blanks : tuple
        As of a node with several outputs.
    """

    backward: Backward
    saved: list[Value]
    edges: list[TensorInput]
    blanks: tuple[Any, ...]


def call_of(
    guards: Guards,
    arguments: TreeSpec,
    inputs: Sequence[tuple[TensorInput | NumberInput, Value]],
    results: Sequence[Value],
    late: Late,
    traced: Traced,
    leaving: Leaving | None,
) -> Callable[[Any, Any], Any]:
    """The function of ``args`` and ``kwargs``, which gives what the step would, or `MISFIT`.

    Parameters
    ----------
    guards
        What has to be as it was.
    arguments
        The structure of ``(args, kwargs)``.
    inputs, results
        What the plan reads and gives.
    late
        The plan, which becomes a function.
    traced
        What is to be done with the results.
    leaving
        The graph that leaves the step, if one does.
    """
    return _Call(guards, arguments, inputs, results, late, traced, leaving).function()


class _Call:
    def __init__(
        self,
        guards: Guards,
        arguments: TreeSpec,
        inputs: Sequence[tuple[TensorInput | NumberInput, Value]],
        results: Sequence[Value],
        late: Late,
        traced: Traced,
        leaving: Leaving | None,
    ) -> None:
        self._writer = writer = Writer()
        self._places = Places(writer)
        self._traced = traced
        self._leaving = leaving
        self._tensors: dict[int, str] = {}
        writer.scope |= {
            "MISFIT": MISFIT,
            "run": late.run,
            "locate": locate,
            "late": late,
            "wrap": wrap,
        }
        late.settle = partial(writer.scope.__setitem__, "run")
        self._leaves = self._check_arguments(guards, arguments)
        read = [self._places.input(source) for source, _ in inputs]
        self._values = {value: name for (_, value), name in zip(inputs, read, strict=True)}
        self._check_others(guards, read)
        self._run(read, results)
        self._finish()

    def function(self) -> Callable[[Any, Any], Any]:
        """The finished function."""
        return self._writer.function("args, kwargs", "<call of a compiled step>")

    def _check_arguments(self, guards: Guards, arguments: TreeSpec) -> list[str]:
        writer = self._writer
        writer.line("try:")
        names = unpack(writer, arguments)
        check_arguments(writer, guards, names)
        writer.line("except Exception: return MISFIT")
        return names

    def _check_others(self, guards: Guards, read: list[str]) -> None:
        """Lines that read what is not among the arguments, and ask whether the trace fits."""
        writer = self._writer
        written = {id(effect.container) for effect in self._traced.effects if isinstance(effect, Entry)}
        conditions = Conditions(guards, writer, self._places, written)
        if not conditions.all and not self._places.reads:
            return
        writer.scope["hold"] = conditions.hold
        reads = [f"{name} = {expression}" for expression, name in self._places.reads.items()]
        test = " and ".join(conditions.all) or "True"
        writer.line("try:")
        for line in [*reads, f"fits = {test}"]:
            writer.line(line, 2)
        writer.line("except Exception: fits = False")
        writer.line("if not fits:")
        writer.line(f"if not hold([{', '.join(self._leaves)}]): return MISFIT", 2)
        for line in reads:
            writer.line(line, 2)

    def _run(self, read: list[str], results: Sequence[Value]) -> None:
        writer = self._writer
        made = [f"made{place}" for place in range(len(results))]
        self._values |= dict(zip(results, made, strict=True))
        for effect in self._traced.effects:
            if isinstance(effect, Gradient) and effect.cleared:
                writer.line(f"{self._target(effect)} = None")
        writer.line("try:")
        targets = f"{', '.join(made)}{',' * (len(made) == 1)} = " if made else ""
        writer.line(f"{targets}run({', '.join(read)})", 2)
        writer.line("except Exception as error:")
        writer.line("locate(error, late)", 2)
        writer.line("raise", 2)

    def _finish(self) -> None:
        """Lines that put results where they belong."""
        writer, traced = self._writer, self._traced
        written = [source for source, _ in traced.writes]
        fixed = [source.tensor for source in written if source.is_fixed]
        if fixed:
            writer.scope["press"] = Stamps(fixed).press
            writer.line("press()")
        for source in written:
            if not source.is_fixed:
                writer.scope["stamp"] = stamp
                writer.line(f"stamp({self._places.array(source)}, 'compile')")
        if self._leaving is not None:
            self._join(self._leaving)
        forms = [effect.value for effect in traced.effects] + traced.results
        for made in _made(forms):
            self._wrap(made)
        values = [self._form(effect.value) for effect in traced.effects]
        leaves = [self._form(one) for one in traced.results]
        writer.line(f"result = {self._tree(traced.structure, leaves)}")
        targets = [self._target(effect) for effect in traced.effects]
        if targets:
            writer.line(f"{', '.join(targets)} = {', '.join(values)}")
        writer.line("return result")

    def _target(self, effect: Gradient | Entry) -> str:
        if isinstance(effect, Gradient):
            return f"{self._places.tensor(effect.leaf)}._node.total"
        return f"{self._writer.name(effect.container, 'entries')}[{self._writer.name(effect.key, 'key')}]"

    def _join(self, leaving: Leaving) -> None:
        writer = self._writer
        writer.scope |= {"joined": joined, "backward": leaving.backward, "blanks": leaving.blanks}
        saved = "".join(f"{self._values[value]}, " for value in leaving.saved)
        edges = "".join(f"{self._places.tensor(source)}._node, " for source in leaving.edges)
        writer.line(f"nodes = joined(backward, ({saved}), (args, kwargs), ({edges}), blanks)")

    def _wrap(self, made: Made) -> None:
        name = self._tensors[id(made)] = f"tensor{len(self._tensors)}"
        value = self._values[made.value]
        node = "" if made.place is None else f", nodes[{made.place}]"
        self._writer.line(
            f"{name} = {value}" if made.value.dtype is None else f"{name} = wrap({value}{node})"
        )

    def _form(self, form: Any) -> str:
        """What a form stands for, as an expression."""
        if isinstance(form, Made):
            return self._tensors[id(form)]
        if isinstance(form, TensorInput):
            return self._places.tensor(form)
        if type(form) is dict:
            entries: Any = form
            pairs = (f"{self._writer.name(key, 'key')}: {self._form(one)}" for key, one in entries.items())
            return f"{{{', '.join(pairs)}}}"
        return self._writer.fresh(form, "plain")

    def _tree(self, structure: TreeSpec, leaves: list[str]) -> str:
        """What the step returned, as an expression."""
        if not is_simple(structure):
            return f"{self._writer.name(structure, 'structure')}.unflatten([{', '.join(leaves)}])"
        return self._branch(structure, iter(leaves))

    def _branch(self, structure: TreeSpec, leaves: Iterator[str]) -> str:
        if structure.is_leaf():
            return next(leaves)
        parts = [self._branch(part, leaves) for part in structure.children_specs]
        if structure.type is dict:
            pairs = zip(structure.context, parts, strict=True)
            return f"{{{', '.join(f'{key!r}: {part}' for key, part in pairs)}}}"
        return (
            f"({''.join(f'{part}, ' for part in parts)})"
            if structure.type is tuple
            else f"[{', '.join(parts)}]"
        )


def _made(forms: Sequence[Any]) -> list[Made]:
    """What a step makes, once each, of some forms."""
    found: dict[int, Made] = {}
    stack = [*forms]
    while stack:
        form = stack.pop()
        if isinstance(form, Made):
            found[id(form)] = form
        elif type(form) is dict:
            stack += form.values()
    return [*found.values()]
