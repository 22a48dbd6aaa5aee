import CZstd

/// Compresses one piece of data after the other with the same settings and the same memory.
///
/// The state (some hundred KiB) and what the dictionary is digested into are made once. Each piece
/// becomes a frame of its own and can be decompressed alone.
package struct Compressor: ~Copyable {
    private let context: OpaquePointer
    /// Nil without a dictionary.
    private let dictionary: OpaquePointer?
    private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// Levels that may be asked for.
    package static let levels = 1...19

    /// - Parameters:
    ///   - level: 1 (fast) to 19 (smallest).
    ///   - dictionary: what `ZstdDictionary.make` gave, or bytes that pieces are likely to
    ///     contain; empty for none.
    /// - Throws: `.misuse` for another level, `.unusableDictionary`, `.outOfMemory`.
    package init(level: Int, dictionary: [UInt8] = []) throws(ZstdError) {
        guard Self.levels.contains(level), let level = Int32(exactly: level) else {
            throw .misuse("the level must be 1 to 19, not \(level)")
        }
        guard let context = ZSTD_createCCtx() else { throw .outOfMemory }
        var digested: OpaquePointer?
        do throws(ZstdError) {
            if !dictionary.isEmpty {
                digested = dictionary.withUnsafeBytes {
                    ZSTD_createCDict($0.baseAddress, $0.count, level)
                }
                guard digested != nil else { throw .unusableDictionary }
            }
            try Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
            // The reader learns the size from the frame; a checksum stands elsewhere, and so does
            // the dictionary's number.
            try Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1))
            try Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0))
            try Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0))
            try Self.check(ZSTD_CCtx_refCDict(context, digested))
        } catch {
            ZSTD_freeCCtx(context)
            ZSTD_freeCDict(digested)
            throw error
        }
        self.context = context
        self.dictionary = digested
    }

    deinit {
        ZSTD_freeCCtx(context)
        ZSTD_freeCDict(dictionary)
        room.deallocate()
    }

    private static func check(_ answer: Int) throws(ZstdError) {
        guard ZSTD_isError(answer) == 0 else {
            throw .unexpected(String(cString: ZSTD_getErrorName(answer)))
        }
    }

    /// Appends the frame of a piece to `output`, which is unchanged when this throws.
    package mutating func compress(
        _ input: UnsafeRawBufferPointer, appendingTo output: inout [UInt8]
    ) throws(ZstdError) {
        let bound = ZSTD_compressBound(input.count)
        guard ZSTD_isError(bound) == 0 else { throw ZstdError(bound, limit: 0) }
        if room.count < bound {
            room.deallocate()
            room = .allocate(byteCount: bound, alignment: 16)
        }
        let written = ZSTD_compress2(
            context, room.baseAddress, room.count, input.baseAddress, input.count)
        guard ZSTD_isError(written) == 0 else { throw ZstdError(written, limit: room.count) }
        guard written > ZstdFrame.magicBytes else { throw .unexpected("no frame") }
        output.append(
            contentsOf: UnsafeRawBufferPointer(rebasing: room[ZstdFrame.magicBytes..<written]))
    }

    /// The frame of a piece.
    package mutating func compress(_ input: [UInt8]) throws(ZstdError) -> [UInt8] {
        var output: [UInt8] = []
        try input.span.bytes.withUnsafeBytes { (bytes) throws(ZstdError) in
            try compress(bytes, appendingTo: &output)
        }
        return output
    }
}
