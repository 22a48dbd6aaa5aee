/// Comparison of names byte by byte.
///
/// Swift compares strings by their canonical form, which takes several times as long and is of no
/// use for ids, streams and subjects: they are ASCII.
package enum TextBytes {
    /// Whether two texts have the same bytes.
    package static func same(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return order(left, right) == 0
    }

    /// Whether a name is of a kind: "activity-1" is of the kind "activity".
    package static func isName(_ name: String, ofKind kind: String) -> Bool {
        let count = kind.utf8.count
        let isOfKind = name.utf8.withContiguousStorageIfAvailable { name in
            guard name.count > count, name[count] == UInt8(ascii: "-") else { return false }
            var place = 0
            for byte in kind.utf8 {
                if name[place] != byte { return false }
                place += 1
            }
            return true
        }
        return isOfKind ?? name.utf8.starts(with: "\(kind)-".utf8)
    }

    /// Whether one text stands before another in the order of their bytes.
    package static func precedes(_ left: String, _ right: String) -> Bool {
        order(left, right) < 0
    }

    /// Feeds a text's bytes to a hasher.
    package static func hash(_ text: String, into hasher: inout Hasher) {
        let isFed: Void? = text.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isFed == nil { for byte in text.utf8 { hasher.combine(byte) } }
    }

    /// Two texts one after the other, written in one go.
    static func joined(_ prefix: String, _ bytes: [UInt8], _ range: Range<Int>) -> String {
        let prefixCount = prefix.utf8.count
        return String(unsafeUninitializedCapacity: prefixCount + range.count) { buffer in
            var place = 0
            for byte in prefix.utf8 {
                buffer[place] = byte
                place += 1
            }
            for index in range {
                buffer[place] = bytes[index]
                place += 1
            }
            return place
        }
    }

    /// Below, at or above zero.
    private static func order(_ left: String, _ right: String) -> Int {
        let compared = left.utf8.withContiguousStorageIfAvailable { left in
            right.utf8.withContiguousStorageIfAvailable { right in
                for index in 0..<min(left.count, right.count) where left[index] != right[index] {
                    return Int(left[index]) - Int(right[index])
                }
                return left.count - right.count
            }
        }
        if case .some(.some(let order)) = compared { return order }
        if left.utf8.elementsEqual(right.utf8) { return 0 }
        return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
    }
}
