"""Models of any size: random weights from a seed, as a model file and as ONNX.

The networks have not learned anything. Times depend on it in one way: SpectraInfer leaves out the units
that a rectifier has silenced, about half of them as in networks that have learned. Everything else is that of
a shipped model: scaling, calibration, recipe. References and inputs are mixtures of its reference spectra, so that
distances are spread as those of spectra are.
"""

import base64
import hashlib
import json
import pathlib

import numpy as np

PROPERTIES = 6
DOMAIN_HIDDEN = [128, 64]  # of the network of the reference domain, which models with references have


def array(payload):
    return np.frombuffer(base64.b64decode(payload["base64"]), "<f4").reshape(payload["shape"])


def payload(values):
    values = np.ascontiguousarray(values, "<f4")
    content = values.tobytes()
    return {"base64": base64.b64encode(content).decode(), "sha256": hashlib.sha256(content).hexdigest(),
            "shape": list(values.shape)}


def seal(members):
    """The bytes of a model file (docs/model-format.md, docs/model-format-2.md, docs/model-format-3.md)."""
    text = json.dumps(members, ensure_ascii=False, allow_nan=False)
    start = (text[:-1] + ',\n  "file_sha256" : "').encode()
    return start + hashlib.sha256(start).hexdigest().encode() + b'"\n}\n'


def digest(shipped):
    """Of all that the models are made of: where it is another, they are made anew."""
    content = shipped.read_bytes() + pathlib.Path(__file__).read_bytes()
    return hashlib.sha256(content).hexdigest()[:8]


class Template:
    """What random models take from a shipped one."""

    def __init__(self, path):
        self.members = json.loads(path.read_bytes())
        del self.members["file_sha256"]
        self.references = array(self.members["references"]["features"])
        self.mean, self.scale = (array(self.members["feature_scaling"][name]) for name in ("mean", "scale"))
        self.target_mean, self.target_scale = (
            np.array(self.members["target_scaling"][name]) for name in ("mean", "scale"))

    def spectra(self, count, seed):
        """`count` prepared spectra: mixtures of three references each, with a mean of 1."""
        random = np.random.default_rng(seed)
        chosen = random.integers(len(self.references), size=(count, 3))
        shares = random.dirichlet(np.ones(3), size=count).astype(np.float32)
        mixed = np.einsum("sk,skf->sf", shares, self.references[chosen])
        mixed *= 1 + 0.01 * random.standard_normal(mixed.shape, dtype=np.float32)
        return np.ascontiguousarray(mixed / mixed.mean(axis=1, keepdims=True), np.float32)


def network(widths, seed):
    """Weights [outputs, inputs] and biases of each layer."""
    random = np.random.default_rng(seed)
    return [(random.standard_normal((outputs, inputs), dtype=np.float32) * np.float32((2 / inputs) ** 0.5),
             random.standard_normal(outputs, dtype=np.float32) * np.float32(0.1))
            for inputs, outputs in zip(widths, widths[1:])]


def awakened(layers):
    """The network with biases so large, and later weights so small, that no hidden unit is silent."""
    last = len(layers) - 1
    return [(weights * np.float32(0.1 if number else 1), bias + np.float32(20 if number < last else 0))
            for number, (weights, bias) in enumerate(layers)]


def active_share(template, layers, features):
    """The share of the hidden units that are not zero."""
    h, active = (features - template.mean) / template.scale, []
    for weights, bias in layers[:-1]:
        h = np.maximum(h @ weights.T + bias, 0)
        active.append(h > 0)
    return np.mean(np.concatenate(active, axis=1))


def outputs(template, networks, features):
    """What the model predicts, in double precision."""
    values = []
    for layers in networks:
        h = (features - template.mean.astype(float)) / template.scale
        for number, (weights, bias) in enumerate(layers):
            h = h @ weights.T.astype(float) + bias
            if number + 1 < len(layers):
                h = np.maximum(h, 0)
        values.append(h)
    return template.target_mean + template.target_scale * np.mean(values, axis=0)


def folded(template, layers):
    """The same network from features to properties, its scaling put into the first and the last layer."""
    layers = [(weights.astype(float), bias.astype(float)) for weights, bias in layers]
    weights, bias = layers[0]
    layers[0] = (weights / template.scale, bias - weights @ (template.mean.astype(float) / template.scale))
    weights, bias = layers[-1]
    layers[-1] = (weights * template.target_scale[:, None], bias * template.target_scale + template.target_mean)
    return [(weights.astype(np.float32), bias.astype(np.float32)) for weights, bias in layers]


def in_file(layers):
    """A network as a model file has it."""
    return {"layers": [{"weights": payload(weights), "bias": payload(bias),
                        "activation": "relu" if number + 1 < len(layers) else "linear"}
                       for number, (weights, bias) in enumerate(layers)]}


def write_model(path, template, networks, reference_count, seed=1):
    """Writes a model file with these members and that many references.

    With references it is of format 3, as trained models are; the level of its reference domain is so high that
    nothing is flagged. Without, it is of format 2, and has no other networks: what other programs run too.
    """
    if path.exists():
        return
    random = np.random.default_rng(seed)
    members = dict(template.members)
    members.pop("domain", None)
    members["format_version"] = 2
    members["members"] = [in_file(layers) for layers in networks]
    if reference_count > 0:
        members["format_version"] = 3
        domain = network([template.references.shape[1], *DOMAIN_HIDDEN, 1], seed + 2)
        members["domain"] = {"level": 1e6, "members": [in_file(domain)]}
    golden = template.spectra(1, seed)
    members["golden"] = {"features": payload(golden[0]), "values": outputs(template, networks, golden)[0].tolist()}
    properties = template.target_mean + template.target_scale * random.standard_normal((reference_count, PROPERTIES))
    members["references"] = {
        "ids": [f"made-{number}" for number in range(reference_count)],
        "features": payload(template.spectra(max(reference_count, 1), seed + 1)[:reference_count]),
        "properties": properties.round(6).tolist(),
        "groups": list(range(reference_count))}
    members["card"] = {"name": "random weights, for timing alone"}
    path.write_bytes(seal(members))


def write_onnx(path, layers, batch):
    """Writes a network as ONNX for batches of one size, with input x and output y."""
    if path.exists():
        return
    from onnx import TensorProto, checker, helper, numpy_helper, save
    nodes, initializers, last = [], [], "x"
    for number, (weights, bias) in enumerate(layers):
        initializers += [numpy_helper.from_array(weights, f"w{number}"), numpy_helper.from_array(bias, f"b{number}")]
        final = number + 1 == len(layers)
        result = "y" if final else f"sum{number}"
        nodes.append(helper.make_node("Gemm", [last, f"w{number}", f"b{number}"], [result], transB=1))
        if not final:
            nodes.append(helper.make_node("Relu", [result], [f"hidden{number}"]))
            last = f"hidden{number}"
    shapes = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [batch, width])
              for name, width in (("x", layers[0][0].shape[1]), ("y", PROPERTIES))]
    graph = helper.make_graph(nodes, "network", shapes[:1], shapes[1:], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    checker.check_model(model)
    save(model, path)
