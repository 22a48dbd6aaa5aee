/// What must be remembered of a Merkle tree (RFC 6962) to append to it and to know its root: the
/// roots of its perfect subtrees, largest first; at most 64 hashes however many leaves there are.
package struct MerkleFrontier: Hashable, Sendable {
    /// Number of leaves.
    package private(set) var size: UInt64
    /// One root for each bit set in `size`, the highest bit first.
    package private(set) var subtrees: [MerkleHash]

    /// The empty tree.
    package init() {
        size = 0
        subtrees = []
    }

    /// A stored frontier; nil when the number of hashes does not go with the size.
    package init?(size: UInt64, subtrees: [MerkleHash]) {
        guard subtrees.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.subtrees = subtrees
    }

    /// Adds a leaf by its hash. Amortised one node hash.
    package mutating func append(_ leaf: MerkleHash) {
        var hash = leaf
        var carry = size
        while carry & 1 == 1, let left = subtrees.popLast() {
            hash = .node(left, hash)
            carry >>= 1
        }
        subtrees.append(hash)
        size += 1
    }

    /// The root over all leaves: as many node hashes as there are subtrees, less one.
    package var root: MerkleHash {
        guard var root = subtrees.last else { return .empty }
        for left in subtrees.dropLast().reversed() {
            root = .node(left, root)
        }
        return root
    }
}
