import Testing

@testable import Wire

@Suite struct MetadataTests {
    @Test func keepsOrderAndFindsValues() {
        let metadata: Metadata = ["b": "2", "a": "1"]
        #expect(metadata.pairs.map(\.key) == ["b", "a"])
        #expect(metadata["a"] == "1")
        #expect(metadata["c"] == nil)
        #expect(metadata.encodedBytes == 2 + 2 * (3 + 2))
    }

    @Test(arguments: ["", "A", "a b", "é", String(repeating: "a", count: 65)])
    func refusesBadKeys(key: String) {
        var metadata = Metadata()
        #expect(throws: MetadataFlaw.badKey) { try metadata.add(key, "x") }
        #expect(metadata.isEmpty)
    }

    @Test func refusesADuplicate() {
        var metadata: Metadata = ["a": "1"]
        #expect(throws: MetadataFlaw.duplicateKey) { try metadata.add("a", "2") }
        #expect(metadata["a"] == "1")
    }

    @Test func refusesTheSixtyFifthPair() {
        var metadata = Metadata()
        for index in 0..<64 { metadata = metadata.adding("k\(index)", "") }
        #expect(metadata.pairs.count == 64)
        #expect(throws: MetadataFlaw.tooManyPairs) { try metadata.add("k64", "") }
    }

    @Test func refusesWhatDoesNotFit() {
        var metadata = Metadata()
        let value = String(repeating: "x", count: 8_192 - 2 - 3 - 1)
        #expect(throws: MetadataFlaw.tooLarge) { try metadata.add("a", value + "y") }
        #expect(metadata.isEmpty)
        #expect(metadata.adding("a", value).encodedBytes == 8_192)
    }
}
