"""Loading what was saved under other names, and what is said when it does not fit."""

from __future__ import annotations

import copy
import re
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deep_learner as dl
from deep_learner import nn
from deep_learner.errors import ConfigurationError
from deep_learner.serialization import KeyMapping, SerializationError, import_state, open_file, remap
from deep_learner.serialization.importing.differences import Form, compare
from deep_learner.serialization.importing.suggesting import suggest
from deep_learner.serialization.tensor_file import LoadedFile

pytestmark = pytest.mark.needs("deep_learner_layers", "deep_learner_serializers")

WIDTH, LAYERS, WORDS = 6, 3, 11


class Block(nn.Module):
    """A layer of a transformer that attends to itself alone, so that it needs no more than a line."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention = nn.ModuleDict({"qkv": nn.Linear(WIDTH, 3 * WIDTH), "out": nn.Linear(WIDTH, WIDTH)})
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        q, k, v = self.attention["qkv"](self.norm1(x)).chunk(3, -1)
        x = x + self.attention["out"](q * k + v)
        return x + self.down(self.up(self.norm2(x)).tanh())


class Transformer(nn.Module):
    """A model whose embedding is its last layer, too."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(WORDS, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, WORDS, bias=False)
        self.head.weight = self.words.weight

    def forward(self, x):
        x = self.words(x)
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def gpt2(torch):
    """The same in PyTorch, under GPT-2's names and with its weights, which multiply from the right."""

    class Conv1D(torch.nn.Module):
        def __init__(self, inputs, outputs):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.randn(inputs, outputs))
            self.bias = torch.nn.Parameter(torch.randn(outputs))

        def forward(self, x):
            return x @ self.weight + self.bias

    def block():
        layers = {
            "ln_1": torch.nn.LayerNorm(WIDTH),
            "attn": torch.nn.ModuleDict({"c_attn": Conv1D(WIDTH, 3 * WIDTH), "c_proj": Conv1D(WIDTH, WIDTH)}),
            "ln_2": torch.nn.LayerNorm(WIDTH),
            "mlp": torch.nn.ModuleDict(
                {"c_fc": Conv1D(WIDTH, 4 * WIDTH), "c_proj": Conv1D(4 * WIDTH, WIDTH)}
            ),
        }
        layers["attn"].register_buffer("bias", torch.ones(1, 1, 5, 5).tril())  # a mask
        return torch.nn.ModuleDict(layers)

    body = torch.nn.ModuleDict(
        {
            "wte": torch.nn.Embedding(WORDS, WIDTH),
            "h": torch.nn.ModuleList(block() for _ in range(LAYERS)),
            "ln_f": torch.nn.LayerNorm(WIDTH),
        }
    )

    def forward(x):
        x = body["wte"](x)
        for layer in body["h"]:
            q, k, v = layer["attn"]["c_attn"](layer["ln_1"](x)).chunk(3, -1)
            x = x + layer["attn"]["c_proj"](q * k + v)
            x = x + layer["mlp"]["c_proj"](layer["mlp"]["c_fc"](layer["ln_2"](x)).tanh())
        return body["ln_f"](x) @ body["wte"].weight.T

    return torch.nn.ModuleDict({"transformer": body}), forward


def failure(model, source, **arguments):
    with pytest.raises(RuntimeError, match=r"Error\(s\) in loading state_dict for") as caught:
        import_state(model, source, **arguments)
    return str(caught.value)


def suggested(message):
    """The mapping file that a message suggests, and the call."""
    file = message.partition("As a file, for mapping=:\n")[2].partition("In the call:")
    return re.sub("^    ", "", file[0], flags=re.MULTILINE), re.search(
        r"import_state\(.*?\n    \)", file[2], re.DOTALL
    )[0]


