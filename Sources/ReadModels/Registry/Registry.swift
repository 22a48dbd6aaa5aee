import PartyBuilding
import Schema

/// The tree of organisations, the branches and the rolls at the end of one day.
///
/// An organisation or branch that was registered only later is taken as it was then: its facts may
/// be older than its entry in the register.
final class Registry {
    /// A stay of one person on one roll; `to` is not included.
    struct Stay {
        let branch: String
        let person: String
        let from: LocalDate
        let to: LocalDate
        let isRestated: Bool

        func overlaps(_ first: LocalDate, _ last: LocalDate) -> Bool {
            from <= last && first < to
        }
    }

    let asOf: LocalDate
    private let shelf: Shelf
    private let parents: [String: String]
    private let branches: [String: BranchIdentityRecord.Identity]
    /// In the order of branch and person.
    private lazy var allStays: Result<[Stay], any Error> = Result { try readStays() }
    private lazy var staysByPerson: Result<[String: [Stay]], any Error> = Result {
        Dictionary(grouping: try allStays.get(), by: \.person)
    }

    init(_ shelf: Shelf, asOf: LocalDate) throws {
        self.asOf = asOf
        self.shelf = shelf
        var parents: [String: String] = [:]
        try shelf.rows(RegistryModel.orgKind, asOf: asOf, orFirst: true) { id, row in
            parents[id] = try OrganisationRecord.parent(row)
            return true
        }
        var branches: [String: BranchIdentityRecord.Identity] = [:]
        try shelf.rows(RegistryModel.branchKind, asOf: asOf, orFirst: true) { id, row in
            branches[id] = try BranchIdentityRecord.identity(row)
            return true
        }
        self.parents = parents
        self.branches = branches
    }

    /// The organisation and all above it, nearest first. A cycle, which the rulebook refuses, ends
    /// the chain.
    func chain(_ org: String) -> [String] {
        var chain = [org]
        var current = org
        while let parent = parents[current], chain.count < 64, !chain.contains(parent) {
            chain.append(parent)
            current = parent
        }
        return chain
    }

    /// Whether an organisation is `top` or lies below it.
    func isInside(_ org: String, _ top: String) -> Bool {
        chain(org).contains(top)
    }

    func branch(_ id: String) -> BranchIdentityRecord.Identity? { branches[id] }

    /// The organisation of a branch; empty when the branch is not registered.
    func org(ofBranch id: String) -> String { branches[id]?.org ?? "" }

    /// The organisation that a subject in full (`org-x`, `branch-y`) belongs to; nil for others.
    func org(ofSubject subject: String) -> String? {
        switch subjectKind(subject) {
        case "org": subjectIdentity(subject)
        case "branch": branches[subjectIdentity(subject)]?.org
        default: nil
        }
    }

    /// All stays up to `asOf`, by branch and person.
    func stays() throws -> [Stay] { try allStays.get() }

    /// The stays of one person in order of time.
    func stays(of person: String) throws -> [Stay] {
        (try staysByPerson.get()[person] ?? []).sorted { $0.from < $1.from }
    }

    /// The branch whose roll holds a person on a day.
    func branch(of person: String, on day: LocalDate) throws -> String? {
        try stays(of: person).last { $0.from <= day && day < $0.to }?.branch
    }

    /// Full and probationary members on the roll of each branch on `asOf`.
    func headcounts() throws -> [String: (full: Int64, probationary: Int64, restated: Bool)] {
        var counts: [String: (full: Int64, probationary: Int64, restated: Bool)] = [:]
        try shelf.sums(RegistryModel.headcountTable, asOf: asOf) { group, sums in
            counts[try group.text()] = (sums[1], sums[2], sums[0] > 0)
        }
        return counts
    }

    private func readStays() throws -> [Stay] {
        var stays: [Stay] = []
        try shelf.sums(RegistryModel.stayTable, asOf: asOf) { group, sums in
            guard sums[1] > 0 else { return }
            stays.append(
                Stay(
                    branch: try group.text(), person: try group.text(), from: try group.day(),
                    to: try group.day(), isRestated: sums[0] > 0))
        }
        return stays
    }
}
