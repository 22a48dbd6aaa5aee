import PartyBuilding
import Schema

/// The scenario "volunteer services" that every measurement uses: one hospital, its branches and
/// their members, and very many activities in which they serve.
///
/// Everything follows from two numbers and a day, so that a ledger tells by its first fact what it
/// holds.
struct BenchScenario: Equatable, Sendable {
    /// Activities, each a stream of its own.
    let streams: Int
    /// Members who serve.
    let persons: Int
    /// The day of everything that is set up.
    let day: LocalDate

    /// A branch has at most so many members (R-BR-02).
    private static let branchMembersMax = 50

    var branches: Int { max(8, (persons + Self.branchMembersMax - 1) / Self.branchMembersMax) }

    /// Facts that the setup records.
    var setupFacts: Int { 2 + branches + 2 * persons + 2 * streams }

    /// Facts of an activity's stream that the setup records.
    static let setupVersion: UInt32 = 2

    /// Services that can be recorded: one person serves once in an activity (R-VO-02).
    var capacity: Int { streams * persons }

    static let organisation = "bench"
    static let committee = "bench-cpc"
    /// Who records.
    static let clerk = "bench-clerk"
    /// Where the first fact stands.
    static let firstStream = "org-\(organisation)"

    func branch(_ index: Int) -> String { "bench-\(index + 1)" }

    func person(_ index: Int) -> String { "bench-p\(padded(index + 1, 5))" }

    /// The branch of a person.
    func home(_ person: Int) -> Int { person % branches }

    func activity(_ index: Int) -> String { "activity-bench-\(padded(index + 1, 5))" }

    /// Who serves next in an activity that has so many services: each activity goes round all
    /// persons, from a place of its own.
    func volunteer(activity: Int, served: Int) -> Int {
        (activity &* 7_919 &+ served) % persons
    }

    /// What the first fact carries to say which scenario its ledger holds.
    var mark: String { "bench:\(streams):\(persons)" }

    /// The scenario that a mark names.
    init?(mark: String, day: LocalDate) {
        let words = mark.split(separator: ":")
        guard words.count == 3, words[0] == "bench", let streams = Int(words[1]),
            let persons = Int(words[2]), streams > 0, persons > 0
        else { return nil }
        self.init(streams: streams, persons: persons, day: day)
    }

    init(streams: Int, persons: Int, day: LocalDate) {
        self.streams = streams
        self.persons = persons
        self.day = day
    }

    /// So many persons that every stream finds another one for as long as a run lasts: the
    /// fullest of streams chosen by chance has the mean and a few standard deviations.
    static func persons(forEvents events: Int, streams: Int) -> Int {
        let mean = Double(events) / Double(max(1, streams))
        return max(400, Int(mean + 7 * mean.squareRoot()) + 8)
    }
}
