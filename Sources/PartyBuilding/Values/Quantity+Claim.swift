package import Schema

/// The values that a stated figure with a word of vagueness accepts (specification section 0.3).
package struct ClaimInterval: Hashable, Sendable {
    /// Smallest accepted value; nil when there is no lower bound.
    package let lowest: Int64?
    /// Largest accepted value; nil when there is no upper bound.
    package let highest: Int64?

    package init(lowest: Int64?, highest: Int64?) {
        self.lowest = lowest
        self.highest = highest
    }

    package func contains(_ value: Int64) -> Bool {
        (lowest.map { $0 <= value } ?? true) && (highest.map { value <= $0 } ?? true)
    }

    /// The interval of a stated figure.
    ///
    /// - `over`: more than N, and less than one unit of N's leading digit above it: 余 and 多 of
    ///   200 accept 201…299. 超 means only more than N and has the soft cap 2N; a figure whose
    ///   leading digit is 1 gives the same interval either way.
    /// - `nearBelow`: from 29/30 of N (written 0.967) to below N, so that 3,000 accepts
    ///   2,900…2,999.
    /// - `approx`: within a tenth of N on either side (assumption; the sources give no interval).
    ///
    /// - Parameters:
    ///   - stated: the figure as published; 0 or more.
    ///   - isOpenEnded: read `over` as 超: everything above N counts.
    package init(_ stated: Int64, _ qualifier: Qualifier, isOpenEnded: Bool = false) {
        switch qualifier {
        case .exact, .unspecified, .UNRECOGNIZED:
            self.init(lowest: stated, highest: stated)
        case .over:
            let above = Self.adding(stated, Self.leadingUnit(of: stated)).map { $0 - 1 }
            self.init(lowest: Self.adding(stated, 1), highest: isOpenEnded ? nil : above)
        case .nearBelow:
            let (product, overflow) = stated.multipliedReportingOverflow(by: 29)
            let lowest = overflow ? stated / 30 * 29 : product / 30 + (product % 30 > 0 ? 1 : 0)
            self.init(lowest: lowest, highest: Self.adding(stated, -1))
        case .atLeast:
            self.init(lowest: stated, highest: nil)
        case .atMost:
            self.init(lowest: nil, highest: stated)
        case .approx:
            self.init(
                lowest: Self.adding(stated, -(stated / 10)),
                highest: Self.adding(stated, stated / 10))
        }
    }

    /// One unit of the leading digit's position: 100 for 600, 1,000 for 6,000, 1 below 10.
    private static func leadingUnit(of value: Int64) -> Int64 {
        var unit: Int64 = 1
        var rest = value / 10
        while rest > 0 {
            unit *= 10
            rest /= 10
        }
        return unit
    }

    private static func adding(_ value: Int64, _ amount: Int64) -> Int64? {
        let (sum, overflow) = value.addingReportingOverflow(amount)
        return overflow ? nil : sum
    }
}

extension Quantity {
    /// A figure with its unit; a missing qualifier means exact.
    package init(_ value: Int64, _ unit: Unit, _ qualifier: Qualifier = .exact) {
        self.init()
        self.value = value
        self.unit = unit
        self.qualifier = qualifier
    }

    /// The values that the figure, read as a claim, accepts.
    package var claimInterval: ClaimInterval {
        ClaimInterval(value, hasQualifier ? qualifier : .exact)
    }
}
