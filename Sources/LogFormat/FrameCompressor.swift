import Zstd

/// Makes frames of sealed blocks, block after block with the same settings: what the dictionary is
/// digested into is dear.
///
/// `@unchecked Sendable`: it may change threads, but only one uses it at a time.
package final class FrameCompressor: @unchecked Sendable {
    var compressor: Compressor
    /// 1 (fast) to 9 (small).
    package let level: Int
    /// Number of the dictionary; 0 is none.
    package let dictionaryNumber: UInt32

    /// - Parameter dictionary: text that frames are likely to contain, with its number; nil for
    ///   none.
    /// - Throws: when the level does not exist, the dictionary is none, or there is no memory.
    package init(level: Int, dictionary: (number: UInt32, bytes: [UInt8])?) throws {
        self.level = level
        dictionaryNumber = dictionary?.number ?? 0
        compressor = try Compressor(level: level, dictionary: dictionary?.bytes ?? [])
    }
}
