/// A copy of what a read needs of one list's overlay part, so that the lock is held only for the
/// copying.
struct OverlayWindow {
    /// Ascending, all after the overlay's floor.
    var positions: [UInt64] = []
    /// The list's number in the table, if the overlay happens to know it.
    var number: UInt32?
    /// Set when there was more than was copied: results beyond this position (before it, going
    /// backwards) are not to be trusted.
    var bound: UInt64?
}

/// What a read needs of the overlay, as of one moment.
struct OverlaySnapshot {
    /// The table is to be believed up to here.
    var floor: UInt64
    var windows: [ListName: OverlayWindow] = [:]
    /// Most positions copied from one list.
    static let windowMax = 2_048
}

extension OverlayState {
    /// Copies what a read of `plan` needs.
    ///
    /// - Parameters:
    ///   - from: where the read begins.
    ///   - horizon: nothing after it is of interest.
    func snapshot(
        for plan: PositionPlan, from: UInt64, direction: ReadQuery.Direction, horizon: UInt64,
        windowMax: Int = OverlaySnapshot.windowMax
    ) -> OverlaySnapshot {
        var snapshot = OverlaySnapshot(floor: floor)
        plan.forEachList { name in
            guard snapshot.windows[name] == nil else { return }
            var window = OverlayWindow()
            switch name {
            case .stream(let text), .tag(let text), .category(let text):
                window.number = entry(named: text)?.number
            case .type(let number): window.number = number
            }
            if let positions = list(name)?.positions {
                fill(&window, positions, from, direction, horizon, windowMax)
            }
            snapshot.windows[name] = window
        }
        return snapshot
    }

    private func fill(
        _ window: inout OverlayWindow, _ positions: [UInt64], _ from: UInt64,
        _ direction: ReadQuery.Direction, _ horizon: UInt64, _ windowMax: Int
    ) {
        switch direction {
        case .forwards:
            let start = positions.lowerBound(max(from, floor + 1))
            let end = max(positions.upperBound(horizon), start)
            let cut = min(end, start + windowMax)
            window.positions = Array(positions[start..<cut])
            if cut < end { window.bound = window.positions.last }
        case .backwards:
            let end = positions.upperBound(min(from, horizon))
            let start = min(positions.upperBound(floor), end)
            let cut = max(start, end - windowMax)
            window.positions = Array(positions[cut..<end])
            if cut > start { window.bound = window.positions.first }
        }
    }
}
