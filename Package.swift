// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  // Spans that are returned and stored, as in the inference core's Spectrum and Storage.
  .enableExperimentalFeature("Lifetimes"),
]

let package = Package(
  name: "SpectraInfer",
  products: [
    .library(name: "SpectraInfer", targets: ["SpectraInfer"]),
    .library(name: "SpectraIO", targets: ["SpectraIO"]),
    .library(name: "SpectraTrain", targets: ["SpectraTrain"]),
    // The C library of the Makefile is linked from the objects of this product (docs/decisions/0001).
    .library(name: "SpectraInferC", type: .dynamic, targets: ["CAPI"]),
    .executable(name: "spectra", targets: ["spectra"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV", from: "0.10.0"),
  ],
  targets: [
    // MARK: - C, in the order of use
    .systemLibrary(name: "CSpectraInfer", path: "include"),
    .systemLibrary(name: "CJSON", pkgConfig: "json-c", providers: [.apt(["libjson-c-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CJSONMemory"),
    .target(name: "CKernels"),

    // MARK: - Swift, the way the data goes
    .target(
      name: "SpectraInfer",
      dependencies: ["CJSON", "CJSONMemory", "CKernels"],
      swiftSettings: strict),
    .target(
      name: "CAPI",
      dependencies: ["SpectraInfer", "CSpectraInfer", "CKernels"],
      swiftSettings: strict),
    .target(
      name: "SpectraIO",
      dependencies: [
        "SpectraInfer", "CZlib", .product(name: "SwiftCSV", package: "SwiftCSV"),
      ],
      swiftSettings: strict),
    .target(
      name: "SpectraTrain",
      dependencies: ["SpectraInfer", "SpectraIO", "CKernels"],
      swiftSettings: strict),
    .target(
      name: "SpectraMaps",
      dependencies: ["SpectraInfer", "SpectraIO"],
      swiftSettings: strict),
    .executableTarget(
      name: "spectra",
      dependencies: [
        "SpectraInfer", "SpectraIO", "SpectraMaps", "SpectraTrain",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // MARK: - Tests
    .target(
      name: "SpectraTestSupport",
      dependencies: ["SpectraInfer", "SpectraIO", "SpectraTrain"],
      path: "Tests/SpectraTestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "SpectraInferTests",
      dependencies: ["SpectraInfer", "SpectraTestSupport", "CKernels"],
      swiftSettings: strict),
    .testTarget(
      name: "CAPITests",
      dependencies: ["CAPI", "CSpectraInfer", "SpectraInfer", "SpectraTestSupport"],
      swiftSettings: strict),
    .target(
      name: "FuzzReaders",
      dependencies: ["SpectraIO"],
      path: "fuzz/readers",
      swiftSettings: strict),
    .testTarget(
      name: "SpectraIOTests",
      dependencies: ["SpectraIO", "SpectraInfer", "SpectraTestSupport", "FuzzReaders"],
      swiftSettings: strict),
    .testTarget(
      name: "SpectraTrainTests",
      dependencies: [
        "SpectraTrain", "SpectraInfer", "SpectraIO", "SpectraTestSupport", "CKernels",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "SpectraMapsTests",
      dependencies: [
        "SpectraMaps", "SpectraInfer", "SpectraIO", "SpectraTrain", "SpectraTestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["spectra", "SpectraTestSupport"],
      swiftSettings: strict),
  ]
)
