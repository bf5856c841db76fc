import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
import Testing

@Suite("The database of data/")
struct ShippedDatabaseTests {
  let database: Database

  init() throws {
    database = try Database(folder: Repository.root.path + "/data")
  }

  @Test("Its sites keep the rules of data/README.md")
  func invariants() {
    #expect(database.sites.count >= 706)
    #expect(Set(database.sites.map(\.id)).count == database.sites.count)
    for site in database.sites {
      #expect(site.id.hasPrefix(site.material + "/O"))
      #expect(site.multiplicity >= 1)
      let values = MaterialProperty.allCases.map { site.properties[$0] }
      // One bond has no angle; everything else is there for every site.
      #expect(zip(MaterialProperty.allCases, values).allSatisfy { !$1.isNaN || $0 == .bondAngle })
      #expect((1.4...2.2).contains(site.properties.bondLength))
      #expect((530...560).contains(site.properties.excitationEnergy))
      let energies = site.transitions.map(\.energy)
      let (isSorted, end) = (energies == energies.sorted(), energies.last ?? .nan)
      #expect(isSorted && end <= site.rangeEnd + 0.001, "\(site.id)")
      #expect(site.transitions.contains { $0.strength > 0 })
    }
    // A material is of one group.
    let groups = Dictionary(grouping: database.sites, by: \.material)
    #expect(groups.values.allSatisfy { Set($0.map(\.group)).count == 1 })
  }

  @Test("mp-7000/O3, alpha-quartz, is as it stands in sites.csv")
  func quartz() throws {
    let site = try #require(database.sites.first { $0.id == "mp-7000/O3" })
    #expect(site.material == "mp-7000")
    #expect(site.group == "mp-6930")
    #expect(site.multiplicity == 6)
    let values = MaterialProperty.allCases.map { site.properties[$0] }
    #expect(values == [1.61405, 143.283, 15.3528, 0.543884, -1.04906, 542.8411])
    #expect(site.groundGap == 5.96898)
    #expect(site.rangeEnd == 16.674)
    #expect(site.transitions.count == 223)
    #expect(site.transitions.first == .init(energy: 0.533, strength: 4.077e-05))
    #expect(site.transitions.last == .init(energy: 16.674, strength: 6.396e-06))
  }
}
