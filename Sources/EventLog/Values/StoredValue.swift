import LogFormat

/// A run of events as the log holds them, to be shipped as they are: a batch or a sealed block.
package struct StoredValue: Sendable {
    /// Position of the first event.
    package let first: Position
    /// Position of the last event.
    package let last: Position
    /// Number of the preset dictionary that a reader needs; 0 is none.
    package let dictionary: UInt32
    /// The value to the byte; its layout is in Schemas/log-format.md.
    package let bytes: [UInt8]

    init(_ value: ValueView) {
        first = Position(value.header.first)
        last = Position(value.header.last)
        dictionary = value.dictionaryNumber
        bytes = [UInt8](value.bytes)
    }

    /// Number of events.
    package var count: UInt64 {
        last.value - first.value + 1
    }
}
