import PartyBuilding
import Schema

/// On which branch's roll one person is, as what, from when to when.
///
/// One human is on one roll at any instant (R-BR-09): a member whose transfer was issued stays on
/// the roll of the origin until the day of receipt.
struct RollRecord: Record {
    /// One stay on a roll in one status; the last day is not included.
    struct Stay: Equatable {
        let branch: String
        let isFull: Bool
        let from: LocalDate
        let to: LocalDate
    }

    enum Status { case outside, probationary, full }

    private let person: String
    private var status = Status.outside
    private var branch: String?
    private var since = LocalDate(dayNumber: 0)
    private var stays: [Stay] = []
    private var transfers: Set<String> = []
    private var isRestated = false

    /// The end of a stay that has not ended.
    static let forever = LocalDate(dayNumber: .max)

    init(person: String) {
        self.person = person
    }

    static let types: [EventType] = [
        .membershipApplicationSubmitted, .memberEnrolled, .transferIssued, .transferReceived,
        .probationaryMemberApproved, .memberAssignedToBranch, .memberConverted, .membershipEnded,
    ]

    static func entities(of fact: Fact) -> [String] {
        switch fact.payload {
        case .membershipApplicationSubmitted(let event): [event.person]
        case .memberEnrolled(let event): [event.person]
        case .transferIssued(let event): [event.person]
        case .probationaryMemberApproved, .memberAssignedToBranch, .memberConverted,
            .membershipEnded:
            [fact.streamIdentity]
        default: []
        }
    }

    mutating func noteVoid(_ item: RecordFact) {
        isRestated = true
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        if item.isRestated { isRestated = true }
        switch item.fact.payload {
        case .membershipApplicationSubmitted(let event):
            if status == .outside { branch = event.branch }
        case .probationaryMemberApproved:
            change(item.day) { $0.status = .probationary }
        case .memberAssignedToBranch(let event):
            change(item.day) { $0.branch = event.branch }
        case .memberConverted:
            change(item.day) { $0.status = .full }
        case .memberEnrolled(let event):
            change(item.day) {
                $0.branch = event.branch
                $0.status = event.status == .full ? .full : .probationary
            }
        case .transferIssued:
            transfers.insert(item.fact.stream)
        case .transferReceived(let event):
            guard transfers.remove(item.fact.stream) != nil else { return }
            change(item.day) { $0.branch = event.toBranch }
        case .membershipEnded:
            change(item.day) { $0.status = .outside }
        default:
            break
        }
    }

    private mutating func change(_ day: LocalDate, _ body: (inout RollRecord) -> Void) {
        let before = (status, branch)
        body(&self)
        guard (status, branch) != before else { return }
        if let branch = before.1, before.0 != .outside, since < day {
            stays.append(Stay(branch: branch, isFull: before.0 == .full, from: since, to: day))
        }
        since = day
    }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        for stay in stays { try contribute(stay, to: &contributions) }
        guard let branch, status != .outside else { return }
        try contribute(
            Stay(branch: branch, isFull: status == .full, from: since, to: Self.forever),
            to: &contributions)
        try contributions.add(
            ModelKey().byte(RegistryModel.headcountTable).text(branch),
            [isRestated ? 1 : 0, status == .full ? 1 : 0, status == .full ? 0 : 1])
    }

    private func contribute(
        _ stay: Stay, to contributions: inout Contributions
    ) throws(ModelFault) {
        try contributions.add(
            ModelKey().byte(RegistryModel.stayTable).text(stay.branch).text(person)
                .day(stay.from).day(stay.to),
            [isRestated ? 1 : 0, 1])
    }
}
