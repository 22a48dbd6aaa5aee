import Schema

/// One result of a measurement: figures in their order, for people and for programs.
struct BenchReport {
    private struct Figure {
        let key: String
        let value: JSONValue
        let label: Phrase?
        let text: String
    }

    private let title: Phrase
    private var figures: [Figure] = []
    private var latencies: [(label: Phrase, summary: Latencies.Summary)] = []

    /// - Parameter name: what a program calls the measurement.
    init(_ name: String, _ title: Phrase) {
        self.title = title
        figures.append(Figure(key: "bench", value: .string(name), label: nil, text: ""))
    }

    /// A figure that only programs are told.
    mutating func add(_ key: String, _ value: JSONValue) {
        figures.append(Figure(key: key, value: value, label: nil, text: ""))
    }

    /// A figure that programs and people are told.
    mutating func add(_ key: String, _ value: JSONValue, _ label: Phrase, _ text: String) {
        figures.append(Figure(key: key, value: value, label: label, text: text))
    }

    /// A count.
    mutating func count(_ key: String, _ value: Int, _ label: Phrase) {
        add(key, .integer(Int64(value)), label, Self.grouped(UInt64(clamping: value)))
    }

    /// A time span.
    mutating func span(_ key: String, nanoseconds: UInt64, _ label: Phrase) {
        add(
            key, .integer(Int64(clamping: nanoseconds / 1_000)), label,
            Self.time(nanoseconds: nanoseconds))
    }

    /// So many things in a time span, as things per second.
    mutating func rate(_ key: String, _ count: Int, nanoseconds: UInt64, _ label: Phrase) {
        let rate = Self.perSecond(count, nanoseconds)
        add(key, .integer(rate), label, "\(Self.grouped(UInt64(clamping: rate)))/s")
    }

    /// Processor time for each of so many things; null when it is not known.
    mutating func processor(_ key: String, _ nanoseconds: UInt64?, per count: Int, _ label: Phrase)
    {
        guard let nanoseconds, count > 0 else {
            add(key, .null)
            return
        }
        let each = nanoseconds / UInt64(count)
        add(key, .integer(Int64(clamping: each)), label, Self.time(nanoseconds: each))
    }

    /// A size; null when it is not known.
    mutating func size(_ key: String, _ bytes: UInt64?, _ label: Phrase) {
        guard let bytes else {
            add(key, .null)
            return
        }
        add(
            key, .integer(Int64(clamping: bytes)), label,
            "\(Self.grouped(bytes / 1_048_576)) MiB")
    }

    /// Percentiles, in microseconds for programs.
    mutating func latency(_ key: String, _ summary: Latencies.Summary, _ label: Phrase) {
        func microseconds(_ nanoseconds: UInt64) -> JSONValue {
            .integer(Int64(clamping: (nanoseconds + 500) / 1_000))
        }
        add(
            key,
            .members([
                "p50": microseconds(summary.p50), "p90": microseconds(summary.p90),
                "p99": microseconds(summary.p99), "p999": microseconds(summary.p999),
                "max": microseconds(summary.max), "mean": microseconds(summary.mean),
            ]))
        latencies.append((label, summary))
    }

    /// Prints the result: a line of JSON, or a table for people.
    func print(asJSON: Bool, _ language: Language) {
        if asJSON {
            let members = figures.map { JSONObject.Member(key: $0.key, value: $0.value) }
            Terminal.print(JSONValue.object(JSONObject(members)).text())
            return
        }
        Terminal.print(Colour.bold(title(language)))
        let shown = figures.compactMap { figure in
            figure.label.map { (label: $0(language), text: figure.text) }
        }
        let width = 2 + (shown.map { DisplayWidth.of($0.label) }.max() ?? 0)
        for (label, text) in shown {
            Terminal.print("  " + DisplayWidth.padded(label, to: width) + text)
        }
        printLatencies(language)
        Terminal.print("")
    }

    private func printLatencies(_ language: Language) {
        guard !latencies.isEmpty else { return }
        var table = TextTable(
            [TextTable.Column(title: BenchTexts.latency(language))]
                + ["p50", "p90", "p99", "p99.9", "max"].map {
                    TextTable.Column(title: $0, isNumeric: true)
                })
        for (label, summary) in latencies {
            table.append(
                [label(language)]
                    + [summary.p50, summary.p90, summary.p99, summary.p999, summary.max].map {
                        Self.time(nanoseconds: $0)
                    })
        }
        for line in table.lines(width: Terminal.columns) { Terminal.print("  " + line) }
    }

    static func perSecond(_ count: Int, _ nanoseconds: UInt64) -> Int64 {
        guard nanoseconds > 0 else { return 0 }
        return Int64(Double(count) / Double(nanoseconds) * 1_000_000_000)
    }

    /// `1,234,567`
    static func grouped(_ number: UInt64) -> String {
        var digits = Array(String(number))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return String(digits)
    }

    /// `850 ns`, `12.3 µs`, `1.23 ms`, `4.56 s`
    static func time(nanoseconds: UInt64) -> String {
        func decimal(_ value: UInt64, unit: UInt64, _ name: String) -> String {
            let hundredths = value * 100 / unit
            if hundredths >= 10_000 { return "\(hundredths / 100) \(name)" }
            let fraction = String(hundredths % 100 + 100).dropFirst()
            return "\(hundredths / 100).\(fraction) \(name)"
        }
        switch nanoseconds {
        case ..<1_000: return "\(nanoseconds) ns"
        case ..<1_000_000: return decimal(nanoseconds, unit: 1_000, "µs")
        case ..<1_000_000_000: return decimal(nanoseconds, unit: 1_000_000, "ms")
        default: return decimal(nanoseconds / 1_000, unit: 1_000_000, "s")
        }
    }
}
