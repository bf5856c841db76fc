import CAPI
import CSpectraInfer
import SpectraInfer
import SpectraTestSupport
import Testing

/// A model that is freed with its owner.
@safe
private final class LoadedModel {
  private(set) var handle: OpaquePointer?

  init(_ bytes: [UInt8]) {
    let status = unsafe bytes.withUnsafeBytes { bytes in
      unsafe CAPI.spectra_model_load_memory(bytes.baseAddress, bytes.count, &handle, nil, 0)
    }
    #expect(status == SPECTRA_OK)
  }

  deinit { unsafe CAPI.spectra_model_free(handle) }
}

@Suite("Predicting through the C interface")
struct PredictTests {
  @Test("A raw spectrum gives what the core gives, to the last bit")
  func sameAsCore() throws {
    let bytes = try Repository.bytes("data/models/edge.json")
    let spectrum = EdgeSpectrum()
    let (energies, counts) = (spectrum.energies, spectrum.noisy(seed: 8))

    let model = try Model(json: bytes.span)
    var workspace = try model.makeWorkspace(channelCount: energies.count)
    let expected = try model.predict(
      Spectrum(axis: EnergyAxis(energies.span), intensities: counts.span), using: &workspace)

    let loaded = LoadedModel(bytes)
    let size = unsafe CAPI.spectra_workspace_size(loaded.handle, energies.count)
    var memory = [UInt8](repeating: 0xFF, count: size)
    var result = spectra_result()
    result.struct_size = UInt32(MemoryLayout<spectra_result>.stride)
    let status = unsafe CAPI.spectra_predict(
      loaded.handle, &memory, size, energies, counts, energies.count, nil, &result, nil, 0)
    #expect(status == SPECTRA_OK)
    #expect(result.flags == expected.flags.rawValue)
    #expect(result.novelty == expected.novelty)
    #expect(result.preparation.onset_ev == expected.preparation?.onset?.energy)
    #expect(
      result.preparation.background_exponent == expected.preparation?.background?.exponent)
    let estimates = unsafe withUnsafeBytes(of: result.properties) { bytes in
      unsafe Array(bytes.bindMemory(to: spectra_estimate.self))
    }
    for property in MaterialProperty.allCases {
      let (found, estimate) = (estimates[property.rawValue], expected[property])
      #expect(found.value == estimate.value)
      #expect(found.standard_error == estimate.standardError)
      #expect(found.lower_68 == estimate.value - estimate.halfWidth68)
      #expect(found.upper_95 == estimate.value + estimate.halfWidth95)
    }
  }

  @Test(
    "Options reach the core",
    arguments: [
      (SPECTRA_BACKGROUND_RECIPE, 0, 0, SPECTRA_OK),
      (SPECTRA_BACKGROUND_RECIPE, 495, 520, SPECTRA_OK),
      (SPECTRA_BACKGROUND_POWER_LAW, 0, 0, SPECTRA_OK),
      (SPECTRA_BACKGROUND_POWER_LAW, 495, 520, SPECTRA_OK),
      (SPECTRA_BACKGROUND_POWER_LAW, 520, 495, SPECTRA_ERROR_OPTION),
      (SPECTRA_BACKGROUND_POWER_LAW, 0, 520, SPECTRA_ERROR_OPTION),
      (SPECTRA_BACKGROUND_POWER_LAW, .nan, .nan, SPECTRA_ERROR_OPTION),
      (SPECTRA_BACKGROUND_POWER_LAW, 495, .infinity, SPECTRA_ERROR_OPTION),
      (SPECTRA_BACKGROUND_POWER_LAW, 100, 200, SPECTRA_ERROR_BACKGROUND_WINDOW),
      (spectra_background(rawValue: 3), 0, 0, SPECTRA_ERROR_OPTION),
      (spectra_background(rawValue: .max), 0, 0, SPECTRA_ERROR_OPTION),
    ] as [(spectra_background, Double, Double, spectra_status)])
  func options(
    background: spectra_background, start: Double, end: Double, expected: spectra_status
  ) throws {
    let loaded = LoadedModel(try SmallModel.bytes(features: 20))
    let spectrum = EdgeSpectrum()
    let (energies, counts) = (spectrum.energies, spectrum.smooth)
    let size = unsafe CAPI.spectra_workspace_size(loaded.handle, energies.count)
    var memory = [UInt8](repeating: 0, count: size)
    var options = unsafe spectra_options()
    unsafe CAPI.spectra_options_init(&options)
    unsafe options.background = background
    unsafe options.background_start_ev = start
    unsafe options.background_end_ev = end
    var result = spectra_result()
    result.struct_size = UInt32(MemoryLayout<spectra_result>.stride)
    let status = unsafe CAPI.spectra_predict(
      loaded.handle, &memory, size, energies, counts, energies.count, &options, &result, nil, 0)
    #expect(status == expected)
    if status == SPECTRA_OK, start > 0 {
      #expect(abs(result.preparation.background_start_ev - start) < 0.06)
      #expect(abs(result.preparation.background_end_ev - end) < 0.06)
    }
    if status != SPECTRA_OK { #expect(result.preparation.struct_size == 0, "untouched") }
  }
}
