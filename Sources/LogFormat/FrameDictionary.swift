import Zstd

/// A preset dictionary of sealed blocks, ready for reading; many threads may use it at once.
package final class FrameDictionary: Sendable {
    /// As it is stored.
    package let bytes: [UInt8]
    let digested: ZstdDictionary

    /// - Throws: `.damaged` when the bytes are no dictionary.
    package init(_ bytes: [UInt8]) throws(FormatFault) {
        do {
            digested = try ZstdDictionary(bytes)
        } catch {
            throw .damaged(position: 0, "a preset dictionary cannot be used: \(error)")
        }
        self.bytes = bytes
    }
}
