import PartyBuilding
import Schema
import Synchronization

/// The tree of organisations, the branches and the rolls at the end of one day, as one query reads
/// them.
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

    /// Full and probationary members on a roll.
    typealias Headcount = (full: Int64, probationary: Int64, restated: Bool)

    /// What was read, to be used by the next queries as long as the registry does not change.
    final class Contents: Sendable {
        let asOf: LocalDate
        let parents: [String: String]
        let branches: [String: BranchIdentityRecord.Identity]
        /// In the order of branch and person; nil when nobody has asked yet.
        let stays = Mutex<[Stay]?>(nil)
        let staysByPerson = Mutex<[String: [Stay]]?>(nil)
        let headcounts = Mutex<[String: Headcount]?>(nil)

        init(_ shelf: Shelf, asOf: LocalDate) throws {
            self.asOf = asOf
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

        /// Bytes of memory that it takes up, roughly. It grows while queries ask for stays and
        /// headcounts.
        var weight: Int {
            let stays = stays.withLock { $0?.count ?? 0 }
            let persons = staysByPerson.withLock { $0?.count ?? 0 }
            let headcounts = headcounts.withLock { $0?.count ?? 0 }
            return 4_096 + 200 * (parents.count + branches.count) + 200 * stays + 300 * persons
                + 120 * headcounts
        }

        /// Lets go of what is read again when somebody asks for it.
        func shed() {
            stays.withLock { $0 = nil }
            staysByPerson.withLock { $0 = nil }
            headcounts.withLock { $0 = nil }
        }
    }

    var asOf: LocalDate { contents.asOf }
    private let contents: Contents
    private let shelf: Shelf
    private var parents: [String: String] { contents.parents }
    private var branches: [String: BranchIdentityRecord.Identity] { contents.branches }

    /// - Parameter shelf: the content from which `contents` was read.
    init(_ contents: Contents, _ shelf: Shelf) {
        self.contents = contents
        self.shelf = shelf
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
    func stays() throws -> [Stay] {
        try Self.read(contents.stays, readStays)
    }

    /// The stays of one person in order of time.
    func stays(of person: String) throws -> [Stay] {
        let all = try Self.read(contents.staysByPerson) {
            Dictionary(grouping: try stays(), by: \.person)
        }
        return (all[person] ?? []).sorted { $0.from < $1.from }
    }

    /// The branch whose roll holds a person on a day.
    func branch(of person: String, on day: LocalDate) throws -> String? {
        try stays(of: person).last { $0.from <= day && day < $0.to }?.branch
    }

    /// Full and probationary members on the roll of each branch on `asOf`.
    func headcounts() throws -> [String: Headcount] {
        try Self.read(contents.headcounts) {
            var counts: [String: Headcount] = [:]
            try shelf.sums(RegistryModel.headcountTable, asOf: asOf) { group, sums in
                counts[try group.text()] = (sums[1], sums[2], sums[0] > 0)
            }
            return counts
        }
    }

    /// What was read before, else what is read now.
    private static func read<Value: Sendable>(
        _ place: borrowing Mutex<Value?>, _ make: () throws -> Value
    ) throws -> Value {
        if let known = place.withLock({ $0 }) { return known }
        let made = try make()
        place.withLock { $0 = made }
        return made
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
