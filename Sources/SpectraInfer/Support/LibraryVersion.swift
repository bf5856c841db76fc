/// The version of the library, as the header's `SPECTRA_VERSION_*` have it (a test compares them).
public enum LibraryVersion {
  /// Major, minor and patch number with points between.
  public static var text: StaticString { "0.1.0" }
}
