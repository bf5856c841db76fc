/// A group of tags of a DigitalMicrograph file: with names, as a dictionary, or without, as a list.
struct GatanTagGroup: Sendable {
  /// In the order of the file.
  var entries: [(name: String, tag: GatanTag)] = []

  /// The tag that names lead to, from group to group.
  subscript(_ path: String...) -> GatanTag? { tag(path[...]) }

  private func tag(_ path: ArraySlice<String>) -> GatanTag? {
    guard let name = path.first, let tag = entries.first(where: { $0.name == name })?.tag else {
      return nil
    }
    if path.count == 1 { return tag }
    guard case .group(let group) = tag else { return nil }
    return group.tag(path.dropFirst())
  }

  /// The groups in this one.
  var groups: [GatanTagGroup] { entries.compactMap { $0.tag.group } }

  /// The numbers in this one.
  var numbers: [Double] { entries.compactMap { $0.tag.number } }
}

extension GatanTag {
  /// The group that the tag is.
  var group: GatanTagGroup? {
    if case .group(let group) = self { return group }
    return nil
  }

  /// The number that the tag is.
  var number: Double? {
    if case .number(let number) = self { return number }
    return nil
  }
}
