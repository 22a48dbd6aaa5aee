import PartyBuilding
import Schema

/// Reads the few fields of a recorded volunteer service out of its bytes, without decoding the
/// rest.
///
/// What it cannot judge by itself (a time coarser than a day, fields filled in by the server, a
/// field that stands twice) it leaves to `FactDecoder`, with which it otherwise agrees.
enum ServiceWire {
    /// The payload's fields.
    private struct Payload {
        var person = UnsafeRawBufferPointer(start: nil, count: 0)
        var minutes: Int32 = 0
        var isMember = false
    }

    /// Adds a fact to a list.
    ///
    /// - Parameters:
    ///   - stream: name of its stream.
    ///   - body: a message `Envelope`.
    ///   - trailer: a message `Trailer`.
    /// - Returns: false when the fact has to be decoded in full.
    static func append(
        to facts: inout ServiceFacts, position: UInt64, stream: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer, trailer: UnsafeRawBufferPointer
    ) -> Bool {
        guard let envelope = envelope(body), let day = envelope.day,
            let payload = payload(envelope.payload), let added = added(trailer),
            let hyphen = stream.firstIndex(of: UInt8(ascii: "-"))
        else { return false }
        facts.append(
            position: position, recordedAt: added.recordedAt, day: day, minutes: payload.minutes,
            activity: UnsafeRawBufferPointer(rebasing: stream[(hyphen + 1)...]),
            person: payload.person, isMember: payload.isMember, isAfterSeal: added.isAfterSeal)
        return true
    }

    private static func envelope(
        _ bytes: UnsafeRawBufferPointer
    ) -> (payload: UnsafeRawBufferPointer, day: LocalDate?)? {
        var payload: UnsafeRawBufferPointer?
        var occurred: UnsafeRawBufferPointer?
        var hasIdentity = false
        var effective: LocalDate?
        var fields = FieldWalk(bytes)
        while let field = fields.next() {
            switch field.number {
            case 1: hasIdentity = field.bytes.count == 16
            case 5:
                guard payload == nil else { return nil }
                payload = field.bytes
            case 7:
                guard occurred == nil else { return nil }
                occurred = field.bytes
            case 8:
                guard effective == nil else { return nil }
                effective = LocalDate(yyyymmdd: Int32(truncatingIfNeeded: field.number64))
                if effective == nil { return nil }
            default: break
            }
        }
        guard fields.isSound, hasIdentity, let payload, let occurred,
            let occurredOn = day(of: occurred)
        else { return nil }
        return (payload, effective ?? occurredOn)
    }

    /// The local day of a `Moment` of day precision or finer.
    private static func day(of moment: UnsafeRawBufferPointer) -> LocalDate? {
        var fields = FieldWalk(moment)
        guard let field = fields.next(), fields.next() == nil, fields.isSound else { return nil }
        switch field.number {
        case 1: return LocalDate(instant: Int64(bitPattern: field.number64))
        case 2: return LocalDate(yyyymmdd: Int32(truncatingIfNeeded: field.number64))
        default: return nil
        }
    }

    private static func payload(_ bytes: UnsafeRawBufferPointer) -> Payload? {
        var payload = Payload()
        var fields = FieldWalk(bytes)
        while let field = fields.next() {
            switch field.number {
            case 1: payload.person = field.bytes
            case 4: payload.minutes = Int32(truncatingIfNeeded: field.number64)
            case 5: payload.isMember = field.number64 != 0
            default: break
            }
        }
        return fields.isSound ? payload : nil
    }

    private static func added(
        _ bytes: UnsafeRawBufferPointer
    ) -> (recordedAt: Int64, isAfterSeal: Bool)? {
        var recordedAt: Int64 = 0
        var isAfterSeal = false
        var fields = FieldWalk(bytes)
        while let field = fields.next() {
            switch field.number {
            case 1: recordedAt = Int64(bitPattern: field.number64)
            case 6: isAfterSeal = field.number64 != 0
            case 9: return nil
            default: break
            }
        }
        return fields.isSound ? (recordedAt, isAfterSeal) : nil
    }
}
