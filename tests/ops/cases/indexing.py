"""Cases of the operations in ops/indexing/."""

from __future__ import annotations

import numpy as np

from tests.ops.case import Case, S, arr, bools, ints

WHOLE = slice(None)


def embed(input, key, shape):
    out = np.zeros(shape, input.dtype)
    out[key] = input.reshape(out[key].shape)
    return out


def set_slice(input, key, value):
    out = input.copy()
    out[key] = value
    return out


def key_of(indices, dims):
    key = [WHOLE] * (dims[-1] + 1)
    for index, dim in zip(indices, dims, strict=True):
        key[dim] = index.astype(int)
    return tuple(key)


def advanced_put(input, indices, values, dims, *, accumulate=False):
    out = input.copy()
    if accumulate:
        np.add.at(out, key_of(indices, dims), values)
    else:
        out[key_of(indices, dims)] = values
    return out


def rows(combine, start=None):
    """Each row of the source combined with the row at its position, one after the other."""

    def reference(input, dim, index, source, *options, **named):
        out = np.atleast_1d(input.copy())
        index, source = np.atleast_1d(index).astype(int), np.atleast_1d(source)
        for number, position in enumerate(index):
            key = (WHOLE,) * (dim % out.ndim)
            out[(*key, position)] = combine(out[(*key, position)], source[(*key, number)], *options, **named)
        return out.reshape(input.shape)

    return reference


REDUCTIONS = {"sum": np.add, "prod": np.multiply, "mean": np.add, "amax": np.maximum, "amin": np.minimum}


def reduce_at(input, places, values, reduce, include_self):
    """Reduce one value after the other into the place it goes to."""
    out, count = input.copy(), np.ones(input.shape)
    if not include_self:
        for place in places:
            count[place] = 0
    for place, value in zip(places, values, strict=True):
        out[place] = REDUCTIONS[reduce](out[place], value) if count[place] else value
        count[place] += 1
    return out / np.maximum(count, 1) if reduce == "mean" else out


def index_reduce(input, dim, index, source, reduce, *, include_self=True):
    dim %= input.ndim
    places = [(*at[:dim], int(index[at[dim]]), *at[dim + 1 :]) for at in np.ndindex(source.shape)]
    return reduce_at(input, places, list(source.flat), reduce, include_self)


def scatter_places(input, dim, index):
    dim %= max(input.ndim, 1)
    ats = list(np.ndindex(index.shape))
    return ats, [(*at[:dim], int(index[at]), *at[dim + 1 :]) if input.ndim else () for at in ats]


def scatter_reduce(input, dim, index, src, reduce, *, include_self=True):
    ats, places = scatter_places(input, dim, index)
    return reduce_at(input, places, [src[at] for at in ats], reduce, include_self)


def scatter_add(input, dim, index, src):
    return scatter_reduce(input, dim, index, src, "sum")


def scatter(input, dim, index, src=None, *, value=None, reduce=None):
    src = (
        np.full(index.shape, value if src is None else src)
        if np.ndim(src) == 0 and index.ndim
        else np.asarray(src)
    )
    if reduce:
        return scatter_reduce(input, dim, index, src, {"add": "sum", "multiply": "prod"}[reduce])
    out = input.copy()
    for at, place in zip(*scatter_places(input, dim, index), strict=True):
        out[place] = src[at]
    return out


def gather(input, dim, index):
    ats, places = scatter_places(input, dim, index)
    out = np.empty(index.shape, input.dtype)
    for at, place in zip(ats, places, strict=True):
        out[at] = input[place]
    return out


def index_fill(input, dim, index, value):
    out = np.atleast_1d(input.copy())
    out[(WHOLE,) * (dim % out.ndim) + (np.atleast_1d(index).astype(int),)] = value
    return out.reshape(input.shape)


def put(input, index, source, accumulate=False):
    out = input.copy()
    if accumulate:
        np.add.at(out.reshape(-1), index.astype(int), source.reshape(index.shape))
    else:
        out.reshape(-1)[index.astype(int)] = source.reshape(index.shape)
    return out


