"""Functions of dtypes, and those that change or combine them."""

from __future__ import annotations

from typing import Final

from .case import DEVICE, KINDS, Case, Data, DType, call, cases, tabulated

__all__ = ["CASES"]

_ALL: Final = "biufc"
_NAMES: Final = {
    "bool": "b", "signed integer": "i", "unsigned integer": "u", "integral": "iu", "real floating": "f",
    "complex floating": "c", "numeric": "iufc",
}  # fmt: skip
_STANDARD: Final = {
    kind: [name for name in names if "16" not in name or kind in "iu"] for kind, names in KINDS.items()
}
_ORDERED: Final = {
    kind: sorted(names, key=lambda name: (len(name), name)) for kind, names in _STANDARD.items()
}


def _membership() -> list[Case]:
    """`isdtype` for each dtype and kind, and for combinations of them."""
    found: list[Case] = []
    for kind, names in _STANDARD.items():
        for dtype in names:
            found += cases(
                "isdtype", "",
                *(call(DType(dtype), name).gives(kind in letters) for name, letters in _NAMES.items()),
                call(DType(dtype), ("bool", "complex floating")).gives(kind in "bc"),
                call(DType(dtype), DType(dtype)).gives(True),
            )  # fmt: skip
    return [*found, *cases("isdtype", "", call(DType("float32"), DType("float64")).gives(False))]


def _promotion() -> list[Case]:
    """Within a kind the wider dtype wins, and is what the narrower can be cast to."""
    found: list[Case] = []
    for names in _ORDERED.values():
        for position, wide in enumerate(names):
            for narrow in names[: position + 1]:
                found += cases(
                    "result_type", "",
                    call(DType(narrow), DType(wide)).gives(DType(wide)),
                    call(DType(wide), DType(narrow), DType(wide)).gives(DType(wide)),
                )  # fmt: skip
                found += cases("can_cast", "", call(DType(narrow), DType(wide)).gives(True))
                if narrow != wide:
                    found += cases("can_cast", "", call(DType(wide), DType(narrow)).gives(False))
    return found


CASES: Final = tabulated(
    cases(
        "astype", "biuf",
        *(call(Data([[0, 1], [1, 1]]), DType(name)).gives(Data([[0, 1], [1, 1]], name))
          for name in ("bool", "int32", "int64", "uint8", "float32", "float64")),
    ),
    cases(
        "astype", _ALL,
        call(Data([0, 1]), DType(), copy=True).gives(Data([0, 1])),
        call(Data([0, 1]), DType(), copy=False).gives(Data([0, 1])),
        call(Data(1), DType(), copy=False).gives(Data(1)),
        call(Data([0, 1]), DType("complex64")).gives(Data([0, 1], "complex64")),
        call(Data([]), DType(), copy=False).gives(Data([])),
    ),
    cases(
        "astype", "f",
        call(Data([-2.5, -0.5, 0.5, 2.75]), DType("int32")).gives(Data([-2, 0, 0, 2], "int32")),
        call(Data([-2.5, 0.0, 0.5]), DType("bool"), device=DEVICE).gives(Data([True, False, True], "bool")),
    ),
    cases(
        "broadcast_arrays", _ALL,
        call(Data([[1], [0]]), Data([1, 0, 1])),
        call(Data(1), Data([[1, 0]])),
        call(Data([1, 0])),
        call(Data([[], []]), Data(1)),
    ),
    cases(
        "broadcast_to", _ALL,
        call(Data([1, 0, 1]), (2, 3)),
        call(Data([[1], [0]]), (2, 2)),
        call(Data(1), (2,)),
        call(Data(1), ()),
        call(Data([[1]]), (0, 1)),
    ),
    cases("finfo", "f", call(DType()).having("bits", "eps", "max", "min", "smallest_normal"), each=True),
    cases("iinfo", "iu", call(DType()).having("bits", "max", "min"), each=True),
    _membership(),
    _promotion(),
)  # fmt: skip
