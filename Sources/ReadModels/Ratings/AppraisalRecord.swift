import PartyBuilding
import Schema

/// The pioneer year of one member: final quarters, appraisal, pay link (H13–H15).
struct AppraisalRecord: Record {
    struct Final: Equatable {
        let quarter: Int32
        /// As it stands now.
        let score: Int64
        /// As it stood when the appraisal was concluded; nil when it came later.
        var appraisedScore: Int64?
    }

    struct Appraisal: Equatable {
        let index: Int64
        let grade: String?
        let quarters: [Int32]
    }

    struct Link: Equatable {
        let share: Int64
        let coefficient: Int64
        let on: LocalDate
    }

    /// What the views keep of it.
    struct Content {
        var person = ""
        var year: Int32 = 0
        var tenant = ""
        /// By quarter.
        var finals: [Final] = []
        var appraisal: Appraisal?
        var link: Link?
        var isRestated = false
    }

    private struct QuarterFact {
        let quarter: Int32
        let score: Int64
        let versions: FactVersions
    }

    private var content = Content()
    private var quarters: [QuarterFact] = []
    private var appraisedAt: UInt64?

    /// - Parameter id: `PERSON-YYYY`.
    init(id: String) {
        guard let hyphen = id.lastIndex(of: "-") else { return }
        content.person = String(id[..<hyphen])
        content.year = Int32(id[id.index(after: hyphen)...]) ?? 0
    }

    static let types: [EventType] = [
        .pioneerScoreFinalised, .annualPioneerAppraisalConcluded, .performancePayLinked,
    ]

    /// The member's year that a fact belongs to, as `PERSON-YYYY`.
    static func entity(of fact: Fact) -> String? {
        let id = fact.streamIdentity
        guard let hyphen = id.lastIndex(of: "-") else { return nil }
        let person = id[..<hyphen]
        switch fact.payload {
        case .pioneerScoreFinalised(let event):
            return "\(person)-\(padded(Int(event.quarter / 10), 4))"
        case .annualPioneerAppraisalConcluded(let event):
            return "\(person)-\(padded(Int(event.year), 4))"
        case .performancePayLinked(let event): return "\(person)-\(padded(Int(event.year), 4))"
        default: return nil
        }
    }

    mutating func noteVoid(_ item: RecordFact) {
        content.isRestated = true
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        if item.isRestated { content.isRestated = true }
        if content.tenant.isEmpty { content.tenant = item.fact.tenant }
        switch item.fact.payload {
        case .pioneerScoreFinalised(let event):
            quarters.removeAll { $0.quarter == event.quarter }
            quarters.append(
                QuarterFact(
                    quarter: event.quarter, score: Int64(event.finalScore),
                    versions: item.versions))
            quarters.sort { $0.quarter < $1.quarter }
        case .annualPioneerAppraisalConcluded(let event):
            content.appraisal = Appraisal(
                index: Int64(event.annualIndex), grade: event.hasGrade ? event.grade : nil,
                quarters: event.quartersUsed.sorted())
            appraisedAt = item.lastPosition
        case .performancePayLinked(let event):
            content.link = Link(
                share: Int64(event.linkedShareBp), coefficient: Int64(event.coefficientBp),
                on: LocalDate(yyyymmdd: event.on) ?? item.day)
        default: break
        }
    }

    private func final(_ quarter: QuarterFact) -> Final {
        var final = Final(quarter: quarter.quarter, score: quarter.score)
        if let appraisedAt, let then = quarter.versions.effective(before: appraisedAt),
            case .pioneerScoreFinalised(let event) = then.payload
        {
            final.appraisedScore = Int64(event.finalScore)
        }
        return final
    }

    func row() -> [UInt8]? {
        guard !quarters.isEmpty || content.appraisal != nil || content.link != nil else {
            return nil
        }
        var writer = ByteWriter()
        writer.string(content.person)
        writer.signed(Int64(content.year))
        writer.string(content.tenant)
        writer.list(quarters.map(final)) { writer, final in
            writer.signed(Int64(final.quarter))
            writer.signed(final.score)
            writer.optional(final.appraisedScore) { $0.signed($1) }
        }
        writer.optional(content.appraisal) { writer, appraisal in
            writer.signed(appraisal.index)
            writer.optional(appraisal.grade) { $0.string($1) }
            writer.list(appraisal.quarters) { $0.signed(Int64($1)) }
        }
        writer.optional(content.link) { writer, link in
            writer.signed(link.share)
            writer.signed(link.coefficient)
            writer.day(link.on)
        }
        writer.bool(content.isRestated)
        return writer.bytes
    }

    static func content(_ row: [UInt8]) throws(ModelFault) -> Content {
        var reader = ByteReader(row)
        var content = Content()
        content.person = try reader.string()
        content.year = try reader.int32()
        content.tenant = try reader.string()
        content.finals = try reader.list { (reader) throws(ModelFault) in
            var final = Final(quarter: try reader.int32(), score: try reader.signed())
            final.appraisedScore = try reader.optional { (reader) throws(ModelFault) in
                try reader.signed()
            }
            return final
        }
        content.appraisal = try reader.optional { (reader) throws(ModelFault) in
            Appraisal(
                index: try reader.signed(), grade: try reader.optionalString(),
                quarters: try reader.list { (reader) throws(ModelFault) in try reader.int32() })
        }
        content.link = try reader.optional { (reader) throws(ModelFault) in
            Link(
                share: try reader.signed(), coefficient: try reader.signed(),
                on: try reader.day())
        }
        content.isRestated = try reader.bool()
        return content
    }
}
