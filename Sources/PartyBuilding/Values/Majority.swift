/// What the boundary words about shares mean (specification section 0.4 and section 6, number 4).
///
/// All are integer comparisons of products: no share is ever rounded before it is compared.
package enum Majority {
    /// 超过半数: strictly more than half.
    package static func isMoreThanHalf(_ part: Int, of whole: Int) -> Bool {
        isMore(part, than: (1, 2), of: whole)
    }

    /// 半数以上: at least half.
    package static func isAtLeastHalf(_ part: Int, of whole: Int) -> Bool {
        isAtLeast(part, (1, 2), of: whole)
    }

    /// At least a share, for example four fifths: `(4, 5)`.
    package static func isAtLeast(
        _ part: Int, _ share: (numerator: Int, denominator: Int), of whole: Int
    ) -> Bool {
        Int128(part) * Int128(share.denominator) >= Int128(whole) * Int128(share.numerator)
    }

    /// Strictly more than a share.
    package static func isMore(
        _ part: Int, than share: (numerator: Int, denominator: Int), of whole: Int
    ) -> Bool {
        Int128(part) * Int128(share.denominator) > Int128(whole) * Int128(share.numerator)
    }

    /// The smallest number that is more than half: 13 of 25, 13 of 24.
    package static func moreThanHalf(of whole: Int) -> Int { whole / 2 + 1 }

    /// The smallest number that is at least a share: 20 is four fifths of 25; of 24 it is 20 too.
    ///
    /// - Parameters:
    ///   - share: its denominator is positive.
    ///   - whole: 0 or more.
    package static func atLeast(
        _ share: (numerator: Int, denominator: Int), of whole: Int
    ) -> Int {
        let product = Int128(whole) * Int128(share.numerator)
        let denominator = Int128(max(share.denominator, 1))
        return Int(clamping: (product + denominator - 1) / denominator)
    }

    /// The largest number that is at most one in `divisor`: 2 of 7, 8 of 26, 9 of 27 for a third.
    package static func atMostOne(in divisor: Int, of whole: Int) -> Int {
        whole / max(divisor, 1)
    }
}
