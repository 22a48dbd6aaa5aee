import Glibc

/// What the process's output streams can do.
enum Terminal {
    /// Standard output is a terminal.
    static let isOutputTerminal = isatty(STDOUT_FILENO) == 1
    static let isErrorTerminal = isatty(STDERR_FILENO) == 1
    static let isInputTerminal = isatty(STDIN_FILENO) == 1

    /// Colour is wanted on standard output: a terminal, `NO_COLOR` unset, `TERM` not dumb.
    static let usesColour: Bool =
        isOutputTerminal && environment("NO_COLOR") == nil && environment("TERM") != "dumb"

    /// Columns of the terminal: 100 when it cannot be said, no limit when output is no terminal.
    static var columns: Int {
        if let text = environment("COLUMNS"), let value = Int(text), value > 20 { return value }
        var size = winsize()
        guard isOutputTerminal else { return 1_000 }
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else {
            return 100
        }
        return Int(size.ws_col)
    }

    /// The value of an environment variable, nil when it is unset or empty.
    static func environment(_ name: String) -> String? {
        guard let pointer = getenv(name) else { return nil }
        let value = String(cString: pointer)
        return value.isEmpty ? nil : value
    }

    /// Writes a line to standard output; a closed pipe ends the process quietly.
    static func print(_ text: String) {
        write(text + "\n", to: STDOUT_FILENO)
    }

    /// Writes to standard output without a line break.
    static func printRaw(_ text: String) {
        write(text, to: STDOUT_FILENO)
    }

    /// Writes a line to standard error.
    static func note(_ text: String) {
        write(text + "\n", to: STDERR_FILENO)
    }

    /// Writes to standard error without a line break.
    static func noteRaw(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { buffer in
            var sent = 0
            while sent < buffer.count {
                guard let base = buffer.baseAddress else { return }
                let count = Glibc.write(descriptor, base + sent, buffer.count - sent)
                if count < 0 {
                    if errno == EINTR || errno == EAGAIN { continue }
                    // The reader has gone (`| head`): there is nobody left to tell.
                    if errno == EPIPE { exit(0) }
                    // What complains of this cannot complain of itself.
                    guard descriptor == STDOUT_FILENO else { return }
                    let reason = String(cString: strerror(errno))
                    let text = Phrase(
                        zh: "输出写不下去：\(reason)", en: "the output cannot be written: \(reason)")
                    note(text(.ofLocale))
                    exit(ExitStatus.inputOutput.rawValue)
                }
                sent += count
            }
        }
    }
}

/// Colours that carry a meaning.
enum Colour: String {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "36"
    case faint = "2"
    case bold = "1"

    /// The text in this colour when standard output shows colours.
    func callAsFunction(_ text: String) -> String {
        Terminal.usesColour ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }
}