@pytest.mark.parametrize("order", ["as it is", "alphabetical"])
def test_the_suggestion_makes_gpt2_compute_the_same(tmp_path, order):
    torch = pytest.importorskip("torch", reason="PyTorch is the oracle")
    theirs, forward = gpt2(torch)
    state = theirs.state_dict()
    torch.save(state if order == "as it is" else dict(sorted(state.items())), tmp_path / "gpt2.pt")
    model = Transformer()
    before = copy.deepcopy(model.state_dict())
    message = failure(model, tmp_path / "gpt2.pt")
    assert all(dl.equal(before[name], value) for name, value in model.state_dict().items())
    assert "With this mapping every name and shape fits" in message
    assert re.search(
        r"h\.\{0…2\}\.mlp\.c_fc\.weight +\(6, 24\) +blocks\.\{0…2\}\.up\.weight +\(24, 6\) +transposed",
        message,
    )
    assert re.search(r"h\.\{0…2\}\.attn\.bias +\(1, 1, 5, 5\) +-", message)
    assert "head.weight" not in message  # it is the embedding

    square = re.search(r'add to transpose:\n\n    "(.*)",$', message)[1]
    assert square == "h.{n}.attn.c_proj.weight"
    table, call = suggested(message)
    (tmp_path / "gpt2.toml").write_text(table)
    transpose = [*tomllib.loads(table)["transpose"], square]
    numbers = [[3, 1, 4, 1, 5, 9, 2, 6]]
    expected = forward(torch.tensor(numbers)).detach().numpy()
    import_state(model, tmp_path / "gpt2.pt", mapping=tmp_path / "gpt2.toml", transpose=transpose)
    dl.testing.assert_close(model(dl.tensor(numbers)), dl.tensor(expected))

    other = Transformer()
    eval(call, {"import_state": import_state, "model": other, "source": tmp_path / "gpt2.pt"})
    assert dl.equal(other.blocks[2].up.weight, model.blocks[2].up.weight)
    assert dl.equal(other.blocks[2].attention["out"].weight, model.blocks[2].attention["out"].weight.T)


BERT = {
    "embeddings.word_embeddings.weight": "words.weight",
    "embeddings.LayerNorm.gamma": "norm.weight",
    "embeddings.LayerNorm.beta": "norm.bias",
    **{
        f"encoder.layer.{n}.{theirs}.{leaf}": f"layers.{n}.{ours}.{leaf}"
        for n in range(3)
        for theirs, ours in {
            "attention.self.query": "attention.q",
            "attention.self.key": "attention.k",
            "attention.self.value": "attention.v",
            "attention.output.dense": "attention.out",
            "intermediate.dense": "up",
            "output.dense": "down",
        }.items()
        for leaf in ("weight", "bias")
    },
}
FLAX = {
    "params.Conv_0.kernel": "0.weight",
    "params.Conv_0.bias": "0.bias",
    "params.BatchNorm_0.bias": "1.bias",
    "params.BatchNorm_0.scale": "1.weight",
    "batch_stats.BatchNorm_0.mean": "1.running_mean",
    "batch_stats.BatchNorm_0.var": "1.running_var",
    "params.Dense_0.kernel": "4.weight",
}
RESNET = {
    f"module.layer{n}.{m}.{leaf}": f"layer{n}.{m}.{leaf}"
    for n in (1, 2)
    for m in (0, 1)
    for leaf in ("w", "b")
}
SHIFTED = {f"block.{n + 1}.weight": f"stages.{2 * n}.weight" for n in range(4)}
SHAPES = {"up.weight": (8, 2), "up.bias": (8,), "down.weight": (2, 8), "words.weight": (9, 2), "q.bias": (2,)}


def shape_of(name):
    known = [shape for end, shape in SHAPES.items() if name.endswith(end)]
    return known[0] if known else (2,) if name.endswith(("bias", "norm.weight")) else (2, 2)


