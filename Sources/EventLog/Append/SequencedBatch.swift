package import LogFormat

/// A commit as it was written, to be carried to another log of the same ledger.
package struct SequencedBatch: Equatable, Sendable {
    /// The last position before the batch.
    package let previousPosition: Position
    /// The ledger's Merkle root after `previousPosition`.
    package let previousRoot: MerkleHash
    /// The values as stored, header and all: whole commits, at least one.
    package let values: [[UInt8]]

    package init(previousPosition: Position, previousRoot: MerkleHash, values: [[UInt8]]) {
        self.previousPosition = previousPosition
        self.previousRoot = previousRoot
        self.values = values
    }
}
