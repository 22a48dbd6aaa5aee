package import Schema

/// A post and who held it when.
package struct PostState: Aggregate {
    package static let subject = "post"
    package static let types: [EventType]? = [.postAppointed, .postVacated]

    /// One person's time in the post.
    package struct Incumbency: Sendable {
        package let person: String
        package let kind: PostAppointed.PostKind
        package let org: String?
        package let branch: String?
        package let department: String?
        package let from: LocalDate
        /// The first day of no longer holding it; nil while it is held.
        package var to: LocalDate?

        package func covers(_ day: LocalDate) -> Bool {
            from <= day && (to.map { day < $0 } ?? true)
        }
    }

    package let id: String
    package private(set) var incumbencies: [Incumbency] = []

    package init(id: String) { self.id = id }

    /// Who holds the post now, as far as recorded.
    package var current: Incumbency? {
        guard let last = incumbencies.last, last.to == nil else { return nil }
        return last
    }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .postAppointed(let event):
            guard let from = LocalDate(yyyymmdd: event.from) else { return }
            incumbencies.append(
                Incumbency(
                    person: event.person, kind: event.postKind,
                    org: event.hasOrg ? event.org : nil,
                    branch: event.hasBranch ? event.branch : nil,
                    department: event.hasDepartment ? event.department : nil, from: from))
        case .postVacated(let event):
            guard let on = LocalDate(yyyymmdd: event.on), let last = incumbencies.indices.last,
                incumbencies[last].to == nil
            else { return }
            incumbencies[last].to = on
        default:
            break
        }
    }
}

extension Office {
    /// The posts a person was ever appointed to.
    package func posts(of person: String) throws -> [PostState.Incumbency] {
        var found: [PostState.Incumbency] = []
        for id in try aggregate(PersonState.self, person).posts {
            let post = try aggregate(PostState.self, id)
            found += post.incumbencies.filter { $0.person == person }
        }
        return found
    }

    /// The posts that a branch ever filled.
    package func posts(ofBranch branch: String) throws -> [PostState.Incumbency] {
        var found: [PostState.Incumbency] = []
        for id in try aggregate(BranchState.self, branch).posts {
            let post = try aggregate(PostState.self, id)
            found += post.incumbencies.filter { $0.branch == branch }
        }
        return found
    }
}
