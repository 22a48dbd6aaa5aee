/// What is around the deflated bits.
package enum ZlibFormat: Sendable, Equatable {
    /// Nothing (RFC 1951). The caller must check the content, and that the dictionary is the
    /// right one: a wrong one is not noticed.
    case raw
    /// Header with the dictionary's checksum and trailer with the content's (RFC 1950).
    case zlib

    /// Bits of a window of 32 KiB; the sign is zlib's way to say `raw`.
    var windowBits: Int32 {
        switch self {
        case .raw: -15
        case .zlib: 15
        }
    }
}
