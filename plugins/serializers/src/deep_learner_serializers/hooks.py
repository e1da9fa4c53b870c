"""Registers the file formats; imports none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deep_learner.plugins import hookimpl

if TYPE_CHECKING:
    from deep_learner.plugins.hookspecs import Register


@hookimpl
def register_serializers(register: Register) -> None:
    """Register the formats with the suffixes that choose them."""
    register("safetensors", "deep_learner_serializers.safetensors:Safetensors", suffixes=(".safetensors",))
    register(
        "safetensors_sharded",
        "deep_learner_serializers.safetensors_sharded:ShardedSafetensors",
        suffixes=(".safetensors.index.json",),
    )
    register("torch", "deep_learner_serializers.torch:Torch", suffixes=(".pt", ".pth"))
    register("npz", "deep_learner_serializers.npz:Npz", suffixes=(".npz",))
    register("hdf5", "deep_learner_serializers.hdf5:Hdf5", suffixes=(".h5", ".hdf5"))
    register("gguf", "deep_learner_serializers.gguf:Gguf", suffixes=(".gguf",))