def masked_scatter(input, mask, source):
    input, mask = np.broadcast_arrays(input, mask)
    out = input.copy()
    out[mask.astype(bool)] = source.reshape(-1)[: np.count_nonzero(mask)]
    return out


def masked_select(input, mask):
    input, mask = np.broadcast_arrays(input, mask)
    return input[mask.astype(bool)]


def last_writes(index, size):
    return np.array(
        [position not in index[number + 1 :] for number, position in enumerate(index)], dtype=bool
    )


def take_along_dim(input, indices, dim=None):
    if dim is None:
        return input.reshape(-1)[indices.reshape(-1).astype(int)]
    shape = list(
        np.broadcast_shapes(
            *[
                tuple(1 if d == dim % input.ndim else size for d, size in enumerate(a.shape))
                for a in (input, indices)
            ]
        )
    )
    for array in (input, indices):
        shape[dim] = array.shape[dim]
        if array is input:
            input = np.broadcast_to(input, shape)
        else:
            indices = np.broadcast_to(indices, shape)
    return np.take_along_axis(input, indices.astype(int), dim)


KEYS = [
    (1, Ellipsis),
    (slice(0, 2, 1), Ellipsis),
    (Ellipsis, slice(1, 4, 2)),
    (Ellipsis, slice(0, 0, 1)),
    (None, 0, Ellipsis, None, slice(0, 4, 3)),
    (WHOLE, 2, Ellipsis),
    (Ellipsis, None),
]
ROWS = [
    S(arr(4, 3), 0, ints(5, high=4), arr(5, 3)),
    S(arr(2, 5), 1, ints(3, high=5), arr(2, 3)),
    S(arr(2, 5, 2), -2, ints(4, high=5), arr(2, 4, 2)),
    S(arr(4), 0, ints(6, high=4), arr(6)),
    S(arr(4), 0, ints(high=4), arr(1)),
    S(arr(), 0, ints(1, high=1), arr(1)),
    S(arr(4, 3), 0, ints(0), arr(0, 3)),
    S(arr(4, 0), 0, ints(2, high=4), arr(2, 0)),
]
GATHERS = [
    (arr(4, 3), 0, ints(5, 3, high=4)),
    (arr(3, 4), 1, ints(2, 6, high=4)),
    (arr(2, 3, 4), -1, ints(2, 2, 2, high=4)),
    (arr(5), 0, ints(3, high=5)),
    (arr(), 0, ints(high=1)),
    (arr(4, 3), 0, ints(0, 3)),
]
SCATTERS = [
    S(arr(4, 3), 0, ints(5, 3, high=4), arr(5, 3)),
    S(arr(3, 4), 1, ints(2, 6, high=4), arr(2, 7)),
    S(arr(2, 3, 4), -2, ints(2, 2, 2, high=3), arr(2, 3, 4)),
    S(arr(5), 0, ints(8, high=5), arr(8)),
    S(arr(), 0, ints(high=1), arr()),
    S(arr(4, 3), 0, ints(0, 3), arr(2, 3)),
]
PUTS = [
    S(arr(4, 3), [ints(5, low=-4, high=4)], arr(5, 3), (0,)),
    S(arr(4, 3), [ints(2, 2, high=3)], arr(4, 1, 1), (1,)),
    S(arr(2, 3, 4), [ints(2, 1, high=2), ints(3, high=3)], arr(2, 3, 4), (0, 1)),
    S(arr(2, 3, 4), [ints(3, high=3), ints(3, high=4)], arr(2, 3), (1, 2)),
    S(arr(2, 3, 4), [ints(2, high=2), ints(2, high=4)], arr(3), (0, 2)),
    S(arr(2, 3, 4), [ints(2, high=2), ints(2, high=4)], arr(), (0, 2)),
    S(arr(5), [ints(7, high=5)], arr(7), (0,)),
    S(arr(4, 3), [ints(0)], arr(0, 3), (0,)),
    S(arr(3, 2), [ints(2, 2, high=3), ints(2, high=2)], arr(1, 2), (0, 1)),
]

