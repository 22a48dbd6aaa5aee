import Schema

extension RecordsRules {
    /// What the server fills in where the sender left it out: a message of the fact's type with
    /// only those fields; empty when there is nothing to fill in.
    ///
    /// The snapshot hash of a seal is not among them: it would have to be taken over all facts of
    /// the organisation in the period while everybody else waits.
    static func filled(_ judging: Judging) throws -> [UInt8] {
        guard let digest = judging.rulebook.digest else { return [] }
        let fact = judging.fact
        switch fact.type {
        case .recordCorrected, .reportFiled: break
        default: return []
        }
        switch fact.payload {
        case .recordCorrected(let event) where !event.hasReplacedHash:
            guard let target = fact.amendmentTarget,
                let amendments = try judging.office.amendments(of: target)
            else { return [] }
            return message(of: fact.type, "replaced_hash", digest(amendments.payloadBytes))
        case .reportFiled(let event) where !event.hasHash:
            return message(of: fact.type, "hash", digest(event.figureBytes))
        default:
            return []
        }
    }

    /// A message with one field.
    private static func message(
        of type: EventType, _ field: String, _ content: [UInt8]
    ) -> [UInt8] {
        guard let number = type.descriptor.field(named: field)?.number else { return [] }
        var writer = WireWriter()
        writer.delimited(content, field: number)
        return writer.bytes
    }
}

extension ReportFiled {
    /// What the report's hash is taken over: a message with the figures alone, as they stand.
    var figureBytes: [UInt8] {
        var bare = ReportFiled()
        bare.figures = figures
        return bare.wireBytes
    }
}
