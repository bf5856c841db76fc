internal import CKernels

extension ReferenceDomain {
  /// Reads the reference domain of a model file of format 3.
  init(
    decoding value: JSONValue, inputCount: Int, kernel: spectra_kernel
  ) throws(SpectraError) {
    try value.requireMembers(["level", "members"])
    let level = try value.member("level").number(ModelLimits.domainLevel)
    let networks = try Ensemble(
      decoding: value.member("members"), inputCount: inputCount,
      outputs: (1, "must have one output"), hasWayBack: false, kernel: kernel)
    self.init(networks: networks, level: level)
  }
}
