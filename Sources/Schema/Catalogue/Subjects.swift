/// The subjects of a fact, which the server records as its tags.
///
/// They are what the payload names in fields that the schema marks, the fact's own stream, and the
/// person or branch that the stream's name implies. Tags are derived and never sent, so that no
/// client can hide a fact from a condition.
package enum Subjects {
    /// The subjects of a fact, sorted and each once.
    ///
    /// A correction or void also has the subjects of its target; they are not in its payload.
    /// - Parameter payload: checked bytes; parts that cannot be read name nothing.
    package static func of(type: EventType, stream: String, payload: [UInt8]) -> [String] {
        of(type: type, stream: stream, payload: payload, in: 0..<payload.count)
    }

    /// The subjects of a fact whose payload is a part of `bytes`.
    package static func of(
        type: EventType, stream: String, payload bytes: [UInt8], in range: Range<Int>
    ) -> [String] {
        var found: Set<String> = [stream]
        if let implied = implied(by: stream) { found.insert(implied) }
        collect(type.descriptor, WireReader(bytes, in: range), depth: 1, into: &found)
        return found.sorted()
    }

    /// The person or branch whom a stream is about, besides itself.
    package static func implied(by stream: String) -> String? {
        guard let (kind, id) = SubjectForm.split(stream) else { return nil }
        switch kind {
        case "member", "integrity": return "person-\(id)"
        case "learning": return owner(of: id, CalendarForm.isYear).map { "person-\($0)" }
        case "pioneer":
            let person =
                owner(of: id, CalendarForm.isYear)
                ?? owner(of: id) { CalendarForm.quarter($0) != nil }
            return person.map { "person-\($0)" }
        case "star": return owner(of: id, CalendarForm.isYear).map { "branch-\($0)" }
        default: return nil
        }
    }

    private static func owner(of id: String, _ isYear: (Int64) -> Bool) -> String? {
        owner(of: id) { suffix in suffix.utf8.count == 4 && Int64(suffix).map(isYear) == true }
    }

    /// What stands before the last hyphen of an id when what follows it is a period.
    private static func owner(of id: String, _ isPeriod: (String) -> Bool) -> String? {
        guard let hyphen = id.utf8.lastIndex(of: UInt8(ascii: "-")), hyphen != id.startIndex,
            isPeriod(String(id[id.index(after: hyphen)...]))
        else { return nil }
        return String(id[..<hyphen])
    }

    private static func collect(
        _ descriptor: MessageDescriptor, _ start: WireReader, depth: Int,
        into found: inout Set<String>
    ) {
        guard depth <= SchemaValidator.depthMax,
            SchemaCatalogue.shared.namesSubjects(descriptor)
        else { return }
        var reader = start
        while let item = try? reader.next() {
            guard let field = descriptor.field(number: item.number),
                case .bytes(let range) = item.value
            else { continue }
            if let kind = field.subject {
                let id = reader.text(range)
                if SubjectForm.isID(id) { found.insert("\(kind)-\(id)") }
            } else if field.subjectInFull {
                let name = reader.text(range)
                if SubjectForm.isName(name) { found.insert(name) }
            } else if let nested = field.message {
                collect(nested, WireReader(reader.bytes, in: range), depth: depth + 1, into: &found)
            }
        }
    }
}
