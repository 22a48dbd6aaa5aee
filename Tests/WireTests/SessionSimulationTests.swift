import NIOCore
import TestSupport
import Testing

@testable import Wire

/// A client and a server that talk through pipes that tear the bytes into arbitrary pieces, doing
/// arbitrary things in arbitrary order. Whatever the schedule: nobody is at fault, every message
/// arrives whole and in order, every call ends, and nothing is left over.
@Suite struct SessionSimulationTests {
    @Test func nothingIsLostWhateverTheOrder() {
        var wholeCalls = 0
        var runs = 0
        withSeeds(200) { random, seed in
            var world = World(random: random)
            for _ in 0..<400 { world.step() }
            world.settle()
            #expect(world.problems.isEmpty, "seed \(seed): \(world.problems.prefix(5))")
            #expect(
                world.server.fault == nil, "seed \(seed): \(String(describing: world.server.fault))"
            )
            #expect(
                world.client.fault == nil, "seed \(seed): \(String(describing: world.client.fault))"
            )
            #expect(world.server.callsHeld == 0, "seed \(seed)")
            #expect(world.client.callsOpen == 0, "seed \(seed)")
            #expect(world.server.heldBytes == 0, "seed \(seed)")
            #expect(world.server.scheduler.queuedBytes == 0, "seed \(seed)")
            #expect(world.server.scheduler.sendableBytes == 0, "seed \(seed)")
            #expect(world.client.scheduler.queuedBytes == 0, "seed \(seed)")
            #expect(world.client.scheduler.sendableBytes == 0, "seed \(seed)")
            #expect(world.messagesChecked > 5, "seed \(seed)")
            wholeCalls += world.wholeCalls
            runs += 1
        }
        #expect(wholeCalls > runs)
    }
}

/// What one call has sent and received, on both sides.
private struct CallBook {
    var asked: [[UInt8]] = []
    var heard: [[UInt8]] = []
    var answered: [[UInt8]] = []
    var received: [[UInt8]] = []
    var clientHasEnded = false
    var serverHasFinished = false
    var isOver = false
    /// Cut short by a cancel or a deadline: what is missing is missing rightly.
    var isCut = false
}

private struct World {
    var random: SeededRandom
    var server: ServerConnectionMachine
    var client: ClientConnectionMachine
    var now: UInt32 = 0
    var toServer = ByteBuffer()
    var toClient = ByteBuffer()
    var atServer = ByteBuffer()
    var atClient = ByteBuffer()
    var serverDecoder = FrameDecoder(receiver: .server)
    var clientDecoder = FrameDecoder(receiver: .client)
    var books: [CallID: CallBook] = [:]
    var problems: [String] = []
    var messagesChecked = 0
    /// Calls that the server took the short way.
    var wholeCalls = 0

    init(random: SeededRandom) {
        self.random = random
        var limits = Limits()
        limits.faultsBurst = 1_000_000
        limits.controlBurst = 1_000_000
        limits.callCreditBytes = 30_000
        limits.callsMax = 8
        server = ServerConnectionMachine(limits: limits, identity: identity, at: at(0))
        client = ClientConnectionMachine(limits: limits, hello: hello(), at: at(0))
    }

    mutating func pick(_ calls: (CallBook) -> Bool) -> CallID? {
        books.filter { calls($0.value) }.keys.sorted().randomElement(using: &random)
    }

    mutating func content() -> [UInt8] {
        let size =
            Bool.random(using: &random)
            ? Int.random(in: 0...200, using: &random) : Int.random(in: 0...60_000, using: &random)
        return Array(repeating: UInt8.random(in: 0...255, using: &random), count: size)
    }

    mutating func step() {
        now += UInt32.random(in: 0...20, using: &random)
        switch Int.random(in: 0..<14, using: &random) {
        case 0: start()
        case 1: say()
        case 2: halfClose()
        case 3: cancel()
        case 4, 5: answer()
        case 6: finish()
        case 7: giveCredit()
        case 8: timePasses()
        default: move(atMost: 5_000)
        }
    }

