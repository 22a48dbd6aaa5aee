import PartyBuilding
import Schema

/// Writes calls of `Record` with facts `VolunteerServiceRecorded`, field by field into the bytes
/// that leave.
///
/// What does not change from fact to fact is encoded once.
struct ServiceFactWriter: Sendable {
    /// One fact of a call, with its sizes settled.
    struct Item {
        let activity: Int
        /// Facts that the stream has without it.
        let version: Int
        let person: Int
        let minutes: Int
        /// Where its role stands in the text, and how many bytes of it are text.
        let roleStart: Int
        let roleTextBytes: Int
        let roleBytes: Int
        let envelopeBytes: Int
        let expectationBytes: Int

        /// Stands in a place that holds no fact.
        static let none = Item(
            activity: 0, version: 0, person: 0, minutes: 0, roleStart: 0, roleTextBytes: 0,
            roleBytes: 0, envelopeBytes: 0, expectationBytes: 0)
    }

    /// What the last 62 bits of an event's id are.
    enum IDs {
        /// By chance, as everywhere.
        case random
        /// Fifty bits of the moment of sending, for those who receive the event.
        case stamped
    }

    private let scenario: BenchScenario
    private let payloadBytes: Int
    private let ids: IDs
    private let text: RoleText
    private var random: BenchRandom
    /// Counts the events of one moment, so that stamped ids differ.
    private var counter: UInt64
    /// `stream` of the envelope and of the expectation, which is the same field but for its number.
    private let streams: Snippets
    /// `person` and `branch_at_time` of the payload.
    private let persons: Snippets
    /// `type` and `type_name`; `occurred_at` and `recorded_by`.
    private let fixed: Snippets
    private static let (type, tail) = (0, 1)

    /// The smallest payload that holds the fields and a role of a few characters.
    static let payloadBytesMin = 60
    static let payloadBytesMax = 60_000

    /// - Parameters:
    ///   - payloadBytes: size of every payload; the length of the role makes it up.
    ///   - day: when the services were done.
    init(
        _ scenario: BenchScenario, payloadBytes: Int, day: LocalDate, ids: IDs, text: RoleText,
        seed: UInt64
    ) {
        self.scenario = scenario
        self.payloadBytes = payloadBytes
        self.ids = ids
        self.text = text
        random = BenchRandom(seed: seed)
        counter = random.next()
        streams = Snippets(
            (0..<scenario.streams).map { index in
                var writer = WireWriter()
                writer.string(scenario.activity(index), field: 4)
                return writer.bytes
            })
        persons = Snippets(
            (0..<scenario.persons).map { index in
                var writer = WireWriter()
                writer.string(scenario.person(index), field: 1)
                writer.string(scenario.branch(scenario.home(index)), field: 2)
                return writer.bytes
            })
        var type = WireWriter()
        type.varint(UInt64(EventType.volunteerServiceRecorded.number), field: 2)
        type.string(EventType.volunteerServiceRecorded.name, field: 3)
        var moment = Moment()
        moment.date = day.yyyymmdd
        var tail = WireWriter()
        tail.delimited(moment.wireBytes, field: 7)
        tail.string(BenchScenario.clerk, field: 11)
        fixed = Snippets([type.bytes, tail.bytes])
    }

    /// Settles the next fact of an activity.
    ///
    /// - Parameter version: facts that its stream has.
    mutating func item(activity: Int, version: UInt32) -> Item {
        let served = Int(version) - Int(BenchScenario.setupVersion)
        let person = scenario.volunteer(activity: activity, served: max(0, served))
        let minutes = 30 + random.next(below: 211)
        // role's tag and length, minutes, is_member
        let others = persons.count(person) + 1 + 1 + ByteCursor.size(minutes) + 2
        var roleBytes = max(0, payloadBytes - others - 1)
        roleBytes -= ByteCursor.size(roleBytes) - 1
        let roleSize = 1 + ByteCursor.size(roleBytes) + roleBytes
        let payload = persons.count(person) + roleSize + 1 + ByteCursor.size(minutes) + 2
        let characters = roleBytes / 3
        let stream = streams.count(activity)
        return Item(
            activity: activity, version: Int(version), person: person, minutes: minutes,
            roleStart: text.start(characters: characters, &random), roleTextBytes: characters * 3,
            roleBytes: roleBytes,
            envelopeBytes: 18 + fixed.count(Self.type) + stream + 1 + ByteCursor.size(payload)
                + payload
                + fixed.count(Self.tail),
            expectationBytes: stream + 1 + ByteCursor.size(Int(version)))
    }

