/// A trained model: the recipe, the networks, their calibration and the reference spectra.
///
/// It is immutable, and any number of threads may use it at once, each with a workspace of its own.
///
///     let model = try Model(json: bytes.span)
///     var workspace = try model.makeWorkspace(channelCount: energies.count)
///     let axis = try EnergyAxis(energies.span)
///     let spectrum = try Spectrum(axis: axis, intensities: counts.span)
///     let prediction = try model.predict(spectrum, using: &workspace)
///     print(prediction[.bondLength].value)
public struct Model: ~Copyable, Sendable {
  /// Highest version of the file format that this library reads.
  public static let formatVersionMaximum = 3

  /// Version of the file format that the model was read from.
  public let formatVersion: Int
  /// The recipe by which the training spectra were prepared, and by which measured ones are.
  public let preprocessor: Preprocessor
  let scaler: Scaler
  let ensemble: Ensemble
  let calibration: Calibration
  let references: ReferenceLibrary
  let shapes: ReferenceShapes
  let domain: ReferenceDomain
  /// The model card as JSON, closed by a zero byte.
  let card: Storage<UInt8>

  /// Points of the energy grid.
  public var featureCount: Int { preprocessor.grid.count }
  /// Networks of the ensemble.
  public var memberCount: Int { ensemble.memberCount }
  /// Reference spectra.
  public var referenceCount: Int { references.count }

  private var workspaceShape: Workspace.Shape {
    Workspace.Shape(
      featureCount: featureCount, widestLayer: ensemble.widestLayer, memberCount: memberCount,
      outputStride: ensemble.outputStride,
      hiddenLayerCount: max(ensemble.hiddenLayerCount, domain.networks.hiddenLayerCount),
      domainCount: domain.networks.memberCount * domain.networks.outputStride,
      gradientCount: ensemble.gradientCount, backwardCount: ensemble.backwardCount,
      unitStride: ensemble.unitStride, pairCount: ensemble.pairCount,
      shapeCount: shapes.scratchCount)
  }

  /// Bytes of memory that a workspace for spectra of `channelCount` channels takes, 0 up to
  /// `EnergyAxis.channelCountMaximum`.
  public func workspaceByteCount(channelCount: Int) -> Int {
    Workspace.byteCount(workspaceShape, channelCount: channelCount)
  }

  /// Allocates a workspace for spectra of up to `channelCount` channels (0: from features only).
  ///
  /// - Throws: `.memory` where the allocation is refused; `.count` above the channels a spectrum
  ///   may have.
  public func makeWorkspace(channelCount: Int) throws(SpectraError) -> Workspace {
    try Workspace(workspaceShape, channelCount: channelCount)
  }

  /// Makes a workspace of memory that must outlive it.
  ///
  /// - Throws: `.workspace` where it is too small; `.count` above the channels a spectrum may have.
  @unsafe
  public func makeWorkspace(
    in memory: UnsafeMutableRawBufferPointer, channelCount: Int
  ) throws(SpectraError) -> Workspace {
    try unsafe Workspace(in: memory, workspaceShape, channelCount: channelCount)
  }

  /// The prepared intensities of the references, row-major [referenceCount, featureCount].
  public var referenceFeatures: Span<Float> {
    @_lifetime(borrow self)
    get { references.features.span }
  }

  /// Address of the prepared intensities of a reference, for the C border: valid while the model
  /// lives.
  @unsafe
  package func referenceFeatureAddress(_ reference: Int) -> UnsafePointer<Float> {
    let start = unsafe references.features.start.assumingMemoryBound(to: Float.self)
    return unsafe UnsafePointer(start + reference * featureCount)
  }

  /// Identifier of a reference as a C string, for the C border: valid while the model lives.
  @unsafe
  package func referenceName(_ reference: Int) -> UnsafePointer<CChar> {
    let start = unsafe references.names.start.assumingMemoryBound(to: CChar.self)
    return unsafe UnsafePointer(start + references.nameStarts.span[reference])
  }

  /// The model card as a C string, for the C border: valid while the model lives.
  @unsafe
  package var cardText: UnsafePointer<CChar> {
    unsafe UnsafePointer(card.start.assumingMemoryBound(to: CChar.self))
  }

  /// The nearest references to a prepared spectrum, as many as there is room for, nearest first; the
  /// lower index where distances are equal.
  ///
  /// - Parameters:
  ///   - features: `featureCount` intensities on the model's grid, with a mean of 1.
  ///   - neighbors: receives them.
  /// - Returns: how many they are: `neighbors.count`, or all references where there are fewer.
  /// - Throws: `.count` where there are not `featureCount` features; `.notFinite` for NaN and absurd
  ///   magnitudes.
  /// - Complexity: O(references x features); allocates nothing.
  public func findNeighbors(
    of features: Span<Float>, into neighbors: inout MutableSpan<Neighbor>
  ) throws(SpectraError) -> Int {
    try check(features)
    return references.nearest(to: features, into: &neighbors)
  }

  /// The simulated properties of a reference; NaN where the site has none.
  public func referenceProperties(_ reference: Int) -> PropertyValues {
    references.properties.span[reference]
  }
}
