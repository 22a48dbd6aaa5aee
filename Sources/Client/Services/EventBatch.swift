import LogFormat
import Schema
import Synchronization

/// Events that came together: looked at one after the other without a copy, or copied out.
public struct EventBatch: Sendable {
    private enum Content: Sendable {
        case facts([RecordedFact])
        /// A value of the log as it is stored; its events from this position on are meant.
        case value([UInt8], from: UInt64)
        /// The same, decompressed.
        case frames(PlainFrames)
    }

    /// Far more than a server makes of one block.
    private static let plainBytesMax = 128 << 20

    private var content: Content
    /// Whether the events are compressed.
    let isSealed: Bool
    private let readers: ValueReaders
    /// Number of events.
    public let count: Int
    /// Everything before this position has been looked at: a reader that stops here goes on here.
    public let next: UInt64
    /// The last durable position that the server has told of.
    public let head: UInt64
    /// A subscription has delivered all that was there when it began; what follows is new.
    public let isCaughtUp: Bool

    init(_ response: ReadResponse, _ readers: ValueReaders) {
        content = .facts(response.facts)
        isSealed = false
        self.readers = readers
        count = response.facts.count
        next = response.nextPosition
        head = response.headPosition
        isCaughtUp = response.caughtUp
    }

    /// - Parameters:
    ///   - expected: the first position wanted; nil when the first that comes is.
    ///   - before: the batch before this one, whose knowledge of the server goes on.
    /// - Throws: `TaizhangError` DATA_LOSS when the value is damaged or not the one wanted.
    init(
        value bytes: [UInt8], expected: UInt64?, after before: EventBatch?, _ readers: ValueReaders
    ) throws(TaizhangError) {
        let header = try Self.header(of: bytes)
        let from = expected ?? header.first
        guard from >= header.first, from <= header.last else {
            throw TaizhangError(
                .dataLoss,
                "events \(header.first) to \(header.last) came where \(from) was to come")
        }
        content = .value(bytes, from: from)
        isSealed = header.kind == .sealedBlock
        self.readers = readers
        count = Int(header.last - from + 1)
        next = header.last + 1
        head = max(before?.head ?? 0, header.last)
        isCaughtUp = before?.isCaughtUp ?? false
    }

    private static func header(of bytes: [UInt8]) throws(TaizhangError) -> ValueHeader {
        let result = bytes.withUnsafeBytes { raw in
            Swift.Result { try ValueView(unkeyed: raw).header }
        }
        do { return try result.get() } catch {
            throw TaizhangError(.dataLoss, "a block cannot be read: \(error)")
        }
    }

    /// Lends each event in order.
    ///
    /// - Throws: `TaizhangError` DATA_LOSS for what is damaged, or what `body` throws.
    public func forEach(_ body: (borrowing EventView) throws -> Void) throws {
        switch content {
        case .facts(let facts):
            for fact in facts {
                try [UInt8](fact.envelope).withUnsafeBytes { envelope in
                    try [UInt8](fact.trailer).withUnsafeBytes { trailer in
                        try body(EventView(fact, envelope: envelope, trailer: trailer))
                    }
                }
            }
        case .value(let bytes, let from):
            try lend(bytes) { reader, value in
                try reader.forEachRecord(in: value, from: from) { try body(EventView($1, at: $0)) }
            }
        case .frames(let frames):
            try Self.naming {
                try frames.forEachRecord { try body(EventView($1, at: $0)) }
            }
        }
    }

    /// The same batch, decompressed: what takes time is done, on whatever thread this runs.
    ///
    /// - Throws: `TaizhangError` DATA_LOSS for what is damaged.
    func decompressed() throws -> EventBatch {
        guard isSealed, case .value(let bytes, let from) = content else { return self }
        var batch = self
        try lend(bytes) { reader, value in
            batch.content = .frames(
                try reader.plainFrames(of: value, from: from, bytesMax: Self.plainBytesMax))
        }
        return batch
    }

    private func lend(
        _ bytes: [UInt8], _ body: (ValueReader, ValueView) throws -> Void
    ) throws {
        try readers.lend { reader in
            try Self.naming {
                try bytes.withUnsafeBytes { try body(reader, ValueView(unkeyed: $0)) }
            }
        }
    }

    /// What is damaged comes out as DATA_LOSS.
    private static func naming(_ body: () throws -> Void) throws {
        do { try body() } catch let fault as FormatFault {
            throw TaizhangError(.dataLoss, "a block cannot be read: \(fault)")
        }
    }

    /// The events, copied out.
    ///
    /// - Throws: `TaizhangError` DATA_LOSS for what is damaged.
    public func events() throws -> [LedgerEvent] {
        var events: [LedgerEvent] = []
        events.reserveCapacity(min(count, 4_096))
        try forEach { events.append(try $0.event()) }
        return events
    }
}

/// What the batches of one reading need to decompress blocks; each is used by one batch at a time.
final class ValueReaders: Sendable {
    private struct State {
        var dictionaries: [UInt32: FrameDictionary] = [:]
        var idle: [ValueReader] = []
    }

    private let state = Mutex(State())

    /// Takes a dictionary in.
    ///
    /// - Returns: false when one with this number and other bytes is known: another ledger, or
    ///   another copy of it, answers now, and needs readers of its own.
    /// - Throws: `TaizhangError` DATA_LOSS when it is no dictionary.
    func add(_ dictionary: SealDictionary) throws(TaizhangError) -> Bool {
        let bytes = [UInt8](dictionary.content)
        let made: FrameDictionary
        do throws(FormatFault) { made = try FrameDictionary(bytes) } catch {
            throw TaizhangError(.dataLoss, "\(error)")
        }
        return state.withLock { state in
            if let known = state.dictionaries[dictionary.number], known.bytes != bytes {
                return false
            }
            state.dictionaries[dictionary.number] = made
            return true
        }
    }

    func lend(_ body: (ValueReader) throws -> Void) rethrows {
        let reader = state.withLock { $0.idle.popLast() } ?? make()
        defer { state.withLock { $0.idle.append(reader) } }
        try body(reader)
    }

    private func make() -> ValueReader {
        ValueReader { [weak self] number in self?.state.withLock { $0.dictionaries[number] } }
    }
}
