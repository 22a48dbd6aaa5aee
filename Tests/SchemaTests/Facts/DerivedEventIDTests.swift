import Schema
import Testing

@Suite struct DerivedEventIDTests {
    private func id(
        _ content: [UInt8] = [1], _ occurrence: UInt64 = 0, at instant: Int64 = 1_000_000
    ) -> [UInt8] {
        DerivedEventID.derive(
            content: content, occurrence: occurrence, instant: instant,
            hash: FactJSONImportTests.digest)
    }

    @Test func isAUUIDOfVersionEightThatBeginsWithItsTime() {
        let derived = id(at: 1_564_534_800_123_456)
        #expect(UUIDForm.isAccepted(derived))
        #expect(derived[6] >> 4 == 8)
        let millis = derived.prefix(6).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        #expect(millis == 1_564_534_800_123)
        #expect(id(at: -5).prefix(6) == [0, 0, 0, 0, 0, 0])
    }

    @Test func followsFromContentAndOccurrence() {
        #expect(id() == id())
        #expect(id([1]) != id([2]))
        #expect(id([1], 0) != id([1], 1))
    }

    @Test func aShortDigestIsNoTrap() {
        let derived = DerivedEventID.derive(
            content: [], occurrence: 0, instant: .max, hash: { _ in [] })
        #expect(UUIDForm.isAccepted(derived))
    }

    @Test func countsEqualContents() {
        var counter = OccurrenceCounter()
        #expect([counter.next([1]), counter.next([2]), counter.next([1])] == [0, 0, 1])
    }
}
