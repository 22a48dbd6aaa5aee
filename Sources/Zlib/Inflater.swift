import CZlib

/// Inflates one complete stream after the other with the same dictionary and the same memory.
///
/// The input is not trusted: the output is limited while it is made, an announced size is checked
/// for being possible before memory is set aside for it, and nothing may follow the stream.
package struct Inflater: ~Copyable {
    /// The best that the format can do: 258 bytes for two bits.
    package static let ratioMax = 1_032

    /// zlib keeps the address of its stream, so the stream must not move with this value.
    private let stream: UnsafeMutablePointer<z_stream>
    private let dictionary: [UInt8]
    private let format: ZlibFormat

    /// - Parameters:
    ///   - format: what is around the bits.
    ///   - dictionary: the one the data were deflated with; empty for none.
    /// - Throws: `.outOfMemory`, `.inputTooLarge` for the dictionary.
    package init(format: ZlibFormat, dictionary: [UInt8] = []) throws(ZlibError) {
        guard dictionary.count <= Deflater.inputBytesMax else {
            throw .inputTooLarge(dictionary.count)
        }
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = inflateInit2_(
            stream, format.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            stream.deallocate()
            throw code == Z_MEM_ERROR ? .outOfMemory : .unexpected(code: code)
        }
        self.stream = stream
        self.dictionary = dictionary
        self.format = format
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Inflates a stream that holds exactly as many bytes as announced.
    ///
    /// - Parameters:
    ///   - input: one whole stream and nothing else.
    ///   - announced: from a header; may be a lie.
    ///   - limit: the greatest size the caller accepts.
    /// - Throws: `.outputTooLarge` and `.impossibleSize` before any work, `.sizeMismatch`,
    ///   `.corrupt`, `.truncated`, `.trailingBytes`, the dictionary's.
    package mutating func inflate(
        _ input: UnsafeRawBufferPointer, announced: Int, limit: Int
    ) throws(ZlibError) -> [UInt8] {
        guard announced >= 0, limit >= 0 else { throw .misuse("sizes cannot be negative") }
        guard announced <= limit else { throw .outputTooLarge(limit: limit) }
        guard announced <= Self.outputBytesMax(input.count) else {
            throw .impossibleSize(announced: announced, inputBytes: input.count)
        }
        var output = [UInt8](repeating: 0, count: announced)
        var room = output.mutableSpan
        var bytes = room.mutableBytes
        let count: Int
        do throws(ZlibError) {
            count = try inflate(input, into: &bytes)
        } catch .outputTooLarge {
            throw .sizeMismatch(announced: announced, actual: announced + 1)
        }
        guard count == announced else {
            throw .sizeMismatch(announced: announced, actual: count)
        }
        return output
    }

    /// Inflates a stream of unknown size; memory grows with what comes out.
    ///
    /// - Parameters:
    ///   - input: one whole stream and nothing else.
    ///   - limit: the greatest size the caller accepts.
    /// - Throws: `.outputTooLarge`, `.corrupt`, `.truncated`, `.trailingBytes`, the dictionary's.
    package mutating func inflate(
        _ input: UnsafeRawBufferPointer, limit: Int
    ) throws(ZlibError) -> [UInt8] {
        guard limit >= 0 else { throw .misuse("sizes cannot be negative") }
        try begin(input)
        defer { end() }
        let most = min(limit, Self.outputBytesMax(input.count))
        var output: [UInt8] = []
        var size = min(most, max(4 * input.count, 1_024))
        while true {
            let old = output.count
            output.append(contentsOf: repeatElement(0, count: size - old))
            var span = output.mutableSpan
            var bytes = span.mutableBytes
            let (made, isComplete) = try bytes.withUnsafeMutableBytes {
                (room) throws(ZlibError) in
                try run(UnsafeMutableRawBufferPointer(rebasing: room[old...]))
            }
            if isComplete {
                output.removeLast(size - old - made)
                return output
            }
            if size == most {
                try expectEnd(limit: limit)
                return output
            }
            size = min(most, size.multipliedReportingOverflow(by: 2).partialValue)
        }
    }

    /// Inflates a stream into memory of the caller.
    ///
    /// - Returns: the number of bytes that came out.
    /// - Throws: `.outputTooLarge` when there is no room for all, and the others; the memory then
    ///   holds what came out so far.
    package mutating func inflate(
        _ input: UnsafeRawBufferPointer, into output: inout MutableRawSpan
    ) throws(ZlibError) -> Int {
        try begin(input)
        defer { end() }
        let limit = output.byteCount
        let (made, isComplete) = try output.withUnsafeMutableBytes { bytes throws(ZlibError) in
            try run(bytes)
        }
        if !isComplete { try expectEnd(limit: limit) }
        return made
    }

    /// Inflates the beginning of a stream, until `output` is full or the stream ends. What lies
    /// behind it is not looked at.
    ///
    /// - Returns: how many bytes came out.
    /// - Throws: `.corrupt`, `.truncated`, `.trailingBytes`, the dictionary's.
    package mutating func inflateBeginning(
        of input: UnsafeRawBufferPointer, into output: inout MutableRawSpan
    ) throws(ZlibError) -> Int {
        try begin(input)
        defer { end() }
        return try output.withUnsafeMutableBytes { bytes throws(ZlibError) in
            try run(bytes).made
        }
    }

    /// The most that can come out of so many bytes.
    private static func outputBytesMax(_ inputBytes: Int) -> Int {
        let (product, overflow) = inputBytes.multipliedReportingOverflow(by: ratioMax)
        return overflow ? .max : product
    }
}

// MARK: - Steps

extension Inflater {
    private mutating func begin(_ input: UnsafeRawBufferPointer) throws(ZlibError) {
        guard input.count <= Deflater.inputBytesMax else { throw .inputTooLarge(input.count) }
        var code = inflateReset(stream)
        if code == Z_OK, format == .raw, !dictionary.isEmpty { code = setDictionary() }
        guard code == Z_OK else { throw .unexpected(code: code) }
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(input.count)
    }

    /// Forgets memory that was only lent.
    private mutating func end() {
        stream.pointee.next_in = nil
        stream.pointee.avail_in = 0
        stream.pointee.next_out = nil
        stream.pointee.avail_out = 0
    }

    private func setDictionary() -> Int32 {
        dictionary.withUnsafeBufferPointer {
            inflateSetDictionary(stream, $0.baseAddress, UInt32($0.count))
        }
    }

    /// Goes on until the stream ends or the room is full.
    ///
    /// - Returns: how many bytes came out and whether the stream is complete.
    private mutating func run(
        _ room: UnsafeMutableRawBufferPointer
    ) throws(ZlibError) -> (made: Int, isComplete: Bool) {
        var made = 0
        // zlib refuses to work without an address for the output, even when there is no room.
        var spare: UInt8 = 0
        while true {
            let part = min(room.count - made, Int(UInt32.max))
            let code: Int32
            if let start = room.baseAddress, part > 0 {
                stream.pointee.next_out = (start + made).assumingMemoryBound(to: UInt8.self)
                stream.pointee.avail_out = UInt32(part)
                code = CZlib.inflate(stream, Z_NO_FLUSH)
                made += part - Int(stream.pointee.avail_out)
            } else {
                code = withUnsafeMutablePointer(to: &spare) { pointer in
                    stream.pointee.next_out = pointer
                    stream.pointee.avail_out = 0
                    return CZlib.inflate(stream, Z_NO_FLUSH)
                }
            }
            switch code {
            case Z_STREAM_END:
                let rest = Int(stream.pointee.avail_in)
                guard rest == 0 else { throw .trailingBytes(rest) }
                return (made, true)
            case Z_NEED_DICT:
                try giveDictionary()
            case Z_OK, Z_BUF_ERROR:
                if made == room.count { return (made, false) }
                if stream.pointee.avail_in == 0 { throw .truncated }
                guard code == Z_OK else { throw .unexpected(code: code) }
            case Z_DATA_ERROR:
                throw .corrupt(reason)
            case Z_MEM_ERROR:
                throw .outOfMemory
            default:
                throw .unexpected(code: code)
            }
        }
    }

    /// With all allowed bytes made, the stream must have nothing left but its end.
    private mutating func expectEnd(limit: Int) throws(ZlibError) {
        var probe: UInt8 = 0
        let (made, isComplete) = try withUnsafeMutableBytes(of: &probe) {
            bytes throws(ZlibError) in try run(bytes)
        }
        guard made == 0 else { throw .outputTooLarge(limit: limit) }
        guard isComplete else { throw .truncated }
    }

    private mutating func giveDictionary() throws(ZlibError) {
        let needed = UInt32(truncatingIfNeeded: stream.pointee.adler)
        guard !dictionary.isEmpty else { throw .dictionaryMissing(adler32: needed) }
        let code = setDictionary()
        if code == Z_DATA_ERROR {
            let given = dictionary.withUnsafeBufferPointer {
                UInt32(truncatingIfNeeded: adler32_z(1, $0.baseAddress, $0.count))
            }
            throw .dictionaryMismatch(needed: needed, given: given)
        }
        guard code == Z_OK else { throw .unexpected(code: code) }
    }

    private var reason: String {
        guard let text = stream.pointee.msg else { return "no reason given" }
        return String(cString: text)
    }
}

extension Inflater {
    /// Inflates a stream that holds exactly as many bytes as announced.
    package mutating func inflate(
        _ input: RawSpan, announced: Int, limit: Int
    ) throws(ZlibError) -> [UInt8] {
        try input.withUnsafeBytes { (bytes) throws(ZlibError) in
            try inflate(bytes, announced: announced, limit: limit)
        }
    }

    /// Inflates a stream of unknown size; memory grows with what comes out.
    package mutating func inflate(_ input: RawSpan, limit: Int) throws(ZlibError) -> [UInt8] {
        try input.withUnsafeBytes { (bytes) throws(ZlibError) in
            try inflate(bytes, limit: limit)
        }
    }

    /// Inflates a stream into memory of the caller.
    package mutating func inflate(
        _ input: RawSpan, into output: inout MutableRawSpan
    ) throws(ZlibError) -> Int {
        try input.withUnsafeBytes { (bytes) throws(ZlibError) in
            try inflate(bytes, into: &output)
        }
    }

    /// Inflates a stream that holds exactly as many bytes as announced.
    package mutating func inflate(
        _ input: [UInt8], announced: Int, limit: Int
    ) throws(ZlibError) -> [UInt8] {
        try inflate(input.span.bytes, announced: announced, limit: limit)
    }

    /// Inflates a stream of unknown size; memory grows with what comes out.
    package mutating func inflate(_ input: [UInt8], limit: Int) throws(ZlibError) -> [UInt8] {
        try inflate(input.span.bytes, limit: limit)
    }
}
