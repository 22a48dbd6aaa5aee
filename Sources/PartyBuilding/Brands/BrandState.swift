package import Schema

/// One brand and how far it has come.
package struct BrandState: Aggregate {
    package static let subject = "brand"
    package static let types: [EventType]? = [.brandProposed, .brandStageAdvanced]

    package let id: String
    package private(set) var proposal: BrandProposed?
    /// Nil before the naming.
    package private(set) var stage: BrandStage?
    /// Day of the last stage.
    package private(set) var enteredOn: LocalDate?

    package init(id: String) {
        self.id = id
    }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .brandProposed(let event):
            proposal = event
            stage = .named
            enteredOn = LocalDate(yyyymmdd: event.on)
        case .brandStageAdvanced(let event):
            guard let next = BrandStage(event.to) else { return }
            stage = next
            enteredOn = LocalDate(yyyymmdd: event.on)
        default: break
        }
    }
}

extension BrandStage {
    /// The stage of a message, nil for none.
    package init?(_ stage: BrandStageAdvanced.Stage) {
        switch stage {
        case .planned: self = .planned
        case .shaped: self = .shaped
        case .consolidated: self = .consolidated
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}

/// The names of the brands of an organisation tree.
struct BrandNames: Aggregate {
    static let subject = "tree"
    static let types: [EventType]? = [.brandProposed]

    /// Stream of the brand that has a name.
    private var streams: [String: String] = [:]

    init(id: String) {}

    mutating func apply(_ fact: Fact) {
        guard case .brandProposed(let event) = fact.payload else { return }
        streams[Self.key(event.name)] = fact.stream
    }

    /// The brand with a name, whatever its white space.
    func stream(named name: String) -> String? { streams[Self.key(name)] }

    private static func key(_ name: String) -> String { name.filter { !$0.isWhitespace } }
}

/// The brands that a branch holds.
struct BranchBrands: Aggregate {
    static let subject = "branch"
    static let types: [EventType]? = [.brandProposed]

    private let holder: String
    /// Streams of its brands, in order of recording.
    private(set) var brands: [String] = []

    init(id: String) {
        holder = "branch-\(id)"
    }

    mutating func apply(_ fact: Fact) {
        guard case .brandProposed(let event) = fact.payload, event.holder == holder else { return }
        brands.append(fact.stream)
    }
}
