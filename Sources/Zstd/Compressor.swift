import CZstd

/// Compresses one piece of data after the other with the same settings and the same memory.
///
/// The state (some hundred KiB) and what the dictionary is digested into are made once. Each piece
/// becomes a frame of its own and can be decompressed alone.
package struct Compressor: ~Copyable {
    private let context: OpaquePointer
    private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// Levels that may be asked for.
    package static let levels = 1...9

    /// How matches are looked for, by level. The library's own levels are made for other data: of
    /// facts of 540 bytes in pieces of 2 KiB with a dictionary its level 6 made 84 bytes in 5.2 µs
    /// each and its level 9 75 in 12 µs, where 4 here makes 79 in 3.1 µs and 7 74 in 8.1 µs.
    private static let searches: [(strategy: ZSTD_strategy, depth: Int32)] = [
        (ZSTD_greedy, 2), (ZSTD_greedy, 3), (ZSTD_greedy, 4), (ZSTD_greedy, 5), (ZSTD_greedy, 6),
        (ZSTD_lazy, 5), (ZSTD_lazy, 6), (ZSTD_lazy2, 6), (ZSTD_lazy2, 7),
    ]
    /// The library's level that gives the sizes of its tables.
    private static let tableLevel: Int32 = 9
    /// Shorter matches are rarely worth their place.
    private static let matchBytesMin: Int32 = 6

    /// - Parameters:
    ///   - level: 1 (fast) to 9 (smallest).
    ///   - dictionary: what `ZstdDictionary.make` gave, or bytes that pieces are likely to
    ///     contain; empty for none.
    /// - Throws: `.misuse` for another level, `.unusableDictionary`, `.outOfMemory`.
    package init(level: Int, dictionary: [UInt8] = []) throws(ZstdError) {
        guard Self.levels.contains(level) else {
            throw .misuse("the level must be 1 to 9, not \(level)")
        }
        let search = Self.searches[level - 1]
        guard let context = ZSTD_createCCtx() else { throw .outOfMemory }
        do throws(ZstdError) {
            for (parameter, value) in [
                (ZSTD_c_compressionLevel, Self.tableLevel),
                (ZSTD_c_strategy, Int32(bitPattern: search.strategy.rawValue)),
                (ZSTD_c_searchLog, search.depth), (ZSTD_c_minMatch, Self.matchBytesMin),
            ] {
                try Self.check(ZSTD_CCtx_setParameter(context, parameter, value))
            }
            // The reader learns the size from the frame; a checksum stands elsewhere, and so does
            // the dictionary's number.
            try Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1))
            try Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0))
            try Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_dictIDFlag, 0))
            if !dictionary.isEmpty {
                let answer = dictionary.withUnsafeBytes {
                    ZSTD_CCtx_loadDictionary(context, $0.baseAddress, $0.count)
                }
                try Self.check(answer)
                // It is digested with the first piece, and only then refused.
                var room: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
                let trial = withUnsafeMutableBytes(of: &room) {
                    ZSTD_compress2(context, $0.baseAddress, $0.count, nil, 0)
                }
                guard ZSTD_isError(trial) == 0 else { throw .unusableDictionary }
            }
        } catch {
            ZSTD_freeCCtx(context)
            throw error
        }
        self.context = context
    }

    deinit {
        ZSTD_freeCCtx(context)
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
