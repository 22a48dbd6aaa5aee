import Foundation
import PartyBuilding
import ReadModels
import Schema
import TestSupport
import Testing

@testable import ReadModels

/// The series of volunteer services: whatever the batches, corrections and voids, it says what the
/// facts say.
struct ServiceSeriesTests {
    /// A world of a few activities with many services, of which some are corrected or voided.
    private struct World {
        var history = History(tenant: "root")
        private var targets: [FactID] = []

        init(_ random: inout SeededRandom, count: Int, activities: Int) throws {
            history.organisation("root", on: day(20_170_101))
            history.branch("b0", org: "root", on: day(20_170_101))
            for number in 0..<activities {
                var plan = ActivityPlanned()
                plan.kind = .clinic
                plan.hosts = ["branch-b0"]
                let on = day(20_180_101).adding(days: number)
                history.record(plan, "activity-a\(number)", on: on)
                var held = ActivityHeld()
                held.on = Moment(on)
                history.record(held, "activity-a\(number)", on: on)
            }
            while history.facts.count < count { try step(&random, activities) }
        }

        private func service(_ random: inout SeededRandom) -> VolunteerServiceRecorded {
            var event = VolunteerServiceRecorded()
            event.person = "person-\(Int.random(in: 0..<400, using: &random))"
            event.minutes = Int32.random(in: 0...300, using: &random)
            event.isMember = Bool.random(using: &random)
            return event
        }

        private mutating func step(_ random: inout SeededRandom, _ activities: Int) throws {
            let on = day(20_180_101).adding(days: Int.random(in: 0..<60, using: &random))
            let late = day(20_181_001)
            if let target = targets.randomElement(using: &random),
                Int.random(in: 0..<12, using: &random) == 0
            {
                if Bool.random(using: &random) {
                    history.void(target, recorded: late)
                    return
                }
                let fix = try history.correct(target, to: service(&random), recorded: late)
                if Int.random(in: 0..<3, using: &random) == 0 { history.void(fix, recorded: late) }
                return
            }
            let stream = "activity-a\(Int.random(in: 0..<activities, using: &random))"
            targets.append(
                history.record(
                    service(&random), stream, on: on, recorded: day(20_180_601),
                    afterSeal: Int.random(in: 0..<30, using: &random) == 0))
        }
    }

    /// What a row must say, straight from the facts.
    private struct Expected: Equatable {
        var personTimes: Int64 = 0
        var minutes: Int64 = 0
        var persons: Set<String> = []

        init() {}

        init(_ facts: [Fact], asOf: LocalDate, knownAt: Int64?) {
            var held: [String: LocalDate] = [:]
            let effective = EffectiveFacts.resolve(facts, knownAt: knownAt)
                .filter { $0.validDay <= asOf }
            for fact in effective {
                if case .activityHeld = fact.payload { held[fact.stream] = fact.validDay }
            }
            for fact in effective where held[fact.stream] != nil {
                guard case .volunteerServiceRecorded(let event) = fact.payload else { continue }
                personTimes += 1
                minutes += Int64(event.minutes)
                persons.insert(event.person)
            }
        }
    }

    private func row(
        _ engine: ModelEngine, asOf: LocalDate, knownAt: Int64?
    ) throws -> BrandMetricsRow? {
        var query = ModelQuery(model: "brand_metrics", now: noon(day(20_991_231)))
        query.period = CalendarPeriod("2018")
        query.asOf = asOf
        query.knownAt = knownAt
        return try engine.rows(query).rows.first.map { try BrandMetricsRow(decoding: $0.bytes) }
    }

    @Test func saysWhatTheFactsSay() throws {
        try withSeeds(4) { random, seed in
            let facts = try World(&random, count: 1_500, activities: 12).history.facts
            let feed = ListFeed()
            let directory = TemporaryDirectory("views")
            var engine = try ModelEngine(directory: directory.appending("views"), feed: feed)
            var rest = facts[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...300, using: &random)
                feed.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
                try engine.catchUp(batchMax: Int.random(in: 1...200, using: &random))
                if Int.random(in: 0..<3, using: &random) == 0 {
                    engine.close()
                    engine = try ModelEngine(
                        directory: directory.appending("views"), feed: feed)
                }
                let asOf = day(20_180_101).adding(days: Int.random(in: 0..<80, using: &random))
                let known = facts[..<(facts.count - rest.count)]
                for knownAt in [nil, noon(day(20_180_801))] {
                    let expected = Expected(Array(known), asOf: asOf, knownAt: knownAt)
                    let found = try row(engine, asOf: asOf, knownAt: knownAt)
                    let text: Comment = "seed \(seed), as of \(asOf), known \(known.count)"
                    #expect(found?.volunteerPersonTimes ?? 0 == expected.personTimes, text)
                    #expect(found?.volunteerMinutes ?? 0 == expected.minutes, text)
                    #expect(found?.volunteersDistinct ?? 0 == expected.persons.count, text)
                }
            }
            let hash = try engine.contentHash("brand_metrics")
            let whole = try Board(facts)
            #expect(try whole.engine.contentHash("brand_metrics") == hash, "seed \(seed)")
            try engine.rebuild("brand_metrics")
            try engine.catchUp(batchMax: 77)
            #expect(try engine.contentHash("brand_metrics") == hash, "rebuilt, seed \(seed)")
            engine.close()
        }
    }

    /// One activity with very many volunteers: chunk after chunk is filled.
    @Test func oneActivityMayBeLarge() throws {
        var random = SeededRandom(seed: 11)
        let facts = try World(&random, count: 4_000, activities: 1).history.facts
        let board = try Board(facts, batch: 333)
        let expected = Expected(facts, asOf: day(20_181_231), knownAt: nil)
        let found = try #require(try row(board.engine, asOf: day(20_181_231), knownAt: nil))
        #expect(found.volunteerPersonTimes == expected.personTimes)
        #expect(found.volunteersDistinct == expected.persons.count)
        #expect(found.activities == 1)
        #expect(found.restated)
    }

    @Test func namesAreFound() {
        var table = NameTable()
        for number in 0..<5_000 {
            Array("name-\(number)".utf8).withUnsafeBytes { table.insert($0, UInt64(number)) }
        }
        for number in 0..<5_000 {
            let found = Array("name-\(number)".utf8).withUnsafeBytes { table.value(of: $0) }
            #expect(found == UInt64(number))
        }
        #expect([UInt8]("name-5000".utf8).withUnsafeBytes { table.value(of: $0) } == nil)
        #expect([UInt8]().withUnsafeBytes { table.value(of: $0) } == nil)
    }

    @Test func damagedSeriesAreErrors() throws {
        let first = [LocalDate(dayNumber: 0)]
        for chunk in [[0], [0, 5], [16, 0], [0, 0, 9, 1], [0, 0, 255, 255]] as [[UInt8]] {
            let shelf = ServiceShelf { prefix, _, body in
                let value = prefix == [ServiceKeys.chunks] ? chunk : [1, 1, 0]
                _ = try body(prefix, value)
            }
            #expect(throws: ModelFault.self) {
                try shelf.forEachEntry(asOf: day(20_991_231), firstDays: first) { _ in }
            }
        }
    }
}
