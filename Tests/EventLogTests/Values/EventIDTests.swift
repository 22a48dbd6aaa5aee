import EventLog
import TestSupport
import Testing

@Suite struct EventIDTests {
    @Test func textAndBytesAreTheSameID() throws {
        let text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
        let id = try #require(EventID(uuidString: text))
        #expect(id.high == 0x017F_22E2_79B0_7CC3)
        #expect(id.low == 0x98C4_DC0C_0C07_398F)
        #expect(id.description == text)
        #expect(EventID(bytes: id.bytes) == id)
        #expect(EventID(uuidString: text.uppercased()) == id)
        #expect(id.isVersion7)
    }

    @Test(arguments: [
        "", "017f22e2", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398fa", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2_79b0-7cc3-98c4-dc0c0c07398f",
    ])
    func otherTextIsRefused(text: String) {
        #expect(EventID(uuidString: text) == nil)
    }

    @Test func version7CarriesItsTimeAndSortsByIt() {
        var random = SeededRandom(seed: 7)
        let early = EventID.version7(milliseconds: 0x017F_22E2_79B0, random: &random)
        let late = EventID.version7(milliseconds: 0x017F_22E2_79B1, random: &random)
        #expect(early.high >> 16 == 0x017F_22E2_79B0)
        #expect(early.isVersion7)
        #expect(early < late)
        #expect(EventID(bytes: [UInt8](repeating: 1, count: 15)) == nil)
    }

    @Test func randomIdentitiesAreVersion4() {
        let identity = LedgerIdentity.random(createdAt: 5)
        #expect(identity.id.high >> 12 & 0xF == 4)
        #expect(identity.id.low >> 62 == 2)
        #expect(identity != LedgerIdentity.random(createdAt: 5))
    }

    @Test func categoryIsWhatStandsBeforeTheFirstHyphen() {
        #expect(category(ofStream: "issue-yq-0007") == "issue")
        #expect(category(ofStream: "plain") == "plain")
        #expect(category(ofStream: "-x") == "")
    }
}
