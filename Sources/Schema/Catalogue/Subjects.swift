package import Names

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
        let text = Array(stream.utf8)
        return Array(
            names(
                type: type, stream: text, at: 0..<text.count, payload: bytes, in: range))
    }

    /// The same as one list.
    ///
    /// - Parameters:
    ///   - stream: bytes that hold the stream's name.
    ///   - place: where it stands in them.
    package static func names(
        type: EventType, stream: [UInt8], at place: Range<Int>, payload bytes: [UInt8],
        in range: Range<Int>
    ) -> NameList {
        withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { room in
            var found = Found(room)
            found.add("", stream, place)
            if mayImply(stream, place),
                let implied = implied(by: String(decoding: stream[place], as: UTF8.self))
            {
                found.add(implied)
            }
            collect(type.descriptor, WireReader(bytes, in: range), depth: 1, into: &found)
            return found.sorted()
        }
    }

    /// Names as they come, each behind its length: in the room lent for them as long as it holds
    /// them, which is nearly always.
    private struct Found {
        private let room: UnsafeMutableRawBufferPointer
        private var used = 0
        /// What was found once the room was too small for all.
        private var bytes: [UInt8] = []
        private var count = 0

        init(_ room: UnsafeMutableRawBufferPointer) { self.room = room }

        mutating func add(_ prefix: String, _ source: [UInt8], _ place: Range<Int>) {
            let length = prefix.utf8.count + place.count
            guard length <= 255 else { return }
            count += 1
            if bytes.isEmpty, length < room.count - used {
                room[used] = UInt8(truncatingIfNeeded: length)
                used += 1
                prefix.utf8.span.bytes.withUnsafeBytes { copy($0) }
                source.withUnsafeBytes { copy(UnsafeRawBufferPointer(rebasing: $0[place])) }
                return
            }
            if bytes.isEmpty { bytes.append(contentsOf: room[..<used]) }
            bytes.append(UInt8(truncatingIfNeeded: length))
            bytes.append(contentsOf: prefix.utf8)
            bytes.append(contentsOf: source[place])
        }

        mutating func add(_ name: String) { add(name, [], 0..<0) }

        private mutating func copy(_ part: UnsafeRawBufferPointer) {
            UnsafeMutableRawBufferPointer(rebasing: room[used..<used + part.count])
                .copyMemory(from: part)
            used += part.count
        }

        func sorted() -> NameList {
            guard bytes.isEmpty else { return NameList.sorted(bytes, count: count) }
            return NameList.sorted(UnsafeRawBufferPointer(rebasing: room[..<used]), count: count)
        }
    }

    /// Most streams imply nobody, which the first letter tells.
    private static func mayImply(_ stream: [UInt8], _ place: Range<Int>) -> Bool {
        guard !place.isEmpty else { return false }
        return switch stream[place.lowerBound] {
        case UInt8(ascii: "m"), UInt8(ascii: "i"), UInt8(ascii: "l"), UInt8(ascii: "p"),
            UInt8(ascii: "s"):
            true
        default: false
        }
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
        into found: inout Found
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
                    found.add(prefix, bytes, range)
                }
            } else if field.subjectInFull {
                if SubjectForm.isName(bytes, range) { found.add("", bytes, range) }
            } else if let nested = field.message {
                collect(nested, WireReader(reader.bytes, in: range), depth: depth + 1, into: &found)
            }
        }
    }
}
