/// Checks of UTF-8 without making a string.
package enum UTF8Text {
    /// Offset of the first byte that is not well-formed UTF-8 (RFC 3629: no overlong forms, no
    /// surrogates, nothing above U+10FFFF), nil when all of the range is.
    package static func firstFault(in bytes: [UInt8], _ range: Range<Int>) -> Int? {
        var index = soundPrefixEnd(of: bytes.span.bytes, range)
        while index < range.upperBound {
            let lead = bytes[index]
            if lead < 0x80 {
                index += 1
                continue
            }
            // The second byte's limits exclude overlong forms, surrogates and what is too large.
            let (length, second): (Int, ClosedRange<UInt8>)
            switch lead {
            case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
            case 0xE0: (length, second) = (3, 0xA0...0xBF)
            case 0xE1...0xEC, 0xEE...0xEF: (length, second) = (3, 0x80...0xBF)
            case 0xED: (length, second) = (3, 0x80...0x9F)
            case 0xF0: (length, second) = (4, 0x90...0xBF)
            case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
            case 0xF4: (length, second) = (4, 0x80...0x8F)
            default: return index
            }
            guard range.upperBound - index >= length, second.contains(bytes[index + 1]) else {
                return index
            }
            for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 {
                return index
            }
            index += length
        }
        return nil
    }

    /// Passes over what is mostly written: runs of ASCII and of Chinese, several bytes at once.
    /// What follows it may be well-formed as well.
    private static func soundPrefixEnd(of bytes: RawSpan, _ range: Range<Int>) -> Int {
        guard range.lowerBound >= 0, range.upperBound <= bytes.byteCount else {
            return range.lowerBound
        }
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let word = UInt64(
                littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
            if word & 0x8080_8080_8080_8080 == 0 {
                index += 8
            } else if word & 0x80 == 0 {
                // The letters before the next character of three bytes.
                index += (word & 0x8080_8080_8080_8080).trailingZeroBitCount / 8
            } else if isPlainTriple(word) {
                index += isPlainTriple(word >> 24) ? 6 : 3
            } else {
                break
            }
        }
        return index
    }

    /// Whether the lowest three bytes are a character of three bytes whose lead byte sets its
    /// second no narrower limits: all but E0 and ED.
    private static func isPlainTriple(_ word: UInt64) -> Bool {
        word & 0xC0_C0F0 == 0x80_80E0 && word & 0x0F != 0 && word & 0x0F != 0x0D
    }

    /// The text of a range that is known to be well-formed: it is not looked at again.
    static func string(sound bytes: [UInt8], _ range: Range<Int>) -> String {
        let text = bytes.span.extracting(range)
        return String(copying: unsafe UTF8Span(unchecked: text))
    }

    /// Whether all of the range is well-formed.
    package static func isValid(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        firstFault(in: bytes, range) == nil
    }
}
