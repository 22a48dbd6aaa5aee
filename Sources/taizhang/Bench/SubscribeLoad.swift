import Client
import LogFormat
import Schema
import Synchronization

/// Live subscribers, each on a connection of its own, that check that they see every position.
///
/// Confined to its loop's thread once it runs, like the load that records: that is why it may be
/// shared unchecked.
final class SubscribeLoad: @unchecked Sendable {
    /// What the subscribers saw.
    struct Figures: Sendable {
        var delivered = 0
        /// Positions that a subscriber did not see.
        var lost = 0
        /// From the sending of an event to its arrival at a subscriber.
        var delivery = Latencies()
        /// From the answer to the recorder to the arrival at a subscriber; 0 when it was there
        /// before the answer.
        var behindCommit = Latencies()
        var endedAt: UInt64 = 0
    }

    /// The position at which all subscribers begin.
    private let from: UInt64
    private var subscribers: [Subscriber] = []
    private var figures = Figures()
    /// When the recorder had its answer, by position from the first.
    private var answeredAt: [UInt64] = []
    private var connecting: DirectOutcome<Bool>?
    private var finishing: DirectOutcome<Figures>?
    /// The last position that everyone must see; known when the recorder has finished.
    private var last: UInt64?
    private var failure: (any Error)?
    private var isClosing = false

    init(subscribers count: Int, from: UInt64) {
        self.from = from
        subscribers = (0..<count).map { _ in Subscriber(self, from: from) }
    }

    /// Connects all subscribers and waits until each of them is live.
    func connect(
        to address: ServerAddress, on loop: DirectLoop, _ outcome: DirectOutcome<Bool>
    ) {
        connecting = outcome
        for subscriber in subscribers {
            loop.connect(host: address.host, port: address.port, driver: subscriber)
        }
    }

    /// The recorder was told of these positions.
    func answered(_ first: UInt64, _ last: UInt64, at now: UInt64) {
        guard first >= from, last >= first else { return }
        let places = Int(last - from) + 1
        while answeredAt.count < places { answeredAt.append(0) }
        for position in first...last { answeredAt[Int(position - from)] = now }
    }

    /// Waits until everyone has seen everything, or nothing has come for so long that it is lost.
    func finish(last: UInt64, on loop: DirectLoop, _ outcome: DirectOutcome<Figures>) {
        finishing = outcome
        self.last = last
        finishIfDone()
        watch(loop, delivered: -1)
    }

    private static let patienceNanoseconds: Int64 = 5_000_000_000

    private func watch(_ loop: DirectLoop, delivered: Int) {
        guard finishing != nil else { return }
        if figures.delivered == delivered {
            conclude()
            return
        }
        let delivered = figures.delivered
        loop.after(nanoseconds: Self.patienceNanoseconds) {
            self.watch(loop, delivered: delivered)
        }
    }

    func close() {
        isClosing = true
        for subscriber in subscribers { subscriber.close() }
        subscribers = []
    }

    // MARK: What subscribers tell

    func live() {
        guard subscribers.allSatisfy(\.isLive) else { return }
        connecting?.tell(.success(true))
        connecting = nil
    }

    func arrived(_ position: UInt64, _ envelope: UnsafeRawBufferPointer, at now: UInt64) {
        figures.delivered += 1
        figures.endedAt = now
        if let low = LentFact.idLow(envelope) {
            figures.delivery.record(nanoseconds: ServiceFactWriter.age(ofStamped: low, at: now))
        }
        let place = Int(truncatingIfNeeded: position &- from)
        let answered = answeredAt.indices.contains(place) ? answeredAt[place] : 0
        figures.behindCommit.record(nanoseconds: answered == 0 ? 0 : now &- answered)
    }

    /// A subscriber cannot read what came.
    func damaged(_ error: any Error) {
        closed(TaizhangError(.dataLoss, "a stored value cannot be read: \(error)"))
    }

    func lost(_ positions: UInt64) {
        figures.lost += Int(clamping: positions)
    }

    func settled() {
        if last != nil { finishIfDone() }
    }

