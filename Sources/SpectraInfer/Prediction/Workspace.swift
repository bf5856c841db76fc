/// The scratch memory of one call: made once, used for any number of spectra, one call at a time.
///
///     +----------+--------+----------+----------+---------+--------------+---------+----------+
///     | energies | signal | integral | averaged | weights | noise: three | fourier | filter   |
///     +----------+--------+----------+----------+---------+--------------+---------+----------+
///       channels, Double each, and for the last two: 2 n and n + 2, where n is the power of two that
///       holds four spectra
///     +----------+--------+----------+----------+--------+
///     | features | scaled | hidden   | outputs  | domain |
///     +----------+--------+----------+----------+--------+
///       features  rows x   layers x   members x   networks of the domain x rows, Float
///                 widest   rows x     rows x 6
///                          widest
///     +--------------+-------------+---------+-----------+-------+
///     | gradient     | backward    | values  | units     | pairs |
///     +--------------+-------------+---------+-----------+-------+
///       6 x features   6 x widest    widest    layers x    8 x
///                                              widest,     widest,
///                                              UInt32      Int16
///     +-------+
///     | shape |
///     +-------+
///       the features with their ends held, and the points of the shape, Float
///     +--------------+--------------+
///     | slopes       | dependence   |
///     +--------------+--------------+
///       features x 6   channels x 6, Double
@safe
public struct Workspace: ~Copyable {
  /// Spectra that go through the networks together; no more than bits of a word.
  static let rowCount = 64

  /// The most channels that a spectrum may have here.
  public let channelCount: Int
  /// The energies of the last spectrum where they were calibrated.
  var energies: Region<Double>
  var signal: Region<Double>
  var integral: ChannelIntegral
  var averaged: Region<Double>
  var weights: Region<Double>
  var noise: ChannelNoise
  var fourier: Region<Double>
  var filter: Region<Double>
  /// Of the spectrum that was prepared last; those of others stay where they are.
  var features: Region<Float>
  var scaled: Region<Float>
  var hidden: Region<Float>
  var outputs: Region<Float>
  /// What the networks of the reference domain say.
  var domain: Region<Float>
  /// Of the properties of one row by its scaled features, summed over the members.
  var gradient: Region<Float>
  var backward: Region<Float>
  var values: Region<Float>
  var units: Region<UInt32>
  var pairs: Region<Int16>
  /// Of the spectrum whose shape is compared with those of the references.
  var shape: Region<Float>
  /// The gradients of the properties by the features.
  var slopes: Region<PropertyLanes>
  /// How the properties depend on the channels.
  var dependence: Region<PropertyLanes>
  /// Rows that went through the networks in the last run, which tells how `outputs` is laid out.
  var rowsRun = 0
  private let owned: Storage<UInt8>?

  /// The sizes that a model asks for.
  struct Shape {
    var featureCount: Int
    var widestLayer: Int
    var memberCount: Int
    var outputStride: Int
    /// Regions of hidden outputs.
    var hiddenLayerCount: Int
    /// Outputs of one row from the networks of the reference domain.
    var domainCount: Int
    /// Floats for the gradients of one row.
    var gradientCount: Int
    /// Floats of scratch for one way back.
    var backwardCount: Int
    /// Numbers of the active units of one layer.
    var unitStride: Int
    /// Whole numbers of scratch for one way back.
    var pairCount: Int
    /// Floats of scratch for the shape of a spectrum.
    var shapeCount: Int
  }

