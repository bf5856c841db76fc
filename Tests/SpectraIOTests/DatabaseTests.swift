import Foundation
import SpectraIO
import SpectraInfer
import SpectraTestSupport
import Testing

@Suite("Database")
struct DatabaseTests {
  static let header =
    "spectrum,material,group,multiplicity,bond_length,bond_angle,voronoi_volume,"
    + "overlap_population,mulliken_charge,excitation_energy,ground_gap,range_end"
  static let row = "m/O1,m,g,2,1.6,144.5,14,0.55,-1.05,542,5.5,18"
  static let otherRow = "m/O2,m,g,4,1.7,,15,0.5,-1,543,5.5,17"
  static let transitions = "spectrum,energy,strength\n0,0.5,1e-3\n1,0.25,0\n0,2.5,2e-3\n"

  static func read(sites: String, transitions: String = transitions) throws -> Database {
    try read(sites: Array(sites.utf8), transitions: Array(transitions.utf8))
  }

  static func read(sites: [UInt8]?, transitions: [UInt8]?) throws -> Database {
    let folder = try TemporaryFolder()
    if let sites { try folder.write(sites, to: "sites.csv") }
    if let transitions { try folder.write(transitions, to: "transitions.csv") }
    return try Database(folder: folder.path)
  }

  static func lines(_ lines: String..., end: String = "\n") -> String {
    lines.map { $0 + end }.joined()
  }

  static let good = lines(header, row, otherRow)

  func expectGood(_ database: Database) throws {
    try #require(database.sites.map(\.id) == ["m/O1", "m/O2"])
    let site = database.sites[0]
    #expect(site.material == "m")
    #expect(site.group == "g")
    #expect(site.multiplicity == 2)
    let values = MaterialProperty.allCases.map { site.properties[$0] }
    #expect(values == [1.6, 144.5, 14, 0.55, -1.05, 542])
    #expect(site.groundGap == 5.5)
    #expect(site.rangeEnd == 18)
    #expect(site.transitions.map(\.energy) == [0.5, 2.5])
    #expect(site.transitions.map(\.strength) == [1e-3, 2e-3])
    #expect(database.sites[1].transitions == [.init(energy: 0.25, strength: 0)])
    #expect(database.sites[1].properties.bondAngle.isNaN)
    #expect(database.sites[1].properties.bondLength == 1.7)
  }

  @Test("Each column goes to its place")
  func columns() throws {
    try expectGood(Self.read(sites: Self.good))
  }

  static let spellings: [(name: String, sites: String, transitions: String)] = [
    (
      "CRLF", lines(header, row, otherRow, end: "\r\n"),
      transitions.replacingOccurrences(of: "\n", with: "\r\n")
    ),
    ("byte order mark", "\u{FEFF}" + good, "\u{FEFF}" + transitions),
    ("no last line break", String(good.dropLast()), String(transitions.dropLast())),
    ("blank lines", lines(header, row, "", otherRow, ""), transitions + "\n\n"),
    (
      "quoted cells", lines(header, "\"m/O1\"" + row.dropFirst(4), otherRow),
      transitions.replacingOccurrences(of: "2.5", with: "\"2.5\"")
    ),
    (
      "quoted commas and quotes in another column",
      lines(header + ",note", row + ",\"a, \"\"b\"\"\"", otherRow + ","), transitions
    ),
    (
      "columns in another order",
      lines(
        "range_end," + header.replacingOccurrences(of: ",range_end", with: ""),
        "18," + row.dropLast(3), "17," + otherRow.dropLast(3)),
      "strength,spectrum,energy\n1e-3,0,0.5\n0,1,0.25\n2e-3,0,2.5\n"
    ),
  ]

  @Test("Spellings of the same tables are read alike", arguments: spellings.indices)
  func spelling(_ index: Int) throws {
    let spelling = Self.spellings[index]
    try expectGood(Self.read(sites: spelling.sites, transitions: spelling.transitions))
  }

  /// A damage to the tables, and what the error must say.
  struct Damage: Sendable, CustomTestStringConvertible {
    var name: String
    var sites: [UInt8]? = Array(good.utf8)
    var transitions: [UInt8]? = Array(DatabaseTests.transitions.utf8)
    var says: [String]
    var testDescription: String { name }

    init(_ name: String, sites: String, says: String...) {
      (self.name, self.sites, self.says) = (name, Array(sites.utf8), ["sites.csv"] + says)
    }

    init(_ name: String, transitions: String, says: String...) {
      (self.name, self.says) = (name, ["transitions.csv"] + says)
      self.transitions = Array(transitions.utf8)
    }

    init(_ name: String, sites: [UInt8]?, transitions: [UInt8]?, says: String...) {
      (self.name, self.sites, self.transitions, self.says) = (name, sites, transitions, says)
    }
  }

