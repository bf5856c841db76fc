import CAPI
import CSpectraInfer
import SpectraInfer
import Testing

/// Takes a function of the header and its Swift twin: where their types differ, this file does not
/// compile. (Both are the same symbol, so nothing more can be asked of them here.)
private func same<T>(_ header: T, _ swift: T) -> Bool { true }

@Suite("The header and its implementation")
struct HeaderTests {
  @Test("Every function has the type that the header declares")
  func types() {
    let checks = unsafe [
      same(CSpectraInfer.spectra_version_number, CAPI.spectra_version_number),
      same(CSpectraInfer.spectra_version_string, CAPI.spectra_version_string),
      same(CSpectraInfer.spectra_model_format_max, CAPI.spectra_model_format_max),
      same(CSpectraInfer.spectra_status_name, CAPI.spectra_status_name),
      same(CSpectraInfer.spectra_status_text, CAPI.spectra_status_text),
      same(CSpectraInfer.spectra_property_name, CAPI.spectra_property_name),
      same(CSpectraInfer.spectra_property_unit, CAPI.spectra_property_unit),
      same(CSpectraInfer.spectra_model_load_file, CAPI.spectra_model_load_file),
      same(CSpectraInfer.spectra_model_load_memory, CAPI.spectra_model_load_memory),
      same(CSpectraInfer.spectra_model_free, CAPI.spectra_model_free),
      same(CSpectraInfer.spectra_model_get_info, CAPI.spectra_model_get_info),
      same(CSpectraInfer.spectra_model_card, CAPI.spectra_model_card),
      same(CSpectraInfer.spectra_model_get_reference, CAPI.spectra_model_get_reference),
      same(CSpectraInfer.spectra_options_init, CAPI.spectra_options_init),
      same(CSpectraInfer.spectra_flag_text, CAPI.spectra_flag_text),
      same(CSpectraInfer.spectra_workspace_size, CAPI.spectra_workspace_size),
      same(CSpectraInfer.spectra_predict, CAPI.spectra_predict),
      same(CSpectraInfer.spectra_predict_batch, CAPI.spectra_predict_batch),
      same(CSpectraInfer.spectra_preprocess, CAPI.spectra_preprocess),
      same(CSpectraInfer.spectra_predict_features, CAPI.spectra_predict_features),
      same(CSpectraInfer.spectra_find_neighbors, CAPI.spectra_find_neighbors),
    ]
    #expect(checks.count == 21)
  }

  @Test("Every status of the header is an error code of the core, and the other way round")
  func statuses() {
    let header: [(spectra_status, SpectraError.Code)] = [
      (SPECTRA_ERROR_NULL_ARGUMENT, .nullArgument), (SPECTRA_ERROR_STRUCT_SIZE, .structSize),
      (SPECTRA_ERROR_COUNT, .count), (SPECTRA_ERROR_WORKSPACE, .workspace),
      (SPECTRA_ERROR_OPTION, .option), (SPECTRA_ERROR_MEMORY, .memory),
      (SPECTRA_ERROR_AXIS, .axis), (SPECTRA_ERROR_AXIS_RANGE, .axisRange),
      (SPECTRA_ERROR_NOT_FINITE, .notFinite),
      (SPECTRA_ERROR_BACKGROUND_WINDOW, .backgroundWindow),
      (SPECTRA_ERROR_BACKGROUND_FIT, .backgroundFit), (SPECTRA_ERROR_NO_EDGE, .noEdge),
      (SPECTRA_ERROR_NO_SIGNAL, .noSignal), (SPECTRA_ERROR_ALIGNMENT, .alignment),
      (SPECTRA_ERROR_LOW_LOSS, .lowLoss), (SPECTRA_ERROR_DECONVOLUTION, .deconvolution),
      (SPECTRA_ERROR_UNCERTAIN_ONSET, .uncertainOnset),
      (SPECTRA_ERROR_FILE, .file), (SPECTRA_ERROR_MODEL_SYNTAX, .modelSyntax),
      (SPECTRA_ERROR_MODEL_FORMAT, .modelFormat),
      (SPECTRA_ERROR_MODEL_CHECKSUM, .modelChecksum),
      (SPECTRA_ERROR_MODEL_CONTENT, .modelContent),
      (SPECTRA_ERROR_MODEL_SELF_TEST, .modelSelfTest),
    ]
    for (status, code) in header { #expect(status.rawValue == UInt32(code.rawValue)) }
    #expect(Set(header.map(\.1)) == Set(SpectraError.Code.allCases))
  }

  @Test("Properties, alignments and flags have the numbers of the header")
  func numbers() {
    #expect(MaterialProperty.allCases.count == Int(SPECTRA_PROPERTY_COUNT))
    let properties = [
      SPECTRA_BOND_LENGTH, SPECTRA_BOND_ANGLE, SPECTRA_VORONOI_VOLUME, SPECTRA_OVERLAP_POPULATION,
      SPECTRA_MULLIKEN_CHARGE, SPECTRA_EXCITATION_ENERGY,
    ]
    #expect(properties.map { Int($0.rawValue) } == MaterialProperty.allCases.map(\.rawValue))
    #expect(SPECTRA_ALIGNMENT_THRESHOLD.rawValue == Alignment.threshold.rawValue)
    #expect(SPECTRA_ALIGNMENT_EDGE.rawValue == Alignment.edge.rawValue)
    #expect(SPECTRA_ALIGNMENT_ABSOLUTE.rawValue == Alignment.absolute.rawValue)
    #expect(SPECTRA_SPIKES_REPORT.rawValue == SpikeHandling.report.rawValue)
    #expect(SPECTRA_SPIKES_REPLACE.rawValue == SpikeHandling.replace.rawValue)
    #expect(SPECTRA_SPIKES_IGNORE.rawValue == SpikeHandling.ignore.rawValue)
    #expect(Prediction.neighborCountMaximum == Int(SPECTRA_NEIGHBOR_COUNT))
    #expect(EnergyAxis.channelCountMaximum == Int(SPECTRA_CHANNEL_COUNT_MAX))
    for (index, flag) in PredictionFlags.all.enumerated() {
      #expect(flag.rawValue == 1 << UInt32(index))
      #expect(flag.sentence.utf8CodeUnitCount > 20)
    }
  }

  @Test("The version is said once: macros, number and text agree")
  func version() {
    let (major, minor, patch) = (
      Int(SPECTRA_VERSION_MAJOR), Int(SPECTRA_VERSION_MINOR), Int(SPECTRA_VERSION_PATCH)
    )
    #expect(Int(CAPI.spectra_version_number()) == 10_000 * major + 100 * minor + patch)
    let text = unsafe CAPI.spectra_version_string().map { unsafe String(cString: $0) }
    #expect(text == "\(major).\(minor).\(patch)")
  }

  @Test("A message is one sentence in ASCII, cut to its buffer and closed", arguments: 0...80)
  func message(capacity: Int) {
    var buffer = [CChar](repeating: 0x55, count: 90)
    let status = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
      unsafe CAPI.spectra_model_load_file(nil, nil, buffer.baseAddress, capacity)
    }
    #expect(status == SPECTRA_ERROR_NULL_ARGUMENT)
    let whole = "path is NULL; give a file."
    if capacity > 0 {
      let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
      #expect(String(decoding: text, as: UTF8.self) == String(whole.prefix(capacity - 1)))
    }
    #expect(buffer[max(capacity, whole.count + 1)...].allSatisfy { $0 == 0x55 })
  }
}
