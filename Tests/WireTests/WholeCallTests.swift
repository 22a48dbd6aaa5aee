import NIOCore
import TestSupport
import Testing

@testable import Wire

/// The short way of calls that arrive whole leads where the long one leads.
@Suite struct WholeCallTests {
    private func decoder() -> FrameDecoder {
        var decoder = FrameDecoder(receiver: .server)
        decoder.skipHandshake()
        return decoder
    }

    /// - Returns: the whole call that the bytes begin with, and its method and message.
    private func found(_ bytes: ByteBuffer) -> (WholeCall, method: [UInt8], message: [UInt8])? {
        let decoder = decoder()
        return bytes.withUnsafeReadableBytes { bytes in
            decoder.wholeCall(bytes).map { ($0, Array(bytes[$0.method]), Array(bytes[$0.message])) }
        }
    }

    @Test func whatIsFoundIsWhatTheDecoderSays() throws {
        try withSeeds(300) { random, seed in
            var maker = FrameMaker(random: random)
            var open = maker.open()
            if Bool.random(using: &maker.random) { open.metadata = Metadata() }
            if Bool.random(using: &maker.random) {
                open.first = maker.part(ends: true)
                open.ends = true
            }
            var bytes = Frame.open(maker.call(), open).encoded
            random = maker.random
            // Half of the frames are damaged: what is found in them must be no less true.
            if Bool.random(using: &random) {
                let place = Int.random(in: 0..<bytes.readableBytes, using: &random)
                bytes.setInteger(UInt8.random(in: 0...255, using: &random), at: place)
            } else {
                let isWhole = open.metadata.isEmpty && open.ends && open.first?.hasMore == false
                #expect((found(bytes) != nil) == isWhole, "seed \(seed)")
            }
            guard let (whole, method, message) = found(bytes) else { return }
            let frameBytes = bytes.readableBytes
            var decoder = decoder()
            switch try decoder.next(&bytes) {
            case .open(let call, let open):
                #expect(call == whole.id, "seed \(seed)")
                #expect(Array(open.method.utf8) == method, "seed \(seed)")
                #expect(open.credit == whole.credit, "seed \(seed)")
                #expect(open.deadlineMs == whole.deadlineMs, "seed \(seed)")
                #expect(open.metadata.isEmpty && open.ends, "seed \(seed)")
                let first = try #require(open.first)
                #expect(Array(first.bytes.readableBytesView) == message, "seed \(seed)")
                #expect(first.events == whole.events && !first.hasMore, "seed \(seed)")
            case .unacceptableOpen(let call, _):
                // A name of wrong characters, which no method has.
                #expect(call == whole.id, "seed \(seed)")
            default:
                Issue.record("another frame, seed \(seed)")
            }
            #expect(whole.frameBytes == frameBytes - bytes.readableBytes, "seed \(seed)")
        }
    }

    @Test func unfinishedFramesAndGreetingsAreNotFound() {
        let bytes = Frame.open(CallID(1), unary()).encoded
        let decoder = decoder()
        for count in 0..<bytes.readableBytes {
            let isFound = bytes.withUnsafeReadableBytes {
                decoder.wholeCall(UnsafeRawBufferPointer(rebasing: $0[..<count])) != nil
            }
            #expect(!isFound, "\(count) bytes")
        }
        for decoder in [FrameDecoder(receiver: .server), FrameDecoder(receiver: .client)] {
            #expect(bytes.withUnsafeReadableBytes { decoder.wholeCall($0) } == nil)
        }
    }

