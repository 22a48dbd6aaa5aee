import Foundation
import TestSupport
import Testing

/// A server whose ledger holds all demonstration data, for tests that change nothing.
struct ImportedLedger: Sendable {
    let address: String
    /// Of the import that filled it.
    let counts: ImportCounts

    @TaskLocal static var current: ImportedLedger?

    /// The one that the suite's trait has started.
    static func required() throws -> ImportedLedger {
        try #require(current)
    }

    func run(_ arguments: [String], input: String = "", language: String = "en") throws -> Finished
    {
        try Executable.run(arguments + ["--server", address, "--lang", language], input: input)
    }

    /// The rows of a query.
    func rows(_ arguments: [String]) throws -> [[String: Any]] {
        let finished = try run(["query"] + arguments + ["--json"])
        try #require(finished.status == 0, "\(arguments): \(finished.errors)")
        return try finished.objects()
    }

    /// The only row of a query.
    func row(_ arguments: [String]) throws -> [String: Any] {
        let rows = try rows(arguments)
        try #require(rows.count == 1, "\(arguments) has \(rows.count) rows")
        return rows[0]
    }

    /// Number of facts in the ledger.
    func head() throws -> Int {
        let status = try run(["status", "--json"]).objects()
        return try #require(status.first?["head_position"] as? Int)
    }
}

/// Starts the server once for a suite, imports everything, and ends it behind the last test.
struct ImportedLedgerTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let directory = TemporaryDirectory("taizhang-imported")
        let server = try RunningServer(data: directory.appending("ledger"))
        let ledger = ImportedLedger(
            address: server.address, counts: try server.importDemo(DemoData.names))
        try await ImportedLedger.$current.withValue(ledger) { try await function() }
        #expect(try server.head() == ledger.counts.accepted, "a test has recorded something")
        #expect(server.stop() == 0)
    }
}

extension Trait where Self == ImportedLedgerTrait {
    /// All tests of the suite share one ledger with all demonstration data.
    static var importedLedger: Self { ImportedLedgerTrait() }
}
