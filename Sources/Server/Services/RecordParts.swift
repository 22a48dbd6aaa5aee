import EventLog
import Schema
import Wire

/// A message `RecordRequest` in the log's terms, read where it stands.
struct RecordParts {
    /// The bytes in which the envelopes stand.
    let bytes: [UInt8]
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
        // What is not as usual the library reads, which also says what is wrong with it. The
        // envelopes are those that were read: no other field can hold one.
        let message = try ServiceRouter.decode(RecordRequest.self, bytes)
        envelopes = try Self.envelopes(in: bytes, count: message.envelopes.count)
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

    /// Where the envelopes stand in a message that the library has read.
    private static func envelopes(
        in bytes: [UInt8], count: Int
    ) throws(WireStatus) -> [Range<Int>] {
        var places: [Range<Int>] = []
        var reader = WireReader(bytes)
        while let field = try? reader.next() {
            if case (1, .bytes(let range)) = (field.number, field.value) { places.append(range) }
        }
        guard places.count == count else {
            throw FailureStatus.status(
                .invalidArgument, "MALFORMED", "", zh: "请求不是 RecordRequest",
                en: "the request is no RecordRequest")
        }
        return places
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
