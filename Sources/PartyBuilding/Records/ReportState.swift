package import Schema

/// One filed report with its restatements.
package struct ReportState: Aggregate {
    package static let subject = "report"
    package static let types: [EventType]? = [.reportFiled, .reportRestated]

    /// The filing or restatement that counts now; nil before the filing.
    package private(set) var current: FactID?
    /// Figures that count now.
    package private(set) var figures: [String: Quantity] = [:]
    /// Last instant whose facts are in the figures, microseconds.
    package private(set) var knownAt: Int64 = 0

    package init(id: String) {}

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .reportFiled(let event):
            current = fact.id
            figures = [:]
            for entry in event.figures { figures[entry.key] = entry.value }
            knownAt = event.knownAt.lastInstant ?? fact.recordedAt
        case .reportRestated(let event):
            current = fact.id
            for entry in event.changed { figures[entry.key] = entry.value.new }
            knownAt = fact.recordedAt
        default: break
        }
    }
}

extension Moment {
    /// The last instant of the moment, microseconds; nil when it is empty or no such period
    /// exists.
    package var lastInstant: Int64? {
        if case .instantUs(let instant) = value { return instant }
        return lastDay.map { $0.adding(days: 1).startInstant - 1 }
    }
}
