/// One of the axes along which the spectra of a line or an image follow each other.
public struct NavigationAxis: Sendable, Equatable {
  /// Its name, such as "x"; empty where the file has none.
  public var name: String
  /// Position of the first spectrum, in `unit`.
  public var offset: Double
  /// Distance of two spectra, in `unit`.
  public var scale: Double
  /// Unit of offset and scale as it stands in the file, such as "nm"; empty where it has none.
  public var unit: String

  /// An axis; what is not given is that of an axis that only counts.
  public init(name: String = "", offset: Double = 0, scale: Double = 1, unit: String = "") {
    self.name = name
    self.offset = offset
    self.scale = scale
    self.unit = unit
  }
}
