"""What all tables share: options, models, and contenders with the same network."""

import contextlib
import dataclasses
import os
import pathlib

import numpy as np

import models
from contenders import ONNX_RUNTIME, OPENVINO, Native, numpy_network
from turns import Turns

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "data/models/edge.json"
FEATURES = 160
SEED = 1


@dataclasses.dataclass
class Bench:
    directory: pathlib.Path
    native: pathlib.Path
    library: pathlib.Path
    quick: bool
    cores: set
    turns: Turns

    def __post_init__(self):
        self.template = models.Template(SHIPPED)
        self.made = self.directory / f"models-{models.digest(SHIPPED)}"
        self.made.mkdir(exist_ok=True)

    @contextlib.contextmanager
    def all_cores(self):
        """Where more than one core is to be had; elsewhere all are bound to the same one."""
        one = os.sched_getaffinity(0)
        os.sched_setaffinity(0, self.cores)
        try:
            yield
        finally:
            os.sched_setaffinity(0, one)

    def networks(self, hidden, members=1, all_active=False):
        made = [models.network([FEATURES, *hidden, models.PROPERTIES], SEED + member) for member in range(members)]
        return [models.awakened(layers) for layers in made] if all_active else made

    def model(self, hidden, members=1, references=0, all_active=False):
        """The path of a model file with these hidden layers."""
        path = self.made / f"{'-'.join(map(str, hidden))}-{members}-{references}{'-active' * all_active}.json"
        models.write_model(path, self.template, self.networks(hidden, members, all_active), references, SEED)
        return path

    def active_share(self, hidden, batch, all_active=False):
        """The share of the hidden units that are active in a batch."""
        (layers,) = self.networks(hidden, all_active=all_active)
        return models.active_share(self.template, layers, self.batches(batch)[0])

    def onnx(self, hidden, batch):
        """The path of the same network as ONNX, and its layers with the scaling in them."""
        layers = models.folded(self.template, *self.networks(hidden))
        path = self.made / f"{'-'.join(map(str, hidden))}-{batch}.onnx"
        models.write_onnx(path, layers, batch)
        return path, layers

    def batches(self, batch):
        """Inputs: 64 single spectra to be taken in turns, or one batch."""
        return self.template.spectra(64 if batch == 1 else batch, SEED + 2).reshape(-1, batch, FEATURES)

    def openvino(self, hidden, batch, outputs, precision="f32"):
        onnx, _ = self.onnx(hidden, batch)
        batches = self.batches(batch)
        return Native("bench_openvino", OPENVINO, onnx, batches, len(batches), batch, FEATURES, outputs, precision,
                      spectra=batch)

    def rivals(self, hidden, batch):
        """All programs on one network and the same inputs; their outputs are compared before they are timed."""
        onnx, layers = self.onnx(hidden, batch)
        batches, found = self.batches(batch), {}
        contenders = {"SpectraInfer": Native(
            "bench_spectra_features", self.model(hidden), batches, FEATURES, len(batches), batch, spectra=batch)}
        for name in ("ONNX Runtime", "OpenVINO"):
            found[name] = np.zeros((batch, models.PROPERTIES), np.float32)
        contenders["ONNX Runtime"] = Native(
            "bench_onnx_runtime", ONNX_RUNTIME, onnx, batches, len(batches), batch, FEATURES, found["ONNX Runtime"],
            spectra=batch)
        contenders["OpenVINO"] = self.openvino(hidden, batch, found["OpenVINO"])
        contenders["NumPy"], found["NumPy"] = numpy_network(layers, batches)
        for name, contender in contenders.items():
            contender.run(1)
            self.check(name, hidden, batches[0], contender.values() if name == "SpectraInfer" else found[name])
        return contenders

    def check(self, name, hidden, features, values):
        """Ends the program where a contender has not computed what the network says."""
        expected = models.outputs(self.template, self.networks(hidden), features)
        error = np.max(np.abs(values - expected) / self.template.target_scale)
        if not error < 1e-3:
            raise SystemExit(f"{name} predicts something else, {error:g} of the scale of a property")
