"""What PyTorch's programs find under ``torch`` and where it stands in Deep Learner."""

from __future__ import annotations

from typing import Final

_HERE = "deep_learner.torch"

# Modules that are Deep Learner's own, or parts of one under another name.
MODULES: Final[dict[str, str]] = {
    "accelerator": f"{_HERE}.accelerator",
    "amp": "deep_learner.amp",
    "amp.autocast_mode": "deep_learner.amp",
    "amp.grad_scaler": "deep_learner.amp",
    "autograd": "deep_learner.autograd",
    "autograd.anomaly_mode": "deep_learner.autograd",
    "autograd.function": "deep_learner.autograd.function",
    "autograd.functional": "deep_learner.autograd.functional",
    "autograd.grad_mode": "deep_learner.autograd",
    "autograd.profiler": "deep_learner.autograd.profiler",
    "autograd.profiler_util": "deep_learner.autograd.profiler_util",
    "autograd.variable": "deep_learner.autograd",
    "backends": f"{_HERE}.backends",
    "backends.cpu": f"{_HERE}.backends.cpu",
    "backends.cuda": "deep_learner.backends.cuda",
    "backends.cudnn": f"{_HERE}.backends.cudnn",
    "backends.mkl": f"{_HERE}.backends.mkl",
    "backends.mkldnn": f"{_HERE}.backends.mkldnn",
    "backends.mps": f"{_HERE}.backends.mps",
    "backends.openmp": f"{_HERE}.backends.openmp",
    "compiler": f"{_HERE}.compiler",
    "cpu": f"{_HERE}.cpu",
    "cpu.amp": "deep_learner.amp",
    "cuda": "deep_learner.cuda",
    "cuda.amp": "deep_learner.cuda.amp",
    "distributed": f"{_HERE}.distributed",
    "distributions": "deep_learner.distributions",
    "fft": "deep_learner.fft",
    "func": "deep_learner.func",
    "hub": f"{_HERE}.hub",
    "jit": f"{_HERE}.jit",
    "linalg": "deep_learner.linalg",
    "masked": "deep_learner.masked",
    "mps": f"{_HERE}.mps",
    "multiprocessing": f"{_HERE}.multiprocessing",
    "nn": "deep_learner.nn",
    "nn.attention": "deep_learner.nn.attention",
    "nn.functional": "deep_learner.nn.functional",
    "nn.init": "deep_learner.nn.init",
    "nn.modules.utils": f"{_HERE}.tuples",
    "nn.parameter": "deep_learner.nn.parameter",
    "nn.utils": "deep_learner.nn.utils",
    "onnx": f"{_HERE}.onnx",
    "optim": "deep_learner.optim",
    "optim.lr_scheduler": "deep_learner.optim.lr_scheduler",
    "optim.optimizer": "deep_learner.optim.optimizer",
    "optim.swa_utils": "deep_learner.optim.swa_utils",
    "profiler": "deep_learner.profiler",
    "random": "deep_learner.random",
    "serialization": f"{_HERE}.serialization",
    "signal": "deep_learner.signal",
    "signal.windows": "deep_learner.signal.windows",
    "sparse": "deep_learner.sparse",
    "storage": "deep_learner.storage",
    "special": "deep_learner.special",
    "testing": f"{_HERE}.testing",
    "types": f"{_HERE}.types",
    "utils": "deep_learner.utils",
    "version": f"{_HERE}.version",
    "xpu": f"{_HERE}.xpu",
}
MODULES.update({
    f"nn.utils.{name}": f"deep_learner.nn.utils.{name}"
    for name in (
        "clip_grad", "convert_parameters", "fusion", "init", "memory_format", "parametrizations", "parametrize",
        "prune", "rnn", "stateless",
    )
})  # fmt: skip
MODULES.update({
    f"nn.{name}": "deep_learner.nn"
    for name in ("modules", *(f"modules.{part}" for part in (
        "activation", "adaptive", "batchnorm", "channelshuffle", "container", "conv", "distance", "dropout", "flatten",
        "fold", "instancenorm", "lazy", "linear", "loss", "module", "normalization", "padding", "pixelshuffle",
        "pooling", "rnn", "sparse", "transformer", "upsampling",
    )))
})  # fmt: skip
MODULES.update({
    f"optim.{name}": "deep_learner.optim"
    for name in (
        "adadelta", "adagrad", "adam", "adamax", "adamw", "asgd", "lbfgs", "nadam", "radam", "rmsprop", "rprop", "sgd",
        "sparse_adam",
    )
})  # fmt: skip
MODULES.update({
    f"utils.{name}": f"deep_learner.utils.{name}"
    for name in (
        "benchmark", "checkpoint", "data", "data.dataloader", "data.dataset", "data.distributed", "data.sampler",
        "dlpack", "model_zoo", "tensorboard", "_pytree",
    )
})  # fmt: skip
MODULES.update({
    f"distributions.{name}": f"deep_learner.distributions.{name}"
    for name in (
        "bernoulli", "beta", "binomial", "categorical", "cauchy", "chi2", "constraint_registry",
        "constraints", "continuous_bernoulli", "dirichlet", "distribution", "exp_family", "exponential",
        "fishersnedecor", "gamma", "generalized_pareto", "geometric", "gumbel", "half_cauchy",
        "half_normal", "independent", "inverse_gamma", "kl", "kumaraswamy", "laplace", "lkj_cholesky",
        "log_normal", "logistic_normal", "lowrank_multivariate_normal", "mixture_same_family",
        "multinomial", "multivariate_normal", "negative_binomial", "normal", "one_hot_categorical",
        "pareto", "poisson", "relaxed_bernoulli", "relaxed_categorical", "studentT",
        "transformed_distribution", "transforms", "uniform", "utils", "von_mises", "weibull", "wishart",
    )
})  # fmt: skip

