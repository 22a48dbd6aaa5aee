import PartyBuilding
import TestSupport
import Testing

@Suite struct FactIDTests {
    @Test func textAndBytesRoundTrip() {
        withSeeds(2) { random, _ in
            for _ in 0..<200 {
                let id = FactID(high: random.next(), low: random.next())
                #expect(FactID(bytes: id.bytes) == id)
                #expect(FactID(text: id.description) == id)
                #expect(FactID(text: id.description.uppercased()) == id)
                #expect(id.bytes.count == 16)
            }
        }
    }

    @Test func theUsualForm() throws {
        let id = try #require(FactID(text: "01890a5d-ac96-774b-bcce-b302099a8057"))
        #expect(id.high == 0x0189_0a5d_ac96_774b)
        #expect(id.low == 0xbcce_b302_099a_8057)
        #expect(id.description == "01890a5d-ac96-774b-bcce-b302099a8057")
    }

    @Test(arguments: [
        "", "01890a5d-ac96-774b-bcce-b302099a805", "01890a5d-ac96-774b-bcce-b302099a80577",
        "01890a5dac96774bbcceb302099a8057", "01890a5d-ac96-774b-bcce-b302099a805g",
        "01890a5d_ac96-774b-bcce-b302099a8057", "０1890a5d-ac96-774b-bcce-b302099a8057",
        "----------------------------------------",
    ])
    func otherTextsAreNoIDs(_ text: String) {
        #expect(FactID(text: text) == nil)
    }

    @Test(arguments: [0, 1, 15, 17, 32])
    func otherLengthsAreNoIDs(_ count: Int) {
        #expect(FactID(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }
}
