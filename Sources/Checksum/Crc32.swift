import CIsal

/// The CRC-32 of IEEE 802.3 (polynomial 0xEDB88320) over bytes: the same that zlib and gzip have.
///
/// - Parameters:
///   - bytes: may be empty.
///   - previous: the checksum of the bytes before, so that
///     `crc32(b, continuing: crc32(a)) == crc32(a + b)`.
package func crc32(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
    guard let start = bytes.baseAddress, bytes.count > 0 else { return previous }
    return crc32_gzip_refl(
        previous, start.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
}

/// The CRC-32 of IEEE 802.3 over bytes.
package func crc32(_ bytes: RawSpan, continuing previous: UInt32 = 0) -> UInt32 {
    bytes.withUnsafeBytes { crc32($0, continuing: previous) }
}

/// The CRC-32 of IEEE 802.3 over bytes.
package func crc32(_ bytes: [UInt8], continuing previous: UInt32 = 0) -> UInt32 {
    bytes.withUnsafeBytes { crc32($0, continuing: previous) }
}
