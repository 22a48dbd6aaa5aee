import PartyBuilding
import Schema

/// One entry of the series of volunteer services: a service, or the taking back of one that was
/// corrected or voided later.
struct ServiceEntry: Equatable {
    /// The bits that begin an entry.
    struct Flags: OptionSet, Equatable {
        let rawValue: UInt8

        static let member = Flags(rawValue: 1)
        /// Takes an earlier entry back.
        static let negative = Flags(rawValue: 2)
        /// What it says is restated (P-LAW-6).
        static let restated = Flags(rawValue: 4)
        /// No service, only the mark that something was taken away; names no person.
        static let markOnly = Flags(rawValue: 8)
        /// The day is not that of the activity's first entry.
        static let ownDay = Flags(rawValue: 16)
        static let negativeMinutes = Flags(rawValue: 32)
    }

    var activity: String
    var person: String
    var day: LocalDate
    var minutes: Int32
    var flags: Flags

    /// What a fact says, with the corrections and voids given.
    ///
    /// - Parameter knownAt: only what was recorded up to this instant; nil for all.
    /// - Returns: nil when the fact was not known then.
    init?(_ versions: FactVersions, knownAt: Int64?) {
        if let knownAt, versions.root.recordedAt > knownAt { return nil }
        let effective = versions.effective(knownAt: knownAt)
        let fact = effective ?? versions.root
        guard case .volunteerServiceRecorded(let event) = fact.payload else { return nil }
        activity = fact.streamIdentity
        day = RecordDay.of(fact)
        if effective == nil {
            person = ""
            minutes = 0
            flags = [.markOnly, .restated]
            return
        }
        person = event.person
        minutes = event.minutes
        flags = event.isMember ? .member : []
        if fact.isCorrected || fact.isAfterSeal { flags.insert(.restated) }
    }

    /// The same entry taken back.
    var takenBack: ServiceEntry {
        var entry = self
        entry.flags.formUnion(.negative)
        return entry
    }
}

/// The keys below which a generation keeps its series of volunteer services.
///
/// Persons and activities are numbered in the order in which the log names them first, and entries
/// stand in the order of the log, so that equal logs give equal bytes.
enum ServiceKeys {
    /// Counts: persons, activities, full chunks.
    static let counts: [UInt8] = [0]
    /// Identity of a person: its number.
    static let persons: UInt8 = 1
    /// Identity of an activity: its number and the day of its first entry.
    static let activities: UInt8 = 2
    /// Number of a chunk: entries one behind the other.
    static let chunks: UInt8 = 3
    /// Number of an activity of which something was corrected or voided.
    static let mended: UInt8 = 4

    /// A chunk that would become larger is closed: it and its header fill one page.
    static let chunkBytesMax = 4_080

    static func name(_ table: UInt8, _ name: UnsafeRawBufferPointer) -> [UInt8] {
        [table] + name
    }

    static func number(_ table: UInt8, _ number: UInt32) -> [UInt8] {
        [table] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
