"""Indexing: `x[...]`, and reading and writing at positions along a dimension. One file each:

- `slices`: integers, slices, None and Ellipsis; `select`, `narrow`
- `advanced`: integer arrays at some dimensions
- `getitem`: `x[index]` and `x` with `x[index] = value`, from the two above, as `parse` reads the index
- `select`: `index_select`, `gather`, `take_along_dim`, `take_flat`, `masked_select`
- `rows`: `index_add`, `index_copy`, `index_fill`, `index_reduce`
- `scatter`: `scatter`, `scatter_add`, `scatter_reduce`
- `masked`: `masked_scatter`, `put`
- `positions`: checking and describing positions
"""
