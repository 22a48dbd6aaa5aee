/// The place of an event in the one global order: gapless, from 1, never used twice.
package struct Position: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 0 stands before the first event; 1 is the first event.
    package let value: UInt64

    @inlinable
    package init(_ value: UInt64) {
        self.value = value
    }

    /// Before all events.
    package static let zero = Position(0)
    /// The first event's position.
    package static let first = Position(1)
    /// After every event that can ever be: where a read backwards from the head starts.
    package static let end = Position(UInt64.max)

    /// The next position; `end` has no successor and stays.
    package var successor: Position {
        value == UInt64.max ? self : Position(value + 1)
    }

    /// The previous position; `zero` has no predecessor and stays.
    package var predecessor: Position {
        value == 0 ? self : Position(value - 1)
    }

    @inlinable
    package static func < (left: Position, right: Position) -> Bool {
        left.value < right.value
    }

    package var description: String {
        String(value)
    }
}
