"""The table of what a program in Python sees: each package as its manual calls it."""

import numpy as np

from bench import FEATURES
from contenders import Python
from networks import HIDDEN, RIVALS
from table import Table, microseconds, ratio


def callers(bench, batch):
    """One function for each package, of a batch of features."""
    import onnxruntime
    import openvino
    import spectra_infer

    from contenders import numpy_network
    onnx, layers = bench.onnx(HIDDEN, batch)
    features = bench.batches(batch)[0]
    ours = spectra_infer.Model.load(bench.model(HIDDEN))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(onnx), options, providers=["CPUExecutionProvider"])
    compiled = openvino.Core().compile_model(
        str(onnx), "CPU", {"INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    network, _ = numpy_network(layers, features[None])
    one = np.ascontiguousarray(features[0])
    predict = (lambda: ours.predict_features(one)) if batch == 1 else (lambda: ours.predict_features_many(features))
    functions = {"SpectraInfer": predict, "ONNX Runtime": lambda: session.run(None, {"x": features}),
                 "OpenVINO": lambda: request.infer({0: features}, share_inputs=True), "NumPy": network.function}
    return {name: Python(function, batch) for name, function in functions.items()}


def from_python(bench):
    table = Table("python", f"{FEATURES}-256-256-6 called from Python on one core: one spectrum of a batch",
                  ["batch", "SpectraInfer, µs", *(f"{name}, µs" for name in RIVALS),
                   *(f"{name} ÷ SpectraInfer" for name in RIVALS)])
    for batch in (1, 64, 4096):
        times = bench.turns.time(table.name, batch, callers(bench, batch))
        ours, others = times["SpectraInfer"].least, [times[name].least for name in RIVALS]
        table.rows.append([f"{batch:,}", microseconds(ours), *map(microseconds, others),
                           *(ratio(other, ours) for other in others)])
    return table
