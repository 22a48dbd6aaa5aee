import NIOCore
import TestSupport
import Testing

@testable import Wire

/// Bytes of somebody who means harm: nothing traps, every end is a defined one, and nothing grows
/// beyond its limit.
@Suite struct HostileBytesTests {
    @Test func randomBytesEndInADefinedReaction() {
        withSeeds(200) { random, seed in
            let bytes = ByteBuffer(
                bytes: (0..<Int.random(in: 0...4_000, using: &random)).map { _ in
                    // Small numbers are more often legal, and so get further.
                    Bool.random(using: &random)
                        ? UInt8.random(in: 0...12, using: &random)
                        : UInt8.random(in: 0...255, using: &random)
                })
            feedServer(bytes, greeted: Bool.random(using: &random), &random, seed)
            feedClient(bytes, greeted: Bool.random(using: &random), &random, seed)
        }
    }

    @Test func damagedSessionsEndInADefinedReaction() {
        withSeeds(300) { random, seed in
            var toServer = session(to: .server, &random)
            var toClient = session(to: .client, &random)
            damage(&toServer, &random)
            damage(&toClient, &random)
            feedServer(toServer, greeted: true, &random, seed)
            feedClient(toClient, greeted: true, &random, seed)
        }
    }

    @Test func legalFramesInIllegalOrderEndInADefinedReaction() {
        withSeeds(200) { random, seed in
            feedServer(session(to: .server, &random), greeted: true, &random, seed)
            feedClient(session(to: .client, &random), greeted: true, &random, seed)
        }
    }

    /// Frames of all kinds for a handful of calls.
    private func session(to receiver: Role, _ random: inout SeededRandom) -> ByteBuffer {
        var maker = FrameMaker(random: random)
        var bytes = ByteBuffer()
        var lastOpened: UInt32 = 0
        for _ in 0..<Int.random(in: 1...60, using: &random) {
            var frame = maker.frame(to: receiver)
            let known = CallID(.random(in: 1...max(1, lastOpened), using: &random))
            switch frame {
            case .open(_, let open):
                lastOpened += UInt32.random(in: 1...2, using: &random)
                frame = .open(CallID(lastOpened), open)
            case .message(_, let part): frame = .message(known, part)
            case .block(_, let part): frame = .block(known, part)
            case .status(_, let status): frame = .status(known, status)
            case .halfClose: frame = .halfClose(known)
            case .cancel: frame = .cancel(known)
            case .credit(_, let credit): frame = .credit(known, credit)
            case .goAway where Int.random(in: 0..<5, using: &random) > 0: continue
            default: break
            }
            bytes.writeFrame(frame)
        }
        random = maker.random
        return bytes
    }

    private func damage(_ bytes: inout ByteBuffer, _ random: inout SeededRandom) {
        for _ in 0..<Int.random(in: 1...4, using: &random) where bytes.readableBytes > 1 {
            let index = Int.random(in: 0..<bytes.readableBytes, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                bytes = bytes.getSlice(at: 0, length: index) ?? bytes
            case 1:
                let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
                bytes.setInteger((bytes.getInteger(at: index) ?? 0) ^ bit, at: index)
            case 2:
                bytes.setInteger(UInt8.random(in: 0...255, using: &random), at: index)
            case 3:
                // A piece once more, somewhere else.
                let copy =
                    bytes.getSlice(
                        at: index, length: min(40, bytes.readableBytes - index)) ?? ByteBuffer()
                bytes.writeImmutableBuffer(copy)
            default:
                var shorter = bytes.getSlice(at: 0, length: index) ?? ByteBuffer()
                let from = min(bytes.readableBytes, index + Int.random(in: 1...30, using: &random))
                shorter.writeImmutableBuffer(
                    bytes.getSlice(at: from, length: bytes.readableBytes - from) ?? ByteBuffer())
                bytes = shorter
            }
        }
    }

