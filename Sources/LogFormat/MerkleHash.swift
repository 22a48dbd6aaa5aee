import Crypto

/// A SHA-256 value, in the order in which the digest's bytes come.
package struct MerkleHash: Hashable, Sendable, CustomStringConvertible {
    /// Number of bytes.
    package static let size = 32

    // The digest's bytes as they lie in memory; the words' values have no meaning.
    private var word0: UInt64 = 0
    private var word1: UInt64 = 0
    private var word2: UInt64 = 0
    private var word3: UInt64 = 0

    private init() {}

    /// Takes exactly 32 bytes; nil for any other number.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.size else { return nil }
        word0 = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        word1 = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        word2 = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        word3 = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    private init(_ digest: SHA256Digest) {
        self.init()
        withUnsafeMutableBytes(of: &self) { target in
            digest.withUnsafeBytes { target.copyMemory(from: $0) }
        }
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        withBytes { [UInt8]($0) }
    }

    /// Lower-case hexadecimal.
    package var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * Self.size)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0x0F)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Lends the 32 bytes without a copy.
    package func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try withUnsafeBytes(of: self, body)
    }

    /// The root of the empty tree: the hash of no bytes (RFC 6962, section 2.1).
    package static let empty = MerkleHash(SHA256().finalize())

    /// The hash of a leaf: SHA-256 of 0x00 and the leaf's bytes (RFC 6962, section 2.1).
    package static func leaf(_ bytes: UnsafeRawBufferPointer) -> MerkleHash {
        var hasher = SHA256()
        var prefix: UInt8 = 0x00
        withUnsafeBytes(of: &prefix) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: bytes)
        return MerkleHash(hasher.finalize())
    }

    /// The hash of an inner node: SHA-256 of 0x01 and both children (RFC 6962, section 2.1).
    package static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        // One piece: each further one costs the hasher as much as the hashing itself.
        withUnsafeTemporaryAllocation(byteCount: 1 + 2 * size, alignment: 8) { message in
            message[0] = 0x01
            left.withBytes {
                UnsafeMutableRawBufferPointer(rebasing: message[1..<1 + size]).copyMemory(from: $0)
            }
            right.withBytes {
                UnsafeMutableRawBufferPointer(rebasing: message[(1 + size)...])
                    .copyMemory(from: $0)
            }
            return MerkleHash(SHA256.hash(bytes: UnsafeRawBufferPointer(message)))
        }
    }
}

extension SHA256 {
    fileprivate static func hash(bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var hasher = SHA256()
        hasher.update(bufferPointer: bytes)
        return hasher.finalize()
    }
}
