import Testing

@testable import EventLog

@Suite struct PendingValueTests {
    @Test func roomOfUnusualSizeIsNotKept() {
        let value = PendingValue(first: 1)
        for _ in 0..<100 {
            value.append(count: 640) { $0.initializeMemory(as: UInt8.self, repeating: 7) }
        }
        #expect(value.isWorthKeeping)
        value.begin(first: 101)
        #expect(value.isWorthKeeping)
        #expect(value.count == 0)
        value.append(count: 1 << 20) { $0.initializeMemory(as: UInt8.self, repeating: 7) }
        #expect(!value.isWorthKeeping)
        value.begin(first: 102)
        #expect(!value.isWorthKeeping)
    }
}