  /// The sites with one cell of the second row replaced.
  static func sites(with column: String, as text: String) -> String {
    let names = header.split(separator: ",")
    var cells = otherRow.split(separator: ",", omittingEmptySubsequences: false)
    for (index, name) in names.enumerated() where name == column { cells[index] = Substring(text) }
    return lines(header, row, cells.joined(separator: ","))
  }

  static let tableDamages: [Damage] = [
    Damage("no sites", sites: nil, transitions: nil, says: "sites.csv", "no such file"),
    Damage("no transitions", sites: Array(good.utf8), transitions: nil, says: "transitions.csv"),
    Damage("empty sites", sites: "", says: "no site"),
    Damage("header only", sites: lines(header), says: "no site"),
    Damage("blank lines only", sites: "\n\n\n", says: "no site"),
    Damage("empty transitions", transitions: "", says: "no transition", "m/O1"),
    Damage("short row", sites: lines(header, row, "m/O2,m,g,4"), says: "line 3", "4 cells", "12"),
    Damage("long row", sites: lines(header, row + ",1", otherRow), says: "line 2", "13 cells"),
    Damage(
      "all rows short", sites: lines(header, String(row.dropLast(3))), says: "line 2", "11 cells"),
    Damage("short transition", transitions: transitions + "1,5\n", says: "line 5", "2 cells"),
    Damage("blank lines count", sites: lines(header, "", row, "", "x"), says: "line 5"),
    Damage(
      "two columns of a name", sites: lines(header + ",ground_gap", row + ",1"), says: "line 1",
      "ground_gap"),
    Damage(
      "the same spectrum twice", sites: sites(with: "spectrum", as: "m/O1"), says: "line 3", "m/O1",
      "twice"),
    Damage(
      "latin-1", sites: Array(header.utf8) + [0x0A, 0x6D, 0xFC, 0x0A], transitions: nil,
      says: "sites.csv", "UTF-8"),
    Damage("open quotation mark", sites: lines(header, row, "\"" + otherRow), says: "line 3"),
    Damage("text behind a quotation mark", sites: lines(header, "\"m\"x,"), says: "quotation"),
    Damage(
      "unknown spectrum", transitions: transitions + "2,5,1\n", says: "line 5", "spectrum", "2"),
    Damage("negative spectrum", transitions: transitions + "-1,5,1\n", says: "line 5", "spectrum"),
    Damage("fraction of a spectrum", transitions: transitions + "0.5,5,1\n", says: "line 5", "0.5"),
    Damage("huge spectrum", transitions: transitions + "1e8,5,1\n", says: "line 5", "spectrum"),
    Damage("negative strength", transitions: transitions + "0,5,-1\n", says: "line 5", "strength"),
    Damage(
      "site without transition", transitions: "spectrum,energy,strength\n0,1,1\n", says: "m/O2"),
  ]

  /// What a column of sites.csv must not hold.
  static let badCells: [(column: String, texts: [String])] = [
    ("multiplicity", ["", "x", "0", "-1", "1.5", "1e6", "1e300", "9223372036854775808", "nan"]),
    ("bond_length", ["x", "nan", "NaN", "inf", "-inf", "1e999", "1e200", "1.6 A", "0x"]),
    ("excitation_energy", ["x", "-inf", "-1e10"]),
    ("ground_gap", ["", "yes", "nan"]),
    ("range_end", ["", "18 eV", "inf"]),
    ("spectrum", ["", String(repeating: "x", count: 256)]),
    ("material", [""]),
    ("group", [""]),
  ]

  static var siteDamages: [Damage] {
    badCells.flatMap { column, texts in
      texts.map { text in
        let name = "\(column) = \(text.prefix(20))"
        return Damage(name, sites: sites(with: column, as: text), says: "line 3", column)
      }
    }
  }

  static var transitionDamages: [Damage] {
    ["", "x", "nan", "inf", "1e300"].flatMap { text in
      [
        Damage(
          "energy = \(text)", transitions: transitions + "0,\(text),1\n", says: "line 5", "energy"),
        Damage(
          "strength = \(text)", transitions: transitions + "0,1,\(text)\n", says: "line 5",
          "strength"),
      ]
    }
  }

  static var missingColumns: [Damage] {
    let names = header.split(separator: ",").map { String($0) }
    return names.map { name in
      let others = names.map { $0 == name ? "other" : $0 }.joined(separator: ",")
      return Damage("no column \(name)", sites: lines(others, row), says: "line 1", name)
    }
  }

  static let damages = tableDamages + siteDamages + transitionDamages + missingColumns

  @Test("Damage is told with its place", arguments: damages)
  func damage(_ damage: Damage) {
    let error = #expect(throws: DataError.self) {
      try Self.read(sites: damage.sites, transitions: damage.transitions)
    }
    for words in damage.says {
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
    #expect(error?.description.contains("Error") == false)
    #expect((error?.description.count ?? 0) < 300)
  }
}
