/// Reads the fields of an envelope where they stand, without decoding it into a type.
///
/// Fields that this build does not know are passed over. Texts and the payload are ranges of
/// `bytes` until they are asked for.
package struct EnvelopeReader: Sendable {
    package let bytes: [UInt8]
    private let whole: Place
    private var payloadPlace = Place.none
    private var sourceDocPlace = Place.none
    private var eventIDPlace = Place.none
    private var typeNamePlace = Place.none
    private var streamPlace = Place.none
    private var recordedByPlace = Place.none
    private var onBehalfOfPlace = Place.none
    private var tenantPlace = Place.none
    private var correlationIDPlace = Place.none
    private var causationIDPlace = Place.none
    private var lateReasonPlace = Place.none
    /// The places in `bytes` of the messages `EvidenceRef`.
    package private(set) var evidenceRanges: [Range<Int>] = []
    package private(set) var occurredAt: MomentValue?
    /// Microseconds since 1970-01-01T00:00:00Z.
    package private(set) var recordedAt: Int64?
    package private(set) var dataClass: DataClass?
    /// The number of the event type, 0 when it is absent.
    package private(set) var typeNumber: UInt32 = 0
    package private(set) var schemaVersion: UInt32?
    /// yyyymmdd
    package private(set) var effectiveFrom: Int32?
    /// yyyymmdd
    package private(set) var effectiveTo: Int32?

    /// A part of `bytes` in half the room of a range: facts carry a dozen of them from thread to
    /// thread.
    private struct Place {
        let lower: UInt32
        let upper: UInt32

        /// Of a field that is absent: one that is there stands behind its tag.
        static let none = Place(0..<0)

        /// - Parameter range: in bytes whose number was checked.
        init(_ range: Range<Int>) {
            lower = UInt32(truncatingIfNeeded: range.lowerBound)
            upper = UInt32(truncatingIfNeeded: range.upperBound)
        }

        var range: Range<Int> { Int(lower)..<Int(upper) }
        var isPresent: Bool { upper != 0 }
        var rangeIfPresent: Range<Int>? { isPresent ? range : nil }
    }

    /// The envelope's place in `bytes`.
    package var range: Range<Int> { whole.range }
    /// The payload's place in `bytes`.
    package var payloadRange: Range<Int> { payloadPlace.range }
    /// The place in `bytes` of the message `DocRef`.
    package var sourceDocRange: Range<Int>? { sourceDocPlace.rangeIfPresent }
    /// The place of the stream's name in `bytes`.
    package var streamRange: Range<Int> { streamPlace.range }
    var typeNameRange: Range<Int> { typeNamePlace.range }

    /// An envelope of no bytes.
    package static let empty = EnvelopeReader()

    private init() {
        bytes = []
        whole = Place.none
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
        whole = Place(range.clamped(to: 0..<bytes.count))
        guard bytes.count <= Int(UInt32.max) else {
            throw SchemaError(.malformed, "is larger than 4 GiB", zh: "超过 4 GiB")
        }
        var reader = WireReader(bytes, in: range)
        do {
            while let field = try reader.next() { try take(field) }
        } catch {
            throw SchemaError(error)
        }
    }

    /// 16 bytes in an envelope that was checked.
    package var eventID: [UInt8] { Array(bytes[eventIDPlace.range]) }
    /// The id as two numbers, the first eight bytes and the last; nil unless there are 16.
    package var eventIDHalves: (high: UInt64, low: UInt64)? {
        let start = eventIDPlace.range.lowerBound
        guard eventIDPlace.range.count == 16 else { return nil }
        var halves: (high: UInt64, low: UInt64) = (0, 0)
        for offset in 0..<8 {
            halves.high = halves.high << 8 | UInt64(bytes[start + offset])
            halves.low = halves.low << 8 | UInt64(bytes[start + 8 + offset])
        }
        return halves
    }

    /// Whether all texts are UTF-8, as they are in an envelope that was checked.
    package var hasSoundTexts: Bool {
        isSound(typeNamePlace) && isSound(streamPlace) && isSound(recordedByPlace)
            && isSound(onBehalfOfPlace) && isSound(tenantPlace) && isSound(correlationIDPlace)
            && isSound(causationIDPlace) && isSound(lateReasonPlace)
    }

    private func isSound(_ place: Place) -> Bool { UTF8Text.isValid(bytes, place.range) }

    /// The event type, nil when this build does not know its number.
    package var type: EventType? { EventType(number: typeNumber) }
    package var typeName: String { text(typeNamePlace) }
    /// Whether the envelope names the type rightly.
    package func isNamed(_ type: EventType) -> Bool { type.isNamed(bytes, typeNameRange) }
    /// Whether a fact of the type may stand in the envelope's stream.
    package func isInStream(of type: EventType) -> Bool { type.accepts(stream: bytes, streamRange) }
    package var stream: String { text(streamPlace) }
    /// The envelope alone.
    package var envelope: [UInt8] {
        range == 0..<bytes.count ? bytes : Array(bytes[range])
    }
    package var payload: [UInt8] { Array(bytes[payloadRange]) }
    package var recordedBy: String { text(recordedByPlace) }
    /// Whether somebody is named who records.
    package var namesRecorder: Bool { !recordedByPlace.range.isEmpty }
    package var onBehalfOf: String? { textIfPresent(onBehalfOfPlace) }
    package var tenant: String? { textIfPresent(tenantPlace) }
    package var correlationID: String? { textIfPresent(correlationIDPlace) }
    package var causationID: String? { textIfPresent(causationIDPlace) }
    package var lateReason: String? { textIfPresent(lateReasonPlace) }

    private func text(_ place: Place) -> String {
        String(decoding: bytes[place.range], as: UTF8.self)
    }

    private func textIfPresent(_ place: Place) -> String? { place.isPresent ? text(place) : nil }

    /// The numbers are those of `core/envelope.proto`.
    private mutating func take(_ field: WireReader.Field) throws(WireError) {
        switch (field.number, field.value) {
        case (1, .bytes(let range)): eventIDPlace = Place(range)
        case (2, .varint(let bits)): typeNumber = UInt32(truncatingIfNeeded: bits)
        case (3, .bytes(let range)): typeNamePlace = Place(range)
        case (4, .bytes(let range)): streamPlace = Place(range)
        case (5, .bytes(let range)): payloadPlace = Place(range)
        case (6, .varint(let bits)): schemaVersion = UInt32(truncatingIfNeeded: bits)
        case (7, .bytes(let range)): occurredAt = try MomentValue(WireReader(bytes, in: range))
        case (8, .varint(let bits)): effectiveFrom = Int32(truncatingIfNeeded: bits)
        case (9, .varint(let bits)): effectiveTo = Int32(truncatingIfNeeded: bits)
        case (10, .varint(let bits)): recordedAt = Int64(bitPattern: bits)
        case (11, .bytes(let range)): recordedByPlace = Place(range)
        case (12, .bytes(let range)): onBehalfOfPlace = Place(range)
        case (13, .bytes(let range)): tenantPlace = Place(range)
        case (14, .bytes(let range)): sourceDocPlace = Place(range)
        case (15, .bytes(let range)): evidenceRanges.append(range)
        case (16, .bytes(let range)): correlationIDPlace = Place(range)
        case (17, .bytes(let range)): causationIDPlace = Place(range)
        case (18, .varint(let bits)):
            dataClass = DataClass(rawValue: Int(Int32(truncatingIfNeeded: bits)))
        case (19, .bytes(let range)): lateReasonPlace = Place(range)
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
