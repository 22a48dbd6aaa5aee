package import Schema

/// One move between branches: the letter of introduction and its receipt.
package struct TransferState: Aggregate {
    package static let subject = "transfer"
    package static let types: [EventType]? = [.transferIssued, .transferReceived]

    package struct Letter: Sendable {
        package let person: String
        package let fromBranch: String
        package let issuedOn: LocalDate
        /// Last valid day.
        package let validTo: LocalDate
        package let scope: TransferIssued.Scope
    }

    package struct Receipt: Sendable {
        package let toBranch: String
        package let on: LocalDate
        package let position: UInt64
    }

    package let id: String
    package private(set) var letter: Letter?
    package private(set) var receipt: Receipt?

    package init(id: String) { self.id = id }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .transferIssued(let event):
            guard let issuedOn = LocalDate(yyyymmdd: event.issuedOn),
                let validTo = LocalDate(yyyymmdd: event.validTo)
            else { return }
            letter = Letter(
                person: event.person, fromBranch: event.fromBranch, issuedOn: issuedOn,
                validTo: validTo, scope: event.scope)
        case .transferReceived(let event):
            guard let on = LocalDate(yyyymmdd: event.receivedOn) else { return }
            receipt = Receipt(toBranch: event.toBranch, on: on, position: fact.position)
        default:
            break
        }
    }

    /// Issued, neither received nor lapsed on a day: a letter is dead the day after its last valid
    /// one, and the origin keeps the member (R-MB-25).
    package func isUnderWay(on day: LocalDate) -> Bool {
        guard let letter, receipt == nil else { return false }
        return day <= letter.validTo
    }
}
