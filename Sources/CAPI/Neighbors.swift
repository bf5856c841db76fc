public import CSpectraInfer
internal import SpectraInfer

/// Finds the references nearest to a prepared spectrum.
@_cdecl("spectra_find_neighbors")
public func spectra_find_neighbors(
  _ model: OpaquePointer?, _ features: UnsafePointer<Float>?, _ feature_count: Int,
  _ neighbors: UnsafeMutablePointer<spectra_neighbor>?, _ neighbor_capacity: Int,
  _ neighbor_count: UnsafeMutablePointer<Int>?, _ message: UnsafeMutablePointer<CChar>?,
  _ message_capacity: Int
) -> spectra_status {
  unsafe Message(message, message_capacity).status { () throws(SpectraError) in
    guard let model = unsafe model else { throw nullArgument("model is NULL; load one") }
    guard let neighbors = unsafe neighbors, let neighbor_count = unsafe neighbor_count else {
      throw nullArgument("neighbors or neighbor_count is NULL; give a place")
    }
    try unsafe checkAlignment(neighbors)
    // A count over half of the range of size_t is negative here.
    guard neighbor_capacity >= 1 else {
      throw SpectraError(.count, "neighbor_capacity must be positive")
    }
    let core = unsafe UnsafePointer<Model>(model)
    let values = try unsafe span(features, feature_count, "features is NULL; give a spectrum")
    try unsafe core.pointee.check(values)
    // Both are 16 bytes: the memory holds ours first, and then, one by one, those of the header.
    let room = unsafe min(neighbor_capacity, core.pointee.referenceCount)
    let raw = UnsafeMutableRawPointer(neighbors)
    let own = unsafe raw.bindMemory(to: Neighbor.self, capacity: room)
    let buffer = unsafe UnsafeMutableBufferPointer(start: own, count: room)
    var found = unsafe buffer.mutableSpan
    let count = try unsafe core.pointee.findNeighbors(of: values, into: &found)
    for rank in 0..<count {
      let neighbor = unsafe own[rank]
      unsafe (raw + rank * MemoryLayout<spectra_neighbor>.stride).storeBytes(
        of: spectra_neighbor(
          reference: UInt32(neighbor.reference), reserved: 0, distance: neighbor.distance),
        as: spectra_neighbor.self)
    }
    _ = unsafe raw.bindMemory(to: spectra_neighbor.self, capacity: room)
    unsafe neighbor_count.pointee = count
  }
}
