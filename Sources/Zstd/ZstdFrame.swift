import CZstd

/// What all frames have in common: Zstandard frames (RFC 8878) without the magic number that each
/// of them would begin with, with the size of their content, without checksum and dictionary id.
package enum ZstdFrame {
    /// Bytes of the magic number, which is put back before the library sees a frame.
    static let magicBytes = 4
    static let magic: UInt32 = 0xFD2F_B528
    /// The most that comes out of one block of a frame.
    static let blockBytesMax = 128 << 10
    /// Bytes of a block's header; a block that repeats one byte has that one more.
    static let blockBytesMin = 3
    /// The greatest header of a frame, without its magic number.
    static let headerBytesMax = 14

    /// The most that can come out of a frame of so many bytes, whatever they are.
    package static func contentBytesMax(of frameBytes: Int) -> Int {
        (frameBytes / blockBytesMin).multipliedReportingOverflow(by: blockBytesMax).overflow
            ? .max : frameBytes / blockBytesMin * blockBytesMax
    }
}
