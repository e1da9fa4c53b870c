"""`cupy.ElementwiseKernel`: CuPy's rules for types and shapes, and the very source that it generates."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy
from cupy.cuda.compiler import is_valid_kernel_name

from tests.simulated_cupy import calls, launching
from tests.simulated_cupy.arrays import ndarray, view_of
from tests.simulated_cupy.compiler import compiled
from tests.simulated_cupy.ufuncs import BFLOAT16

NAMES = {
    "float64": "double",
    "float32": "float",
    "float16": "float16",
    "bfloat16": "bfloat16",
    "complex128": "thrust::complex<double>",
    "complex64": "thrust::complex<float>",
    "int64": "long long",
    "int32": "int",
    "int16": "short",
    "int8": "signed char",
    "uint64": "unsigned long long",
    "uint32": "unsigned int",
    "uint16": "unsigned short",
    "uint8": "unsigned char",
    "bool": "bool",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a kernel: `raw T x`."""

    name: str
    letter: str | None
    dtype: numpy.dtype | None
    raw: bool
    const: bool

    @staticmethod
    def parsed(text: str, const: bool) -> list[Parameter]:
        """Every parameter of a list such as `T x, raw float32 y`."""
        found: list[Parameter] = []
        for part in text.split(",") if text else []:
            words = part.split()
            if len(words) < 2:
                raise Exception(f"Syntax error: {part}")
            *keywords, kind, name = words
            unknown = [word for word in keywords if word not in ("raw", "_non_const")]
            if unknown:
                raise Exception(f'Unknown keyword "{unknown[0]}"')
            dtype = None if len(kind) == 1 else BFLOAT16 if kind == "bfloat16" else numpy.dtype(kind)
            letter = kind if dtype is None else None
            found.append(
                Parameter(name, letter, dtype, "raw" in keywords, const and "_non_const" not in keywords)
            )
        return found

    @property
    def ctype(self) -> str:
        return self.letter or NAMES[self.dtype.name]  # type: ignore[union-attr]


def decided(
    inputs: list[Parameter], outputs: list[Parameter], given: list[Any], places: list[Any]
) -> dict[str, Any]:
    """The type of each letter: from the outputs that are given, then from the arrays among the inputs."""
    letters: dict[str, numpy.dtype] = {}
    for parameter, dtype in [*zip(outputs, places, strict=False), *zip(inputs, given, strict=True)]:
        if dtype is None:
            continue
        if parameter.dtype is not None:
            if dtype != parameter.dtype:
                raise TypeError(f"Type is mismatched. {parameter.name} {dtype} {parameter.dtype}")
        elif letters.setdefault(parameter.letter, dtype) != dtype:  # type: ignore[arg-type]
            known = letters[parameter.letter]  # type: ignore[index]
            raise TypeError(f"Type is mismatched. {parameter.name} {dtype} {known} {parameter.letter}")
    return letters


def carray(array: ndarray) -> tuple[str, bytes]:
    """The type and the bytes of CuPy's `CArray` for an array."""
    narrow = int(array.size < 2**31 and array.nbytes < 2**31)
    kind = f"CArray<{NAMES[array.dtype.name]}, {array.ndim}, {int(array._c_contiguous)}, {narrow}>"
    return kind, struct.pack(
        f"{2 + 2 * array.ndim}q", array.data.ptr, array.size, *array.shape, *array.strides
    )


def indexer(shape: tuple[int, ...]) -> tuple[str, bytes]:
    """The type and the bytes of CuPy's `CIndexer` for a shape."""
    size = int(numpy.prod(shape, dtype=numpy.int64))
    return f"CIndexer<{len(shape)}, {int(size < 2**31)}>", struct.pack(
        f"{1 + 2 * len(shape)}q", size, *shape, *([0] * len(shape))
    )


def includes(dtypes: Any) -> str:
    """The headers that types need."""
    names = sorted({dtype.name for dtype in dtypes} & {"float16", "bfloat16"})
    return "".join(f"#include <cupy/{name}.cuh>\n" for name in names)