    /// Two machines live through the same, one on the short way: clients see the same frames.
    @Test func bothWaysLookTheSameFromOutside() {
        withSeeds(200) { random, seed in
            var limits = Limits()
            limits.callsMax = 4
            limits.faultsBurst = 6
            limits.faultsPerSecond = 0
            var short = greetedServer(limits)
            var long = greetedServer(limits)
            var frames: [[CallID: [Frame]]] = [[:], [:]]
            var last: UInt32 = 0
            var now: UInt32 = 0
            for _ in 0..<60 {
                now += UInt32.random(in: 0...40, using: &random)
                let call = CallID(.random(in: 1...max(1, last), using: &random))
                switch Int.random(in: 0..<11, using: &random) {
                case 0...3:
                    last += UInt32.random(in: 1...3, using: &random)
                    let deadline = Int.random(in: 0..<4, using: &random) == 0 ? 30 as UInt32 : nil
                    let credit = Credit(
                        events: .random(in: 0...1, using: &random), bytes: 100_000)
                    begin(
                        CallID(last), unary(deadlineMs: deadline, credit: credit), &short, &long,
                        at: at(now))
                case 4...6:
                    let size = Int.random(in: 0...40_000, using: &random)
                    let message = OutboundMessage(
                        Array(repeating: 7, count: size), events: .random(in: 0...1, using: &random)
                    )
                    _ = short.replySubmitted(call, message, at: at(now))
                    _ = long.replySubmitted(call, message, at: at(now))
                case 7:
                    _ = short.handlerFinished(call, WireStatus(.notFound, "no"), at: at(now))
                    _ = long.handlerFinished(call, WireStatus(.notFound, "no"), at: at(now))
                case 8:
                    for frame in [
                        Frame.cancel(call), .credit(call, plenty), .halfClose(call),
                        .message(call, text("more")),
                    ].shuffled(using: &random).prefix(1) {
                        let reaction = short.frameReceived(frame, at: at(now))
                        let other = long.frameReceived(frame, at: at(now))
                        #expect(reaction == other, "seed \(seed)")
                        letGo(reaction, &short, &long, at: at(now))
                    }
                case 9:
                    let action = short.timePassed(at: at(now))
                    let other = long.timePassed(at: at(now))
                    #expect(action == other, "seed \(seed)")
                    for call in action.cancelled {
                        letGo(.cancelled(call, .deadline), &short, &long, at: at(now))
                    }
                default:
                    let drains = Int.random(in: 0..<20, using: &random) == 0
                    if drains { short.drainRequested(at: at(now)) }
                    if drains { long.drainRequested(at: at(now)) }
                }
                // The long way keeps a call's place until its answer is written, not only until
                // it is given.
                collect(&short, &frames[0], at: at(now))
                collect(&long, &frames[1], at: at(now))
                #expect(short.callsHeld == long.callsHeld, "seed \(seed)")
                #expect(short.heldBytes == 0, "seed \(seed)")
            }
            #expect(frames[0] == frames[1], "seed \(seed)")
            #expect(short.phase == long.phase, "seed \(seed)")
            #expect(short.fault == long.fault, "seed \(seed)")
            #expect(short.queuedBytes == long.queuedBytes, "seed \(seed)")
        }
    }

    private func begin(
        _ call: CallID, _ open: Open, _ short: inout ServerConnectionMachine,
        _ long: inout ServerConnectionMachine, at now: Instant
    ) {
        let frame = Frame.open(call, open)
        _ = long.frameReceived(frame, at: now)
        if let (whole, _, _) = found(frame.encoded), short.wholeCallReceived(whole, at: now) {
            return
        }
        _ = short.frameReceived(frame, at: now)
    }

    /// What a service without a handler does when its client is gone: nothing.
    private func letGo(
        _ reaction: ServerReaction, _ short: inout ServerConnectionMachine,
        _ long: inout ServerConnectionMachine, at now: Instant
    ) {
        guard case .cancelled(let call, _) = reaction else { return }
        _ = short.handlerFinished(call, WireStatus(.cancelled), at: now)
        _ = long.handlerFinished(call, WireStatus(.cancelled), at: now)
    }

    private func collect(
        _ machine: inout ServerConnectionMachine, _ frames: inout [CallID: [Frame]],
        at now: Instant
    ) {
        for _ in 0..<100 where machine.hasOutput {
            for frame in machine.framesOut(at: now) {
                switch frame {
                case .message(let call, _), .status(let call, _):
                    frames[call, default: []].append(frame)
                default:
                    frames[CallID(0), default: []].append(frame)
                }
            }
        }
    }

