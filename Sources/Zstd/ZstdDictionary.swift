import CZstd

/// A dictionary in the form that decompressing needs; it never changes and may be used by many
/// threads at once.
package final class ZstdDictionary: @unchecked Sendable {
    let digested: OpaquePointer

    /// The greatest dictionary that is made or accepted.
    package static let bytesMax = 1 << 20

    /// - Parameter bytes: what `make` gave, or any other bytes that frames were compressed with.
    /// - Throws: `.unusableDictionary` when they begin like a dictionary and are none.
    package init(_ bytes: [UInt8]) throws(ZstdError) {
        guard !bytes.isEmpty, bytes.count <= Self.bytesMax else { throw .unusableDictionary }
        let digested = bytes.withUnsafeBytes { ZSTD_createDDict($0.baseAddress, $0.count) }
        guard let digested else { throw .unusableDictionary }
        self.digested = digested
    }

    deinit {
        ZSTD_freeDDict(digested)
    }

    /// Puts the statistics of samples before the content of a dictionary, so that small frames
    /// need not carry their own.
    ///
    /// - Parameters:
    ///   - content: bytes that frames are likely to contain, the likeliest last.
    ///   - samples: pieces like those that are to be compressed, one after the other.
    ///   - sizes: their sizes.
    /// - Returns: the dictionary; the mere content when there can be no statistics.
    package static func make(
        content: [UInt8], samples: [UInt8], sizes: [Int]
    ) -> [UInt8] {
        guard sizes.reduce(0, +) == samples.count, let count = UInt32(exactly: sizes.count),
            !sizes.contains(where: { $0 < 0 })
        else { return content }
        var parameters = ZDICT_params_t()
        parameters.compressionLevel = statisticsLevel
        var room = [UInt8](repeating: 0, count: content.count + statisticsBytesMax)
        let length = room.withUnsafeMutableBytes { room in
            content.withUnsafeBytes { content in
                samples.withUnsafeBytes { samples in
                    ZDICT_finalizeDictionary(
                        room.baseAddress, room.count, content.baseAddress, content.count,
                        samples.baseAddress, sizes, count, parameters)
                }
            }
        }
        guard ZDICT_isError(length) == 0, length <= room.count else { return content }
        room.removeSubrange(length...)
        return room
    }

    /// The library's level that the samples are compressed with.
    private static let statisticsLevel: Int32 = 9
    /// More than the statistics need.
    private static let statisticsBytesMax = 4_096
}