    mutating func start() {
        let message = content()
        let ends = Bool.random(using: &random)
        let deadline: UInt32? = Int.random(in: 0..<6, using: &random) == 0 ? 50 : nil
        let call = OutgoingCall(
            method: "m", deadlineMs: deadline,
            credit: Credit(
                events: .random(in: 0...3, using: &random),
                bytes: .random(in: 0...20_000, using: &random)),
            message: OutboundMessage(message), ends: ends)
        guard case .started(let id) = client.callStarted(call, at: at(now)) else { return }
        books[id] = CallBook(asked: [message], clientHasEnded: ends)
    }

    mutating func say() {
        guard let id = pick({ !$0.clientHasEnded && !$0.isOver }) else { return }
        let message = content()
        if client.messageSubmitted(id, OutboundMessage(message)) != nil {
            books[id]?.asked.append(message)
        }
    }

    mutating func halfClose() {
        guard let id = pick({ !$0.clientHasEnded && !$0.isOver }) else { return }
        client.halfCloseSubmitted(id)
        books[id]?.clientHasEnded = true
    }

    mutating func cancel() {
        guard Int.random(in: 0..<4, using: &random) == 0, let id = pick({ !$0.isOver }) else {
            return
        }
        _ = client.callCancelled(id)
        books[id]?.isOver = true
        books[id]?.isCut = true
    }

    mutating func answer() {
        guard let id = pick({ !$0.serverHasFinished && !$0.heard.isEmpty }) else { return }
        let message = content()
        let events = UInt32.random(in: 0...3, using: &random)
        if case .queued = server.messageSubmitted(
            id, OutboundMessage(message, events: events), at: at(now))
        {
            books[id]?.answered.append(message)
        }
    }

    mutating func finish() {
        guard let id = pick({ !$0.serverHasFinished && !$0.heard.isEmpty }) else { return }
        if Bool.random(using: &random) {
            let message = content()
            let events = UInt32.random(in: 0...3, using: &random)
            if server.replySubmitted(
                id, OutboundMessage(message, events: events), at: at(now))
            {
                books[id]?.answered.append(message)
            }
            books[id]?.serverHasFinished = true
            return
        }
        _ = server.handlerFinished(id, .ok, at: at(now))
        books[id]?.serverHasFinished = true
    }

    mutating func giveCredit() {
        guard let id = pick({ !$0.isOver }) else { return }
        client.creditGiven(
            id,
            Credit(
                events: .random(in: 0...4, using: &random),
                bytes: .random(in: 0...30_000, using: &random)))
    }

    mutating func timePasses() {
        let action = server.timePassed(at: at(now))
        for id in action.cancelled { abandoned(id) }
        for id in client.timePassed(at: at(now)).expired {
            books[id]?.isOver = true
            books[id]?.isCut = true
        }
    }

    mutating func abandoned(_ id: CallID) {
        books[id]?.isCut = true
        _ = server.handlerFinished(id, .ok, at: at(now))
        books[id]?.serverHasFinished = true
    }

    /// Bytes travel, torn anywhere.
    mutating func move(atMost size: Int) {
        _ = server.outputWanted(
            into: &toClient, bytesMax: toClient.readableBytes + 20_000, at: at(now))
        _ = client.outputWanted(into: &toServer, bytesMax: toServer.readableBytes + 20_000)
        Self.carry(&toServer, &atServer, Int.random(in: 0...size, using: &random))
        Self.carry(&toClient, &atClient, Int.random(in: 0...size, using: &random))
        do throws(ProtocolFault) {
            while true {
                if takesWholeCall() { continue }
                guard let frame = try serverDecoder.next(&atServer) else { break }
                serverReacts(frame)
            }
            while let frame = try clientDecoder.next(&atClient) { clientReacts(frame) }
        } catch {
            problems.append(error.text)
        }
        server.bytesReceived(at: at(now))
        client.bytesReceived(at: at(now))
        server.framesTaken(left: atServer.readableBytes, consumed: true, at: at(now))
    }

    static func carry(_ from: inout ByteBuffer, _ to: inout ByteBuffer, _ count: Int) {
        if var piece = from.readSlice(length: min(count, from.readableBytes)) {
            to.writeBuffer(&piece)
        }
    }

