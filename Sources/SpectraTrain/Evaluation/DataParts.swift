import SpectraIO
public import SpectraInfer

/// Which spectra of a database a model learned from, and which it has not seen.
public struct DataParts: Sendable {
  /// A part of the data. The raw values are the names in tables.
  public enum Part: String, Sendable, CaseIterable {
    /// The model's references: its networks learned from them.
    case training
    /// What the split kept from the model.
    case test
    /// Groups that were kept from the model whatever the split.
    case heldOut = "held_out"
    /// Spectra of groups that came to the database since.
    case new
  }

  /// Rows of the dataset whose part cannot be told: of a model without references, all that are not
  /// named in its card; else new spectra of groups that it knows, which are neither seen nor of
  /// unseen materials.
  public let unknown: [Int]
  private let rows: [Part: [Int]]

  /// Tells the parts from the model's references and its card.
  public init(of dataset: Dataset, model: borrowing Model, card: ModelCard) {
    var references: Set<String> = []
    for reference in 0..<model.referenceCount {
      references.insert(model.referenceIdentifier(reference))
    }
    let tests = Set(card.test_spectra)
    let heldOut = Set(card.held_out_groups)
    let known = Set(
      dataset.sites.filter { references.contains($0.id) || tests.contains($0.id) }.map(\.group))
    var rows: [Part: [Int]] = [:]
    var unknown: [Int] = []
    for (row, site) in dataset.sites.enumerated() {
      if references.contains(site.id) {
        rows[.training, default: []].append(row)
      } else if heldOut.contains(site.group) {
        rows[.heldOut, default: []].append(row)
      } else if tests.contains(site.id) {
        rows[.test, default: []].append(row)
      } else if known.contains(site.group) || references.isEmpty {
        unknown.append(row)
      } else {
        rows[.new, default: []].append(row)
      }
    }
    self.rows = rows
    self.unknown = unknown
  }

  /// The rows of a part, rising.
  public subscript(part: Part) -> [Int] { rows[part] ?? [] }

  /// The rows of the parts that the model has not seen: the test part, then what was held out, then
  /// what is new.
  public var unseen: [Int] { self[.test] + self[.heldOut] + self[.new] }
}
