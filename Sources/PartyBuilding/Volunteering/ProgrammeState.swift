package import Schema

/// One long-running service: its launch and the volumes that it reported.
package struct ProgrammeState: Aggregate {
    package static let subject = "programme"
    package static let types: [EventType]? = [.serviceProgrammeLaunched, .serviceVolumeReported]

    /// One reported volume.
    package struct Report: Sendable {
        package let measure: String
        package let first: LocalDate
        /// Inclusive.
        package let last: LocalDate
        package let unit: Unit
    }

    package let id: String
    package private(set) var launch: ServiceProgrammeLaunched?
    package private(set) var reports: [Report] = []

    package init(id: String) {
        self.id = id
    }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .serviceProgrammeLaunched(let event): launch = event
        case .serviceVolumeReported(let event):
            guard fact.streamIdentity == id, let first = LocalDate(yyyymmdd: event.periodFrom),
                let last = LocalDate(yyyymmdd: event.periodTo)
            else { return }
            reports.append(
                Report(
                    measure: event.measure, first: first, last: last, unit: event.quantity.unit))
        default: break
        }
    }

    /// A report of the same measure that shares a day with a period.
    package func overlap(measure: String, first: LocalDate, last: LocalDate) -> Report? {
        reports.first { $0.measure == measure && $0.first <= last && first <= $0.last }
    }

    /// The unit that a measure has had so far.
    package func unit(of measure: String) -> Unit? {
        reports.first { $0.measure == measure }?.unit
    }
}

/// The names of the programmes of an organisation tree.
struct ProgrammeNames: Aggregate {
    static let subject = "tree"
    static let types: [EventType]? = [.serviceProgrammeLaunched]

    /// Programme (stream) and brand of each name.
    private(set) var launched: [String: [(stream: String, brand: String)]] = [:]

    init(id: String) {}

    mutating func apply(_ fact: Fact) {
        guard case .serviceProgrammeLaunched(let event) = fact.payload else { return }
        launched[event.name, default: []].append((fact.stream, event.brandID))
    }
}
