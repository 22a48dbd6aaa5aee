package import Names
package import Schema

/// A fact as the domain sees it: the envelope's fields with the payload decoded.
///
/// A *recorded* fact has a position; a *proposed* one has position 0 until it is admitted. What the
/// sender said is shared between copies, because facts are handed on many times and changed rarely.
package struct Fact: Sendable {
    private var shared: Shared
    /// Global position in the log; 0 while only proposed.
    package var position: UInt64
    /// 1 for the first fact of the stream; 0 while only proposed.
    package var streamVersion: UInt64
    /// The day from which the fact counts: `effective_from` when it has one, else the last local
    /// day of `occurred`.
    package var validDay: LocalDate
    /// When the office's records knew it, microseconds since 1970-01-01T00:00:00Z.
    package var recordedAt: Int64
    /// Root organisation of the tree, an organisation id.
    package var tenant: String
    /// Subjects the fact belongs to, such as `branch-yq-b1`, sorted; its own stream is one.
    package var tags: NameList
    /// Recorded more than the backfill limit after it happened (R-GEN-03).
    package var isLate: Bool
    /// Recorded after its period was sealed (R-GEN-04).
    package var isAfterSeal: Bool
    /// The payload is not the one first recorded but that of a correction (L01).
    package var isCorrected: Bool

    package var id: FactID {
        get { shared.id }
        set { change { $0.id = newValue } }
    }
    package var stream: String {
        get { shared.said?.content.stream ?? shared.sent.stream }
        set { change { $0.stream = newValue } }
    }
    package var payload: EventPayload {
        get { shared.payload }
        set { change { $0.payload = newValue } }
    }
    /// When it happened, with its precision.
    package var occurred: Moment {
        get {
            var moment = Moment()
            moment.value = shared.occurred
            return moment
        }
        set { change { $0.occurred = newValue.value } }
    }
    package var recordedBy: String {
        get { shared.said?.content.recordedBy ?? shared.sent.recordedBy }
        set { change { $0.recordedBy = newValue } }
    }
    package var onBehalfOf: String? {
        get { shared.said.map(\.content.onBehalfOf) ?? shared.sent.onBehalfOf }
        set { change { $0.onBehalfOf = newValue } }
    }
    package var sourceDoc: DocRef? {
        get { shared.said.map(\.content.sourceDoc) ?? shared.sent.sourceDoc }
        set { change { $0.sourceDoc = newValue } }
    }
    package var evidence: [EvidenceRef] {
        get { shared.said?.content.evidence ?? shared.sent.evidence }
        set { change { $0.evidence = newValue } }
    }
    package var lateReason: String? {
        get { shared.said.map(\.content.lateReason) ?? shared.sent.lateReason }
        set { change { $0.lateReason = newValue } }
    }
    /// Confidentiality that the sender named; nil for that of the type.
    package var dataClass: DataClass? {
        get { shared.dataClass }
        set { change { $0.dataClass = newValue } }
    }

    /// When it happened; nil when it says nothing of it.
    var occurredValue: MomentValue? { shared.occurred }

    /// Lends the stream's name in UTF-8.
    func withStream<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        if let said = shared.said { return TextBytes.withBytes(of: said.content.stream, body) }
        return shared.sent.bytes.withUnsafeBytes { all in
            body(UnsafeRawBufferPointer(rebasing: all[shared.sent.streamRange]))
        }
    }

    /// Decodes the payload once and for all copies, if it is still as it was sent.
    ///
    /// The thread that judges a fact does so before anybody else can have it.
    ///
    /// - Throws: `SchemaError` when the bytes are no payload of the type.
    func settlePayload() throws(SchemaError) { try shared.settlePayload() }

    /// The payload's bytes as they were sent (of a corrected fact, those of the correction),
    /// without what the server filled in.
    package var payloadBytes: [UInt8] {
        guard let said = shared.said?.content else {
            return Array(shared.sent.bytes[shared.sent.payloadRange])
        }
        guard let sent = said.sent else { return payload.message.wireBytes }
        let place = said.place
        return place == 0..<sent.count ? sent : Array(sent[place.clamped(to: 0..<sent.count)])
    }

    /// The catalogue entry of the fact's type.
    package var type: EventType { shared.type }

    /// Local day on which it was recorded.
    package var recordedDay: LocalDate { LocalDate(instant: recordedAt) }

    /// Puts another payload of the same type in the place of this one.
    ///
    /// - Parameter bytes: the payload as it was sent.
    package mutating func replacePayload(_ payload: EventPayload, bytes: [UInt8]) {
        change {
            $0.payload = payload
            $0.sent = bytes
            $0.place = 0..<bytes.count
        }
    }

    /// A fact that names no time (only corrections and voids may) happened when it was recorded.
    package mutating func settleTime() {
        guard shared.occurred == nil else { return }
        occurred.instantUs = recordedAt
        validDay = recordedDay
    }

    /// The part of the stream's name behind the first hyphen: `yq-b1` of `branch-yq-b1`.
    package var streamIdentity: String { subjectIdentity(stream) }

    /// - Parameter payloadBytes: the payload as it was sent; nil to have it encoded when needed.
    package init(
        id: FactID, position: UInt64 = 0, stream: String, streamVersion: UInt64 = 0,
        payload: EventPayload, payloadBytes: [UInt8]? = nil, occurred: Moment, validDay: LocalDate,
        recordedAt: Int64,
        recordedBy: String, onBehalfOf: String? = nil, tenant: String = "",
        tags: some Sequence<String>,
        sourceDoc: DocRef? = nil, evidence: [EvidenceRef] = [], lateReason: String? = nil,
        dataClass: DataClass? = nil, isLate: Bool = false, isAfterSeal: Bool = false,
        isCorrected: Bool = false
    ) {
        shared = Shared(
            Content(
                id: id, stream: stream, payload: payload, sent: payloadBytes,
                place: 0..<(payloadBytes?.count ?? 0), occurred: occurred.value,
                recordedBy: recordedBy,
                onBehalfOf: onBehalfOf, sourceDoc: sourceDoc, evidence: evidence,
                lateReason: lateReason, dataClass: dataClass))
        self.position = position
        self.streamVersion = streamVersion
        self.validDay = validDay
        self.recordedAt = recordedAt
        self.tenant = tenant
        self.tags = NameList(tags)
        self.isLate = isLate
        self.isAfterSeal = isAfterSeal
        self.isCorrected = isCorrected
    }

    /// A fact that nobody has recorded yet.
    ///
    /// - Parameters:
    ///   - bytes: what was sent, which holds the payload.
    ///   - place: where the payload is in them.
    init(
        id: FactID, stream: String, payload: EventPayload, sentIn bytes: [UInt8],
        at place: Range<Int>, occurred: MomentValue?, validDay: LocalDate, recordedBy: String,
        onBehalfOf: String?, tags: NameList, sourceDoc: DocRef?, evidence: [EvidenceRef],
        lateReason: String?, dataClass: DataClass?
    ) {
        self.init(
            Shared(
                Content(
                    id: id, stream: stream, payload: payload, sent: bytes, place: place,
                    occurred: occurred, recordedBy: recordedBy, onBehalfOf: onBehalfOf,
                    sourceDoc: sourceDoc, evidence: evidence, lateReason: lateReason,
                    dataClass: dataClass)),
            validDay, tags)
    }

    /// A fact that nobody has recorded yet and whose fields are read where they stand.
    ///
    /// - Parameter envelope: one that has passed the schema's validation.
    init(
        id: FactID, type: EventType, sentAs envelope: EnvelopeReader, occurred: MomentValue?,
        validDay: LocalDate, tags: NameList
    ) {
        self.init(Shared(id, type, envelope, occurred), validDay, tags)
    }

    private init(_ shared: Shared, _ validDay: LocalDate, _ tags: NameList) {
        self.shared = shared
        position = 0
        streamVersion = 0
        self.validDay = validDay
        recordedAt = 0
        tenant = ""
        self.tags = tags
        isLate = false
        isAfterSeal = false
        isCorrected = false
    }

    private mutating func change(_ body: (inout Content) -> Void) {
        var content = shared.content
        body(&content)
        shared = Shared(content)
    }
}

