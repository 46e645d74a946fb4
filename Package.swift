// swift-tools-version: 6.2
import PackageDescription

/// Every module is compiled alike: Swift 6 mode, the features the house style names, and a
/// warning is an error. Sources are also checked for memory safety; tests are not.
let language: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]
let source =
  language + [
    .strictMemorySafety(),
    // Channels and JSON are generic or small, and live in another module than who uses them.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
  ]

let package = Package(
  name: "scim-hris",
  products: [
    .executable(name: "scim-hris", targets: ["Pipeline"])
  ],
  targets: [
    .target(name: "CLinux", path: "Sources/Transport/CLinux"),
    .target(
      name: "Transport", dependencies: ["CLinux"], exclude: ["CLinux"], swiftSettings: source),
    .target(name: "Actors", dependencies: ["Transport"], swiftSettings: source),
    .executableTarget(
      name: "Pipeline", dependencies: ["Actors", "Transport"], swiftSettings: source),
    .target(
      name: "TestSupport", dependencies: ["Actors", "Transport"], path: "Tests/TestSupport",
      swiftSettings: language),
    .testTarget(
      name: "TransportTests", dependencies: ["Transport", "TestSupport"],
      swiftSettings: language),
    .testTarget(
      name: "ActorsTests", dependencies: ["Actors", "Transport", "TestSupport"],
      swiftSettings: language),
    .testTarget(
      name: "PipelineTests", dependencies: ["Pipeline", "Actors", "Transport", "TestSupport"],
      swiftSettings: language),
  ]
)
