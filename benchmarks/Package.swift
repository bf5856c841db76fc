// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "SpectraBenchmarks",
  dependencies: [.package(name: "SpectraInfer", path: "..")],
  targets: [
    .executableTarget(
      name: "TrainingWorker",
      dependencies: [.product(name: "SpectraTrain", package: "SpectraInfer")],
      swiftSettings: [
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
      ])
  ]
)
