/// Reads the fields of an envelope where they stand, without decoding it into a type.
///
/// Fields that this build does not know are passed over. Texts and the payload are ranges of
/// `bytes` until they are asked for.
package struct EnvelopeReader: Sendable {
    package let bytes: [UInt8]
    /// The envelope's place in `bytes`.
    package let range: Range<Int>
    /// The payload's place in `bytes`.
    package private(set) var payloadRange = 0..<0
    /// The number of the event type, 0 when it is absent.
    package private(set) var typeNumber: UInt32 = 0
    package private(set) var schemaVersion: UInt32?
    package private(set) var occurredAt: MomentValue?
    /// yyyymmdd
    package private(set) var effectiveFrom: Int32?
    /// yyyymmdd
    package private(set) var effectiveTo: Int32?
    /// Microseconds since 1970-01-01T00:00:00Z.
    package private(set) var recordedAt: Int64?
    package private(set) var dataClass: DataClass?
    /// The place in `bytes` of the message `DocRef`.
    package private(set) var sourceDocRange: Range<Int>?
    /// The places in `bytes` of the messages `EvidenceRef`.
    package private(set) var evidenceRanges: [Range<Int>] = []

    private var eventIDRange = 0..<0
    private(set) var typeNameRange = 0..<0
    /// The place of the stream's name in `bytes`.
    package private(set) var streamRange = 0..<0
    private var recordedByRange = 0..<0
    private var onBehalfOfRange: Range<Int>?
    private var tenantRange: Range<Int>?
    private var correlationIDRange: Range<Int>?
    private var causationIDRange: Range<Int>?
    private var lateReasonRange: Range<Int>?

    /// An envelope of no bytes.
    package static let empty = EnvelopeReader()

    private init() {
        bytes = []
        range = 0..<0
    }

    /// Walks the envelope once.
    /// - Throws: `malformed` when the bytes are not protobuf.
    package init(_ bytes: [UInt8]) throws(SchemaError) {
        try self.init(bytes, in: 0..<bytes.count)
    }

    /// Walks an envelope that is a part of `bytes`; what of the range lies outside is cut off.
    /// - Throws: `malformed` when the bytes are not protobuf.
    package init(_ bytes: [UInt8], in range: Range<Int>) throws(SchemaError) {
        self.bytes = bytes
        self.range = range.clamped(to: 0..<bytes.count)
        var reader = WireReader(bytes, in: range)
        do {
            while let field = try reader.next() { try take(field) }
        } catch {
            throw SchemaError(error)
        }
    }

    /// 16 bytes in an envelope that was checked.
    package var eventID: [UInt8] { Array(bytes[eventIDRange]) }
    /// The id as two numbers, the first eight bytes and the last; nil unless there are 16.
    package var eventIDHalves: (high: UInt64, low: UInt64)? {
        guard eventIDRange.count == 16 else { return nil }
        var halves: (high: UInt64, low: UInt64) = (0, 0)
        for offset in 0..<8 {
            halves.high = halves.high << 8 | UInt64(bytes[eventIDRange.lowerBound + offset])
            halves.low = halves.low << 8 | UInt64(bytes[eventIDRange.lowerBound + 8 + offset])
        }
        return halves
    }

    /// Whether all texts are UTF-8, as they are in an envelope that was checked.
    package var hasSoundTexts: Bool {
        isSound(typeNameRange) && isSound(streamRange) && isSound(recordedByRange)
            && isSound(onBehalfOfRange) && isSound(tenantRange) && isSound(correlationIDRange)
            && isSound(causationIDRange) && isSound(lateReasonRange)
    }

    private func isSound(_ range: Range<Int>?) -> Bool {
        range.map { UTF8Text.isValid(bytes, $0) } ?? true
    }

    /// The event type, nil when this build does not know its number.
    package var type: EventType? { EventType(number: typeNumber) }
    package var typeName: String { text(typeNameRange) }
    /// Whether the envelope names the type rightly.
    package func isNamed(_ type: EventType) -> Bool { type.isNamed(bytes, typeNameRange) }
    /// Whether a fact of the type may stand in the envelope's stream.
    package func isInStream(of type: EventType) -> Bool { type.accepts(stream: bytes, streamRange) }
    package var stream: String { text(streamRange) }
    /// The envelope alone.
    package var envelope: [UInt8] {
        range == 0..<bytes.count ? bytes : Array(bytes[range])
    }
    package var payload: [UInt8] { Array(bytes[payloadRange]) }
    package var recordedBy: String { text(recordedByRange) }
    /// Whether somebody is named who records.
    package var namesRecorder: Bool { !recordedByRange.isEmpty }
    package var onBehalfOf: String? { onBehalfOfRange.map(text) }
    package var tenant: String? { tenantRange.map(text) }
    package var correlationID: String? { correlationIDRange.map(text) }
    package var causationID: String? { causationIDRange.map(text) }
    package var lateReason: String? { lateReasonRange.map(text) }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    /// The numbers are those of `core/envelope.proto`.
    private mutating func take(_ field: WireReader.Field) throws(WireError) {
        switch (field.number, field.value) {
        case (1, .bytes(let range)): eventIDRange = range
        case (2, .varint(let bits)): typeNumber = UInt32(truncatingIfNeeded: bits)
        case (3, .bytes(let range)): typeNameRange = range
        case (4, .bytes(let range)): streamRange = range
        case (5, .bytes(let range)): payloadRange = range
        case (6, .varint(let bits)): schemaVersion = UInt32(truncatingIfNeeded: bits)
        case (7, .bytes(let range)): occurredAt = try MomentValue(WireReader(bytes, in: range))
        case (8, .varint(let bits)): effectiveFrom = Int32(truncatingIfNeeded: bits)
        case (9, .varint(let bits)): effectiveTo = Int32(truncatingIfNeeded: bits)
        case (10, .varint(let bits)): recordedAt = Int64(bitPattern: bits)
        case (11, .bytes(let range)): recordedByRange = range
        case (12, .bytes(let range)): onBehalfOfRange = range
        case (13, .bytes(let range)): tenantRange = range
        case (14, .bytes(let range)): sourceDocRange = range
        case (15, .bytes(let range)): evidenceRanges.append(range)
        case (16, .bytes(let range)): correlationIDRange = range
        case (17, .bytes(let range)): causationIDRange = range
        case (18, .varint(let bits)):
            dataClass = DataClass(rawValue: Int(Int32(truncatingIfNeeded: bits)))
        case (19, .bytes(let range)): lateReasonRange = range
        default: break
        }
    }
}

extension Moment.OneOf_Value {
    /// Reads the fields of a `Moment`; nil when it is empty. The last one stands, as in protobuf.
    init?(_ start: WireReader) throws(WireError) {
        var reader = start
        var value: Self?
        while let field = try reader.next() {
            guard case .varint(let bits) = field.value else { continue }
            let number = Int32(truncatingIfNeeded: bits)
            switch field.number {
            case 1: value = .instantUs(Int64(bitPattern: bits))
            case 2: value = .date(number)
            case 3: value = .month(number)
            case 4: value = .quarter(number)
            case 5: value = .year(number)
            default: break
            }
        }
        guard let value else { return nil }
        self = value
    }
}
