import LogFormat
import Testing

/// The test vectors of RFC 6962's reference implementation (certificate-transparency,
/// merkletree tests): eight leaves and the root after each.
@Suite struct MerkleFrontierTests {
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]

    private static let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test func emptyTree() {
        #expect(
            MerkleFrontier().root.description
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(MerkleFrontier().root == MerkleHash.empty)
    }

    @Test func rootAfterEachLeaf() {
        var frontier = MerkleFrontier()
        for (leaf, root) in zip(Self.leaves, Self.roots) {
            frontier.append(bytes(leaf).withUnsafeBytes { MerkleHash.leaf($0) })
            #expect(frontier.root.description == root)
            #expect(frontier.subtrees.count == frontier.size.nonzeroBitCount)
        }
        #expect(frontier.size == 8)
    }

    /// The definition itself (RFC 6962, section 2.1), against the incremental way, for many sizes.
    @Test func frontierEqualsTheRecursiveDefinition() {
        var frontier = MerkleFrontier()
        var leaves: [MerkleHash] = []
        for number in 0..<130 {
            let leaf = Array("leaf \(number)".utf8).withUnsafeBytes { MerkleHash.leaf($0) }
            leaves.append(leaf)
            frontier.append(leaf)
            #expect(frontier.root == definition(leaves[...]))
            let restored = MerkleFrontier(size: frontier.size, subtrees: frontier.subtrees)
            #expect(restored == frontier)
        }
        #expect(MerkleFrontier(size: 3, subtrees: [leaves[0]]) == nil)
    }

    private func definition(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
        guard leaves.count > 1 else { return leaves.first ?? .empty }
        var split = 1
        while split * 2 < leaves.count { split *= 2 }
        let middle = leaves.startIndex + split
        return .node(definition(leaves[..<middle]), definition(leaves[middle...]))
    }

    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { index in
            UInt8(digits[index] * 16 + digits[index + 1])
        }
    }
}
