import NIOCore
import Testing

@testable import Wire

/// Lanes and the round in which they are served.
@Suite struct OutboundSchedulerTests {
    private struct Call: CarriesLane {
        var lane: OutboundLane
    }

    private struct World {
        var scheduler = OutboundScheduler()
        var calls: [CallID: Call] = [:]
        var endedCalls: [CallID] = []
        var limits = Limits()

        mutating func add(_ number: UInt32, credit: Credit = plenty) {
            calls[CallID(number)] = Call(lane: OutboundLane(credit: credit))
        }

        mutating func queue(_ number: UInt32, _ message: OutboundMessage) {
            let call = CallID(number)
            guard var lane = calls[call]?.lane else { return }
            lane.messageQueued(message)
            scheduler.laneChanged(call, &lane, queued: message.bytes.count)
            calls[call]?.lane = lane
        }

        mutating func change(
            _ number: UInt32, _ body: (inout OutboundLane, inout OutboundScheduler) -> Void
        ) {
            guard var lane = calls[CallID(number)]?.lane else { return }
            body(&lane, &scheduler)
            calls[CallID(number)]?.lane = lane
        }

        mutating func write(bytesMax: Int = .max) -> [Frame] {
            var buffer = ByteBuffer()
            var ended: [CallID] = []
            _ = scheduler.writeTurns(
                of: &calls, into: &buffer, bytesMax: bytesMax, limits: limits
            ) { call, _ in ended.append(call) }
            endedCalls += ended
            return decodeAll(&buffer, as: .client)
        }
    }

    private func sizes(_ frames: [Frame]) -> [String] {
        frames.map { frame in
            guard case .message(let call, let part) = frame else { return "other" }
            return "\(call.number):\(part.bytes.readableBytes)\(part.hasMore ? "+" : "")"
        }
    }

    @Test func aBigAnswerDoesNotBlockASmallOne() {
        var world = World()
        world.add(1)
        world.add(2)
        world.queue(1, OutboundMessage(Array(repeating: 1, count: 40_000)))
        world.queue(2, OutboundMessage([2, 2]))
        let frames = world.write()
        #expect(sizes(frames) == ["1:16368+", "2:2", "1:16368+", "1:7264"])
        #expect(world.scheduler.isIdle)
        #expect(world.scheduler.queuedBytes == 0)
        #expect(world.scheduler.sendableBytes == 0)
    }

    @Test func smallMessagesOfOneCallShareATurn() {
        var world = World()
        world.add(1)
        world.add(2)
        for _ in 0..<3 { world.queue(1, OutboundMessage([1])) }
        world.queue(2, OutboundMessage([2]))
        let frames = world.write()
        #expect(sizes(frames) == ["1:1", "1:1", "1:1", "2:1"])
    }

    @Test func writingStopsAtItsLimitAndGoesOnWhereItWas() {
        var world = World()
        world.add(1)
        world.queue(1, OutboundMessage(Array(repeating: 7, count: 50_000), events: 3))
        let first = world.write(bytesMax: 1)
        #expect(sizes(first) == ["1:16368+"])
        #expect(world.scheduler.queuedBytes == 50_000 - 16_368)
        #expect(world.calls[CallID(1)]?.lane.credit.events == 997)
        let rest = world.write()
        #expect(sizes(rest) == ["1:16368+", "1:16368+", "1:896"])
    }

    @Test func aLaneWithoutCreditLeavesTheRoundAndComesBackWithCredit() {
        var world = World()
        world.add(1, credit: Credit(events: 1, bytes: 100))
        world.queue(1, OutboundMessage([1]))
        world.queue(1, OutboundMessage([2]))
        let first = world.write()
        #expect(sizes(first) == ["1:1"])
        #expect(world.scheduler.isIdle)
        #expect(world.scheduler.queuedBytes == 1)
        #expect(world.scheduler.sendableBytes == 0)
        world.change(1) { lane, scheduler in
            _ = lane.creditReceived(Credit(events: 1, bytes: 0))
            scheduler.laneChanged(CallID(1), &lane)
        }
        #expect(world.scheduler.sendableBytes == 1)
        let second = world.write()
        #expect(sizes(second) == ["1:1"])
    }

    @Test func aBlockLargerThanTheCreditGoesOutWholeAndOnlyOnce() {
        var world = World()
        world.add(1, credit: Credit(events: 1, bytes: 1))
        let block = OutboundMessage(
            Array(repeating: 9, count: 60_000), events: 500, isBlock: true)
        world.queue(1, block)
        world.queue(1, block)
        let frames = world.write()
        #expect(frames.count == 4)
        #expect(world.calls[CallID(1)]?.lane.credit.events == -499)
        #expect(world.calls[CallID(1)]?.lane.credit.bytes == 1 - 60_000 - 4 * 16)
        let more = world.write()
        #expect(more == [])
        #expect(world.scheduler.queuedBytes == 60_000)
    }

    @Test func theStatusFollowsTheLastMessageAndNeedsNoCredit() {
        var world = World()
        world.add(1, credit: Credit(events: 1, bytes: 1))
        world.queue(1, OutboundMessage([1]))
        world.change(1) { lane, scheduler in
            lane.endQueued(.status(.ok))
            scheduler.laneChanged(CallID(1), &lane)
        }
        let frames = world.write()
        #expect(frames.last == .status(CallID(1), .ok))
        #expect(frames.count == 2)
        #expect(world.endedCalls == [CallID(1)])
    }

    @Test func aDroppedLaneIsPassedOver() {
        var world = World()
        world.add(1)
        world.add(2)
        world.queue(1, OutboundMessage([1]))
        world.queue(2, OutboundMessage([2]))
        world.change(1) { lane, scheduler in scheduler.laneDropped(&lane) }
        #expect(world.scheduler.queuedBytes == 1)
        let frames = world.write()
        #expect(sizes(frames) == ["2:1"])
        #expect(world.scheduler.sendableBytes == 0)
    }

    @Test func allowanceIsCreditNotPromisedYetWithinTheRoom() {
        var lane = OutboundLane(credit: Credit(events: 10, bytes: 1_000))
        lane.messageQueued(OutboundMessage(Array(repeating: 0, count: 300), events: 4))
        #expect(lane.allowance(room: 10_000) == Credit(events: 6, bytes: 700))
        #expect(lane.allowance(room: 50) == Credit(events: 6, bytes: 50))
        #expect(!lane.allowance(room: -1).isPositive)
    }
}
