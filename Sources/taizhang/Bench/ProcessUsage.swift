import Foundation

/// Processor time that a process has used.
struct ProcessorTime: Sendable {
    /// Nanoseconds in the program's own code.
    var user: UInt64 = 0
    /// Nanoseconds in the system's.
    var system: UInt64 = 0

    var total: UInt64 { user + system }

    /// What was used since an earlier look.
    func since(_ earlier: ProcessorTime) -> ProcessorTime {
        ProcessorTime(
            user: user - min(user, earlier.user), system: system - min(system, earlier.system))
    }

    /// Of this process.
    static func own() -> ProcessorTime {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return ProcessorTime(user: nanoseconds(usage.ru_utime), system: nanoseconds(usage.ru_stime))
    }

    private static func nanoseconds(_ time: timeval) -> UInt64 {
        UInt64(clamping: time.tv_sec) &* 1_000_000_000 &+ UInt64(clamping: time.tv_usec) &* 1_000
    }

    /// Of another process, in steps of the system's clock tick (proc(5), stat).
    ///
    /// - Returns: nil when there is no such process.
    static func of(_ process: pid_t) -> ProcessorTime? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            // The program's name stands in parentheses and may hold spaces.
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        let ticksPerSecond = UInt64(clamping: max(1, sysconf(Int32(_SC_CLK_TCK))))
        guard fields.count > 12, let user = UInt64(fields[11]), let system = UInt64(fields[12])
        else { return nil }
        let tick = 1_000_000_000 / ticksPerSecond
        return ProcessorTime(user: user &* tick, system: system &* tick)
    }
}

/// Memory that a process holds, in bytes (proc(5), status).
struct ProcessMemory: Sendable {
    /// All that is in memory, pages of mapped files included.
    var resident: UInt64 = 0
    /// What is not a page of a file: the process's own.
    var anonymous: UInt64 = 0
    /// The most that was resident.
    var peak: UInt64 = 0

    /// - Returns: nil when there is no such process.
    static func of(_ process: pid_t) -> ProcessMemory? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        else { return nil }
        var memory = ProcessMemory()
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: { " \t:".contains($0) })
            guard words.count > 1, let kibibytes = UInt64(words[1]) else { continue }
            switch words[0] {
            case "VmRSS": memory.resident = kibibytes * 1_024
            case "RssAnon": memory.anonymous = kibibytes * 1_024
            case "VmHWM": memory.peak = kibibytes * 1_024
            default: continue
            }
        }
        return memory
    }
}
