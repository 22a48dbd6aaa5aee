import Dispatch

/// Progress of a long work on standard error; silent when that is no terminal.
struct ProgressBar {
    private let label: String
    private let total: UInt64
    private let started = DispatchTime.now().uptimeNanoseconds
    private var lastDrawn: UInt64 = 0
    private let isShown: Bool

    /// - Parameter total: what will be done, in any unit; 0 when unknown.
    init(_ label: String, total: UInt64, isShown: Bool = Terminal.isErrorTerminal) {
        self.label = label
        self.total = total
        self.isShown = isShown
    }

    /// Draws at most ten times a second.
    mutating func update(_ done: UInt64, note: String = "") {
        guard isShown else { return }
        let now = DispatchTime.now().uptimeNanoseconds
        guard now - lastDrawn > 100_000_000 else { return }
        lastDrawn = now
        draw(done, note: note, now: now)
    }

    /// Removes the bar from the screen.
    func finish() {
        if isShown { Terminal.noteRaw("\r\u{1B}[K") }
    }

    private func draw(_ done: UInt64, note: String, now: UInt64) {
        let seconds = Double(now - started) / 1_000_000_000
        let rate = seconds > 0 ? Int(Double(done) / seconds) : 0
        var line = "\r\u{1B}[K\(label) "
        if total > 0 {
            let share = min(1, Double(done) / Double(total))
            let bar = Bar.text(Int64(share * 1_000), of: 1_000, columns: 24)
            line += "\(DisplayWidth.padded(bar, to: 24)) \(Int(share * 100)) % "
        }
        line += "\(done) (\(rate)/s) \(note)"
        Terminal.noteRaw(line)
    }
}
