/// A fast hash of names and ids. Its key is drawn by chance, for tables in memory when the process
/// starts, so that nobody outside can choose names that fall together.
package struct NameHash: Sendable {
    @usableFromInline let key0: UInt64
    @usableFromInline let key1: UInt64

    /// A hash whose key was drawn before and written down.
    package init(key0: UInt64, key1: UInt64) {
        self.key0 = key0
        self.key1 = key1
    }

    package init() {
        var random = SystemRandomNumberGenerator()
        key0 = random.next() | 1
        key1 = random.next() | 1
    }

    /// The hash of a name's bytes.
    @inlinable
    package func callAsFunction(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        // The length is spread over all bits: a difference in it cannot make up for one in the bytes.
        var state = key0 ^ UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15
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

    /// The hash of two numbers, such as the halves of an id.
    @inlinable
    package func callAsFunction(_ high: UInt64, _ low: UInt64) -> UInt64 {
        Self.fold(Self.fold(high ^ key0, low ^ key1), key0)
    }

    /// Both halves of the product, laid over each other.
    @inlinable
    static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
