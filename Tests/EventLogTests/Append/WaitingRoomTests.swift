import TestSupport
import Testing

@testable import EventLog

@Suite struct WaitingRoomTests {
    private final class Work: Preparation {
        func prepare(_ facts: DurableEvents) {}
    }

    private final class Person: Sendable {}

    /// A lane begins with the request that lacks something; those of its caller stand behind it,
    /// and nobody else does.
    @Test func onlyTheCallersOwnRequestsStandBehind() throws {
        let room = WaitingRoom<Int>()
        let (first, second, work) = (Person(), Person(), Work())
        let caller = ObjectIdentifier(first)
        #expect(room.hold(1, bytes: 10, of: caller, lacking: [work, work]).count == 1)
        #expect(room.holds(caller))
        #expect(!room.holds(ObjectIdentifier(second)) && !room.holds(nil))
        room.follow(2, bytes: 5, of: caller)
        #expect(room.count == 2 && room.bytes == 15 && !room.hasReady)
        #expect(room.takeTurn() == nil)
        room.done(work)
        #expect(room.hasReady)
        for number in 1...2 {
            let turn = try #require(room.takeTurn())
            #expect(turn.item == number && turn.attempts == (number == 1 ? 1 : 0))
            room.finish(turn)
        }
        #expect(room.isEmpty && room.count == 0 && room.bytes == 0 && !room.hasReady)
        withExtendedLifetime((first, second)) {}
    }

    /// What is under way is not begun again, whoever waits for it.
    @Test func aPreparationIsBegunOnce() throws {
        let room = WaitingRoom<Int>()
        let (first, second, work) = (Person(), Person(), Work())
        #expect(room.order([work]).count == 1)
        #expect(room.order([work]).isEmpty && room.ordered == 1)
        #expect(room.hold(1, bytes: 1, of: ObjectIdentifier(first), lacking: [work]).isEmpty)
        #expect(room.hold(2, bytes: 1, of: ObjectIdentifier(second), lacking: [work]).isEmpty)
        room.done(work)
        let turn = try #require(room.takeTurn())
        #expect(turn.item == 1)
        // It lacks the same again: that is another piece of work.
        #expect(room.putBack(turn, lacking: [work]).count == 1)
        let next = try #require(room.takeTurn())
        #expect(next.item == 2)
        room.finish(next)
        room.done(work)
        let again = try #require(room.takeTurn())
        #expect(again.item == 1 && again.attempts == 2)
        room.finish(again)
        #expect(room.isEmpty && room.ordered == 0)
        withExtendedLifetime((first, second)) {}
    }

    @Test func whoLacksNothingHasItsTurnAtOnce() throws {
        let room = WaitingRoom<Int>()
        #expect(room.hold(1, bytes: 1, of: nil, lacking: []).isEmpty)
        #expect(try #require(room.takeTurn()).item == 1)
    }

    @Test func allCanBeTakenOut() {
        let room = WaitingRoom<Int>()
        let work = Work()
        _ = room.hold(1, bytes: 1, of: nil, lacking: [work])
        for number in 2...5 { room.follow(number, bytes: 1, of: nil) }
        #expect(room.takeAll() == [1, 2, 3, 4, 5])
        #expect(room.isEmpty && room.count == 0 && room.bytes == 0)
        // What is still under way is nobody's any more.
        room.done(work)
        #expect(!room.hasReady && room.takeTurn() == nil)
    }

    /// Whatever happens in whatever order: every request has its turn, those of each caller in
    /// order, and the counts are right.
    @Test func everyRequestHasItsTurnInOrder() throws {
        try withSeeds(8) { random, _ in
            let room = WaitingRoom<Int>()
            let people = (0..<5).map { _ in Person() }
            let callers: [ObjectIdentifier?] = people.map { ObjectIdentifier($0) } + [nil]
            var underWay: [Work] = []
            var waiting = [[Int]](repeating: [], count: callers.count)
            var next = 0
            func some() -> [Work] {
                let known = Int.random(in: 0...2, using: &random)
                let new = Int.random(in: 0...2, using: &random)
                return underWay.shuffled(using: &random).prefix(known)
                    + (0..<new).map { _ in Work() }
            }
            func begun(_ new: [any Preparation]) { underWay += new.compactMap { $0 as? Work } }
            func turns() throws {
                while let turn = room.takeTurn() {
                    let place = try #require(callers.firstIndex(of: turn.caller))
                    #expect(waiting[place].first == turn.item)
                    if turn.attempts < 3, Int.random(in: 0..<4, using: &random) == 0 {
                        begun(room.putBack(turn, lacking: some()))
                    } else {
                        waiting[place].removeFirst()
                        room.finish(turn)
                    }
                }
            }
            for _ in 0..<400 {
                switch Int.random(in: 0..<4, using: &random) {
                case 0, 1:
                    let place = callers.indices.randomElement(using: &random) ?? 0
                    next += 1
                    waiting[place].append(next)
                    if room.holds(callers[place]) {
                        room.follow(next, bytes: 3, of: callers[place])
                    } else {
                        begun(room.hold(next, bytes: 3, of: callers[place], lacking: some()))
                    }
                case 2:
                    guard !underWay.isEmpty else { continue }
                    let index = Int.random(in: 0..<underWay.count, using: &random)
                    room.done(underWay.remove(at: index))
                default: try turns()
                }
                #expect(room.count == waiting.reduce(0) { $0 + $1.count })
                #expect(room.bytes == 3 * room.count)
            }
            while !room.isEmpty || !underWay.isEmpty {
                if let work = underWay.popLast() { room.done(work) }
                try turns()
            }
            #expect(waiting.flatMap { $0 } == [])
            withExtendedLifetime(people) {}
        }
    }
}
