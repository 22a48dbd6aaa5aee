import CZstd

/// Decompresses one frame after the other with the same memory.
///
/// The input is not trusted: the output is limited to the room given, and nothing may follow the
/// frame.
package struct Decompressor: ~Copyable {
    /// Nil when there was no memory for it.
    private let context: OpaquePointer?
    /// What the context refers to; it must live as long.
    private var dictionary: ZstdDictionary?

    /// Frames are given to the library as they are (`ZSTD_f_zstd1_magicless` in zstd.h).
    private static let withoutMagic: Int32 = 1

    package init() {
        guard let made = ZSTD_createDCtx() else {
            context = nil
            return
        }
        let answer = ZSTD_DCtx_setParameter(made, ZSTD_d_experimentalParam1, Self.withoutMagic)
        if ZSTD_isError(answer) == 0 {
            context = made
        } else {
            ZSTD_freeDCtx(made)
            context = nil
        }
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    /// The size of a frame's content as its header states it; it may be a lie.
    ///
    /// - Throws: `.truncated` when the header is not there whole, `.corrupt` when the frame does
    ///   not state it.
    package static func contentBytes(
        of frame: UnsafeRawBufferPointer
    ) throws(ZstdError) -> Int {
        try ZstdFrame.Header(frame).contentBytes
    }

    /// Sets the dictionary that the next frames were compressed with; nil for none. A wrong one is
    /// not always noticed.
    ///
    /// It stays until another is set: threads that name a common one with every frame would spend
    /// much of their time on counting who refers to it.
    package mutating func use(_ dictionary: ZstdDictionary?) throws(ZstdError) {
        guard let context else { throw .outOfMemory }
        guard dictionary !== self.dictionary else { return }
        let answer = ZSTD_DCtx_refDDict(context, dictionary?.digested)
        guard ZSTD_isError(answer) == 0 else { throw ZstdError(answer, limit: 0) }
        self.dictionary = dictionary
    }

    /// Decompresses a frame into memory of the caller.
    ///
    /// - Parameters:
    ///   - frame: one whole frame and nothing else.
    /// - Returns: the number of bytes that came out.
    /// - Throws: `.outputTooLarge` when there is no room for all, `.corrupt`, `.truncated`,
    ///   `.trailingBytes`, `.outOfMemory`; the memory may then hold anything.
    package mutating func decompress(
        _ frame: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ZstdError) -> Int {
        guard let context else { throw .outOfMemory }
        // The library would read on in what follows as in another frame.
        let end = try ZstdFrame.end(of: frame)
        guard end == frame.count else { throw .trailingBytes(frame.count - end) }
        let made = ZSTD_decompressDCtx(
            context, output.baseAddress, output.count, frame.baseAddress, frame.count)
        guard ZSTD_isError(made) == 0 else { throw ZstdError(made, limit: output.count) }
        return made
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
        try use(dictionary)
        return try frame.span.bytes.withUnsafeBytes { (bytes) throws(ZstdError) in
            let size = try Self.contentBytes(of: bytes)
            guard size <= min(limit, ZstdFrame.contentBytesMax(of: bytes.count)) else {
                throw .outputTooLarge(limit: limit)
            }
            var output = [UInt8](repeating: 0, count: size)
            var span = output.mutableSpan
            var target = span.mutableBytes
            let made = try target.withUnsafeMutableBytes { (room) throws(ZstdError) in
                try decompress(bytes, into: room)
            }
            guard made == size else { throw .corrupt("the frame does not hold what it states") }
            return output
        }
    }
}