    /// Bytes of a `RecordRequest` with these facts.
    func size(_ items: [Item], _ range: Range<Int>) -> Int {
        var size = 0
        for index in range {
            let item = items[index]
            size += 1 + ByteCursor.size(item.envelopeBytes) + item.envelopeBytes
            size += 1 + ByteCursor.size(item.expectationBytes) + item.expectationBytes
        }
        return size
    }

    /// Writes a `RecordRequest`: the facts, and the versions that their streams must have.
    ///
    /// - Parameters:
    ///   - sentAt: the moment that stamped ids carry.
    ///   - wallMilliseconds: the moment that every id begins with.
    mutating func write(
        _ items: [Item], _ range: Range<Int>, sentAt: UInt64, wallMilliseconds: UInt64,
        to room: UnsafeMutableRawBufferPointer
    ) {
        var cursor = ByteCursor(room)
        for index in range {
            let item = items[index]
            cursor.byte(0x0A)
            cursor.varint(item.envelopeBytes)
            envelope(item, sentAt, wallMilliseconds, &cursor)
        }
        for index in range {
            let item = items[index]
            cursor.byte(0x12)
            cursor.varint(item.expectationBytes)
            // The envelope's field 4 and the expectation's field 1 hold the same text.
            let start = cursor.position
            streams.write(item.activity, to: &cursor)
            room[start] = 0x0A
            cursor.byte(0x28)
            cursor.varint(item.version)
        }
    }

    private mutating func envelope(
        _ item: Item, _ sentAt: UInt64, _ wallMilliseconds: UInt64, _ cursor: inout ByteCursor
    ) {
        cursor.byte(0x0A)
        cursor.byte(16)
        eventID(sentAt, wallMilliseconds, &cursor)
        fixed.write(Self.type, to: &cursor)
        streams.write(item.activity, to: &cursor)
        cursor.byte(0x2A)
        cursor.varint(
            persons.count(item.person) + 1 + ByteCursor.size(item.roleBytes) + item.roleBytes + 1
                + ByteCursor.size(item.minutes) + 2)
        persons.write(item.person, to: &cursor)
        cursor.byte(0x1A)
        cursor.varint(item.roleBytes)
        text.write(item.roleStart..<(item.roleStart + item.roleTextBytes), to: &cursor)
        for _ in item.roleTextBytes..<item.roleBytes { cursor.byte(UInt8(ascii: "1")) }
        cursor.byte(0x20)
        cursor.varint(item.minutes)
        cursor.byte(0x28)
        cursor.byte(1)
        fixed.write(Self.tail, to: &cursor)
    }

    /// A UUID of version 7 (RFC 9562, section 5.7).
    private mutating func eventID(
        _ sentAt: UInt64, _ wallMilliseconds: UInt64, _ cursor: inout ByteCursor
    ) {
        counter &+= 1
        let (high, low): (UInt64, UInt64) =
            switch ids {
            case .random: (random.next(), random.next())
            case .stamped: (counter &>> 12, Self.stamp(sentAt) &<< 12 | counter & 0xFFF)
            }
        cursor.word(wallMilliseconds &<< 16 | 0x7000 | high & 0x0FFF)
        cursor.word(0x8000_0000_0000_0000 | low & 0x3FFF_FFFF_FFFF_FFFF)
    }

    /// The fifty bits of a moment that an id can carry: nanoseconds of thirteen days.
    static func stamp(_ moment: UInt64) -> UInt64 { moment & 0x3_FFFF_FFFF_FFFF }

    /// Nanoseconds since the moment that is stamped into the last eight bytes of an id.
    static func age(ofStamped low: UInt64, at now: UInt64) -> UInt64 {
        let sent = (low & 0x3FFF_FFFF_FFFF_FFFF) &>> 12
        return (stamp(now) &- sent) & 0x3_FFFF_FFFF_FFFF
    }
}
