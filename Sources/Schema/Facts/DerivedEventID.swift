/// The event id of a fact that came without one.
///
/// It is derived from the fact's content, so that importing the same file again gives the same ids
/// and records nothing twice. A UUID of version 8 (RFC 9562): its first 48 bits are the
/// milliseconds of the time the fact happened, which keeps ids of history near each other in the
/// index as those of version 7 are; the rest is from a digest.
package enum DerivedEventID {
    /// - Parameters:
    ///   - content: the envelope's bytes without an event id.
    ///   - occurrence: how many facts of the same content the import has met before.
    ///   - instant: microseconds since 1970-01-01T00:00:00Z of the time it happened.
    ///   - hash: SHA-256.
    package static func derive(
        content: [UInt8], occurrence: UInt64, instant: Int64, hash: ([UInt8]) -> [UInt8]
    ) -> [UInt8] {
        var numbered = WireWriter()
        numbered.fixed64(occurrence)
        let digest = hash(content + numbered.bytes)
        let millis = UInt64(clamping: instant / 1000)
        var id: [UInt8] = []
        for index in 0..<16 {
            let random = index < digest.count ? digest[index] : 0
            switch index {
            case 0..<6: id.append(UInt8(truncatingIfNeeded: millis >> UInt64(8 * (5 - index))))
            case 6: id.append(0x80 | random & 0x0F)
            case 8: id.append(0x80 | random & 0x3F)
            default: id.append(random)
            }
        }
        return id
    }
}

/// Counts how often an import has met the same content.
package struct OccurrenceCounter: Sendable {
    private var counts: [[UInt8]: UInt64] = [:]

    package init() {}

    /// How many times it was asked for this digest before.
    package mutating func next(_ digest: [UInt8]) -> UInt64 {
        let count = counts[digest, default: 0]
        counts[digest] = count + 1
        return count
    }
}
