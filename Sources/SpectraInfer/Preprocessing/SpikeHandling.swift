/// What is done about spikes: one or two channels that a cosmic ray or an X-ray hit.
///
/// `rawValue` equals the `SPECTRA_SPIKES_*` of the C header.
public enum SpikeHandling: UInt32, Sendable, CaseIterable {
  /// Count them, flag the result, leave them.
  case report = 0
  /// Put the straight line between their neighbours in their place.
  case replace = 1
  /// Do not look for them.
  case ignore = 2
}
