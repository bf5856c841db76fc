/// The intensities of all spectra of a file, where they stand in it, as an array with strides.
///
/// Nothing is read before it is asked for. The places of all numbers are checked once, at the start,
/// so that a file that declares more than it holds is refused and nothing is allocated for it.
package struct StoredIntensities: Sendable {
  /// A dimension of the array.
  package struct Dimension: Sendable {
    package var count: Int
    /// Numbers from one element to the next.
    package var stride: Int

    package init(count: Int, stride: Int) {
      self.count = count
      self.stride = stride
    }
  }

  /// Most channels of a spectrum: a detector has thousands.
  package static let channelLimit = 1 << 22
  /// Numbers that lie further apart than a page of memory are read one by one.
  private static let page = 4096
  /// Bytes that are read at once where all of them are wanted.
  private static let block = 1 << 20
  /// Most bytes of a channel that are kept for the lines that lie mixed in it.
  private static let plane = 16 << 20
  /// Channels of a tile: two lines of the processor's cache.
  private static let tileWidth = 32
  /// Spectra of a tile.
  private static let tileHeight = 2048

  package let channels: Dimension
  package let navigation: [Dimension]
  /// Whether the last channel of the file is the first one of the spectrum.
  package var isReversed = false

  private let source: FileBytes
  private let offset: Int
  private let type: NumberType
  private let order: ByteOrder
  private let scale: Double
  private let origin: Double

  /// The intensity of a number n is scale * (n - origin).
  ///
  /// - Parameters:
  ///   - offset: the byte of the file where the array begins.
  ///   - navigation: the slowest dimension first.
  /// - Throws: `DataError` where the file does not hold the array.
  package init(
    source: FileBytes, offset: Int, type: NumberType, order: ByteOrder, channels: Dimension,
    navigation: [Dimension], scale: Double = 1, origin: Double = 0
  ) throws(DataError) {
    self.source = source
    self.offset = offset
    self.type = type
    self.order = order
    self.channels = channels
    self.navigation = navigation
    self.scale = scale
    self.origin = origin
    try check()
  }

  /// Intensities in memory: spectrum after spectrum.
  package init(
    _ intensities: [Float], channelCount: Int, navigationShape: [Int], name: String
  ) throws(DataError) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * intensities.count)
    for intensity in intensities {
      let pattern = intensity.bitPattern
      bytes.append(UInt8(truncatingIfNeeded: pattern))
      bytes.append(UInt8(truncatingIfNeeded: pattern >> 8))
      bytes.append(UInt8(truncatingIfNeeded: pattern >> 16))
      bytes.append(UInt8(truncatingIfNeeded: pattern >> 24))
    }
    var (stride, navigation) = (channelCount, [Dimension]())
    for count in navigationShape.reversed() {
      navigation.insert(Dimension(count: count, stride: stride), at: 0)
      stride *= count
    }
    try self.init(
      source: FileBytes(bytes, name: name), offset: 0, type: .float32, order: .littleEndian,
      channels: Dimension(count: channelCount, stride: 1), navigation: navigation)
  }

  /// One spectrum of numbers in double precision, in memory.
  package init(_ values: [Double], name: String) throws(DataError) {
    let bytes = values.flatMap { value in
      (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
    }
    try self.init(
      source: FileBytes(bytes, name: name), offset: 0, type: .float64, order: .littleEndian,
      channels: Dimension(count: values.count, stride: 1), navigation: [])
  }

  /// The numbers of the first spectrum in double precision, as they stand in the file.
  package func doubles() throws(DataError) -> [Double] {
    let bytes = try source.bytes(
      in: offset..<offset + ((channels.count - 1) * channels.stride + 1) * type.size)
    return (0..<channels.count).map {
      type.load(bytes, at: $0 * channels.stride * type.size, order: order)
    }
  }

  /// Number of spectra.
  package var spectrumCount: Int { navigation.reduce(1) { $0 * $1.count } }

  /// Puts some of the spectra into an array: [spectrum, channel], row-major.
  ///
  /// - Parameters:
  ///   - spectra: numbers of spectra, counted row-major over the navigation axes.
  ///   - intensities: gets as many elements as are read.
  /// - Throws: `DataError` where there are no such spectra, or the file cannot be read any more.
  package func read(_ spectra: Range<Int>, into intensities: inout [Float]) throws(DataError) {
    guard spectra.lowerBound >= 0, spectra.upperBound <= spectrumCount else {
      throw DataError(
        "\(source.name): has spectra 0 to \(spectrumCount - 1), not "
          + "\(spectra.lowerBound) to \(spectra.upperBound - 1); name those that it has")
    }
    let wanted = spectra.count * channels.count
    if intensities.count > wanted {
      intensities.removeLast(intensities.count - wanted)
    } else if intensities.count < wanted {
      intensities += repeatElement(0, count: wanted - intensities.count)
    }
    guard !spectra.isEmpty else { return }
    let fastest = navigation.last { $0.count > 1 }
    if let fastest, fastest.stride < channels.stride {
      try readByChannel(spectra, into: &intensities)
    } else {
      var window = window(of: spectra)
      for (row, spectrum) in spectra.enumerated() {
        try gather(
          Dimension(count: channels.count, stride: channels.stride), from: place(of: spectrum),
          window: &window, to: row * channels.count + (isReversed ? channels.count - 1 : 0),
          step: isReversed ? -1 : 1, into: &intensities)
      }
    }
  }

  /// The numbers of one channel lie together, as in spectrum images of Gatan.
  ///
  /// Some channels of some spectra are read into a tile, which is then turned: written one by one,
  /// the numbers of a channel would each go to another line of the processor's cache.
  private func readByChannel(
    _ spectra: Range<Int>, into intensities: inout [Float]
  ) throws(DataError) {
    let long = navigation.filter { $0.count > 1 }
    // Whether the spectra follow each other at one distance, from line to line too.
    let isFlat = zip(long, long.dropFirst()).allSatisfy { $0.stride == $1.stride * $1.count }
    let line = long.last ?? Dimension(count: 1, stride: 1)
    let lineCount = isFlat ? spectrumCount : line.count
    let width = isFlat ? Self.tileWidth : 1
    var window = window(ofPlanesOf: spectra, tileWidth: width)
    var tile = [Float](repeating: 0, count: width * min(spectra.count, Self.tileHeight))
    for start in stride(from: 0, to: channels.count, by: width) {
      let tileChannels = start..<min(start + width, channels.count)
      var spectrum = spectra.lowerBound
      while spectrum < spectra.upperBound {
        let left = min(lineCount - spectrum % lineCount, spectra.upperBound - spectrum)
        let run = Dimension(count: min(left, Self.tileHeight), stride: line.stride)
        for channel in tileChannels {
          try gather(
            run, from: place(of: spectrum) + channel * channels.stride, window: &window,
            to: (channel - start) * run.count, step: 1, into: &tile)
        }
        for row in 0..<run.count {
          let first = (spectrum - spectra.lowerBound + row) * channels.count
          for channel in tileChannels {
            let column = isReversed ? channels.count - 1 - channel : channel
            intensities[first + column] = tile[(channel - start) * run.count + row]
          }
        }
        spectrum += run.count
      }
    }
  }

  /// A part of the file in memory.
  private struct Window {
    var bytes: [UInt8] = []
    /// Where it begins in the file.
    var start = 0
    /// Bytes to read at once, and where reading ahead ends.
    var ahead: Int
    var end: Int
  }

  /// Reads ahead where at least a quarter of the bytes between the first and the last number is
  /// wanted.
  private func window(of spectra: Range<Int>) -> Window {
    let places = places(of: spectra)
    let last = places.upperBound + (channels.count - 1) * channels.stride
    let isDense = (last - places.lowerBound) / 4 < spectra.count * channels.count
    return Window(ahead: isDense ? Self.block : 0, end: offset + (last + 1) * type.size)
  }

  /// The same where the numbers of a channel lie together: reads ahead to the end of what is wanted
  /// of a channel, or over the channels of a tile where these are short.
  private func window(ofPlanesOf spectra: Range<Int>, tileWidth: Int) -> Window {
    let places = places(of: spectra)
    let last = places.upperBound + (channels.count - 1) * channels.stride
    var window = Window(ahead: 0, end: offset + (last + 1) * type.size)
    let plane = places.upperBound - places.lowerBound + 1
    if plane / 4 < spectra.count {
      let isShort = channels.stride <= Self.block / type.size / tileWidth
      window.ahead = isShort ? Self.block : tileWidth == 1 ? min(plane * type.size, Self.plane) : 0
    }
    return window
  }

  /// The first and the last place where one of the spectra begins.
  private func places(of spectra: Range<Int>) -> ClosedRange<Int> {
    var (first, last) = (Int.max, 0)
    // Places rise within a line; the lines' ends are the extremes for any strides.
    let line = navigation.last?.count ?? 1
    var spectrum = spectra.lowerBound
    while spectrum < spectra.upperBound {
      let end = min(spectrum - spectrum % line + line, spectra.upperBound)
      first = min(first, place(of: spectrum))
      last = max(last, place(of: end - 1))
      spectrum = end
    }
    return first...last
  }

  /// Copies numbers with a stride in the file to elements with a step in the array.
  private func gather(
    _ run: Dimension, from place: Int, window: inout Window, to start: Int, step: Int,
    into intensities: inout [Float]
  ) throws(DataError) {
    let distance = run.stride * type.size
    let atOnce = distance > Self.page ? 1 : max(1, Self.block / distance)
    var done = 0
    while done < run.count {
      let count = min(atOnce, run.count - done)
      let first = offset + (place + done * run.stride) * type.size
      let past = first + (count - 1) * distance + type.size
      if first < window.start || past > window.start + window.bytes.count {
        let end = max(past, min(first + window.ahead, window.end))
        window.bytes = try source.bytes(in: first..<end)
        window.start = first
      }
      type.decode(
        window.bytes, at: first - window.start, stride: distance, count: count, order: order,
        to: start + done * step, step: step, into: &intensities)
      if scale != 1 || origin != 0 {
        for index in 0..<count {
          let element = start + (done + index) * step
          intensities[element] = Float(scale * (Double(intensities[element]) - origin))
        }
      }
      done += count
    }
  }

  /// The number in the array where a spectrum begins.
  private func place(of spectrum: Int) -> Int {
    var (rest, place) = (spectrum, 0)
    for dimension in navigation.reversed() {
      place += rest % dimension.count * dimension.stride
      rest /= dimension.count
    }
    return place
  }

  private func check() throws(DataError) {
    guard channels.count <= Self.channelLimit else {
      throw DataError(
        "\(source.name): \(channels.count) channels are declared and at most "
          + "\(Self.channelLimit) are read; check the order of the axes")
    }
    var (elements, last) = (1, 0)
    for dimension in navigation + [channels] {
      guard dimension.count > 0, dimension.stride > 0 else {
        throw DataError("\(source.name): an axis has no elements; there is no spectrum in it")
      }
      let (product, isTooMany) = elements.multipliedReportingOverflow(by: dimension.count)
      let (reach, isTooFar) = (dimension.count - 1)
        .multipliedReportingOverflow(by: dimension.stride)
      let (sum, isBeyond) = last.addingReportingOverflow(reach)
      guard !isTooMany, !isTooFar, !isBeyond, product < Int.max / 16, sum < Int.max / 16 else {
        throw DataError("\(source.name): declares more values than any file holds; it is damaged")
      }
      (elements, last) = (product, sum)
    }
    guard offset >= 0, offset <= source.count, (last + 1) * type.size <= source.count - offset
    else {
      throw DataError(
        "\(source.name), byte \(offset): \((last + 1) * type.size) bytes of intensities are "
          + "declared, and \(max(0, source.count - offset)) are there; the file is truncated, "
          + "copy it anew")
    }
  }
}
