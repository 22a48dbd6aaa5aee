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
        withBytes(of: name) { isName($0, ofKind: kind) }
    }

    /// Whether a name, in UTF-8, is of a kind.
    @inlinable
    package static func isName(_ name: UnsafeRawBufferPointer, ofKind kind: String) -> Bool {
        withBytes(of: kind) { kind in
            name.count > kind.count && name[kind.count] == UInt8(ascii: "-")
                && order(UnsafeRawBufferPointer(rebasing: name[..<kind.count]), kind) == 0
        }
    }

    /// Whether one text stands before another in the order of their bytes.
    package static func precedes(_ left: String, _ right: String) -> Bool {
        order(left, right) < 0
    }

    /// Lends a text's bytes.
    @inlinable
    package static func withBytes<Result, Failure: Error>(
        of text: String, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try text.utf8.span.bytes.withUnsafeBytes(body)
    }

    /// Whether two texts, in UTF-8, have the same bytes.
    @inlinable
    package static func same(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
    ) -> Bool {
        guard left.count == right.count else { return false }
        guard left.count >= 8 else { return order(left, right) == 0 }
        var offset = 0
        while left.count - offset >= 8 {
            guard word(left, offset) == word(right, offset) else { return false }
            offset += 8
        }
        // The last eight bytes may overlap those before them.
        return word(left, left.count - 8) == word(right, right.count - 8)
    }

    @inlinable
    static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// Below, at or above zero, as the left text stands before, at or behind the right one.
    @inlinable
    package static func order(
        _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
    ) -> Int {
        let common = min(left.count, right.count)
        var offset = 0
        while common - offset >= 8 {
            let (own, other) = (
                left.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
                right.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            )
            if own != other { return own.bigEndian < other.bigEndian ? -1 : 1 }
            offset += 8
        }
        while offset < common {
            if left[offset] != right[offset] { return Int(left[offset]) - Int(right[offset]) }
            offset += 1
        }
        return left.count - right.count
    }

    private static func order(_ left: String, _ right: String) -> Int {
        withBytes(of: left) { left in withBytes(of: right) { order(left, $0) } }
    }
}
