/// How much one end may send in a call: events and bytes.
///
/// A message may begin while bytes are left and, if it stands for events, while events are left.
/// It then goes out whole, and may take either number below zero: a block can be larger than what
/// is left, and waiting for credit that the receiver sees no reason to give would never end.
/// Bytes are those of the frames that carry the message, headers included, so that empty messages
/// are not free.
package struct Credit: Sendable, Equatable {
    package private(set) var events: Int64
    package private(set) var bytes: Int64

    package init(events: UInt32, bytes: UInt32) {
        self.events = Int64(events)
        self.bytes = Int64(bytes)
    }

    package static let none = Credit(events: 0, bytes: 0)

    /// Whether it is no more than may be outstanding.
    var isWithinLimit: Bool { events <= Limits.creditMax && bytes <= Limits.creditMax }

    /// Whether a message that stands for so many events may begin.
    package func allows(events wanted: UInt32) -> Bool {
        bytes > 0 && (wanted == 0 || events > 0)
    }

    /// Counts the events of a message that begins.
    package mutating func spend(events spent: UInt32) {
        events -= Int64(spent)
    }

    /// Counts a frame, its header included.
    package mutating func spend(frameBytes: Int) {
        bytes -= Int64(frameBytes)
    }

    /// Adds what the receiver gives.
    ///
    /// - Returns: false when more than `Limits.creditMax` would be outstanding; nothing is added.
    package mutating func add(_ more: Credit) -> Bool {
        // Both sides are far below 2^62: spending is bounded by messages, giving by creditMax.
        let sumEvents = events + more.events
        let sumBytes = bytes + more.bytes
        guard sumEvents <= Limits.creditMax, sumBytes <= Limits.creditMax else { return false }
        events = sumEvents
        bytes = sumBytes
        return true
    }

    /// What the numbers are on the wire: never below zero, never above 2^32 − 1.
    package var wireEvents: UInt32 { UInt32(clamping: events) }
    package var wireBytes: UInt32 { UInt32(clamping: bytes) }

    /// What a message costs that is sent in frames of `chunkBytes` of payload.
    package static func cost(bytes: Int, events: UInt32, chunkBytes: Int) -> Credit {
        let frames = max(1, (bytes + chunkBytes - 1) / max(1, chunkBytes))
        return Credit.none.minus(
            events: -Int64(events), bytes: -Int64(bytes + frames * Limits.headerBytes))
    }

    /// Takes away what is spent elsewhere.
    package mutating func spend(_ cost: Credit) {
        self = minus(cost)
    }

    /// What is left when so much of it is promised already.
    func minus(events: Int64, bytes: Int64) -> Credit {
        var rest = self
        rest.events -= events
        rest.bytes -= bytes
        return rest
    }

    func minus(_ other: Credit) -> Credit {
        minus(events: other.events, bytes: other.bytes)
    }

    func limited(toBytes room: Int) -> Credit {
        var rest = self
        rest.bytes = min(rest.bytes, Int64(room))
        return rest
    }

    /// Whether something may be sent at all.
    package var isPositive: Bool { events > 0 && bytes > 0 }
}
