import NIOCore

/// A call that has arrived whole: an OPEN without metadata that brings its only message, after
/// which the client says nothing. Most calls are such, and can be answered with far less ado.
package struct WholeCall: Sendable, Equatable {
    package let id: CallID
    package let deadlineMs: UInt32?
    /// What the server may send before it is given more.
    package let credit: Credit
    /// Events that the message stands for.
    package let events: UInt32
    /// Where the method's name stands, counted from the frame's first byte.
    package let method: Range<Int>
    /// Where the message stands; it ends where the frame ends.
    package let message: Range<Int>

    package var frameBytes: Int { message.upperBound }

    /// OPEN's flags END and MESSAGE, with or without DEADLINE.
    private static let flags = FrameFlags([.end, .message]).rawValue

    /// Length, credit, the method's length and the count of metadata, all but the method itself.
    private static let bytesLeast = Limits.headerBytes + 12 + 1 + 1 + 2

    /// Looks at the frame that the bytes begin with.
    ///
    /// - Returns: nil for everything that is not plainly such a call, be it another frame, a wrong
    ///   one or an unfinished one: the decoder says which.
    @inline(__always)
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.bytesLeast else { return nil }
        func word(_ offset: Int) -> UInt32 {
            UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        let length = Int(word(0))
        guard length <= Limits.frameBytesMax, length <= bytes.count, length >= Self.bytesLeast,
            bytes[4] == FrameType.open.rawValue, bytes[6] == 0, bytes[7] == 0
        else { return nil }
        let hasDeadline = bytes[5] & FrameFlags.deadline.rawValue != 0
        guard bytes[5] & ~FrameFlags.deadline.rawValue == Self.flags else { return nil }
        let number = word(8)
        let milliseconds = word(16)
        guard number != 0, hasDeadline || milliseconds == 0 else { return nil }
        events = word(12)
        let credit = Credit(events: word(20), bytes: word(24))
        guard events <= Limits.eventsPerMessageMax, credit.isWithinLimit else { return nil }
        let methodBytes = Int(bytes[28])
        let methodEnd = 29 + methodBytes
        guard (1...Limits.methodBytesMax).contains(methodBytes), methodEnd + 2 <= length,
            bytes[methodEnd] == 0, bytes[methodEnd + 1] == 0
        else { return nil }
        id = CallID(number)
        deadlineMs = hasDeadline ? milliseconds : nil
        self.credit = credit
        method = 29..<methodEnd
        message = (methodEnd + 2)..<length
    }
}

extension FrameDecoder {
    /// The call that the bytes begin with, if it is a whole one; nothing is consumed.
    ///
    /// - Returns: nil for everything else, which `next` decodes or refuses.
    @inline(__always)
    package func wholeCall(_ bytes: UnsafeRawBufferPointer) -> WholeCall? {
        guard phase == .frames, isServers else { return nil }
        return WholeCall(bytes)
    }
}

/// Calls that came whole and wait for their only answer, by number: what is kept of them is a
/// fraction of a `ServerCallMachine`. Whatever else happens to a call than its answer makes it one.
///
/// Open addressing by the number itself, which clients count up; `Limits.callsMax` bounds the
/// longest search that chosen numbers can lead to.
struct BriefCalls: Sendable {
    struct Entry: Sendable {
        let deadline: Instant?
        let credit: Credit
    }

    /// 0 is no call.
    private var numbers: [UInt32] = []
    private var entries: [Entry] = []
    private(set) var count = 0

    private static let none = Entry(deadline: nil, credit: .none)

    /// In ascending order.
    var all: [CallID] { numbers.filter { $0 != 0 }.sorted().map { CallID($0) } }

    func contains(_ call: CallID) -> Bool { place(of: call.number) != nil }

    /// - Parameter call: not in the table.
    mutating func insert(_ call: CallID, _ entry: Entry) {
        if count * 2 >= numbers.count { grow() }
        put(call.number, entry)
        count += 1
    }

    mutating func remove(_ call: CallID) -> Entry? {
        guard var hole = place(of: call.number) else { return nil }
        let entry = entries[hole]
        let mask = numbers.count - 1
        // What was pushed aside by the removed one moves back, so that searches end at a gap.
        var next = hole
        while true {
            next = (next + 1) & mask
            let number = numbers[next]
            guard number != 0 else { break }
            let home = Int(number) & mask
            guard (next - home) & mask >= (next - hole) & mask else { continue }
            numbers[hole] = number
            entries[hole] = entries[next]
            hole = next
        }
        numbers[hole] = 0
        count -= 1
        return entry
    }

    private func place(of number: UInt32) -> Int? {
        guard count > 0, number != 0 else { return nil }
        let mask = numbers.count - 1
        var place = Int(number) & mask
        while numbers[place] != 0 {
            if numbers[place] == number { return place }
            place = (place + 1) & mask
        }
        return nil
    }

    private mutating func put(_ number: UInt32, _ entry: Entry) {
        let mask = numbers.count - 1
        var place = Int(number) & mask
        while numbers[place] != 0 { place = (place + 1) & mask }
        numbers[place] = number
        entries[place] = entry
    }

    private mutating func grow() {
        let old = zip(numbers, entries).filter { $0.0 != 0 }
        let size = max(8, numbers.count * 2)
        numbers = [UInt32](repeating: 0, count: size)
        entries = [Entry](repeating: Self.none, count: size)
        for (number, entry) in old { put(number, entry) }
    }
}
