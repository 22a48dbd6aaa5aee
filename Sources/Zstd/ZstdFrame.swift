import CZstd

/// What all frames have in common: Zstandard frames (RFC 8878) without the magic number that each
/// of them would begin with, with the size of their content, without checksum and dictionary id.
package enum ZstdFrame {
    /// Bytes of the magic number, which the library writes and which is left out.
    static let magicBytes = 4
    /// The most that comes out of one block of a frame.
    static let blockBytesMax = 128 << 10
    /// Bytes of a block's header; a block that repeats one byte has that one more.
    static let blockBytesMin = 3

    /// The most that can come out of a frame of so many bytes, whatever they are.
    package static func contentBytesMax(of frameBytes: Int) -> Int {
        (frameBytes / blockBytesMin).multipliedReportingOverflow(by: blockBytesMax).overflow
            ? .max : frameBytes / blockBytesMin * blockBytesMax
    }

    /// A frame's header (RFC 8878, 3.1.1.1).
    struct Header {
        /// Bytes of the header.
        let bytes: Int
        /// The size that it states for the content; it may be a lie.
        let contentBytes: Int

        /// - Throws: `.truncated` when the header is not there whole, `.corrupt` when it does not
        ///   state the content's size or announces what frames here never have.
        @inline(__always)
        init(_ frame: UnsafeRawBufferPointer) throws(ZstdError) {
            guard let descriptor = frame.first else { throw .truncated }
            // The last five bits: an unused one, a reserved one, checksum, dictionary id.
            guard descriptor & 0x1F == 0 else {
                throw .corrupt("the frame's header announces what no frame has")
            }
            let isSingleSegment = descriptor & 0x20 != 0
            let sizeFlag = descriptor >> 6
            // Without a single segment the size of the window comes first.
            let start = isSingleSegment ? 1 : 2
            let sizeBytes = sizeFlag == 0 ? (isSingleSegment ? 1 : 0) : 1 << Int(sizeFlag)
            guard sizeBytes > 0 else { throw .corrupt("the frame does not state its size") }
            guard frame.count >= start + sizeBytes else { throw .truncated }
            var size: UInt64 = 0
            for index in 0..<sizeBytes {
                size |= UInt64(frame[start + index]) << UInt64(8 * index)
            }
            // Two bytes begin to count where one ends.
            if sizeFlag == 1 { size += 256 }
            guard let contentBytes = Int(exactly: size) else {
                throw .corrupt("an impossible size")
            }
            bytes = start + sizeBytes
            self.contentBytes = contentBytes
        }
    }

    /// Where a frame ends that may have bytes behind it, as the headers of its blocks say
    /// (RFC 8878, 3.1.1.2).
    ///
    /// - Throws: `.truncated` when the end is not there, `.corrupt`.
    @inline(__always)
    static func end(of frame: UnsafeRawBufferPointer) throws(ZstdError) -> Int {
        var offset = try Header(frame).bytes
        while true {
            guard frame.count - offset >= blockBytesMin else { throw .truncated }
            let header =
                Int(frame[offset]) | Int(frame[offset + 1]) << 8 | Int(frame[offset + 2]) << 16
            offset += blockBytesMin
            let bytes: Int
            switch header >> 1 & 3 {
            case 0, 2: bytes = header >> 3
            case 1: bytes = 1
            default: throw .corrupt("a block of no known kind")
            }
            guard frame.count - offset >= bytes else { throw .truncated }
            offset += bytes
            if header & 1 != 0 { return offset }
        }
    }
}
