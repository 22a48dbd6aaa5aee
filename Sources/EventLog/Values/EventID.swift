/// The 128 bits that name an event for ever: a UUID of any version, version 7 by preference
/// because the table of ids is kept in id order.
package struct EventID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The first eight bytes, most significant first.
    package let high: UInt64
    /// The last eight bytes, most significant first.
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the usual hexadecimal form with four hyphens, in either case; nil for anything else.
    package init?(uuidString text: String) {
        let hyphens = [8, 13, 18, 23]
        var high: UInt64 = 0
        var low: UInt64 = 0
        var digits = 0
        var index = 0
        for unit in text.utf8 {
            if hyphens.contains(index) {
                guard unit == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = Self.hexDigit(unit) else { return nil }
                if digits < 16 { high = high << 4 | digit } else { low = low << 4 | digit }
                digits += 1
            }
            index += 1
            guard index <= 36 else { return nil }
        }
        guard index == 36 else { return nil }
        self.init(high: high, low: low)
    }

    /// Reads exactly sixteen bytes, most significant first; nil for any other number.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
        }
        self.init(high: high, low: low)
    }

    /// Makes a version 7 UUID (RFC 9562, section 5.7).
    ///
    /// - Parameters:
    ///   - milliseconds: time since 1970-01-01T00:00:00Z; its lowest 48 bits are used.
    ///   - random: source of the 74 random bits.
    package static func version7(
        milliseconds: UInt64, random: inout some RandomNumberGenerator
    ) -> EventID {
        let time = (milliseconds & 0xFFFF_FFFF_FFFF) << 16
        let high = time | 0x7000 | random.next() & 0x0FFF
        let low = 0x8000_0000_0000_0000 | random.next() >> 2
        return EventID(high: high, low: low)
    }

    /// The sixteen bytes, most significant first.
    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            for index in 0..<8 {
                let shift = UInt64(56 - 8 * index)
                buffer.initializeElement(
                    at: index, to: UInt8(truncatingIfNeeded: high >> shift))
                buffer.initializeElement(
                    at: index + 8, to: UInt8(truncatingIfNeeded: low >> shift))
            }
            count = 16
        }
    }

    /// Whether the bits say "UUID version 7", whose order is nearly the order of making.
    package var isVersion7: Bool {
        high & 0xF000 == 0x7000 && low >> 62 == 0b10
    }

    package static func < (left: EventID, right: EventID) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }

    /// Lower-case hexadecimal with hyphens.
    package var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 {
                text.append(UInt8(ascii: "-"))
            }
            text.append(Self.hexUnit(byte >> 4))
            text.append(Self.hexUnit(byte & 0x0F))
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func hexDigit(_ unit: UInt8) -> UInt64? {
        switch unit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(unit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(unit - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(unit - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    private static func hexUnit(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
