"""`cupy.ReductionKernel`, with the source that CuPy generates for its plain reductions."""

from __future__ import annotations

import struct
from typing import Any

import numpy
from cupy.cuda.compiler import is_valid_kernel_name

from tests.simulated_cupy import calls, launching
from tests.simulated_cupy.arrays import ndarray, view_of
from tests.simulated_cupy.compiler import compiled
from tests.simulated_cupy.elementwise import (
    NAMES,
    Parameter,
    broadcast,
    carray,
    decided,
    includes,
    indexer,
    packed_scalar,
    require_argument,
)

BLOCK = 256

SOURCE = """{includes}{typedefs}
typedef ptrdiff_t IndexT;
{preamble}
#define REDUCE(a, b) ({reduce_expr})
#define POST_MAP(a) ({post_map_expr})
typedef {reduce_type} _type_reduce;
extern "C" __global__ void {name}({parameters}) {{
  __shared__ char _sdata_raw[{block} * sizeof(_type_reduce)];
  _type_reduce *_sdata = reinterpret_cast<_type_reduce*>(_sdata_raw);
  unsigned int _tid = threadIdx.x;
  for (ptrdiff_t _i = blockIdx.x; _i < _out_ind.size(); _i += gridDim.x) {{
    _type_reduce _s = _type_reduce({identity});
    for (ptrdiff_t _j = _i + _tid * _out_ind.size(); _j < _in_ind.size(); _j += {block} * _out_ind.size()) {{
      _in_ind.set(_j);
      {reads}
      _type_reduce _a = static_cast<_type_reduce>({map_expr});
      _s = REDUCE(_s, _a);
    }}
    _sdata[_tid] = _s;
    __syncthreads();
    for (unsigned int _block = {block} / 2; _block >= 1; _block >>= 1) {{
      if (_tid < _block) {{
        _type_reduce _a = _sdata[_tid], _b = _sdata[_tid + _block];
        _sdata[_tid] = REDUCE(_a, _b);
      }}
      __syncthreads();
    }}
    if (_tid == 0) {{
      _s = _sdata[0];
      _out_ind.set(_i);
      {writes}
      POST_MAP(_s);
    }}
    __syncthreads();
  }}
}}
"""


