/// Ids, streams and subjects as text.
///
/// A subject is written like a stream name: kind, hyphen, id ("branch-yq-b1").
package enum SubjectForm {
    /// Longest id, in bytes.
    package static let idMax = 120
    /// Longest stream name or subject, in bytes; they are parts of index keys of at most 511.
    package static let nameMax = 200

    /// Whether a text is an opaque id: 1 to 120 of `A-Z a-z 0-9 . _ -`.
    package static func isID(_ text: String) -> Bool {
        let count = text.utf8.count
        return count >= 1 && count <= idMax && text.utf8.allSatisfy(isIDCharacter)
    }

    /// Whether a text is a stream name or full subject: lower-case kind, hyphen, id.
    package static func isName(_ text: String) -> Bool {
        guard text.utf8.count <= nameMax, let (kind, id) = split(text) else { return false }
        return !kind.isEmpty && isID(id)
            && kind.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    }

    /// Whether bytes are an opaque id.
    static func isID(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count >= 1, range.count <= idMax else { return false }
        for index in range where !isIDCharacter(bytes[index]) { return false }
        return true
    }

    /// Whether bytes are a stream name or full subject.
    static func isName(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count <= nameMax,
            let hyphen = bytes[range].firstIndex(of: UInt8(ascii: "-")), hyphen > range.lowerBound
        else { return false }
        for index in range.lowerBound..<hyphen
        where bytes[index] < UInt8(ascii: "a") || bytes[index] > UInt8(ascii: "z") {
            return false
        }
        return isID(bytes, (hyphen + 1)..<range.upperBound)
    }

    /// Kind and id of a name, cut at the first hyphen; nil without one.
    package static func split(_ name: String) -> (kind: String, id: String)? {
        guard let hyphen = name.utf8.firstIndex(of: UInt8(ascii: "-")) else { return nil }
        return (String(name[..<hyphen]), String(name[name.index(after: hyphen)...]))
    }

    private static func isIDCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
