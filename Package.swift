// swift-tools-version: 6.2

import PackageDescription

/// One language dialect for every target: Swift 6, warnings are errors, import levels written out.
let dialect: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let lifecycle = Target.Dependency.product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: dialect)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: dialect)
}

let package = Package(
    name: "taizhang",
    products: [
        .executable(name: "taizhang", targets: ["taizhang"]),
        .library(name: "TaizhangClient", targets: ["Client"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(
            url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(
            url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "CIsal", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(
            name: "CJemalloc", pkgConfig: "jemalloc", providers: [.apt(["libjemalloc-dev"])]),
        library("Names", []),
        .systemLibrary(name: "CEpoll"),
        library("LMDB", ["CLMDB"]),
        library("Checksum", ["CIsal"]),
        library("Zstd", ["CZstd"]),
        library("LogFormat", ["Checksum", "Zstd", crypto]),
        library("EventLog", ["Checksum", "LMDB", "LogFormat", "Names", crypto]),
        library("Schema", ["Names", protobuf]),
        library("PartyBuilding", ["Names", "Schema"]),
        library("ReadModels", ["PartyBuilding", "Schema", "EventLog", "LMDB", "LogFormat"]),
        library("Wire", [nioCore]),
        library(
            "Server",
            [
                "EventLog", "LMDB", "LogFormat", "Names", "PartyBuilding", "ReadModels", "Schema",
                "Wire", lifecycle, logging, nioCore, nioPosix, crypto,
            ]),
        library("Client", ["CEpoll", "LogFormat", "Schema", "Wire", nioCore, nioPosix]),
        .executableTarget(
            name: "taizhang",
            dependencies: [
                "CJemalloc", "Client", "EventLog", "LogFormat", "Names", "PartyBuilding",
                "ReadModels",
                "Schema", "Server", arguments, crypto, histogram,
            ],
            swiftSettings: dialect),
        .target(
            name: "TestSupport", dependencies: [], path: "Tests/TestSupport",
            swiftSettings: dialect),
        tests("NamesTests", ["Names", "TestSupport"]),
        tests("LMDBTests", ["LMDB", "TestSupport"]),
        tests("ChecksumTests", ["Checksum", "TestSupport"]),
        tests("ZstdTests", ["Zstd", "TestSupport"]),
        tests("LogFormatTests", ["LogFormat", "Zstd", "TestSupport"]),
        tests(
            "EventLogTests",
            ["Checksum", "EventLog", "LMDB", "LogFormat", "Names", "TestSupport"]),
        tests("SchemaTests", ["Schema", "TestSupport"]),
        tests("PartyBuildingTests", ["Names", "PartyBuilding", "Schema", "TestSupport"]),
        tests(
            "ReadModelsTests",
            ["ReadModels", "PartyBuilding", "Schema", "EventLog", "LMDB", "TestSupport"]),
        tests("WireTests", ["Wire", "TestSupport", nioCore]),
        tests(
            "ServerTests",
            [
                "Server", "Client", "EventLog", "ReadModels", "Schema", "Wire", "TestSupport",
                nioCore, nioEmbedded, nioPosix,
            ]),
        tests("ClientTests", ["Client", "LogFormat", "Schema", "Wire", "TestSupport"]),
        tests("IntegrationTests", ["Client", "Schema", "Wire", "TestSupport"]),
        tests("LayoutTests", ["TestSupport"]),
    ]
)
