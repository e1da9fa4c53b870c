"""What this distribution registers; importing it builds nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner.plugins import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register

# Operations of eager programs that are worth a function of their own.
REPEATED = (
    "batch_norm_evaluation", "batch_norm_training", "batch_norm_training_backward", "convolution",
    "convolution_backward_weight", "dot_product_attention", "dot_product_attention_backward", "embedding", "gelu",
    "gelu_backward", "gru_layer", "gru_layer_backward", "linear", "log_softmax", "log_softmax_backward", "lstm_layer",
    "lstm_layer_backward", "masked_fill", "matmul", "max_pool", "max_pool_backward", "native_layer_norm",
    "native_layer_norm_backward", "relu", "softmax", "softmax_backward", "softmax_cross_entropy",
    "softmax_cross_entropy_backward",
)  # fmt: skip


@hookimpl
def register_executors(register: Register) -> None:
    register("c", "deep_learner_c.executor:CExecutor", backend="numpy")


@hookimpl
def register_kernels(register: Register) -> None:
    for name in REPEATED:
        register(f"numpy.{name}", f"deep_learner_c.repeated:{name}", executor="c")
    for rule, name in (("adam.Adam.rule", "adam"), ("sgd.SGD.rule", "sgd")):
        register(f"numpy.deep_learner_optimizers.{rule}", f"deep_learner_c.optimizers:{name}", executor="c")
