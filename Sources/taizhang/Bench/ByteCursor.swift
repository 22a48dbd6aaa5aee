import Glibc

/// Writes protobuf fields one behind the other into room that is known to be large enough.
///
/// What would not fit is not written, so that a wrong size shows as a wrong message and not as
/// damaged memory.
struct ByteCursor {
    private let room: UnsafeMutableRawBufferPointer
    private(set) var position = 0

    init(_ room: UnsafeMutableRawBufferPointer) {
        self.room = room
    }

    @inline(__always)
    mutating func byte(_ value: UInt8) {
        guard position < room.count else { return }
        room[position] = value
        position += 1
    }

    @inline(__always)
    mutating func varint(_ value: Int) {
        var rest = UInt(bitPattern: value)
        while rest >= 0x80 {
            byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        byte(UInt8(truncatingIfNeeded: rest))
    }

    /// Eight bytes, the highest first.
    @inline(__always)
    mutating func word(_ value: UInt64) {
        guard room.count - position >= 8 else { return }
        room.storeBytes(of: value.bigEndian, toByteOffset: position, as: UInt64.self)
        position += 8
    }

    @inline(__always)
    mutating func bytes(_ source: UnsafeRawBufferPointer) {
        guard room.count - position >= source.count, let from = source.baseAddress,
            let to = room.baseAddress
        else { return }
        memcpy(to + position, from, source.count)
        position += source.count
    }

    /// Bytes that a number takes.
    @inline(__always)
    static func size(_ value: Int) -> Int {
        (UInt.bitWidth - UInt(bitPattern: value | 1).leadingZeroBitCount + 6) / 7
    }
}

/// Many short runs of bytes in one piece of memory, written without counting references.
final class Snippets: @unchecked Sendable {
    // Never changed after the initialiser, which is why it may be shared.
    private let bytes: UnsafeMutableRawBufferPointer
    private let starts: UnsafeMutableBufferPointer<Int>

    init(_ snippets: [[UInt8]]) {
        let all = snippets.flatMap { $0 }
        bytes = .allocate(byteCount: all.count, alignment: 1)
        bytes.copyBytes(from: all)
        starts = .allocate(capacity: snippets.count + 1)
        var start = 0
        for (index, snippet) in snippets.enumerated() {
            starts.initializeElement(at: index, to: start)
            start += snippet.count
        }
        starts.initializeElement(at: snippets.count, to: start)
    }

    deinit {
        bytes.deallocate()
        starts.deallocate()
    }

    @inline(__always)
    func count(_ index: Int) -> Int { starts[index + 1] - starts[index] }

    @inline(__always)
    func write(_ index: Int, to cursor: inout ByteCursor) {
        cursor.bytes(UnsafeRawBufferPointer(rebasing: bytes[starts[index]..<starts[index + 1]]))
    }

    /// Writes a part of the first run.
    @inline(__always)
    func write(_ range: Range<Int>, to cursor: inout ByteCursor) {
        cursor.bytes(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }
}
