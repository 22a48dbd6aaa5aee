import Client
import Schema

/// How far a server's ledger and everything that follows it have come.
///
/// The answer is read field by field, because a measurement also runs against servers whose status
/// has more or fewer fields than this program knows.
struct LedgerState: Sendable {
    private(set) var head: UInt64 = 0
    private(set) var index: UInt64 = 0
    /// Where the slowest model is that still follows; the head when there is none.
    private(set) var models: UInt64 = .max
    /// Through which position the log is sealed; nil when nothing is.
    private(set) var sealed: UInt64?
    /// There is enough for another sealed block.
    private(set) var isSealing = false
    /// Why nothing is sealed any more.
    private(set) var sealingFault: String?
    private(set) var logBytes: UInt64 = 0
    private(set) var indexBytes: UInt64 = 0
    private(set) var viewsBytes: UInt64 = 0
    /// Models that have stopped following, with the reason.
    private(set) var parked: [String] = []

    /// Asks a server.
    static func of(_ client: TaizhangClient) async throws -> LedgerState {
        try LedgerState(
            await client.call(
                "taizhang.services.v1.Status/Status", [], options: CallOptions(isRepeatable: true)))
    }

    /// - Parameter bytes: a message `StatusResponse`.
    init(_ bytes: [UInt8]) throws(WireError) {
        var reader = WireReader(bytes)
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (5, .varint(let value)): head = value
            case (7, .varint(let value)): index = value
            case (8, .varint(let value)): logBytes = value
            case (9, .varint(let value)): indexBytes = value
            case (10, .varint(let value)): viewsBytes = value
            case (15, .bytes(let range)): try take(model: WireReader(bytes, in: range), bytes)
            case (16, .varint(let value)): sealed = value
            case (17, .varint(let value)): isSealing = value != 0
            case (18, .bytes(let range)):
                sealingFault = String(decoding: bytes[range], as: UTF8.self)
            default: continue
            }
        }
        models = min(models, head)
    }

    private mutating func take(model start: WireReader, _ bytes: [UInt8]) throws(WireError) {
        var reader = start
        var position: UInt64 = 0
        var name = ""
        var reason = ""
        while let field = try reader.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let range)): name = String(decoding: bytes[range], as: UTF8.self)
            case (2, .varint(let value)): position = value
            case (4, .bytes(let range)): reason = String(decoding: bytes[range], as: UTF8.self)
            default: continue
            }
        }
        if reason.isEmpty {
            models = min(models, position)
        } else {
            parked.append("\(name): \(reason)")
        }
    }
}

/// Waits until everything that follows the log has caught up with its head.
struct Drain: Sendable {
    /// When the index and the models had everything, and when there was not enough left for
    /// another sealed block.
    private(set) var indexAt: UInt64?
    private(set) var modelsAt: UInt64?
    private(set) var sealedAt: UInt64?
    private(set) var state: LedgerState

    /// When the last of them had caught up.
    var endedAt: UInt64 { max(indexAt ?? 0, modelsAt ?? 0, sealedAt ?? 0) }

    /// Asks again and again until nothing is behind.
    ///
    /// - Parameter told: the state of every look.
    /// - Throws: `CommandFailure` when a model or the sealer has stopped following.
    static func wait(
        _ client: TaizhangClient, told: (LedgerState) -> Void = { _ in }
    ) async throws -> Drain {
        var drain = Drain(state: try await LedgerState.of(client))
        let startedAt = BenchClock.now()
        while true {
            let now = BenchClock.now()
            let state = drain.state
            told(state)
            guard state.parked.isEmpty else { throw BenchTexts.modelParked(state.parked[0]) }
            if state.index >= state.head { drain.indexAt = drain.indexAt ?? now }
            if state.models >= state.head { drain.modelsAt = drain.modelsAt ?? now }
            if let fault = state.sealingFault { throw BenchTexts.sealingFault(fault) }
            if !state.isSealing { drain.sealedAt = drain.sealedAt ?? now }
            if drain.indexAt != nil, drain.modelsAt != nil, drain.sealedAt != nil { return drain }
            // A hundredth of the wait is exact enough, and asking costs what it measures.
            let pause = min(max((now - startedAt) / 100, 2_000_000), 200_000_000)
            try await Task.sleep(for: .nanoseconds(Int64(pause)))
            drain.state = try await LedgerState.of(client)
        }
    }

    private init(state: LedgerState) {
        self.state = state
    }
}
