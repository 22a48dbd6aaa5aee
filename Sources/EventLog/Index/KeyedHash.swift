/// A fast hash of names and ids for tables in memory. Its key is drawn when the process starts, so
/// that nobody outside can choose names that fall together.
struct KeyedHash {
    private let key0: UInt64
    private let key1: UInt64

    init() {
        var random = SystemRandomNumberGenerator()
        key0 = random.next() | 1
        key1 = random.next() | 1
    }

    /// The hash of a name's bytes.
    @inline(__always)
    func callAsFunction(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = key0 ^ UInt64(truncatingIfNeeded: bytes.count)
        var offset = 0
        while bytes.count - offset > 16 {
            let low = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let high = bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
            state = Self.fold(low ^ state, high ^ key1)
            offset += 16
        }
        let rest = bytes.count - offset
        var low: UInt64 = 0
        var high: UInt64 = 0
        if rest >= 8 {
            // The two halves may overlap; together they cover what is left.
            low = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            high = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        } else if rest >= 4 {
            let first = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            let last = bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self)
            low = UInt64(first) << 32 | UInt64(last)
        } else {
            while offset < bytes.count {
                low = low << 8 | UInt64(bytes[offset])
                offset += 1
            }
        }
        return Self.fold(Self.fold(low ^ state, high ^ key1), key0)
    }

    /// The hash of an id.
    @inline(__always)
    func callAsFunction(_ id: EventID) -> UInt64 {
        Self.fold(Self.fold(id.high ^ key0, id.low ^ key1), key0)
    }

    /// Both halves of the product, laid over each other.
    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}

extension String {
    /// Lends the UTF-8 bytes.
    @inline(__always)
    func withUTF8Bytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try utf8.span.bytes.withUnsafeBytes(body)
    }
}
