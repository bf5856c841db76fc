import Foundation

/// The C library's functions, right to a unit in the last place, for files that import CKernels:
/// the compiler finds them twice there.
enum CLibrary {
  static func logarithm(_ number: Double) -> Double { log(number) }
  static func exponential(_ exponent: Double) -> Double { exp(exponent) }
  static func power(_ number: Double, _ exponent: Double) -> Double { pow(number, exponent) }
}
