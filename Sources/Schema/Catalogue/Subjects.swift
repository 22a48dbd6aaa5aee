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
        var found = [stream]
        if let implied = implied(by: stream) { found.append(implied) }
        collect(type.descriptor, WireReader(bytes, in: range), depth: 1, into: &found)
        found.sort(by: TextBytes.precedes)
        // In one pass: a payload may name the same subject a hundred thousand times.
        var kept = 0
        for index in found.indices
        where index == 0 || !TextBytes.same(found[index], found[kept - 1]) {
            found[kept] = found[index]
            kept += 1
        }
        found.removeSubrange(kept...)
        return found
    }

    /// The person or branch whom a stream is about, besides itself.
    package static func implied(by stream: String) -> String? {
        // Most streams imply nobody, which the first letter tells.
        switch stream.utf8.first {
        case UInt8(ascii: "m"), UInt8(ascii: "i"), UInt8(ascii: "l"), UInt8(ascii: "p"),
            UInt8(ascii: "s"):
            break
        default:
            return nil
        }
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
        into found: inout [String]
    ) {
        guard depth <= SchemaValidator.depthMax,
            SchemaCatalogue.shared.namesSubjects(descriptor)
        else { return }
        var reader = start
        let bytes = start.bytes
        while let item = try? reader.next() {
            guard case .bytes(let range) = item.value,
                descriptor.mayNameSubject(number: item.number),
                let field = descriptor.field(number: item.number)
            else { continue }
            if let prefix = field.subjectPrefix {
                if SubjectForm.isID(bytes, range) {
                    found.append(TextBytes.joined(prefix, bytes, range))
                }
            } else if field.subjectInFull {
                if SubjectForm.isName(bytes, range) { found.append(reader.text(range)) }
            } else if let nested = field.message {
                collect(nested, WireReader(reader.bytes, in: range), depth: depth + 1, into: &found)
            }
        }
    }
}
