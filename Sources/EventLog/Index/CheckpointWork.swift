import LogFormat

/// One list's new positions, ready to be written to the table.
struct ListWork: Sendable {
    var kind: ListKind
    /// Where the list's positions stand in the work's `positions`: ascending, all after the last
    /// checkpoint.
    var positions: Range<Int>
    /// Where the name stands in the work's `text`; empty for a type.
    var name: Range<Int> = 0..<0
    /// The list's number in the table, if it is known.
    var number: UInt32?
    /// For a stream: its version and last position in the table, if they are known.
    var base: (version: UInt64, last: UInt64)?
}

/// Everything that one write of the index adds to its table.
struct CheckpointWork: Sendable {
    /// Becomes the checkpoint's position.
    var position: UInt64
    /// The log's Merkle root after `position`.
    var root: MerkleHash
    /// Position of the first of `ids`.
    var firstPosition: UInt64
    /// The ids of the events from `firstPosition` to `position`, in order.
    var ids: [EventID]
    var lists: [ListWork] = []
    /// The positions of all lists, list after list.
    var positions: [UInt64] = []
    /// The names of all lists, in UTF-8.
    var text: [UInt8] = []
}
