import PartyBuilding
import Schema

extension History {
    /// Enters an organisation in the tree.
    mutating func organisation(_ id: String, below parent: String? = nil, on: LocalDate) {
        var event = OrganisationRegistered()
        event.orgID = id
        event.kind = .hospital
        event.name = id
        if let parent { event.parentOrg = parent }
        event.founded = Moment(on)
        event.ownership = .district
        record(event, "org-\(id)", on: on)
    }

    /// Establishes a branch.
    mutating func branch(
        _ id: String, org: String, kind: BranchEstablished.Kind = .inService, on: LocalDate,
        full: Int32 = 3, probationary: Int32 = 0, departments: [String] = [],
        units: [String] = []
    ) {
        var event = BranchEstablished()
        event.branchID = id
        event.orgID = org
        event.kind = kind
        event.name = id
        event.approvedOn = Moment(on)
        event.approvingCommittee = org
        event.departments = departments
        event.units = units
        event.fullCount = full
        event.probationaryCount = probationary
        record(event, "branch-\(id)", on: on)
    }

    /// Takes a full member over onto a roll.
    mutating func enrol(_ person: String, branch: String, on: LocalDate) {
        var event = MemberEnrolled()
        event.person = person
        event.branch = branch
        event.status = .full
        event.sourceSystem = "test"
        record(event, "member-\(person)", on: on)
    }

    /// Appoints somebody to a post of a branch.
    mutating func appoint(
        _ person: String, _ kind: PostAppointed.PostKind, branch: String, on: LocalDate,
        stream: String
    ) {
        var event = PostAppointed()
        event.person = person
        event.postKind = kind
        event.branch = branch
        event.from = on.yyyymmdd
        event.method = .election
        record(event, "post-\(stream)", on: on)
    }

    /// Ends a post.
    mutating func vacate(_ stream: String, on: LocalDate) {
        var event = PostVacated()
        event.on = on.yyyymmdd
        event.reason = "test"
        record(event, "post-\(stream)", on: on)
    }
}
