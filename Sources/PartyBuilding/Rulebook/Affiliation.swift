import Schema

/// The organisation in which a branch was established.
struct BranchHome: Aggregate {
    static let subject = "branch"
    static let types: [EventType]? = [.branchEstablished]

    private let id: String
    private(set) var organisation: String?

    init(id: String) {
        self.id = id
    }

    mutating func apply(_ fact: Fact) {
        guard case .branchEstablished(let event) = fact.payload, event.branchID == id else {
            return
        }
        organisation = event.orgID
    }
}

/// Where a fact belongs: branches and organisations with all that stands above them, as subjects
/// (`branch-x`, `org-y`).
extension Office {
    /// More levels than any tree has; stops a walk through damaged data.
    private static let depthMax = 64

    /// Everything that the fact concerns: what its stream belongs to and what it names.
    func line(of fact: Fact) throws -> [String] {
        let named = fact.tags.filter(Self.isPlace)
        return try line(from: ownPlaces(of: fact) + named, on: fact.validDay)
    }

    /// What the fact's stream belongs to at the time of recording; of a new stream, what its first
    /// fact names.
    func ownLine(of fact: Fact) throws -> [String] {
        let line = try line(from: ownPlaces(of: fact), on: fact.recordedDay)
        // A scope may also name a stream or person outright.
        return line + [fact.stream] + [Subjects.implied(by: fact.stream)].compactMap(\.self)
    }

    /// The branches and organisations of a fact's stream, without what is above them.
    private func ownPlaces(of fact: Fact) throws -> [String] {
        let named = fact.tags.filter(Self.isPlace)
        if Self.isPlace(fact.stream) {
            // A fact that founds a branch or organisation says itself what stands above it.
            let isFounded = try above(fact.stream, on: fact.recordedDay) != nil
            return isFounded ? [fact.stream] : named
        }
        let implied = Subjects.implied(by: fact.stream)
        if let implied, Self.isPlace(implied) { return [implied] }
        if let implied, subjectKind(implied) == "person",
            let branch = try membership(of: subjectIdentity(implied)).branch(on: fact.recordedDay)
        {
            return ["branch-\(branch)"]
        }
        return try origin(ofTag: fact.stream)?.places ?? named
    }

    private func line(from places: [String], on day: LocalDate) throws -> [String] {
        var line: [String] = []
        for place in places {
            var next: String? = place
            var depth = 0
            while let current = next, depth < Self.depthMax, !line.contains(current) {
                line.append(current)
                next = try above(current, on: day)
                depth += 1
            }
        }
        return line
    }

    private func above(_ place: String, on day: LocalDate) throws -> String? {
        let id = subjectIdentity(place)
        let organisation =
            subjectKind(place) == "branch"
            ? try aggregate(BranchHome.self, id).organisation
            : try aggregate(OrganisationPlace.self, id).parent(on: day)
        return organisation.map { "org-\($0)" }
    }

    static func isPlace(_ subject: String) -> Bool {
        let kind = subjectKind(subject)
        return kind == "branch" || kind == "org"
    }
}
