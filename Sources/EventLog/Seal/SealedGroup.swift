import LogFormat

/// A step of sealing, for tests that make it fail there.
package enum SealStep: Sendable, CaseIterable {
    /// The batches are about to be read.
    case reading
    /// The block is made and not proved yet.
    case made
    /// The block is proved and about to be handed to the committer.
    case proved
    /// The block is in the log.
    case swapped
}

/// A finished sealed block and the batches that it replaces.
struct SealedGroup: Sendable {
    var first: UInt64
    var last: UInt64
    /// The keys of the batches after the first one; the block takes the first one's place.
    var surplusKeys: [UInt64]
    /// The block as it is stored.
    var bytes: [UInt8]
    /// A dictionary that the block is the first to use.
    var newDictionary: PresetDictionary?
}

/// A preset dictionary of sealed blocks.
struct PresetDictionary: Sendable {
    /// From 1.
    let number: UInt32
    let content: FrameDictionary
}
