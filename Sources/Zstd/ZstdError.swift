import CZstd

/// Why bytes could not be compressed or decompressed.
package enum ZstdError: Error, Sendable, Equatable {
    /// The frame breaks the format; the library's reason is given.
    case corrupt(String)
    /// The frame ends before its last block does.
    case truncated
    /// Bytes follow the end of the frame.
    case trailingBytes(Int)
    /// More bytes come out than there is room for.
    case outputTooLarge(limit: Int)
    /// The dictionary is none.
    case unusableDictionary
    /// There is no memory for the library's state.
    case outOfMemory
    /// The caller broke a rule of this interface, which is named.
    case misuse(String)
    /// An answer that the library's manual does not foresee here.
    case unexpected(String)

    /// - Parameter answer: a result of the library for which `ZSTD_isError` holds.
    init(_ answer: Int, limit: Int) {
        switch ZSTD_getErrorCode(answer) {
        case ZSTD_error_dstSize_tooSmall: self = .outputTooLarge(limit: limit)
        case ZSTD_error_srcSize_wrong: self = .truncated
        case ZSTD_error_memory_allocation: self = .outOfMemory
        default: self = .corrupt(String(cString: ZSTD_getErrorName(answer)))
        }
    }
}

extension ZstdError: CustomStringConvertible {
    /// One sentence for the log.
    package var description: String {
        switch self {
        case .corrupt(let reason): "the compressed data are damaged: \(reason)"
        case .truncated: "the compressed data end too early"
        case .trailingBytes(let count): "\(count) bytes follow the compressed data"
        case .outputTooLarge(let limit): "the data become more than \(limit) bytes"
        case .unusableDictionary: "the dictionary is none"
        case .outOfMemory: "no memory for zstd"
        case .misuse(let rule): rule
        case .unexpected(let answer): "zstd answered: \(answer)"
        }
    }
}