class ReductionKernel:
    """`cupy.ReductionKernel`, simulated."""

    def __init__(
        self,
        in_params: str,
        out_params: str,
        map_expr: str,
        reduce_expr: str,
        post_map_expr: str,
        identity: Any,
        name: str = "reduce_kernel",
        reduce_type: str | None = None,
        reduce_dims: bool = True,
        preamble: str = "",
        options: tuple[str, ...] = (),
    ) -> None:
        if not is_valid_kernel_name(name):
            raise ValueError(f'Invalid kernel name: "{name}"')
        self.in_params = Parameter.parsed(in_params, const=True)
        self.out_params = Parameter.parsed(out_params, const=False)
        self.nin, self.nout = len(self.in_params), len(self.out_params)
        self.nargs = self.nin + self.nout
        self.map_expr, self.reduce_expr, self.post_map_expr = map_expr, reduce_expr, post_map_expr
        self.identity = "" if identity is None else str(identity)
        self.name, self.__name__, self.preamble, self.options = name, name, preamble, options
        self.reduce_type = self.out_params[0].ctype if reduce_type is None else reduce_type

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        out, axis = kwargs.pop("out", None), kwargs.pop("axis", None)
        keepdims, stream = kwargs.pop("keepdims", False), kwargs.pop("stream", None)
        if kwargs:
            raise TypeError(f"Wrong arguments {kwargs}")
        if len(args) not in (self.nin, self.nargs):
            raise TypeError(f"Wrong number of arguments for {self.name}")
        places = list(args[self.nin :])
        if out is not None:
            if places:
                raise ValueError("cannot specify 'out' as both a positional and keyword argument")
            places = [out]
        given = [require_argument(value) for value in args[: self.nin]]
        calls.require_access(calls.arrays_in((given, places)))
        values, shape = broadcast(given, self.in_params, False)
        reduced, kept = split_axes(axis, len(shape))
        if 0 in [shape[a] for a in reduced] and self.identity == "":
            raise ValueError("zero-size array to reduction operation cannot be performed without identity")
        out_shape = tuple(1 if a in reduced else n for a, n in enumerate(shape) if keepdims or a in kept)
        letters = decided(
            self.in_params, self.out_params,
            [value.dtype if isinstance(value, ndarray) else None for value in values],
            [place.dtype for place in places],
        )  # fmt: skip
        if not places:
            places = [
                ndarray(out_shape, letters[p.letter] if p.dtype is None else p.dtype) for p in self.out_params
            ]
        if any(place.shape != out_shape for place in places):
            raise ValueError("Out shape is mismatched")
        order = (*reduced, *kept)
        permuted = [
            view_of(v, v._host.transpose(order)) if isinstance(v, ndarray) and not p.raw else v
            for v, p in zip(values, self.in_params, strict=True)
        ]
        flat = [
            place if keepdims is False else view_of(place, place._host.reshape([shape[a] for a in kept]))
            for place in places
        ]
        if 0 not in out_shape:
            self._launch(
                permuted, flat, letters, tuple(shape[a] for a in order), tuple(shape[a] for a in kept), stream
            )
        return places[0] if self.nout == 1 else tuple(places)

    def _launch(
        self, values: list[Any], places: list[ndarray], letters: Any, shape: Any, out_shape: Any, stream: Any
    ) -> None:
        declarations, packed, dtypes = [], [], list(letters.values())
        reads, writes = [], []
        for value, parameter in zip([*values, *places], [*self.in_params, *self.out_params], strict=True):
            const = "const " if parameter.const else ""
            if not isinstance(value, ndarray):
                dtype = letters[parameter.letter] if parameter.dtype is None else parameter.dtype
                declarations.append(f"{const}{NAMES[dtype.name]} {parameter.name}")
                packed.append(packed_scalar(value, dtype))
                continue
            kind, data = carray(value)
            dtypes.append(value.dtype)
            packed.append(data)
            declarations.append(f"{const}{kind} {'' if parameter.raw else '_raw_'}{parameter.name}")
            if not parameter.raw:
                where, lines = ("_in_ind", reads) if parameter in self.in_params else ("_out_ind", writes)
                lines.append(
                    f"{const}{parameter.ctype} &{parameter.name} = _raw_{parameter.name}[{where}.get()];"
                )
        for name, extent in (("_in_ind", shape), ("_out_ind", out_shape)):
            kind, data = indexer(extent)
            declarations.append(f"{kind} {name}")
            packed.append(data)
        declarations.append("int _block_stride")
        packed.append(struct.pack("i", 1))
        code = SOURCE.format(
            includes=includes(dtypes), preamble=self.preamble, reduce_expr=self.reduce_expr, block=BLOCK,
            typedefs="".join(f"typedef {NAMES[d.name]} {letter};\n" for letter, d in sorted(letters.items())),
            post_map_expr=self.post_map_expr, reduce_type=self.reduce_type, name=self.name, identity=self.identity,
            parameters=", ".join(declarations), reads="\n".join(reads), writes="\n".join(writes),
            map_expr=self.map_expr,
        )  # fmt: skip
        library = compiled(code, tuple(self.options), (), True, self.name)
        outs = int(numpy.prod(out_shape, dtype=numpy.int64))
        arrays = [value for value in [*values, *places] if isinstance(value, ndarray)]
        launching.launch(
            library, self.name, [outs, 1, 1], [BLOCK, 1, 1], packed, calls.blocks_of(arrays), stream=stream
        )


def split_axes(axis: Any, ndim: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The axes reduced and those kept."""
    if axis is None:
        return tuple(range(ndim)), ()
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    reduced = tuple(sorted(numpy.lib.array_utils.normalize_axis_index(a, ndim) for a in axes))
    if len(set(reduced)) != len(reduced):
        raise ValueError("duplicate value in 'axis'")
    return reduced, tuple(a for a in range(ndim) if a not in reduced)
