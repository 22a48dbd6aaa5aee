/// A run of events as the log holds them: deflated in frames, to be shipped as they are.
package struct SealedBlock: Sendable {
    /// Position of the first event.
    package let first: Position
    /// Position of the last event.
    package let last: Position
    /// Number of the preset dictionary that a reader needs; 0 is none.
    package let dictionary: UInt32
    /// The stored value, whose layout is in Schemas/log-format.md.
    package let bytes: [UInt8]
}
