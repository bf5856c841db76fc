import SpectraIO
import SpectraInfer

/// Puts trained networks, their calibration, the references and the card together to a model.
struct ModelAssembly {
  let dataset: Dataset
  let plan: TrainingPlan
  let scaled: ScaledSamples
  /// Rows that are not of the test part.
  let seen: [Int]
  let networks: [TrainedNetwork]
  let calibration: CalibrationFit
  let domain: ModelDocument.Domain?

  var document: ModelDocument {
    let predicted = networks.map { $0.network.predict(scaled.samples.features) }
    return ModelDocument(
      format_version: domain == nil ? 2 : 3,
      preprocessing: ModelDocument.Preprocessing(plan.preprocessor),
      feature_scaling: ModelDocument.FeatureScaling(
        mean: Payload(scaled.featureScaling.mean.map { Float($0) }),
        scale: Payload(scaled.featureScaling.scale.map { Float($0) })),
      target_scaling: ModelDocument.TargetScaling(
        mean: scaled.targetScaling.mean, scale: scaled.targetScaling.scale),
      members: networks.map { ModelDocument.Member($0.network) },
      calibration: calibration.table, domain: domain, references: references, card: card,
      golden: golden(predicted))
  }

  private var references: ModelDocument.References {
    ModelDocument.References(
      features: Payload(dataset.features.selecting(rows: seen)), groups: groupNumbers,
      ids: seen.map { dataset.sites[$0].id },
      properties: seen.map { row in
        MaterialProperty.allCases.map { property in
          let value = dataset.sites[row].properties[property]
          return value.isNaN ? nil : value
        }
      })
  }

  /// The group of each reference, counted in the order in which they come.
  private var groupNumbers: [Int] {
    var numbers: [String: Int] = [:]
    for row in seen where numbers[dataset.sites[row].group] == nil {
      numbers[dataset.sites[row].group] = numbers.count
    }
    return seen.compactMap { numbers[dataset.sites[$0].group] }
  }

  private var card: ModelCard {
    let isSeen = Set(seen)
    let unseen = dataset.sites.indices.filter { !isSeen.contains($0) }
    return ModelCard(
      name: "O-K edge of silicon oxides, \(plan.preprocessor.alignment.name) alignment, "
        + "\(plan.preprocessor.broadeningSigma) eV",
      spectrum_count: seen.count, group_count: groupCount(of: seen), parts: parts(unseen: unseen),
      data_sha256: dataset.checksums, split: plan.splitRule.rawValue, seed: plan.configuration.seed,
      training: plan.configuration, augmentation: plan.augmentation, domain: plan.domain,
      best_epochs: networks.map(\.bestEpoch),
      held_out_groups: plan.heldOutGroups.sorted(),
      test_spectra: unseen.map { dataset.sites[$0].id }, test_errors: [],
      coverage: calibration.coverage.cardEntries,
      limits: ModelCard.limits(plan.augmentation))
  }

  private func parts(unseen: [Int]) -> [ModelCard.PartSize] {
    func isHeldOut(_ row: Int) -> Bool { plan.heldOutGroups.contains(dataset.sites[row].group) }
    let parts: [(part: DataParts.Part, rows: [Int])] = [
      (.training, seen), (.test, unseen.filter { !isHeldOut($0) }),
      (.heldOut, unseen.filter(isHeldOut)),
    ]
    return parts.map { part, rows in
      ModelCard.PartSize(
        name: part.rawValue, spectrum_count: rows.count, group_count: groupCount(of: rows))
    }
  }

  private func groupCount(of rows: [Int]) -> Int {
    Set(rows.map { dataset.sites[$0].group }).count
  }

  private func golden(_ predicted: [Matrix]) -> ModelDocument.Golden {
    let row = seen[0]
    let values = MaterialProperty.allCases.map { property in
      let column = property.rawValue
      let mean =
        predicted.reduce(0) { $0 + Double($1[row, column]) } / Double(predicted.count)
      return scaled.targetScaling.mean[column] + scaled.targetScaling.scale[column] * mean
    }
    return ModelDocument.Golden(
      features: Payload(Array(dataset.features.row(row))), values: values)
  }
}