  /// Bytes that a workspace takes, with room to move an unaligned start to a multiple of 64.
  static func byteCount(_ shape: Shape, channelCount: Int) -> Int {
    let rows = rowCount
    let fourierCount = fourierCount(channelCount: channelCount)
    return 9 * Region<Double>.byteCount(channelCount)
      + Region<Double>.byteCount(2 * fourierCount)
      + Region<Double>.byteCount(fourierCount + 2)
      + Region<Float>.byteCount(shape.featureCount)
      + Region<Float>.byteCount(rows * shape.widestLayer)
      + Region<Float>.byteCount(shape.hiddenLayerCount * rows * shape.widestLayer)
      + Region<Float>.byteCount(rows * shape.memberCount * shape.outputStride)
      + Region<Float>.byteCount(rows * shape.domainCount)
      + Region<Float>.byteCount(shape.gradientCount)
      + Region<Float>.byteCount(shape.backwardCount)
      + Region<Float>.byteCount(shape.unitStride)
      + Region<UInt32>.byteCount(shape.hiddenLayerCount * shape.unitStride)
      + Region<Int16>.byteCount(shape.pairCount)
      + Region<Float>.byteCount(shape.shapeCount)
      + Region<PropertyLanes>.byteCount(shape.featureCount)
      + Region<PropertyLanes>.byteCount(channelCount)
      + 64
  }

  /// Points of the Fourier transform: two spectra fill half of it, so that neither they nor a filter
  /// that is longer than they are run into themselves.
  static func fourierCount(channelCount: Int) -> Int {
    var count = 1
    while count < 4 * channelCount { count *= 2 }
    return count
  }

  /// Makes a workspace of the caller's memory, which must outlive it.
  ///
  /// - Throws: `.workspace` where `memory` is too small; `.count` above the channels a spectrum may
  ///   have.
  @unsafe
  init(
    in memory: UnsafeMutableRawBufferPointer, _ shape: Shape, channelCount: Int
  ) throws(SpectraError) {
    try Self.check(channelCount: channelCount)
    let needed = Self.byteCount(shape, channelCount: channelCount)
    guard let base = memory.baseAddress, memory.count >= needed else {
      throw SpectraError(
        .workspace, "the workspace is too small; ask spectra_workspace_size() for the bytes",
        found: Double(memory.count), expected: Double(needed))
    }
    unsafe self.init(carving: base, owned: nil, shape, channelCount: channelCount)
  }

  /// Allocates a workspace for preparing spectra without a model.
  ///
  /// - Throws: `.memory` where the allocation is refused; `.count` above the channels a spectrum
  ///   may have.
  public init(preparing grid: FeatureGrid, channelCount: Int) throws(SpectraError) {
    let shape = Shape(
      featureCount: grid.count, widestLayer: 0, memberCount: 0, outputStride: 0,
      hiddenLayerCount: 0, domainCount: 0, gradientCount: 0, backwardCount: 0, unitStride: 0,
      pairCount: 0, shapeCount: 0)
    try self.init(shape, channelCount: channelCount)
  }

  /// Allocates a workspace.
  ///
  /// - Throws: `.memory` where the allocation is refused; `.count` above the channels a spectrum
  ///   may have.
  init(_ shape: Shape, channelCount: Int) throws(SpectraError) {
    try Self.check(channelCount: channelCount)
    let owned = try Storage<UInt8>(
      repeating: 0, count: Self.byteCount(shape, channelCount: channelCount))
    let base = unsafe owned.start
    unsafe self.init(carving: base, owned: owned, shape, channelCount: channelCount)
  }

  /// Checks a number of channels, 0 for none, before sizes are computed from it.
  ///
  /// - Throws: `.count` where it is negative or above the channels a spectrum may have.
  package static func check(channelCount: Int) throws(SpectraError) {
    guard channelCount >= 0, channelCount <= EnergyAxis.channelCountMaximum else {
      // A size_t of C over half of its range comes as a negative number, which says nothing.
      throw SpectraError(
        .count, "a spectrum needs 2 to 16777216 channels",
        found: channelCount >= 0 ? Double(channelCount) : nil)
    }
  }

