"""What this distribution registers; nothing of it is imported until it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register

LAYERS = {
    "adaptive_pooling": (
        "AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d "
        "AdaptiveMaxPool3d"
    ),
    "adaptive_softmax": "AdaptiveLogSoftmaxWithLoss",
    "attention": "MultiheadAttention",
    "average_pooling": "AvgPool1d AvgPool2d AvgPool3d LPPool1d LPPool2d LPPool3d",
    "batch_normalization": "BatchNorm1d BatchNorm2d BatchNorm3d SyncBatchNorm",
    "classification_losses": "BCELoss BCEWithLogitsLoss CrossEntropyLoss NLLLoss NLLLoss2d",
    "convolution": "Conv1d Conv2d Conv3d",
    "distance": "CosineSimilarity PairwiseDistance",
    "dropout": "AlphaDropout Dropout Dropout1d Dropout2d Dropout3d FeatureAlphaDropout",
    "embedding": "Embedding",
    "embedding_bag": "EmbeddingBag",
    "flatten": "Flatten Unflatten",
    "fractional_pooling": "FractionalMaxPool2d FractionalMaxPool3d",
    "group_normalization": "GroupNorm",
    "instance_normalization": "InstanceNorm1d InstanceNorm2d InstanceNorm3d",
    "lazy_convolution": (
        "LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d"
    ),
    "lazy_linear": "LazyLinear",
    "lazy_normalization": (
        "LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyInstanceNorm1d LazyInstanceNorm2d "
        "LazyInstanceNorm3d"
    ),
    "likelihood_losses": "CTCLoss GaussianNLLLoss PoissonNLLLoss",
    "linear": "Bilinear Identity Linear",
    "linear_cross_entropy": "LinearCrossEntropyLoss LinearCrossEntropyOptions",
    "margin_losses": (
        "CosineEmbeddingLoss HingeEmbeddingLoss MarginRankingLoss MultiLabelMarginLoss "
        "MultiLabelSoftMarginLoss MultiMarginLoss SoftMarginLoss"
    ),
    "max_pooling": "MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d",
    "module_dict": "ModuleDict",
    "module_list": "ModuleList",
    "normalization": "LayerNorm RMSNorm",
    "padding": (
        "CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d ReflectionPad1d "
        "ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d ZeroPad1d ZeroPad2d "
        "ZeroPad3d"
    ),
    "parameter_dict": "ParameterDict",
    "parameter_list": "ParameterList",
    "patches": "Fold Unfold",
    "rectifiers": "CELU ELU Hardshrink Hardtanh LeakyReLU PReLU RReLU ReLU ReLU6 SELU Softshrink Threshold",
    "recurrent": "GRU LSTM RNN",
    "recurrent_base": "RNNBase",
    "recurrent_cells": "GRUCell LSTMCell RNNCell RNNCellBase",
    "regression_losses": "HuberLoss KLDivLoss L1Loss MSELoss SmoothL1Loss",
    "response": "LocalResponseNorm",
    "sequential": "Sequential",
    "shuffling": "ChannelShuffle PixelShuffle PixelUnshuffle",
    "sigmoids": (
        "GELU GLU Hardsigmoid Hardswish LogSigmoid Mish SiLU Sigmoid Softplus Softsign Tanh Tanhshrink"
    ),
    "softmax": "LogSoftmax Softmax Softmax2d Softmin",
    "transformer": "Transformer TransformerDecoder TransformerEncoder",
    "transformer_layers": "TransformerDecoderLayer TransformerEncoderLayer",
    "transposed_convolution": "ConvTranspose1d ConvTranspose2d ConvTranspose3d",
    "triplet_losses": "TripletMarginLoss TripletMarginWithDistanceLoss",
    "upsampling": "Upsample UpsamplingBilinear2d UpsamplingNearest2d",
}

FUNCTIONS = {
    "deep_learner.ops.activation": "gelu glu logsigmoid sigmoid softplus softsign tanhshrink",
    "deep_learner.ops.distance": "cosine_similarity normalize pairwise_distance",
    "deep_learner.ops.padding": "pad",
    "deep_learner.ops.rectifier": "hardshrink prelu softshrink",
    "deep_learner.ops.trigonometric": "tanh",
    "deep_learner_layers.functional.activation": (
        "celu elu hardsigmoid hardswish hardtanh leaky_relu log_softmax mish relu relu6 selu silu softmax "
        "softmin threshold"
    ),
    "deep_learner_layers.functional.adaptive_pooling": (
        "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d "
        "adaptive_max_pool1d_with_indices adaptive_max_pool2d adaptive_max_pool2d_with_indices "
        "adaptive_max_pool3d adaptive_max_pool3d_with_indices"
    ),
    "deep_learner_layers.functional.attention": "scaled_dot_product_attention",
    "deep_learner_layers.functional.average_pooling": "avg_pool1d avg_pool2d avg_pool3d lp_pool1d lp_pool2d lp_pool3d",
    "deep_learner_layers.functional.batch_normalization": "batch_norm",
    "deep_learner_layers.functional.binary": "binary_cross_entropy binary_cross_entropy_with_logits",
    "deep_learner_layers.functional.class_margins": (
        "multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss"
    ),
    "deep_learner_layers.functional.classification": "cross_entropy nll_loss",
    "deep_learner_layers.functional.convolutions": (
        "conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d"
    ),
    "deep_learner_layers.functional.ctc": "ctc_loss",
    "deep_learner_layers.functional.distance": "pdist",
    "deep_learner_layers.functional.dropout": (
        "alpha_dropout dropout dropout1d dropout2d dropout3d feature_alpha_dropout"
    ),
    "deep_learner_layers.functional.embedding": "embedding one_hot",
    "deep_learner_layers.functional.embedding_bag": "embedding_bag",
    "deep_learner_layers.functional.fractional_pooling": (
        "fractional_max_pool2d fractional_max_pool2d_with_indices fractional_max_pool3d "
        "fractional_max_pool3d_with_indices"
    ),
    "deep_learner_layers.functional.grid_sampling": "affine_grid grid_sample",
    "deep_learner_layers.functional.group_normalization": "group_norm",
    "deep_learner_layers.functional.in_place": (
        "celu_ elu_ hardtanh_ leaky_relu_ relu_ rrelu_ selu_ threshold_"
    ),
    "deep_learner_layers.functional.instance_normalization": "instance_norm",
    "deep_learner_layers.functional.interpolation": "interpolate upsample upsample_bilinear upsample_nearest",
    "deep_learner_layers.functional.likelihoods": "gaussian_nll_loss poisson_nll_loss",
    "deep_learner_layers.functional.linear": "bilinear linear",
    "deep_learner_layers.functional.linear_cross_entropy": "linear_cross_entropy",
    "deep_learner_layers.functional.margins": (
        "cosine_embedding_loss hinge_embedding_loss margin_ranking_loss soft_margin_loss"
    ),
    "deep_learner_layers.functional.max_pooling": (
        "max_pool1d max_pool1d_with_indices max_pool2d max_pool2d_with_indices max_pool3d "
        "max_pool3d_with_indices"
    ),
    "deep_learner_layers.functional.multi_head_attention": "multi_head_attention_forward",
    "deep_learner_layers.functional.normalization": "layer_norm rms_norm",
    "deep_learner_layers.functional.patches": "fold unfold",
    "deep_learner_layers.functional.randomized": "gumbel_softmax rrelu",
    "deep_learner_layers.functional.regression": "huber_loss kl_div l1_loss mse_loss smooth_l1_loss",
    "deep_learner_layers.functional.response": "local_response_norm",
    "deep_learner_layers.functional.shuffling": "channel_shuffle native_channel_shuffle pixel_shuffle pixel_unshuffle",
    "deep_learner_layers.functional.triplets": "triplet_margin_loss triplet_margin_with_distance_loss",
    "deep_learner_layers.functional.unpooling": "max_unpool1d max_unpool2d max_unpool3d",
}

# What PyTorch has at its top level, too.
OPERATIONS = {
    "deep_learner_layers.functional.adaptive_pooling": "adaptive_avg_pool1d",
    "deep_learner_layers.functional.average_pooling": "avg_pool1d",
    "deep_learner_layers.functional.convolutions": (
        "conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d convolution"
    ),
    "deep_learner_layers.functional.distance": "pdist",
    "deep_learner_layers.functional.grid_sampling": (
        "affine_grid_generator grid_sampler grid_sampler_2d grid_sampler_3d"
    ),
    "deep_learner_layers.functional.in_place": "celu_ relu_ rrelu_ selu_ threshold_",
    "deep_learner_layers.functional.linear": "bilinear",
    "deep_learner_layers.functional.max_pooling": "max_pool1d max_pool1d_with_indices max_pool2d max_pool3d",
    "deep_learner_layers.functional.normalization": "native_layer_norm rms_norm",
    "deep_learner_layers.functional.recurrent.cells": "gru_cell lstm_cell rnn_relu_cell rnn_tanh_cell",
    "deep_learner_layers.functional.recurrent.functions": "gru lstm rnn_relu rnn_tanh",
    "deep_learner_layers.functional.shuffling": "channel_shuffle native_channel_shuffle pixel_shuffle pixel_unshuffle",
    "deep_learner_layers.functional.top_level": (
        "alpha_dropout alpha_dropout_ batch_norm dropout dropout_ embedding embedding_bag "
        "feature_alpha_dropout feature_alpha_dropout_ feature_dropout feature_dropout_ group_norm "
        "instance_norm layer_norm native_batch_norm native_dropout native_group_norm rrelu"
    ),
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
