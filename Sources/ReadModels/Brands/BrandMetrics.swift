import PartyBuilding
import Schema

/// PJ-03 品牌指标: what each brand and each organisation delivered, and how that grew.
struct BrandMetrics: ReadModel {
    static let activityKind: UInt8 = 1
    static let brandKind: UInt8 = 2
    static let programmeKind: UInt8 = 3
    static let awardKind: UInt8 = 4
    static let publicityKind: UInt8 = 5

    let name = "brand_metrics"
    let id = "PJ-03"
    let version: UInt32 = 2
    let takesPeriod = true
    let tables = [ModelTable("rows", "taizhang.brands.v1.BrandMetricsRow")]

    let keepsServices = true
    let types =
        [
            .brandProposed, .brandStageAdvanced, .serviceProgrammeLaunched, .serviceVolumeReported,
            .awardReceived, .readershipReported,
        ] + ActivityRecord.types

    func entities(of fact: Fact) -> [EntityKey] {
        let kind: UInt8
        switch fact.payload {
        case .brandProposed, .brandStageAdvanced: kind = Self.brandKind
        case .serviceProgrammeLaunched, .serviceVolumeReported: kind = Self.programmeKind
        case .awardReceived: kind = Self.awardKind
        case .readershipReported: kind = Self.publicityKind
        default:
            guard ActivityRecord.types.contains(fact.type) else { return [] }
            kind = Self.activityKind
        }
        return [EntityKey(kind, fact.streamIdentity)]
    }

    func makeRecord(_ entity: EntityKey) -> any Record {
        switch entity.kind {
        case Self.brandKind: BrandRecord()
        case Self.programmeKind: ProgrammeRecord(programme: entity.id)
        case Self.awardKind: AwardRecord()
        case Self.publicityKind: ReadershipRecord()
        default: ActivityRecord()
        }
    }

    func rows(_ ask: RowAsk, into sink: any RowSink) throws {
        let board = try BrandBoard(ask)
        for subject in board.subjects {
            for period in board.periods(of: subject) {
                let key = periodKey(
                    ModelKey().text(subject.org).text(subject.brand ?? ""), period)
                guard sink.wants(key) else { continue }
                let (row, isRestated) = try board.row(subject, period)
                guard try sink.offer(key, row, restated: isRestated) else { return }
            }
        }
    }
}
