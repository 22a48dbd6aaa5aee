import PartyBuilding
import Schema

/// The day from which a fact counts in a record.
///
/// The fact's valid day, except where the payload itself names the day from which it has effect:
/// a member is on a roll "from" a day, whenever that was decided.
enum RecordDay {
    static func of(_ fact: Fact) -> LocalDate {
        named(by: fact.payload) ?? fact.validDay
    }

    private static func named(by payload: EventPayload) -> LocalDate? {
        switch payload {
        case .branchEstablished(let event): event.approvedOn.lastDay
        case .branchCoverageChanged(let event): LocalDate(yyyymmdd: event.on)
        case .jointBranchUnitChanged(let event): LocalDate(yyyymmdd: event.on)
        case .probationaryMemberApproved(let event): LocalDate(yyyymmdd: event.approvedOn)
        case .memberAssignedToBranch(let event): LocalDate(yyyymmdd: event.from)
        case .memberConverted(let event): LocalDate(yyyymmdd: event.effectiveFrom)
        case .transferReceived(let event): LocalDate(yyyymmdd: event.receivedOn)
        case .membershipEnded(let event): LocalDate(yyyymmdd: event.on)
        case .postAppointed(let event): LocalDate(yyyymmdd: event.from)
        case .postVacated(let event): LocalDate(yyyymmdd: event.on)
        default: nil
        }
    }
}
