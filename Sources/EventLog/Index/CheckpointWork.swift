import LogFormat

/// One list's new positions, ready to be written to the table.
struct ListWork: Sendable {
    var name: ListName
    /// Ascending, all after the last checkpoint.
    var positions: [UInt64]
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
    var lists: [ListWork]
}
