import CZstd

/// Decompresses one frame after the other with the same memory.
///
/// The input is not trusted: the output is limited to the room given, and nothing may follow the
/// frame.
package struct Decompressor: ~Copyable {
    /// Nil when there was no memory for it.
    private let context: OpaquePointer?
    /// A frame with its magic number.
    private var whole: UnsafeMutableRawBufferPointer

    package init() {
        context = ZSTD_createDCtx()
        whole = .allocate(byteCount: 4 << 10, alignment: 16)
    }

    deinit {
        ZSTD_freeDCtx(context)
        whole.deallocate()
    }

    /// The size of a frame's content as its header states it; it may be a lie.
    ///
    /// - Throws: `.truncated` when the header is not there whole, `.corrupt` when the frame does
    ///   not state it.
    package mutating func contentBytes(
        of frame: UnsafeRawBufferPointer
    ) throws(ZstdError) -> Int {
        let header = UnsafeRawBufferPointer(rebasing: frame.prefix(ZstdFrame.headerBytesMax))
        let size = withWhole(header) { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        switch size {
        case UInt64(bitPattern: -1): throw .corrupt("the frame does not state its size")
        case UInt64(bitPattern: -2): throw .truncated
        default:
            guard let size = Int(exactly: size) else { throw .corrupt("an impossible size") }
            return size
        }
    }

    /// Decompresses a frame into memory of the caller.
    ///
    /// - Parameters:
    ///   - frame: one whole frame and nothing else.
    ///   - dictionary: the one that it was compressed with; nil for none. Another one is not
    ///     always noticed.
    /// - Returns: the number of bytes that came out.
    /// - Throws: `.outputTooLarge` when there is no room for all, `.corrupt`, `.truncated`,
    ///   `.trailingBytes`, `.outOfMemory`; the memory may then hold anything.
    package mutating func decompress(
        _ frame: UnsafeRawBufferPointer, dictionary: ZstdDictionary?,
        into output: UnsafeMutableRawBufferPointer
    ) throws(ZstdError) -> Int {
        guard let context else { throw .outOfMemory }
        let (length, made) = withWhole(frame) { whole in
            let length = ZSTD_findFrameCompressedSize(whole.baseAddress, whole.count)
            guard ZSTD_isError(length) == 0, length == whole.count else { return (length, 0) }
            if let dictionary {
                return (
                    length,
                    ZSTD_decompress_usingDDict(
                        context, output.baseAddress, output.count, whole.baseAddress, whole.count,
                        dictionary.digested)
                )
            }
            return (
                length,
                ZSTD_decompressDCtx(
                    context, output.baseAddress, output.count, whole.baseAddress, whole.count)
            )
        }
        guard ZSTD_isError(length) == 0 else { throw ZstdError(length, limit: output.count) }
        let rest = frame.count + ZstdFrame.magicBytes - length
        guard rest == 0 else { throw .trailingBytes(rest) }
        guard ZSTD_isError(made) == 0 else { throw ZstdError(made, limit: output.count) }
        return made
    }

    /// Lends the frame with its magic number before it.
    private mutating func withWhole<Result>(
        _ frame: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let count = ZstdFrame.magicBytes + frame.count
        if whole.count < count {
            whole.deallocate()
            whole = .allocate(byteCount: count, alignment: 16)
        }
        whole.storeBytes(of: ZstdFrame.magic.littleEndian, as: UInt32.self)
        UnsafeMutableRawBufferPointer(rebasing: whole[ZstdFrame.magicBytes..<count])
            .copyMemory(from: frame)
        return body(UnsafeRawBufferPointer(rebasing: whole[..<count]))
    }
}

extension Decompressor {
    /// The content of a frame.
    ///
    /// - Parameter limit: the greatest size that the caller accepts.
    /// - Throws: `.outputTooLarge` before any memory is set aside, and the others.
    package mutating func decompress(
        _ frame: [UInt8], dictionary: ZstdDictionary? = nil, limit: Int
    ) throws(ZstdError) -> [UInt8] {
        try frame.span.bytes.withUnsafeBytes { (bytes) throws(ZstdError) in
            let size = try contentBytes(of: bytes)
            guard size <= min(limit, ZstdFrame.contentBytesMax(of: bytes.count)) else {
                throw .outputTooLarge(limit: limit)
            }
            var output = [UInt8](repeating: 0, count: size)
            var span = output.mutableSpan
            var target = span.mutableBytes
            let made = try target.withUnsafeMutableBytes { (room) throws(ZstdError) in
                try decompress(bytes, dictionary: dictionary, into: room)
            }
            guard made == size else { throw .corrupt("the frame does not hold what it states") }
            return output
        }
    }
}
