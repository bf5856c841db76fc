import CKernels
import SpectraTrain
import Testing

@Suite("Kernels of features")
struct FeatureKernelTests {
  private func values(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(generator.normal()) }
  }

  @Test("Features are copied as they are", arguments: KernelTests.available, [1, 15, 16, 33, 160])
  func copied(kernel: spectra_kernel, count: Int) {
    let features = values(count, seed: 1)
    var copy = [Float](repeating: 7, count: count + 1)
    #expect(unsafe spectra_kernel_copy_features(kernel, count, features, 1e6, &copy))
    #expect(copy == features + [7])
  }

  @Test(
    "One that is no intensity is noticed wherever it is", arguments: KernelTests.available,
    [.nan, .infinity, -.infinity, Float(1e6).nextUp, -Float(1e6).nextUp])
  func noticed(kernel: spectra_kernel, wrong: Float) {
    for count in [1, 16, 37] {
      for place in 0..<count {
        var features = values(count, seed: 2)
        var copy = features
        features[place] = wrong
        #expect(unsafe !spectra_kernel_copy_features(kernel, count, features, 1e6, &copy))
        features[place] = wrong < 0 ? -1e6 : 1e6
        #expect(unsafe spectra_kernel_copy_features(kernel, count, features, 1e6, &copy))
      }
    }
  }

  @Test(
    "Scaling rounds the difference and the product", arguments: KernelTests.available,
    [1, 15, 16, 33, 160])
  func scaled(kernel: spectra_kernel, count: Int) {
    let (features, mean) = (values(count, seed: 3), values(count, seed: 4))
    let inverse = values(count, seed: 5)
    var scaled = [Float](repeating: 7, count: count + 1)
    unsafe spectra_kernel_scale_features(kernel, count, features, mean, inverse, &scaled)
    for index in 0..<count {
      #expect(scaled[index] == (features[index] - mean[index]) * inverse[index])
    }
    #expect(scaled[count] == 7)
  }
}
