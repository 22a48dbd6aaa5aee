import Testing

@testable import Wire

/// The relations between the numbers. Whoever changes one of them learns here what depends on it.
@Suite struct LimitsTests {
    private let limits = Limits()

    @Test func everyFrameThatIsNotSplitFitsIntoTheSmallestAnnouncedFrame() {
        let openBytes =
            Limits.headerBytes + 12 + 1 + Limits.methodBytesMax + Limits.metadataBytesMax
        #expect(openBytes <= Limits.frameBytesMaxLeast)
        #expect(Limits.statusFrameBytesMax <= Limits.frameBytesMaxLeast)
        #expect(Limits.handshakeFrameBytesMax <= Limits.frameBytesMaxLeast)
        #expect(Limits.headerBytes + 8 + Limits.goAwayTextBytesMax <= Limits.frameBytesMaxLeast)
        #expect(Limits.headerBytes + limits.chunkBytes <= Limits.frameBytesMaxLeast)
        #expect(Limits.frameBytesMaxLeast <= Limits.frameBytesMax)
    }

    @Test func aFarewellFitsIntoTheHandshake() {
        #expect(
            Limits.headerBytes + 8 + Limits.goAwayTextBytesMax <= Limits.handshakeFrameBytesMax)
    }

    @Test func oneDetailOfFullSizeFitsIntoAStatus() {
        let detail = 4 + 3 * (1 + Limits.statusWordBytesMax) + Limits.metadataBytesMax
        let status = Limits.headerBytes + 2 + 2 + Limits.statusMessageBytesMax + 2 + detail
        #expect(status <= Limits.statusFrameBytesMax)
    }

    @Test func lengthFieldsHoldTheirLimits() {
        #expect(Limits.methodBytesMax <= Int(UInt8.max))
        #expect(Limits.metadataKeyBytesMax <= Int(UInt8.max))
        #expect(Limits.softwareBytesMax <= Int(UInt8.max))
        #expect(Limits.statusWordBytesMax <= Int(UInt8.max))
        #expect(Limits.metadataBytesMax <= Int(UInt16.max))
        #expect(Limits.statusMessageBytesMax <= Int(UInt16.max))
    }

    @Test func aMessageHoldsABlockAndUnfinishedMessagesHoldAMessage() {
        #expect(Limits.messageBytesMaxLeast >= Limits.frameBytesMax)
        #expect(limits.messageBytesMax >= Limits.messageBytesMaxLeast)
        #expect(limits.reassemblyBytesMax >= 2 * limits.messageBytesMax)
    }

    @Test func aTurnIsOneFrameSoThatNoCallWaitsLong() {
        #expect(limits.turnBytes >= Limits.headerBytes + limits.chunkBytes)
        #expect(limits.turnBytes <= Limits.frameBytesMax)
        #expect(limits.callQueueBytesMax >= 2 * limits.turnBytes)
        #expect(limits.connectionQueueBytesMax >= 2 * limits.callQueueBytesMax)
    }

    @Test func aNewCallMaySendSomething() {
        #expect(limits.callCreditEvents > 0)
        #expect(limits.callCreditBytes > UInt32(limits.chunkBytes))
        #expect(Int64(limits.callCreditBytes) <= Limits.creditMax)
    }

    @Test func creditCannotOverflow() {
        // Spent at most by one message beyond zero, and given at most to the limit.
        #expect(Limits.creditMax < Int64.max / 4)
    }

    @Test func aPeerIsAskedBeforeItIsGivenUpAndBeforeTheConnectionIsIdle() {
        #expect(limits.keepaliveMs < limits.idleMs)
        #expect(limits.keepaliveAnswerMsMax < limits.keepaliveMs)
        #expect(limits.handshakeMsMax <= 5_000)
        #expect(limits.partialFrameMsMax <= 10_000)
        #expect(limits.lingerMsMax < limits.drainMsMax)
    }

    @Test func anHonestKeepaliveIsNoFlood() {
        #expect(limits.pingsPerSecond * Int64(limits.keepaliveMs) >= 1_000)
        #expect(limits.faultsBurst >= Int64(limits.callsMax))
    }

    @Test func thePrefaceLooksLikeNoOtherProtocol() {
        #expect(Limits.preface.count == 12)
        #expect(String(decoding: Limits.preface, as: UTF8.self) == "TAIZHANG/1\r\n")
        for other in ["GET ", "POST", "PRI ", "\u{16}\u{3}", "*1\r\n"] {
            #expect(!Limits.preface.starts(with: Array(other.utf8)))
        }
    }
}
