import CZlib

/// Deflates one piece of data after the other with the same settings and the same memory.
///
/// The state (about 256 KiB) is made once and reset for each piece. Each piece is a complete
/// stream of its own and can be inflated alone. A dictionary is taken in once; each piece begins
/// with a copy of the state after it, which costs less than half of taking it in again.
package struct Deflater: ~Copyable {
    /// The greatest input of one call in bytes; zlib counts with 32 bits.
    package static let inputBytesMax = Int(Int32.max)

    /// zlib keeps the address of its stream, so the stream must not move with this value.
    private let stream: UnsafeMutablePointer<z_stream>
    private let hasDictionary: Bool
    private var room = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// - Parameters:
    ///   - format: what is around the bits.
    ///   - level: 0 (store) to 9 (smallest); 6 is zlib's own choice.
    ///   - dictionary: text that pieces are likely to contain; zlib uses its last 32 KiB. Empty for
    ///     none.
    /// - Throws: `.misuse` for another level, `.outOfMemory`.
    package init(
        format: ZlibFormat, level: Int = 6, dictionary: [UInt8] = []
    ) throws(ZlibError) {
        guard (0...9).contains(level), let zlibLevel = Int32(exactly: level) else {
            throw .misuse("the level must be 0 to 9, not \(level)")
        }
        guard dictionary.count <= Self.inputBytesMax else {
            throw .inputTooLarge(dictionary.count)
        }
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let memoryLevel: Int32 = 8
        let code = deflateInit2_(
            stream, zlibLevel, Z_DEFLATED, format.windowBits, memoryLevel, Z_DEFAULT_STRATEGY,
            ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            stream.deallocate()
            throw code == Z_MEM_ERROR ? .outOfMemory : .unexpected(code: code)
        }
        if !dictionary.isEmpty {
            let code = dictionary.withUnsafeBufferPointer {
                deflateSetDictionary(stream, $0.baseAddress, UInt32($0.count))
            }
            guard code == Z_OK else {
                deflateEnd(stream)
                stream.deallocate()
                throw .unexpected(code: code)
            }
        }
        self.stream = stream
        hasDictionary = !dictionary.isEmpty
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        room.deallocate()
    }

    /// Appends the deflated form of a piece to `output`, which is unchanged when this throws.
    ///
    /// - Throws: `.inputTooLarge`.
    package mutating func deflate(
        _ input: UnsafeRawBufferPointer, appendingTo output: inout [UInt8]
    ) throws(ZlibError) {
        guard input.count <= Self.inputBytesMax else { throw .inputTooLarge(input.count) }
        makeRoom(for: input.count)
        guard hasDictionary else {
            let code = deflateReset(stream)
            guard code == Z_OK else { throw .unexpected(code: code) }
            return try run(stream, input, &output)
        }
        // zlib keeps the address of its stream, which therefore may not lie on the stack as a
        // Swift value that moves.
        let copy = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        copy.initialize(to: z_stream())
        defer { copy.deallocate() }
        let code = deflateCopy(copy, stream)
        guard code == Z_OK else {
            throw code == Z_MEM_ERROR ? .outOfMemory : .unexpected(code: code)
        }
        defer { deflateEnd(copy) }
        try run(copy, input, &output)
    }

    private func run(
        _ stream: UnsafeMutablePointer<z_stream>, _ input: UnsafeRawBufferPointer,
        _ output: inout [UInt8]
    ) throws(ZlibError) {
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(clamping: room.count)
        let given = stream.pointee.avail_out
        let code = CZlib.deflate(stream, Z_FINISH)
        let written = Int(given - stream.pointee.avail_out)
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
        guard code == Z_STREAM_END else { throw .unexpected(code: code) }
        output.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<written]))
    }

    /// The deflated form of a piece.
    package mutating func deflate(_ input: UnsafeRawBufferPointer) throws(ZlibError) -> [UInt8] {
        var output: [UInt8] = []
        try deflate(input, appendingTo: &output)
        return output
    }

    /// Room for the worst case, so that one call is enough.
    private mutating func makeRoom(for inputBytes: Int) {
        let bound = Int(deflateBound(stream, UInt(inputBytes)))
        guard room.count < bound else { return }
        room.deallocate()
        room = .allocate(byteCount: bound, alignment: 16)
    }
}

extension Deflater {
    /// Appends the deflated form of a piece to `output`, which is unchanged when this throws.
    package mutating func deflate(
        _ input: RawSpan, appendingTo output: inout [UInt8]
    ) throws(ZlibError) {
        try input.withUnsafeBytes { (bytes) throws(ZlibError) in
            try deflate(bytes, appendingTo: &output)
        }
    }

    /// The deflated form of a piece.
    package mutating func deflate(_ input: RawSpan) throws(ZlibError) -> [UInt8] {
        try input.withUnsafeBytes { (bytes) throws(ZlibError) in try deflate(bytes) }
    }

    /// The deflated form of a piece.
    package mutating func deflate(_ input: [UInt8]) throws(ZlibError) -> [UInt8] {
        try deflate(input.span.bytes)
    }
}
