"""The hooks a plugin may implement.

Each is called once, when something registered is first asked for, and is handed a `register` that is bound to
the calling plugin. What is registered is given as the object or, so that nothing heavy is imported early, as
`"module:attribute"`.
"""

from __future__ import annotations

from typing import Any, Protocol

from .markers import hookspec

__all__ = [
    "Register",
    "register_backends",
    "register_datasets",
    "register_executors",
    "register_functions",
    "register_hookspecs",
    "register_kernels",
    "register_layers",
    "register_listeners",
    "register_operations",
    "register_optimizers",
    "register_schedulers",
    "register_serializers",
]


class Register(Protocol):
    """What every hook is handed: `register(name, target, **metadata)`."""

    def __call__(self, name: str, target: object, /, **metadata: Any) -> None:
        """Enters `target` under `name` in the hook's category.

        Parameters
        ----------
        name : str
            The name users write. It may be taken by another distribution; the user then chooses.
        target : object
            The thing itself, or text of the form `"module:attribute"` that is imported when first asked for.
        **metadata
            What the category wants to know without importing the target.

        Raises
        ------
        ValueError
            If the name is no plain name, the same plugin registered it before, or the text has no `:`.
        """
        ...


@hookspec
def register_backends(register: Register) -> None:
    """Backends: subclasses of `deep_learner.backends.Backend`, or functions that make one.

    Metadata: `device_types`, the types it serves; `rank`, how strongly it offers itself as the default
    (0 unless given; the highest that is available wins).

        register("numpy", "deep_learner_numpy.backend:NumpyBackend", device_types=("cpu",), rank=100)
    """


@hookspec
def register_layers(register: Register) -> None:
    """Layers: classes derived from `deep_learner.nn.Module`, found as `deep_learner.nn.<name>`.

    register("Linear", "deep_learner_layers.linear:Linear")
    """


@hookspec
def register_functions(register: Register) -> None:
    """Functions of layers without their parameters, found as `deep_learner.nn.functional.<name>`.

    register("linear", "deep_learner_layers.functional:linear")
    """


@hookspec
def register_optimizers(register: Register) -> None:
    """Optimizers: classes derived from `deep_learner.optim.Optimizer`, found as `deep_learner.optim.<name>`.

    register("SGD", "deep_learner_optimizers.sgd:SGD")
    """


@hookspec
def register_schedulers(register: Register) -> None:
    """Schedules of the learning rate, found as `deep_learner.optim.lr_scheduler.<name>`.

    register("StepLR", "deep_learner_optimizers.schedules:StepLR")
    """


@hookspec
def register_serializers(register: Register) -> None:
    """Formats that `deep_learner.save` and `load` choose by name or by a file's suffix.

    Metadata: `suffixes`, the endings of file names it is chosen for.

        register("npz", "deep_learner_serializers.npz:NpzSerializer", suffixes=(".npz",))
    """


@hookspec
def register_datasets(register: Register) -> None:
    """Data sets and what loads them: `deep_learner.utils.data.<name>`, and by name in a training file.

    register("digits", "deep_learner_data.digits:digits")
    """


@hookspec
def register_listeners(register: Register) -> None:
    """Listeners that a training file may name: classes with methods for the events that the trainer announces.

    register("EarlyStopping", "deep_learner_trainer.stopping:EarlyStopping")
    """


@hookspec
def register_operations(register: Register) -> None:
    """Operations made with `deep_learner.op`, found as `deep_learner.<name>`.

    register("hard_swish", "acme_operations.hard_swish:hard_swish")
    """


@hookspec
def register_kernels(register: Register) -> None:
    """Faster versions of operations on one backend: functions with the operation's signature but for `xp`.

    The name is `"<backend>.<operation>"`; the operation may be a function of the array standard, or an optimizer's rule
    (`"<module>.<class>.rule"`). A kernel that returns `NotImplemented` leaves the case to the backend, one of a rule
    that returns False to the rule.

    Metadata: `executor`, the name of an executor, if the kernel is for programs that are configured to use that.

        register("numpy.convolution", "acme_kernels.convolution:convolution")
    """


@hookspec
def register_executors(register: Register) -> None:
    """Executors, which make functions of compiled steps: classes that are called with the backend, and are then a
    `deep_learner.compiler.Executor`.

    Metadata: `backend`, the name of the backend whose steps it runs.

        register("c", "deep_learner_c.executor:CExecutor", backend="numpy")
    """


@hookspec
def register_hookspecs(register: Register) -> None:
    """Modules of further hook specifications, for a plugin that announces events to others.

    The functions of the module that carry `deep_learner.plugins.hookspec` become hooks of `host().manager`,
    before any plugin is checked for hooks it misspelt. Give the module, or its name followed by a colon.

        register("training", "deep_learner_trainer.events:")
    """