    private func feedServer(
        _ bytes: ByteBuffer, greeted: Bool, _ random: inout SeededRandom, _ seed: UInt64
    ) {
        var limits = Limits()
        limits.callsMax = 10
        limits.reassemblyBytesMax = 2_000
        limits.messageBytesMax = 65_536
        var machine =
            greeted
            ? greetedServer(limits)
            : ServerConnectionMachine(limits: limits, identity: identity, at: at(0))
        var decoder = FrameDecoder(receiver: .server)
        if greeted { decoder.skipHandshake() }
        var held: Set<CallID> = []
        var left = bytes
        var arrived = ByteBuffer()
        var now: UInt32 = 0
        feeding: while left.readableBytes > 0, machine.phase != .closing {
            now += UInt32.random(in: 0...200, using: &random)
            let size = Int.random(in: 1...min(500, left.readableBytes), using: &random)
            arrived.writeImmutableBuffer(left.readSlice(length: size) ?? ByteBuffer())
            machine.bytesReceived(at: at(now))
            do throws(ProtocolFault) {
                while machine.phase != .closing, let frame = try decoder.next(&arrived) {
                    note(machine.frameReceived(frame, at: at(now)), &held)
                    work(&machine, &held, now, &random)
                }
            } catch {
                let reaction = machine.bytesRefused(error)
                note(reaction, &held)
                #expect(machine.phase == .closing, "seed \(seed)")
                #expect(machine.fault?.kind == error.kind, "seed \(seed)")
            }
            #expect(arrived.readableBytes <= Limits.frameBytesMax + 500, "seed \(seed)")
            #expect(machine.heldBytes <= limits.reassemblyBytesMax, "seed \(seed)")
            #expect(machine.callsHeld <= limits.callsMax, "seed \(seed)")
            #expect(machine.control.readableBytes <= 4 * limits.controlBytesMax, "seed \(seed)")
        }
        // Everyone who is told was there, and everyone who was there lets go in the end.
        #expect(held.isSuperset(of: machine.connectionLost()), "seed \(seed)")
        for call in held { _ = machine.handlerFinished(call, .ok, at: at(now)) }
        #expect(machine.callsHeld == 0, "seed \(seed)")
        #expect(machine.heldBytes == 0, "seed \(seed)")
        #expect(machine.queuedBytes == 0, "seed \(seed)")
    }

    private func note(_ reaction: ServerReaction, _ held: inout Set<CallID>) {
        if case .open(let call) = reaction { held.insert(call.id) }
    }

    /// Handlers answer now and then, and the socket takes some of it.
    private func work(
        _ machine: inout ServerConnectionMachine, _ held: inout Set<CallID>, _ now: UInt32,
        _ random: inout SeededRandom
    ) {
        if let call = held.sorted().randomElement(using: &random) {
            _ = machine.messageSubmitted(
                call, OutboundMessage(Array(repeating: 0, count: 3_000)), at: at(now))
            if Int.random(in: 0..<3, using: &random) == 0 {
                _ = machine.handlerFinished(call, .ok, at: at(now))
                held.remove(call)
            }
        }
        if Bool.random(using: &random) {
            _ = machine.framesOut(at: at(now), bytesMax: 2_000)
            _ = machine.timePassed(at: at(now))
        }
    }

    private func feedClient(
        _ bytes: ByteBuffer, greeted: Bool, _ random: inout SeededRandom, _ seed: UInt64
    ) {
        var machine =
            greeted
            ? greetedClient()
            : ClientConnectionMachine(limits: Limits(), hello: hello(), at: at(0))
        var decoder = FrameDecoder(receiver: .client)
        if greeted { decoder.skipHandshake() }
        let calls = Int.random(in: 0...30, using: &random)
        for _ in 0..<calls {
            _ = machine.callStarted(
                OutgoingCall(method: "m", credit: plenty, ends: true), at: at(0))
        }
        var left = bytes
        var arrived = ByteBuffer()
        while left.readableBytes > 0, machine.phase != .closing {
            let size = Int.random(in: 1...min(500, left.readableBytes), using: &random)
            arrived.writeImmutableBuffer(left.readSlice(length: size) ?? ByteBuffer())
            do throws(ProtocolFault) {
                while machine.phase != .closing, let frame = try decoder.next(&arrived) {
                    _ = machine.frameReceived(frame, at: at(1))
                    if Bool.random(using: &random) { _ = machine.framesOut(bytesMax: 2_000) }
                }
            } catch {
                _ = machine.bytesRefused(error)
                #expect(machine.phase == .closing, "seed \(seed)")
                #expect(machine.fault?.kind == error.kind, "seed \(seed)")
            }
        }
        _ = machine.connectionLost()
        #expect(machine.callsOpen == 0, "seed \(seed)")
        #expect(machine.scheduler.queuedBytes == 0, "seed \(seed)")
    }
}
