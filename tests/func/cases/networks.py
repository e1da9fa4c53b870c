"""What networks are made of, and whole layers with parameters that all members share."""

from __future__ import annotations

import deep_learner as dl
from deep_learner import nn
from deep_learner.nn import functional as f
from tests.func.case import Case, below, real

KERNEL = dl.arange(90, dtype=dl.float64).reshape(5, 2, 3, 3).sin()
ZEROS, ONES = dl.zeros(4, dtype=dl.float64), dl.ones(4, dtype=dl.float64)
LOSSES = ("huber_loss", "l1_loss", "mse_loss", "smooth_l1_loss")


def layer(make: type[nn.Module], *args: object, **kwargs: object) -> nn.Module:
    """A layer in double precision, the same in every run."""
    with dl.random.fork_rng():
        dl.manual_seed(0)
        return make(*args, **kwargs).double()


LSTM = layer(nn.LSTM, 3, 4, batch_first=True)
GRU = layer(nn.GRU, 3, 4)
ATTENTION = layer(nn.MultiheadAttention, 4, 2, batch_first=True)
ENCODER = layer(nn.TransformerEncoderLayer, 4, 2, 8, dropout=0.0, batch_first=True)

CASES: dict[str, Case] = {
    "conv1d": Case(lambda x: f.conv1d(x, KERNEL[..., 0]), real(2, 2, 7)),
    "conv2d": Case(lambda x: f.conv2d(x, KERNEL), real(1, 2, 6, 6)),
    "conv2d without a batch": Case(lambda x: f.conv2d(x, KERNEL), real(2, 6, 6)),
    "conv2d of members": Case(
        lambda x, w: f.conv2d(x, w, padding=1, stride=2), real(2, 2, 6, 6), real(5, 2, 3, 3)
    ),
    "conv2d in groups": Case(lambda x, w: f.conv2d(x, w, groups=2), real(1, 4, 5, 5), real(6, 2, 3, 3)),
    "conv_transpose2d": Case(
        lambda x, w: f.conv_transpose2d(x, w, stride=2), real(1, 2, 3, 3), real(2, 3, 2, 2)
    ),
    "max_pool2d": Case(lambda x: f.max_pool2d(x, 2), real(2, 6, 6)),
    "avg_pool2d": Case(lambda x: f.avg_pool2d(x, 2), real(1, 2, 6, 6)),
    "adaptive pooling": Case(
        lambda x: f.adaptive_avg_pool2d(x, 2) + f.adaptive_max_pool2d(x, 2), real(1, 2, 5, 5)
    ),
    "interpolate": Case(lambda x: f.interpolate(x, size=(5, 5), mode="bilinear"), real(1, 2, 3, 3)),
    "unfold": Case(lambda x: f.fold(f.unfold(x, 2), (4, 4), 2), real(1, 2, 4, 4)),
    "grid_sample": Case(
        lambda x, g: f.grid_sample(x, g.tanh(), align_corners=False), real(1, 2, 4, 4), real(1, 3, 3, 2)
    ),
    "affine_grid": Case(lambda x: f.affine_grid(x, (1, 1, 3, 3), align_corners=False), real(1, 2, 3)),
    "layer_norm": Case(lambda x: f.layer_norm(x, (4,)), real(3, 4)),
    "layer_norm of members": Case(lambda x, w: f.layer_norm(x, (4,), w, w), real(3, 4), real(4)),
    "group_norm": Case(lambda x: f.group_norm(x, 2), real(1, 4, 3)),
    "batch_norm": Case(lambda x: f.batch_norm(x, None, None, training=True), real(5, 4)),
    "batch_norm of running statistics": Case(lambda x: f.batch_norm(x, ZEROS, ONES), real(5, 4)),
    "rms_norm": Case(lambda x: f.rms_norm(x, (4,)), real(3, 4)),
    "local_response_norm": Case(lambda x: f.local_response_norm(x, 2), real(1, 4, 3, 3)),
    "attention": Case(f.scaled_dot_product_attention, real(2, 3, 4), real(2, 5, 4), real(2, 5, 4)),
    "causal attention": Case(
        lambda q, k: f.scaled_dot_product_attention(q, k, k, is_causal=True), real(2, 3, 4), real(2, 3, 4)
    ),
    "cross_entropy": Case(f.cross_entropy, real(5, 3), below(3, 5)),
    "cross_entropy of one": Case(f.cross_entropy, real(3), below(3)),
    "cross_entropy smoothed": Case(
        lambda x, y: f.cross_entropy(x, y, label_smoothing=0.1, ignore_index=1), real(5, 3), below(3, 5)
    ),
    "cross_entropy of probabilities": Case(
        lambda x, p: f.cross_entropy(x, p.softmax(-1)), real(5, 3), real(5, 3)
    ),
    "nll_loss": Case(lambda x, y: f.nll_loss(f.log_softmax(x, -1), y), real(5, 3), below(3, 5)),
    **{name: Case(getattr(f, name), real(3, 2), real(3, 2)) for name in LOSSES},
    "binary_cross_entropy": Case(
        lambda x, y: f.binary_cross_entropy(x.sigmoid(), y.sigmoid()), real(3), real(3)
    ),
    "binary_cross_entropy_with_logits": Case(
        lambda x, y: f.binary_cross_entropy_with_logits(x, y.sigmoid()), real(3), real(3)
    ),
    "kl_div": Case(
        lambda x, y: f.kl_div(x.log_softmax(-1), y.softmax(-1), reduction="batchmean"), real(3, 2), real(3, 2)
    ),
    "triplet_margin_loss": Case(f.triplet_margin_loss, real(3, 2), real(3, 2), real(3, 2)),
    "ctc_loss": Case(
        lambda x: f.ctc_loss(x.log_softmax(-1), dl.tensor([[1, 2]]), dl.tensor([5]), dl.tensor([2])),
        real(5, 1, 4),
    ),
    "glu": Case(lambda x: f.glu(x, 0), real(4)),
    "prelu": Case(f.prelu, real(2, 3), real(1)),
    "LSTM": Case(lambda x: LSTM(x)[0], real(2, 3, 3)),
    "GRU": Case(lambda x: GRU(x)[0], real(3, 2, 3)),
    "MultiheadAttention": Case(lambda x: ATTENTION(x, x, x)[0], real(2, 3, 4)),
    "TransformerEncoderLayer": Case(ENCODER, real(2, 3, 4)),
}
