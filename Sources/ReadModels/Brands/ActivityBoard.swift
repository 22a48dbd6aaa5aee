import PartyBuilding
import Schema

/// The activities of one query, summed by who held them and in which month.
///
/// A month is what periods are made of. Only the month in which a stretch of the year before may
/// end is divided: at the day a year before the query's.
struct ActivityBoard {
    /// Activities of the same hosts, brands and programme are counted together: once for every
    /// brand, and once for an organisation however many of its branches are hosts.
    struct Group: Hashable {
        let hosts: [String]
        let brands: [String]
        let programme: String
    }

    /// Month of a group, or one part of it.
    struct Place: Hashable {
        let group: Int
        /// Years times twelve plus months, from 0.
        let month: Int
        /// Behind the day a year before the query's, in that day's month.
        let isBehindCut: Bool
    }

    struct Bucket {
        /// Restated, activities, clinics, lectures, medical support, home visits, person-times
        /// served, persons, medicines in fen, volunteer person-times, minutes.
        var measures = Array(repeating: Int64(0), count: ActivityBoard.width)
        var persons = PersonSet()
        /// Members among them.
        var members = PersonSet()
    }

    static let width = 11

    private(set) var groups: [Group] = []
    private(set) var places: [Place] = []
    private(set) var buckets: [Bucket] = []
    private var numbers: [Group: Int] = [:]
    private var indices: [Place: Int] = [:]
    private let cut: LocalDate
    private let cutMonth: Int

    /// - Parameter asOf: the day of the query.
    init(asOf: LocalDate) {
        cut = asOf.adding(months: -12)
        cutMonth = Self.month(cut)
    }

    static func month(_ day: LocalDate) -> Int {
        let parts = day.components
        return parts.year * 12 + parts.month - 1
    }

    /// One activity while its services are counted.
    private struct Held {
        let bucket: Int
        var isRestated: Bool
        var restatedServices: Int64 = 0
        /// Whether the day it was held still stands.
        let isValid: Bool
    }

    /// Reads everything.
    ///
    /// - Parameter isReported: whether the programme reports the volume of a day itself: the
    ///   activity's own counts are then ignored.
    mutating func read(
        _ shelf: Shelf, _ services: ServiceShelf, asOf: LocalDate,
        isReported: (_ programme: String, _ day: LocalDate) -> Bool
    ) throws {
        var held: [Held] = []
        var ids: [String] = []
        try shelf.rows(BrandMetrics.activityKind, asOf: asOf) { id, row in
            let content = try ActivityRecord.content(row)
            guard let day = content.heldOn ?? content.wasHeldOn else { return true }
            let group = Group(
                hosts: content.hosts, brands: content.brands, programme: content.programme)
            let bucket = bucket(group, day)
            held.append(
                Held(
                    bucket: bucket, isRestated: content.isRestated,
                    isValid: content.heldOn != nil))
            ids.append(id)
            if content.heldOn != nil {
                try count(content, bucket, isReported: isReported(content.programme, day))
            }
            return true
        }
        try read(services, asOf: asOf, ids, &held)
        for activity in held {
            let isRestated =
                !activity.isValid || activity.isRestated || activity.restatedServices > 0
            if isRestated { buckets[activity.bucket].measures[0] &+= 1 }
        }
    }

    private mutating func bucket(_ group: Group, _ day: LocalDate) -> Int {
        let number = numbers[group] ?? groups.count
        if number == groups.count {
            numbers[group] = number
            groups.append(group)
        }
        let month = Self.month(day)
        let place = Place(
            group: number, month: month, isBehindCut: month == cutMonth && day > cut)
        if let index = indices[place] { return index }
        indices[place] = buckets.count
        places.append(place)
        buckets.append(Bucket())
        return buckets.count - 1
    }

    private mutating func count(
        _ content: ActivityRecord.Content, _ bucket: Int, isReported: Bool
    ) throws(ModelFault) {
        buckets[bucket].measures[1] &+= 1
        let kinds: [ActivityPlanned.Kind] = [.clinic, .lecture, .medicalSupport, .homeVisit]
        if let kind = kinds.firstIndex(of: content.kind) {
            buckets[bucket].measures[2 + kind] &+= 1
        }
        let delivered = [
            isReported ? 0 : content.servedPersonTimes, isReported ? 0 : content.persons,
            content.medicines,
        ]
        for (index, value) in delivered.enumerated() {
            buckets[bucket].measures[6 + index] = try checkedSum(
                buckets[bucket].measures[6 + index], value, "what activities delivered")
        }
    }

    // MARK: Services

    /// Whoever served at an activity of which something was taken back.
    private struct Served: Hashable {
        let activity: Int
        let person: Int
        let isMember: Bool
    }

    private mutating func read(
        _ services: ServiceShelf, asOf: LocalDate, _ ids: [String], _ held: inout [Held]
    ) throws {
        // Both are sorted by the bytes of the identities.
        var next = 0
        var indices: [Int] = []
        var firstDays: [LocalDate] = []
        try services.forEachActivity { id, number, first in
            while next < ids.count, ids[next].utf8.lexicographicallyPrecedes(id.utf8) { next += 1 }
            while indices.count <= number {
                indices.append(-1)
                firstDays.append(LocalDate(dayNumber: 0))
            }
            firstDays[number] = first
            if next < ids.count, ids[next] == id { indices[number] = next }
        }
        let mended = try services.mended()
        var served: [Served: Int64] = [:]
        try services.forEachEntry(asOf: asOf, firstDays: firstDays) { item in
            let index = indices[item.activity]
            guard index >= 0 else { return }
            if item.flags.contains(.restated) { held[index].restatedServices &+= item.sign }
            guard let person = item.person, held[index].isValid else { return }
            let isMember = item.flags.contains(.member)
            let bucket = held[index].bucket
            buckets[bucket].measures[9] &+= item.sign
            buckets[bucket].measures[10] &+= item.sign * item.minutes
            if mended.contains(item.activity) {
                let key = Served(activity: index, person: person, isMember: isMember)
                served[key, default: 0] &+= item.sign
            } else {
                buckets[bucket].persons.insert(person)
                if isMember { buckets[bucket].members.insert(person) }
            }
        }
        for (served, count) in served where count > 0 {
            let bucket = held[served.activity].bucket
            buckets[bucket].persons.insert(served.person)
            if served.isMember { buckets[bucket].members.insert(served.person) }
        }
    }
}
