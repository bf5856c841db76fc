import CKernels
import SpectraTrain
import Testing

@Suite("Kernels of features")
struct FeatureKernelTests {
  private func values(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float(generator.normal()) }
  }

  @Test(
    "Features that are taken are scaled as alone",
    arguments: KernelTests.available, [1, 15, 16, 33, 160])
  func taken(kernel: spectra_kernel, count: Int) {
    let (features, mean) = (values(count, seed: 1), values(count, seed: 4))
    let inverse = values(count, seed: 5)
    var scaled = [Float](repeating: 7, count: count + 1)
    var alone = scaled
    #expect(
      unsafe spectra_kernel_take_features(kernel, count, features, 1e6, mean, inverse, &scaled))
    unsafe spectra_kernel_scale_features(kernel, count, features, mean, inverse, &alone)
    #expect(scaled == alone)
  }

  @Test(
    "One that is no intensity is noticed wherever it is", arguments: KernelTests.available,
    [.nan, .infinity, -.infinity, Float(1e6).nextUp, -Float(1e6).nextUp])
  func noticed(kernel: spectra_kernel, wrong: Float) {
    for count in [1, 16, 37] {
      let ones = [Float](repeating: 1, count: count)
      for place in 0..<count {
        var features = values(count, seed: 2)
        var scaled = features
        for (value, isIntensity) in [(wrong, false), (wrong < 0 ? -1e6 : 1e6, true)] {
          features[place] = value
          #expect(
            unsafe spectra_kernel_take_features(
              kernel, count, features, 1e6, ones, ones, &scaled) == isIntensity)
        }
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
