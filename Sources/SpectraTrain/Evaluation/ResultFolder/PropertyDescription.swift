import SpectraInfer

/// Name and unit of a property in the JSON file of a folder of results.
struct PropertyDescription: Codable, Equatable {
  var name: String
  var unit: String

  static let all = MaterialProperty.allCases.map {
    PropertyDescription(name: "\($0.name)", unit: "\($0.unit)")
  }
}
