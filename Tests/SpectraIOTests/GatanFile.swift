import Foundation

/// Bytes of DigitalMicrograph files, for the tests of their reader. The writer of the Python tests
/// has the same layout, and RosettaSciIO reads what that one writes.
struct GatanFile {
  indirect enum Tag {
    case group([(String, Tag)])
    case int16(Int16)
    case uint32(UInt32)
    case float32(Float)
    case float64(Double)
    case text(String)
    /// The code of the type and the bytes in the order of the file.
    case array(Int, count: Int, [UInt8])
    case raw([UInt8])

    static func list(_ tags: [Tag]) -> Tag { .group(tags.map { ("", $0) }) }
  }

  let version: Int
  let isLittle: Bool

  func number<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    let bytes = (0..<T.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    return isLittle ? bytes : bytes.reversed()
  }

  /// A big-endian length, of 4 or 8 bytes.
  func word(_ value: UInt64) -> [UInt8] {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - $0 * 8)) }
    return version == 3 ? Array(bytes.suffix(4)) : bytes
  }

  private func value(_ description: [Int], _ bytes: [UInt8]) -> [UInt8] {
    Array("%%%%".utf8) + word(UInt64(description.count))
      + description.flatMap { word(UInt64($0)) } + bytes
  }

  private func bytes(_ tag: Tag) -> [UInt8] {
    switch tag {
    case .group(let tags): group(tags)
    case .int16(let value): self.value([2], number(value))
    case .uint32(let value): self.value([5], number(value))
    case .float32(let value): self.value([6], number(value.bitPattern))
    case .float64(let value): self.value([7], number(value.bitPattern))
    case .text(let text): value([20, 4, text.utf16.count], text.utf16.flatMap(number))
    case .array(let type, let count, let bytes): value([20, type, count], bytes)
    case .raw(let bytes): bytes
    }
  }

  private func group(_ tags: [(String, Tag)]) -> [UInt8] {
    var all: [UInt8] = [1, 0] + word(UInt64(tags.count))
    for (name, tag) in tags {
      let isGroup = if case .group = tag { true } else { false }
      let (value, name) = (bytes(tag), Array(name.utf8))
      all += [isGroup ? 20 : 21, UInt8(name.count >> 8), UInt8(name.count & 255)] + name
      if version == 4 { all += word(UInt64(value.count)) }
      all += value
    }
    return all
  }

  /// The bytes of a file with these tags.
  func file(_ tags: [(String, Tag)]) -> [UInt8] {
    let root = group(tags) + [UInt8](repeating: 0, count: 8)
    return [0, 0, 0, UInt8(version)] + word(UInt64(root.count)) + [0, 0, 0, isLittle ? 1 : 0] + root
  }

  struct Axis {
    var origin: Float = 0
    var scale: Float = 1
    var unit = ""
  }

  /// The tags of an image; the first dimension runs fastest.
  func image(
    _ dimensions: [Int], _ axes: [Axis], dataType: UInt32, tagType: Int, data: [UInt8],
    name: String = "", tags: [(String, Tag)] = [], brightness: Axis = Axis()
  ) -> Tag {
    func calibration(_ axis: Axis) -> Tag {
      .group([
        ("Origin", .float32(axis.origin)), ("Scale", .float32(axis.scale)),
        ("Units", .text(axis.unit)),
      ])
    }
    let size = [2: 2, 3: 4, 4: 2, 5: 4, 6: 4, 7: 8, 9: 1, 10: 1, 11: 8, 12: 8][tagType] ?? 1
    return .group([
      (
        "ImageData",
        .group([
          (
            "Calibrations",
            .group([
              ("Brightness", calibration(brightness)), ("Dimension", .list(axes.map(calibration))),
            ])
          ),
          ("Data", .array(tagType, count: data.count / size, data)),
          ("DataType", .uint32(dataType)),
          ("Dimensions", .list(dimensions.map { .uint32(UInt32(truncatingIfNeeded: $0)) })),
        ])
      ), ("ImageTags", .group(tags)), ("Name", .text(name)),
    ])
  }

  /// A file of images, of which some are thumbnails.
  func file(images: [Tag], thumbnails: [UInt32] = []) -> [UInt8] {
    file([
      ("ImageList", .list(images)),
      ("Thumbnails", .list(thumbnails.map { .group([("ImageIndex", .uint32($0))]) })),
    ])
  }
}