@pytest.mark.parametrize(
    ("pairs", "target", "rules"),
    [
        ({f"bert.{old}": new for old, new in BERT.items()}, {new: shape_of(new) for new in BERT.values()}, 9),
        (
            FLAX,
            {"0.weight": (8, 1, 3, 3), "4.weight": (5, 32)}
            | {new: (8,) for new in FLAX.values() if new[2:] != "weight" or new[0] == "1"},
            7,
        ),
        (RESNET, dict.fromkeys(RESNET.values(), (3, 4)), 0),
        ({new: old for old, new in RESNET.items()}, dict.fromkeys(RESNET, (3, 4)), 0),
        (SHIFTED, dict.fromkeys(SHIFTED.values(), (3, 4)), 3),
    ],
    ids=["BERT", "Flax", "DataParallel", "into DataParallel", "other numbers"],
)
def test_names_that_mean_the_same_are_found(pairs, target, rules):
    given = {
        old: (shape[2], shape[3], shape[1], shape[0])
        if len(shape := target[new]) == 4
        else shape[::-1]
        if old.endswith("kernel")
        else shape
        for old, new in pairs.items()
    }
    for source in (given, dict(sorted(given.items()))):
        found = suggest(source, target, KeyMapping())
        assert found.pairs == pairs
        assert found.mapping.new_names(list(source)) == pairs
        assert len(found.mapping.rename) == rules
        assert set(found.mapping.transpose) == {old for old in pairs if old.endswith("kernel")}


WORD = st.sampled_from(["encoder", "net", "attn", "fc", "norm", "conv1", "h", "w_1", "body", "Dense_0"])
LAYERS_OF = st.dictionaries(
    st.tuples(WORD, WORD),
    st.tuples(st.integers(1, 3), st.integers(2, 5), st.integers(2, 5), st.booleans()),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(
    LAYERS_OF,
    st.permutations(range(10)),
    st.sampled_from(["", "module.", "a.b."]),
    st.booleans(),
    st.randoms(),
)
def test_a_state_under_other_names_fits_with_the_suggested_mapping(layers, words, prefix, turned, random):
    vocabulary = [f"{'abcdefghij'[word]}x" for word in words]
    known = {}
    source, target = {}, {}
    for (first, second), (count, rows, columns, bias) in layers.items():
        theirs = [vocabulary[known.setdefault(word, len(known))] for word in (first, second)]
        for number in range(count):
            for leaf, shape in {"weight": (rows, columns), **({"bias": (rows,)} if bias else {})}.items():
                target[f"{first}.{number}.{second}.{leaf}"] = shape
                source[f"{prefix}{theirs[0]}.{number}.{theirs[1]}.{leaf}"] = shape[::-1] if turned else shape
    names = list(source)
    random.shuffle(names)
    source = {name: source[name] for name in names}
    mapping = suggest(source, target, KeyMapping()).mapping
    state = {name: dl.zeros(*shape) for name, shape in source.items()}
    written = KeyMapping.of(tomllib.loads(mapping.to_toml()))
    loaded = remap(state, mapping=written)
    assert {name: tuple(value.shape) for name, value in loaded.items()} == target


@pytest.mark.parametrize(
    ("pattern", "replacement", "name", "expected"),
    [
        ("a.b", "c", "a.b", "c"),
        ("a.b", "c", "axb", "axb"),
        ("h.{n}.*", "blocks.{n}.*", "h.10.mlp.weight", "blocks.10.mlp.weight"),
        ("h.{n}.*", "blocks.{n}.*", "h.10", "h.10"),
        ("{a}.{b}", "{b}.{a}", "x.y", "y.x"),
        ("{a}.{b}", "{b}.{a}", "x.y.z", "x.y.z"),
        ("{a}.{a}", "{a}", "x.y", "x.y"),
        ("{a}.{a}", "{a}", "x.x", "x"),
        ("layer{n}.*", "layers.{n}.*", "layer12.weight", "layers.12.weight"),
        ("*.attn.*", "*.attention.*", "a.attn.b.attn.c", "a.attention.b.attn.c"),
        ("*gamma", "*weight", "gamma", "weight"),
    ],
)
def test_patterns_rename(pattern, replacement, name, expected):
    assert list(remap({name: 1}, rename={pattern: replacement})) == [expected]


def test_the_order_of_the_parts_of_a_mapping():
    state = {"m.a": 1, "m.b": 2, "m.mask": 3, "c": 4}
    rename = {
        "b": "a",
        "a": "b",
        "*": "other.*",
    }  # the first that fits counts, so two names can change places
    mapped = remap(state, strip_prefix="m.", rename=rename, drop=["mask"], add_prefix="net.")
    assert mapped == {"net.b": 1, "net.a": 2, "net.other.c": 4}


def test_weights_of_matrices_and_kernels_are_transposed():
    state = {"dense": dl.ones(2, 3), "conv": dl.ones(5, 4, 3, 2), "bias": dl.ones(7)}
    shapes = {name: tuple(value.shape) for name, value in remap(state, transpose=["*"]).items()}
    assert shapes == {"dense": (3, 2), "conv": (2, 3, 5, 4), "bias": (7,)}


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"renames": {}}, "no 'renames'; did you mean 'rename'"),
        ({"rename": {"a.{n}": "b.{m}"}}, r"there is no \{m\}"),
        ({"rename": {"a.*": "b"}}, "1 stars in the one and 0"),
        ({"rename": {"a.{}": "b"}}, "braces enclose one word"),
        ({"transpose": "a"}, "list of patterns"),
        ({"drop": [""]}, "empty"),
        ({"strip_prefix": 3}, "is a text"),
        ("rename = [", "mapping.toml: "),
        ("rename = 3", "mapping.toml: rename maps"),
    ],
)
def test_a_wrong_mapping_is_refused(tmp_path, mapping, message):
    if isinstance(mapping, str):
        (tmp_path / "mapping.toml").write_text(mapping)
        mapping = tmp_path / "mapping.toml"
    with pytest.raises(ConfigurationError, match=message):
        remap({}, mapping=mapping)


