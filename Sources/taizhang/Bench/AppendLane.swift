import Client

/// One connection of a load: so many calls under way, each answer followed by the next call.
///
/// Confined to its share's loop.
final class AppendLane: DirectDriver {
    private let share: AppendShare
    private var connection: DirectConnection?
    private var calls: Calls

    init(_ share: AppendShare, plan: AppendPlan, streams: [Int]) {
        self.share = share
        calls = Calls(inFlight: plan.inFlight, batch: plan.batch, streams: streams)
    }

    var isOpen: Bool { connection != nil }

    func close() { connection?.close() }

    /// Begins calls in all free places, as far as there is something to begin.
    func fill(at now: UInt64) {
        guard let connection else { return }
        calls.fill(at: now, share, connection)
        connection.flush()
    }

    // MARK: DirectDriver

    func opened(_ connection: DirectConnection) {
        guard calls.inFlight <= connection.callsMax else {
            share.fail(BenchTexts.tooManyInFlight(calls.inFlight, most: connection.callsMax))
            return
        }
        self.connection = connection
        share.opened(self)
    }

    func received(
        _ call: UInt32, _ message: UnsafeRawBufferPointer, events: UInt32, isBlock: Bool,
        on connection: DirectConnection
    ) {
        calls.answered(call, RecordAnswer(message))
    }

    func ended(_ call: UInt32, _ failure: TaizhangError?, on connection: DirectConnection) {
        if let failure {
            share.fail(BenchRefusal(error: failure))
        } else if !calls.ended(call, share, connection) {
            share.fail(
                BenchRefusal(
                    error: TaizhangError(.internal, "the server did not say that it recorded")))
        }
    }

    func settled(_ connection: DirectConnection) {
        guard calls.arrivedAt > 0 else { return }
        share.settled(at: calls.arrivedAt)
        calls.arrivedAt = 0
    }

    func closed(_ connection: DirectConnection, _ failure: TaizhangError) {
        share.closed(failure)
    }
}

/// The calls of one connection: a value, so that one look at it costs one check.
private struct Calls {
    /// What a place for a call holds while the call is under way.
    private struct Slot {
        var since: UInt64 = 0
        var count = 0
        /// What the server answered.
        var answer: RecordAnswer?
    }

    /// The streams that only this connection records in.
    private let streams: [Int]
    private let batch: Int
    private var slots: [Slot]
    private var free: [Int]
    /// The facts of every slot, `batch` places each.
    private var items: [ServiceFactWriter.Item]
    private var slotOfCall = CallTable()
    private var wall: UInt64 = 0
    /// The moment at which the bytes arrived that are being looked at; 0 between arrivals.
    var arrivedAt: UInt64 = 0

    private static let record = DirectMethod("taizhang.services.v1.Record/Record")

    init(inFlight: Int, batch: Int, streams: [Int]) {
        self.streams = streams
        self.batch = batch
        slots = [Slot](repeating: Slot(), count: inFlight)
        free = Array(0..<inFlight)
        items = [ServiceFactWriter.Item](repeating: .none, count: inFlight * batch)
    }

    var inFlight: Int { slots.count }

    mutating func fill(
        at now: UInt64, _ share: AppendShare, _ connection: DirectConnection
    ) {
        wall = BenchClock.wallMilliseconds()
        while let slot = free.last, begin(slot, at: now, share, connection) { free.removeLast() }
    }

    private mutating func begin(
        _ slot: Int, at now: UInt64, _ share: AppendShare, _ connection: DirectConnection
    ) -> Bool {
        let start = slot * batch
        guard
            let next = share.books.next(at: now, streams: streams, items: &items, start: start)
        else { return false }
        let range = start..<(start + next.count)
        let call = connection.call(Self.record, messageBytes: next.bytes) { room in
            share.books.writer.write(
                items, range, sentAt: next.since, wallMilliseconds: wall, to: room)
        }
        slots[slot] = Slot(since: next.since, count: next.count)
        slotOfCall.insert(call, slot)
        return true
    }

    mutating func answered(_ call: UInt32, _ answer: RecordAnswer) {
        guard let slot = slotOfCall.slot(of: call) else { return }
        slots[slot].answer = answer
    }

    /// - Returns: whether the call's facts are recorded.
    mutating func ended(
        _ call: UInt32, _ share: AppendShare, _ connection: DirectConnection
    ) -> Bool {
        guard let slot = slotOfCall.remove(call), let answer = slots[slot].answer,
            answer.isRecorded
        else { return false }
        if arrivedAt == 0 {
            arrivedAt = BenchClock.now()
            wall = BenchClock.wallMilliseconds()
        }
        let start = slot * batch
        share.books.settle(
            items, start..<(start + slots[slot].count), since: slots[slot].since, at: arrivedAt,
            last: answer.last)
        share.answered?(answer.first, answer.last, arrivedAt)
        if !begin(slot, at: arrivedAt, share, connection) { free.append(slot) }
        return true
    }
}
