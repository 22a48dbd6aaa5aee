import Foundation
import PartyBuilding
import Schema

/// Facts given as messages instead of JSON: the compiler knows their fields.
extension PartyOffice {
    /// What a test says about one fact beyond its payload; what is left out follows from it.
    struct Circumstances {
        /// When it happened; nil for what the payload says.
        var occurred: Moment?
        /// Local day of recording; nil for the day it happened, or the last recording's.
        var recorded: Int32?
        var by = "clerk"
        /// Captions of evidence in the envelope.
        var evidence: [String] = []
        var lateReason: String?
        var dataClass: DataClass?
        var actor = Actor(principal: "test")
    }

    /// Records a fact.
    ///
    /// - Throws: the refusal.
    @discardableResult
    func record<Event: EventMessage>(
        _ event: Event, in stream: String, _ adjust: (inout Circumstances) -> Void = { _ in }
    ) throws -> Admission {
        var what = Circumstances()
        adjust(&what)
        let type = Event.eventType
        var envelope = Envelope()
        envelope.eventID = .init(nextID().bytes)
        envelope.type = type.number
        envelope.typeName = type.name
        envelope.stream = stream
        envelope.payload = .init(event.wireBytes)
        envelope.recordedBy = what.by
        envelope.tenant = "root"
        // Left out, it is what the payload says, as for a line that is imported.
        let payload = event.wireBytes
        if let said = type.occurrence(in: payload, 0..<payload.count) {
            envelope.occurredAt.value = said
        }
        if let occurred = what.occurred { envelope.occurredAt = occurred }
        if let reason = what.lateReason { envelope.lateReason = reason }
        if let dataClass = what.dataClass { envelope.dataClass = dataClass }
        envelope.evidence = what.evidence.map(EvidenceRef.init(captioned:))
        var proposal = try FactDecoder.proposal(envelope.wireBytes)
        settle(&proposal, recorded: what.recorded.flatMap { LocalDate(yyyymmdd: $0) })
        return try admit(proposal, actor: what.actor)
    }

    /// The refusal that a fact meets, nil when it is recorded.
    func refusal<Event: EventMessage>(
        _ event: Event, in stream: String, _ adjust: (inout Circumstances) -> Void = { _ in }
    ) throws -> Refusal? {
        do {
            try record(event, in: stream, adjust)
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }
}

/// A message with its fields set: `filled(IssueClosed()) { $0.on = 2019_07_31 }`.
func filled<Event>(_ empty: Event, _ fill: (inout Event) -> Void) -> Event {
    var event = empty
    fill(&event)
    return event
}

/// A moment of day precision.
func moment(_ yyyymmdd: Int32) -> Moment { filled(Moment()) { $0.date = yyyymmdd } }

/// An instant of a local day and time in Asia/Shanghai, microseconds.
func instant(_ yyyymmdd: Int32, _ hour: Int, _ minute: Int = 0) -> Int64 {
    let start = LocalDate(yyyymmdd: yyyymmdd)?.startInstant ?? 0
    return start + Int64(hour * 60 + minute) * 60_000_000
}

extension EvidenceRef {
    /// Evidence with nothing but a caption.
    init(captioned caption: String) {
        self.init()
        self.caption = caption
    }
}

extension DocRef {
    /// A document with nothing but a title.
    init(titled title: String) {
        self.init()
        self.title = title
    }
}
