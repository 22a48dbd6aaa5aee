/// 32 bytes that depend on every byte; a test needs no cryptography.
func testDigest(_ bytes: [UInt8]) -> [UInt8] {
    var lanes: [UInt64] = [0xCBF2_9CE4_8422_2325, 0x9E37_79B9, 0x85EB_CA6B, 0xC2B2_AE35]
    for byte in bytes {
        for index in lanes.indices {
            lanes[index] = (lanes[index] ^ UInt64(byte) &+ UInt64(index)) &* 0x100_0000_01B3
            lanes[index] ^= lanes[index] >> 29
        }
    }
    return lanes.flatMap { lane in (0..<8).map { UInt8(truncatingIfNeeded: lane >> ($0 * 8)) } }
}