def packed_scalar(value: Any, dtype: numpy.dtype) -> bytes:
    return numpy.asarray(value).astype(dtype).tobytes()


def require_argument(value: Any) -> Any:
    if isinstance(value, (ndarray, bool, int, float, complex, numpy.generic)):
        return value
    raise TypeError(f"Unsupported type {type(value)}")


def broadcast(args: list[Any], parameters: list[Parameter], sized: bool) -> tuple[list[Any], tuple[int, ...]]:
    """The arrays that are not raw, of one shape."""
    plain = [
        isinstance(value, ndarray) and not parameter.raw
        for value, parameter in zip(args, parameters, strict=False)
    ]
    if sized and any(plain):
        raise ValueError("Specified 'size' can be used only if all of the ndarray are 'raw'.")
    if not sized and not any(plain):
        raise ValueError("Loop size is undecided.")
    shape = numpy.broadcast_shapes(
        *(value.shape for value, is_plain in zip(args, plain, strict=True) if is_plain)
    )
    return [
        broadcast_to(value, shape) if is_plain else value for value, is_plain in zip(args, plain, strict=True)
    ], shape


def broadcast_to(array: ndarray, shape: tuple[int, ...]) -> ndarray:
    if array.shape == shape:
        return array
    return view_of(array, numpy.broadcast_to(array._host, shape))


