/// Eight big-endian bytes: the order of the bytes is the order of the numbers.
extension UInt64: ByteSource {
    @inlinable
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBytes(of: bigEndian) { (bytes) throws(Failure) in try body(bytes) }
    }
}

/// A key of sixteen bytes made of two big-endian numbers; sorts by the first, then by the second.
///
/// For keys such as (interned stream, position).
@usableFromInline
package struct PairKey: Hashable, Sendable, Comparable {
    /// Decides the order first.
    @usableFromInline package let first: UInt64
    /// Decides the order among equal `first`.
    @usableFromInline package let second: UInt64

    /// A key of these two numbers.
    @inlinable
    package init(_ first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    @inlinable
    package static func < (left: PairKey, right: PairKey) -> Bool {
        (left.first, left.second) < (right.first, right.second)
    }
}

extension PairKey: ByteSource {
    @inlinable
    package func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let pair = (first.bigEndian, second.bigEndian)
        return try withUnsafeBytes(of: pair) { (bytes) throws(Failure) in try body(bytes) }
    }
}

extension RawSpan {
    /// The big-endian number in the eight bytes at `offset`, nil when they are not all there.
    @inlinable
    package func bigEndianUInt64(at offset: Int = 0) -> UInt64? {
        guard offset >= 0, byteCount >= 8, offset <= byteCount - 8 else { return nil }
        return UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The bytes in an array of their own, to be kept after a transaction.
    @inlinable
    package func copied() -> [UInt8] {
        withUnsafeBytes { Array($0) }
    }
}
