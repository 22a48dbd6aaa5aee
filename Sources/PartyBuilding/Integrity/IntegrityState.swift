import Schema

/// The integrity archive of a person.
struct IntegrityArchive: Aggregate {
    static let subject = "person"
    static let types: [EventType]? = [.integrityArchiveOpened]

    private let id: String
    private(set) var openedOn: LocalDate?

    init(id: String) {
        self.id = id
    }

    mutating func apply(_ fact: Fact) {
        guard case .integrityArchiveOpened(let event) = fact.payload, event.person == id else {
            return
        }
        openedOn = fact.validDay
    }
}

/// The designations of an organisation tree that stand.
struct IntegrityModels: Aggregate {
    static let subject = "tree"
    static let types: [EventType]? = [.integrityModelDesignated]

    private struct Key: Hashable {
        let kind: IntegrityModelDesignated.Kind
        let subject: String
        /// Stream of a subject that is only a name: two hospitals may have a department of the
        /// same name.
        let stream: String
    }

    private var designatedOn: [Key: LocalDate] = [:]

    init(id: String) {}

    mutating func apply(_ fact: Fact) {
        guard case .integrityModelDesignated(let event) = fact.payload else { return }
        designatedOn[Self.key(event, fact.stream)] = fact.validDay
    }

    /// Since when the subject of a designation is designated already.
    func designated(_ event: IntegrityModelDesignated, stream: String) -> LocalDate? {
        designatedOn[Self.key(event, stream)]
    }

    private static func key(_ event: IntegrityModelDesignated, _ stream: String) -> Key {
        let kind = subjectKind(event.subject)
        let isSubject = kind == "org" || kind == "person"
        return Key(kind: event.kind, subject: event.subject, stream: isSubject ? "" : stream)
    }
}
