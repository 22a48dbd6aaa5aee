/// Writes the fields of a short protobuf message into room that was set aside, in the order of the
/// calls. Of what does not fit it only counts the bytes.
///
/// `WireWriter` does the same for messages of any size; it asks for each byte whether its array has
/// room and nobody else refers to it.
package struct WireRoom {
    @usableFromInline let room: UnsafeMutableRawBufferPointer
    /// Bytes that were written, or would have been, the first ones included that were there before.
    @usableFromInline package internal(set) var count: Int

    /// - Parameter count: bytes at the beginning of the room that stay as they are.
    @inlinable
    package init(_ room: UnsafeMutableRawBufferPointer, from count: Int = 0) {
        self.room = room
        self.count = count
    }

    /// A varint field that is left out when it is zero, as proto3 does.
    @inlinable
    package mutating func number(_ value: UInt64, field number: Int) {
        guard value != 0 else { return }
        tag(number, wireType: 0)
        varint(value)
    }

    /// A string field that is left out when it is empty, as proto3 does.
    package mutating func text(_ text: String, field number: Int) {
        guard !text.isEmpty else { return }
        text.utf8.span.bytes.withUnsafeBytes { delimited($0, field: number) }
    }

    /// A byte string or message.
    package mutating func delimited(_ content: [UInt8], field number: Int) {
        content.withUnsafeBytes { delimited($0, field: number) }
    }

    /// A repeated field of numbers, at least one.
    package mutating func packed(_ first: UInt64, _ more: [UInt64], field number: Int) {
        tag(number, wireType: 2)
        var size = WireWriter.byteCount(of: first)
        for value in more { size += WireWriter.byteCount(of: value) }
        varint(UInt64(size))
        varint(first)
        for value in more { varint(value) }
    }

    /// A string, byte string or message.
    @inlinable
    package mutating func delimited(_ content: UnsafeRawBufferPointer, field number: Int) {
        beginDelimited(count: content.count, field: number)
        append(content)
    }

    /// The beginning of a byte string or message of so many bytes, which `append` or further
    /// fields must follow with.
    @inlinable
    package mutating func beginDelimited(count: Int, field number: Int) {
        tag(number, wireType: 2)
        varint(UInt64(count))
    }

    /// Bytes as they are, as inside what `beginDelimited` began.
    @inlinable
    package mutating func append(_ content: UnsafeRawBufferPointer) {
        if content.count <= room.count - count {
            UnsafeMutableRawBufferPointer(rebasing: room[count..<count + content.count])
                .copyMemory(from: content)
        }
        count += content.count
    }

    @inlinable
    mutating func tag(_ number: Int, wireType: UInt64) {
        varint(UInt64(UInt32(truncatingIfNeeded: number)) << 3 | wireType)
    }

    @inlinable
    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            byte(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        byte(UInt8(truncatingIfNeeded: rest))
    }

    @inlinable
    mutating func byte(_ byte: UInt8) {
        if count < room.count { room[count] = byte }
        count += 1
    }
}

extension [UInt8] {
    /// The fields that `write` writes.
    ///
    /// - Parameters:
    ///   - capacity: bytes to set aside. If there are more, `write` is called again with as many as
    ///     it needs.
    ///   - write: writes the same fields each time.
    package init(wireCapacity capacity: Int, _ write: (inout WireRoom) -> Void) {
        var needed = 0
        self.init(unsafeUninitializedCapacity: capacity) { room, count in
            var writer = WireRoom(UnsafeMutableRawBufferPointer(room))
            write(&writer)
            needed = writer.count
            count = needed <= capacity ? needed : 0
        }
        guard needed > capacity else { return }
        self.init(unsafeUninitializedCapacity: needed) { room, count in
            var writer = WireRoom(UnsafeMutableRawBufferPointer(room))
            write(&writer)
            count = Swift.min(writer.count, needed)
        }
    }
}