extension Fact {
    /// What the sender said.
    private struct Content: Sendable {
        var id: FactID
        var stream: String
        var payload: EventPayload
        /// The payload as it was sent, and where it is in these bytes; nil when they are not known.
        var sent: [UInt8]?
        var place: Range<Int>
        var occurred: MomentValue?
        var recordedBy: String
        var onBehalfOf: String?
        var sourceDoc: DocRef?
        var evidence: [EvidenceRef]
        var lateReason: String?
        var dataClass: DataClass?
    }

    /// What was said, as an object: most facts have none.
    private final class Said: Sendable {
        let content: Content

        init(_ content: Content) { self.content = content }
    }

    /// What copies of a fact share: values, or the envelope they are read from when asked for. Most
    /// facts go from the wire into the log without anybody asking for most of them.
    ///
    /// `@unchecked Sendable`: `decoded` is written once, by the thread that judges the fact and
    /// before it hands the fact on.
    private final class Shared: @unchecked Sendable {
        let id: FactID
        let type: EventType
        let occurred: MomentValue?
        let dataClass: DataClass?
        /// Nil for a fact that stands in an envelope.
        let said: Said?
        /// Empty when the fact does not.
        let sent: EnvelopeReader
        @exclusivity(unchecked) private var decoded: EventPayload?