# Single names: "module:attribute".
NAMES: Final[dict[str, str]] = {
    "_dirichlet_grad": "deep_learner.random.implicit:dirichlet_gradient",
    "_sample_dirichlet": "deep_learner.random.gamma:sample_dirichlet",
    "_standard_gamma": "deep_learner.random.gamma:standard_gamma",
    "_standard_gamma_grad": "deep_learner.random.implicit:standard_gamma_gradient",
    "GradScaler": "deep_learner.amp:GradScaler",
    "Event": "deep_learner.cuda:Event",
    "Stream": "deep_learner.cuda:Stream",
    "compile": f"{_HERE}.compiler:compile",
    "is_anomaly_enabled": "deep_learner.autograd:is_anomaly_enabled",
    "load": f"{_HERE}.serialization:load",
    "save": f"{_HERE}.serialization:save",
    "set_default_tensor_type": f"{_HERE}.typed:set_default_tensor_type",
    "typename": f"{_HERE}.typed:typename",
    "vmap": "deep_learner.func:vmap",
}
NAMES.update({
    name: f"{_HERE}.switches:{name}"
    for name in (
        "are_deterministic_algorithms_enabled", "get_autocast_cpu_dtype", "get_autocast_gpu_dtype",
        "get_deterministic_debug_mode", "get_num_interop_threads", "is_anomaly_check_nan_enabled",
        "is_autocast_cpu_enabled", "is_deterministic_algorithms_warn_only_enabled", "is_storage",
        "is_warn_always_enabled", "set_anomaly_enabled", "set_autocast_cpu_dtype", "set_autocast_cpu_enabled",
        "set_autocast_gpu_dtype", "set_deterministic_debug_mode", "set_flush_denormal", "set_num_interop_threads",
        "set_warn_always", "use_deterministic_algorithms",
    )
})  # fmt: skip
NAMES.update({
    f"{kind}Storage": f"deep_learner.storage:{kind}Storage"
    for kind in (
        "BFloat16", "Bool", "Byte", "Char", "ComplexDouble", "ComplexFloat", "Double", "Float", "Half", "Int", "Long",
        "Short", "Typed", "Untyped",
    )
})  # fmt: skip
NAMES.update({
    f"{kind}Tensor": f"{_HERE}.typed:{kind}Tensor"
    for kind in ("BFloat16", "Bool", "Byte", "Char", "Double", "Float", "Half", "Int", "Long", "Short")
})  # fmt: skip
NAMES.update({
    name: f"deep_learner.layout:{name}"
    for name in (
        "channels_last", "channels_last_3d", "contiguous_format", "layout", "memory_format", "preserve_format",
        "sparse_bsc", "sparse_bsr", "sparse_coo", "sparse_csc", "sparse_csr", "strided",
    )
})  # fmt: skip

# What Deep Learner alone has.
NOT_TORCH: Final = frozenset({
    "DType", "Device", "astype", "backend", "bitwise_invert", "config", "expand_as", "expand_dims", "fork_rng",
    "get_printoptions", "hookimpl", "op", "permute_dims", "plugins", "unfold", "unstack", "vecdot",
})  # fmt: skip

# Packages and modules that stand on PyTorch's compiled parts, and what to say about them.
REFUSED: Final[dict[str, str]] = {
    "torch._C": "it is PyTorch's compiled core",
    "torch._dynamo": "it compiles PyTorch's own graphs; torch.compile is accepted",
    "torch._inductor": "it compiles PyTorch's own graphs; torch.compile is accepted",
    "torch.classes": "it is for classes compiled against PyTorch's library",
    "torch.export": "it exports PyTorch's own graphs",
    "torch.fx": "it rewrites PyTorch's own graphs",
    "torch.library": "it registers operations of PyTorch's compiled core; deep_learner.op makes one in Python",
    "torch.ops": "it calls operations of PyTorch's compiled core; call the functions by their public names",
    "torch.utils.cpp_extension": "it compiles against PyTorch's library",
    "torchaudio": "it needs PyTorch's compiled core",
    "torchtext": "it needs PyTorch's compiled core",
    "torchvision": "it needs PyTorch's compiled core; read images with Pillow",
    "flash_attn": "it needs PyTorch's compiled core; torch.nn.functional.scaled_dot_product_attention is there",
    "xformers": "it needs PyTorch's compiled core; torch.nn.functional.scaled_dot_product_attention is there",
}  # fmt: skip

# Base classes of layers that programs name in `isinstance`, as a layer and how far up from it they stand.
BASES: Final[dict[str, tuple[str, int]]] = {
    "_BatchNorm": ("BatchNorm2d", 1),
    "_ConvNd": ("Conv2d", 2),
    "_ConvTransposeNd": ("ConvTranspose2d", 1),
    "_DropoutNd": ("Dropout", 1),
    "_InstanceNorm": ("InstanceNorm2d", 1),
    "_Loss": ("MSELoss", 1),
    "_NormBase": ("BatchNorm2d", 2),
}
