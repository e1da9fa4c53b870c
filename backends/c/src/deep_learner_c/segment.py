"""A run of parts as one function in C."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from deep_learner.compiler import Value
from deep_learner_c.layout import ARENA, Layout
from deep_learner_c.part import Part, Place

__all__ = ["Segment"]

ALONE = 30_000  # nanoseconds in which one thread has done what it takes others as long to wake up for


class Segment:
    """Parts that follow each other without Python between them.

    Attributes
    ----------
    given : list of Value
        Which of the step's inputs it knows the addresses of.
    others : list of Value
        What else it is handed: memory for results, and what Python has made.
    """

    def __init__(self, number: int, parts: Sequence[Part], places: Layout, threads: int) -> None:
        self.name = f"segment{number}"
        self.parts = parts
        self.places = places
        alone = all(part.alone for part in parts) or sum(part.work for part in parts) < ALONE
        self.threads = 1 if alone else threads
        slots = self._slots()
        inputs = set(places.plan.inputs)
        self.given = [value for value, slot in places.slots.items() if slot in slots and value in inputs]
        self.others = [value for value, slot in places.slots.items() if slot in slots and value not in inputs]

    def made(self) -> Iterable[Value]:
        """Results that it makes, whose memory it must be handed."""
        outputs = {value for part in self.parts for value in part.outputs}
        return [value for value in self.others if value in outputs]

    def _slots(self) -> set[int]:
        used = [value for part in self.parts for value in (*part.reads, *part.outputs)]
        return {self.places.places[value].slot for value in used}

    def source(self) -> str:
        """Its code."""
        texts: list[str] = []
        body: list[str] = []
        failing = False
        seen: list[tuple[bool, int, int, int, bool]] = []  # written, slot, from, to, alone
        for number, part in enumerate(self.parts):
            name = f"{self.name}_part{number}"
            code = part.code(self.places)
            alone = "    if (t) return;\n" if part.alone and self.threads > 1 else ""
            what = ", ".join(dict.fromkeys(str(node.operation) for node in part.nodes))
            texts.append(
                f"/* {what} */\nstatic void {name}(char *const *p, int t, team *all) {{\n{alone}{code}}}\n"
            )
            touched = [*self._touched(part)]
            waits = self.threads > 1 and any(_conflict(one, other) for one in seen for other in touched)
            if waits or failing:
                body.append("    dl_barrier(all);")
                seen.clear()
            if failing:
                body.append("    if (all->failure) return;")
            failing = part.fails
            seen += touched
            body.append(f"    {name}(p, t, all);")
        run = "\n".join([f"static void {self.name}_all(char *const *p, int t, team *all) {{", *body, "}", ""])
        return "\n".join([*texts, run, self._entry()])

    def _touched(self, part: Part) -> Iterable[tuple[bool, int, int, int, bool]]:
        for written, values in ((False, part.reads), (True, part.outputs)):
            for value in values:
                place = self.places.of(value)
                yield (written, place.slot, *place.ends, part.alone)
        for low, high in self.places.span(part):
            yield True, ARENA, low, high, part.alone

    def _entry(self) -> str:
        """The function that Python calls."""
        places = self.places
        order = {value: place for place, value in enumerate(places.plan.inputs)}
        written = {
            places.direct[value] for part in self.parts for value in part.outputs if value in places.direct
        }
        written |= {value for part in self.parts for value in part.outputs}
        lines = [f"EXPORT int {self.name}(char **p, void *inputs, void *others) {{"]
        lines += _table(
            "inputs", [(order[value], places.places[value], value) for value in self.given], written
        )
        lines += _table(
            "others", [(item, places.places[value], value) for item, value in enumerate(self.others)], written
        )
        lines += [
            f"    int unfit = dl_arguments(inputs, of_inputs, {len(self.given)}, p);",
            "    if (unfit) return -unfit;",
            f"    unfit = dl_arguments(others, of_others, {len(self.others)}, p);",
            f"    if (unfit) return -{len(self.given)} - unfit;",
            f"    return dl_run({self.name}_all, p, {self.threads});",
            "}",
            "",
        ]
        return "\n".join(lines)


def _table(name: str, rows: Sequence[tuple[int, Place, Value]], written: set[Value]) -> list[str]:
    """What is expected of the elements of a tuple."""
    lines: list[str] = []
    entries: list[str] = []
    for item, place, value in rows:
        strides = ", ".join(
            str(stride) if size > 1 and 0 not in place.shape else "-1"
            for size, stride in zip(place.shape, place.strides, strict=True)
        )
        if value.dtype is None:
            entries.append(f"{{{item}, {place.slot}, -1, 0, 0}}")
        else:
            pointer = f"(const long[]){{{strides}}}" if strides else "0"
            entries.append(
                f"{{{item}, {place.slot}, {len(place.shape)}, {int(value in written)}, {pointer}}}"
            )
    lines.append(f"    const argument of_{name}[] = {{{', '.join(entries) or '{0, 0, 0, 0, 0}'}}};")
    return lines


def _conflict(one: tuple[bool, int, int, int, bool], other: tuple[bool, int, int, int, bool]) -> bool:
    """Whether one part must be over before another begins."""
    if not (one[0] or other[0]) or one[1] != other[1] or (one[4] and other[4]):
        return False
    return one[2] < other[3] and other[2] < one[3]
