/// Identity of a fact: the 16 bytes of a UUID, which is also the idempotency key (R-GEN-01).
package struct FactID: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter bytes: exactly 16, most significant first; nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (offset, byte) in bytes.enumerated() {
            if offset < 8 {
                high = high << 8 | UInt64(byte)
            } else {
                low = low << 8 | UInt64(byte)
            }
        }
        self.init(high: high, low: low)
    }

    /// The 16 bytes, most significant first.
    package var bytes: [UInt8] {
        (0..<16).map { index in
            let half = index < 8 ? high : low
            return UInt8(truncatingIfNeeded: half >> UInt64(56 - index % 8 * 8))
        }
    }

    /// - Parameter text: `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx`, either case; nil otherwise.
    package init?(text: String) {
        var digits: [UInt8] = []
        digits.reserveCapacity(32)
        for (offset, character) in text.utf8.enumerated() {
            let isHyphenPlace = offset == 8 || offset == 13 || offset == 18 || offset == 23
            if isHyphenPlace {
                guard character == UInt8(ascii: "-") else { return nil }
                continue
            }
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(character - 48)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digits.append(character - 87)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digits.append(character - 55)
            default: return nil
            }
        }
        guard digits.count == 32 else { return nil }
        self.init(bytes: stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }
}

extension FactID: CustomStringConvertible {
    /// The usual hexadecimal form in lower case.
    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 {
                text.append(UInt8(ascii: "-"))
            }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
