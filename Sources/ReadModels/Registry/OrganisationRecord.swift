import PartyBuilding
import Schema

/// Where one organisation hangs in the tree (A01, A02).
struct OrganisationRecord: Record {
    private let id: String
    private var isRegistered = false
    private var parent: String?

    init(id: String) {
        self.id = id
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        switch item.fact.payload {
        case .organisationRegistered(let event):
            isRegistered = true
            if event.hasParentOrg, !event.parentOrg.isEmpty { parent = event.parentOrg }
        case .organisationAffiliationChanged(let event):
            isRegistered = true
            parent = event.newParent
        default:
            break
        }
    }

    func row() -> [UInt8]? {
        guard isRegistered else { return nil }
        var writer = ByteWriter()
        writer.optional(parent) { $0.string($1) }
        return writer.bytes
    }

    static func parent(_ row: [UInt8]) throws(ModelFault) -> String? {
        var reader = ByteReader(row)
        return try reader.optional { (reader) throws(ModelFault) in try reader.string() }
    }
}

/// To which organisation a branch belongs and of which kind it is (A12).
struct BranchIdentityRecord: Record {
    /// What others need to know of a branch.
    struct Identity: Equatable {
        let org: String
        let kind: BranchEstablished.Kind
        let established: LocalDate
    }

    private var identity: Identity?

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        guard case .branchEstablished(let event) = item.fact.payload else { return }
        identity = Identity(org: event.orgID, kind: event.kind, established: item.day)
    }

    func row() -> [UInt8]? {
        guard let identity else { return nil }
        var writer = ByteWriter()
        writer.string(identity.org)
        writer.unsigned(UInt64(clamping: identity.kind.rawValue))
        writer.signed(Int64(identity.established.dayNumber))
        return writer.bytes
    }

    static func identity(_ row: [UInt8]) throws(ModelFault) -> Identity {
        var reader = ByteReader(row)
        let org = try reader.string()
        let kind = BranchEstablished.Kind(rawValue: Int(clamping: try reader.unsigned()))
        return Identity(
            org: org, kind: kind ?? .unspecified,
            established: LocalDate(dayNumber: try reader.int32()))
    }
}