    /// An answer that its client's credit does not let go waits in its lane like any other.
    @Test func withoutCreditTheAnswerWaits() throws {
        var machine = greetedServer()
        let open = unary(credit: Credit(events: 1, bytes: 0))
        let (whole, _, _) = try #require(found(Frame.open(CallID(1), open).encoded))
        let isTaken = machine.wholeCallReceived(whole, at: at(1))
        #expect(isTaken)
        #expect(machine.callsHeld == 1)
        let isSent = machine.replySubmitted(CallID(1), OutboundMessage([1, 2]), at: at(2))
        #expect(isSent)
        let before = machine.framesOut(at: at(3))
        #expect(before == [])
        #expect(machine.queuedBytes == 2)
        _ = machine.frameReceived(.credit(CallID(1), plenty), at: at(4))
        let after = machine.framesOut(at: at(5))
        #expect(after.count == 2)
        #expect(machine.callsHeld == 0)
    }

    /// A client that opens calls and reads nothing fills the buffer of answers up to a frame's
    /// size; what comes then waits in lanes, which count against the limits.
    @Test func answersThatNobodyReadsAreBounded() throws {
        var limits = Limits()
        limits.callsMax = 1_000
        var machine = greetedServer(limits)
        for number in 1...200 as ClosedRange<UInt32> {
            guard
                let (whole, _, _) = found(
                    Frame.open(CallID(number), unary()).encoded)
            else { continue }
            let isTaken = machine.wholeCallReceived(whole, at: at(1))
            #expect(isTaken)
            let message = OutboundMessage(Array(repeating: 1, count: 16_000))
            let isSent = machine.replySubmitted(CallID(number), message, at: at(1))
            #expect(isSent)
        }
        #expect(machine.answers.readableBytes < Limits.frameBytesMax + 17_000)
        #expect(machine.callsHeld >= 195)
        #expect(!machine.wantsInput)
        var statuses = 0
        while machine.hasOutput {
            statuses += machine.framesOut(at: at(2), bytesMax: 65_536).count { frame in
                if case .status = frame { true } else { false }
            }
        }
        #expect(statuses == 200)
        #expect(machine.callsHeld == 0 && machine.wantsInput)
    }

    /// A connection whose answers wait for the socket is not idle, however long ago it last was.
    @Test func nobodyIsSentAwayWhileAnswersWait() throws {
        let limits = Limits()
        var machine = greetedServer(limits)
        let (whole, _, _) = try #require(found(Frame.open(CallID(1), unary()).encoded))
        let late = at(limits.idleMs + 10)
        _ = machine.wholeCallReceived(whole, at: at(1))
        let isSent = machine.replySubmitted(CallID(1), OutboundMessage([1]), at: at(2))
        #expect(isSent && machine.callsHeld == 0)
        machine.bytesReceived(at: late)
        _ = machine.timePassed(at: late)
        #expect(machine.phase == .open)
        // It begins to be idle when they have left.
        _ = machine.framesOut(at: late)
        _ = machine.timePassed(at: at(limits.idleMs + 20))
        #expect(machine.phase == .open)
        _ = machine.timePassed(at: at(2 * limits.idleMs + 20))
        #expect(machine.phase == .draining)
    }

    @Test func theTableOfBriefCallsIsADictionary() {
        withSeeds(60) { random, seed in
            var table = BriefCalls()
            var known: [CallID: UInt64] = [:]
            // Few different remainders: most numbers stand in each other's way.
            let stride = [1, 8, 64, 4_096].randomElement(using: &random) ?? 1
            for step in 0..<800 {
                let call = CallID(.random(in: 1...60, using: &random) * UInt32(stride))
                if known[call] == nil, Bool.random(using: &random) {
                    let deadline = Instant(nanoseconds: UInt64(step))
                    table.insert(call, BriefCalls.Entry(deadline: deadline, credit: .none))
                    known[call] = UInt64(step)
                } else {
                    let removed = table.remove(call)?.deadline?.nanoseconds
                    #expect(removed == known.removeValue(forKey: call), "seed \(seed)")
                }
                #expect(table.count == known.count, "seed \(seed)")
            }
            #expect(table.all == known.keys.sorted(), "seed \(seed)")
            #expect(known.keys.allSatisfy(table.contains), "seed \(seed)")
            #expect(!table.contains(CallID(0)), "seed \(seed)")
        }
    }
}