def test_two_names_may_not_become_one():
    with pytest.raises(ValueError, match=r"both 'a\.x' and 'b\.x' become 'x'"):
        remap({"a.x": 1, "b.x": 2}, rename={"{n}.x": "x"})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda state: state.update(weight=dl.ones(2, 4)),
            r"weight +\(2, 4\) +weight +\(3, 2\) +other shape",
        ),
        (
            lambda state: state.update(weight=dl.ones(3, 2, dtype=dl.complex64)),
            "complex64 does not become float32",
        ),
        (lambda state: state.pop("bias"), r"- +bias +\(3,\)"),
        (lambda state: state.update(scale=dl.ones(1)), r"scale +\(1,\) +-"),
    ],
)
def test_what_cannot_be_loaded_is_told_and_nothing_is_loaded(change, words):
    model = nn.Linear(2, 3)
    before = copy.deepcopy(model.state_dict())
    state = {"bias": dl.ones(3), "weight": dl.ones(3, 2)}
    change(state)
    assert re.search(words, failure(model, state))
    assert all(dl.equal(before[name], value) for name, value in model.state_dict().items())


def test_without_strictness_the_answer_tells_what_was_left():
    model = nn.Linear(2, 3)
    keys = import_state(
        model, {"net.weight": dl.ones(3, 2), "net.scale": dl.ones(1)}, strip_prefix="net.", strict=False
    )
    assert keys == (["bias"], ["scale"])
    assert model.weight.sum() == 6
    assert "other shape" in failure(model, {"weight": dl.ones(4, 2)}, strict=False)


def test_values_take_the_dtype_of_the_model():
    model = nn.Linear(2, 1, bias=False)
    import_state(model, {"weight": dl.tensor([[1, 2]])})
    assert (model.weight.dtype, model.weight.tolist()) == (dl.float32, [[1.0, 2.0]])
    import_state(model, {"weight": dl.tensor([[0.1, 0.2]], dtype=dl.float64)})
    assert dl.equal(model.weight, dl.tensor([[0.1, 0.2]]))


