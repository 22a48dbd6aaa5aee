import PartyBuilding
import Schema

/// What the other models look things up in: the tree of organisations, the branches and the rolls.
///
/// It is built and stored like a read model but has no rows of its own.
struct RegistryModel: ReadModel {
    static let orgKind: UInt8 = 1
    static let branchKind: UInt8 = 2
    static let personKind: UInt8 = 3

    /// Groups (branch, person, from, to): [restated, 1].
    static let stayTable: UInt8 = 1
    /// Groups (branch): [restated, full, probationary].
    static let headcountTable: UInt8 = 2

    let name = "registry"
    let id = "registry"
    let version: UInt32 = 1
    let tables: [ModelTable] = []

    let types: [EventType] =
        [.organisationRegistered, .organisationAffiliationChanged, .branchEstablished]
        + RollRecord.types

    func entities(of fact: Fact) -> [EntityKey] {
        switch fact.payload {
        case .organisationRegistered(let event):
            [EntityKey(Self.orgKind, event.orgID)]
        case .organisationAffiliationChanged:
            [EntityKey(Self.orgKind, fact.streamIdentity)]
        case .branchEstablished(let event):
            [EntityKey(Self.branchKind, event.branchID)]
        default:
            RollRecord.entities(of: fact).map { EntityKey(Self.personKind, $0) }
        }
    }

    func isLinked(_ stream: String) -> Bool { subjectKind(stream) == "transfer" }

    func makeRecord(_ entity: EntityKey) -> any Record {
        switch entity.kind {
        case Self.orgKind: OrganisationRecord(id: entity.id)
        case Self.branchKind: BranchIdentityRecord()
        default: RollRecord(person: entity.id)
        }
    }

    func rows(_ ask: RowAsk, into sink: any RowSink) throws {}
}
