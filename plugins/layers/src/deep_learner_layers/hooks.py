"""What this distribution registers; nothing of it is imported until it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register

LAYERS = {
    "classification_losses": "BCELoss BCEWithLogitsLoss CrossEntropyLoss NLLLoss",
    "dropout": "Dropout",
    "embedding": "Embedding",
    "flatten": "Flatten Unflatten",
    "linear": "Bilinear Identity Linear",
    "module_dict": "ModuleDict",
    "module_list": "ModuleList",
    "normalization": "LayerNorm RMSNorm",
    "parameter_dict": "ParameterDict",
    "parameter_list": "ParameterList",
    "rectifiers": "CELU ELU Hardshrink Hardtanh LeakyReLU PReLU ReLU ReLU6 SELU Softshrink Threshold",
    "regression_losses": "HuberLoss KLDivLoss L1Loss MSELoss SmoothL1Loss",
    "sequential": "Sequential",
    "sigmoids": (
        "GELU GLU Hardsigmoid Hardswish LogSigmoid Mish SiLU Sigmoid Softplus Softsign Tanh Tanhshrink"
    ),
    "softmax": "LogSoftmax Softmax Softmax2d Softmin",
}

FUNCTIONS = {
    "deep_learner.ops.activation": "gelu glu logsigmoid sigmoid softplus softsign tanhshrink",
    "deep_learner.ops.padding": "pad",
    "deep_learner.ops.rectifier": "hardshrink prelu softshrink",
    "deep_learner.ops.trigonometric": "tanh",
    "deep_learner_layers.functional.activation": (
        "celu elu hardsigmoid hardswish hardtanh leaky_relu log_softmax mish relu relu6 selu silu softmax "
        "softmin threshold"
    ),
    "deep_learner_layers.functional.binary": "binary_cross_entropy binary_cross_entropy_with_logits",
    "deep_learner_layers.functional.classification": "cross_entropy nll_loss",
    "deep_learner_layers.functional.dropout": "dropout",
    "deep_learner_layers.functional.embedding": "embedding one_hot",
    "deep_learner_layers.functional.linear": "bilinear linear",
    "deep_learner_layers.functional.normalization": "layer_norm rms_norm",
    "deep_learner_layers.functional.regression": "huber_loss kl_div l1_loss mse_loss smooth_l1_loss",
}

# What PyTorch has at its top level, too.
OPERATIONS = {
    "deep_learner_layers.functional.normalization": "native_layer_norm",
}


@hookimpl
def register_layers(register: Register) -> None:
    for module, names in LAYERS.items():
        for name in names.split():
            register(name, f"deep_learner_layers.{module}:{name}")


@hookimpl
def register_functions(register: Register) -> None:
    for module, names in FUNCTIONS.items():
        for name in names.split():
            register(name, f"{module}:{name}")


@hookimpl
def register_operations(register: Register) -> None:
    for module, names in OPERATIONS.items():
        for name in names.split():
            register(name, f"{module}:{name}")
