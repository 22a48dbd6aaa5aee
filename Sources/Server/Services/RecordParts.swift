import EventLog
import Schema
import Wire

/// A message `RecordRequest` in the log's terms, read where it stands.
struct RecordParts {
    /// The bytes in which the envelopes stand.
    private(set) var bytes: [UInt8]
    /// Where each envelope stands in them.
    private(set) var envelopes: [Range<Int>] = []
    private(set) var expected: [StreamExpectation] = []
    private(set) var condition: LogCondition?
    private(set) var dryRun = false

    /// - Throws: `WireStatus` INVALID_ARGUMENT for bytes that are no such message, or that expect
    ///   nothing of a stream.
    init(_ bytes: [UInt8]) throws(WireStatus) {
        self.bytes = bytes
        if read() { return }
        // What is not as usual the library reads, which also says what is wrong with it. Nothing
        // but the envelopes is kept of such bytes.
        let message = try ServiceRouter.decode(RecordRequest.self, bytes)
        self.bytes = []
        envelopes = []
        for envelope in message.envelopes {
            let start = self.bytes.count
            self.bytes.append(contentsOf: envelope)
            envelopes.append(start..<self.bytes.count)
        }
        expected = try RequestParts.expectations(message.expected)
        condition = message.hasCondition ? RequestParts.condition(message.condition) : nil
        dryRun = message.dryRun
    }

    /// - Returns: false when there is something that is left to the library.
    private mutating func read() -> Bool {
        var reader = WireReader(bytes)
        while !reader.isAtEnd {
            guard let field = try? reader.next() else { return false }
            switch (field.number, field.value) {
            case (1, .bytes(let range)):
                envelopes.append(range)
            case (2, .bytes(let range)):
                guard let expectation = StreamExpectation(message: range, in: bytes) else {
                    return false
                }
                expected.append(expectation)
            case (4, .varint(let bits)):
                dryRun = bits != 0
            default:
                return false
            }
        }
        return true
    }
}

extension StreamExpectation {
    /// From a message `ExpectedVersion`; nil when it is not as usual.
    fileprivate init?(message range: Range<Int>, in bytes: [UInt8]) {
        var reader = WireReader(bytes, in: range)
        var stream: Range<Int>?
        var version: LogExpectedVersion?
        while !reader.isAtEnd {
            guard let field = try? reader.next() else { return nil }
            switch (field.number, field.value) {
            case (1, .bytes(let text)):
                guard UTF8Text.isValid(bytes, text) else { return nil }
                stream = text
            case (2, .varint): version = .any
            case (3, .varint): version = LogExpectedVersion.none
            case (4, .varint): version = .exists
            case (5, .varint(let count)): version = .exactly(count)
            default: return nil
            }
        }
        guard let stream, let version else { return nil }
        self.init(stream: stream, in: bytes, version: version)
    }
}
