/// The usual text of a UUID and the versions that are accepted (RFC 9562).
package enum UUIDForm {
    /// Random (4), by time (7), and this product's own derived from a fact's content (8).
    package static let versions: Set<UInt8> = [4, 7, 8]

    /// Whether the bytes are a UUID of an accepted version.
    package static func isAccepted(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count == 16 else { return false }
        let version = bytes[bytes.index(bytes.startIndex, offsetBy: 6)] >> 4
        let variant = bytes[bytes.index(bytes.startIndex, offsetBy: 8)] >> 6
        return (version == 4 || version == 7 || version == 8) && variant == 2
    }

    /// "0190b2c4-…" in lower case; bytes of another number than 16 as plain hexadecimal digits.
    package static func text(_ bytes: some Collection<UInt8>) -> String {
        let digits = Array(Hexadecimal.text(bytes).utf8)
        guard digits.count == 32 else { return String(decoding: digits, as: UTF8.self) }
        var out: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { out.append(UInt8(ascii: "-")) }
            out.append(digit)
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The 16 bytes of a UUID written in the usual form in either case, nil for anything else.
    package static func bytes(_ text: String) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count == 36 else { return nil }
        var digits: [UInt8] = []
        for (index, character) in characters.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard character == UInt8(ascii: "-") else { return nil }
            } else {
                digits.append(character)
            }
        }
        return Hexadecimal.bytes(String(decoding: digits, as: UTF8.self))
    }
}
