import SpectraIO
import SpectraInfer
import SpectraTrain
import Testing

@Suite("Coverage table")
struct CoverageTests {
  @Test("Shares over all spectra and in the thirds by distance, by hand")
  func byHand() throws {
    let document = try EvaluationTests.document()
    let bytes = try ModelWriter().bytes(of: document)
    let model = try Model(json: bytes.span)
    let dataset = try TinyDatabase.dataset(EvaluationTests.sites)
    var predictions = try model.predictions(for: 0..<7, of: dataset)
    // Errors of 0, 1, ... 6 bond lengths and a half width of 2.5 and 4.5, in falling novelty.
    for index in predictions.indices {
      predictions[index].expected = PropertyValues(repeating: .nan)
      predictions[index].expected.bondLength = Double(index)
      predictions[index].estimates[0].value = 0
      predictions[index].estimates[0].halfWidth68 = 2.5
      predictions[index].estimates[0].halfWidth95 = 4.5
      predictions[index].nearest?.distance = Double(10 - index)
    }
    let table = CoverageTable(predictions)
    let all = table.share(.bondLength)
    #expect(all.count == 7 && all.within68 == 3.0 / 7 && all.within95 == 5.0 / 7)
    #expect(table.share(nil) == all)
    // The nearest third is the last three: 6, 5 and 4; then 3 and 2; then 1 and 0.
    let thirds = (0..<3).map { table.share(.bondLength, third: $0) }
    #expect(thirds.map(\.count) == [3, 2, 2])
    #expect(thirds.map(\.within68) == [0, 0.5, 1])
    #expect(thirds.map(\.within95) == [1.0 / 3, 1, 1])
    #expect(table.share(.bondAngle).count == 0)
  }

  @Test("The card tells how the intervals hold")
  func card() throws {
    let document = try EnsembleTests.train(TinyDatabase.plan())
    let coverage = try #require(document.card.coverage)
    #expect(coverage.map(\.property) == ["all"] + MaterialProperty.allCases.map { "\($0.name)" })
    let references = document.references.ids.count
    #expect(coverage[0].overall.count == 6 * references && coverage[1].overall.count == references)
    for entry in coverage {
      #expect(entry.thirds.map(\.count).reduce(0, +) == entry.overall.count)
    }
  }
}
