internal import CKernels

extension Ensemble {
  /// Reads networks of a model file, all of one architecture.
  ///
  /// - Parameter outputs: how many each has, and what for, as an error says it.
  init(
    decoding list: JSONValue, inputCount: Int, outputs: (count: Int, rule: StaticString),
    hasWayBack: Bool = true, kernel: spectra_kernel
  ) throws(SpectraError) {
    let memberCount = try list.arrayCount(ModelLimits.members)
    let layerCount = try list.element(0).member("layers").arrayCount(ModelLimits.layers)
    var shapes = try Storage(repeating: LayerShape.none, count: memberCount * layerCount)
    var layout = shapes.mutableSpan
    var parameterCount = 0
    for member in 0..<memberCount {
      let entry = list.element(member)
      try entry.requireMembers(["layers"])
      let layers = try entry.member("layers")
      _ = try layers.arrayCount(layerCount...layerCount)
      var inputs = inputCount
      for layer in 0..<layerCount {
        let shape = try LayerShape(
          decoding: layers.element(layer), inputCount: inputs, at: &parameterCount)
        if member > 0, shape.outputCount != layout[layer].outputCount {
          throw layers.element(layer).error("is not as wide as that of the first member")
        }
        layout[member * layerCount + layer] = shape
        inputs = shape.outputCount
      }
      guard inputs == outputs.count else {
        throw layers.element(layerCount - 1).error(
          outputs.rule, found: Double(inputs), expected: Double(outputs.count))
      }
    }
    // Each weight has been seen in the file's text, so this is bounded by the size of the file.
    var parameters = try Storage<Float>(repeating: 0, count: parameterCount)
    var values = parameters.mutableSpan
    for member in 0..<memberCount {
      let layers = try list.element(member).member("layers")
      for layer in 0..<layerCount {
        try layout[member * layerCount + layer].read(layers.element(layer), into: &values)
      }
    }
    try self.init(
      memberCount: memberCount, shapes: shapes, parameters: parameters, hasWayBack: hasWayBack,
      kernel: kernel)
  }
}

extension LayerShape {
  /// Reads the shape of a layer, checks that the weights are there, and gives it its place.
  fileprivate init(
    decoding value: JSONValue, inputCount: Int, at offset: inout Int
  ) throws(SpectraError) {
    try value.requireMembers(["activation", "bias", "weights"])
    let weights = try value.member("weights")
    let shape = try weights.member("shape")
    _ = try shape.arrayCount(2...2)
    outputCount = try shape.element(0).integer(ModelLimits.layerWidth)
    self.inputCount = inputCount
    let inputs = try shape.element(1).integer(ModelLimits.layerWidth)
    guard inputs == inputCount else {
      throw shape.element(1).error(
        "must be the outputs of the layer before, or the features", found: Double(inputs),
        expected: Double(inputCount))
    }
    let text = try weights.member("base64").text
    guard Base64.byteCount(of: text) == 4 * inputCount * outputCount else {
      throw try weights.member("base64").error("does not hold as many bytes as its shape says")
    }
    rectified = try value.member("activation").isText("relu")
    let isLinear = try value.member("activation").isText("linear")
    guard rectified || isLinear else {
      throw try value.member("activation").error("must be \"relu\" or \"linear\"")
    }
    paddedCount = Self.padded(outputCount)
    bias = offset
    self.weights = offset + paddedCount
    offset = self.weights + inputCount * weightStride
  }

  /// Reads weights [out, in] and biases into their place, transposed to [in, weightStride].
  fileprivate func read(
    _ value: JSONValue, into parameters: inout MutableSpan<Float>
  ) throws(SpectraError) {
    try transpose(
      value.member("weights").payload(rows: outputCount, columns: inputCount), into: &parameters)
    try copy(bias: value.member("bias").payload(columns: outputCount), into: &parameters)
  }

  // Storage is borrowed as an argument: Embedded Swift cannot keep a local one while its span is
  // used.
  private func transpose(
    _ matrix: borrowing Storage<Float>, into parameters: inout MutableSpan<Float>
  ) {
    let source = matrix.span
    for output in 0..<outputCount {
      for input in 0..<inputCount {
        parameters[weights + input * weightStride + output] = source[output * inputCount + input]
      }
    }
  }

  private func copy(
    bias offsets: borrowing Storage<Float>, into parameters: inout MutableSpan<Float>
  ) {
    let source = offsets.span
    for output in 0..<outputCount { parameters[bias + output] = source[output] }
  }
}

extension Scaler {
  /// Reads mean and scale of `count` features.
  init(decoding value: JSONValue, count: Int, kernel: spectra_kernel) throws(SpectraError) {
    try value.requireMembers(["mean", "scale"])
    let mean = try value.member("mean").payload(columns: count)
    var inverse = try value.member("scale").payload(columns: count)
    var values = inverse.mutableSpan
    for index in 0..<count {
      guard values[index] >= 1e-9 else {
        throw try value.member("scale").error(
          "must be positive, at this index", found: Double(index))
      }
      values[index] = 1 / values[index]
    }
    self.init(mean: mean, inverse: inverse, kernel: kernel)
  }
}
