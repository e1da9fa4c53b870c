"""Other shapes of the same elements, several joined, one taken apart."""

from __future__ import annotations

import deep_learner as dl
from deep_learner.nn import functional as f
from tests.func.case import Case, real

CONSTANT = dl.tensor([[1.0, 2.0]]).double()

CASES: dict[str, Case] = {
    "reshape": Case(lambda x: x.reshape(-1), real(3, 2)),
    "view": Case(lambda x: x.view(2, -1), real(3, 2)),
    "transposed": Case(lambda x: x.T, real(3, 2)),
    "permute": Case(lambda x: x.permute(2, 0, 1), real(3, 2, 4)),
    "transpose": Case(lambda x: x.transpose(0, -1), real(3, 2, 4)),
    "movedim": Case(lambda x: x.movedim(0, -1), real(3, 2, 4)),
    "squeeze": Case(lambda x: x.squeeze() + x.squeeze(1), real(3, 1, 2)),
    "unsqueeze": Case(lambda x: x.unsqueeze(-1).unsqueeze(0), real(3)),
    "expand": Case(lambda x: x.expand(2, 3) + dl.broadcast_to(x, (2, 3)), real(3)),
    "flatten": Case(lambda x: x.flatten(1), real(3, 2, 4)),
    "unflatten": Case(lambda x: x.unflatten(0, (1, 3)), real(3, 2)),
    "repeat": Case(lambda x: x.repeat(2, 2), real(3)),
    "tile": Case(lambda x: dl.tile(x, (2,)), real(3, 2)),
    "repeat_interleave": Case(lambda x: x.repeat_interleave(2, 0), real(3, 2)),
    "roll": Case(lambda x: x.roll(1, 0) + x.roll(1), real(3, 2)),
    "rot90": Case(dl.rot90, real(3, 2)),
    "flip": Case(lambda x: x.flip(0), real(3, 2)),
    "chunk": Case(lambda x: x.chunk(2, 0)[1], real(4, 2)),
    "split": Case(lambda x: x.split(1, -1)[1], real(3, 2)),
    "tensor_split": Case(lambda x: x.tensor_split(2, 0)[0], real(4)),
    "unbind": Case(lambda x: x.unbind(0)[1], real(3, 2)),
    "iteration": Case(lambda x: sum(list(x)), real(3, 2)),
    "unfold": Case(lambda x: x.unfold(0, 2, 1), real(4, 2)),
    "as_strided": Case(lambda x: x.as_strided((2, 2), (1, 1)), real(4)),
    "cat": Case(lambda x, y: dl.cat([x, y, CONSTANT], 0), real(3, 2), real(1, 2)),
    "stack": Case(lambda x, y: dl.stack([x, y], -1), real(3), real(3)),
    "hstack": Case(lambda x, y: dl.hstack([x, y]).sum() + dl.vstack([x, y]), real(3), real(3)),
    "block_diag": Case(lambda x: dl.block_diag(x, x), real(2, 2)),
    "meshgrid": Case(lambda x, y: dl.meshgrid(x, y, indexing="xy")[0], real(3), real(2)),
    "cartesian_prod": Case(dl.cartesian_prod, real(3), real(2)),
    "combinations": Case(dl.combinations, real(3)),
    "diag of a vector": Case(dl.diag, real(3)),
    "diag of a matrix": Case(dl.diag, real(3, 3)),
    "diagonal": Case(lambda x: x.diagonal() + x.trace(), real(3, 3)),
    "diag_embed": Case(dl.diag_embed, real(3)),
    "triangles": Case(lambda x: x.tril() - x.triu(1), real(3, 3)),
    "pad": Case(lambda x: f.pad(x, (1, 2)), real(3, 2)),
    "reflected": Case(lambda x: f.pad(x, (1, 1), mode="reflect"), real(1, 3, 3)),
    "vander": Case(dl.vander, real(3)),
    "pixel_shuffle": Case(lambda x: f.pixel_shuffle(x, 2), real(1, 4, 3, 3)),
}