        init(_ content: Content) {
            id = content.id
            type = content.payload.type
            occurred = content.occurred
            dataClass = content.dataClass
            said = Said(content)
            sent = .empty
        }

        init(
            _ id: FactID, _ type: EventType, _ envelope: EnvelopeReader, _ occurred: MomentValue?
        ) {
            self.id = id
            self.type = type
            self.occurred = occurred
            dataClass = envelope.dataClass
            said = nil
            sent = envelope
        }

        var payload: EventPayload {
            if let said { return said.content.payload }
            if let decoded { return decoded }
            // Bytes that were checked are a payload of the type.
            return (try? decode()) ?? .empty(of: type)
        }

        func settlePayload() throws(SchemaError) {
            guard said == nil, decoded == nil else { return }
            decoded = try decode()
        }

        private func decode() throws(SchemaError) -> EventPayload {
            try EventPayload.decode(
                type: type, bytes: sent.bytes, in: sent.payloadRange, isChecked: true)
        }

        /// Everything as values.
        var content: Content {
            said?.content
                ?? Content(
                    id: id, stream: sent.stream, payload: payload, sent: sent.bytes,
                    place: sent.payloadRange, occurred: occurred, recordedBy: sent.recordedBy,
                    onBehalfOf: sent.onBehalfOf, sourceDoc: sent.sourceDoc,
                    evidence: sent.evidence, lateReason: sent.lateReason, dataClass: dataClass)
        }
    }
}

extension EnvelopeReader {
    /// The document that the fact rests on; nil when there is none or its bytes are damaged.
    fileprivate var sourceDoc: DocRef? {
        sourceDocRange.flatMap { try? DocRef(decoding: Array(bytes[$0])) }
    }

    /// The evidence, without what is damaged.
    fileprivate var evidence: [EvidenceRef] {
        evidenceRanges.compactMap { try? EvidenceRef(decoding: Array(bytes[$0])) }
    }
}

/// The identity part of a subject or stream name: what follows the first hyphen; empty when there
/// is none.
package func subjectIdentity(_ subject: String) -> String {
    guard let hyphen = subject.utf8.firstIndex(of: UInt8(ascii: "-")) else { return "" }
    return String(subject[subject.utf8.index(after: hyphen)...])
}

/// The kind of a subject or stream name: what stands before the first hyphen.
package func subjectKind(_ subject: String) -> Substring {
    guard let hyphen = subject.utf8.firstIndex(of: UInt8(ascii: "-")) else { return "" }
    return subject[..<hyphen]
}
