package import SpectraIO
import SpectraInfer

/// What `maps.json` says of complete maps beside their settings; docs/command-line.md explains it.
package struct MapDescription {
  /// The members, in the order in which they are written.
  package let members: [(name: String, value: JSONText)]

  /// Describes maps.
  ///
  /// - Parameters:
  ///   - image: what the maps are of.
  ///   - lowLoss: the low-loss image or spectrum, nil for none.
  ///   - model: name, path, alignment and the reason why it was taken.
  package init(
    image: SpectrumFile, lowLoss: SpectrumFile?, shape: MapShape,
    model: [(name: String, value: JSONText)], summary: MapSummary
  ) {
    members = [
      ("image", Self.source(image)), ("low_loss", lowLoss.map(Self.source) ?? .null),
      ("model", .members(model)), ("shape", .list([.whole(shape.rows), .whole(shape.columns)])),
      ("axes", .list(Self.axes(image, shape))),
      ("maps", .list(MapLayer.all.map(Self.layer))),
      ("spectrum_count", .whole(shape.count)), ("predicted_count", .whole(summary.predictedCount)),
      ("failures", .list(summary.reasons.map(Self.failure))),
      ("flags", .list(PredictionFlags.all.map { Self.flag($0, summary) })),
      ("properties", .members(summary.properties.map(Self.property))),
    ]
  }

  private static func source(_ file: SpectrumFile) -> JSONText {
    .members([
      ("path", .text(file.path)), ("format", .text(file.format.rawValue)),
      ("title", .optional(file.metadata.title)), ("channel_count", .whole(file.channelCount)),
      ("first_ev", .optional(file.energies.first)), ("last_ev", .optional(file.energies.last)),
      ("signal_unit", .optional(file.metadata.signalUnit)),
      ("beam_energy_kev", .optional(file.metadata.beamEnergy)),
      ("warnings", .list(file.warnings.map { .text($0) })),
    ])
  }

  /// The axes of the maps: a pixel lies in the middle of its bin.
  private static func axes(_ file: SpectrumFile, _ shape: MapShape) -> [JSONText] {
    let axes = file.metadata.navigationAxes
    let names = ["y", "x"]
    let bins = [shape.binRows, shape.binColumns]
    return (0..<2).map { dimension in
      // A line of spectra has no axis of rows.
      let index = axes.count - 2 + dimension
      let axis = axes.indices.contains(index) ? axes[index] : NavigationAxis()
      let bin = Double(bins[dimension])
      return .members([
        ("name", .text(axis.name.isEmpty ? names[dimension] : axis.name)),
        ("offset", .number(axis.offset + axis.scale * (bin - 1) / 2)),
        ("scale", .number(axis.scale * bin)), ("unit", .text(axis.unit)),
      ])
    }
  }

  private static func layer(_ layer: MapLayer) -> JSONText {
    .members([
      ("name", .text(layer.name)), ("file", .text(layer.file)), ("unit", .text(layer.unit)),
    ])
  }

  private static func failure(_ reason: (status: UInt32, count: Int)) -> JSONText {
    .members([
      ("status", .whole(Int(reason.status))), ("reason", .text(MapSummary.reason(reason.status))),
      ("count", .whole(reason.count)),
    ])
  }

  private static func flag(_ flag: PredictionFlags, _ summary: MapSummary) -> JSONText {
    let bit = flag.rawValue.trailingZeroBitCount
    return .members([
      ("bit", .whole(bit)), ("name", .text(flag.name)), ("sentence", .text("\(flag.sentence)")),
      ("count", .whole(summary.flagCounts[bit])),
    ])
  }

  private static func property(
    _ moments: MapSummary.Moments
  ) -> (name: String, value: JSONText) {
    (
      "\(moments.property.name)",
      .members([
        ("unit", .text("\(moments.property.unit)")), ("mean", .number(moments.mean)),
        ("standard_deviation", .number(moments.deviation)),
        ("mean_standard_error", .number(moments.meanError)),
      ])
    )
  }
}
