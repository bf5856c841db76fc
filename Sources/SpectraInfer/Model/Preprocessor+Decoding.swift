extension Preprocessor {
  /// Reads the recipe of a model file.
  init(decoding value: JSONValue) throws(SpectraError) {
    try value.requireMembers([
      "alignment", "background", "broadening_sigma_ev", "edge_rule", "grid", "normalization",
    ])
    guard try value.member("normalization").isText("mean") else {
      throw try value.member("normalization").error("must be \"mean\", the only one there is")
    }
    try self.init(
      grid: FeatureGrid(decoding: value.member("grid")),
      alignment: Alignment(decoding: value.member("alignment")),
      edgeRule: EdgeRule(decoding: value.member("edge_rule")),
      background: BackgroundRule(decoding: value.member("background")),
      broadeningSigma: value.member("broadening_sigma_ev").number(1e-3...100))
  }
}

extension FeatureGrid {
  init(decoding value: JSONValue) throws(SpectraError) {
    try value.requireMembers(["count", "start_ev", "step_ev"])
    try self.init(
      start: value.member("start_ev").number(ModelLimits.energy),
      step: value.member("step_ev").number(1e-4...100),
      count: value.member("count").integer(ModelLimits.features))
  }
}

extension Alignment {
  init(decoding value: JSONValue) throws(SpectraError) {
    for alignment in Alignment.allCases where try value.isText(alignment.name) {
      self = alignment
      return
    }
    throw value.error("must be \"threshold\", \"edge\" or \"absolute\"")
  }
}

extension EdgeRule {
  init(decoding value: JSONValue) throws(SpectraError) {
    try value.requireMembers([
      "averaging_width_ev", "fraction", "maximum_within_ev", "onset_window_ev",
    ])
    try self.init(
      fraction: value.member("fraction").number(0.01...0.99),
      averagingWidth: value.member("averaging_width_ev").number(1e-3...100),
      maximumWithin: value.member("maximum_within_ev").number(0.1...1000),
      onsetWindow: EnergyWindow(decoding: value.member("onset_window_ev")))
  }
}

extension BackgroundRule {
  init(decoding value: JSONValue) throws(SpectraError) {
    if try value.member("rule").isText("none") {
      try value.requireMembers(["rule"])
      self = .alreadyRemoved
      return
    }
    guard try value.member("rule").isText("power_law") else {
      throw try value.member("rule").error("must be \"none\" or \"power_law\"")
    }
    try value.requireMembers(["rule", "window_ev"])
    self = try .powerLaw(window: EnergyWindow(decoding: value.member("window_ev")))
  }
}

extension EnergyWindow {
  init(decoding value: JSONValue) throws(SpectraError) {
    _ = try value.arrayCount(2...2)
    let start = try value.element(0).number(1e-3...1e6)
    let end = try value.element(1).number(1e-3...1e6)
    guard end > start else { throw value.error("must end above its start") }
    self.init(start: start, end: end)
  }
}
