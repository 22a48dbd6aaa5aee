import PartyBuilding
import Testing

@testable import ReadModels

struct ShelfTests {
    private func content() throws -> MemoryContent {
        var change = ContentChange()
        var emission = Emission()
        func group(_ name: String, _ on: Int32) -> ModelKey {
            ModelKey().byte(1).text(name).day(day(on))
        }
        emission.steps = [
            Emission.Step(key: group("a", 20_190_101), deltas: [0, 2]),
            Emission.Step(key: group("a", 20_190_201), deltas: [0, -2]),
            Emission.Step(key: group("ab", 20_190_101), deltas: [1, 5]),
        ]
        emission.versions = [
            Emission.Version(day: day(20_190_101), row: [1]),
            Emission.Version(day: day(20_190_301), row: []),
            Emission.Version(day: day(20_190_401), row: [2]),
        ]
        try change.replace(Emission(), with: emission, entity: EntityKey(3, "x"))
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
        #expect(try shelf.row(EntityKey(3, "x"), asOf: day(20_190_228)) == [1])
    }

    /// What is taken back leaves no trace, whatever the lengths of the vectors were.
    @Test func takenBackLeavesNothing() throws {
        var emission = Emission()
        emission.steps = [
            Emission.Step(key: ModelKey().byte(1).day(day(20_190_101)), deltas: [1, 2, 3])
        ]
        var change = ContentChange()
        try change.replace(Emission(), with: emission, entity: EntityKey(1, "x"))
        try change.replace(emission, with: Emission(), entity: EntityKey(1, "x"))
        #expect(change.deltas.values.allSatisfy { $0.allSatisfy { $0 == 0 } })
        #expect(Shelf.encoded([4, 0, 0]) == Shelf.encoded([4]))
    }

    @Test func damagedBytesAreErrors() {
        #expect(throws: ModelFault.self) { try FunnelStatus(encoded: [200, 1]) }
        #expect(throws: ModelFault.self) { try Emission(encoded: [255, 255, 255, 255, 127]) }
        #expect(throws: ModelFault.self) { try FactCodec.decode([1, 2, 3]) }
        #expect(throws: ModelFault.self) { try EngineState(encoded: [1, 200]) }
    }

    @Test func sumsAreChecked() {
        #expect(throws: ModelFault.overflow("sum of measures")) { try added([.max], [1]) }
        #expect(throws: ModelFault.overflow("difference of measures")) {
            try subtracted([0], [.min])
        }
    }
}