  @unsafe
  private init(
    carving memory: UnsafeMutableRawPointer, owned: consuming Storage<UInt8>?, _ shape: Shape,
    channelCount: Int
  ) {
    let base = unsafe memory.alignedUp(toMultipleOf: 64)
    let rows = Self.rowCount
    var offset = 0
    self.channelCount = channelCount
    let fourierCount = Self.fourierCount(channelCount: channelCount)
    unsafe energies = Region(carvedFrom: base, at: &offset, count: channelCount)
    unsafe signal = Region(carvedFrom: base, at: &offset, count: channelCount)
    unsafe integral = ChannelIntegral(
      integral: Region(carvedFrom: base, at: &offset, count: channelCount),
      halfSlopes: Region(carvedFrom: base, at: &offset, count: channelCount))
    unsafe averaged = Region(carvedFrom: base, at: &offset, count: channelCount)
    unsafe weights = Region(carvedFrom: base, at: &offset, count: channelCount)
    unsafe noise = ChannelNoise(
      variances: Region(carvedFrom: base, at: &offset, count: channelCount),
      background: Region(carvedFrom: base, at: &offset, count: channelCount),
      logarithms: Region(carvedFrom: base, at: &offset, count: channelCount))
    unsafe fourier = Region(carvedFrom: base, at: &offset, count: 2 * fourierCount)
    unsafe filter = Region(carvedFrom: base, at: &offset, count: fourierCount + 2)
    unsafe features = Region(carvedFrom: base, at: &offset, count: shape.featureCount)
    unsafe scaled = Region(carvedFrom: base, at: &offset, count: rows * shape.widestLayer)
    unsafe hidden = Region(
      carvedFrom: base, at: &offset, count: shape.hiddenLayerCount * rows * shape.widestLayer)
    unsafe outputs = Region(
      carvedFrom: base, at: &offset, count: rows * shape.memberCount * shape.outputStride)
    unsafe domain = Region(carvedFrom: base, at: &offset, count: rows * shape.domainCount)
    unsafe gradient = Region(carvedFrom: base, at: &offset, count: shape.gradientCount)
    unsafe backward = Region(carvedFrom: base, at: &offset, count: shape.backwardCount)
    unsafe values = Region(carvedFrom: base, at: &offset, count: shape.unitStride)
    unsafe units = Region(
      carvedFrom: base, at: &offset, count: shape.hiddenLayerCount * shape.unitStride)
    unsafe pairs = Region(carvedFrom: base, at: &offset, count: shape.pairCount)
    unsafe self.shape = Region(carvedFrom: base, at: &offset, count: shape.shapeCount)
    unsafe slopes = Region(carvedFrom: base, at: &offset, count: shape.featureCount)
    unsafe dependence = Region(carvedFrom: base, at: &offset, count: channelCount)
    self.owned = owned
  }

  /// - Throws: `.workspace` where it was made for fewer channels.
  func require(channelCount: Int) throws(SpectraError) {
    guard self.channelCount >= channelCount else {
      throw SpectraError(
        .workspace,
        """
        the workspace is too small; make it for the channels of the spectrum, or of its low-loss \
        spectrum, if that has more
        """, found: Double(self.channelCount), expected: Double(channelCount))
    }
  }

  /// The prepared intensities of the last spectrum that was prepared alone.
  ///
  /// - Parameter count: the points of the grid by which it was prepared.
  public func withFeatures<Answer>(_ count: Int, _ body: (Span<Float>) -> Answer) -> Answer {
    body(features.span(count))
  }

  /// Where a single spectrum goes through the networks of the properties.
  @unsafe
  var singlePass: SinglePass { unsafe singlePass(into: outputs.start) }

  /// Where it goes through those of the reference domain.
  @unsafe
  var domainPass: SinglePass { unsafe singlePass(into: domain.start) }

  @unsafe
  private func singlePass(into outputs: UnsafeMutablePointer<Float>) -> SinglePass {
    unsafe SinglePass(
      input: UnsafePointer(scaled.start), hidden: hidden.start, outputs: outputs,
      units: units.start, values: values.start, gradient: gradient.start,
      backward: backward.start, pairs: pairs.start)
  }

  /// Fills a row of scaled features with zeros, in place of a spectrum that was refused.
  ///
  /// - Parameter layerWidth: floats from one row to the next.
  mutating func clear(row: Int, layerWidth: Int) {
    var scaled = scaled.mutableSpan((row + 1) * layerWidth)
    for index in (row * layerWidth)..<((row + 1) * layerWidth) { scaled[index] = 0 }
  }
}
