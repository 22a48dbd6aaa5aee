package import Schema

/// An organisation: its place in the tree, its branches, and the joint branches it belongs to as a
/// unit.
package struct OrganisationState: Aggregate {
    package static let subject = "org"
    package static let types: [EventType]? = [
        .organisationRegistered, .organisationAffiliationChanged, .branchEstablished,
        .jointBranchUnitChanged,
    ]

    package let id: String
    package private(set) var isRegistered = false
    package private(set) var kind = OrganisationRegistered.Kind.unspecified
    package private(set) var name = ""
    /// The parent as last recorded; nil for a root.
    package private(set) var parent: String?
    /// From when the last recorded affiliation counts; nil when it never changed.
    package private(set) var affiliatedFrom: LocalDate?
    /// Branches established in the organisation, in order of recording.
    package private(set) var branches: [String] = []
    /// Joint branches that cover the organisation as a unit.
    package private(set) var jointBranches = CoverageIntervals()
    private let stream: String

    package init(id: String) {
        self.id = id
        stream = "org-\(id)"
    }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .organisationRegistered(let event) where event.orgID == id:
            isRegistered = true
            kind = event.kind
            name = event.name
            parent = event.hasParentOrg && !event.parentOrg.isEmpty ? event.parentOrg : nil
        case .organisationAffiliationChanged(let event) where fact.stream == stream:
            parent = event.newParent
            affiliatedFrom = LocalDate(yyyymmdd: event.effectiveFrom)
        case .branchEstablished(let event):
            if event.orgID == id { branches.append(event.branchID) }
            if event.kind == .joint, event.units.contains(id) {
                jointBranches.begin(event.branchID, on: fact.validDay)
            }
        case .jointBranchUnitChanged(let event) where event.unitOrg == id:
            guard let on = LocalDate(yyyymmdd: event.on) else { return }
            if event.change == .added {
                jointBranches.begin(fact.streamIdentity, on: on)
            } else {
                jointBranches.end(fact.streamIdentity, on: on)
            }
        default:
            break
        }
    }
}

/// The files of an employer's staff: which staff number and which vault key belong to whom.
package struct StaffRegister: Aggregate {
    package static let subject = "org"
    package static let types: [EventType]? = [.personRegistered]

    package let id: String
    package private(set) var personByStaffNumber: [String: String] = [:]
    package private(set) var personByVaultKey: [String: String] = [:]

    package init(id: String) { self.id = id }

    package mutating func apply(_ fact: Fact) {
        guard case .personRegistered(let event) = fact.payload, event.employerOrg == id else {
            return
        }
        if personByStaffNumber[event.staffNoHash] == nil {
            personByStaffNumber[event.staffNoHash] = event.person
        }
        if personByVaultKey[event.vaultKeyID] == nil {
            personByVaultKey[event.vaultKeyID] = event.person
        }
    }
}