    /// The short way for calls that arrived whole, mostly.
    mutating func takesWholeCall() -> Bool {
        guard Int.random(in: 0..<4, using: &random) > 0 else { return false }
        let decoder = serverDecoder
        let found = atServer.withUnsafeReadableBytes { bytes in
            decoder.wholeCall(bytes).map { ($0, Array(bytes[$0.message])) }
        }
        guard let (call, message) = found, server.wholeCallReceived(call, at: at(now)) else {
            return false
        }
        wholeCalls += 1
        var expanded: IncomingCall?
        if Int.random(in: 0..<4, using: &random) == 0 {
            atServer.withUnsafeReadableBytes { bytes in
                let frame = UnsafeRawBufferPointer(rebasing: bytes[..<call.frameBytes])
                expanded = server.wholeCallExpanded(call, frame, at: at(now))
            }
        }
        atServer.moveReaderIndex(forwardBy: call.frameBytes)
        heard(
            call.id,
            expanded?.message
                ?? InboundMessage(
                    bytes: ByteBuffer(bytes: message), events: call.events, cost: .none))
        return true
    }

    mutating func serverReacts(_ frame: Frame) {
        switch server.frameReceived(frame, at: at(now)) {
        case .open(let call):
            if let message = call.message { heard(call.id, message) }
        case .deliver(let id, let message, _):
            heard(id, message)
            server.creditGiven(id, message.cost)
        case .cancelled(let id, _):
            abandoned(id)
        case .close:
            problems.append("server closed")
        case .none, .greeted, .halfClosed, .allowed:
            break
        }
    }

    mutating func heard(_ id: CallID, _ message: InboundMessage) {
        let bytes = Array(message.bytes.readableBytesView)
        books[id]?.heard.append(bytes)
        check(id, books[id]?.heard, books[id]?.asked, "asked")
    }

    mutating func clientReacts(_ frame: Frame) {
        switch client.frameReceived(frame, at: at(now)) {
        case .deliver(let id, let message):
            books[id]?.received.append(Array(message.bytes.readableBytesView))
            check(id, books[id]?.received, books[id]?.answered, "answered")
        case .ended(let id, let status):
            ended(id, status)
        case .close, .leaving:
            problems.append("client closed")
        case .none, .welcomed, .credited:
            break
        }
    }

    mutating func ended(_ id: CallID, _ status: WireStatus) {
        books[id]?.isOver = true
        guard let book = books[id], !book.isCut else { return }
        // A cancelled call keeps its place on the server for a while, which a client cannot know.
        if status.isRefusalAtTheDoor { return }
        if status != .ok { problems.append("\(id): ended with \(status)") }
        if book.received != book.answered { problems.append("\(id): answers are missing") }
    }

    mutating func check(_ id: CallID, _ got: [[UInt8]]?, _ sent: [[UInt8]]?, _ what: String) {
        messagesChecked += 1
        guard let got, let sent, got.count <= sent.count, got == Array(sent.prefix(got.count))
        else {
            problems.append("\(id): what was \(what) arrived differently")
            return
        }
    }

    /// Lets everything come to its end: all that may be sent is sent and every handler finishes.
    mutating func settle() {
        for _ in 0..<2_000 {
            // A call that its client has given up may still be on its way to the server.
            if client.callsOpen == 0, server.callsHeld == 0, !isUnderWay { break }
            now += 5
            for id in books.keys.sorted() {
                guard let book = books[id] else { continue }
                if !book.isOver {
                    if !book.clientHasEnded {
                        client.halfCloseSubmitted(id)
                        books[id]?.clientHasEnded = true
                    }
                    client.creditGiven(id, Credit(events: 10, bytes: 50_000))
                }
                let heardAll = book.isOver || book.heard.count == book.asked.count
                if heardAll, !book.serverHasFinished, server.awaitsAnswer(id) { finish(id) }
            }
            timePasses()
            move(atMost: 100_000)
        }
        for _ in 0..<50 { move(atMost: 100_000) }
    }

    /// Whether bytes are on their way to either side.
    var isUnderWay: Bool {
        [toServer, toClient, atServer, atClient].contains { $0.readableBytes > 0 }
            || client.hasOutput || server.hasOutput
    }

    mutating func finish(_ id: CallID) {
        _ = server.handlerFinished(id, .ok, at: at(now))
        books[id]?.serverHasFinished = true
    }
}
