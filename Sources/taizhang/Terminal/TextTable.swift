/// A table for people: columns as wide as their content, numbers to the right, wide characters
/// counted as they are drawn.
struct TextTable {
    struct Column {
        var title: String
        var isNumeric = false
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) {
        self.columns = columns
    }

    var isEmpty: Bool { rows.isEmpty }

    mutating func append(_ cells: [String]) {
        rows.append(cells.map(DisplayWidth.escaped))
    }

    /// Text is never cut to fewer columns than these.
    private static let leastTextColumns = 20

    /// Whether the table can be drawn within so many columns.
    func fits(_ width: Int) -> Bool {
        let least = naturalWidths().enumerated().map { index, width in
            columns[index].isNumeric ? width : min(width, Self.leastTextColumns)
        }
        return Self.total(least) <= width
    }

    /// The lines of the table, no line wider than `width` columns when cutting text can help.
    func lines(width: Int) -> [String] {
        var widths = naturalWidths()
        shrink(&widths, to: width)
        var lines = [
            line(columns.map(\.title), widths, Colour.bold.callAsFunction),
            Colour.faint(widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")),
        ]
        lines += rows.map { line($0, widths, { $0 }) }
        return lines
    }

    private func naturalWidths() -> [Int] {
        var widths = columns.map { DisplayWidth.of($0.title) }
        for row in rows {
            for (index, cell) in row.enumerated() where index < widths.count {
                widths[index] = max(widths[index], DisplayWidth.of(cell))
            }
        }
        return widths
    }

    private static func total(_ widths: [Int]) -> Int {
        widths.reduce(0, +) + 2 * max(0, widths.count - 1)
    }

    private func line(
        _ cells: [String], _ widths: [Int], _ style: (String) -> String
    ) -> String {
        var parts: [String] = []
        for (index, column) in columns.enumerated() {
            let cell = index < cells.count ? cells[index] : ""
            let clipped = DisplayWidth.clipped(cell, to: widths[index])
            parts.append(
                style(
                    DisplayWidth.padded(clipped, to: widths[index], right: column.isNumeric)))
        }
        var joined = parts.joined(separator: "  ")
        while joined.last == " " { joined.removeLast() }
        return joined
    }

    /// Takes width from the widest text column until the table fits or nothing can give.
    private func shrink(_ widths: inout [Int], to width: Int) {
        while Self.total(widths) > width {
            var widest: Int?
            for index in widths.indices
            where !columns[index].isNumeric && widths[index] > Self.leastTextColumns
                && widths[index] > widest.map({ widths[$0] }) ?? 0
            {
                widest = index
            }
            guard let widest else { return }
            widths[widest] -= 1
        }
    }
}

/// A bar of block characters, an eighth of a column exact.
enum Bar {
    /// - Parameters:
    ///   - value: the share that is filled, of `total`.
    ///   - columns: the width of a full bar.
    static func text(_ value: Int64, of total: Int64, columns: Int) -> String {
        guard total > 0, value > 0 else { return "" }
        let share = min(1, Double(value) / Double(total))
        let eighths = Int((share * Double(columns) * 8).rounded())
        let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        let bar = String(repeating: "█", count: eighths / 8) + partial
        return bar.isEmpty ? "▏" : bar
    }
}
