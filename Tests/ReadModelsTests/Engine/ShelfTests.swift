import PartyBuilding
import Testing

@testable import ReadModels

struct ShelfTests {
    private func content() throws -> MemoryContent {
        var change = ContentChange()
        func step(_ name: String, _ deltas: [Int64]) -> Emission.Step {
            Emission.Step(group: ModelKey().byte(1).text(name), deltas: deltas)
        }
        let emissions = [
            Emission(
                day: day(20_190_101), steps: [step("a", [0, 2]), step("ab", [1, 5])], row: [1]),
            Emission(day: day(20_190_201), steps: [step("a", [0, -2])]),
            Emission(day: day(20_190_301), row: []),
            Emission(day: day(20_190_401), row: [2]),
        ]
        for emission in emissions {
            let stored = try Emission(day: emission.day, encoded: emission.encoded)
            #expect(stored == emission)
            try change.replace(nil, with: stored, entity: EntityKey(3, "x"))
        }
        return MemoryContent(change)
    }

    private func sums(_ asOf: Int32) throws -> [String] {
        var found: [String] = []
        try content().shelf.sums(1, asOf: day(asOf)) { group, sums in
            found.append("\(try group.text()) \(sums[0]) \(sums[1])")
        }
        return found
    }

    @Test func sumsAreOfTheDay() throws {
        #expect(try sums(20_181_231) == [])
        #expect(try sums(20_190_101) == ["a 0 2", "ab 1 5"])
        #expect(try sums(20_190_201) == ["ab 1 5"])
    }

    @Test func rowsAreOfTheDay() throws {
        let shelf = try content().shelf
        func row(_ asOf: Int32, orFirst: Bool = false) throws -> [UInt8]? {
            var found: [UInt8]?
            try shelf.rows(3, asOf: day(asOf), orFirst: orFirst) { id, row in
                #expect(id == "x")
                found = row
                return true
            }
            return found
        }
        #expect(try row(20_181_231) == nil)
        #expect(try row(20_181_231, orFirst: true) == [1])
        #expect(try row(20_190_228) == [1])
        #expect(try row(20_190_301) == nil)
        #expect(try row(20_190_401) == [2])
        #expect(try shelf.row(EntityKey(3, "x"), asOf: day(20_181_231)) == nil)
        #expect(try shelf.row(EntityKey(3, "x"), asOf: day(20_190_228)) == [1])
        #expect(try shelf.row(EntityKey(3, "x"), asOf: day(20_190_301)) == nil)
        #expect(try shelf.row(EntityKey(3, "x"), asOf: day(20_300_101)) == [2])
        #expect(try shelf.row(EntityKey(3, "w"), asOf: day(20_300_101)) == nil)
        #expect(try shelf.row(EntityKey(4, "x"), asOf: day(20_300_101)) == nil)
    }

    /// What is taken back leaves no trace, whatever the lengths of the vectors were.
    @Test func takenBackLeavesNothing() throws {
        let emission = Emission(
            day: day(20_190_101),
            steps: [Emission.Step(group: ModelKey().byte(1), deltas: [1, 2, 3])])
        var change = ContentChange()
        try change.replace(nil, with: emission, entity: EntityKey(1, "x"))
        #expect(!change.isEmpty)
        try change.replace(emission, with: nil, entity: EntityKey(1, "x"))
        #expect(change.isEmpty)
        #expect(Shelf.encoded([4, 0, 0]) == Shelf.encoded([4]))
    }

    @Test func damagedBytesAreErrors() {
        #expect(throws: ModelFault.self) { try FunnelStatus(encoded: [200, 1]) }
        #expect(throws: ModelFault.self) {
            try Emission(day: day(20_190_101), encoded: [255, 255, 255, 255, 127])
        }
        #expect(throws: ModelFault.self) { try FactCodec.decode([1, 2, 3]) }
        #expect(throws: ModelFault.self) { try EngineState(encoded: [2, 200]) }
    }

    /// A key that LMDB cannot take is stored under its beginning and a fingerprint.
    @Test func longKeysAreKept() throws {
        for length in [10, 400, 600, 5_000] {
            let key = ModelKey().byte(1).text(String(repeating: "k", count: length))
                .day(day(20_190_101))
            let place = ShelfEntry.place(7, key)
            #expect(place.key.count <= 500)
            let entry = try ShelfEntry.read(place.key, place.head + [1, 2, 3])
            #expect(entry.key == key.bytes)
            #expect(entry.value == [1, 2, 3])
        }
    }

    @Test func sumsAreChecked() {
        #expect(throws: ModelFault.overflow("sum of measures")) { try added([.max], [1]) }
        #expect(throws: ModelFault.overflow("difference of measures")) {
            try subtracted([0], [.min])
        }
    }
}
