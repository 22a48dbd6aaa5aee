import PartyBuilding
import Schema

/// The pioneer index of one member in one quarter (specification section 2.4.9).
struct PioneerQuarterRecord: Record {
    enum State: String {
        case proposed = "PROPOSED"
        case published = "PUBLISHED"
        case objected = "OBJECTED"
        case final = "FINAL"
    }

    /// What the views keep of it.
    struct Content {
        var person = ""
        var quarter: Int32 = 0
        var tenant = ""
        /// Sorted by indicator.
        var points: [IndicatorPoints] = []
        var postedBranch: String?
        var postedOn: LocalDate?
        var postTo: LocalDate?
        var objections: Int64 = 0
        var finalScore: Int64?
        var state = State.proposed
        var isRestated = false
    }

    private var content = Content()
    private var hasFacts = false

    /// - Parameter id: `PERSON-YYYYQn`, the identity of the stream.
    init(id: String) {
        guard let (person, quarter) = Self.parts(id) else { return }
        content.person = person
        content.quarter = quarter.yyyyq
    }

    /// Person and quarter named by the identity of a stream; nil when it names a year.
    static func parts(_ id: String) -> (person: String, quarter: Quarter)? {
        guard let hyphen = id.lastIndex(of: "-"),
            case .quarter(let quarter)? = CalendarPeriod(String(id[id.index(after: hyphen)...]))
        else { return nil }
        return (String(id[..<hyphen]), quarter)
    }

    static let types: [EventType] = [
        .pioneerPointsRecorded, .pioneerScorePublished, .pioneerScoreObjected,
        .pioneerScoreFinalised,
    ]

    mutating func noteVoid(_ item: RecordFact) {
        content.isRestated = true
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        hasFacts = true
        if item.isRestated { content.isRestated = true }
        if content.tenant.isEmpty { content.tenant = item.fact.tenant }
        switch item.fact.payload {
        case .pioneerPointsRecorded(let event):
            if content.person.isEmpty { content.person = event.person }
            if content.quarter == 0 { content.quarter = event.quarter }
            try add(event)
        case .pioneerScorePublished(let event):
            content.postedBranch = event.hasBranch ? event.branch : nil
            content.postedOn = LocalDate(yyyymmdd: event.postedOn)
            content.postTo = LocalDate(yyyymmdd: event.postTo)
            if content.state != .final { content.state = .published }
        case .pioneerScoreObjected:
            content.objections = try checkedSum(content.objections, 1, "objections")
            if content.state != .final { content.state = .objected }
        case .pioneerScoreFinalised(let event):
            content.finalScore = Int64(event.finalScore)
            content.state = .final
        default: break
        }
    }

    private mutating func add(_ event: PioneerPointsRecorded) throws(ModelFault) {
        let points = Int64(event.points)
        let index =
            content.points.firstIndex { $0.indicator >= event.indicatorID }
            ?? content.points.endIndex
        if index == content.points.endIndex
            || content.points[index].indicator != event.indicatorID
        {
            content.points.insert(
                IndicatorPoints(indicator: event.indicatorID, gained: 0, lost: 0), at: index)
        }
        if points >= 0 {
            content.points[index].gained = try checkedSum(
                content.points[index].gained, points, "points")
        } else {
            content.points[index].lost = try checkedSum(
                content.points[index].lost, -points, "deductions")
        }
    }

    func row() -> [UInt8]? {
        guard hasFacts else { return nil }
        var writer = ByteWriter()
        writer.string(content.person)
        writer.signed(Int64(content.quarter))
        writer.string(content.tenant)
        writer.list(content.points) { writer, points in
            writer.string(points.indicator)
            writer.signed(points.gained)
            writer.signed(points.lost)
        }
        writer.optional(content.postedBranch) { $0.string($1) }
        writer.optional(content.postedOn) { $0.signed(Int64($1.dayNumber)) }
        writer.optional(content.postTo) { $0.signed(Int64($1.dayNumber)) }
        writer.signed(content.objections)
        writer.optional(content.finalScore) { $0.signed($1) }
        writer.string(content.state.rawValue)
        writer.bool(content.isRestated)
        return writer.bytes
    }

    static func content(_ row: [UInt8]) throws(ModelFault) -> Content {
        var reader = ByteReader(row)
        var content = Content()
        content.person = try reader.string()
        content.quarter = try reader.int32()
        content.tenant = try reader.string()
        content.points = try reader.list { (reader) throws(ModelFault) in
            IndicatorPoints(
                indicator: try reader.string(), gained: try reader.signed(),
                lost: try reader.signed())
        }
        content.postedBranch = try reader.optional { (reader) throws(ModelFault) in
            try reader.string()
        }
        content.postedOn = try reader.optionalDay()
        content.postTo = try reader.optionalDay()
        content.objections = try reader.signed()
        content.finalScore = try reader.optional { (reader) throws(ModelFault) in
            try reader.signed()
        }
        content.state = State(rawValue: try reader.string()) ?? .proposed
        content.isRestated = try reader.bool()
        return content
    }
}

/// The versions of one scheme of the pioneer index (H01).
struct PioneerSchemeRecord: Record {
    private var schemes: [PioneerScheme] = []

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        guard case .indicatorSchemeAdopted(let event) = item.fact.payload,
            event.schemeKind == .pioneerIndex
        else { return }
        schemes.append(
            PioneerScheme(
                validFrom: LocalDate(yyyymmdd: event.validFrom) ?? item.day,
                tenant: item.fact.tenant, dimensions: event.dimensions,
                indicators: event.indicators.map {
                    PioneerScheme.Indicator(
                        id: $0.id, dimension: $0.dimension, max: Int64($0.max))
                }))
    }

    func row() -> [UInt8]? {
        guard !schemes.isEmpty else { return nil }
        var writer = ByteWriter()
        writer.list(schemes) { writer, scheme in
            writer.signed(Int64(scheme.validFrom.dayNumber))
            writer.string(scheme.tenant)
            writer.list(scheme.dimensions) { $0.string($1) }
            writer.list(scheme.indicators) { writer, indicator in
                writer.string(indicator.id)
                writer.string(indicator.dimension)
                writer.signed(indicator.max)
            }
        }
        return writer.bytes
    }

    static func schemes(_ row: [UInt8]) throws(ModelFault) -> [PioneerScheme] {
        var reader = ByteReader(row)
        return try reader.list { (reader) throws(ModelFault) in
            PioneerScheme(
                validFrom: LocalDate(dayNumber: try reader.int32()),
                tenant: try reader.string(),
                dimensions: try reader.list { (reader) throws(ModelFault) in
                    try reader.string()
                },
                indicators: try reader.list { (reader) throws(ModelFault) in
                    PioneerScheme.Indicator(
                        id: try reader.string(), dimension: try reader.string(),
                        max: try reader.signed())
                })
        }
    }
}
