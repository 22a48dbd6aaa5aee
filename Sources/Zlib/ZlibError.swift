/// Why bytes could not be deflated or inflated.
package enum ZlibError: Error, Sendable, Equatable {
    /// The stream breaks the format; zlib's reason is given.
    case corrupt(String)
    /// The stream ends before its end mark.
    case truncated
    /// Bytes follow the end of the stream.
    case trailingBytes(Int)
    /// More bytes come out than the caller allows; nothing beyond the limit was allocated.
    case outputTooLarge(limit: Int)
    /// Not as many bytes come out as were announced.
    case sizeMismatch(announced: Int, actual: Int)
    /// The announced size cannot come out of so few bytes, whatever they are.
    case impossibleSize(announced: Int, inputBytes: Int)
    /// The stream needs a preset dictionary and none was given.
    case dictionaryMissing(adler32: UInt32)
    /// The stream was made with another preset dictionary.
    case dictionaryMismatch(needed: UInt32, given: UInt32)
    /// The input is longer than `Deflater.inputBytesMax`.
    case inputTooLarge(Int)
    /// There is no memory for zlib's state.
    case outOfMemory
    /// The caller broke a rule of this interface, which is named.
    case misuse(String)
    /// An answer that zlib's manual does not foresee here.
    case unexpected(code: Int32)
}

extension ZlibError: CustomStringConvertible {
    /// One sentence for the log.
    package var description: String {
        switch self {
        case .corrupt(let reason): "the deflated data are damaged: \(reason)"
        case .truncated: "the deflated data end too early"
        case .trailingBytes(let count): "\(count) bytes follow the deflated data"
        case .outputTooLarge(let limit): "the data inflate to more than \(limit) bytes"
        case .sizeMismatch(let announced, let actual):
            "\(announced) bytes were announced, at least \(actual) came out"
        case .impossibleSize(let announced, let inputBytes):
            "\(inputBytes) deflated bytes cannot hold the announced \(announced)"
        case .dictionaryMissing(let adler32):
            "the data need the preset dictionary with checksum \(adler32)"
        case .dictionaryMismatch(let needed, let given):
            "the data need the preset dictionary with checksum \(needed), not \(given)"
        case .inputTooLarge(let count): "\(count) bytes are too many for one call"
        case .outOfMemory: "no memory for zlib"
        case .misuse(let rule): rule
        case .unexpected(let code): "zlib answered \(code)"
        }
    }
}
