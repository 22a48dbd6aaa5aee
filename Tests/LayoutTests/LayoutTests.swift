import Foundation
import Testing

/// The house's rules that a program can check: what the top level holds, who imports whom, what
/// may not stand in the sources.
@Suite struct LayoutTests {
    @Test func topLevelHoldsExactlyTheAgreedNames() throws {
        let agreed: Set = ["Package.swift", "README.md", "Schemas", "Sources", "Tests", "Tools"]
        let names = try FileManager.default.contentsOfDirectory(atPath: Repository.root.path)
        let visible = Set(names.filter { !$0.hasPrefix(".") && $0 != "Package.resolved" })
        #expect(visible == agreed)
    }

    /// Architecture, "Targets and who may import whom".
    @Test(arguments: ImportRules.all) func targetImportsOnlyWhatItMay(_ rule: ImportRules) throws {
        let files = try Repository.swiftFiles("Sources/\(rule.target)")
        #expect(!files.isEmpty)
        for file in files {
            for name in try Repository.imports(of: file) {
                #expect(
                    rule.allowed.contains(name),
                    "\(Repository.name(file)) imports \(name); \(rule.target) may not")
            }
        }
    }

    @Test func theCLibrariesHaveOneImporterEach() throws {
        let owners = [
            "CIsal": "Sources/Checksum/", "CLMDB": "Sources/LMDB/", "CZstd": "Sources/Zstd/",
            "CJemalloc": "Sources/taizhang/", "CEpoll": "Sources/Client/Direct/",
            "ArgumentParser": "Sources/taizhang/",
        ]
        for file in try Repository.swiftFiles("Sources") {
            for name in try Repository.imports(of: file) {
                guard let owner = owners[name] else { continue }
                #expect(
                    Repository.name(file).hasPrefix(owner),
                    "\(Repository.name(file)) imports \(name)")
            }
        }
    }

    @Test func noSourceTrapsOnPurposeOrLeavesWorkUndone() throws {
        let banned = ["fatalError(", "try!", "as!", "TODO", "FIXME", "XXX", "unowned(unsafe)"]
        for file in try Repository.swiftFiles("Sources") where !Repository.isGenerated(file) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for word in banned {
                #expect(!text.contains(word), "\(Repository.name(file)) contains \(word)")
            }
        }
    }

    @Test func filesHaveOneSubject() throws {
        let files = try Repository.swiftFiles("Sources") + Repository.swiftFiles("Tests")
        for file in files where !Repository.isGenerated(file) {
            let text = try String(contentsOf: file, encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(lines <= 600, "\(Repository.name(file)) has \(lines) lines")
        }
    }

    @Test func everyTestFileAssertsSomething() throws {
        for file in try Repository.swiftFiles("Tests")
        where file.lastPathComponent.hasSuffix("Tests.swift") {
            let text = try String(contentsOf: file, encoding: .utf8)
            let asserts = ["#expect", "#require", "confirmation("].contains { text.contains($0) }
            #expect(asserts, "\(Repository.name(file)) asserts nothing")
        }
    }
}

/// The modules that a target may import besides the standard library's own.
struct ImportRules: CustomTestStringConvertible, Sendable {
    let target: String
    let allowed: Set<String>

    var testDescription: String { target }

    private static let standard: Set<String> = ["Glibc", "Synchronization", "Dispatch"]

    private init(_ target: String, _ allowed: Set<String>) {
        self.target = target
        self.allowed = allowed.union(Self.standard)
    }

    static let all: [ImportRules] = [
        ImportRules("Names", []),
        ImportRules("LMDB", ["CLMDB"]),
        ImportRules("Checksum", ["CIsal"]),
        ImportRules("Zstd", ["CZstd"]),
        ImportRules("LogFormat", ["Checksum", "Zstd", "Crypto"]),
        ImportRules("EventLog", ["Checksum", "LMDB", "LogFormat", "Names", "Crypto"]),
        ImportRules("Schema", ["Foundation", "FoundationEssentials", "Names", "SwiftProtobuf"]),
        ImportRules("PartyBuilding", ["Names", "Schema"]),
        ImportRules(
            "ReadModels", ["PartyBuilding", "Schema", "EventLog", "LMDB", "LogFormat"]),
        ImportRules("Wire", ["NIOCore"]),
        ImportRules(
            "Server",
            [
                "CNIOLinux", "Client", "Crypto", "EventLog", "LMDB", "LogFormat", "Logging",
                "NIOCore", "NIOPosix", "Names", "PartyBuilding", "ReadModels", "Schema",
                "ServiceLifecycle", "UnixSignals", "Wire",
            ]),
        ImportRules(
            "Client",
            ["CEpoll", "Foundation", "LogFormat", "NIOCore", "NIOPosix", "Schema", "Wire"]),
        ImportRules(
            "taizhang",
            [
                "ArgumentParser", "CJemalloc", "Client", "Crypto", "EventLog", "Foundation",
                "Histogram", "LMDB", "LogFormat", "Logging", "Names", "PartyBuilding", "ReadModels",
                "Schema", "Server", "ServiceLifecycle",
                "UnixSignals", "Wire",
            ]),
    ]
}

/// The repository the tests were built from.
enum Repository {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func swiftFiles(_ folder: String) throws -> [URL] {
        let start = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil)
        else { return [] }
        return walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .sorted { $0.path < $1.path }
    }

    static func name(_ file: URL) -> String {
        String(file.path.dropFirst(root.path.count + 1))
    }

    static func isGenerated(_ file: URL) -> Bool {
        file.path.contains("/Generated/")
    }

    /// The modules that a file imports.
    static func imports(of file: URL) throws -> [String] {
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"), place <= 2, place + 1 < words.count,
                words[..<place].allSatisfy({ importWords.contains(String($0)) })
            else { return nil }
            let module = words[place + 1]
            let isKind = ["struct", "class", "enum", "func", "protocol", "var"]
                .contains(String(module))
            let name = isKind && place + 2 < words.count ? words[place + 2] : module
            return String(name.split(separator: ".")[0])
        }
    }

    private static let importWords: Set = [
        "package", "public", "internal", "private", "fileprivate", "@preconcurrency",
        "@testable", "@_exported",
    ]
}
