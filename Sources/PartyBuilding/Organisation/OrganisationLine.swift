import Schema

/// Where an organisation stands in its tree: what it is, and its parents over time.
struct OrganisationPlace: Aggregate {
    static let subject = "org"
    static let types: [EventType]? = [.organisationRegistered, .organisationAffiliationChanged]

    let id: String
    private(set) var kind: OrganisationRegistered.Kind?
    /// Parent from each day on, in order of the days; nil for the root.
    private var parents: [(from: LocalDate, parent: String?)] = []

    init(id: String) {
        self.id = id
    }

    mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .organisationRegistered(let event) where event.orgID == id:
            kind = event.kind
            let parent = event.hasParentOrg ? event.parentOrg : nil
            parents.insert((LocalDate(dayNumber: .min), parent), at: 0)
        case .organisationAffiliationChanged(let event) where fact.streamIdentity == id:
            let index = parents.firstIndex { $0.from > fact.validDay } ?? parents.endIndex
            parents.insert((fact.validDay, event.newParent), at: index)
        default: break
        }
    }

    var isRegistered: Bool { kind != nil }

    /// The parent on a day; nil for the root and for an organisation that is not registered.
    func parent(on day: LocalDate) -> String? {
        parents.last { $0.from <= day }?.parent
    }
}

/// Questions about who stands above whom.
enum OrganisationLine {
    /// More levels than any tree has; stops a walk through damaged data.
    private static let depthMax = 64

    /// The organisations above one on the judged fact's valid day, nearest first.
    static func ancestors(of organisation: String, _ judging: Judging) throws -> [String] {
        var line: [String] = []
        var current = organisation
        while line.count < depthMax {
            let place = try judging.state(OrganisationPlace.self, current)
            guard let parent = place.parent(on: judging.fact.validDay), parent != organisation
            else { break }
            line.append(parent)
            current = parent
        }
        return line
    }

    /// The organisation that a body acts for: a committee acts for the organisation it was
    /// registered under, any other organisation (and a root) for itself.
    static func principal(of body: String, _ judging: Judging) throws -> String {
        let place = try judging.state(OrganisationPlace.self, body)
        guard place.kind == .committee, let parent = place.parent(on: judging.fact.validDay)
        else { return body }
        return parent
    }
}
