import SpectraIO
import SpectraInfer

/// What the models of a cross-validation are trained and tested on, as tables.
struct StudyTables {
  private let validation: CrossValidation

  init(_ validation: CrossValidation) {
    self.validation = validation
  }

  /// The spectra with their true properties.
  var sites: CSVText {
    var table = CSVText(
      columns: ["spectrum", "material", "group", "multiplicity"]
        + MaterialProperty.allCases.map { "\($0.name)" })
    for site in validation.dataset.sites {
      table.add(
        [.text(site.id), .text(site.material), .text(site.group), .whole(site.multiplicity)]
          + MaterialProperty.allCases.map { .number(site.properties[$0]) })
    }
    return table
  }

  /// The prepared intensities, which the networks take.
  var features: CSVText {
    let dataset = validation.dataset
    var table = FeatureRows(dataset.preprocessor.grid)
    for (row, site) in dataset.sites.enumerated() {
      table.add(site.id, dataset.features.row(row))
    }
    return table.text
  }

  /// The fold that each spectrum is tested in; an empty cell for one that is held out.
  var folds: CSVText {
    var table = CSVText(columns: ["seed", "spectrum", "fold"])
    for seed in validation.seeds {
      let assignment = validation.folds(seed: seed).assignment
      for (site, fold) in zip(validation.dataset.sites, assignment) {
        table.add([.seed(seed), .text(site.id), fold.map { .whole($0) } ?? .text("")])
      }
    }
    return table
  }
}
