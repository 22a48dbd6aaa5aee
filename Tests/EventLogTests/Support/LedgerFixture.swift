import TestSupport
import Testing

@testable import EventLog

/// A directory for one ledger and the options tests open it with: everything so small that its
/// borders are met all the time.
struct LedgerFixture {
    let directory = TemporaryDirectory("eventlog")
    var options: EventLogOptions

    init() {
        options = EventLogOptions()
        options.logMapBytes = 64 << 20
        options.indexMapBytes = 64 << 20
    }

    /// Tiny values, batches, chunks and overlay.
    static func tiny() -> LedgerFixture {
        var fixture = LedgerFixture()
        fixture.options.maxValueBytes = 400
        fixture.options.maxBatchEvents = 7
        fixture.options.inlineBatchEvents = 2
        fixture.options.eagerBatchEvents = 3
        fixture.options.checkpointEvents = 20
        fixture.options.checkpointKeys = 120
        fixture.options.checkpointMilliseconds = 20
        fixture.options.overlayMaxEvents = 60
        fixture.options.postingChunkBytes = 24
        fixture.options.postingTailBytes = 14
        fixture.options.postingsAtOnce = 8
        fixture.options.idChunkBytes = 30
        fixture.options.nameCacheEntries = 4
        fixture.options.searchEffort = 9
        fixture.options.sealedBlockBytes = 500
        fixture.options.dictionaryBytes = 300
        fixture.options.dictionaryInterval = 5
        fixture.options.sealPatienceMilliseconds = 1
        fixture.options.sealBusyEvents = .max
        fixture.options.journalFileBytes = 3 * JournalRecord.blockSize
        fixture.options.settleMilliseconds = 2
        return fixture
    }

    /// Everything stays in the journal as long as there is room in it.
    mutating func keepJournal() {
        options.journalFileBytes = 2 << 20
        options.settleMilliseconds = 3_600_000
    }

    /// Where the ledger is.
    var path: String {
        directory.appending("ledger")
    }

    func open(judge: (any Judge)? = nil) throws -> EventLog {
        try EventLog.open(directory: path, options: options, judge: judge)
    }

    /// Opens, runs and closes.
    func withLog<Result>(
        judge: (any Judge)? = nil, _ body: (EventLog) async throws -> Result
    ) async throws -> Result {
        let log = try open(judge: judge)
        defer { log.close() }
        return try await body(log)
    }

    /// The teardown of every storage test: the ledger at rest must prove itself.
    func expectSound(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let report = try EventLog.verify(directory: path, options: options)
        #expect(report.damages == [], sourceLocation: sourceLocation)
        #expect(report.isSound, sourceLocation: sourceLocation)
    }
}

extension EventLog {
    /// Waits until everything that is worth a block is sealed.
    func waitUntilSealed() async throws {
        var status = try status()
        while status.isSealing {
            try await Task.sleep(for: .milliseconds(1))
            status = try self.status()
        }
        #expect(status.sealingFault == nil)
    }
}

/// A draft with an id made from a number.
func draft(
    _ number: UInt64, stream: String = "issue-1", type: UInt32 = 1, tags: [String] = [],
    body: [UInt8]? = nil
) -> EventDraft {
    EventDraft(
        id: testID(number), stream: stream, type: type, tags: tags,
        body: body ?? Array("body \(number)".utf8))
}

/// An id of version 7 whose order is that of the numbers.
func testID(_ number: UInt64) -> EventID {
    EventID(high: number << 16 | 0x7000, low: 0x8000_0000_0000_0000 | number)
}

/// Every event of a query, page after page.
func readAll(_ log: EventLog, _ query: ReadQuery) throws -> [RecordedEvent] {
    var query = query
    var events: [RecordedEvent] = []
    while true {
        let page = try log.read(query)
        events += page.events
        guard let next = page.next else { return events }
        query.from = next
    }
}

extension Result where Success == AppendOutcome, Failure == AppendFailure {
    /// The failure, nil when there is none.
    var failure: AppendFailure? {
        guard case .failure(let failure) = self else { return nil }
        return failure
    }
}

extension EventLog {
    /// Appends, giving failures as a value.
    func outcome(of request: AppendRequest) async -> Result<AppendOutcome, AppendFailure> {
        do {
            return .success(try await append(request))
        } catch {
            return .failure(error)
        }
    }
}