class Reads(LoadedFile):
    """An open file that remembers what was read from it."""

    def __init__(self, value):
        super().__init__(value)
        self.read = []

    def read_tensor(self, name):
        self.read.append(name)
        return super().read_tensor(name)


def test_only_what_the_model_takes_is_read():
    file = Reads({"model": {"w": dl.ones(2, 3), "bias": dl.ones(3)}, "optimizer": {"w": dl.ones(9)}})
    renamed = remap(file, mapping={"strip_prefix": "model.", "rename": {"w": "weight"}, "transpose": ["w"]})
    assert {name: info.shape for name, info in renamed.tensors.items()} == {
        "weight": (3, 2),
        "bias": (3,),
        "optimizer.w": (9,),
    }
    assert file.read == []
    import_state(nn.Linear(2, 3), renamed, drop=["optimizer.*"])
    assert file.read == ["model.w", "model.bias"]
    assert "drop=['optimizer.w']" in failure(nn.Linear(2, 3), renamed)


def test_a_damaged_file_leaves_the_model_as_it_was(tmp_path):
    path = tmp_path / "model.npz"
    dl.save({"weight": dl.ones(3, 2), "bias": dl.full((3,), 2.0)}, path)
    content = path.read_bytes()
    damaged = content.replace(dl.full((3,), 2.0).numpy().tobytes(), dl.full((3,), 3.0).numpy().tobytes())
    path.write_bytes(damaged)
    model = nn.Linear(2, 3)
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(SerializationError, match=r"model\.npz.*bias"):
        import_state(model, path)
    assert all(dl.equal(before[name], value) for name, value in model.state_dict().items())
    path.write_bytes(content)
    with open_file(path) as file:
        import_state(model, file)
    assert model.bias.tolist() == [2.0, 2.0, 2.0]


def test_modules_that_know_older_names_are_asked():
    class Older(nn.Linear):
        """A layer that knows the names it once had."""

        def _load_from_state_dict(self, state_dict, prefix, *rest):
            if f"{prefix}w" in state_dict:
                state_dict[f"{prefix}weight"] = state_dict.pop(f"{prefix}w")
            super()._load_from_state_dict(state_dict, prefix, *rest)

    model = Older(2, 3)
    import_state(model, {"w": dl.ones(3, 2), "bias": dl.ones(3)})
    assert model.weight.sum() == 6
    failure(model, {"w": dl.zeros(3, 2), "other": dl.zeros(3)})
    assert model.weight.sum() == 6  # as before
    norm = nn.BatchNorm1d(3)
    state = {name: dl.full((3,), 2.0) for name in ("weight", "bias", "running_mean", "running_var")}
    import_state(norm, state)
    assert (norm.running_var.tolist(), norm.num_batches_tracked.item()) == ([2.0] * 3, 0)


def test_names_that_nothing_can_be_made_of_are_listed():
    message = failure(nn.Linear(2, 3), {"embedding": dl.ones(7, 7), "a*{": dl.ones(3, 2)})
    assert "2 missing, 2 unexpected" in message
    assert message.endswith("No mapping of names was found that helps.")


def test_an_ordinary_load_says_who_helps():
    with pytest.raises(RuntimeError) as caught:
        nn.Linear(2, 3).load_state_dict({"w": dl.ones(3, 2), "b": dl.ones(3)})
    assert "import_state" in "".join(caught.value.__notes__)


def test_comparing_knows_tied_names():
    forms = {name: Form((2,), "float32") for name in ("a", "b")}
    tied = {"a": "a", "b": "a"}
    found = compare(KeyMapping(), {"b": forms["b"]}, forms, tied)
    assert (found.missing, found.unexpected, found.refused) == ([], [], {})
