/// A tag of a DigitalMicrograph file.
indirect enum GatanTag: Sendable {
  /// Numbers that stand in the file one after the other.
  struct Numbers: Sendable {
    let type: NumberType
    let count: Int
    /// The byte of the file where they begin.
    let offset: Int
  }

  case group(GatanTagGroup)
  case number(Double)
  case text(String)
  /// A structure of numbers, such as a rectangle.
  case structure([Double])
  case array(Numbers)
  /// An array of structures, strings or arrays, which no spectrum needs.
  case other
}
