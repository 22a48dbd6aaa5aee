import PartyBuilding
import Schema

/// The compact form in which the views keep a copy of a fact.
///
/// It holds what folding needs and nothing about who recorded it.
enum FactCodec {
    /// - Throws: `ModelFault.corrupted` when the payload cannot be encoded.
    static func encode(_ fact: Fact) throws(ModelFault) -> [UInt8] {
        guard let payload = try? fact.payload.serializedBytes() else {
            throw .corrupted("payload of the fact at \(fact.position)")
        }
        var writer = ByteWriter()
        writer.unsigned(fact.position)
        writer.blob(fact.id.bytes)
        writer.string(fact.stream)
        writer.unsigned(fact.streamVersion)
        writer.unsigned(UInt64(fact.type.rawValue))
        writer.blob(payload)
        writer.blob(fact.occurred.wireBytes)
        writer.signed(Int64(fact.validDay.dayNumber))
        writer.signed(fact.recordedAt)
        writer.string(fact.tenant)
        writer.bool(fact.isLate)
        writer.bool(fact.isAfterSeal)
        writer.list(fact.evidence) { $0.blob($1.wireBytes) }
        return writer.bytes
    }

    /// - Throws: `ModelFault.corrupted` when the bytes do not have the form.
    static func decode(_ bytes: [UInt8]) throws(ModelFault) -> Fact {
        var reader = ByteReader(bytes)
        let position = try reader.unsigned()
        guard let id = FactID(bytes: try reader.blob()) else { throw .corrupted("fact identity") }
        let stream = try reader.string()
        let version = try reader.unsigned()
        let type = UInt32(truncatingIfNeeded: try reader.unsigned())
        let payloadBytes = try reader.blob()
        guard let payload = try? EventPayload.decode(typeNumber: type, bytes: payloadBytes) else {
            throw .corrupted("payload of the fact at \(position)")
        }
        guard let occurred = Moment(wireBytes: try reader.blob()) else {
            throw .corrupted("moment of the fact at \(position)")
        }
        let validDay = LocalDate(dayNumber: try reader.int32())
        let recordedAt = try reader.signed()
        let tenant = try reader.string()
        let isLate = try reader.bool()
        let isAfterSeal = try reader.bool()
        let evidence = try reader.list { (reader) throws(ModelFault) in
            guard let reference = EvidenceRef(wireBytes: try reader.blob()) else {
                throw ModelFault.corrupted("evidence of the fact at \(position)")
            }
            return reference
        }
        return Fact(
            id: id, position: position, stream: stream, streamVersion: version, payload: payload,
            occurred: occurred, validDay: validDay, recordedAt: recordedAt, recordedBy: "",
            tenant: tenant, tags: [], evidence: evidence, isLate: isLate,
            isAfterSeal: isAfterSeal)
    }

    /// The record time of a stored fact, without decoding the rest.
    static func recordedAt(_ bytes: [UInt8]) throws(ModelFault) -> Int64 {
        var reader = ByteReader(bytes)
        _ = try reader.unsigned()
        _ = try reader.blob()
        _ = try reader.string()
        _ = try reader.unsigned()
        _ = try reader.unsigned()
        _ = try reader.blob()
        _ = try reader.blob()
        _ = try reader.signed()
        return try reader.signed()
    }
}
