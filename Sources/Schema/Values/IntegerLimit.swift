/// The limit of every integer in a payload: what every JSON reader keeps exactly, and small enough
/// that the sum of any thousand of them cannot overflow 64 bits.
package enum IntegerLimit {
    /// 2^53 − 1.
    package static let max: Int64 = 9_007_199_254_740_991

    package static func contains(_ value: Int64) -> Bool { (-max...max).contains(value) }
}