    private func finishIfDone() {
        guard let last, subscribers.allSatisfy({ $0.next > last }) else { return }
        conclude()
    }

    private func conclude() {
        if let last {
            for subscriber in subscribers where subscriber.next <= last {
                lost(last - subscriber.next + 1)
            }
        }
        finishing?.tell(.success(figures))
        finishing = nil
    }

    func closed(_ error: TaizhangError) {
        guard !isClosing else { return }
        failure = failure ?? error
        connecting?.tell(.failure(error))
        connecting = nil
        finishing?.tell(.failure(error))
        finishing = nil
    }
}

/// One subscriber. Confined to its load's loop.
private final class Subscriber: DirectDriver {
    private let load: SubscribeLoad
    private var connection: DirectConnection?
    /// The position that is to come next.
    private(set) var next: UInt64
    private(set) var isLive = false
    private var arrivedAt: UInt64 = 0
    private let dictionaries: SealDictionaries
    private let reader: ValueReader

    private static let subscribe = DirectMethod(
        "taizhang.services.v1.Read/Subscribe", events: 1_048_576, bytes: 67_108_864)

    init(_ load: SubscribeLoad, from: UInt64) {
        self.load = load
        next = from
        let dictionaries = SealDictionaries()
        self.dictionaries = dictionaries
        reader = ValueReader { dictionaries[$0] }
    }

    func close() { connection?.close() }

    func opened(_ connection: DirectConnection) {
        self.connection = connection
        var request = SubscribeRequest()
        request.from = next
        request.acceptsBlocks = true
        connection.stream(Self.subscribe, request.wireBytes)
    }

    func received(
        _ call: UInt32, _ message: UnsafeRawBufferPointer, events: UInt32, isBlock: Bool,
        on connection: DirectConnection
    ) {
        if arrivedAt == 0 { arrivedAt = BenchClock.now() }
        if isBlock {
            take(block: message)
            return
        }
        var fields = LentFields(message)
        while let field = fields.next() {
            switch field {
            case (1, .bytes(let bytes)):
                let fact = LentFact(bytes)
                take(fact.position, fact.envelope)
            case (5, .bytes(let bytes)): dictionaries.add(bytes)
            case (4, .number(1)) where !isLive:
                isLive = true
                load.live()
            default: continue
            }
        }
    }

    /// A value of the log as it is stored; what it holds before the beginning is passed over.
    private func take(block: UnsafeRawBufferPointer) {
        do {
            let value = try ValueView(unkeyed: block)
            guard value.header.last >= next else { return load.lost(1) }
            try reader.forEachRecord(in: value, from: next) { take($0, $1.body) }
        } catch {
            load.damaged(error)
        }
    }

    private func take(_ position: UInt64, _ envelope: UnsafeRawBufferPointer) {
        // What comes twice or out of order is as wrong as what does not come.
        if position > next {
            load.lost(position - next)
        } else if position < next {
            load.lost(1)
            return
        }
        next = position + 1
        load.arrived(position, envelope, at: arrivedAt)
    }

    func settled(_ connection: DirectConnection) {
        arrivedAt = 0
        load.settled()
    }

    func ended(_ call: UInt32, _ failure: TaizhangError?, on connection: DirectConnection) {
        load.closed(failure ?? TaizhangError(.internal, "the server ended the subscription"))
    }

    func closed(_ connection: DirectConnection, _ failure: TaizhangError) {
        load.closed(failure)
    }
}

/// What stored values were compressed with, as the server has told.
private final class SealDictionaries: Sendable {
    private let contents = Mutex<[UInt32: FrameDictionary]>([:])

    subscript(number: UInt32) -> FrameDictionary? { contents.withLock { $0[number] } }

    /// - Parameter message: a message `SealDictionary`.
    func add(_ message: UnsafeRawBufferPointer) {
        // What is no dictionary is missed when a block needs it.
        guard let dictionary = SealDictionary(wireBytes: [UInt8](message)),
            let content = try? FrameDictionary([UInt8](dictionary.content))
        else { return }
        contents.withLock { $0[dictionary.number] = content }
    }
}
