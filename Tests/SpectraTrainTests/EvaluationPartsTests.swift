import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Parts of the data")
struct EvaluationPartsTests {
  /// The parts of `sites` for the model of `document`.
  static func parts(
    of sites: [SimulatedSite], _ document: ModelDocument
  ) throws -> (parts: DataParts, dataset: Dataset) {
    let bytes = try ModelWriter().bytes(of: document)
    let model = try Model(json: bytes.span)
    let dataset = try TinyDatabase.dataset(sites)
    return (DataParts(of: dataset, model: model, card: document.card), dataset)
  }

  static func document() throws -> ModelDocument {
    try EnsembleTrainer(
      dataset: TinyDatabase.dataset(),
      plan: TinyDatabase.plan(heldOut: ["g2", "g7"], members: 1, epochs: 1)
    ).train()
  }

  @Test("Every spectrum is in one part, and none is where another knows it")
  func database() throws {
    let document = try Self.document()
    let (parts, dataset) = try Self.parts(of: TinyDatabase.sites(), document)
    func names(_ part: DataParts.Part) -> Set<String> {
      Set(parts[part].map { dataset.sites[$0].id })
    }
    #expect(names(.training) == Set(document.references.ids))
    #expect(names(.heldOut) == ["m2/O4", "m2/O5", "m7/O14", "m7/O15"])
    #expect(names(.test) == Set(document.card.test_spectra).subtracting(names(.heldOut)))
    #expect(!names(.test).isEmpty)
    #expect(names(.new).isEmpty && parts.unknown.isEmpty)
    let all = DataParts.Part.allCases.flatMap { parts[$0] }
    #expect(all.sorted() == Array(dataset.sites.indices))
  }

  @Test("The card counts the same parts")
  func card() throws {
    let document = try Self.document()
    let (parts, dataset) = try Self.parts(of: TinyDatabase.sites(), document)
    let sizes = try #require(document.card.parts)
    #expect(sizes.map(\.name) == ["training", "test", "held_out"])
    for (size, part) in zip(sizes, [DataParts.Part.training, .test, .heldOut]) {
      #expect(size.spectrum_count == parts[part].count)
      #expect(size.group_count == Set(parts[part].map { dataset.sites[$0].group }).count)
    }
    // Two sites a group in this database.
    #expect(sizes[2].spectrum_count == 4 && sizes[2].group_count == 2)
    #expect(sizes.reduce(0) { $0 + $1.spectrum_count } == 24)
    // It was not read from files.
    #expect(document.card.data_sha256 == nil)
  }

  @Test("What came to the database since is new, or of a group that the model knows")
  func grown() throws {
    let document = try Self.document()
    // Two groups more, and a third site in each of the twelve.
    let grown = TinyDatabase.sites(groups: 14)
    var thirds = TinyDatabase.sites()
    for index in thirds.indices { thirds[index].id += "'" }
    let (parts, dataset) = try Self.parts(of: grown + thirds, document)
    func groups(_ rows: [Int]) -> Set<String> { Set(rows.map { dataset.sites[$0].group }) }
    #expect(parts[.new].count == 4 && groups(parts[.new]) == ["g12", "g13"])
    #expect(parts[.heldOut].count == 8 && groups(parts[.heldOut]) == ["g2", "g7"])
    #expect(parts.unknown.count == 20)
    #expect(parts.unknown.allSatisfy { dataset.sites[$0].id.hasSuffix("'") })
    #expect(parts[.training].count == document.references.ids.count)
  }

  @Test("Without references it cannot be told what was learned from")
  func withoutReferences() throws {
    var document = try Self.document()
    document.references.removeAll(features: 14)
    let (parts, dataset) = try Self.parts(of: TinyDatabase.sites(groups: 14), document)
    #expect(parts[.training].isEmpty && parts[.new].isEmpty)
    #expect(parts[.heldOut].count == 4)
    #expect(parts[.test].count == document.card.test_spectra.count - 4)
    #expect(parts.unknown.count == dataset.count - document.card.test_spectra.count)
  }
}