class ElementwiseKernel:
    """`cupy.ElementwiseKernel`, simulated."""

    def __init__(
        self,
        in_params: str,
        out_params: str,
        operation: str,
        name: str = "kernel",
        reduce_dims: bool = True,
        preamble: str = "",
        no_return: bool = False,
        return_tuple: bool = False,
        **kwargs: Any,
    ) -> None:
        if not is_valid_kernel_name(name):
            raise ValueError(f'Invalid kernel name: "{name}"')
        unknown = set(kwargs) - {"loop_prep", "after_loop", "options"}
        if unknown:
            raise TypeError(f"unexpected keyword argument {sorted(unknown)[0]!r}")
        self.in_params = Parameter.parsed(in_params, const=True)
        self.out_params = Parameter.parsed(out_params, const=False)
        self.nin, self.nout = len(self.in_params), len(self.out_params)
        self.nargs = self.nin + self.nout
        self.params = [*self.in_params, *self.out_params]
        self.operation, self.name, self.__name__, self.preamble = operation, name, name, preamble
        self.reduce_dims, self.no_return, self.return_tuple, self.kwargs = (
            reduce_dims,
            no_return,
            return_tuple,
            kwargs,
        )
        self.cached_codes: dict[Any, str] = {}
        if any(parameter.name == "i" for parameter in self.params):
            raise ValueError("Can not use 'i' as a parameter name")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        size, stream, block_size = (
            kwargs.pop("size", -1),
            kwargs.pop("stream", None),
            kwargs.pop("block_size", 128),
        )
        if kwargs:
            raise TypeError(f"Wrong arguments {kwargs}")
        if block_size <= 0:
            raise ValueError("block_size must be greater than zero")
        if len(args) not in (self.nin, self.nargs):
            raise TypeError(
                f"Wrong number of arguments for {self.name!r}. It must be either {self.nin} or {self.nargs} "
                f"(with outputs), but given {len(args)}."
            )
        given = [require_argument(value) for value in args]
        calls.require_access([value for value in given if isinstance(value, ndarray)])
        places = given[self.nin :]
        if any(not isinstance(place, ndarray) for place in places):
            raise TypeError("Output arguments type must be cupy.ndarray")
        values, shape = broadcast(given, self.params, size != -1)
        values = values[: self.nin]
        letters = decided(
            self.in_params, self.out_params,
            [value.dtype if isinstance(value, ndarray) else None for value in values],
            [place.dtype for place in places],
        )  # fmt: skip
        shape = (size,) if size != -1 else shape
        outs = self._outputs(places, letters, shape, size != -1)
        result = (
            None if self.no_return else outs[0] if self.nout == 1 and not self.return_tuple else tuple(outs)
        )
        if 0 not in shape:
            self._launch(values + outs, letters, shape, block_size, stream)
        return result

    def _outputs(self, places: list[Any], letters: Any, shape: tuple[int, ...], sized: bool) -> list[ndarray]:
        if not places:
            if not sized and any(parameter.raw for parameter in self.out_params):
                raise ValueError("Output array size is Undecided")
            return [
                ndarray(shape, letters[p.letter] if p.dtype is None else p.dtype) for p in self.out_params
            ]
        for place, parameter in zip(places, self.out_params, strict=True):
            if not parameter.raw and place.shape != shape:
                raise ValueError("Out shape is mismatched")
        return places

    def _launch(
        self, args: list[Any], letters: Any, shape: tuple[int, ...], block_size: int, stream: Any
    ) -> None:
        if self.reduce_dims:
            args, shape = flattened(args, self.params, shape)
        kinds, packed, dtypes = [], [], list(letters.values())
        for value, parameter in zip(args, self.params, strict=True):
            if isinstance(value, ndarray):
                kind, data = carray(value)
                dtypes.append(value.dtype)
            else:
                dtype = letters[parameter.letter] if parameter.dtype is None else parameter.dtype
                kind, data = NAMES[dtype.name], packed_scalar(value, dtype)
                dtypes.append(dtype)
            kinds.append(kind)
            packed.append(data)
        kind, data = indexer(shape)
        code = self._code(args, kinds, kind, letters, dtypes)
        self.cached_codes[tuple(letters.items())] = code
        library = compiled(code, tuple(self.kwargs.get("options", ())), (), True, self.name)
        total = int(numpy.prod(shape, dtype=numpy.int64))
        threads = min(block_size, total)
        launching.launch(
            library, self.name, [-(-total // block_size), 1, 1], [threads, 1, 1], [*packed, data],
            calls.blocks_of([value for value in args if isinstance(value, ndarray)]), stream=stream,
        )  # fmt: skip

    def _code(
        self, args: list[Any], kinds: list[str], indexer_kind: str, letters: Any, dtypes: list[Any]
    ) -> str:
        declarations, lines = [], []
        for value, parameter, kind in zip(args, self.params, kinds, strict=True):
            plain = isinstance(value, ndarray) and not parameter.raw
            const = "const " if parameter.const else ""
            declarations.append(f"{const}{kind} {'_raw_' if plain else ''}{parameter.name}")
            if plain:
                lines.append(
                    f"{const}{parameter.ctype} &{parameter.name} = _raw_{parameter.name}[_ind.get()];"
                )
        typedefs = "".join(
            f"typedef {NAMES[dtype.name]} {letter};\n" for letter, dtype in sorted(letters.items())
        )
        body = "\n".join([*lines, self.operation])
        return f"""{includes(dtypes)}{typedefs}{self.preamble}
extern "C" __global__ void {self.name}({", ".join([*declarations, f"{indexer_kind} _ind"])}) {{
  {self.kwargs.get("loop_prep", "")};
  CUPY_FOR(i, _ind.size()) {{
    _ind.set(i);
    {body};
  }}
  {self.kwargs.get("after_loop", "")};
}}
"""


def flattened(
    args: list[Any], parameters: list[Parameter], shape: tuple[int, ...]
) -> tuple[list[Any], tuple[int, ...]]:
    """One dimension where all that is not raw is contiguous, as CuPy reduces dimensions before a launch."""
    plain = [isinstance(value, ndarray) and not p.raw for value, p in zip(args, parameters, strict=True)]
    contiguous = all(value._c_contiguous for value, is_plain in zip(args, plain, strict=True) if is_plain)
    if len(shape) < 2 or not contiguous:
        return args, shape
    flat = [
        view_of(value, value._host.reshape(-1)) if is_plain else value
        for value, is_plain in zip(args, plain, strict=True)
    ]
    return flat, (int(numpy.prod(shape, dtype=numpy.int64)),)