CASES = [
    Case(
        "slice_index",
        reference=lambda input, key: input[key],
        samples=[*[S(arr(3, 4), key) for key in KEYS], S(arr(), (Ellipsis,)), S(arr(3), (1, Ellipsis))],
    ),
    Case(
        "slice_embed",
        reference=embed,
        samples=[
            *[S(arr(*np.empty((3, 4))[key].shape), key, (3, 4)) for key in KEYS],
            S(arr(3, 2), (slice(0, 3, 1), slice(0, 4, 2)), (3, 4)),
            S(arr(), (Ellipsis, 2), (4,)),
        ],
    ),
    Case(
        "set_slice",
        reference=set_slice,
        samples=[
            *[S(arr(3, 4), key, arr(*np.empty((3, 4))[key].shape)) for key in KEYS],
            S(arr(3, 4), (1, Ellipsis), 2.5),
            S(arr(3, 4), (slice(0, 2, 1), Ellipsis), arr(1, 1, 2, 1)),
            S(arr(3, 4), (slice(0, 2, 1), Ellipsis), arr()),
            S(arr(), (Ellipsis,), arr()),
            S(ints(3, 4), (Ellipsis, 1), 7),
        ],
    ),
    Case(
        "select",
        reference=lambda input, dim, index: np.take(input, index, axis=dim),
        samples=[S(arr(3, 4), 0, 2), S(arr(3, 4), -1, -1), S(arr(3), 0, 0)],
    ),
    Case(
        "select_scatter",
        reference=lambda input, src, dim, index: set_slice(
            input, (WHOLE,) * (dim % input.ndim) + (index,), src
        ),
        samples=[S(arr(3, 4), arr(4), 0, 2), S(arr(3, 4), arr(3), -1, -1), S(arr(3), arr(), 0, 0)],
    ),
    Case(
        "slice_scatter",
        reference=lambda input, src, dim=0, start=None, end=None, step=1: set_slice(
            input, (WHOLE,) * (dim % input.ndim) + (slice(start, end, step),), src
        ),
        samples=[
            S(arr(3, 4), arr(3, 4)),
            S(arr(3, 4), arr(2, 4), 0, 1),
            S(arr(3, 5), arr(3, 2), -1, -4, 9, 2),
            S(arr(3), arr(0), 0, 2, 1),
        ],
    ),
    Case(
        "narrow",
        reference=lambda input, dim, start, length: np.take(
            input, range(start % input.shape[dim], start % input.shape[dim] + length), axis=dim
        ),
        samples=[S(arr(3, 4), 0, 1, 2), S(arr(3, 4), -1, -3, 2), S(arr(3, 4), 1, 2, 0)],
    ),
    Case(
        "advanced_index",
        reference=lambda input, indices, dims: input[key_of(indices, dims)],
        samples=[S(*[sample.args[i] for i in (0, 1, 3)]) for sample in PUTS],
    ),
    Case(
        "advanced_put",
        reference=advanced_put,
        samples=[*PUTS, *[S(*put.args, accumulate=True) for put in PUTS]],
    ),
    Case(
        "index_select",
        reference=lambda input, dim, index: (
            np.take(input, np.atleast_1d(index).astype(int), axis=dim) if input.ndim else input
        ),
        samples=[S(*sample.args[:3]) for sample in ROWS],
    ),
    Case("gather", reference=gather, samples=[S(*operands) for operands in GATHERS]),
    Case(
        "take_along_dim",
        reference=take_along_dim,
        samples=[
            S(arr(3, 4), ints(3, 2, low=-4, high=4), 1),
            S(arr(3, 4), ints(1, 4, high=3), 0),
            S(arr(1, 4), ints(3, 5, high=4), -1),
            S(arr(3, 4), ints(5, low=-12, high=12)),
            S(arr(3, 4), ints(3, 0), 1),
        ],
    ),
    Case(
        "take_flat",
        reference=lambda input, index: input.reshape(-1)[index.astype(int)],
        samples=[
            S(arr(3, 4), ints(2, 5, low=-12, high=12)),
            S(arr(3, 4), ints(high=12)),
            S(arr(), ints(2, high=1)),
            S(arr(3), ints(0)),
        ],
    ),
    Case(
        "masked_select",
        reference=masked_select,
        samples=[
            S(arr(3, 4), bools(3, 4)),
            S(arr(3, 4), bools(4)),
            S(arr(4), bools(3, 1)),
            S(arr(), bools()),
            S(arr(0), bools(0)),
        ],
    ),
    Case(
        "index_add",
        reference=rows(lambda old, new, alpha=1: old + alpha * new),
        samples=[*ROWS, S(*ROWS[0].args, alpha=-2.5)],
    ),
    Case("index_copy", reference=rows(lambda old, new: new), samples=ROWS),
    Case("index_prod", reference=rows(np.multiply), samples=ROWS),
    Case(
        "index_extremum",
        reference=rows(lambda old, new, largest: np.maximum(old, new) if largest else np.minimum(old, new)),
        samples=[S(*sample.args, largest) for sample in ROWS for largest in (True, False)],
    ),
    Case(
        "index_fill",
        reference=index_fill,
        samples=[
            *[S(*sample.args[:3], 1.5) for sample in ROWS],
            S(arr(4, 3), 0, ints(2, low=-4, high=4), arr()),
            S(ints(4), 0, ints(2, high=4), 7),
        ],
    ),
    Case(
        "index_reduce",
        reference=index_reduce,
        samples=[
            S(*sample.args, reduce, include_self=own)
            for sample in (ROWS[0], ROWS[2], ROWS[6])
            for reduce in REDUCTIONS
            for own in (True, False)
        ],
    ),
    Case("scatter_add", reference=scatter_add, samples=SCATTERS),
    Case("scatter_set", reference=scatter, samples=SCATTERS),
    Case(
        "scatter",
        reference=scatter,
        samples=[
            *SCATTERS,
            S(*GATHERS[0], 1.5),
            S(*GATHERS[1], value=-1.0),
            S(*GATHERS[0], 2.0, reduce="multiply"),
            S(*SCATTERS[0].args, reduce="add"),
        ],
    ),
    Case(
        "scatter_reduce",
        reference=scatter_reduce,
        samples=[
            S(*sample.args, reduce, include_self=own)
            for sample in (SCATTERS[0], SCATTERS[1], SCATTERS[4], SCATTERS[5])
            for reduce in REDUCTIONS
            for own in (True, False)
        ],
    ),
    Case(
        "masked_scatter",
        reference=masked_scatter,
        samples=[
            S(arr(3, 4), bools(3, 4), arr(12)),
            S(arr(4), bools(3, 1), arr(3, 5)),
            S(arr(0), bools(0), arr(2)),
        ],
    ),
    Case(
        "put",
        reference=put,
        samples=[
            S(arr(3, 4), ints(2, 3, low=-12, high=12), arr(2, 3)),
            S(arr(3, 4), ints(6, high=12), arr(2, 3), accumulate=True),
            S(arr(), ints(1, high=1), arr()),
        ],
    ),
    Case(
        "wrap_index",
        reference=lambda index, size, dim=0, negative=True: index % size,
        samples=[S(ints(2, 3, low=-4, high=4), 4), S(ints(high=3), 3, 1, False)],
    ),
    Case(
        "index_mask",
        reference=lambda index, size: np.isin(np.arange(size), index),
        samples=[S(ints(3, high=6), 6), S(ints(0), 3)],
    ),
    Case(
        "last_writes",
        reference=last_writes,
        samples=[S(ints(7, high=4), 4), S(ints(1, high=2), 2), S(ints(0), 3)],
    ),
    Case("mask_positions", reference=np.nonzero, samples=[S(bools(5)), S(bools(3, 4)), S(bools(0, 2))]),
]
